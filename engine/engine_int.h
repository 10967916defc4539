/*
 * engine_int.h - the engine itself, for the files that answer questions about the store.
 */
#ifndef SKR_ENGINE_ENGINE_INT_H
#define SKR_ENGINE_ENGINE_INT_H

#include <pthread.h>
#include <stdbool.h>

#include "engine/face/engine.h"
#include "engine/people/people_eval.h"
#include "engine/people/populations.h"
#include "engine/people/told_terms.h"

/* What may be told of the terms of a dataset: terms.c. */
typedef struct skr_kept_terms {
    skr_told_terms *told; /* NULL: nobody has found them yet */
    bool is_judged_now;   /* somebody finds them */
} skr_kept_terms;

struct skr_engine {
    char *folder;
    skr_engine_options options;         /* n_threads is at least 1 */
    uint32_t n_batch_max;               /* engine_knobs_int.h */
    pthread_mutex_t lock;               /* of what is in force, and of io */
    skr_snapshot *snapshot;             /* in force */
    skr_kept_terms *kept_terms;         /* of each of its datasets */
    skr_populations **kept_populations; /* of each of its datasets and assemblies; NULL: nobody has
                                         * found them yet */
    pthread_cond_t terms_judged; /* somebody found some or failed, or a generation turned; monotonic
                                    clock */
    struct skr_helpers *helpers;
    struct skr_worker_pool *workers; /* idle ones, of the generation in force */
    struct skr_block_cache *cache;   /* NULL: none */
    struct skr_kept_leaves *kept;    /* whom conditions found; NULL: that is not kept */
    skr_open_files *files;           /* which segments are open now */
    atomic_uint_fast64_t state;      /* how many were in force by now */
    skr_scan_work work;
    char *io; /* how blocks are read, and why */
};

/* Begins a question on the generation in force; skr_engine_end gives it back. Errors: NOMEM. */
SKR_MUST_USE int skr_engine_begin(skr_engine *engine, const skr_access *access,
                                  skr_question *ret_question, skr_err *err);
void skr_engine_end(skr_question *question);

/* The populations of a slot's dataset in an assembly, kept with the generation in force; the
 * context is the engine. To be released. Errors: those of skr_populations_find. */
SKR_MUST_USE int skr_engine_populations(void *context, const skr_question *question, uint32_t slot,
                                        uint32_t assembly, skr_populations **ret_populations,
                                        skr_err *err);

/* Gives each slot the people of `within`, which may be NULL; they belong to *people. Errors: as
 * count. */
SKR_MUST_USE int skr_engine_find_cohort(skr_question *question, const skr_expr *within,
                                        skr_people_answer *people, skr_err *err);

/* Gives an answer, zeroed, its generation and a place for each dataset. Errors: NOMEM. */
SKR_MUST_USE int skr_engine_answer_init(const skr_question *question, skr_count_answer *answer,
                                        skr_err *err);

/* Tells the people of an answer; their first sets are used up. Errors: NOMEM. */
SKR_MUST_USE int skr_engine_answer_tell(const skr_question *question, skr_people_answer *people,
                                        skr_count_answer *answer, skr_err *err);

/* Would a number of people be told? */
bool skr_engine_may_tell(const skr_question *question, uint64_t n_people);

#endif
