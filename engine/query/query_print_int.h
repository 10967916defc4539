/*
 * query_print_int.h - what the canonical printer needs to know of a node of either language.
 */
#ifndef SKR_ENGINE_QUERY_QUERY_PRINT_INT_H
#define SKR_ENGINE_QUERY_QUERY_PRINT_INT_H

#include "engine/query/query_int.h"

typedef enum skr_view_kind {
    SKR_VIEW_ATOM,
    SKR_VIEW_NOT,   /* of left */
    SKR_VIEW_CHAIN, /* left joint right */
    SKR_VIEW_IDS,   /* one of at least one ids */
} skr_view_kind;

typedef struct skr_view {
    skr_view_kind kind;
    skr_joint joint;
    const void *left;
    const void *right;
    const skr_id_text *ids;
    size_t n_ids;
    int (*print)(const void *node, skr_buffer *text, skr_err *err); /* of an atom */
} skr_view;

typedef skr_view (*skr_look_fn)(const void *node);

/* Appends the canonical text of the tree under node. Errors: NOMEM. */
SKR_MUST_USE int skr_query_print(skr_look_fn look, const void *node, skr_buffer *text,
                                 skr_err *err);

/* Appends a word, in quotes where it needs them. Errors: NOMEM. */
SKR_MUST_USE int skr_query_put_word(skr_buffer *text, const char *word, skr_err *err);

#endif
