/*
 * batch_judge.c - alleles by bounds of their totals, and by carriers where those do not decide.
 *
 * What hangs on ac or af is judged by bounds first: the stored totals of all segments of a dataset,
 * less what the withdrawn may have had. Only where the bounds do not decide are carriers read.
 */
#include "engine/scan/batch_judge.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/catalogue.h"
#include "storage/segment/segment_heard.h"

int skr_judge_init(skr_judge *judge, skr_tallier *tallier, skr_err *err)
{
    size_t n = tallier->batch->n_max;
    judge->tallier = tallier;
    judge->batch = tallier->batch;
    judge->facts = calloc(n, sizeof *judge->facts);
    judge->open = calloc(n, sizeof *judge->open);
    judge->selected = calloc(n, 1);
    judge->totals = calloc(n, sizeof *judge->totals);
    judge->rows = calloc(n, sizeof *judge->rows);
    judge->keys = calloc(n, sizeof *judge->keys);
    judge->row_ans = calloc(n, sizeof *judge->row_ans);
    bool is_whole = judge->facts != NULL && judge->open != NULL && judge->selected != NULL &&
                    judge->totals != NULL && judge->rows != NULL && judge->keys != NULL &&
                    judge->row_ans != NULL;
    return is_whole ? SKR_OK : skr_fail_nomem(err, "a scan");
}

void skr_judge_done(skr_judge *judge)
{
    free(judge->facts);
    free(judge->open);
    free(judge->selected);
    free(judge->totals);
    free(judge->rows);
    free(judge->keys);
    free(judge->row_ans);
    free(judge->seen);
}

int skr_judge_begin(skr_judge *judge, skr_analysis *done, skr_err *err)
{
    uint32_t n_slots = judge->batch->n_slots;
    SKR_CHECK(n_slots == judge->tallier->scope->n_slots);
    judge->done = done;
    if (n_slots > judge->n_slots_max) {
        free(judge->seen);
        judge->n_slots_max = 0;
        judge->seen = calloc(n_slots, sizeof *judge->seen);
        if (judge->seen == NULL)
            return skr_fail_nomem(err, "a scan");
        judge->n_slots_max = n_slots;
    }
    if (n_slots > 0)
        memset(judge->seen, 0, n_slots * sizeof *judge->seen);
    return SKR_OK;
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
static void add_row(skr_allele_facts *facts, const skr_row_cursor *cursor, uint32_t row,
                    uint64_t n_called)
{
    const skr_row_totals *totals = &cursor->rows->totals[row];
    uint64_t n_dead = cursor->known != NULL ? 0 : cursor->n_samples - cursor->live.set.n;
    uint64_t least = less_by(totals->ac, n_dead * SKR_PLOIDY_MAX);
    if (less_by(totals->n_carriers, n_dead) > least) /* those who are left have a copy each */
        least = less_by(totals->n_carriers, n_dead);
    facts->ac_min += least;
    facts->ac_max = add_up_to_any(facts->ac_max, totals->ac);
    facts->an_min += n_called;
    if (cursor->rows->is_complete[row] != 0 || cursor->rows->kind[row] == SKR_ALLELE_SV)
        facts->an_max = add_up_to_any(facts->an_max, n_called);
    else
        facts->an_max = UINT64_MAX;
}

/* Adds one cursor to the facts of the alleles keys[0 .. n). */
static int add_cursor(skr_judge *judge, const skr_row_cursor *cursor,
                      const skr_batch_rows *of_cursor, const uint32_t *keys, uint32_t n,
                      skr_err *err)
{
    const skr_batch *batch = judge->batch;
    uint32_t *rows = judge->rows;
    uint32_t *of = judge->keys;
    uint32_t n_rows = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        skr_allele_facts *facts = &judge->facts[keys[i]];
        skr_allele_kind kind = batch->keys[keys[i]].kind;
        while (at < of_cursor->n && of_cursor->keys[at] < keys[i])
            at++;
        bool has_row = at < of_cursor->n && of_cursor->keys[at] == keys[i];
        uint32_t row = has_row ? of_cursor->rows[at] : 0;
        if (kind == SKR_ALLELE_SV_ANY ||
            (kind == SKR_ALLELE_MNV && !(has_row && cursor->rows->is_complete[row] != 0))) {
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
    int status = SKR_OK;
    if (cursor->known == NULL)
        status = skr_segment_view_n_called(cursor->view, skr_row_cursor_tile(cursor), rows, n_rows,
                                           &cursor->live.set, judge->row_ans, err);
    for (uint32_t i = 0; i < n_rows && cursor->known != NULL; i++)
        judge->row_ans[i] = cursor->rows->totals[rows[i]].an;
    for (uint32_t i = 0; status == SKR_OK && i < n_rows; i++)
        add_row(&judge->facts[of[i]], cursor, rows[i], judge->row_ans[i]);
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
        verdicts[k] =
            (uint8_t)((1 - is_open) * ((code & SKR_COUNTS_ONE) | (code >> 1 & SKR_COUNTS_MORE)));
        n_open += is_open;
    }
    return n_open == 0;
}

static uint8_t verdicts_of(uint8_t code)
{
    return (uint8_t)((SKR_CODE_ONE(code) == SKR_YES ? SKR_COUNTS_ONE : 0u) |
                     (SKR_CODE_TWO(code) == SKR_YES ? SKR_COUNTS_MORE : 0u));
}

/* Counts an allele that is judged, where af is asked. */
static void note_an(skr_judge *judge, uint32_t slot, uint32_t k)
{
    const skr_af_doubt *doubts = judge->tallier->scope->doubts;
    skr_ploidy ploidy = judge->batch->keys[k].ploidy;
    if (doubts == NULL || (unsigned)ploidy >= SKR_N_PLOIDIES)
        return;
    judge->seen[slot].n_judged++;
    judge->seen[slot].n_low += judge->facts[k].an_max < doubts[slot].half[ploidy];
}

/* Judges alleles keys[0 .. n) by their facts; leaves those that stay open, and returns how many. */
static uint32_t judge_by_facts(skr_judge *judge, uint32_t slot, uint8_t *verdicts, uint32_t *keys,
                               uint32_t n)
{
    const skr_plan *plan = judge->tallier->scope->plan;
    uint32_t n_open = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = keys[i];
        skr_verdict one = skr_plan_judge(plan, &judge->batch->keys[k], &judge->facts[k], 1);
        skr_verdict two = plan->has_copies
                              ? skr_plan_judge(plan, &judge->batch->keys[k], &judge->facts[k], 2)
                              : one;
        uint8_t code = SKR_CODE_OF(one, two);
        verdicts[k] = verdicts_of(code);
        if (!is_decided(code))
            keys[n_open++] = k;
        else
            note_an(judge, slot, k);
    }
    return n_open;
}

/* Finds the totals of what is still open, and judges by those. */
static int judge_by_totals(skr_judge *judge, uint32_t slot, uint8_t *verdicts, uint32_t *keys,
                           uint32_t n, skr_err *err)
{
    judge->done->n_keys_tallied += n;
    memset(judge->selected, 0, judge->batch->n);
    for (uint32_t i = 0; i < n; i++)
        judge->selected[keys[i]] = 1;
    int status =
        skr_tally_batch(judge->tallier, slot, SKR_TALLY_AN, judge->selected, judge->totals, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < n; i++) {
        skr_allele_facts *facts = &judge->facts[keys[i]];
        const skr_tally *tally = &judge->totals[keys[i]];
        facts->ac_min = facts->ac_max = tally->ac;
        facts->an_min = facts->an_max = tally->an;
    }
    (void)judge_by_facts(judge, slot, verdicts, keys, n);
    return SKR_OK;
}

static int judge_slot(skr_judge *judge, uint32_t slot, skr_err *err)
{
    const skr_batch *batch = judge->batch;
    const skr_scan_scope *scope = judge->tallier->scope;
    SKR_ASSERT(slot < batch->n_slots);
    size_t base = (size_t)slot * batch->n_max;
    uint8_t *verdicts = batch->verdicts + base;
    uint32_t *keys = judge->open;
    uint32_t n = 0;
    if (judge_by_codes(batch, batch->has_row + base, scope->wants_silent, verdicts))
        return SKR_OK;
    for (uint32_t k = 0; k < batch->n; k++) {
        bool is_silent = batch->has_row[base + k] == 0 && batch->is_named[k] == 0;
        if (is_decided(batch->codes[k]) || (is_silent && !scope->wants_silent))
            continue;
        judge->facts[k] = (skr_allele_facts){.has_filter = true,
                                             .is_filter_failed = batch->is_failed[base + k] != 0};
        keys[n++] = k;
    }
    judge->done->n_keys_open += n;
    for (uint32_t c = 0; n > 0 && c < batch->n_cursors; c++)
        if (batch->cursors[c].slot == slot && batch->cursors[c].live.set.n > 0)
            SKR_TRY(add_cursor(judge, &batch->cursors[c], &batch->rows[c], keys, n, err));
    n = judge_by_facts(judge, slot, verdicts, keys, n);
    return n == 0 ? SKR_OK : judge_by_totals(judge, slot, verdicts, keys, n, err);
}

/* The same of a place and type alone: of the alleles that it holds. */
static int find_held(skr_judge *judge, uint32_t key, skr_err *err)
{
    skr_batch *batch = judge->batch;
    skr_held_rows held = {0};
    int status = SKR_OK;
    for (uint32_t c = 0; status == SKR_OK && c < batch->n_cursors; c++) {
        skr_row_cursor *cursor = &batch->cursors[c];
        size_t at = (size_t)cursor->slot * batch->n_max + key;
        if (cursor->live.set.n > 0)
            status = skr_held_rows_find(cursor, &batch->keys[key], &held, err);
        if (status < 0 || cursor->live.set.n == 0 || held.n == 0)
            continue;
        batch->has_row[at] = 1;
        batch->is_failed[at] &= !held.is_passed;
    }
    skr_held_rows_done(&held);
    return status;
}

/* Of a catalogue some of whose samples do not live: what members say of FILTER in whom somebody
 * does. */
static int hear_members(skr_judge *judge, uint32_t number, uint8_t *is_failed, skr_err *err)
{
    const skr_row_cursor *cursor = &judge->batch->cursors[number];
    const skr_batch_rows *of = &judge->batch->rows[number];
    for (uint32_t i = 0; i < of->n; i++) {
        bool is_passed = false;
        SKR_TRY(skr_segment_view_is_passed(cursor->view, skr_row_cursor_tile(cursor), of->rows[i],
                                           &cursor->live.set, &is_passed, err));
        is_failed[of->keys[i]] &= !is_passed;
    }
    return SKR_OK;
}

/* Which alleles have a row in each dataset, and no record that passed FILTER. */
static int find_rows(skr_judge *judge, skr_err *err)
{
    skr_batch *batch = judge->batch;
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        memset(batch->has_row + (size_t)slot * batch->n_max, 0, batch->n);
        memset(batch->is_failed + (size_t)slot * batch->n_max, 1, batch->n);
    }
    for (uint32_t c = 0; c < batch->n_cursors; c++) {
        const skr_row_cursor *cursor = &batch->cursors[c];
        const skr_batch_rows *of = &batch->rows[c];
        if (of->n == 0)
            continue;
        const uint8_t *filter_failed = cursor->rows->filter_failed;
        uint8_t *has_row = batch->has_row + (size_t)cursor->slot * batch->n_max;
        uint8_t *is_failed = batch->is_failed + (size_t)cursor->slot * batch->n_max;
        bool by_members = judge->tallier->scope->plan->has_filter &&
                          cursor->live.set.bits != NULL &&
                          skr_segment_is_catalogue(cursor->segment);
        for (uint32_t i = 0, n = of->n; i < n; i++) {
            has_row[of->keys[i]] = 1;
            is_failed[of->keys[i]] &= (uint8_t)(filter_failed[of->rows[i]] | by_members);
        }
        if (by_members)
            SKR_TRY(hear_members(judge, c, is_failed, err));
    }
    for (uint32_t k = 0; batch->has_whole && k < batch->n; k++)
        if (batch->keys[k].kind == SKR_ALLELE_SV_ANY)
            SKR_TRY(find_held(judge, k, err));
    return SKR_OK;
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

int skr_judge_batch(skr_judge *judge, bool wants_named, skr_err *err)
{
    skr_batch *batch = judge->batch;
    uint64_t n_wanted = 0;
    SKR_CHECK(batch->n > 0 && batch->n <= batch->n_max);
    memset(batch->is_wanted, 0, batch->n);
    SKR_TRY(find_rows(judge, err));
    SKR_TRY(skr_judge_names(judge, err));
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        SKR_TRY(judge_slot(judge, slot, err));
        find_wanted(batch, slot);
    }
    for (uint32_t k = 0; wants_named && k < batch->n; k++)
        batch->is_wanted[k] |= batch->is_named[k];
    for (uint32_t k = 0; k < batch->n; k++)
        n_wanted += batch->is_wanted[k];
    judge->done->n_keys_wanted += n_wanted;
    return SKR_OK;
}
