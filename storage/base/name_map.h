/*
 * name_map.h - numbers for names: the sample columns of a file, contigs, individuals.
 *
 * Threads: one owner.
 */
#ifndef SKR_STORAGE_BASE_NAME_MAP_H
#define SKR_STORAGE_BASE_NAME_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Zero-initialise; free with skr_name_map_done. */
typedef struct skr_name_map {
    char **names; /* by number; each NUL-terminated, owned */
    uint32_t n;
    uint32_t n_max;
    uint64_t *slots; /* upper half the hash, lower half number + 1; 0 is empty */
    uint32_t n_slots;
} skr_name_map;

/* The number of a name of n bytes, added when it is new. Errors: NOMEM, LIMIT. */
SKR_MUST_USE int skr_name_map_add(skr_name_map *map, const char *name, size_t n,
                                  uint32_t *ret_number, bool *ret_is_new, skr_err *err);

/* The number of a name, or UINT32_MAX. */
uint32_t skr_name_map_find(const skr_name_map *map, const char *name, size_t n);

/* Frees all names and zeroes the map. */
void skr_name_map_done(skr_name_map *map);

#endif
