/*
 * names.h - texts, each kept once and numbered in the order of arrival; found by a hash.
 *
 * Threads: one owner; any number may read when nobody adds.
 */
#ifndef SKR_STORAGE_BASE_NAMES_H
#define SKR_STORAGE_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/base/limits.h"

typedef struct skr_names_chunk skr_names_chunk;

/* Zero-initialise; free with skr_names_done. */
typedef struct skr_names {
    const char **texts; /* by number; they do not move */
    uint32_t n;
    uint32_t n_max;
    uint32_t *hashes; /* by number */
    uint32_t *slots;  /* number + 1; 0: free. A power of two of them, at most half taken */
    uint32_t n_slots;
    skr_names_chunk *chunks; /* of memory for texts, the newest first */
} skr_names;

/* The hash of a text of n bytes: FNV-1a of 64 bits, its high bits folded in. */
static inline uint64_t skr_names_hash(const char *text, size_t n)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* None yet, on the heap: the caller owns *ret_names. Errors: NOMEM. */
SKR_MUST_USE int skr_names_new(skr_names **ret_names, skr_err *err);

/* The number of a text, SKR_NONE when it is not there. One of n bytes has no NUL in it. */
uint32_t skr_names_find(const skr_names *names, const char *text);
uint32_t skr_names_find_n(const skr_names *names, const char *text, size_t n);

/*
 * The number of a text, which is copied when it is new. ret_is_new may be NULL. Errors: LIMIT,
 * NOMEM.
 */
SKR_MUST_USE int skr_names_add(skr_names *names, const char *text, uint32_t *ret_number,
                               skr_err *err);
SKR_MUST_USE int skr_names_add_n(skr_names *names, const char *text, size_t n, uint32_t *ret_number,
                                 bool *ret_is_new, skr_err *err);

/* How many there are; numbers are below it. */
uint32_t skr_names_count(const skr_names *names);

/* A text by its number; belongs to the names and does not move. */
const char *skr_names_at(const skr_names *names, uint32_t number);

/* Frees all texts and zeroes the names. */
void skr_names_done(skr_names *names);

/* Frees names of skr_names_new. NULL is allowed. */
void skr_names_free(skr_names *names);

#endif
