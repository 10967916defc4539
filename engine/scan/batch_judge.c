/*
 * batch_judge.c - which rows go on, and which alleles of a batch satisfy the question.
 *
 * What hangs on ac or af is judged by bounds first: the stored totals of all segments of a dataset,
 * less what the withdrawn may have had. Only where the bounds do not decide are carriers read.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/scan.h"
#include "engine/scan/tally.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"

/* Beside a row's code: it is at the place of a name and goes on whatever the code says. */
#define CODE_IS_NAMED 0x10u
#define CODE_MASK 0x0fu

/* ------------------------------------------------------------------ rows of a lane */

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

static int reserve_rows(skr_lane *lane, uint32_t n, skr_err *err)
{
    if (n <= lane->n_wanted_max)
        return SKR_OK;
    uint32_t *wanted = realloc(lane->wanted, n * sizeof *wanted);
    if (wanted != NULL)
        lane->wanted = wanted;
    uint8_t *codes = realloc(lane->codes, n);
    if (codes != NULL)
        lane->codes = codes;
    if (wanted == NULL || codes == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    lane->n_wanted_max = n;
    return SKR_OK;
}

/* Rows from..to that a place and type alone holds do not go on: it has one row for them all. */
static void drop_held(const skr_plan *plan, skr_lane *lane, const skr_allele *place, uint32_t from,
                      uint32_t to)
{
    if (place->kind != SKR_ALLELE_SV_ANY || place->contig != lane->rows->contig)
        return;
    uint32_t row = lower_row(lane->rows, from, place->start0);
    for (; row < to && lane->rows->start0[row] == place->start0; row++) {
        skr_allele key = skr_segment_tile_rows_allele(lane->rows, row);
        if (skr_plan_is_held(plan, &key))
            lane->codes[row - from] = 0;
    }
}

/* Rows from..to at the places of names go on. */
static void keep_named(skr_scan *scan, skr_lane *lane, const skr_morsel *morsel, uint32_t from,
                       uint32_t to)
{
    const skr_plan *plan = scan->plan;
    for (size_t i = 0; i < plan->n_named; i++) {
        const skr_allele *key = plan->named[i].key;
        if (key->contig != lane->rows->contig || key->start0 < morsel->from0 ||
            key->start0 >= morsel->to0)
            continue;
        uint32_t row = lower_row(lane->rows, from, key->start0);
        skr_scan_note_rows(scan, lane->rows, i, row);
        for (; row < to && lane->rows->start0[row] == key->start0; row++)
            lane->codes[row - from] |= CODE_IS_NAMED;
    }
    for (size_t i = 0; plan->has_open && i < plan->n_named; i++)
        drop_held(plan, lane, plan->named[i].key, from, to);
}

bool skr_lane_is_spoken_of(const skr_call_set *calls, const skr_sample_set *set)
{
    uint32_t n_silent = 0;
    bool is_silent = calls->base == SKR_CALL_NO_STATEMENT;
    for (uint32_t i = 0; i < calls->n_flips; i++) {
        if (!skr_set_has(set, calls->flips[i]))
            continue;
        if (calls->flip != SKR_CALL_NO_STATEMENT && is_silent)
            return true;
        n_silent += calls->flip == SKR_CALL_NO_STATEMENT;
    }
    for (uint32_t i = 0; i < calls->n_exceptions; i++) {
        if (!skr_set_has(set, calls->exceptions[i].sample))
            continue;
        if (calls->exceptions[i].call != SKR_CALL_NO_STATEMENT && is_silent)
            return true;
        n_silent += calls->exceptions[i].call == SKR_CALL_NO_STATEMENT;
    }
    return !is_silent && n_silent < set->n;
}

/* A row that only the dead speak of is no row. One that is complete speaks of everybody. */
static int drop_dead(skr_lane *lane, skr_err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < lane->n_wanted; i++) {
        bool is_live = lane->rows->is_complete[lane->wanted[i]] != 0;
        if (!is_live) {
            const skr_call_set *calls = NULL;
            int status = skr_segment_view_calls(lane->view, skr_lane_tile(lane), lane->wanted[i],
                                                &calls, err);
            if (status < 0)
                return status;
            is_live = skr_lane_is_spoken_of(calls, &lane->live.set);
        }
        lane->wanted[n] = lane->wanted[i];
        lane->codes[n] = lane->codes[i];
        n += is_live;
    }
    lane->n_wanted = n;
    return SKR_OK;
}

int skr_lane_choose(skr_worker *worker, skr_lane *lane, const skr_morsel *morsel, skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    uint32_t from = lower_row(lane->rows, 0, morsel->from0);
    uint32_t to = lower_row(lane->rows, from, morsel->to0);
    int status = reserve_rows(lane, to - from + 1, err);
    if (status < 0)
        return status;
    const skr_af_doubt *doubts = worker->scan->doubts;
    const skr_rows_asked asked = {.rows = lane->rows,
                                  .from = from,
                                  .to = to,
                                  .has_facts = skr_lane_is_alone(worker, lane),
                                  .half = doubts == NULL ? NULL : doubts[lane->slot].half,
                                  .seen = &worker->seen[lane->slot]};
    worker->done.n_rows += to - from;
    skr_plan_judge_rows(plan, &asked, lane->codes);
    keep_named(worker->scan, lane, morsel, from, to);
    uint32_t n = 0;
    for (uint32_t i = 0; i < to - from; i++) {
        uint8_t code = lane->codes[i];
        lane->wanted[n] = from + i;
        lane->codes[n] = code & CODE_MASK;
        n += code != 0;
    }
    lane->n_wanted = n;
    return lane->live.set.bits == NULL ? SKR_OK : drop_dead(lane, err);
}

/* ------------------------------------------------------------------ bounds */

static uint64_t add_up_to_any(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t less_by(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static void add_unknown(skr_allele_facts *facts, bool has_ac)
{
    if (!has_ac)
        facts->ac_max = UINT64_MAX;
    facts->an_max = UINT64_MAX;
}

/* Adds what a row says to the bounds: n_called of those alive, n_dead who may have been carriers.
 */
static void add_row(skr_allele_facts *facts, const skr_lane *lane, uint32_t row, uint64_t n_called)
{
    const skr_row_totals *totals = &lane->rows->totals[row];
    uint64_t n_dead = lane->n_samples - lane->live.set.n;
    uint64_t least = less_by(totals->ac, n_dead * SKR_PLOIDY_MAX);
    if (less_by(totals->n_carriers, n_dead) > least) /* those who are left have a copy each */
        least = less_by(totals->n_carriers, n_dead);
    facts->ac_min += least;
    facts->ac_max = add_up_to_any(facts->ac_max, totals->ac);
    facts->an_min += n_called;
    if (lane->rows->is_complete[row] != 0 || lane->rows->kind[row] == SKR_ALLELE_SV)
        facts->an_max = add_up_to_any(facts->an_max, n_called);
    else
        facts->an_max = UINT64_MAX;
}

/* Adds one lane to the facts of the alleles keys[0 .. n). */
static int add_lane(skr_worker *worker, const skr_lane *lane, const uint32_t *keys, uint32_t n,
                    skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    uint32_t *rows = worker->picked;
    uint32_t *of = worker->picked_keys;
    uint32_t n_rows = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        skr_allele_facts *facts = &worker->facts[keys[i]];
        skr_allele_kind kind = batch->keys[keys[i]].kind;
        while (at < lane->n_batch && lane->keys[at] < keys[i])
            at++;
        bool has_row = at < lane->n_batch && lane->keys[at] == keys[i];
        uint32_t row = has_row ? lane->wanted[lane->batch_from + at] : 0;
        if (kind == SKR_ALLELE_SV_ANY ||
            (kind == SKR_ALLELE_MNV && !(has_row && lane->rows->is_complete[row] != 0))) {
            add_unknown(facts, false);
        } else if (!has_row) {
            if (kind != SKR_ALLELE_SV)
                add_unknown(facts, true);
        } else {
            of[n_rows] = keys[i];
            rows[n_rows++] = row;
        }
    }
    if (n_rows == 0)
        return SKR_OK;
    int status = skr_segment_view_n_called(lane->view, skr_lane_tile(lane), rows, n_rows,
                                           &lane->live.set, worker->row_ans, err);
    for (uint32_t i = 0; status == SKR_OK && i < n_rows; i++)
        add_row(&worker->facts[of[i]], lane, rows[i], worker->row_ans[i]);
    return status;
}

/* ------------------------------------------------------------------ judging */

static bool is_decided(uint8_t code)
{
    return SKR_CODE_ONE(code) != SKR_MAYBE && SKR_CODE_TWO(code) != SKR_MAYBE;
}

/* Verdicts by what was known of each key by itself; of others, 0. False when some are open. */
static bool judge_by_codes(const skr_batch *batch, const uint8_t *has_row, bool wants_silent,
                           uint8_t *verdicts)
{
    const uint8_t *codes = batch->codes;
    const uint8_t *is_named = batch->is_named;
    const unsigned always = wants_silent ? 1 : 0;
    unsigned n_open = 0;
    for (uint32_t k = 0; k < batch->n; k++) {
        unsigned code = codes[k] * (has_row[k] | is_named[k] | always);
        unsigned is_open = (code >> 1 | code >> 3) & 1; /* either is SKR_MAYBE */
        verdicts[k] = (uint8_t)((1 - is_open) * ((code & 1) | (code >> 1 & 2)));
        n_open += is_open;
    }
    return n_open == 0;
}

static uint8_t verdicts_of(uint8_t code)
{
    return (uint8_t)((SKR_CODE_ONE(code) == SKR_YES ? 1u : 0u) |
                     (SKR_CODE_TWO(code) == SKR_YES ? 2u : 0u));
}

/* Counts an allele that is judged, where af is asked. */
static void note_an(skr_worker *worker, uint32_t slot, uint32_t k)
{
    const skr_af_doubt *doubts = worker->scan->doubts;
    skr_ploidy ploidy = worker->batch.keys[k].ploidy;
    if (doubts == NULL || (unsigned)ploidy >= SKR_N_ZONES)
        return;
    worker->seen[slot].n_judged++;
    worker->seen[slot].n_low += worker->facts[k].an_max < doubts[slot].half[ploidy];
}

/* Judges alleles keys[0 .. n) by their facts; leaves those that stay open, and returns how many. */
static uint32_t judge_by_facts(skr_worker *worker, uint32_t slot, uint8_t *verdicts, uint32_t *keys,
                               uint32_t n)
{
    const skr_plan *plan = worker->scan->plan;
    uint32_t n_open = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = keys[i];
        skr_verdict one = skr_plan_judge(plan, &worker->batch.keys[k], &worker->facts[k], 1);
        skr_verdict two = plan->has_copies
                              ? skr_plan_judge(plan, &worker->batch.keys[k], &worker->facts[k], 2)
                              : one;
        uint8_t code = SKR_CODE_OF(one, two);
        verdicts[k] = verdicts_of(code);
        if (!is_decided(code))
            keys[n_open++] = k;
        else
            note_an(worker, slot, k);
    }
    return n_open;
}

/* Finds the totals of what is still open, and judges by those. */
static int judge_by_totals(skr_worker *worker, uint32_t slot, uint8_t *verdicts, uint32_t *keys,
                           uint32_t n, skr_err *err)
{
    worker->done.n_keys_tallied += n;
    memset(worker->selected, 0, worker->batch.n);
    for (uint32_t i = 0; i < n; i++)
        worker->selected[keys[i]] = 1;
    int status = skr_tally_batch(worker, slot, SKR_TALLY_AN, worker->selected, worker->judged, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < n; i++) {
        skr_allele_facts *facts = &worker->facts[keys[i]];
        const skr_tally *tally = &worker->judged[keys[i]];
        facts->ac_min = facts->ac_max = tally->ac;
        facts->an_min = facts->an_max = tally->an;
    }
    (void)judge_by_facts(worker, slot, verdicts, keys, n);
    return SKR_OK;
}

static int judge_slot(skr_worker *worker, uint32_t slot, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    const skr_scan *scan = worker->scan;
    size_t base = (size_t)slot * batch->n_max;
    uint8_t *verdicts = batch->verdicts + base;
    uint32_t *keys = worker->open;
    uint32_t n = 0;
    if (judge_by_codes(batch, batch->has_row + base, scan->visitor->wants_silent, verdicts))
        return SKR_OK;
    for (uint32_t k = 0; k < batch->n; k++) {
        bool is_silent = batch->has_row[base + k] == 0 && batch->is_named[k] == 0;
        if (is_decided(batch->codes[k]) || (is_silent && !scan->visitor->wants_silent))
            continue;
        worker->facts[k] = (skr_allele_facts){.has_filter = true,
                                              .is_filter_failed = batch->is_failed[base + k] != 0};
        keys[n++] = k;
    }
    int status = SKR_OK;
    worker->done.n_keys_open += n;
    for (uint32_t l = 0; n > 0 && status == SKR_OK && l < worker->n_lanes; l++)
        if (worker->lanes[l].slot == slot && worker->lanes[l].live.set.n > 0)
            status = add_lane(worker, &worker->lanes[l], keys, n, err);
    if (status == SKR_OK)
        n = judge_by_facts(worker, slot, verdicts, keys, n);
    if (status == SKR_OK && n > 0)
        status = judge_by_totals(worker, slot, verdicts, keys, n, err);
    return status;
}

/* The same of a place and type alone: of the alleles that it holds. */
static int find_held(skr_worker *worker, uint32_t key, skr_err *err)
{
    skr_batch *batch = &worker->batch;
    skr_held_rows held = {0};
    int status = SKR_OK;
    for (uint32_t l = 0; status == SKR_OK && l < worker->n_lanes; l++) {
        skr_lane *lane = &worker->lanes[l];
        size_t at = (size_t)lane->slot * batch->n_max + key;
        if (lane->live.set.n > 0)
            status = skr_held_find(worker, lane, &batch->keys[key], &held, err);
        if (status < 0 || lane->live.set.n == 0 || held.n == 0)
            continue;
        batch->has_row[at] = 1;
        batch->is_failed[at] &= !held.is_passed;
    }
    skr_held_done(&held);
    return status;
}

/* Which alleles have a row in each dataset, and no record that passed FILTER. */
static int find_rows(skr_worker *worker, skr_err *err)
{
    int status = SKR_OK;
    skr_batch *batch = &worker->batch;
    for (uint32_t slot = 0; slot < worker->scan->n_slots; slot++) {
        memset(batch->has_row + (size_t)slot * batch->n_max, 0, batch->n);
        memset(batch->is_failed + (size_t)slot * batch->n_max, 1, batch->n);
    }
    for (uint32_t l = 0; l < worker->n_lanes; l++) {
        const skr_lane *lane = &worker->lanes[l];
        if (lane->n_batch == 0)
            continue;
        const uint32_t *keys = lane->keys;
        const uint32_t *rows = lane->wanted + lane->batch_from;
        uint8_t *has_row = batch->has_row + (size_t)lane->slot * batch->n_max;
        uint8_t *is_failed = batch->is_failed + (size_t)lane->slot * batch->n_max;
        for (uint32_t i = 0, n = lane->n_batch; i < n; i++) {
            has_row[keys[i]] = 1;
            is_failed[keys[i]] &= lane->rows->filter_failed[rows[i]];
        }
    }
    for (uint32_t k = 0; status == SKR_OK && batch->has_whole && k < batch->n; k++)
        if (batch->keys[k].kind == SKR_ALLELE_SV_ANY)
            status = find_held(worker, k, err);
    return status;
}

/* Adds the alleles that a dataset makes wanted. */
static void find_wanted(skr_batch *batch, uint32_t slot)
{
    const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
    const uint8_t *has_row = batch->has_row + (size_t)slot * batch->n_max;
    const uint8_t *is_named = batch->is_named;
    uint8_t *is_wanted = batch->is_wanted;
    for (uint32_t k = 0, n = batch->n; k < n; k++)
        is_wanted[k] |= (uint8_t)(verdicts[k] != 0) & (has_row[k] | is_named[k]);
}

int skr_batch_judge(skr_worker *worker, skr_err *err)
{
    skr_batch *batch = &worker->batch;
    const skr_scan *scan = worker->scan;
    int status = find_rows(worker, err);
    memset(batch->is_wanted, 0, batch->n);
    if (status == SKR_OK)
        status = skr_scan_judge_names(worker, err);
    for (uint32_t slot = 0; status == SKR_OK && slot < scan->n_slots; slot++) {
        status = judge_slot(worker, slot, err);
        find_wanted(batch, slot);
    }
    for (uint32_t k = 0; scan->visitor->wants_named && k < batch->n; k++)
        batch->is_wanted[k] |= batch->is_named[k];
    uint64_t n_wanted = 0;
    for (uint32_t k = 0; k < batch->n; k++)
        n_wanted += batch->is_wanted[k];
    worker->done.n_keys_wanted += n_wanted;
    return status;
}
