/*
 * scan.h - going through the alleles that a plan could mean, each once, over all segments.
 *
 * The places are cut into morsels: windows of one contig. Workers take morsels off one atomic
 * counter, several in a row, since neighbours share orders. Within a morsel the rows of each
 * segment are judged over columns, and those that are left are merged by key over all segments,
 * together with the alleles asked for by name. Whoever counts gets them in batches, each allele
 * once, with everything that is said of it. The answer depends neither on the number of workers nor
 * on how many alleles a batch holds.
 */
#ifndef SKR_ENGINE_SCAN_SCAN_H
#define SKR_ENGINE_SCAN_SCAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/face/warnings.h"
#include "engine/scan/worker.h"

/* Who counts, from worker->batch with worker->tallier. Called by any worker, but for one worker at
 * a time from one thread. */
typedef struct skr_scan_visitor {
    int (*on_batch)(void *context, skr_worker *worker, skr_err *err);
    /* May be NULL. Called for each morsel, by the worker that did it; also when it failed. */
    int (*on_morsel_end)(void *context, skr_worker *worker, size_t morsel, skr_err *err);
    /* May be NULL. The worker is done, or leaves a contig: what it keeps by cursor ends. */
    int (*on_leave)(void *context, skr_worker *worker, skr_err *err);
    void *context;
    bool wants_carriers;   /* of most alleles: they are read ahead */
    bool wants_silent;     /* as in skr_scan_scope */
    bool warns_unassessed; /* likewise */
    bool wants_named;      /* alleles asked for by name matter even where they do not satisfy */
} skr_scan_visitor;

/* What all scans of an engine have read. */
typedef struct skr_scan_work {
    atomic_uint_fast64_t n_reads;
    atomic_uint_fast64_t n_bytes;
    atomic_uint_fast64_t n_blocks;
} skr_scan_work;

/* What a scan works with; belongs to the engine. */
typedef struct skr_scan_tools {
    skr_io_choice io;
    unsigned n_threads;
    uint32_t n_batch_max; /* alleles in a batch; 0: as many as are good. For tests: with it, the
                           * smallest scan is divided among all threads */
    struct skr_helpers *helpers;
    struct skr_worker_pool *workers; /* NULL: a worker lives for one scan */
    struct skr_block_cache *cache;
    skr_analysis *analysis; /* what scans did is added here; NULL: nobody wants to know */
    skr_scan_work *work;    /* NULL: not added up */
} skr_scan_tools;

typedef struct skr_scan {
    skr_scan_scope scope;
    const skr_scan_visitor *visitor;
    skr_scan_tools tools;
    skr_warnings *warnings;  /* NULL: nobody wants them */
    skr_named_note one_note; /* where one is enough */
    unsigned window_shift;
    skr_morsel *morsels;
    size_t n_morsels;
    size_t n_morsels_max;
    uint64_t n_rows;    /* about how many rows lie in them */
    unsigned n_ahead;   /* morsels that a worker takes before their time, to read ahead */
    unsigned n_sharing; /* parts that take morsels */
    atomic_size_t next_morsel;
    atomic_bool has_failed;
    pthread_mutex_t lock; /* of the three below, and of the analysis */
    uint64_t n_parts;     /* that are done */
    int status;
    skr_err err; /* of the first who failed */
} skr_scan;

/* Morsels that a worker takes in a row are not more than these; all workers have fewer than twice
 * as many under way. */
static inline size_t skr_scan_run_max(unsigned n_workers)
{
    return n_workers <= 4 ? 64 : n_workers >= 32 ? 8 : 256u / n_workers;
}

/*
 * Runs a scan to its end: plan, access and slots of the scope, visitor and tools are set, the
 * rest is zero. Errors: DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM, what the visitor gives.
 */
SKR_MUST_USE int skr_scan_run(skr_scan *scan, skr_err *err);

/* Finds the morsels, for skr_scan_run and explain. The caller frees scan->morsels. Errors: NOMEM.
 */
SKR_MUST_USE int skr_scan_cut(skr_scan *scan, skr_err *err);

#endif
