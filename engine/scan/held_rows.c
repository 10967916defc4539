/*
 * held_rows.c - the structural alleles at a place that its type holds.
 */
#include "engine/scan/held_rows.h"

#include <stdlib.h>

#include "index/keys/variant_structural.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/segment/segment_heard.h"

static int find_in_tile(const skr_row_cursor *cursor, const skr_allele *place, size_t tile,
                        skr_held_rows *held, skr_err *err)
{
    const skr_tile_rows *rows = NULL;
    const skr_sample_set *live = &cursor->live.set;
    int status = skr_segment_view_rows(cursor->other_view, tile, &rows, err);
    for (uint32_t r = 0; status == SKR_OK && r < rows->n; r++) {
        if (rows->start0[r] != place->start0 || rows->kind[r] != SKR_ALLELE_SV)
            continue;
        skr_allele key = skr_segment_tile_rows_allele(rows, r);
        skr_row_at at = {cursor->other_view, tile, r, (skr_ploidy)rows->ploidy[r]};
        bool is_spoken = false;
        if (!skr_structural_holds(place, &key))
            continue;
        bool is_passed = false;
        status = skr_segment_view_is_spoken_of(at.view, tile, r, live, &is_spoken, err);
        if (status == SKR_OK && is_spoken)
            status = skr_segment_view_is_passed(at.view, tile, r, live, &is_passed, err);
        if (status == SKR_OK && is_spoken) {
            held->is_passed = held->is_passed || is_passed;
            status = SKR_ARRAY_RESERVE(&held->rows, &held->n_max, held->n + 1u,
                                       "the alleles of a place", err);
            if (status == SKR_OK)
                held->rows[held->n++] = at;
        }
    }
    return status;
}

int skr_held_rows_find(skr_row_cursor *cursor, const skr_allele *place, skr_held_rows *held,
                       skr_err *err)
{
    SKR_CHECK(place->kind == SKR_ALLELE_SV_ANY);
    size_t from = 0;
    size_t to = 0;
    size_t n = 0;
    int status = SKR_OK;
    held->n = 0;
    held->is_passed = false;
    SKR_TRY(skr_row_cursor_other_view(cursor, err));
    uint32_t number = place->start0 >> skr_segment_tile_shift(cursor->segment);
    const skr_tile *tiles = skr_segment_tiles(cursor->segment, &n);
    SKR_TRY(skr_segment_find_tiles(cursor->segment, place->contig,
                                   (const uint32_t[]){number, number + 1}, &from, &to, err));
    for (size_t t = from; status == SKR_OK && t < to; t++)
        if (tiles[t].n_rows > 0 && tiles[t].min_start0 <= place->start0 &&
            tiles[t].max_start0 >= place->start0)
            status = find_in_tile(cursor, place, t, held, err);
    return status;
}

void skr_held_rows_done(skr_held_rows *held)
{
    free(held->rows);
    *held = (skr_held_rows){0};
}
