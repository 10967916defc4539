/*
 * tally.c - adding up one allele: from stored totals, carriers and call sets.
 */
#include "engine/scan/tally.h"

#include <stdlib.h>
#include <string.h>

#include "engine/scan/row_live.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"
#include "storage/segment/segment_coverage.h"
#include "storage/segment/segment_track.h"

/* ------------------------------------------------------------------ memory */

int skr_tallier_init(skr_tallier *tallier, skr_batch *batch, skr_err *err)
{
    size_t n = batch->n_max;
    SKR_CHECK(n > 0 && tallier->rows == NULL);
    tallier->batch = batch;
    tallier->together = calloc(n, 1);
    tallier->rows = calloc(n, sizeof *tallier->rows);
    tallier->keys = calloc(n, sizeof *tallier->keys);
    tallier->row_tallies = calloc(n, sizeof *tallier->row_tallies);
    tallier->row_ans = calloc(n, sizeof *tallier->row_ans);
    bool is_whole = tallier->together != NULL && tallier->rows != NULL && tallier->keys != NULL &&
                    tallier->row_tallies != NULL && tallier->row_ans != NULL;
    return is_whole ? SKR_OK : skr_fail_nomem(err, "a scan");
}

void skr_tallier_done(skr_tallier *tallier)
{
    skr_sample_states_done(&tallier->states);
    skr_carriers_done(&tallier->carriers);
    free(tallier->found.items);
    free(tallier->direct);
    free(tallier->spans);
    free(tallier->together);
    free(tallier->rows);
    free(tallier->keys);
    free(tallier->row_tallies);
    free(tallier->row_ans);
}

int skr_tallier_begin(skr_tallier *tallier, const skr_scan_scope *scope, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    uint32_t n = 1;
    tallier->scope = scope;
    tallier->found.n = 0;
    for (uint32_t i = 0; i < batch->n_cursors; i++)
        n = batch->cursors[i].n_samples > n ? batch->cursors[i].n_samples : n;
    if (n <= tallier->n_samples_max)
        return SKR_OK;
    free(tallier->direct);
    free(tallier->spans);
    tallier->n_samples_max = 0;
    tallier->direct = calloc(n, 1);
    tallier->spans = calloc(n, 1);
    if (tallier->direct == NULL || tallier->spans == NULL)
        return skr_fail_nomem(err, "a scan");
    tallier->n_samples_max = n;
    return SKR_OK;
}

/* ------------------------------------------------------------------ carriers, one by one */

static int found_add(skr_carrier_list *found, skr_carrier carrier, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&found->items, &found->n_max, found->n + 1, "carriers", err));
    found->items[found->n++] = carrier;
    return SKR_OK;
}

/* Adds the carriers of a row in set to found, and their copies to the tally. */
static int find_row(skr_tallier *tallier, const skr_row_cursor *cursor, const skr_row_at *at,
                    const skr_sample_set *set, skr_carrier_list *found, skr_tally *tally,
                    skr_err *err)
{
    skr_carriers *carriers = &tallier->carriers;
    SKR_TRY(skr_segment_need_copies(cursor->segment, at->ploidy, err));
    SKR_TRY(skr_segment_view_decode(at->view, at->tile, at->row, carriers, err));
    const uint8_t *expected = skr_segment_copies_expected(cursor->segment, at->ploidy);
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        uint8_t dosage = carriers->dosages[i];
        if (!skr_sample_set_has(set, sample))
            continue;
        tally->ac += dosage;
        SKR_TRY(found_add(found,
                          (skr_carrier){skr_individual_of(&cursor->individuals, sample), dosage,
                                        (uint8_t)skr_carriers_zygosity(dosage, expected[sample])},
                          err));
    }
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        const skr_bag *bag = &carriers->bags[i];
        if (!skr_sample_set_has(set, bag->sample))
            continue;
        tally->ac += bag->n_this;
        SKR_TRY(found_add(found,
                          (skr_carrier){skr_individual_of(&cursor->individuals, bag->sample),
                                        bag->n_this, bag->zygosity},
                          err));
    }
    return SKR_OK;
}

/* The same of an allele that is counted sample by sample; adds to an too. */
static int find_by_states(skr_tallier *tallier, skr_row_cursor *cursor, const skr_allele *key,
                          uint32_t row, const skr_sample_set *set, skr_carrier_list *found,
                          skr_tally *tally, skr_err *err)
{
    const skr_sample_states *states = &tallier->states;
    SKR_TRY(skr_sample_states_find(&tallier->states, cursor, key, row, err));
    for (uint32_t s = 0; s < states->n; s++) {
        if (!skr_sample_set_has(set, s))
            continue;
        tally->an += states->called[s];
        tally->ac += states->this_copies[s];
        if (states->this_copies[s] > 0)
            SKR_TRY(found_add(found,
                              (skr_carrier){skr_individual_of(&cursor->individuals, s),
                                            states->this_copies[s], states->zygosities[s]},
                              err));
    }
    return SKR_OK;
}

/* The same of a place and type alone. */
static int find_open(skr_tallier *tallier, skr_row_cursor *cursor, const skr_allele *key,
                     const skr_sample_set *set, skr_carrier_list *found, skr_tally *tally,
                     skr_err *err)
{
    skr_held_rows held = {0};
    int status = skr_held_rows_find(cursor, key, &held, err);
    if (status == SKR_OK && held.n == 1) {
        const skr_row_at *at = &held.rows[0];
        uint64_t n_called = 0;
        status = find_row(tallier, cursor, at, set, found, tally, err);
        if (status == SKR_OK)
            status =
                skr_segment_view_n_called(at->view, at->tile, &at->row, 1, set, &n_called, err);
        tally->an += n_called;
    } else if (status == SKR_OK && held.n > 1) {
        status = find_by_states(tallier, cursor, key, SKR_NONE, set, found, tally, err);
    }
    skr_held_rows_done(&held);
    return status;
}

int skr_tally_states(skr_tallier *tallier, const skr_key_view *view, uint32_t cursor,
                     const skr_sample_states **ret_states, skr_err *err)
{
    SKR_CHECK(cursor < tallier->batch->n_cursors);
    *ret_states = &tallier->states;
    return skr_sample_states_find(&tallier->states, &tallier->batch->cursors[cursor], &view->key,
                                  view->rows[cursor], err);
}

/* ------------------------------------------------------------------ sums of a cursor */

/* Adds the carriers of a row without telling them apart. */
static int sum_row(skr_row_cursor *cursor, uint32_t row, const skr_sample_set *set,
                   skr_tally *tally, skr_err *err)
{
    skr_carrier_tally sums = {0};
    if (set == &cursor->live.set && set->bits != NULL)
        SKR_TRY(skr_row_live_need_row(cursor, row, err));
    if (skr_row_live_tells(cursor, set))
        sums = skr_row_live_tally(cursor, row);
    else
        SKR_TRY(skr_segment_view_tally(cursor->view, skr_row_cursor_tile(cursor), &row, 1, set,
                                       &sums, err));
    skr_tally_add(tally, &sums);
    return SKR_OK;
}

/* The copies that spans call of samples of a set of which a row says nothing; direct NULL: there is
 * no row. Where no span says anything, eight samples are passed at a time. */
static uint64_t sum_spans(const skr_sample_set *set, const uint8_t *direct, const uint8_t *spans,
                          uint32_t n)
{
    uint8_t nothing[8];
    uint64_t an = 0;
    memset(nothing, SKR_CALL_NO_STATEMENT, sizeof nothing);
    for (uint32_t from = 0, to; from < n; from = to) {
        to = n - from < sizeof nothing ? n : from + (uint32_t)sizeof nothing;
        if (memcmp(spans + from, nothing, to - from) == 0)
            continue;
        unsigned in = set->bits == NULL ? UINT8_MAX : set->bits[from / 64] >> from % 64 & UINT8_MAX;
        for (uint32_t s = from; in != 0 && s < to; s++, in >>= 1)
            if ((in & 1) != 0 && (direct == NULL || direct[s] == SKR_CALL_NO_STATEMENT) &&
                spans[s] <= SKR_PLOIDY_MAX)
                an += spans[s];
    }
    return an;
}

int skr_tally_spans(skr_tallier *tallier, const skr_row_cursor *cursor, uint32_t row,
                    const skr_sample_set *set, const skr_allele *key, uint64_t *an, skr_err *err)
{
    const skr_call_set *calls = NULL;
    SKR_CHECK(cursor->n_samples <= tallier->n_samples_max);
    if (key->kind >= SKR_ALLELE_SV || !skr_segment_has_spans(cursor->segment) ||
        (row != SKR_NONE && cursor->rows->is_complete[row] != 0))
        return SKR_OK;
    const uint8_t *direct = NULL;
    if (row != SKR_NONE) {
        SKR_TRY(
            skr_segment_view_calls(cursor->view, skr_row_cursor_tile(cursor), row, &calls, err));
        skr_call_set_to_calls(calls, cursor->n_samples, tallier->direct);
        direct = tallier->direct;
    }
    if (key->ploidy >= SKR_N_PLOIDIES)
        return SKR_OK;
    if (row == SKR_NONE) {
        const skr_covered_place place = {key->contig, key->start0, key->end0};
        uint64_t n_covered = 0;
        bool is_known = false;
        SKR_TRY(skr_segment_view_n_covered(cursor->view, &place, set, &n_covered, &is_known, err));
        *an += is_known ? n_covered : 0;
        if (is_known)
            return SKR_OK;
    }
    uint8_t *spans = tallier->spans;
    SKR_TRY(skr_segment_view_called(cursor->view, key->contig, key->start0, key->end0, spans, err));
    *an += sum_spans(set, direct, spans, cursor->n_samples);
    return SKR_OK;
}

/* Adds the called copies of a cursor. */
static int sum_called(skr_tallier *tallier, skr_row_cursor *cursor, uint32_t row,
                      const skr_sample_set *set, const skr_allele *key, uint64_t *an, skr_err *err)
{
    uint64_t n = 0;
    if (row == SKR_NONE && key->kind < SKR_ALLELE_SV)
        SKR_TRY(skr_row_cursor_view(cursor, err));
    if (row != SKR_NONE && skr_row_live_tells(cursor, set))
        n = cursor->rows->totals[row].an;
    else if (row != SKR_NONE)
        SKR_TRY(skr_segment_view_n_called(cursor->view, skr_row_cursor_tile(cursor), &row, 1, set,
                                          &n, err));
    *an += n;
    return skr_tally_spans(tallier, cursor, row, set, key, an, err);
}

/* ------------------------------------------------------------------ one allele */

/* Adds what one cursor has. */
static int add_cursor(skr_tallier *tallier, const skr_key_view *view, uint32_t number,
                      unsigned flags, skr_carrier_list *found, skr_tally *tally, skr_err *err)
{
    skr_row_cursor *cursor = &tallier->batch->cursors[number];
    const skr_sample_set *set = skr_row_cursor_counted(cursor, (flags & SKR_TALLY_COHORT) != 0);
    uint32_t row = view->rows[number];
    if (set->n == 0)
        return SKR_OK;
    if (skr_sample_states_has_atoms(cursor, &view->key, row))
        return find_by_states(tallier, cursor, &view->key, row, set, found, tally, err);
    if (view->key.kind == SKR_ALLELE_SV_ANY)
        return find_open(tallier, cursor, &view->key, set, found, tally, err);
    if (row != SKR_NONE && found != NULL) {
        const skr_row_at at = skr_row_at_cursor(cursor, row);
        SKR_TRY(find_row(tallier, cursor, &at, set, found, tally, err));
    } else if (row != SKR_NONE) {
        SKR_TRY(sum_row(cursor, row, set, tally, err));
    }
    if ((flags & SKR_TALLY_AN) == 0)
        return SKR_OK;
    return sum_called(tallier, cursor, row, set, &view->key, &tally->an, err);
}

bool skr_tally_is_apart(const skr_tallier *tallier, const skr_key_view *view, uint32_t slot)
{
    const skr_plan *plan = tallier->scope->plan;
    const skr_batch *batch = tallier->batch;
    bool is_apart = view->key.kind == SKR_ALLELE_SV_ANY ||
                    skr_snapshot_has_repeats(plan->snapshot, plan->assembly, view->key.contig);
    for (uint32_t i = 0; i < batch->n_cursors; i++)
        is_apart = is_apart ||
                   (batch->cursors[i].slot == slot &&
                    skr_sample_states_has_atoms(&batch->cursors[i], &view->key, view->rows[i]));
    return is_apart;
}

int skr_tally_slot(skr_tallier *tallier, const skr_key_view *view, uint32_t slot, unsigned flags,
                   skr_carrier_list *found, skr_tally *ret_tally, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    skr_carrier_list *list = found;
    skr_tally tally = {0};
    int status = SKR_OK;
    SKR_CHECK(slot < batch->n_slots);
    tallier->found.n = 0;
    if (list == NULL && skr_tally_is_apart(tallier, view, slot))
        list = &tallier->found;
    size_t n_before = list == NULL ? 0 : list->n;
    for (uint32_t i = 0; status == SKR_OK && i < batch->n_cursors; i++)
        if (batch->cursors[i].slot == slot)
            status = add_cursor(tallier, view, i, flags, list, &tally, err);
    if (status == SKR_OK && list != NULL)
        skr_tally_people(list->items + n_before, list->n - n_before, &tally);
    if (status == SKR_OK)
        *ret_tally = tally;
    else if (list != NULL)
        list->n = n_before;
    return status;
}
