/*
 * segment_tile_read.c - the calls, spans and carriers of a tile turned into columns; nothing in
 * them is believed.
 *
 * The directory has already bounded the numbers of rows and spans by the size of the blocks.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_int.h"

static int fail_corrupt(skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s", what);
}

/* ------------------------------------------------------------------ calls and spans */

void skr_segment_call_columns_done(skr_call_columns *columns)
{
    skr_buffer_done(&columns->calls);
    skr_buffer_done(&columns->spans_raw);
    free(columns->offsets);
    free(columns->row_sets);
    free(columns->spans);
    *columns = (skr_call_columns){0};
}

/* Makes room for n elements, of which *n_max are there. */
static bool reserve(void *memory, uint32_t n, uint32_t *n_max, size_t size)
{
    if (n <= *n_max)
        return true;
    if (!skr_segment_room_for(memory, n, size))
        return false;
    *n_max = n;
    return true;
}

int skr_segment_call_columns_decode_calls(skr_call_columns *columns, uint32_t n_rows, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(columns->calls.bytes, columns->calls.n);
    uint64_t n_sets = skr_cursor_varint_max(&cursor, columns->calls.n);
    columns->n_sets = 0;
    columns->n_rows = 0;
    columns->n_spans = 0;
    if (!reserve(&columns->offsets, (uint32_t)n_sets + 1, &columns->n_sets_max,
                 sizeof *columns->offsets) ||
        !reserve(&columns->row_sets, n_rows, &columns->n_rows_max, sizeof *columns->row_sets))
        return skr_fail_nomem(err, "segment");
    uint64_t at = 0;
    for (uint64_t i = 0; i < n_sets; i++) {
        columns->offsets[i] = (uint32_t)at;
        at += skr_cursor_varint_max(&cursor, columns->calls.n);
        if (at > columns->calls.n)
            return fail_corrupt(err, "call sets are longer than their block");
    }
    uint32_t first = (uint32_t)(cursor.at - columns->calls.bytes);
    (void)skr_cursor_bytes(&cursor, at);
    for (uint64_t i = 0; i < n_sets; i++)
        columns->offsets[i] += first;
    columns->offsets[n_sets] = first + (uint32_t)at;
    uint64_t set = UINT64_MAX; /* the one before: of the first it is 0 that is next */
    for (uint32_t i = 0; i < n_rows; i++) {
        set += 1 + (uint64_t)skr_unzigzag(skr_cursor_varint(&cursor));
        if (set >= n_sets)
            return fail_corrupt(err, "a row names a call set that is not there");
        columns->row_sets[i] = (uint32_t)set;
    }
    if (!skr_cursor_is_done(&cursor))
        return fail_corrupt(err, "call sets are malformed");
    columns->n_sets = (uint32_t)n_sets;
    columns->n_rows = n_rows;
    return SKR_OK;
}

int skr_segment_call_columns_decode_spans(skr_call_columns *columns, uint32_t n_spans,
                                          const skr_span_bounds *bounds, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(columns->spans_raw.bytes, columns->spans_raw.n);
    if (!reserve(&columns->spans, n_spans, &columns->n_spans_max, sizeof *columns->spans))
        return skr_fail_nomem(err, "segment");
    skr_span *spans = columns->spans;
    uint64_t start0 = bounds->base0;
    for (uint32_t i = 0; i < n_spans; i++) {
        start0 += skr_cursor_varint_max(&cursor, SKR_CONTIG_LENGTH_MAX);
        if (start0 > bounds->start0_max)
            return fail_corrupt(err, "a span starts outside its tile");
        spans[i].start0 = (uint32_t)start0;
    }
    columns->longest = 0;
    columns->max_end0 = 0;
    for (uint32_t i = 0; i < n_spans; i++) {
        uint64_t n_bases = skr_cursor_varint_max(&cursor, bounds->n_bases_max);
        if (n_bases < bounds->n_bases_min || spans[i].start0 + n_bases > SKR_CONTIG_LENGTH_MAX)
            return fail_corrupt(err, "a span is too long or too short");
        spans[i].end0 = (uint32_t)(spans[i].start0 + n_bases);
        if (n_bases > columns->longest)
            columns->longest = (uint32_t)n_bases;
        if (spans[i].end0 > columns->max_end0)
            columns->max_end0 = spans[i].end0;
    }
    for (uint32_t i = 0; i < n_spans; i++)
        spans[i].ploidy = (uint8_t)skr_cursor_varint_max(&cursor, SKR_N_PLOIDIES - 1);
    for (uint32_t i = 0; i < n_spans; i++) {
        uint64_t set = skr_cursor_varint(&cursor);
        if (set >= columns->n_sets)
            return fail_corrupt(err, "a span names a call set that is not there");
        spans[i].call_set = (uint32_t)set;
    }
    if (!skr_cursor_is_done(&cursor))
        return fail_corrupt(err, "spans are malformed");
    columns->n_spans = n_spans;
    return SKR_OK;
}

skr_cursor skr_segment_call_columns_at(const skr_call_columns *columns, uint32_t number)
{
    uint32_t start = columns->offsets[number];
    return skr_cursor_of(columns->calls.bytes + start, columns->offsets[number + 1] - start);
}

int skr_segment_call_columns_set(const skr_call_columns *columns, uint32_t number,
                                 uint32_t n_samples, skr_call_set *set, skr_err *err)
{
    skr_cursor cursor = skr_segment_call_columns_at(columns, number);
    skr_call_set_done(set);
    SKR_TRY(skr_call_set_decode(&cursor, n_samples, set, err));
    if (!skr_cursor_is_done(&cursor)) {
        skr_call_set_done(set);
        return fail_corrupt(err, "a call set is longer than it says");
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ carriers */

void skr_segment_carrier_columns_done(skr_carrier_columns *columns)
{
    skr_buffer_done(&columns->raw);
    free(columns->chunks);
    free(columns->offsets);
    free(columns->lengths);
    *columns = (skr_carrier_columns){0};
}

static bool reserve_carriers(skr_carrier_columns *columns, uint32_t n_rows)
{
    if (n_rows <= columns->n_rows_max)
        return true;
    columns->n_rows_max = 0;
    if (!skr_segment_room_for(&columns->offsets, n_rows, sizeof *columns->offsets) ||
        !skr_segment_room_for(&columns->lengths, n_rows, sizeof *columns->lengths))
        return false;
    columns->n_rows_max = n_rows;
    return true;
}

/* The rows of a chunk fill its block exactly. */
static bool take_chunk_rows(skr_cursor *cursor, const skr_chunk *chunk, const uint8_t *heads,
                            const skr_short_shapes *shapes, skr_carrier_columns *columns)
{
    uint64_t offset = 0;
    for (uint32_t i = chunk->first_row; i < chunk->first_row + chunk->n_rows; i++) {
        uint32_t length =
            heads == NULL ? SKR_CARRIERS_SIZE_STORED : skr_carriers_size(heads[i], shapes);
        if (length == SKR_CARRIERS_SIZE_STORED)
            length = (uint32_t)skr_cursor_varint_max(cursor, chunk->ref.n_raw);
        if (offset > UINT32_MAX)
            return false;
        columns->offsets[i] = (uint32_t)offset;
        columns->lengths[i] = length;
        offset += length;
    }
    return offset == chunk->ref.n_raw;
}

static int check_chunk_ref(const skr_block_file *file, const skr_block_ref *ref, skr_err *err)
{
    if (ref->n_raw > 0)
        return skr_block_file_check_ref(file, ref, err);
    bool is_zero = ref->offset == 0 && ref->n_packed == 0 && ref->crc == 0 && ref->codec == 0;
    return is_zero ? SKR_OK : fail_corrupt(err, "a chunk of carriers that is not there");
}

/* The chunks and how many rows each has, which is all rows together. */
static int take_chunks(skr_cursor *cursor, const skr_block_file *file, uint32_t n_rows,
                       skr_carrier_columns *columns, skr_err *err)
{
    uint32_t n_done = 0;
    for (uint32_t i = 0; i < columns->n_chunks; i++) {
        skr_chunk *chunk = &columns->chunks[i];
        chunk->ref = skr_block_ref_take(cursor);
        chunk->first_row = n_done;
        chunk->n_rows = (uint32_t)skr_cursor_varint_max(cursor, n_rows - n_done);
        if (cursor->is_bad || chunk->n_rows == 0)
            return fail_corrupt(err, "chunks of carriers are malformed");
        SKR_TRY(check_chunk_ref(file, &chunk->ref, err));
        n_done += chunk->n_rows;
    }
    return n_done == n_rows ? SKR_OK : fail_corrupt(err, "chunks of carriers are malformed");
}

int skr_segment_carrier_columns_decode(skr_carrier_columns *columns, const skr_segment *segment,
                                       const uint8_t *heads, uint32_t n_rows, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(columns->raw.bytes, columns->raw.n);
    uint32_t n_chunks = (uint32_t)skr_cursor_varint_max(&cursor, n_rows);
    columns->n_chunks = 0;
    if (!reserve(&columns->chunks, n_chunks, &columns->n_chunks_max, sizeof *columns->chunks) ||
        !reserve_carriers(columns, n_rows))
        return skr_fail_nomem(err, "segment");
    columns->n_chunks = n_chunks;
    int status = take_chunks(&cursor, segment->file, n_rows, columns, err);
    bool is_sound = true;
    for (uint32_t i = 0; i < n_chunks && status == SKR_OK && is_sound; i++)
        is_sound = take_chunk_rows(&cursor, &columns->chunks[i], heads, &segment->shapes, columns);
    if (status == SKR_OK && (!is_sound || !skr_cursor_is_done(&cursor)))
        status = fail_corrupt(err, "the lengths of carriers are malformed");
    if (status != SKR_OK)
        columns->n_chunks = 0;
    return status;
}

/* Chunks, and a row that is looked for. */
typedef struct chunk_search {
    const skr_chunk *chunks;
    uint32_t row;
} chunk_search;

static bool is_chunk_before(const void *context, size_t at)
{
    const chunk_search *search = context;
    return search->chunks[at].first_row <= search->row;
}

size_t skr_segment_carrier_columns_find_chunk(const skr_carrier_columns *carriers, uint32_t row)
{
    const chunk_search search = {carriers->chunks, row};
    size_t behind = skr_array_search(carriers->n_chunks, is_chunk_before, &search);
    SKR_CHECK(behind > 0); /* the first chunk begins at row 0 */
    return behind - 1;
}

/* Spans, and the least start that is looked for. */
typedef struct span_search {
    const skr_call_columns *columns;
    uint32_t least;
} span_search;

static bool is_span_before(const void *context, size_t at)
{
    const span_search *search = context;
    return search->columns->spans[at].start0 < search->least;
}

uint32_t skr_segment_call_columns_first(const skr_call_columns *columns, uint32_t start0)
{
    uint32_t least = start0 >= columns->longest ? start0 - columns->longest + 1 : 0;
    const span_search search = {columns, least};
    return (uint32_t)skr_array_search(columns->n_spans, is_span_before, &search);
}
