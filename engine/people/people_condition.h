/*
 * people_condition.h - what judges a condition on people: does what it names exist, what is found
 * once for all datasets, whom it marks in one of them, and what its 0 may mean.
 *
 * engine/face/conditions.h says which condition has which of these. Each stands in the file of its
 * subject: people_sex.c, people_origin.c, people_named.c, people_terms.c, people_numbers.c,
 * people_carries.c.
 */
#ifndef SKR_ENGINE_PEOPLE_PEOPLE_CONDITION_H
#define SKR_ENGINE_PEOPLE_PEOPLE_CONDITION_H

#include "engine/people/people_eval.h"

/* What a condition found that is the same in every dataset. */
typedef struct skr_people_found {
    const skr_plan *plan; /* of its alleles, where somebody made it already; borrowed */
    skr_genomic genomic;
    uint64_t *named; /* a set of people; owner */
} skr_people_found;

/* What is left out is NULL or false. */
typedef struct skr_people_condition {
    /* Does everything that the node names exist? Only then may it count nobody. Left out: it names
     * nothing that could be missing. Errors: QUERY pointing at the word, NOT_YET, CORRUPT, IO,
     * NOMEM. */
    int (*check)(const skr_question *question, const skr_expr *node, skr_err *err);

    /* Finds what is the same in every dataset. is_negated: a not stands above it. Errors: QUERY,
     * those of a scan. */
    int (*find)(const skr_question *question, const skr_expr *node, bool is_negated,
                skr_people_found *found, skr_err *err);

    /* Sets the bits of a slot's people; of others they mean nothing. found: what find found.
     * Errors: CORRUPT, IO, NOMEM, QUERY, DEADLINE, INTERRUPTED. */
    int (*mark)(const skr_question *question, const skr_expr *node, const skr_people_found *found,
                uint32_t slot, uint64_t *bits, skr_err *err);

    /* What somebody must have to be compared at all, and *any, which has the node's members, made
     * the condition of those who have it. NULL: the node's 0 says what it says. Left out: always.
     */
    const char *(*value)(const skr_expr *node, skr_expr *any);

    bool has_unassessed; /* negated, its answer holds people of whom nothing is known */
} skr_people_condition;

/* The row of a condition, or of ALL; NULL: a connective. */
const skr_people_condition *skr_people_condition_of(skr_expr_op op);

/* Points at the word of a node. Returns code. */
int skr_people_point(const skr_expr *node, int code, skr_err *err);

/* Sets the complement within the n_people bits. */
void skr_people_complement(const skr_question *question, uint64_t *bits);

#endif
