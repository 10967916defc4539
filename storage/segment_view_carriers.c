/*
 * segment_view_carriers.c - who carries the rows of a tile, and who was called, many rows at a
 * time.
 */
#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/segment_view_int.h"

int skr_segment_view_load_carriers(skr_segment_view *view, size_t tile, skr_err *err)
{
    const skr_segment *segment = view->segment;
    const skr_segment_directory *directory = &segment->directory;
    if (view->carriers_tile == tile)
        return SKR_OK;
    view->carriers_tile = SKR_NO_TILE;
    view->chunk = SKR_NO_TILE;
    skr_block_wish wish = {segment->file, directory->refs[tile].of[SKR_TILE_CARRIERS],
                           &view->carriers.raw};
    int status = skr_block_reader_get(view->reader, &wish, 1, err);
    if (status < 0)
        return status;
    status = skr_carrier_columns_decode(&view->carriers, segment->file,
                                        directory->tiles[tile].n_rows, err);
    if (status < 0)
        return skr_segment_view_fail_in_tile(view, status, tile, err);
    view->carriers_tile = tile;
    return SKR_OK;
}

/* The chunk that holds a row. */
static size_t find_chunk(const skr_carrier_columns *carriers, uint32_t row)
{
    size_t low = 0;
    size_t high = carriers->n_chunks;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (carriers->chunks[middle].first_row <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The stored carriers of a row of the tile whose carriers are loaded. */
static int find_carriers(skr_segment_view *view, uint32_t row, const uint8_t **ret_bytes,
                         size_t *ret_n, skr_err *err)
{
    size_t chunk = find_chunk(&view->carriers, row);
    if (view->chunk != chunk) {
        view->chunk = SKR_NO_TILE;
        skr_block_wish wish = {view->segment->file, view->carriers.chunks[chunk].ref,
                               &view->chunk_raw};
        int status = skr_block_reader_get(view->reader, &wish, 1, err);
        if (status < 0)
            return status;
        view->chunk = chunk;
    }
    *ret_bytes = view->chunk_raw.bytes + view->carriers.offsets[row];
    *ret_n = view->carriers.lengths[row];
    return SKR_OK;
}

/* Loads the rows of the tile and checks the numbers asked for. */
static int load_rows(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                     const skr_tile_rows **ret_rows, skr_err *err)
{
    int status = skr_segment_view_rows(view, tile, ret_rows, err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        SKR_CHECK(rows[i] < (*ret_rows)->n && (i == 0 || rows[i - 1] < rows[i]));
    return status;
}

/* ------------------------------------------------------------------ carriers */

static int tally_row(skr_segment_view *view, const skr_tile_rows *columns, uint32_t row,
                     const skr_sample_set *who, skr_carrier_tally *ret_tally, skr_err *err)
{
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    if (columns->totals[row].n_carriers == 0) {
        *ret_tally = (skr_carrier_tally){0};
        return SKR_OK;
    }
    const uint8_t *copies_expected =
        columns->zone[row] == SKR_ZONE_DIPLOID
            ? NULL
            : skr_segment_copies_expected(view->segment, (skr_zone)columns->zone[row]);
    int status = find_carriers(view, row, &bytes, &n_bytes, err);
    if (status == SKR_OK)
        status = skr_carriers_tally(bytes, n_bytes, view->segment->directory.n_samples, who->bits,
                                    copies_expected, ret_tally, err);
    return status;
}

int skr_segment_view_tally(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                           const skr_sample_set *who, skr_carrier_tally *ret_tallies, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    int status = load_rows(view, tile, rows, n, &columns, err);
    if (status < 0 || n == 0)
        return status;
    for (uint32_t i = 0; i < n && who->bits == NULL; i++) {
        const skr_row_totals *totals = &columns->totals[rows[i]];
        ret_tallies[i] = (skr_carrier_tally){totals->ac, totals->n_carriers, totals->n_hom,
                                             totals->n_hemi, totals->n_partial};
    }
    if (who->bits == NULL)
        return SKR_OK;
    status = skr_segment_view_load_carriers(view, tile, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        status = tally_row(view, columns, rows[i], who, &ret_tallies[i], err);
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}

int skr_segment_view_mark(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                          uint64_t *bitmap, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    int status = load_rows(view, tile, rows, n, &columns, err);
    if (status < 0 || n == 0)
        return status;
    status = skr_segment_view_load_carriers(view, tile, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        const uint8_t *bytes = NULL;
        size_t n_bytes = 0;
        status = find_carriers(view, rows[i], &bytes, &n_bytes, err);
        if (status == SKR_OK)
            status =
                skr_carriers_mark(bytes, n_bytes, view->segment->directory.n_samples, bitmap, err);
    }
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}

int skr_segment_view_decode(skr_segment_view *view, size_t tile, uint32_t row,
                            skr_carriers *carriers, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    int status = load_rows(view, tile, &row, 1, &columns, err);
    if (status == SKR_OK)
        status = skr_segment_view_load_carriers(view, tile, err);
    if (status < 0)
        return status;
    status = find_carriers(view, row, &bytes, &n_bytes, err);
    if (status == SKR_OK)
        status =
            skr_carriers_decode(bytes, n_bytes, view->segment->directory.n_samples, carriers, err);
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}

/* ------------------------------------------------------------------ called */

/* Makes the sums of a slot those of who, none of them known. */
static int start_sums(skr_call_slot *slot, const skr_sample_set *who, skr_err *err)
{
    uint32_t n = slot->columns.n_sets * SKR_N_ZONES;
    if (n > slot->n_sums_max) {
        slot->n_sums_max = 0;
        slot->has_sums = false;
        if (!skr_room_for(&slot->sums, n, sizeof *slot->sums))
            return skr_fail(err, SKR_ERR_NOMEM, "segment: out of memory");
        slot->n_sums_max = n;
    }
    for (uint32_t i = 0; i < n; i++)
        slot->sums[i] = SKR_NO_SUM;
    slot->sums_serial = who->serial;
    slot->has_sums = true;
    return SKR_OK;
}

/* Adds up call set `set` of the slot over who, in a zone. */
static int add_up(skr_segment_view *view, const skr_call_slot *slot, uint32_t set, uint8_t zone,
                  const skr_sample_set *who, uint64_t *ret_sum, skr_err *err)
{
    skr_cursor cursor = skr_call_columns_at(&slot->columns, set);
    const skr_call_question question = {
        .cohort = who->bits,
        .copies_expected = zone == SKR_ZONE_DIPLOID
                               ? NULL
                               : skr_segment_copies_expected(view->segment, (skr_zone)zone),
        .n_copies_expected = who->n_copies[zone],
    };
    int status = skr_call_set_count_stored(&cursor, view->segment->directory.n_samples, &question,
                                           ret_sum, err);
    if (status == SKR_OK && !skr_cursor_is_done(&cursor))
        status = skr_fail(err, SKR_ERR_CORRUPT, "a call set is longer than it says");
    return status;
}

int skr_segment_view_n_called(skr_segment_view *view, size_t tile, const uint32_t *rows, uint32_t n,
                              const skr_sample_set *who, uint64_t *ret_an, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    skr_call_slot *slot = NULL;
    int status = load_rows(view, tile, rows, n, &columns, err);
    if (status < 0 || n == 0)
        return status;
    for (uint32_t i = 0; i < n && who->bits == NULL; i++)
        ret_an[i] = columns->totals[rows[i]].an;
    if (who->bits == NULL)
        return SKR_OK;
    status = skr_segment_view_call_slot(view, tile, false, &slot, err);
    if (status < 0)
        return status;
    if (!slot->has_sums || slot->sums_serial != who->serial)
        status = start_sums(slot, who, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        uint32_t set = slot->columns.row_sets[rows[i]];
        uint8_t zone = columns->zone[rows[i]];
        uint64_t *sum = &slot->sums[(size_t)set * SKR_N_ZONES + zone];
        if (*sum == SKR_NO_SUM)
            status = add_up(view, slot, set, zone, who, sum, err);
        ret_an[i] = *sum;
    }
    return skr_segment_view_fail_in_tile(view, status, tile, err);
}
