/*
 * names.c - texts, each kept once: an open-addressed table of numbers over texts kept in chunks.
 */
#include <stdlib.h>
#include <string.h>

#include "index/names.h"

#define CHUNK_SIZE (256u << 10)
#define NUMBER_MAX (1u << 30)

typedef struct chunk {
    struct chunk *next;
    size_t n;
    size_t n_max;
    char bytes[];
} chunk;

struct skr_names {
    uint32_t *slots; /* number + 1; 0: free. A power of two of them, at most half taken */
    uint32_t n_slots;
    const char **texts;
    uint32_t *hashes;
    uint32_t n;
    uint32_t n_max;
    chunk *chunks; /* the newest first */
};

/* FNV-1a, its high bits folded in: short texts, no adversary gains more than a slow import. */
static uint32_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
    return (uint32_t)(hash ^ hash >> 32);
}

int skr_names_new(skr_names **ret_names, skr_err *err)
{
    skr_names *names = calloc(1, sizeof *names);
    if (names != NULL) {
        names->n_slots = 64;
        names->slots = calloc(names->n_slots, sizeof *names->slots);
    }
    if (names == NULL || names->slots == NULL) {
        skr_names_free(names);
        return skr_fail_nomem(err, "names");
    }
    *ret_names = names;
    return SKR_OK;
}

/* The slot of a text: the one that has it, or the free one where it belongs. */
static uint32_t slot_of(const skr_names *names, const char *text, uint32_t hash)
{
    uint32_t slot = hash & (names->n_slots - 1);
    while (names->slots[slot] != 0) {
        uint32_t number = names->slots[slot] - 1;
        if (names->hashes[number] == hash && strcmp(names->texts[number], text) == 0)
            return slot;
        slot = (slot + 1) & (names->n_slots - 1);
    }
    return slot;
}

uint32_t skr_names_find(const skr_names *names, const char *text)
{
    uint32_t slot = slot_of(names, text, hash_of(text));
    return names->slots[slot] == 0 ? SKR_NONE : names->slots[slot] - 1;
}

static int grow_slots(skr_names *names, skr_err *err)
{
    if (names->n < names->n_slots / 2)
        return SKR_OK;
    uint32_t n_slots = 2 * names->n_slots;
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
    if (names->n < names->n_max)
        return SKR_OK;
    if (names->n >= NUMBER_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "more than %u different texts", NUMBER_MAX);
    uint32_t n_max = names->n_max == 0 ? 64 : 2 * names->n_max;
    const char **texts = realloc(names->texts, n_max * sizeof *texts);
    if (texts == NULL)
        return skr_fail_nomem(err, "names");
    names->texts = texts;
    uint32_t *hashes = realloc(names->hashes, n_max * sizeof *hashes);
    if (hashes == NULL)
        return skr_fail_nomem(err, "names");
    names->hashes = hashes;
    names->n_max = n_max;
    return SKR_OK;
}

static const char *keep(skr_names *names, const char *text)
{
    size_t n = strlen(text) + 1;
    chunk *at = names->chunks;
    if (at == NULL || n > at->n_max - at->n) {
        size_t n_max = n > CHUNK_SIZE ? n : CHUNK_SIZE;
        at = malloc(sizeof *at + n_max);
        if (at == NULL)
            return NULL;
        *at = (chunk){.next = names->chunks, .n_max = n_max};
        names->chunks = at;
    }
    char *kept = at->bytes + at->n;
    memcpy(kept, text, n);
    at->n += n;
    return kept;
}

int skr_names_add(skr_names *names, const char *text, uint32_t *ret_number, skr_err *err)
{
    uint32_t hash = hash_of(text);
    uint32_t slot = slot_of(names, text, hash);
    if (names->slots[slot] != 0) {
        *ret_number = names->slots[slot] - 1;
        return SKR_OK;
    }
    SKR_TRY(grow_texts(names, err));
    SKR_TRY(grow_slots(names, err));
    const char *kept = keep(names, text);
    if (kept == NULL)
        return skr_fail_nomem(err, "names");
    names->texts[names->n] = kept;
    names->hashes[names->n] = hash;
    slot = slot_of(names, text, hash);
    names->slots[slot] = names->n + 1;
    *ret_number = names->n;
    names->n++;
    return SKR_OK;
}

uint32_t skr_names_count(const skr_names *names)
{
    return names->n;
}

const char *skr_names_at(const skr_names *names, uint32_t number)
{
    return names->texts[number];
}

void skr_names_free(skr_names *names)
{
    if (names == NULL)
        return;
    while (names->chunks != NULL) {
        chunk *next = names->chunks->next;
        free(names->chunks);
        names->chunks = next;
    }
    free(names->slots);
    free(names->texts);
    free(names->hashes);
    free(names);
}
