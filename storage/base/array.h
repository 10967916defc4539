/*
 * array.h - growing arrays, and finding a place in a sorted one.
 *
 * An array is a pointer, the number of its elements and the number that it has room for (n_max, a
 * size_t or a uint32_t); the struct that holds the three owns it and frees it with free.
 */
#ifndef SKR_STORAGE_BASE_ARRAY_H
#define SKR_STORAGE_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/*
 * Makes room for n elements in all. list: the address of the array's pointer; n_max: the address of
 * its room. The room at least doubles, so that appending costs the same however long the array is;
 * new elements are not set. what: what the array holds, for the message. On failure all stays as it
 * was. Errors: NOMEM.
 */
#define SKR_ARRAY_RESERVE(list, n_max, n, what, err)                                               \
    ((n) <= *(n_max) ? SKR_OK                                                                      \
                     : _Generic((n_max), size_t *                                                  \
                                : skr_array_grow, uint32_t *                                       \
                                : skr_array_grow_u32)((void **)(list), (n_max), (n),               \
                                                      sizeof **(list), (what), (err)))

/* What SKR_ARRAY_RESERVE calls when there is not room enough. Elements have `size` bytes. */
SKR_MUST_USE int skr_array_grow(void **list, size_t *n_max, size_t n, size_t size, const char *what,
                                skr_err *err);
SKR_MUST_USE int skr_array_grow_u32(void **list, uint32_t *n_max, size_t n, size_t size,
                                    const char *what, skr_err *err);

/* Does the element at a position of a sorted list stand before what is looked for? */
typedef bool (*skr_is_before_fn)(const void *context, size_t at);

/*
 * The first of n positions whose element does not stand before what is looked for; n when all do.
 * is_before is true up to some position and false from there on. Inline, so that is_before is.
 */
static inline size_t skr_array_search(size_t n, skr_is_before_fn is_before, const void *context)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(context, middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first of n ascending numbers that is not below value; n when all are. */
static inline size_t skr_array_search_u32(const uint32_t *numbers, size_t n, uint32_t value)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
