/*
 * sample_states_find.c - states of samples: by their own records, by what covers the place, and for
 * a replacement of several bases by its atoms.
 */
#include <stdlib.h>

#include "engine/scan/atom_state.h"
#include "engine/scan/sample_states.h"
#include "index/keys/variant_key.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"

/* Finds the row of a key in the cursor's segment through its other view; *ret_has_row. */
static int find_row(skr_row_cursor *cursor, const skr_allele *key, skr_row_at *ret_at,
                    bool *ret_has_row, skr_err *err)
{
    size_t from = 0;
    size_t to = 0;
    size_t n = 0;
    int status = SKR_OK;
    *ret_has_row = false;
    SKR_TRY(skr_row_cursor_other_view(cursor, err));
    uint32_t number = key->start0 >> skr_segment_tile_shift(cursor->segment);
    const skr_tile *tiles = skr_segment_tiles(cursor->segment, &n);
    SKR_TRY(skr_segment_find_tiles(cursor->segment, key->contig,
                                   (const uint32_t[]){number, number + 1}, &from, &to, err));
    for (size_t t = from; t < to; t++) {
        const skr_tile_rows *rows = NULL;
        if (tiles[t].n_rows == 0 || tiles[t].min_start0 > key->start0 ||
            tiles[t].max_start0 < key->start0)
            continue;
        status = skr_segment_view_rows(cursor->other_view, t, &rows, err);
        if (status < 0)
            return status;
        for (uint32_t r = 0; r < rows->n; r++) {
            skr_allele other = skr_segment_tile_rows_allele(rows, r);
            if (other.start0 != key->start0 || skr_segment_allele_compare(&other, key) != 0)
                continue;
            *ret_at = (skr_row_at){cursor->other_view, t, r, (skr_ploidy)rows->ploidy[r]};
            *ret_has_row = true;
            return SKR_OK;
        }
    }
    return SKR_OK;
}

/* What the atoms say of every sample; the states are scratch. */
static int find_by_atoms(skr_sample_states *states, skr_row_cursor *cursor, const skr_allele *key,
                         skr_atom_state *samples, skr_err *err)
{
    skr_allele atom;
    for (uint32_t s = 0; s < states->n; s++)
        samples[s] = skr_atom_state_start();
    for (uint32_t i = 0; skr_variant_allele_atom(key, i, &atom); i++) {
        skr_row_at at;
        bool has_row = false;
        atom.contig = key->contig;
        atom.ploidy = key->ploidy;
        SKR_TRY(find_row(cursor, &atom, &at, &has_row, err));
        if (has_row)
            SKR_TRY(skr_sample_states_direct(states, cursor, &at, err));
        else
            skr_sample_states_silent(states, cursor);
        SKR_TRY(skr_sample_states_spans(states, cursor->other_view, &atom, err));
        for (uint32_t s = 0; s < states->n; s++)
            skr_atom_state_add(&samples[s], states->called[s], states->this_copies[s],
                               states->zygosities[s]);
    }
    return SKR_OK;
}

/* Those of whom nothing is known, and those who do not live, have no called copies. */
static void settle(skr_sample_states *states, const skr_row_cursor *cursor)
{
    for (uint32_t s = 0; s < states->n; s++) {
        bool is_live = skr_sample_set_has(&cursor->live.set, s);
        if (is_live && states->called[s] <= SKR_PLOIDY_MAX)
            continue;
        states->called[s] = 0;
        states->this_copies[s] = 0;
    }
}

static int find_own(skr_sample_states *states, const skr_row_cursor *cursor, uint32_t row,
                    skr_err *err)
{
    if (row == SKR_NONE) {
        skr_sample_states_silent(states, cursor);
        return SKR_OK;
    }
    const skr_row_at at = skr_row_at_cursor(cursor, row);
    return skr_sample_states_direct(states, cursor, &at, err);
}

/* Records of the whole, and where a sample has none its atoms. */
static int find_whole(skr_sample_states *states, skr_row_cursor *cursor, const skr_allele *key,
                      uint32_t row, skr_err *err)
{
    skr_atom_state *samples = malloc(((size_t)states->n + 1) * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "the samples of a segment");
    int status = find_by_atoms(states, cursor, key, samples, err);
    if (status == SKR_OK)
        status = find_own(states, cursor, row, err);
    for (uint32_t s = 0; status == SKR_OK && s < states->n; s++) {
        if (states->called[s] != SKR_CALL_NO_STATEMENT)
            continue;
        states->called[s] = skr_atom_state_called(&samples[s], &states->this_copies[s]);
        states->zygosities[s] = samples[s].zygosity;
    }
    free(samples);
    return status;
}

int skr_sample_states_find(skr_sample_states *states, skr_row_cursor *cursor, const skr_allele *key,
                           uint32_t row, skr_err *err)
{
    SKR_CHECK(row == SKR_NONE || row < cursor->rows->n);
    SKR_TRY(skr_row_cursor_view(cursor, err));
    SKR_TRY(skr_sample_states_reserve(states, cursor->n_samples, err));
    if (key->kind == SKR_ALLELE_SV_ANY) {
        SKR_TRY(skr_sample_states_open(states, cursor, key, err));
    } else if (skr_sample_states_has_atoms(cursor, key, row)) {
        SKR_TRY(find_whole(states, cursor, key, row, err));
    } else {
        SKR_TRY(find_own(states, cursor, row, err));
        SKR_TRY(skr_sample_states_spans(states, cursor->view, key, err));
    }
    settle(states, cursor);
    return SKR_OK;
}
