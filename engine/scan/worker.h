/*
 * worker.h - what one thread of a scan owns: the cursors of the question, its batch, and whoever
 * adds it up and judges it; kept for the next question on the generation.
 */
#ifndef SKR_ENGINE_SCAN_WORKER_H
#define SKR_ENGINE_SCAN_WORKER_H

#include "engine/scan/batch_judge.h"

typedef struct skr_worker {
    const skr_snapshot *snapshot; /* whose segments it reads */
    skr_block_reader *reader;
    skr_row_cursor *cursors; /* those of the question */
    uint32_t n_cursors;
    skr_row_cursor *kept; /* of every segment between questions: its views and memory */
    uint32_t n_kept;
    skr_batch batch;
    skr_tallier tallier;
    skr_judge judge;
    skr_analysis done; /* in this scan: its counters and times, but for total and plan */
    unsigned number;   /* of the part of the scan */
    size_t morsel;     /* at which it is */
    size_t run_next;   /* the next of those that it took in a row, and their end */
    size_t run_to;
    bool has_failed; /* the scan, when a morsel ended */
    struct skr_worker *next_idle;
} skr_worker;

/* A worker for a generation, with batches of n_batch_max alleles (0: as many as are good). The
 * caller owns it. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_worker_new(const skr_snapshot *snapshot, skr_io_choice io,
                                struct skr_block_cache *cache, uint32_t n_batch_max,
                                skr_worker **ret_worker, skr_err *err);

/* Frees. NULL is allowed. */
void skr_worker_free(skr_worker *worker);

/*
 * Gives a worker of the same generation the cursors of a scan, as its part `number`; it lets go of
 * them in skr_worker_end, also when it could not begin. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_worker_begin(skr_worker *worker, const skr_scan_scope *scope, unsigned number,
                                  skr_err *err);
void skr_worker_end(skr_worker *worker);

#endif
