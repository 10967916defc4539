/*
 * worker_merge.c - from the rows of the lanes to batches of alleles in the order of their keys.
 *
 * A batch ends when it is full or when a lane must load another tile: the rows of a batch lie in
 * one tile of each lane. With one lane nothing is compared; with several the lowest start is found
 * over an array of starts, and letters are looked at only where starts are equal.
 */
#include <string.h>

#include "engine/plan/access_check.h"
#include "engine/scan/scan.h"
#include "engine/scan/tally.h"
#include "storage/base/clock.h"

/* The names that a morsel has yet to give out. */
typedef struct name_run {
    const skr_named_allele *names;
    size_t n;
} name_run;

/* ------------------------------------------------------------------ tiles */

typedef enum tile_fate {
    TILE_ELSEWHERE,
    TILE_OF_OTHER_KIND,
    TILE_OF_LOW_AC,
    TILE_MATTERS,
} tile_fate;

/* Does a tile have rows that matter? */
static tile_fate judge_tile(const skr_worker *worker, const skr_lane *lane, const skr_tile *tile,
                            const skr_morsel *morsel)
{
    const skr_plan *plan = worker->scan->plan;
    bool is_short = morsel->end_above0 > 0 && tile->max_end0 <= morsel->end_above0;
    if (tile->n_rows == 0 || is_short || tile->min_start0 >= morsel->to0 ||
        tile->max_start0 < morsel->from0)
        return TILE_ELSEWHERE;
    if (plan->n_named > 0) /* it may hold one that nothing else in the question means */
        return TILE_MATTERS;
    if (skr_plan_excludes_tile(plan, tile, false))
        return TILE_OF_OTHER_KIND;
    if (skr_lane_is_alone(worker, lane) && skr_plan_excludes_tile(plan, tile, true))
        return TILE_OF_LOW_AC;
    return TILE_MATTERS;
}

static void find_tiles(const skr_lane *lane, const skr_morsel *morsel, size_t *ret_from,
                       size_t *ret_to)
{
    unsigned shift = skr_segment_tile_shift(lane->segment);
    skr_segment_find_tiles(lane->segment, morsel->contig, morsel->from0 >> shift,
                           ((morsel->to0 - 1) >> shift) + 1, ret_from, ret_to);
}

uint64_t skr_worker_read_ahead(skr_worker *worker, const skr_morsel *morsel)
{
    uint64_t last = 0;
    bool with_carriers = worker->scan->visitor->wants_carriers;
    for (uint32_t i = 0; i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        skr_err err = {0};
        size_t from = 0;
        size_t to = 0;
        size_t n = 0;
        const skr_tile *tiles = skr_segment_tiles(lane->segment, &n);
        if (skr_lane_view(worker, lane, &err) < 0)
            return last;
        find_tiles(lane, morsel, &from, &to);
        for (; from < to; from++) {
            uint64_t number = 0;
            if (judge_tile(worker, lane, &tiles[from], morsel) == TILE_MATTERS)
                number = skr_segment_view_ahead(lane->view, from,
                                                with_carriers || lane->entry->n_tombstones > 0);
            last = number > last ? number : last;
        }
    }
    return last;
}

/* Loads the next tile that has rows to go on with, or leaves rows NULL. */
static int lane_load(skr_worker *worker, skr_lane *lane, const skr_morsel *morsel, skr_err *err)
{
    size_t n = 0;
    const skr_tile *tiles = skr_segment_tiles(lane->segment, &n);
    lane->rows = NULL;
    lane->n_wanted = 0;
    lane->next = 0;
    while (lane->tile < lane->tile_to) {
        size_t number = lane->tile++;
        tile_fate fate = judge_tile(worker, lane, &tiles[number], morsel);
        worker->done.n_dropped_kind += fate == TILE_OF_OTHER_KIND;
        worker->done.n_dropped_ac += fate == TILE_OF_LOW_AC;
        if (fate != TILE_MATTERS)
            continue;
        int status = skr_lane_view(worker, lane, err);
        if (status == SKR_OK)
            status = skr_segment_view_rows(lane->view, number, &lane->rows, err);
        if (status == SKR_OK)
            status = skr_lane_choose(worker, lane, morsel, err);
        if (status < 0)
            return status;
        worker->done.n_read++;
        worker->done.n_rows_left += lane->n_wanted;
        if (lane->n_wanted > 0)
            return SKR_OK;
        lane->rows = NULL;
    }
    return SKR_OK;
}

static int lanes_begin(skr_worker *worker, const skr_morsel *morsel, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        status = skr_lane_enter(worker, lane, morsel->contig, err);
        if (status < 0)
            return status;
        lane->rows = NULL;
        lane->n_wanted = 0;
        lane->next = 0;
        lane->tile = 0;
        lane->tile_to = 0;
        if (lane->live.set.n > 0)
            find_tiles(lane, morsel, &lane->tile, &lane->tile_to);
    }
    return status;
}

/* Loads what has come to its end. */
static int lanes_refill(skr_worker *worker, const skr_morsel *morsel, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (lane->next == lane->n_wanted && lane->tile < lane->tile_to)
            status = lane_load(worker, lane, morsel, err);
        lane->batch_from = lane->next;
        lane->n_batch = 0;
        worker->starts[i] =
            lane->next < lane->n_wanted ? lane->rows->start0[lane->wanted[lane->next]] : SKR_NONE;
    }
    return status;
}

/* ------------------------------------------------------------------ merging */

static int compare_text(const char *a, uint32_t n_a, const char *b, uint32_t n_b)
{
    uint32_t n = n_a < n_b ? n_a : n_b;
    int order = n == 0 ? 0 : memcmp(a, b, n);
    return order != 0 ? order : n_a < n_b ? -1 : n_a > n_b;
}

/* As skr_segment_allele_compare, of alleles with the same contig and start. */
static int compare_at_start(const skr_allele *a, const skr_allele *b)
{
    if (a->end0 != b->end0)
        return a->end0 < b->end0 ? -1 : 1;
    if (a->kind != b->kind && (a->kind >= SKR_ALLELE_SV || b->kind >= SKR_ALLELE_SV))
        return a->kind < b->kind ? -1 : 1;
    int order = compare_text(a->ref, a->n_ref, b->ref, b->n_ref);
    return order != 0 ? order : compare_text(a->alt, a->n_alt, b->alt, b->n_alt);
}

/* The same of two rows. Most are SNVs, and the letters of most SNVs are one text for all. */
static int compare_rows(const skr_tile_rows *a, uint32_t i, const skr_tile_rows *b, uint32_t j)
{
    if (a->kind[i] == SKR_ALLELE_SNV && b->kind[j] == SKR_ALLELE_SNV) {
        if (a->ref[i] == b->ref[j] && a->alt[i] == b->alt[j])
            return 0;
        if (a->ref[i][0] != b->ref[j][0])
            return a->ref[i][0] < b->ref[j][0] ? -1 : 1;
        return (a->alt[i][0] > b->alt[j][0]) - (a->alt[i][0] < b->alt[j][0]);
    }
    skr_allele one = skr_segment_tile_rows_allele(a, i);
    skr_allele other = skr_segment_tile_rows_allele(b, j);
    return compare_at_start(&one, &other);
}

/* Puts the lane's next row into the batch, as allele number `key`; true when its tile is at its
 * end and there may be another. */
static bool take_row(skr_worker *worker, uint32_t number, uint32_t key)
{
    skr_lane *lane = &worker->lanes[number];
    lane->keys[lane->n_batch++] = key;
    lane->next++;
    bool is_at_end = lane->next == lane->n_wanted;
    worker->starts[number] = is_at_end ? SKR_NONE : lane->rows->start0[lane->wanted[lane->next]];
    return is_at_end && lane->tile < lane->tile_to;
}

static uint32_t lowest_start(const skr_worker *worker)
{
    uint32_t least = SKR_NONE;
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        least = worker->starts[i] < least ? worker->starts[i] : least;
    return least;
}

static uint32_t next_row(const skr_lane *lane)
{
    return lane->wanted[lane->next];
}

/* Finds the lanes whose next row is the lowest of those that start at start0; returns how many. */
static uint32_t find_lowest(const skr_worker *worker, uint32_t start0, uint32_t *ret_lanes)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < worker->n_lanes; i++) {
        if (worker->starts[i] != start0)
            continue;
        const skr_lane *lane = &worker->lanes[i];
        int order = 0;
        if (n > 0) {
            const skr_lane *first = &worker->lanes[ret_lanes[0]];
            order = compare_rows(lane->rows, next_row(lane), first->rows, next_row(first));
        }
        if (order > 0)
            continue;
        if (order < 0)
            n = 0;
        ret_lanes[n++] = i;
    }
    return n;
}

/* Adds the lowest key; false when there is none. *ret_is_over: the batch must end behind it. */
static bool add_key(skr_worker *worker, name_run *names, bool *ret_is_over)
{
    skr_batch *batch = &worker->batch;
    uint32_t start0 = lowest_start(worker);
    const skr_named_allele *named = names->n > 0 ? &names->names[0] : NULL;
    if (named != NULL && named->key->start0 < start0)
        start0 = named->key->start0;
    if (start0 == SKR_NONE)
        return false;
    skr_allele *key = &batch->keys[batch->n];
    uint32_t n = find_lowest(worker, start0, worker->lowest);
    bool is_named = named != NULL && named->key->start0 == start0;
    if (n > 0) {
        const skr_lane *first = &worker->lanes[worker->lowest[0]];
        *key = skr_segment_tile_rows_allele(first->rows, next_row(first));
    }
    if (is_named && n > 0) {
        int order = compare_at_start(named->key, key);
        is_named = order <= 0;
        n = order < 0 ? 0 : n; /* a name before all rows */
    }
    if (n == 0)
        *key = *named->key;
    batch->has_whole |= key->kind == SKR_ALLELE_MNV || key->kind == SKR_ALLELE_SV_ANY;
    batch->codes[batch->n] = SKR_CODE_OF(SKR_MAYBE, SKR_MAYBE);
    if (n > 0) {
        const skr_lane *first = &worker->lanes[worker->lowest[0]];
        batch->codes[batch->n] = first->codes[first->next];
    }
    for (uint32_t i = 0; i < n; i++)
        *ret_is_over |= take_row(worker, worker->lowest[i], batch->n);
    batch->is_named[batch->n++] = is_named;
    if (is_named) {
        names->names++;
        names->n--;
    }
    return true;
}

/* One lane and no names: its rows are the alleles. */
static void fill_from_one(skr_worker *worker)
{
    skr_batch *batch = &worker->batch;
    skr_lane *lane = &worker->lanes[0];
    uint32_t n = lane->n_wanted - lane->next;
    n = n < batch->n_max ? n : batch->n_max;
    for (uint32_t i = 0; i < n; i++) {
        batch->keys[i] = skr_segment_tile_rows_allele(lane->rows, lane->wanted[lane->next + i]);
        batch->has_whole |= batch->keys[i].kind == SKR_ALLELE_MNV;
        lane->keys[i] = i;
    }
    if (n > 0)
        memcpy(batch->codes, lane->codes + lane->next, n);
    memset(batch->is_named, 0, n);
    lane->next += n;
    lane->n_batch = n;
    batch->n = n;
}

static void fill_batch(skr_worker *worker, name_run *names)
{
    skr_batch *batch = &worker->batch;
    bool is_over = false;
    batch->n = 0;
    batch->has_whole = false;
    if (worker->n_lanes == 1 && names->n == 0) {
        fill_from_one(worker);
        return;
    }
    while (!is_over && batch->n < batch->n_max && add_key(worker, names, &is_over))
        ;
}

/* The names within a morsel. */
static name_run find_names(const skr_plan *plan, const skr_morsel *morsel)
{
    size_t from = 0;
    while (from < plan->n_named && (plan->named[from].key->contig < morsel->contig ||
                                    (plan->named[from].key->contig == morsel->contig &&
                                     plan->named[from].key->start0 < morsel->from0)))
        from++;
    size_t to = from;
    while (to < plan->n_named && plan->named[to].key->contig == morsel->contig &&
           plan->named[to].key->start0 < morsel->to0)
        to++;
    return (name_run){.names = plan->named + from, .n = to - from};
}

static bool has_rest(const skr_worker *worker)
{
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        if (worker->lanes[i].next < worker->lanes[i].n_wanted ||
            worker->lanes[i].tile < worker->lanes[i].tile_to)
            return true;
    return false;
}

/* The time since the last step, less what the reader took of it. */
static uint64_t step_ns(const skr_worker *worker, uint64_t *last_ns)
{
    const skr_reader_totals *totals = skr_block_reader_totals(worker->reader);
    uint64_t now_ns = skr_clock_ns() - totals->read_ns - totals->unpack_ns - totals->decode_ns;
    uint64_t n_ns = now_ns - *last_ns;
    *last_ns = now_ns;
    return n_ns;
}

/* One batch, when the lanes have rows. */
static int merge_batch(skr_worker *worker, name_run *names, uint64_t *last_ns, skr_err *err)
{
    const skr_scan_visitor *visitor = worker->scan->visitor;
    skr_analysis *done = &worker->done;
    fill_batch(worker, names);
    done->merge_ns += step_ns(worker, last_ns);
    if (worker->batch.n == 0)
        return SKR_OK;
    done->n_keys += worker->batch.n;
    int status = skr_access_check(worker->scan->access, err);
    if (status == SKR_OK)
        status = skr_batch_judge(worker, err);
    done->judge_ns += step_ns(worker, last_ns);
    if (status == SKR_OK)
        status = visitor->on_batch(visitor->context, worker, &worker->batch, err);
    done->tally_ns += step_ns(worker, last_ns);
    return status;
}

int skr_worker_merge(skr_worker *worker, const skr_morsel *morsel, skr_err *err)
{
    name_run names = find_names(worker->scan->plan, morsel);
    uint64_t last_ns = 0;
    (void)step_ns(worker, &last_ns);
    int status = lanes_begin(worker, morsel, err);
    while (status == SKR_OK && (names.n > 0 || has_rest(worker))) {
        status = lanes_refill(worker, morsel, err);
        worker->done.judge_ns += step_ns(worker, &last_ns);
        if (status == SKR_OK)
            status = merge_batch(worker, &names, &last_ns, err);
    }
    return status;
}

const skr_key_view *skr_batch_seek(skr_worker *worker, uint32_t i)
{
    skr_batch *batch = &worker->batch;
    batch->at.key = batch->keys[i];
    batch->at.is_named = batch->is_named[i] != 0;
    for (uint32_t slot = 0; slot < worker->scan->n_slots; slot++) {
        size_t at = (size_t)slot * batch->n_max + i;
        batch->at.slots[slot] = (skr_slot_view){batch->has_row[at] != 0, batch->verdicts[at]};
    }
    for (uint32_t l = 0; l < worker->n_lanes; l++) {
        skr_lane *lane = &worker->lanes[l];
        uint32_t low = 0;
        uint32_t high = lane->n_batch;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (lane->keys[middle] < i)
                low = middle + 1;
            else
                high = middle;
        }
        lane->has_row = low < lane->n_batch && lane->keys[low] == i;
        if (lane->has_row)
            lane->row = lane->wanted[lane->batch_from + low];
    }
    return &batch->at;
}
