/*
 * names.c - texts, each kept once: an open-addressed table of numbers over texts kept in chunks.
 *
 * Names come from files that anybody may have written; somebody who makes them collide slows his
 * own import down and nothing else.
 */
#include "storage/base/names.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"

/* A chunk is twice as large as the one before, between these. */
#define CHUNK_SIZE_MIN ((size_t)1 << 10)
#define CHUNK_SIZE_MAX ((size_t)256 << 10)
#define N_SLOTS_MIN 16u

struct skr_names_chunk {
    skr_names_chunk *next;
    size_t n;
    size_t n_max;
    char bytes[];
};

int skr_names_new(skr_names **ret_names, skr_err *err)
{
    skr_names *names = calloc(1, sizeof *names);
    if (names == NULL)
        return skr_fail_nomem(err, "names");
    *ret_names = names;
    return SKR_OK;
}

/* The slot of a text: the one that has it, or the free one where it belongs. There are slots. */
static uint32_t slot_of(const skr_names *names, const char *text, size_t n, uint32_t hash)
{
    uint32_t slot = hash & (names->n_slots - 1);
    while (names->slots[slot] != 0) {
        uint32_t number = names->slots[slot] - 1;
        const char *there = names->texts[number];
        if (names->hashes[number] == hash && strncmp(there, text, n) == 0 && there[n] == '\0')
            break;
        slot = (slot + 1) & (names->n_slots - 1);
    }
    return slot;
}

uint32_t skr_names_find_n(const skr_names *names, const char *text, size_t n)
{
    if (names->n_slots == 0)
        return SKR_NONE;
    uint32_t taken = names->slots[slot_of(names, text, n, (uint32_t)skr_names_hash(text, n))];
    return taken == 0 ? SKR_NONE : taken - 1;
}

uint32_t skr_names_find(const skr_names *names, const char *text)
{
    return skr_names_find_n(names, text, strlen(text));
}

static int grow_slots(skr_names *names, skr_err *err)
{
    if (names->n < names->n_slots / 2)
        return SKR_OK;
    uint32_t n_slots = names->n_slots == 0 ? N_SLOTS_MIN : 2 * names->n_slots;
    uint32_t *slots = calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return skr_fail_nomem(err, "names");
    for (uint32_t i = 0; i < names->n; i++) {
        uint32_t slot = names->hashes[i] & (n_slots - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (n_slots - 1);
        slots[slot] = i + 1;
    }
    free(names->slots);
    names->slots = slots;
    names->n_slots = n_slots;
    return SKR_OK;
}

static int grow_texts(skr_names *names, skr_err *err)
{
    if (names->n >= SKR_NAMES_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "more than %u different texts", SKR_NAMES_MAX);
    uint32_t n_max = names->n_max; /* the two lists have the same room */
    SKR_TRY(SKR_ARRAY_RESERVE(&names->texts, &n_max, names->n + 1, "names", err));
    return SKR_ARRAY_RESERVE(&names->hashes, &names->n_max, names->n + 1, "names", err);
}

/* A copy of a text, or NULL. */
static const char *keep(skr_names *names, const char *text, size_t n)
{
    skr_names_chunk *at = names->chunks;
    if (at == NULL || n >= at->n_max - at->n) {
        size_t n_max = at == NULL ? CHUNK_SIZE_MIN : 2 * at->n_max;
        n_max = n_max > CHUNK_SIZE_MAX ? CHUNK_SIZE_MAX : n_max;
        n_max = n_max > n ? n_max : n + 1;
        at = malloc(sizeof *at + n_max);
        if (at == NULL)
            return NULL;
        *at = (skr_names_chunk){.next = names->chunks, .n_max = n_max};
        names->chunks = at;
    }
    char *kept = at->bytes + at->n;
    memcpy(kept, text, n);
    kept[n] = '\0';
    at->n += n + 1;
    SKR_CHECK(at->n <= at->n_max);
    return kept;
}

int skr_names_add_n(skr_names *names, const char *text, size_t n, uint32_t *ret_number,
                    bool *ret_is_new, skr_err *err)
{
    uint32_t hash = (uint32_t)skr_names_hash(text, n);
    SKR_TRY(grow_slots(names, err));
    uint32_t slot = slot_of(names, text, n, hash);
    bool is_new = names->slots[slot] == 0;
    if (is_new) {
        SKR_TRY(grow_texts(names, err));
        const char *kept = keep(names, text, n);
        if (kept == NULL)
            return skr_fail_nomem(err, "names");
        names->texts[names->n] = kept;
        names->hashes[names->n] = hash;
        names->slots[slot] = ++names->n;
    }
    *ret_number = names->slots[slot] - 1;
    if (ret_is_new != NULL)
        *ret_is_new = is_new;
    return SKR_OK;
}

int skr_names_add(skr_names *names, const char *text, uint32_t *ret_number, skr_err *err)
{
    return skr_names_add_n(names, text, strlen(text), ret_number, NULL, err);
}

uint32_t skr_names_count(const skr_names *names)
{
    return names->n;
}

const char *skr_names_at(const skr_names *names, uint32_t number)
{
    SKR_ASSERT(number < names->n);
    return names->texts[number];
}

void skr_names_done(skr_names *names)
{
    while (names->chunks != NULL) {
        skr_names_chunk *next = names->chunks->next;
        free(names->chunks);
        names->chunks = next;
    }
    free(names->slots);
    free(names->texts);
    free(names->hashes);
    *names = (skr_names){0};
}

void skr_names_free(skr_names *names)
{
    if (names == NULL)
        return;
    skr_names_done(names);
    free(names);
}
