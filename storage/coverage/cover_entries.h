/*
 * cover_entries.h - many places of many samples, and putting them in order.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_COVERAGE_COVER_ENTRIES_H
#define SKR_STORAGE_COVERAGE_COVER_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Where, which call, and whose. */
typedef struct skr_cover_entry {
    uint64_t key;
    uint32_t value;
    uint8_t call;
} skr_cover_entry;

/* A growing list; list is freed with free. */
typedef struct skr_cover_entries {
    skr_cover_entry *list;
    size_t n;
    size_t n_max;
} skr_cover_entries;

/* Sorts by key, then by call; what is equal in both keeps its order. Errors: NOMEM. */
SKR_MUST_USE int skr_cover_entries_sort(skr_cover_entries *all, skr_err *err);

#endif
