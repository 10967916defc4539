/*
 * tally_open.c - a place and type alone as one allele: all structural alleles there that it holds.
 *
 * Rule 8 of docs/counting.md: a sample has as many copies of it as of that of them of which it has
 * most; copies called otherwise are the least that one of them says, and no more than are left when
 * the copies of all are taken off. Keys of which no copy is called say nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/tally.h"
#include "index/keys/variant_structural.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/call_set.h"

static int held_add(skr_held_rows *held, const skr_row_at *at, skr_err *err)
{
    if (held->n == held->n_max) {
        uint32_t n_max = held->n_max * 2 + 8;
        skr_row_at *rows = realloc(held->rows, n_max * sizeof *rows);
        if (rows == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for the alleles of a place");
        held->rows = rows;
        held->n_max = n_max;
    }
    held->rows[held->n++] = *at;
    return SKR_OK;
}

/* Does somebody alive have a record of it? */
static int is_spoken_of(const skr_lane *lane, const skr_row_at *at, bool is_complete, bool *ret_is,
                        skr_err *err)
{
    const skr_call_set *calls = NULL;
    *ret_is = true;
    if (lane->live.set.bits == NULL || is_complete)
        return SKR_OK;
    int status = skr_segment_view_calls(at->view, at->tile, at->row, &calls, err);
    if (status == SKR_OK)
        *ret_is = skr_lane_is_spoken_of(calls, &lane->live.set);
    return status;
}

static int find_in_tile(const skr_lane *lane, const skr_allele *place, size_t tile,
                        skr_held_rows *held, skr_err *err)
{
    const skr_tile_rows *rows = NULL;
    int status = skr_segment_view_rows(lane->other_view, tile, &rows, err);
    for (uint32_t r = 0; status == SKR_OK && r < rows->n; r++) {
        if (rows->start0[r] != place->start0 || rows->kind[r] != SKR_ALLELE_SV)
            continue;
        skr_allele key = skr_segment_tile_rows_allele(rows, r);
        skr_row_at at = {lane->other_view, tile, r, (skr_ploidy)rows->ploidy[r]};
        bool is_spoken = false;
        if (!skr_structural_holds(place, &key))
            continue;
        bool is_passed = rows->filter_failed[r] == 0;
        status = is_spoken_of(lane, &at, rows->is_complete[r] != 0, &is_spoken, err);
        if (status == SKR_OK && is_spoken) {
            held->is_passed = held->is_passed || is_passed;
            status = held_add(held, &at, err);
        }
    }
    return status;
}

int skr_held_find(skr_worker *worker, skr_lane *lane, const skr_allele *place, skr_held_rows *held,
                  skr_err *err)
{
    size_t from = 0;
    size_t to = 0;
    size_t n = 0;
    int status = SKR_OK;
    held->n = 0;
    held->is_passed = false;
    if (lane->other_view == NULL)
        status = skr_segment_view_new(lane->segment, worker->reader, &lane->other_view, err);
    if (status < 0)
        return status;
    uint32_t number = place->start0 >> skr_segment_tile_shift(lane->segment);
    const skr_tile *tiles = skr_segment_tiles(lane->segment, &n);
    skr_segment_find_tiles(lane->segment, place->contig, number, number + 1, &from, &to);
    for (size_t t = from; status == SKR_OK && t < to; t++)
        if (tiles[t].n_rows > 0 && tiles[t].min_start0 <= place->start0 &&
            tiles[t].max_start0 >= place->start0)
            status = find_in_tile(lane, place, t, held, err);
    return status;
}

void skr_held_done(skr_held_rows *held)
{
    free(held->rows);
    *held = (skr_held_rows){0};
}

/* What the keys seen so far say of one sample. */
typedef struct open_state {
    uint8_t n_claims; /* keys of which a copy is called; 255 and more are told as 255 */
    uint8_t n_this;   /* the most copies of one */
    uint8_t n_other;  /* the least copies called otherwise */
    uint8_t zygosity; /* of the one with the most copies */
    bool is_het;      /* some key says so */
    bool has_no_call;
    uint32_t n_all;   /* copies of all */
    uint8_t n_copies; /* called, of the key that has most of them */
} open_state;

static void open_add(open_state *state, uint8_t called, uint8_t n_this, uint8_t zygosity)
{
    if (called == SKR_CALL_NO_STATEMENT)
        return;
    if (called == 0 || called > SKR_PLOIDY_MAX) {
        state->has_no_call = true;
        return;
    }
    uint8_t n_other = called > n_this ? (uint8_t)(called - n_this) : 0;
    if (state->n_claims == 0 || n_other < state->n_other)
        state->n_other = n_other;
    if (n_this > state->n_this) {
        state->n_this = n_this;
        state->zygosity = zygosity;
    }
    state->is_het = state->is_het || (n_this > 0 && zygosity == SKR_HET);
    if (state->n_claims < 255)
        state->n_claims++;
    state->n_all += n_this;
    state->n_copies = called > state->n_copies ? called : state->n_copies;
}

/* Settles what several keys say. expected: of the sample in the ploidy. */
static void open_settle(open_state *state, uint8_t expected)
{
    uint8_t n_copies = state->n_copies;
    if (expected <= SKR_PLOIDY_MAX && expected > n_copies)
        n_copies = expected;
    uint8_t n_left = state->n_all < n_copies ? (uint8_t)(n_copies - state->n_all) : 0;
    state->n_other = state->n_other < n_left ? state->n_other : n_left;
    uint8_t called = (uint8_t)(state->n_this + state->n_other);
    if (n_copies == 1)
        state->zygosity = state->is_het ? SKR_HET : SKR_HEMI;
    else if (called < n_copies)
        state->zygosity = SKR_PARTIAL;
    else
        state->zygosity = state->n_other > 0 ? SKR_HET : SKR_HOM;
}

int skr_tally_open_states(skr_worker *worker, skr_lane *lane, const skr_allele *place, skr_err *err)
{
    skr_held_rows held = {0};
    open_state *states = calloc(lane->n_samples + 1u, sizeof *states);
    int status = states == NULL ? skr_fail(err, SKR_ERR_NOMEM, "no memory for the samples")
                                : skr_held_find(worker, lane, place, &held, err);
    for (uint32_t i = 0; status == SKR_OK && i < held.n; i++) {
        status = skr_tally_direct(worker, lane, &held.rows[i], worker->called, worker->this_copies,
                                  worker->zygosities, err);
        for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
            open_add(&states[s], worker->called[s], worker->this_copies[s], worker->zygosities[s]);
    }
    const uint8_t *expected = NULL;
    if (status == SKR_OK && held.n > 1)
        expected = skr_segment_copies_expected(lane->segment, held.rows[0].ploidy);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++) {
        open_state *state = &states[s];
        if (state->n_claims > 1)
            open_settle(state, expected[s]);
        worker->called[s] = state->n_claims > 0  ? (uint8_t)(state->n_this + state->n_other)
                            : state->has_no_call ? SKR_CALL_NO_CALL
                                                 : SKR_CALL_NO_STATEMENT;
        worker->this_copies[s] = state->n_this;
        worker->zygosities[s] = state->zygosity;
    }
    skr_held_done(&held);
    free(states);
    return status;
}

int skr_tally_open(skr_worker *worker, skr_lane *lane, const skr_sample_set *set,
                   const skr_key_view *view, skr_tally *tally, skr_err *err)
{
    skr_held_rows held = {0};
    int status = skr_held_find(worker, lane, &view->key, &held, err);
    if (status == SKR_OK && held.n == 1) {
        const skr_row_at *at = &held.rows[0];
        uint64_t n_called = 0;
        status = skr_tally_row(worker, lane, at, set, tally, err);
        if (status == SKR_OK)
            status =
                skr_segment_view_n_called(at->view, at->tile, &at->row, 1, set, &n_called, err);
        tally->an += n_called;
    } else if (status == SKR_OK && held.n > 1) {
        status = skr_tally_by_states(worker, lane, set, view, tally, err);
    }
    skr_held_done(&held);
    return status;
}
