/*
 * curie_list.h - many CURIEs, each once, told apart by numbers instead of texts.
 *
 * Nearly all of them end in digits: HP:0000118. What stands before the last digits (nine at most)
 * is the head; CURIEs of one head and as many digits are a group, of which the numbers alone are
 * kept. Two ascending lists of numbers are compared in less time than it takes to read the texts.
 * What ends in no digit is a group by itself.
 *
 * The order of a list is that of the heads' bytes, then of how many digits, then of the numbers; it
 * is not that of the texts. docs/format.md, "CURIE list", says every byte.
 *
 * Threads: any number may read.
 */
#ifndef SKR_INDEX_CURIE_LIST_H
#define SKR_INDEX_CURIE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"

#define SKR_CURIE_DIGITS_MAX 9u

typedef struct skr_curie_group {
    const char *head; /* of the stored bytes; not ended by NUL */
    uint32_t n_head;
    uint32_t n_digits; /* 0: the head is the CURIE */
    uint32_t first;    /* the place of its first CURIE */
} skr_curie_group;

/* Zero-initialise; free with skr_curie_list_done. */
typedef struct skr_curie_list {
    skr_buffer bytes; /* as they are stored; the heads lie here */
    uint32_t n;
    uint32_t n_groups;
    skr_curie_group *groups; /* and one more, whose first is n */
    uint32_t *numbers;       /* by place; 0 where there are no digits */
} skr_curie_list;

/* The order of two CURIEs in a list: below, at or above 0. */
int skr_curie_compare(const char *a, const char *b);

/* Appends the stored form of n CURIEs in their order, no two alike, none empty. Errors: NOMEM. */
SKR_MUST_USE int skr_curie_list_encode(const char *const *curies, uint32_t n, skr_buffer *bytes,
                                       skr_err *err);

/*
 * Reads list->bytes, which were put there and are not believed, as a list of n CURIEs. Errors:
 * CORRUPT, NOMEM; the list is to be freed then, too.
 */
SKR_MUST_USE int skr_curie_list_read(skr_curie_list *list, uint32_t n, skr_err *err);

/* The place of a CURIE, or SKR_NONE. */
uint32_t skr_curie_list_find(const skr_curie_list *list, const char *curie);

/* For each CURIE of another list its place in this one, or SKR_NONE; places has room for all. */
void skr_curie_list_match(const skr_curie_list *list, const skr_curie_list *asked,
                          uint32_t *places);

/* All texts, by place, in one piece of memory that the caller frees. Errors: NOMEM. */
SKR_MUST_USE int skr_curie_list_texts(const skr_curie_list *list, const char ***ret_texts,
                                      skr_err *err);

/* Frees what the list holds, and zeroes it. */
void skr_curie_list_done(skr_curie_list *list);

#endif
