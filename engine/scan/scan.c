/*
 * scan.c - running the parts of a scan on threads, and what all of them did together.
 */

#include <stdlib.h>

#include "engine/scan/helpers.h"
#include "engine/scan/scan_int.h"
#include "engine/scan/worker_pool.h"
#include "storage/base/clock.h"

/* Keeps the first failure. */
static void note_failure(skr_scan *scan, int status, const skr_err *err)
{
    atomic_store(&scan->has_failed, true);
    (void)pthread_mutex_lock(&scan->lock);
    if (scan->status == SKR_OK) {
        scan->status = status;
        scan->err = *err;
    }
    (void)pthread_mutex_unlock(&scan->lock);
}

/* Adds what a worker has done to what the question's scans did. */
static void add_done(skr_scan *scan, skr_worker *worker)
{
    skr_analysis *all = scan->tools.analysis;
    const skr_analysis *done = &worker->done;
    const skr_reader_totals *totals = skr_block_reader_totals(worker->reader);
    (void)pthread_mutex_lock(&scan->lock);
    skr_scan_doubt_add(scan, worker);
    if (all == NULL) {
        (void)pthread_mutex_unlock(&scan->lock);
        return;
    }
    all->n_dropped_kind += done->n_dropped_kind;
    all->n_dropped_ac += done->n_dropped_ac;
    all->n_read += done->n_read;
    all->n_rows += done->n_rows;
    all->n_rows_left += done->n_rows_left;
    all->n_keys += done->n_keys;
    all->n_keys_open += done->n_keys_open;
    all->n_keys_tallied += done->n_keys_tallied;
    all->n_keys_wanted += done->n_keys_wanted;
    all->judge_ns += done->judge_ns;
    all->merge_ns += done->merge_ns;
    all->tally_ns += done->tally_ns;
    all->n_file_reads += totals->n_reads;
    all->n_bytes += totals->n_bytes;
    all->n_blocks += totals->n_blocks;
    all->n_bytes_raw += totals->n_raw;
    all->n_cache_hits += totals->n_found;
    all->read_ns += totals->read_ns;
    all->unpack_ns += totals->unpack_ns;
    all->decode_ns += totals->decode_ns;
    scan->n_parts++;
    if (scan->n_parts > all->n_threads)
        all->n_threads = scan->n_parts;
    (void)pthread_mutex_unlock(&scan->lock);
}

/* Tiles with rows in the segments that are scanned. */
static uint64_t count_tiles(const skr_scan *scan)
{
    const skr_snapshot *snapshot = scan->scope.plan->snapshot;
    uint64_t n_tiles = 0;
    for (uint32_t i = 0; i < snapshot->n_segments; i++)
        if (skr_scan_has(scan, snapshot->entries[i]))
            n_tiles += skr_segment_n_tiles_with_rows(snapshot->segments[i]);
    return n_tiles;
}

/* Adds one scan. What was neither gone through nor dropped by its map lies elsewhere. */
static void add_scan(const skr_scan *scan, uint64_t n_seen_before)
{
    skr_analysis *all = scan->tools.analysis;
    if (all == NULL)
        return;
    uint64_t n_tiles = count_tiles(scan);
    uint64_t n_seen = all->n_read + all->n_dropped_kind + all->n_dropped_ac - n_seen_before;
    all->n_scans++;
    all->n_tiles += n_tiles;
    all->n_dropped_place += n_tiles > n_seen ? n_tiles - n_seen : 0;
}

/* Adds what a worker has read since `before`. */
static void add_work(skr_scan_work *work, const skr_worker *worker, const skr_reader_totals *before)
{
    const skr_reader_totals *now = skr_block_reader_totals(worker->reader);
    if (work == NULL || now->n_blocks == before->n_blocks)
        return; /* it found all in memory */
    atomic_fetch_add(&work->n_reads, now->n_reads - before->n_reads);
    atomic_fetch_add(&work->n_bytes, now->n_bytes - before->n_bytes);
    atomic_fetch_add(&work->n_blocks, now->n_blocks - before->n_blocks);
}

static void run_part(void *context, unsigned number)
{
    skr_scan *scan = context;
    skr_err err = {0};
    skr_worker *worker = skr_worker_pool_take(scan->tools.workers, scan->scope.plan->snapshot);
    int status = worker != NULL
                     ? SKR_OK
                     : skr_worker_new(scan->scope.plan->snapshot, scan->tools.io, scan->tools.cache,
                                      scan->tools.n_batch_max, &worker, &err);
    if (status < 0) {
        note_failure(scan, status, &err);
        return;
    }
    status = skr_worker_begin(worker, &scan->scope, number, &err);
    if (status == SKR_OK) {
        const skr_reader_totals before = *skr_block_reader_totals(worker->reader);
        status = skr_scan_run_part(scan, worker, &err);
        add_done(scan, worker);
        add_work(scan->tools.work, worker, &before);
    }
    skr_worker_end(worker);
    skr_worker_pool_give(scan->tools.workers, worker);
    if (status < 0)
        note_failure(scan, status, &err);
}

/* A part for every so many rows: waking a thread costs what some thousand rows do. */
#define ROWS_A_PART 4096u

static unsigned choose_parts(const skr_scan *scan)
{
    uint64_t n = scan->tools.n_threads;
    if (n > 1 + scan->n_rows / ROWS_A_PART && scan->tools.n_batch_max == 0)
        n = 1 + scan->n_rows / ROWS_A_PART;
    return n < scan->n_morsels ? (unsigned)n : (unsigned)scan->n_morsels;
}

/* What has fewer rows is read in the time that memory for reading ahead takes. */
#define ROWS_WORTH_AHEAD 32768u

/* Where there are few morsels, taking several makes the work uneven. */
static unsigned choose_ahead(const skr_scan *scan, unsigned n_parts)
{
    if (scan->n_rows < ROWS_WORTH_AHEAD && scan->tools.n_batch_max == 0)
        return 0;
    size_t n = n_parts == 1 ? scan->n_morsels - 1 : scan->n_morsels / (4 * (size_t)n_parts);
    return n < SKR_AHEAD_MAX ? (unsigned)n : SKR_AHEAD_MAX;
}

int skr_scan_run(skr_scan *scan, skr_err *err)
{
    skr_analysis *all = scan->tools.analysis;
    uint64_t n_seen_before =
        all == NULL ? 0 : all->n_read + all->n_dropped_kind + all->n_dropped_ac;
    uint64_t began_ns = skr_clock_ns();
    scan->scope.wants_silent = scan->visitor->wants_silent;
    scan->scope.warns_unassessed = scan->visitor->warns_unassessed;
    int status = skr_scan_cut(scan, err);
    if (status == SKR_OK)
        status = skr_scan_doubt_begin(scan, err);
    if (status == SKR_OK)
        status = skr_scan_names_begin(scan, err);
    if (all != NULL)
        all->plan_ns += skr_clock_ns() - began_ns;
    if (status < 0 || scan->n_morsels == 0)
        goto out;
    if (pthread_mutex_init(&scan->lock, NULL) != 0) {
        status = skr_fail_nomem(err, "a lock");
        goto out;
    }
    unsigned n_parts = choose_parts(scan);
    scan->n_ahead = choose_ahead(scan, n_parts);
    scan->n_sharing = n_parts;
    skr_helpers_run(scan->tools.helpers, n_parts, run_part, scan);
    (void)pthread_mutex_destroy(&scan->lock);
    status = scan->status;
    if (status < 0 && err != NULL)
        *err = scan->err;
out:
    if (status == SKR_OK)
        add_scan(scan, n_seen_before);
    if (status == SKR_OK)
        status = skr_scan_doubt_end(scan, err);
    if (status == SKR_OK)
        status = skr_scan_names_end(scan, err);
    free(scan->scope.doubts);
    if (scan->scope.notes != &scan->one_note)
        free(scan->scope.notes);
    scan->scope.doubts = NULL;
    scan->scope.notes = NULL;
    free(scan->morsels);
    scan->morsels = NULL;
    return status;
}
