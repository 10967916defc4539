/*
 * worker.c - the cursors of a worker, and its memory.
 */
#include "engine/scan/worker.h"

#include <stdlib.h>

#include "engine/scan/row_live.h"
#include "storage/base/check.h"

/* Alleles in a batch: enough that what is done once a batch costs nothing, and all of it fits into
 * the second level of cache. */
#define BATCH_ALLELES 1024u

static uint32_t slot_of(const skr_scan_scope *scope, uint32_t dataset)
{
    for (uint32_t i = 0; i < scope->n_slots; i++)
        if (scope->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

static int take_cursors(skr_worker *worker, const skr_scan_scope *scope, skr_err *err)
{
    for (uint32_t i = 0; i < worker->snapshot->n_segments; i++) {
        const skr_segment_entry *entry = worker->snapshot->entries[i];
        uint32_t slot = slot_of(scope, entry->dataset);
        if (entry->assembly != scope->plan->assembly || slot == SKR_NONE || entry->n_samples == 0)
            continue;
        skr_row_cursor *cursor = &worker->cursors[worker->n_cursors++];
        *cursor = worker->kept[i];
        SKR_TRY(skr_row_cursor_begin(cursor, scope, i, slot, worker->reader, &worker->done, err));
    }
    for (uint32_t i = 0; i < worker->n_cursors; i++)
        worker->cursors[i].is_only = worker->n_cursors == 1 && scope->n_slots == 1;
    return SKR_OK;
}

int skr_worker_new(const skr_snapshot *snapshot, skr_io_choice io, struct skr_block_cache *cache,
                   uint32_t n_batch_max, skr_worker **ret_worker, skr_err *err)
{
    uint32_t n_segments = snapshot->n_segments;
    skr_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return skr_fail_nomem(err, "a scan");
    worker->snapshot = snapshot;
    worker->cursors = calloc((size_t)n_segments + 1, sizeof *worker->cursors);
    worker->kept = calloc((size_t)n_segments + 1, sizeof *worker->kept);
    worker->n_kept = worker->kept == NULL ? 0 : n_segments;
    int status =
        worker->cursors == NULL || worker->kept == NULL ? skr_fail_nomem(err, "a scan") : SKR_OK;
    if (status == SKR_OK)
        status = skr_batch_init(&worker->batch, n_batch_max == 0 ? BATCH_ALLELES : n_batch_max,
                                n_segments, err);
    if (status == SKR_OK)
        status = skr_tallier_init(&worker->tallier, &worker->batch, err);
    if (status == SKR_OK)
        status = skr_judge_init(&worker->judge, &worker->tallier, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(io, &worker->reader, err);
    if (status < 0) {
        skr_worker_free(worker);
        return status;
    }
    skr_block_reader_use_cache(worker->reader, cache);
    *ret_worker = worker;
    return SKR_OK;
}

int skr_worker_begin(skr_worker *worker, const skr_scan_scope *scope, unsigned number, skr_err *err)
{
    SKR_CHECK(worker->snapshot == scope->plan->snapshot && worker->n_cursors == 0);
    worker->number = number;
    worker->has_failed = false;
    worker->done = (skr_analysis){0};
    *skr_block_reader_totals(worker->reader) = (skr_reader_totals){0};
    SKR_TRY(take_cursors(worker, scope, err));
    SKR_TRY(
        skr_batch_begin(&worker->batch, worker->cursors, worker->n_cursors, scope->n_slots, err));
    SKR_TRY(skr_tallier_begin(&worker->tallier, scope, err));
    return skr_judge_begin(&worker->judge, &worker->done, err);
}

void skr_worker_end(skr_worker *worker)
{
    for (uint32_t i = 0; i < worker->n_cursors; i++) {
        skr_row_live_leave(&worker->cursors[i]);
        worker->kept[worker->cursors[i].number] = skr_row_cursor_rest(&worker->cursors[i]);
    }
    worker->n_cursors = 0;
}

void skr_worker_free(skr_worker *worker)
{
    if (worker == NULL)
        return;
    SKR_CHECK(worker->n_cursors == 0); /* it has ended */
    for (uint32_t i = 0; i < worker->n_kept; i++)
        skr_row_cursor_done(&worker->kept[i]);
    skr_judge_done(&worker->judge);
    skr_tallier_done(&worker->tallier);
    skr_batch_done(&worker->batch);
    free(worker->cursors);
    free(worker->kept);
    skr_block_reader_free(worker->reader);
    free(worker);
}
