/*
 * segment_view_carriers.c - who carries the rows of a tile, and who was called, many rows at a
 * time.
 */
#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/carriers/carriers_form.h"
#include "storage/segment/segment_view_int.h"

int skr_segment_view_load_carriers(skr_segment_view *view, size_t tile, skr_err *err)
{
    const skr_segment *segment = view->segment;
    const skr_segment_directory *directory = &segment->directory;
    const skr_tile_rows *rows = NULL;
    SKR_TRY(skr_segment_view_rows(view, tile, &rows, err));
    if (view->carriers_tile == tile)
        return SKR_OK;
    view->carriers_tile = SKR_NO_TILE;
    view->chunk = SKR_NO_TILE;
    skr_block_wish wish = {segment->file, directory->tiles.refs[tile].of[SKR_TILE_CARRIERS],
                           &view->carriers.raw};
    SKR_TRY(skr_block_reader_get(view->reader, &wish, 1, err));
    int status = skr_segment_carrier_columns_decode(&view->carriers, segment, view->shown->heads,
                                                    rows->n, err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in_tile(view, status, tile, err);
    view->carriers_tile = tile;
    return SKR_OK;
}

/* Loads the chunk of a row of the tile whose carriers are loaded. */
static int load_chunk(skr_segment_view *view, uint32_t row, const skr_chunk **ret_chunk,
                      skr_err *err)
{
    size_t number = skr_segment_carrier_columns_find_chunk(&view->carriers, row);
    const skr_chunk *chunk = &view->carriers.chunks[number];
    *ret_chunk = chunk;
    if (view->chunk == number)
        return SKR_OK;
    view->chunk = SKR_NO_TILE;
    if (chunk->ref.n_raw == 0)
        skr_block_bytes_done(&view->chunk_raw);
    else
        SKR_TRY(skr_block_reader_hold(view->reader, view->segment->file, &chunk->ref,
                                      &view->chunk_raw, err));
    view->chunk = number;
    return SKR_OK;
}

/* The carriers of the rows of the chunk that is loaded. */
static skr_carrier_rows loaded_rows(const skr_segment_view *view)
{
    return (skr_carrier_rows){
        .shapes = &view->segment->shapes,
        .bytes = view->chunk_raw.bytes,
        .n_bytes = view->chunk_raw.n,
        .heads = view->shown->heads,
        .offsets = view->carriers.offsets,
        .lengths = view->carriers.lengths,
    };
}

/* How many of the rows, from the first on, lie in the chunk; and in the ploidy, if it is one. */
static uint32_t count_rows(const skr_chunk *chunk, const uint32_t *rows, uint32_t n,
                           const uint8_t *ploidies, uint8_t ploidy)
{
    uint32_t i = 0;
    if (ploidies == NULL && n > 0 && rows[n - 1] - chunk->first_row < chunk->n_rows)
        return n; /* they ascend */
    while (i < n && rows[i] - chunk->first_row < chunk->n_rows &&
           (ploidies == NULL || ploidies[rows[i]] == ploidy))
        i++;
    return i;
}

/* Loads the rows of the tile and checks the numbers asked for. */
static int load_rows(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                     const skr_tile_rows **ret_rows, skr_err *err)
{
    SKR_TRY(skr_segment_view_rows(view, tile, ret_rows, err));
    for (uint32_t i = 0; i < n; i++)
        SKR_CHECK(rows[i] < (*ret_rows)->n && (i == 0 || rows[i - 1] < rows[i]));
    return SKR_OK;
}

/* ------------------------------------------------------------------ carriers */

/* Tallies rows of the chunk that is loaded, all of them in one ploidy. */
static int tally_rows(skr_segment_view *view, const uint32_t *rows, uint32_t n, uint8_t ploidy,
                      const skr_sample_set *who, skr_carrier_tally *tallies, skr_err *err)
{
    const skr_carrier_rows stored = loaded_rows(view);
    if (ploidy == SKR_PLOIDY_DIPLOID)
        SKR_TRY(skr_carrier_rows_tally(&stored, rows, n, who->bits, tallies, err));
    for (uint32_t i = 0; i < n; i++) {
        const skr_stored_carriers row = skr_carrier_rows_at(&stored, rows[i]);
        if (ploidy != SKR_PLOIDY_DIPLOID)
            SKR_TRY(skr_carriers_tally(
                &row, who->bits, skr_segment_copies_expected(view->segment, (skr_ploidy)ploidy),
                &tallies[i], err));
        if (skr_head_is_ordered(row.head))
            SKR_TRY(skr_order_view_tally(&view->order, skr_carriers_order_row(&row), who, ploidy,
                                         &tallies[i], err));
    }
    return SKR_OK;
}

/* Marks what rows of the chunk that is loaded have in orders. */
static int mark_ordered(skr_segment_view *view, const uint32_t *rows, uint32_t n, uint64_t *bitmap,
                        skr_err *err)
{
    const skr_carrier_rows stored = loaded_rows(view);
    for (uint32_t i = 0; i < n; i++) {
        if (!skr_head_is_ordered(stored.heads[rows[i]]))
            continue;
        const skr_stored_carriers row = skr_carrier_rows_at(&stored, rows[i]);
        SKR_TRY(skr_order_view_mark(&view->order, skr_carriers_order_row(&row), bitmap, err));
    }
    return SKR_OK;
}

int skr_segment_view_tally(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                           const skr_sample_set *who, skr_carrier_tally *ret_tallies, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    SKR_TRY(load_rows(view, tile, rows, n, &columns, err));
    if (n == 0)
        return SKR_OK;
    for (uint32_t i = 0; i < n && who->bits == NULL; i++) {
        const skr_row_totals *totals = &columns->totals[rows[i]];
        ret_tallies[i] = (skr_carrier_tally){totals->ac, totals->n_carriers, totals->n_hom,
                                             totals->n_hemi, totals->n_partial};
    }
    if (who->bits == NULL)
        return SKR_OK;
    if (view->segment->catalogue != NULL) {
        bool is_told = false;
        SKR_TRY(view->segment->methods->tally(view, &(skr_rows_of_tile){tile, rows, n, columns},
                                              who, ret_tallies, &is_told, err));
        if (is_told)
            return SKR_OK;
    }
    SKR_TRY(skr_segment_view_load_carriers(view, tile, err));
    int status = SKR_OK;
    for (uint32_t at = 0, n_here = 0; at < n && status == SKR_OK; at += n_here) {
        const skr_chunk *chunk = NULL;
        uint8_t ploidy = columns->ploidy[rows[at]];
        status = load_chunk(view, rows[at], &chunk, err);
        n_here = count_rows(chunk, rows + at, n - at, columns->ploidy, ploidy);
        if (status == SKR_OK)
            status = tally_rows(view, rows + at, n_here, ploidy, who, ret_tallies + at, err);
    }
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}

int skr_segment_view_mark(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                          uint64_t *bitmap, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    SKR_TRY(load_rows(view, tile, rows, n, &columns, err));
    if (n == 0)
        return SKR_OK;
    SKR_TRY(skr_segment_view_load_carriers(view, tile, err));
    int status = SKR_OK;
    for (uint32_t at = 0, n_here = 0; at < n && status == SKR_OK; at += n_here) {
        const skr_chunk *chunk = NULL;
        status = load_chunk(view, rows[at], &chunk, err);
        n_here = count_rows(chunk, rows + at, n - at, NULL, 0);
        const skr_carrier_rows stored = loaded_rows(view);
        if (status == SKR_OK)
            status = skr_carrier_rows_mark(&stored, rows + at, n_here, bitmap, err);
        if (status == SKR_OK)
            status = mark_ordered(view, rows + at, n_here, bitmap, err);
    }
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}

void skr_segment_view_mark_end(skr_segment_view *view)
{
    skr_order_view_mark_end(&view->order);
}

int skr_segment_view_decode(skr_segment_view *view, size_t tile, uint32_t row,
                            skr_carriers *carriers, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    const skr_chunk *chunk = NULL;
    int status = load_rows(view, tile, &row, 1, &columns, err);
    if (status == SKR_OK)
        status = skr_segment_view_load_carriers(view, tile, err);
    if (status != SKR_OK)
        return status;
    status = load_chunk(view, row, &chunk, err);
    if (status == SKR_OK) {
        const skr_carrier_rows all = loaded_rows(view);
        const skr_stored_carriers stored = skr_carrier_rows_at(&all, row);
        status = skr_carriers_decode(&stored, carriers, err);
        if (status == SKR_OK && skr_head_is_ordered(stored.head))
            status =
                skr_order_view_decode(&view->order, skr_carriers_order_row(&stored), carriers, err);
        if (status == SKR_OK && !skr_carriers_are_distinct(carriers))
            status = skr_fail(err, SKR_ERR_CORRUPT, "a sample is a plain carrier and another");
    }
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}

bool skr_segment_view_is_ordered(const skr_segment_view *view, uint32_t row, uint64_t *ret_number)
{
    const skr_carrier_rows all = loaded_rows(view);
    const skr_stored_carriers stored = skr_carrier_rows_at(&all, row);
    if (!skr_head_is_ordered(stored.head))
        return false;
    *ret_number = skr_carriers_order_row(&stored);
    return true;
}

/* ------------------------------------------------------------------ called */

/* Makes the sums of a slot those of who, none of them known. */
static int start_sums(skr_call_slot *slot, const skr_sample_set *who, skr_err *err)
{
    uint32_t n = slot->columns.n_sets * SKR_N_PLOIDIES;
    if (n > slot->n_sums_max) {
        slot->n_sums_max = 0;
        slot->has_sums = false;
        if (!skr_segment_room_for(&slot->sums, n, sizeof *slot->sums))
            return skr_fail_nomem(err, "segment");
        slot->n_sums_max = n;
    }
    for (uint32_t i = 0; i < n; i++)
        slot->sums[i] = SKR_NO_SUM;
    slot->sums_serial = who->serial;
    slot->has_sums = true;
    return SKR_OK;
}

/* Adds up call set `set` of the slot over who, in a ploidy. */
static int add_up(skr_segment_view *view, const skr_call_slot *slot, uint32_t set, uint8_t ploidy,
                  const skr_sample_set *who, uint64_t *ret_sum, skr_err *err)
{
    skr_cursor cursor = skr_segment_call_columns_at(&slot->columns, set);
    const skr_call_question question = {
        .cohort = who->bits,
        .copies_expected = ploidy == SKR_PLOIDY_DIPLOID
                               ? NULL
                               : skr_segment_copies_expected(view->segment, (skr_ploidy)ploidy),
        .n_copies_expected = who->n_copies[ploidy],
    };
    SKR_TRY(skr_call_set_count_stored(&cursor, view->segment->directory.n_samples, &question,
                                      ret_sum, err));
    if (!skr_cursor_is_done(&cursor))
        return skr_fail(err, SKR_ERR_CORRUPT, "a call set is longer than it says");
    return SKR_OK;
}

int skr_segment_view_n_called(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                              const skr_sample_set *who, uint64_t *ret_an, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    skr_call_slot *slot = NULL;
    SKR_TRY(load_rows(view, tile, rows, n, &columns, err));
    if (n == 0)
        return SKR_OK;
    for (uint32_t i = 0; i < n && who->bits == NULL; i++)
        ret_an[i] = columns->totals[rows[i]].an;
    if (who->bits == NULL)
        return SKR_OK;
    if (view->segment->catalogue != NULL)
        return view->segment->methods->n_called(view, &(skr_rows_of_tile){tile, rows, n, columns},
                                                who, ret_an, err);
    SKR_TRY(skr_segment_view_call_slot(view, tile, false, &slot, err));
    int status = SKR_OK;
    if (!slot->has_sums || slot->sums_serial != who->serial)
        status = start_sums(slot, who, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        uint32_t set = slot->columns.row_sets[rows[i]];
        uint8_t ploidy = columns->ploidy[rows[i]];
        uint64_t *sum = &slot->sums[(size_t)set * SKR_N_PLOIDIES + ploidy];
        if (*sum == SKR_NO_SUM)
            status = add_up(view, slot, set, ploidy, who, sum, err);
        ret_an[i] = *sum;
    }
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}
