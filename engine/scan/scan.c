/*
 * scan.c - cutting the places of a plan into morsels, and running them on threads.
 */
#include "engine/scan/scan.h"

#include <stdlib.h>
#include <string.h>

#include "engine/plan/access_check.h"
#include "engine/scan/helpers.h"
#include "engine/scan/worker_pool.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

/* ------------------------------------------------------------------ morsels */

static int add_morsel(skr_scan *scan, skr_morsel morsel, skr_err *err)
{
    if (scan->n_morsels == scan->n_morsels_max) {
        size_t n_max = scan->n_morsels_max == 0 ? 16 : 2 * scan->n_morsels_max;
        skr_morsel *morsels = realloc(scan->morsels, n_max * sizeof *morsels);
        if (morsels == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
        scan->morsels = morsels;
        scan->n_morsels_max = n_max;
    }
    scan->morsels[scan->n_morsels++] = morsel;
    return SKR_OK;
}

static uint32_t max32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t min32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The windows in which the rows of a tile start, as far as a reach can mean them. */
static int add_tile(skr_scan *scan, const skr_tile *tile, const skr_interval *reach, skr_err *err)
{
    scan->n_rows += tile->n_rows;
    uint32_t from0 = tile->min_start0;
    uint32_t to0 = tile->max_start0 + 1;
    uint32_t end_above0 = 0;
    int status = SKR_OK;
    if (reach != NULL) {
        to0 = min32(to0, reach->to0);
        if (reach->is_start)
            from0 = max32(from0, reach->from0);
        else
            end_above0 = reach->from0;
    }
    while (status == SKR_OK && from0 < to0) {
        uint32_t window = from0 >> scan->window_shift;
        uint64_t end0 = ((uint64_t)window + 1) << scan->window_shift;
        skr_morsel morsel = {.contig = tile->contig,
                             .window = window,
                             .from0 = from0,
                             .to0 = end0 < to0 ? (uint32_t)end0 : to0,
                             .end_above0 = end_above0};
        status = add_morsel(scan, morsel, err);
        from0 = morsel.to0;
    }
    return status;
}

static int cut_everything(skr_scan *scan, const skr_segment *segment, skr_err *err)
{
    size_t n = 0;
    int status = SKR_OK;
    const skr_tile *tiles = skr_segment_tiles(segment, &n);
    for (size_t i = 0; status == SKR_OK && i < n; i++)
        if (tiles[i].n_rows > 0)
            status = add_tile(scan, &tiles[i], NULL, err);
    return status;
}

/* Rows longer than a tile that reach into the range from further left than its neighbour. */
static int cut_wide(skr_scan *scan, const skr_segment *segment, const skr_interval *reach,
                    skr_err *err)
{
    size_t n = 0;
    int status = SKR_OK;
    const skr_wide_row *rows = skr_segment_wide_rows(segment, &n);
    for (size_t i = 0; status == SKR_OK && i < n; i++)
        if (rows[i].contig == reach->contig && rows[i].start0 < reach->to0 &&
            rows[i].end0 > reach->from0)
            status = add_morsel(scan,
                                (skr_morsel){.contig = reach->contig,
                                             .window = rows[i].start0 >> scan->window_shift,
                                             .from0 = rows[i].start0,
                                             .to0 = rows[i].start0 + 1},
                                err);
    return status;
}

static int cut_intervals(skr_scan *scan, const skr_segment *segment, const skr_interval *reach,
                         skr_err *err)
{
    size_t n = 0;
    size_t from = 0;
    size_t to = 0;
    unsigned shift = skr_segment_tile_shift(segment);
    const skr_tile *tiles = skr_segment_tiles(segment, &n);
    uint32_t number0 = reach->from0 >> shift;
    if (!reach->is_start && number0 > 0)
        number0--;
    int status = SKR_OK;
    skr_segment_find_tiles(segment, reach->contig, number0, ((reach->to0 - 1) >> shift) + 1, &from,
                           &to);
    for (size_t i = from; status == SKR_OK && i < to; i++)
        if (tiles[i].n_rows > 0 && tiles[i].min_start0 < reach->to0 &&
            (reach->is_start ? tiles[i].max_start0 >= reach->from0
                             : tiles[i].max_end0 > reach->from0))
            status = add_tile(scan, &tiles[i], reach, err);
    if (status == SKR_OK && !reach->is_start)
        status = cut_wide(scan, segment, reach, err);
    return status;
}

static int compare_morsels(const void *a, const void *b)
{
    const skr_morsel *x = a;
    const skr_morsel *y = b;
    if (x->contig != y->contig)
        return x->contig < y->contig ? -1 : 1;
    if (x->window != y->window)
        return x->window < y->window ? -1 : 1;
    return 0;
}

/* One morsel a window, as wide as all that were found in it. */
static void join_morsels(skr_scan *scan)
{
    if (scan->n_morsels < 2)
        return;
    qsort(scan->morsels, scan->n_morsels, sizeof *scan->morsels, compare_morsels);
    size_t n = 0;
    for (size_t i = 0; i < scan->n_morsels; i++) {
        const skr_morsel *morsel = &scan->morsels[i];
        skr_morsel *last = n == 0 ? NULL : &scan->morsels[n - 1];
        if (last == NULL || compare_morsels(last, morsel) != 0) {
            scan->morsels[n++] = *morsel;
            continue;
        }
        last->from0 = min32(last->from0, morsel->from0);
        last->to0 = max32(last->to0, morsel->to0);
        last->end_above0 = min32(last->end_above0, morsel->end_above0);
    }
    scan->n_morsels = n;
}

static bool is_scanned(const skr_scan *scan, const skr_segment_entry *entry)
{
    if (entry->assembly != scan->plan->assembly)
        return false;
    for (uint32_t i = 0; i < scan->n_slots; i++)
        if (scan->slots[i].dataset == entry->dataset)
            return true;
    return false;
}

/* The windows are the tiles of the largest segment: most work is done in those. */
static void choose_window(skr_scan *scan)
{
    const skr_snapshot *snapshot = scan->plan->snapshot;
    uint64_t n_rows_max = 0;
    scan->window_shift = 0;
    for (uint32_t i = 0; i < snapshot->manifest->n_segments; i++) {
        const skr_segment_entry *entry = &snapshot->manifest->segments[i];
        if (!is_scanned(scan, entry) || entry->n_rows < n_rows_max)
            continue;
        n_rows_max = entry->n_rows;
        scan->window_shift = skr_segment_tile_shift(snapshot->segments[i]);
    }
}

int skr_scan_cut(skr_scan *scan, skr_err *err)
{
    const skr_plan *plan = scan->plan;
    const skr_snapshot *snapshot = plan->snapshot;
    int status = SKR_OK;
    choose_window(scan);
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->manifest->n_segments; i++) {
        if (!is_scanned(scan, &snapshot->manifest->segments[i]))
            continue;
        if (plan->reach.is_everywhere)
            status = cut_everything(scan, snapshot->segments[i], err);
        else
            for (size_t r = 0; status == SKR_OK && r < plan->reach.n; r++)
                status = cut_intervals(scan, snapshot->segments[i], &plan->reach.items[r], err);
    }
    for (size_t i = 0; status == SKR_OK && i < plan->n_named; i++) {
        const skr_allele *key = plan->named[i].key;
        if (key->contig != SKR_NONE)
            status = add_morsel(scan,
                                (skr_morsel){.contig = key->contig,
                                             .window = key->start0 >> scan->window_shift,
                                             .from0 = key->start0,
                                             .to0 = key->start0 + 1},
                                err);
    }
    if (status == SKR_OK)
        join_morsels(scan);
    return status;
}

/* ------------------------------------------------------------------ running */

/* The morsel at hand, and those that were taken to be read ahead. */
#define AHEAD_MAX 3u
typedef struct taken_morsel {
    size_t number;
    uint64_t read; /* what was begun for it */
} taken_morsel;

/* Takes morsels until enough are at hand; *n is how many. */
static void take_morsels(skr_worker *worker, taken_morsel *taken, unsigned *n)
{
    skr_scan *scan = worker->scan;
    while (*n < 1 + scan->n_ahead && !atomic_load(&scan->has_failed)) {
        size_t i = atomic_fetch_add(&scan->next_morsel, 1);
        if (i >= scan->n_morsels)
            return;
        taken[*n].number = i;
        taken[*n].read = scan->n_ahead == 0 ? 0 : skr_worker_read_ahead(worker, &scan->morsels[i]);
        (*n)++;
    }
}

static int run_morsel(skr_worker *worker, const taken_morsel *taken, uint32_t *contig, skr_err *err)
{
    skr_scan *scan = worker->scan;
    const skr_scan_visitor *visitor = scan->visitor;
    const skr_morsel *morsel = &scan->morsels[taken->number];
    int status = skr_access_check(scan->access, err);
    if (status == SKR_OK && *contig != morsel->contig && visitor->on_leave != NULL)
        status = visitor->on_leave(visitor->context, worker, err);
    *contig = morsel->contig;
    worker->morsel = taken->number;
    if (status == SKR_OK && !atomic_load(&scan->has_failed))
        status = skr_worker_merge(worker, morsel, err);
    skr_block_reader_pass(worker->reader, taken->read);
    return status;
}

static int run_morsels(skr_worker *worker, skr_err *err)
{
    skr_scan *scan = worker->scan;
    const skr_scan_visitor *visitor = scan->visitor;
    uint32_t contig = SKR_NONE;
    taken_morsel taken[1 + AHEAD_MAX];
    unsigned n = 0;
    int status = SKR_OK;
    for (take_morsels(worker, taken, &n); n > 0; take_morsels(worker, taken, &n)) {
        if (status == SKR_OK)
            status = run_morsel(worker, &taken[0], &contig, err);
        if (status < 0)
            atomic_store(&scan->has_failed, true);
        if (visitor->on_morsel_end != NULL) {
            int ended = visitor->on_morsel_end(visitor->context, worker, taken[0].number,
                                               status < 0 ? NULL : err);
            if (status == SKR_OK)
                status = ended;
        }
        if (status < 0)
            atomic_store(&scan->has_failed, true);
        n--;
        memmove(taken, taken + 1, n * sizeof *taken);
    }
    if (status == SKR_OK && visitor->on_leave != NULL)
        status = visitor->on_leave(visitor->context, worker, err);
    return status;
}

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
    const skr_snapshot *snapshot = scan->plan->snapshot;
    uint64_t n_tiles = 0;
    for (uint32_t i = 0; i < snapshot->manifest->n_segments; i++) {
        size_t n = 0;
        const skr_tile *tiles = skr_segment_tiles(snapshot->segments[i], &n);
        for (size_t t = 0; is_scanned(scan, &snapshot->manifest->segments[i]) && t < n; t++)
            n_tiles += tiles[t].n_rows > 0;
    }
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
    skr_worker *worker = skr_worker_pool_take(scan->tools.workers, scan->plan->snapshot);
    int status = worker != NULL ? SKR_OK : skr_worker_new(scan, &worker, &err);
    if (status < 0) {
        note_failure(scan, status, &err);
        return;
    }
    status = skr_worker_begin(worker, scan, number, &err);
    if (status == SKR_OK) {
        const skr_reader_totals before = *skr_block_reader_totals(worker->reader);
        status = run_morsels(worker, &err);
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
    return n < AHEAD_MAX ? (unsigned)n : AHEAD_MAX;
}

int skr_scan_run(skr_scan *scan, skr_err *err)
{
    skr_analysis *all = scan->tools.analysis;
    uint64_t n_seen_before =
        all == NULL ? 0 : all->n_read + all->n_dropped_kind + all->n_dropped_ac;
    uint64_t began_ns = skr_clock_ns();
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
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
        goto out;
    }
    unsigned n_parts = choose_parts(scan);
    scan->n_ahead = choose_ahead(scan, n_parts);
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
    free(scan->doubts);
    if (scan->notes != &scan->one_note)
        free(scan->notes);
    scan->doubts = NULL;
    scan->notes = NULL;
    free(scan->morsels);
    scan->morsels = NULL;
    return status;
}
