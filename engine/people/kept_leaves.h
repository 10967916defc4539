/*
 * kept_leaves.h - whom conditions found, kept for the questions that follow.
 *
 * Ten thousand questions of genes, terms and sexes are made of a few hundred conditions. Where an
 * engine keeps what they found, each is looked for once. What is kept is of one generation, and
 * forgotten with it; least recently used goes first when there is more than may be kept.
 *
 * Threads: any number.
 */
#ifndef SKR_ENGINE_PEOPLE_KEPT_LEAVES_H
#define SKR_ENGINE_PEOPLE_KEPT_LEAVES_H

#include "engine/people/question.h"

/* What a condition found in one list of datasets. Not changed while somebody holds it. */
typedef struct skr_kept_leaf {
    skr_people_sets people;   /* of each slot */
    skr_people_sets assessed; /* of whom it is known; none where nobody wanted them */
    skr_warnings warnings;    /* that finding them gave */
    char *key;
    size_t n_key;
    size_t n_bytes;
    unsigned n_users;
    struct skr_kept_leaf *next; /* the next less recently used */
} skr_kept_leaf;

/* Frees a leaf that is in no list. NULL is allowed. */
void skr_kept_leaf_free(skr_kept_leaf *leaf);

typedef struct skr_kept_leaves skr_kept_leaves;

/* The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_kept_leaves_new(size_t n_bytes_max, skr_kept_leaves **ret_kept, skr_err *err);

/* Frees it and what it keeps; nobody may hold a leaf. NULL is allowed. */
void skr_kept_leaves_free(skr_kept_leaves *kept);

/* From now on this generation is kept; the snapshot itself is not held. */
void skr_kept_leaves_turn(skr_kept_leaves *kept, const skr_snapshot *snapshot);

/* What a condition found in this generation, to be given back; NULL: it is not kept. */
skr_kept_leaf *skr_kept_leaves_take(skr_kept_leaves *kept, const skr_snapshot *snapshot,
                                    const void *key, size_t n_key);

/* Adds a leaf, which is taken, with one user: the caller, who gives it back. */
void skr_kept_leaves_add(skr_kept_leaves *kept, const skr_snapshot *snapshot, skr_kept_leaf *leaf);

/* Gives one back; one that is kept no longer is freed with its last user. */
void skr_kept_leaves_give(skr_kept_leaves *kept, skr_kept_leaf *leaf);

/* How many bytes a leaf may have to be kept at all. */
size_t skr_kept_leaves_leaf_max(const skr_kept_leaves *kept);

#endif
