/*
 * name_map.c - open addressing with linear probing, at most half full.
 *
 * Names come from files that anybody may have written; somebody who makes them collide slows his
 * own import down and nothing else.
 */
#include "storage/base/name_map.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"

static uint32_t hash_of(const char *name, size_t n)
{
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
    return (uint32_t)(hash ^ hash >> 29);
}

/* The slot of a name, or the empty one where it belongs. The map has slots. */
static uint32_t slot_of(const skr_name_map *map, uint32_t hash, const char *name, size_t n)
{
    uint32_t mask = map->n_slots - 1;
    uint32_t at = hash & mask;
    while (map->slots[at] != 0) {
        if (map->slots[at] >> 32 == hash) {
            const char *there = map->names[(uint32_t)map->slots[at] - 1];
            if (strncmp(there, name, n) == 0 && there[n] == '\0')
                break;
        }
        at = (at + 1) & mask;
    }
    return at;
}

static int grow(skr_name_map *map, skr_err *err)
{
    uint32_t n_slots = map->n_slots == 0 ? 64 : map->n_slots * 2;
    uint32_t n_max = n_slots / 2;
    uint64_t *slots = calloc(n_slots, sizeof *slots);
    char **names = realloc(map->names, n_max * sizeof *names);
    if (names != NULL)
        map->names = names;
    if (slots == NULL || names == NULL) {
        free(slots);
        return skr_fail_nomem(err, "names");
    }
    for (uint32_t i = 0; i < map->n_slots; i++) {
        uint32_t at = (uint32_t)(map->slots[i] >> 32) & (n_slots - 1);
        if (map->slots[i] == 0)
            continue;
        while (slots[at] != 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    map->n_max = n_max;
    return SKR_OK;
}

int skr_name_map_add(skr_name_map *map, const char *name, size_t n, uint32_t *ret_number,
                     bool *ret_is_new, skr_err *err)
{
    if (map->n == map->n_max) {
        if (map->n >= SKR_SAMPLES_MAX)
            return skr_fail(err, SKR_ERR_LIMIT, "more than %u names", SKR_SAMPLES_MAX);
        SKR_TRY(grow(map, err));
    }
    uint32_t hash = hash_of(name, n);
    uint32_t slot = slot_of(map, hash, name, n);
    bool is_new = map->slots[slot] == 0;
    if (is_new) {
        char *copy = malloc(n + 1);
        if (copy == NULL)
            return skr_fail_nomem(err, "names");
        memcpy(copy, name, n);
        copy[n] = '\0';
        map->names[map->n++] = copy;
        map->slots[slot] = (uint64_t)hash << 32 | map->n;
    }
    *ret_number = (uint32_t)map->slots[slot] - 1;
    if (ret_is_new != NULL)
        *ret_is_new = is_new;
    return SKR_OK;
}

uint32_t skr_name_map_find(const skr_name_map *map, const char *name, size_t n)
{
    if (map->n_slots == 0)
        return UINT32_MAX;
    return (uint32_t)map->slots[slot_of(map, hash_of(name, n), name, n)] - 1;
}

void skr_name_map_done(skr_name_map *map)
{
    for (uint32_t i = 0; i < map->n; i++)
        free(map->names[i]);
    free(map->names);
    free(map->slots);
    *map = (skr_name_map){0};
}
