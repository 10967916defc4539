/* name_index.c - positions of names by open addressing. */
#include "storage/base/name_index.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"

#define N_SLOTS_MIN 16u

static const char *name_of(const void *list, size_t size, uint32_t i)
{
    return *(const char *const *)((const char *)list + i * size);
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *name)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (; *name != '\0'; name++)
        value = (value ^ (unsigned char)*name) * 0x100000001b3u;
    return value ^ value >> 32;
}

/* The slot of a name: taken by it, or free. n_slots is a power of two above the elements. */
static uint32_t slot_of(const skr_name_index *index, const void *list, size_t size,
                        const char *name)
{
    uint32_t slot = (uint32_t)hash(name) & (index->n_slots - 1);
    while (index->slots[slot] != 0 &&
           strcmp(name_of(list, size, index->slots[slot] - 1), name) != 0)
        slot = (slot + 1) & (index->n_slots - 1);
    return slot;
}

uint32_t skr_name_index_find(const skr_name_index *index, const void *list, size_t size,
                             const char *name)
{
    if (index->n_slots == 0)
        return SKR_NONE;
    uint32_t taken = index->slots[slot_of(index, list, size, name)];
    return taken == 0 ? SKR_NONE : taken - 1;
}

/* At most half of the slots are taken, so that a search ends soon. */
static int make_room(skr_name_index *index, uint32_t n, skr_err *err)
{
    if (n <= index->n_slots / 2)
        return SKR_OK;
    uint64_t n_slots = N_SLOTS_MIN;
    while (n_slots / 2 < n)
        n_slots *= 2;
    uint32_t *slots = n_slots > UINT32_MAX ? NULL : calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return skr_fail_nomem(err, "an index of names");
    free(index->slots);
    *index = (skr_name_index){.slots = slots, .n_slots = (uint32_t)n_slots};
    return SKR_OK;
}

int skr_name_index_extend(skr_name_index *index, const void *list, size_t size, uint32_t n_list,
                          skr_err *err)
{
    SKR_TRY(make_room(index, n_list, err));
    for (; index->n < n_list; index->n++) {
        uint32_t slot = slot_of(index, list, size, name_of(list, size, index->n));
        if (index->slots[slot] == 0)
            index->slots[slot] = index->n + 1;
    }
    return SKR_OK;
}

void skr_name_index_done(skr_name_index *index)
{
    free(index->slots);
    *index = (skr_name_index){0};
}
