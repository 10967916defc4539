/*
 * told_terms.h - the terms of a dataset that would be told, found once in a generation.
 */
#ifndef SKR_ENGINE_PEOPLE_TOLD_TERMS_H
#define SKR_ENGINE_PEOPLE_TOLD_TERMS_H

#include <stdatomic.h>

#include "engine/people/question.h"

/* A term. Texts belong to the snapshot's ontology or people table. */
typedef struct skr_told_term {
    const char *curie;
    const char *label; /* "" when none may be told */
    bool has_values;
} skr_told_term;

/* Terms, ascending by curie, each once. Never changed once they are found. */
typedef struct skr_told_terms {
    atomic_uint n_users;
    skr_policy policy; /* under which they would be told */
    skr_told_term *terms;
    size_t n;
    size_t n_max;
} skr_told_terms;

/* One more user. */
void skr_told_terms_acquire(skr_told_terms *told);

/* One user fewer; the last one frees them. NULL is allowed. */
void skr_told_terms_release(skr_told_terms *told);

/* Appends a term. Errors: NOMEM. */
SKR_MUST_USE int skr_told_terms_add(skr_told_terms *told, const skr_told_term *term, skr_err *err);

/* Judges the terms of a slot of the question anew, for one user. Errors: CORRUPT, IO,
 * NOMEM, DEADLINE, INTERRUPTED. */
SKR_MUST_USE int skr_told_terms_judge(const skr_question *question, uint32_t slot,
                                      skr_told_terms **ret_told, skr_err *err);

#endif
