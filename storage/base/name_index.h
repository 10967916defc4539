/*
 * name_index.h - finds an element of a list by its name, without walking the list.
 *
 * For lists that only grow, whose elements are structs with a `char *name` as first member. The
 * index holds positions, not pointers, so the list may move in memory. A draft assembly has
 * hundreds of thousands of contigs, and each is looked up before it is added.
 *
 * Threads: a const index may be read by any number.
 */
#ifndef SKR_STORAGE_BASE_NAME_INDEX_H
#define SKR_STORAGE_BASE_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Zero-initialise before use; free with skr_name_index_done. */
typedef struct skr_name_index {
    uint32_t *slots; /* position in the list plus 1; 0: free */
    uint32_t n_slots;
    uint32_t n; /* elements in it: the first n of the list */
} skr_name_index;

/*
 * The position of the first element of that name among the elements in the index, or SKR_NONE.
 * size is that of an element of the list.
 */
uint32_t skr_name_index_find(const skr_name_index *index, const void *list, size_t size,
                             const char *name);

/*
 * Takes the elements of the list up to n_list into the index. Of elements with one name the first
 * is found. Errors: NOMEM.
 */
SKR_MUST_USE int skr_name_index_extend(skr_name_index *index, const void *list, size_t size,
                                       uint32_t n_list, skr_err *err);

/* Frees the slots and zeroes the index. */
void skr_name_index_done(skr_name_index *index);

#endif
