/*
 * worker.c - one thread of a scan: its lanes, and the merge of their rows by key.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/bits_int.h"
#include "engine/scan_int.h"
#include "engine/tally_int.h"
#include "storage/call_set.h"

/* ------------------------------------------------------------------ lanes */

static uint32_t slot_of(const skr_scan *scan, uint32_t dataset)
{
    for (uint32_t i = 0; i < scan->n_slots; i++)
        if (scan->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

static int init_lanes(skr_worker *worker, uint32_t *ret_n_samples_max, skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    const skr_manifest *manifest = plan->snapshot->manifest;
    worker->lanes = calloc((size_t)manifest->n_segments + 1, sizeof *worker->lanes);
    if (worker->lanes == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        uint32_t slot = slot_of(worker->scan, entry->dataset);
        if (entry->assembly != plan->assembly || slot == SKR_NONE || entry->n_samples == 0)
            continue;
        skr_lane *lane = &worker->lanes[worker->n_lanes++];
        lane->slot = slot;
        lane->entry = entry;
        lane->segment = plan->snapshot->segments[i];
        lane->samples = skr_segment_samples(lane->segment);
        lane->n_samples = entry->n_samples;
        lane->contig = SKR_NONE;
        if (entry->n_samples > *ret_n_samples_max)
            *ret_n_samples_max = entry->n_samples;
    }
    return SKR_OK;
}

int skr_worker_init(skr_worker *worker, skr_scan *scan, unsigned number, skr_err *err)
{
    uint32_t n = 1;
    worker->scan = scan;
    worker->number = number;
    int status = skr_block_reader_new(scan->io, &worker->reader, err);
    if (status == SKR_OK)
        status = init_lanes(worker, &n, err);
    if (status < 0)
        return status;
    worker->direct = malloc(n);
    worker->called = malloc(n);
    worker->this_copies = malloc(n);
    worker->zygosities = malloc(n);
    worker->scratch = malloc(n);
    if (worker->direct == NULL || worker->called == NULL || worker->this_copies == NULL ||
        worker->zygosities == NULL || worker->scratch == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    return SKR_OK;
}

void skr_worker_done(skr_worker *worker)
{
    for (uint32_t i = 0; i < worker->n_lanes; i++) {
        skr_segment_view_free(worker->lanes[i].view);
        skr_segment_view_free(worker->lanes[i].other_view);
        free(worker->lanes[i].live.bits);
        free(worker->lanes[i].cohort.bits);
        free(worker->lanes[i].marks);
    }
    free(worker->lanes);
    free(worker->direct);
    free(worker->called);
    free(worker->this_copies);
    free(worker->zygosities);
    free(worker->scratch);
    free(worker->found);
    skr_carriers_done(&worker->carriers);
    skr_block_reader_free(worker->reader);
}

int skr_lane_view(skr_worker *worker, skr_lane *lane, skr_err *err)
{
    if (lane->view != NULL)
        return SKR_OK;
    return skr_segment_view_new(lane->segment, worker->reader, &lane->view, err);
}

static bool has_tombstone(const skr_segment_entry *entry, uint32_t contig)
{
    for (uint32_t i = 0; i < entry->n_tombstones; i++)
        if (entry->tombstones[i].contig == contig || entry->tombstones[i].contig == SKR_NONE)
            return true;
    return false;
}

/* Fills in who counts, by what the bits say. */
static void mask_count(skr_worker *worker, skr_mask *mask, const skr_lane *lane)
{
    mask->serial = ++worker->n_masks;
    mask->n = mask->is_all ? lane->n_samples
                           : (uint32_t)skr_bits_count(mask->bits, skr_bits_words(lane->n_samples));
    mask->is_all = mask->n == lane->n_samples;
    for (unsigned z = 0; z < SKR_N_ZONES; z++) {
        if (mask->is_all) {
            mask->n_copies[z] = skr_segment_n_copies_expected(lane->segment, (skr_zone)z);
            continue;
        }
        const uint8_t *copies = skr_segment_copies_expected(lane->segment, (skr_zone)z);
        mask->n_copies[z] = 0;
        for (uint32_t s = 0; s < lane->n_samples; s++)
            if (skr_bits_has(mask->bits, s))
                mask->n_copies[z] += copies[s];
    }
}

static int mask_clear(skr_mask *mask, const skr_lane *lane, skr_err *err)
{
    mask->is_all = false;
    if (mask->bits == NULL)
        return skr_bits_new(lane->n_samples, &mask->bits, err);
    memset(mask->bits, 0, skr_bits_words(lane->n_samples) * sizeof *mask->bits);
    return SKR_OK;
}

/* Everybody lives but those in the tombstones of the contig. */
static void bury(skr_lane *lane, uint32_t contig)
{
    for (uint32_t s = 0; s < lane->n_samples; s++)
        skr_bits_set(lane->live.bits, s);
    for (uint32_t i = 0; i < lane->entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &lane->entry->tombstones[i];
        if (tombstone->contig != contig && tombstone->contig != SKR_NONE)
            continue;
        for (uint32_t k = 0; k < tombstone->n_samples; k++)
            lane->live.bits[tombstone->samples[k] >> 6] &=
                ~(UINT64_C(1) << (tombstone->samples[k] & 63));
    }
}

int skr_lane_enter(skr_worker *worker, skr_lane *lane, uint32_t contig, skr_err *err)
{
    const uint64_t *people = worker->scan->slots[lane->slot].cohort;
    if (lane->contig == contig)
        return SKR_OK;
    bool is_first = lane->contig == SKR_NONE;
    bool has_dead = has_tombstone(lane->entry, contig);
    lane->contig = contig;
    if (!is_first && !has_dead && lane->live.is_all)
        return SKR_OK; /* nothing depends on the contig */
    int status = SKR_OK;
    lane->live.is_all = true;
    if (has_dead)
        status = mask_clear(&lane->live, lane, err);
    if (status == SKR_OK && has_dead)
        bury(lane, contig);
    if (status < 0)
        return status;
    mask_count(worker, &lane->live, lane);
    if (people == NULL)
        return SKR_OK;
    status = mask_clear(&lane->cohort, lane, err);
    if (status < 0)
        return status;
    for (uint32_t s = 0; s < lane->n_samples; s++)
        if (skr_bits_has(people, lane->samples[s].individual) &&
            (lane->live.is_all || skr_bits_has(lane->live.bits, s)))
            skr_bits_set(lane->cohort.bits, s);
    mask_count(worker, &lane->cohort, lane);
    return SKR_OK;
}

/* ------------------------------------------------------------------ the merge */

/* The first row from `row` on whose start is at or behind start0. */
static uint32_t lower_row(const skr_tile_rows *rows, uint32_t row, uint32_t start0)
{
    uint32_t to = rows->n;
    while (row < to) {
        uint32_t middle = row + (to - row) / 2;
        if (rows->start0[middle] < start0)
            row = middle + 1;
        else
            to = middle;
    }
    return row;
}

/* Loads the next tile that has a row in the morsel, or leaves rows NULL. */
static int lane_load(skr_worker *worker, skr_lane *lane, const skr_morsel *morsel, skr_err *err)
{
    size_t n = 0;
    const skr_tile *tiles = skr_segment_tiles(lane->segment, &n);
    lane->rows = NULL;
    while (lane->tile < lane->tile_to) {
        const skr_tile *tile = &tiles[lane->tile];
        size_t number = lane->tile++;
        bool is_short = morsel->end_above0 > 0 && tile->max_end0 <= morsel->end_above0;
        if (tile->n_rows == 0 || is_short || tile->min_start0 >= morsel->to0 ||
            tile->max_start0 < morsel->from0)
            continue;
        int status = skr_lane_view(worker, lane, err);
        if (status == SKR_OK)
            status = skr_segment_view_rows(lane->view, number, &lane->rows, err);
        if (status < 0)
            return status;
        lane->row = lower_row(lane->rows, 0, morsel->from0);
        if (lane->row < lane->rows->n && lane->rows->start0[lane->row] < morsel->to0)
            return SKR_OK;
        lane->rows = NULL;
    }
    return SKR_OK;
}

static int lane_next(skr_worker *worker, skr_lane *lane, const skr_morsel *morsel, skr_err *err)
{
    lane->row++;
    if (lane->row < lane->rows->n && lane->rows->start0[lane->row] < morsel->to0)
        return SKR_OK;
    return lane_load(worker, lane, morsel, err);
}

static int lanes_begin(skr_worker *worker, const skr_morsel *morsel, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        unsigned shift = skr_segment_tile_shift(lane->segment);
        status = skr_lane_enter(worker, lane, morsel->contig, err);
        if (status < 0)
            return status;
        lane->rows = NULL;
        lane->tile = 0;
        lane->tile_to = 0;
        if (lane->live.n == 0)
            continue;
        skr_segment_find_tiles(lane->segment, morsel->contig, morsel->from0 >> shift,
                               ((morsel->to0 - 1) >> shift) + 1, &lane->tile, &lane->tile_to);
        status = lane_load(worker, lane, morsel, err);
    }
    return status;
}

/* A row that only the dead speak of is no row. */
static int row_is_live(skr_worker *worker, skr_lane *lane, bool *ret_is_live, skr_err *err)
{
    const skr_call_set *calls = NULL;
    int status = skr_segment_view_calls(lane->view, skr_lane_tile(lane), lane->row, &calls, err);
    if (status < 0)
        return status;
    bool is_live = false;
    skr_call_set_to_calls(calls, lane->n_samples, worker->scratch);
    for (uint32_t s = 0; s < lane->n_samples && !is_live; s++)
        is_live = worker->scratch[s] != SKR_CALL_NO_STATEMENT && skr_bits_has(lane->live.bits, s);
    *ret_is_live = is_live;
    return SKR_OK;
}

/* Finds out what lanes have a live row of the key, and whether all of them failed FILTER. */
static int look_at_rows(skr_worker *worker, skr_key_view *view, bool *filter_failed, bool *has_rows,
                        skr_err *err)
{
    *has_rows = false;
    for (uint32_t i = 0; i < worker->scan->n_slots; i++) {
        view->slots[i] = (skr_slot_view){0};
        filter_failed[i] = true;
    }
    for (uint32_t i = 0; i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (!lane->has_row)
            continue;
        if (!lane->live.is_all) {
            int status = row_is_live(worker, lane, &lane->has_row, err);
            if (status < 0)
                return status;
        }
        if (!lane->has_row)
            continue;
        *has_rows = true;
        view->slots[lane->slot].has_row = true;
        if (!lane->rows->filter_failed[lane->row])
            filter_failed[lane->slot] = false;
    }
    return SKR_OK;
}

/* The lowest of the lanes' rows and the next name; false when there is none. */
static bool lowest_key(skr_worker *worker, const skr_named_allele *named, skr_allele *ret_key)
{
    bool has_key = named != NULL;
    if (has_key)
        *ret_key = *named->key;
    for (uint32_t i = 0; i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        lane->has_row = false;
        if (lane->rows == NULL)
            continue;
        skr_allele key = skr_tile_rows_allele(lane->rows, lane->row);
        if (!has_key || skr_allele_compare(&key, ret_key) < 0) {
            *ret_key = key;
            has_key = true;
        }
    }
    for (uint32_t i = 0; has_key && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (lane->rows == NULL)
            continue;
        skr_allele key = skr_tile_rows_allele(lane->rows, lane->row);
        lane->has_row = skr_allele_compare(&key, ret_key) == 0;
    }
    return has_key;
}

/* The names within a morsel. */
static void find_names(const skr_plan *plan, const skr_morsel *morsel, size_t *ret_from,
                       size_t *ret_to)
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
    *ret_from = from;
    *ret_to = to;
}

/* Goes on in the lanes that had the key. `at_key` remembers them: has_row may be taken back. */
static int advance(skr_worker *worker, const bool *at_key, const skr_morsel *morsel, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++)
        if (at_key[i])
            status = lane_next(worker, &worker->lanes[i], morsel, err);
    return status;
}

/* Judges the key in one dataset; the totals are only looked up where the answer hangs on them. */
static int judge_slot(skr_worker *worker, skr_key_view *view, uint32_t slot, bool filter_failed,
                      skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    skr_allele_facts facts = {.is_filter_failed = filter_failed};
    skr_verdict one = skr_plan_judge(plan, &view->key, &facts, 1);
    skr_verdict two = skr_plan_judge(plan, &view->key, &facts, 2);
    if (one == SKR_MAYBE || two == SKR_MAYBE) {
        skr_tally tally;
        int status = skr_tally_slot(worker, view, slot, SKR_TALLY_AN, &tally, err);
        if (status < 0)
            return status;
        facts.has_totals = true;
        facts.ac = tally.ac;
        facts.an = tally.an;
        one = skr_plan_judge(plan, &view->key, &facts, 1);
        two = skr_plan_judge(plan, &view->key, &facts, 2);
    }
    view->slots[slot].verdicts = (one == SKR_YES ? 1u : 0u) | (two == SKR_YES ? 2u : 0u);
    return SKR_OK;
}

/* One allele: judged in each dataset, and given to the visitor where it is wanted. */
static int visit_key(skr_worker *worker, skr_key_view *view, bool *filter_failed, skr_err *err)
{
    const skr_scan_visitor *visitor = worker->scan->visitor;
    bool has_rows = false;
    bool is_wanted = false;
    int status = look_at_rows(worker, view, filter_failed, &has_rows, err);
    if (status < 0 || (!has_rows && !view->is_named))
        return status;
    if ((++worker->n_keys & 63) == 0)
        status = skr_access_check(worker->scan->access, err);
    for (uint32_t i = 0; status == SKR_OK && i < worker->scan->n_slots; i++) {
        if (!view->slots[i].has_row && !view->is_named && !visitor->wants_silent)
            continue;
        status = judge_slot(worker, view, i, filter_failed[i], err);
        is_wanted |= view->slots[i].verdicts != 0 && (view->slots[i].has_row || view->is_named);
    }
    if (status == SKR_OK && (is_wanted || (view->is_named && visitor->wants_named)))
        status = visitor->on_key(visitor->context, worker, view, err);
    return status;
}

int skr_worker_merge(skr_worker *worker, const skr_morsel *morsel, skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    size_t named = 0;
    size_t named_to = 0;
    bool *at_key = calloc((size_t)worker->n_lanes + 1, sizeof *at_key);
    bool *filter_failed = calloc(worker->scan->n_slots, sizeof *filter_failed);
    skr_key_view view = {.slots = calloc(worker->scan->n_slots, sizeof *view.slots)};
    int status = SKR_OK;
    if (at_key == NULL || filter_failed == NULL || view.slots == NULL) {
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
        goto out;
    }
    find_names(plan, morsel, &named, &named_to);
    status = lanes_begin(worker, morsel, err);
    while (status == SKR_OK) {
        const skr_named_allele *next = named < named_to ? &plan->named[named] : NULL;
        if (!lowest_key(worker, next, &view.key))
            break;
        view.is_named = next != NULL && skr_allele_compare(next->key, &view.key) == 0;
        named += view.is_named;
        for (uint32_t i = 0; i < worker->n_lanes; i++)
            at_key[i] = worker->lanes[i].has_row;
        status = visit_key(worker, &view, filter_failed, err);
        if (status == SKR_OK)
            status = advance(worker, at_key, morsel, err);
    }
out:
    free(at_key);
    free(filter_failed);
    free(view.slots);
    return status;
}
