/*
 * engine_int.h - the engine itself, for the files that answer questions about the store.
 */
#ifndef SKR_ENGINE_ENGINE_INT_H
#define SKR_ENGINE_ENGINE_INT_H

#include <pthread.h>
#include <stdbool.h>

#include "engine/face/engine.h"
#include "engine/people/people_eval.h"
#include "engine/people/told_terms.h"

/* What may be told of the terms of a dataset: terms.c. */
typedef struct skr_kept_terms {
    skr_told_terms *told; /* NULL: nobody has found them yet */
    bool is_judged_now;   /* somebody finds them */
} skr_kept_terms;

struct skr_engine {
    char *folder;
    skr_engine_options options;  /* n_threads is at least 1 */
    uint32_t n_batch_max;        /* engine_knobs_int.h */
    pthread_mutex_t lock;        /* of what is in force, and of io */
    skr_snapshot *snapshot;      /* in force */
    skr_kept_terms *kept_terms;  /* of each of its datasets */
    pthread_cond_t terms_judged; /* somebody found some or failed, or a generation turned; monotonic
                                    clock */
    struct skr_helpers *helpers;
    struct skr_worker_pool *workers; /* idle ones, of the generation in force */
    struct skr_block_cache *cache;   /* NULL: none */
    atomic_uint_fast64_t state;      /* how many were in force by now */
    skr_scan_work work;
    char *io; /* how blocks are read, and why */
};

/* Begins a question on the generation in force; skr_engine_end gives it back. Errors: NOMEM. */
SKR_MUST_USE int skr_engine_begin(skr_engine *engine, const skr_access *access,
                                  skr_question *ret_question, skr_err *err);
void skr_engine_end(skr_question *question);

/* Gives each slot the people of `within`, which may be NULL; they belong to *people. Errors: as
 * count. */
SKR_MUST_USE int skr_engine_find_cohort(skr_question *question, const skr_expr *within,
                                        skr_people_answer *people, skr_err *err);

#endif
