/*
 * refused_memory.h - memory that is refused at a place of the test's choosing, and a guard that
 * tells where a test stands still.
 *
 * The functions below stand in the place of the C library's. With REPLACES_ALL they do so for the
 * whole program, its libraries too; without, where a sanitizer has functions of its own, only for
 * our own code (the linker's --wrap). CRoaring's own allocations never fail here: it cannot say so.
 * For one source file of a program.
 */
#ifndef SKR_TESTS_REFUSED_MEMORY_H
#define SKR_TESTS_REFUSED_MEMORY_H

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "tests/support/stand_guard.h"

static atomic_uint refused_n;  /* allocations since refuse_at */
static atomic_uint refused_at; /* 0: none is refused */
static uintptr_t refused_not_from;
static uintptr_t refused_not_to;

static bool refuses(const void *caller)
{
    unsigned at = atomic_load(&refused_at);
    if (at == 0 || ((uintptr_t)caller >= refused_not_from && (uintptr_t)caller < refused_not_to))
        return false;
    if (atomic_fetch_add(&refused_n, 1) + 1 != at)
        return false;
    errno = ENOMEM;
    return true;
}

#define REFUSES refuses(__builtin_return_address(0))

#ifdef REPLACES_ALL
#define REAL(name) __libc_##name
#define FAKE(name) name
#define EVERYWHERE __attribute__((visibility("default"))) /* libraries find it too */
#else
#define REAL(name) __real_##name
#define FAKE(name) __wrap_##name
#define EVERYWHERE
char *REAL(strdup)(const char *text);
char *FAKE(strdup)(const char *text);
char *FAKE(strdup)(const char *text)
{
    return REFUSES ? NULL : REAL(strdup)(text);
}
#endif

void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *memory, size_t n);
EVERYWHERE void *FAKE(malloc)(size_t n);
EVERYWHERE void *FAKE(calloc)(size_t n, size_t size);
EVERYWHERE void *FAKE(realloc)(void *memory, size_t n);

void *FAKE(malloc)(size_t n)
{
    return REFUSES ? NULL : REAL(malloc)(n);
}

void *FAKE(calloc)(size_t n, size_t size)
{
    return REFUSES ? NULL : REAL(calloc)(n, size);
}

void *FAKE(realloc)(void *memory, size_t n)
{
    return REFUSES ? NULL : REAL(realloc)(memory, n);
}

static inline int refused_find_roaring(struct dl_phdr_info *info, size_t n, void *context)
{
    (void)n;
    (void)context;
    for (int i = 0; i < info->dlpi_phnum && strstr(info->dlpi_name, "/libroaring.") != NULL; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
            continue;
        refused_not_from = info->dlpi_addr + part->p_vaddr;
        refused_not_to = refused_not_from + part->p_memsz;
    }
    return 0;
}

/* To be called first. */
static inline void refuse_init(void)
{
    (void)dl_iterate_phdr(refused_find_roaring, NULL);
#ifdef REPLACES_ALL
    SKR_CHECK(refused_not_to > refused_not_from);
#endif
    stand_guard_start();
}

/* From now on the allocation of this number, from 1, is refused. what: said when it stands still.
 */
static inline void refuse_at(const char *what, unsigned at)
{
    stand_guard_note(what, at);
    atomic_store(&refused_n, 0);
    atomic_store(&refused_at, at);
}

/* Allocations since refuse_at, up to refuse_end. */
static inline unsigned refuse_count(void)
{
    return atomic_load(&refused_n);
}

/* Nothing is refused any more. Was anything? */
static inline bool refuse_end(void)
{
    unsigned at = atomic_exchange(&refused_at, 0);
    return refuse_count() >= at;
}

#endif
