/*
 * segment_phase.c - on which haplotype the carriers of a row have it, as a view reads it.
 */
#include "storage/segment/segment_phase.h"

#include "storage/base/check.h"
#include "storage/segment/segment_view_int.h"

int skr_segment_view_load_phase(skr_segment_view *view, size_t tile, skr_err *err)
{
    const skr_segment *segment = view->segment;
    const skr_tile_refs *refs = &segment->directory.tiles.refs[tile];
    SKR_CHECK(refs->phase.n_raw > 0);
    if (view->phase_tile == tile)
        return SKR_OK;
    view->phase_tile = SKR_NO_TILE;
    view->phase_chunk = SKR_NO_TILE;
    skr_block_wish wish = {segment->file, refs->phase, &view->phase.raw};
    SKR_TRY(skr_block_reader_get(view->reader, &wish, 1, err));
    int status = skr_segment_carrier_columns_decode(
        &view->phase, segment, NULL, segment->directory.tiles.list[tile].n_rows, err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in_tile(view, status, tile, err);
    view->phase_tile = tile;
    return SKR_OK;
}

int skr_segment_view_phase_bytes(skr_segment_view *view, uint32_t row, const uint8_t **ret_bytes,
                                 size_t *ret_n, skr_err *err)
{
    SKR_CHECK(view->phase_tile != SKR_NO_TILE);
    size_t number = skr_segment_carrier_columns_find_chunk(&view->phase, row);
    const skr_chunk *chunk = &view->phase.chunks[number];
    if (view->phase_chunk != number) {
        view->phase_chunk = SKR_NO_TILE;
        if (chunk->ref.n_raw == 0)
            skr_block_bytes_done(&view->phase_raw);
        else
            SKR_TRY(skr_block_reader_hold(view->reader, view->segment->file, &chunk->ref,
                                          &view->phase_raw, err));
        view->phase_chunk = number;
    }
    *ret_n = view->phase.lengths[row];
    *ret_bytes = *ret_n == 0 ? NULL : view->phase_raw.bytes + view->phase.offsets[row];
    return SKR_OK;
}

/* Reads the phase of a row of a tile whose phase is loaded. */
static int read_row(skr_segment_view *view, uint32_t row, uint32_t start0,
                    const skr_carriers *carriers, skr_haplotypes *phased, skr_err *err)
{
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    uint64_t order_row = 0;
    SKR_TRY(skr_segment_view_phase_bytes(view, row, &bytes, &n_bytes, err));
    bool is_ordered = skr_haplotypes_is_ordered(bytes, n_bytes, &order_row);
    if (is_ordered) {
        skr_carriers_clear(&view->firsts);
        SKR_TRY(skr_order_view_decode(&view->phase_order, order_row, &view->firsts, err));
    }
    return skr_haplotypes_decode(bytes, n_bytes, carriers, start0,
                                 is_ordered ? &view->firsts : NULL, phased, err);
}

int skr_segment_view_phase(skr_segment_view *view, size_t tile, uint32_t row,
                           const skr_carriers *carriers, skr_haplotypes *phased, skr_err *err)
{
    const skr_tile_rows *rows = NULL;
    if (view->segment->catalogue != NULL)
        return view->segment->methods->phase(view, tile, row, carriers, phased, err);
    phased->n = 0;
    if (view->segment->directory.tiles.refs[tile].phase.n_raw == 0)
        return SKR_OK;
    SKR_TRY(skr_segment_view_rows(view, tile, &rows, err));
    SKR_CHECK(row < rows->n);
    SKR_TRY(skr_segment_view_load_phase(view, tile, err));
    int status = read_row(view, row, rows->start0[row], carriers, phased, err);
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}
