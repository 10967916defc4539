/*
 * segment_view.c - reads tiles for one thread, a block when it is first asked for.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/base/clock.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_view_int.h"

int skr_segment_view_new(const skr_segment *segment, skr_block_reader *reader,
                         skr_segment_view **ret_view, skr_err *err)
{
    skr_segment_view *view = calloc(1, sizeof *view);
    if (view == NULL)
        return skr_fail_nomem(err, "segment");
    view->segment = segment;
    view->reader = reader;
    skr_order_view_start(&view->order, segment, reader);
    skr_order_view_start_phase(&view->phase_order, segment, reader);
    view->phase_tile = SKR_NO_TILE;
    view->phase_chunk = SKR_NO_TILE;
    view->rows_tile = SKR_NO_TILE;
    view->carriers_tile = SKR_NO_TILE;
    view->chunk = SKR_NO_TILE;
    for (unsigned i = 0; i < SKR_CALL_SLOTS; i++)
        view->slots[i].tile = SKR_NO_TILE;
    for (unsigned i = 0; i < SKR_COVER_SLOTS; i++)
        view->cover_slots[i].chunk = SKR_NO_TILE;
    view->steps_number = SKR_NO_TILE;
    if (segment->catalogue != NULL) {
        int status = segment->methods->view_new(view, err);
        if (status != SKR_OK) {
            skr_segment_view_free(view);
            return status;
        }
    }
    *ret_view = view;
    return SKR_OK;
}

static void free_groups(skr_segment_view *view)
{
    for (size_t i = 0; i < view->n_groups; i++)
        skr_segment_call_columns_done(&view->groups[i]);
    free(view->groups);
    view->groups = NULL;
    view->n_groups = 0;
    view->has_wide = false;
}

void skr_segment_view_free(skr_segment_view *view)
{
    if (view == NULL)
        return;
    if (view->segment->catalogue != NULL)
        view->segment->methods->view_free(view);
    skr_block_cache_release(view->cache, view->held_rows);
    skr_segment_row_columns_done(&view->columns);
    skr_segment_carrier_columns_done(&view->carriers);
    skr_block_bytes_done(&view->chunk_raw);
    skr_order_view_done(&view->order);
    skr_segment_carrier_columns_done(&view->phase);
    skr_block_bytes_done(&view->phase_raw);
    skr_order_view_done(&view->phase_order);
    skr_carriers_done(&view->firsts);
    for (unsigned i = 0; i < SKR_CALL_SLOTS; i++) {
        skr_segment_call_columns_done(&view->slots[i].columns);
        free(view->slots[i].sums);
    }
    skr_call_set_done(&view->calls);
    free_groups(view);
    skr_call_set_done(&view->span_calls);
    for (unsigned i = 0; i < SKR_COVER_SLOTS; i++)
        skr_coverage_done(&view->cover_slots[i].coverage);
    skr_buffer_done(&view->cover_raw);
    skr_block_bytes_done(&view->steps_raw);
    free(view->sample_calls);
    free(view->reach);
    free(view);
}

int skr_segment_view_fail_in(const skr_segment_view *view, int code, uint32_t contig,
                             uint32_t start0, skr_err *err)
{
    if (code != SKR_ERR_CORRUPT)
        return code;
    return skr_fail_in(err, code, "%s: contig %" PRIu32 " from base %" PRIu32,
                       skr_block_file_name(view->segment->file), contig, start0);
}

int skr_segment_view_fail_in_tile(const skr_segment_view *view, int code, size_t tile, skr_err *err)
{
    const skr_tile *at = &view->segment->directory.tiles.list[tile];
    return skr_segment_view_fail_in(view, code, at->contig, skr_tile_base0(view->segment, at), err);
}

/* ------------------------------------------------------------------ rows */

/* Memory of one row in its columns: two places, four codes, two lengths, two texts, the totals. */
#define ROW_BYTES (20 + 2 * sizeof(char *) + sizeof(skr_row_totals))

static void show_rows(skr_segment_view *view, const skr_row_columns *columns, size_t number)
{
    const skr_tile *tile = &view->segment->directory.tiles.list[number];
    view->rows = (skr_tile_rows){
        .n = tile->n_rows,
        .contig = tile->contig,
        .start0 = columns->start0,
        .end0 = columns->end0,
        .kind = columns->kind,
        .ploidy = columns->ploidy,
        .is_complete = columns->is_complete,
        .filter_failed = columns->filter_failed,
        .n_ref = columns->n_ref,
        .n_alt = columns->n_alt,
        .ref = columns->ref,
        .alt = columns->alt,
        .totals = columns->totals,
    };
    view->shown = columns;
    view->rows_tile = number;
}

/* Whoever is given rows may ask for the copies expected where samples differ in them. */
static int need_copies(const skr_segment_view *view, const skr_row_columns *columns, uint32_t n,
                       skr_err *err)
{
    unsigned ploidies = 0;
    for (uint32_t i = 0; i < n; i++)
        ploidies |= 1u << columns->ploidy[i];
    for (unsigned ploidy = SKR_PLOIDY_DIPLOID + 1; ploidy < SKR_N_PLOIDIES; ploidy++)
        if ((ploidies >> ploidy & 1) != 0)
            SKR_TRY(skr_segment_need_copies(view->segment, (skr_ploidy)ploidy, err));
    return SKR_OK;
}

static int read_rows(skr_segment_view *view, size_t number, skr_row_columns *columns, skr_err *err)
{
    const skr_segment *segment = view->segment;
    const skr_tile *tile = &segment->directory.tiles.list[number];
    const skr_tile_refs *refs = &segment->directory.tiles.refs[number];
    const skr_block_wish wishes[] = {
        {segment->file, refs->of[SKR_TILE_SITES], &columns->sites},
        {segment->file, refs->of[SKR_TILE_COUNTS], &columns->counts},
    };
    SKR_TRY(skr_block_reader_get(view->reader, wishes, 2, err));
    uint64_t began_ns = skr_clock_ns();
    int status = skr_segment_row_columns_decode(columns, segment, tile, err);
    skr_block_reader_totals(view->reader)->decode_ns += skr_clock_ns() - began_ns;
    return status != SKR_OK ? skr_segment_view_fail_in_tile(view, status, number, err) : SKR_OK;
}

static void free_cached_rows(skr_cached *cached)
{
    skr_segment_row_columns_done(&((skr_cached_rows *)cached)->columns);
    free(cached);
}

/* Reads rows into memory that the cache takes over. */
static int read_cached_rows(skr_segment_view *view, size_t number, skr_err *err)
{
    const skr_tile *tile = &view->segment->directory.tiles.list[number];
    skr_cached_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return skr_fail_nomem(err, "segment");
    rows->cached.free = free_cached_rows;
    int status = read_rows(view, number, &rows->columns, err);
    if (status != SKR_OK) {
        free_cached_rows(&rows->cached);
        return status;
    }
    free(rows->columns.others);
    rows->columns.others = NULL;
    size_t n_bytes = sizeof *rows + rows->columns.sites.n_max + rows->columns.counts.n_max +
                     tile->n_rows * ROW_BYTES;
    view->held_rows = skr_block_cache_add(view->cache, skr_block_file_id(view->segment->file),
                                          number, SKR_CACHED_ROWS, &rows->cached, n_bytes);
    return SKR_OK;
}

static int load_rows(skr_segment_view *view, size_t number, skr_err *err)
{
    const skr_row_columns *columns = &view->columns;
    int status = SKR_OK;
    view->rows_tile = SKR_NO_TILE;
    skr_block_cache_release(view->cache, view->held_rows);
    view->held_rows = NULL;
    view->cache = skr_block_reader_cache(view->reader);
    if (view->segment->directory.tiles.list[number].n_rows == 0) {
        show_rows(view, columns, number);
        return SKR_OK;
    }
    if (view->cache != NULL)
        view->held_rows = skr_block_cache_find(view->cache, skr_block_file_id(view->segment->file),
                                               number, SKR_CACHED_ROWS);
    if (view->held_rows != NULL)
        skr_block_reader_totals(view->reader)->n_found += 2;
    else if (view->cache != NULL)
        status = read_cached_rows(view, number, err);
    else
        status = read_rows(view, number, &view->columns, err);
    if (view->held_rows != NULL)
        columns = &((skr_cached_rows *)view->held_rows)->columns;
    if (status == SKR_OK)
        status =
            need_copies(view, columns, view->segment->directory.tiles.list[number].n_rows, err);
    if (status == SKR_OK)
        show_rows(view, columns, number);
    return status;
}

/* Widens [*from, *to) by a block, if there is one. */
static void add_block(const skr_block_ref *ref, uint64_t *from, uint64_t *to)
{
    if (ref->n_raw == 0)
        return;
    *from = ref->offset < *from ? ref->offset : *from;
    *to = ref->offset + ref->n_packed > *to ? ref->offset + ref->n_packed : *to;
}

/* Carriers lie in front of the other blocks of their tile, after those of the tile before it. */
#define CARRIERS_MAX ((uint64_t)8 << 20)

uint64_t skr_segment_view_ahead(skr_segment_view *view, size_t tile, bool with_carriers)
{
    const skr_segment_directory *directory = &view->segment->directory;
    const skr_tile_refs *refs = &directory->tiles.refs[tile];
    skr_block_cache *cache = skr_block_reader_cache(view->reader);
    uint64_t from = UINT64_MAX;
    uint64_t to = 0;
    if (cache != NULL &&
        skr_block_cache_has(cache, skr_block_file_id(view->segment->file), tile, SKR_CACHED_ROWS))
        return 0;
    add_block(&refs->of[SKR_TILE_SITES], &from, &to);
    add_block(&refs->of[SKR_TILE_COUNTS], &from, &to);
    if (with_carriers) {
        uint64_t before_from = UINT64_MAX;
        uint64_t before_to = 0;
        add_block(&refs->of[SKR_TILE_CARRIERS], &from, &to);
        add_block(&refs->of[SKR_TILE_CALLS], &from, &to);
        bool has_before = tile > 0 && skr_segment_tiles_have(&directory->tiles, tile - 1);
        for (unsigned i = 0; has_before && i < SKR_N_TILE_BLOCKS; i++)
            add_block(&directory->tiles.refs[tile - 1].of[i], &before_from, &before_to);
        if (before_to < from && from - before_to <= CARRIERS_MAX)
            from = before_to;
    }
    if (from >= to)
        return 0;
    return skr_block_reader_ahead(view->reader, view->segment->file, from, (size_t)(to - from));
}

int skr_segment_view_rows(skr_segment_view *view, size_t tile, const skr_tile_rows **ret_rows,
                          skr_err *err)
{
    SKR_CHECK(tile < view->segment->directory.tiles.n &&
              skr_segment_tiles_have(&view->segment->directory.tiles, tile));
    if (view->rows_tile != tile) {
        SKR_TRY(load_rows(view, tile, err));
    }
    *ret_rows = &view->rows;
    return SKR_OK;
}

skr_allele skr_segment_tile_rows_allele(const skr_tile_rows *rows, uint32_t row)
{
    SKR_CHECK(row < rows->n);
    return (skr_allele){
        .contig = rows->contig,
        .start0 = rows->start0[row],
        .end0 = rows->end0[row],
        .kind = (skr_allele_kind)rows->kind[row],
        .ploidy = (skr_ploidy)rows->ploidy[row],
        .n_ref = rows->n_ref[row],
        .n_alt = rows->n_alt[row],
        .ref = rows->ref[row],
        .alt = rows->alt[row],
    };
}

/* ------------------------------------------------------------------ calls */

/* The slot of a tile, or the one that was not used for the longest time, emptied. */
static skr_call_slot *find_call_slot(skr_segment_view *view, size_t tile)
{
    skr_call_slot *oldest = &view->slots[0];
    for (unsigned i = 0; i < SKR_CALL_SLOTS; i++) {
        skr_call_slot *slot = &view->slots[i];
        if (slot->tile == tile)
            return slot;
        if (slot->used_at < oldest->used_at)
            oldest = slot;
    }
    oldest->tile = SKR_NO_TILE;
    oldest->has_spans = false;
    oldest->has_sums = false;
    return oldest;
}

/* A span that lies in a tile starts in it and is no longer than it. */
static skr_span_bounds bounds_of_tile(const skr_segment *segment, const skr_tile *tile)
{
    uint32_t n_bases = 1u << segment->directory.tile_shift;
    uint32_t base0 = skr_tile_base0(segment, tile);
    return (skr_span_bounds){.base0 = base0,
                             .start0_max = base0 + n_bases - 1,
                             .n_bases_min = 1,
                             .n_bases_max = n_bases};
}

static int load_slot(skr_segment_view *view, skr_call_slot *slot, size_t number, bool with_spans,
                     skr_err *err)
{
    const skr_segment *segment = view->segment;
    const skr_tile *tile = &segment->directory.tiles.list[number];
    const skr_tile_refs *refs = &segment->directory.tiles.refs[number];
    bool needs_calls = slot->tile == SKR_NO_TILE;
    bool needs_spans = with_spans && tile->n_spans > 0;
    skr_block_wish wishes[2];
    size_t n = 0;
    if (needs_calls)
        wishes[n++] =
            (skr_block_wish){segment->file, refs->of[SKR_TILE_CALLS], &slot->columns.calls};
    if (needs_spans)
        wishes[n++] =
            (skr_block_wish){segment->file, refs->of[SKR_TILE_SPANS], &slot->columns.spans_raw};
    slot->tile = SKR_NO_TILE;
    SKR_TRY(n == 0 ? SKR_OK : skr_block_reader_get(view->reader, wishes, n, err));
    int status = SKR_OK;
    if (needs_calls)
        status = skr_segment_call_columns_decode_calls(&slot->columns, tile->n_rows, err);
    if (status == SKR_OK && needs_spans) {
        skr_span_bounds bounds = bounds_of_tile(segment, tile);
        status = skr_segment_call_columns_decode_spans(&slot->columns, tile->n_spans, &bounds, err);
        if (status == SKR_OK && slot->columns.max_end0 != tile->max_span_end0)
            status = skr_fail(err, SKR_ERR_CORRUPT, "spans end where the directory does not say");
    }
    if (status != SKR_OK)
        return skr_segment_view_fail_in_tile(view, status, number, err);
    slot->tile = number;
    slot->has_spans = with_spans;
    return SKR_OK;
}

int skr_segment_view_call_slot(skr_segment_view *view, size_t tile, bool with_spans,
                               skr_call_slot **ret_slot, skr_err *err)
{
    SKR_CHECK(tile < view->segment->directory.tiles.n &&
              skr_segment_tiles_have(&view->segment->directory.tiles, tile));
    skr_call_slot *slot = find_call_slot(view, tile);
    if (slot->tile != tile || (with_spans && !slot->has_spans)) {
        SKR_TRY(load_slot(view, slot, tile, with_spans, err));
    }
    slot->used_at = ++view->n_uses;
    *ret_slot = slot;
    return SKR_OK;
}

int skr_segment_view_calls(skr_segment_view *view, size_t tile, uint32_t row,
                           const skr_call_set **ret_calls, skr_err *err)
{
    skr_call_slot *slot = NULL;
    *ret_calls = &view->calls;
    if (view->segment->catalogue != NULL)
        return view->segment->methods->calls(view, tile, row, &view->calls, err);
    SKR_TRY(skr_segment_view_call_slot(view, tile, false, &slot, err));
    const skr_call_columns *columns = &slot->columns;
    SKR_CHECK(row < columns->n_rows);
    int status = skr_segment_call_columns_set(
        columns, columns->row_sets[row], view->segment->directory.n_samples, &view->calls, err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in_tile(view, status, tile, err);
    *ret_calls = &view->calls;
    return SKR_OK;
}

/* ------------------------------------------------------------------ wide spans */

static int load_group(skr_segment_view *view, const skr_wide_spans *wide, skr_call_columns *columns,
                      skr_err *err)
{
    const skr_segment *segment = view->segment;
    const skr_block_wish wishes[] = {
        {segment->file, wide->calls, &columns->calls},
        {segment->file, wide->spans, &columns->spans_raw},
    };
    const skr_span_bounds bounds = {
        .start0_max = SKR_CONTIG_LENGTH_MAX,
        .n_bases_min = (1u << segment->directory.tile_shift) + 1,
        .n_bases_max = SKR_CONTIG_LENGTH_MAX,
    };
    SKR_TRY(skr_block_reader_get(view->reader, wishes, 2, err));
    int status = skr_segment_call_columns_decode_calls(columns, 0, err);
    if (status == SKR_OK)
        status = skr_segment_call_columns_decode_spans(columns, wide->n_spans, &bounds, err);
    if (status == SKR_OK &&
        (columns->spans[0].start0 != wide->min_start0 || columns->max_end0 != wide->max_end0))
        status = skr_fail(err, SKR_ERR_CORRUPT, "wide spans are not where the directory says");
    if (status != SKR_OK)
        return skr_segment_view_fail_in(view, status, wide->contig, wide->min_start0, err);
    return SKR_OK;
}

int skr_segment_view_load_wide(skr_segment_view *view, uint32_t contig, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    if (view->has_wide && view->wide_contig == contig)
        return SKR_OK;
    free_groups(view);
    size_t first = 0;
    while (first < directory->n_wide_spans && directory->wide_spans[first].contig < contig)
        first++;
    size_t n = 0;
    while (first + n < directory->n_wide_spans && directory->wide_spans[first + n].contig == contig)
        n++;
    if (n > 0) {
        view->groups = calloc(n, sizeof *view->groups);
        if (view->groups == NULL)
            return skr_fail_nomem(err, "segment");
    }
    view->n_groups = n;
    view->first_group = first;
    for (size_t i = 0; i < n; i++) {
        SKR_TRY(load_group(view, &directory->wide_spans[first + i], &view->groups[i], err));
    }
    view->wide_contig = contig;
    view->has_wide = true;
    return SKR_OK;
}
