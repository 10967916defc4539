/*
 * tally_whole.c - what each sample is for an allele: by its own records, by what covers the place,
 * and for a replacement of several bases by its atoms.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/tally.h"
#include "index/keys/variant_key.h"
#include "storage/base/limits.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/call_set.h"

int skr_tally_direct(skr_worker *worker, const skr_lane *lane, const skr_row_at *at,
                     uint8_t *called, uint8_t *this_copies, uint8_t *zygosities, skr_err *err)
{
    const skr_call_set *calls = NULL;
    skr_carriers *carriers = &worker->carriers;
    int status = skr_segment_need_copies(lane->segment, at->ploidy, err);
    if (status == SKR_OK)
        status = skr_segment_view_calls(at->view, at->tile, at->row, &calls, err);
    if (status < 0)
        return status;
    const uint8_t *expected = skr_segment_copies_expected(lane->segment, at->ploidy);
    skr_call_set_to_calls(calls, lane->n_samples, called);
    for (uint32_t s = 0; s < lane->n_samples; s++)
        if (called[s] == SKR_CALL_DEFAULT)
            called[s] = expected[s];
    status = skr_segment_view_decode(at->view, at->tile, at->row, carriers, err);
    if (status < 0)
        return status;
    memset(this_copies, 0, lane->n_samples);
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t s = carriers->samples[i];
        this_copies[s] = carriers->dosages[i];
        zygosities[s] = (uint8_t)skr_carriers_zygosity(carriers->dosages[i], expected[s]);
    }
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        this_copies[carriers->bags[i].sample] = carriers->bags[i].n_this;
        zygosities[carriers->bags[i].sample] = carriers->bags[i].zygosity;
    }
    return SKR_OK;
}

/* Replaces NO_STATEMENT by what the spans say. */
static int fill_from_spans(skr_segment_view *view, const skr_lane *lane, const skr_allele *key,
                           uint8_t *called, uint8_t *scratch, skr_err *err)
{
    if (key->kind >= SKR_ALLELE_SV || key->ploidy >= SKR_N_ZONES ||
        memchr(called, SKR_CALL_NO_STATEMENT, lane->n_samples) == NULL)
        return SKR_OK;
    int status = skr_segment_view_called(view, key->contig, key->start0, key->end0, scratch, err);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
        if (called[s] == SKR_CALL_NO_STATEMENT)
            called[s] = scratch[s];
    return status;
}

/* Finds the row of a key in the lane's segment through its other view; *ret_has_row. */
static int find_row(skr_worker *worker, skr_lane *lane, const skr_allele *key, skr_row_at *ret_at,
                    bool *ret_has_row, skr_err *err)
{
    size_t from = 0;
    size_t to = 0;
    size_t n = 0;
    int status = SKR_OK;
    *ret_has_row = false;
    if (lane->other_view == NULL)
        status = skr_segment_view_new(lane->segment, worker->reader, &lane->other_view, err);
    if (status < 0)
        return status;
    uint32_t number = key->start0 >> skr_segment_tile_shift(lane->segment);
    const skr_tile *tiles = skr_segment_tiles(lane->segment, &n);
    skr_segment_find_tiles(lane->segment, key->contig, number, number + 1, &from, &to);
    for (size_t t = from; t < to; t++) {
        const skr_tile_rows *rows = NULL;
        if (tiles[t].n_rows == 0 || tiles[t].min_start0 > key->start0 ||
            tiles[t].max_start0 < key->start0)
            continue;
        status = skr_segment_view_rows(lane->other_view, t, &rows, err);
        if (status < 0)
            return status;
        for (uint32_t r = 0; r < rows->n; r++) {
            skr_allele other = skr_segment_tile_rows_allele(rows, r);
            if (other.start0 != key->start0 || skr_segment_allele_compare(&other, key) != 0)
                continue;
            *ret_at = (skr_row_at){lane->other_view, t, r, (skr_ploidy)rows->ploidy[r]};
            *ret_has_row = true;
            return SKR_OK;
        }
    }
    return SKR_OK;
}

/* What the atoms say of those who have no record of the whole (case 16). */
typedef struct by_atoms {
    uint8_t n_this;   /* least copies of an atom, while all atoms are hom */
    uint8_t n_absent; /* least called copies of an atom that is absent; 255: none is */
    uint8_t zygosity; /* of the atom with the least copies */
    uint8_t is_all_hom;
} by_atoms;

static void add_atom(by_atoms *sample, uint8_t called, uint8_t n_this, uint8_t zygosity)
{
    bool is_called = called > 0 && called <= SKR_PLOIDY_MAX;
    if (is_called && n_this == 0 && called < sample->n_absent)
        sample->n_absent = called;
    bool is_hom = is_called && n_this == called && (zygosity == SKR_HOM || zygosity == SKR_HEMI);
    if (!is_hom)
        sample->is_all_hom = 0;
    if (is_hom && n_this < sample->n_this) {
        sample->n_this = n_this;
        sample->zygosity = zygosity;
    }
}

static int states_by_atoms(skr_worker *worker, skr_lane *lane, const skr_allele *key,
                           by_atoms *samples, skr_err *err)
{
    skr_allele atom;
    int status = SKR_OK;
    for (uint32_t s = 0; s < lane->n_samples; s++)
        samples[s] = (by_atoms){.n_this = 255, .n_absent = 255, .is_all_hom = 1};
    for (uint32_t i = 0; status == SKR_OK && skr_variant_allele_atom(key, i, &atom); i++) {
        skr_row_at at;
        bool has_row = false;
        atom.contig = key->contig;
        atom.ploidy = key->ploidy;
        status = find_row(worker, lane, &atom, &at, &has_row, err);
        if (status == SKR_OK && has_row) {
            status = skr_tally_direct(worker, lane, &at, worker->called, worker->this_copies,
                                      worker->zygosities, err);
        } else {
            memset(worker->called, SKR_CALL_NO_STATEMENT, lane->n_samples);
            memset(worker->this_copies, 0, lane->n_samples);
        }
        if (status == SKR_OK)
            status = fill_from_spans(lane->other_view, lane, &atom, worker->called, worker->scratch,
                                     err);
        for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
            add_atom(&samples[s], worker->called[s], worker->this_copies[s], worker->zygosities[s]);
    }
    return status;
}

/* Those of whom nothing is known, and those who do not live, have no called copies. */
static void settle(skr_worker *worker, const skr_lane *lane)
{
    for (uint32_t s = 0; s < lane->n_samples; s++) {
        bool is_live = skr_set_has(&lane->live.set, s);
        if (is_live && worker->called[s] <= SKR_PLOIDY_MAX)
            continue;
        worker->called[s] = 0;
        worker->this_copies[s] = 0;
    }
}

static int own_states(skr_worker *worker, skr_lane *lane, const skr_row_at *at, skr_err *err)
{
    if (lane->has_row)
        return skr_tally_direct(worker, lane, at, worker->called, worker->this_copies,
                                worker->zygosities, err);
    memset(worker->called, SKR_CALL_NO_STATEMENT, lane->n_samples);
    memset(worker->this_copies, 0, lane->n_samples);
    return SKR_OK;
}

int skr_tally_states(skr_worker *worker, skr_lane *lane, const skr_key_view *view, skr_err *err)
{
    const skr_allele *key = &view->key;
    by_atoms *samples = NULL;
    int status = skr_lane_view(worker, lane, err);
    if (status == SKR_OK && key->kind == SKR_ALLELE_SV_ANY) {
        status = skr_tally_open_states(worker, lane, key, err);
        settle(worker, lane);
        return status;
    }
    skr_row_at at = {.view = lane->view};
    if (lane->has_row) {
        at.tile = skr_lane_tile(lane);
        at.row = lane->row;
        at.ploidy = (skr_ploidy)lane->rows->ploidy[lane->row];
    }
    if (status == SKR_OK && !skr_tally_has_atoms(lane, view)) {
        status = own_states(worker, lane, &at, err);
        if (status == SKR_OK)
            status = fill_from_spans(lane->view, lane, key, worker->called, worker->scratch, err);
        if (status == SKR_OK)
            settle(worker, lane);
        return status;
    }
    if (status == SKR_OK && (samples = malloc(lane->n_samples * sizeof *samples)) == NULL)
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for the samples of a segment");
    if (status == SKR_OK)
        status = states_by_atoms(worker, lane, key, samples, err);
    if (status == SKR_OK)
        status = own_states(worker, lane, &at, err);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++) {
        if (worker->called[s] != SKR_CALL_NO_STATEMENT)
            continue;
        bool is_carrier = samples[s].is_all_hom && samples[s].n_this != 255;
        bool is_absent = samples[s].n_absent != 255;
        worker->this_copies[s] = is_carrier ? samples[s].n_this : 0;
        worker->zygosities[s] = samples[s].zygosity;
        worker->called[s] = is_carrier  ? samples[s].n_this
                            : is_absent ? samples[s].n_absent
                                        : SKR_CALL_NO_CALL;
    }
    free(samples);
    if (status == SKR_OK)
        settle(worker, lane);
    return status;
}
