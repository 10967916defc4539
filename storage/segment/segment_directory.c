/*
 * segment_directory.c - what a segment says about itself: tiles, wide rows and spans, samples.
 *
 * Reading checks everything that the rest of the reader then believes: numbers against the bytes
 * they speak of, order, and that every reference lies inside the file.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/order.h"
#include "storage/segment/segment_int.h"

/* Least bytes of a span in its block; they bound what a directory can make us allocate. */
#define SPAN_BYTES_MIN 4u

/* Added to the shift of tiles that lie in groups, and of tiles that have phase. */
#define GROUPED 32u
#define PHASED 64u

void skr_segment_directory_done(skr_segment_directory *directory)
{
    skr_buffer_done(&directory->sample_part);
    skr_sample_table_free(directory->samples);
    skr_segment_tiles_done(&directory->tiles);
    free(directory->wide_rows);
    free(directory->wide_spans);
    free(directory->orders);
    free(directory->chunks);
    free(directory->steps);
    free(directory->phase_orders);
    *directory = (skr_segment_directory){0};
}

bool skr_segment_room_for(void *memory, size_t n, size_t size)
{
    void *old;
    memcpy(&old, memory, sizeof old);
    void *room = n > SIZE_MAX / size ? NULL : realloc(old, n == 0 ? size : n * size);
    if (room == NULL)
        return false;
    memcpy(memory, &room, sizeof room);
    return true;
}

/* Orders, and the number of a row that is looked for. */
typedef struct order_search {
    const skr_order *orders;
    uint64_t number;
} order_search;

static bool is_order_before(const void *context, size_t at)
{
    const order_search *search = context;
    const skr_order *order = &search->orders[at];
    return order->first_row + order->n_rows <= search->number;
}

size_t skr_segment_directory_find_order(const skr_order *orders, size_t n, uint64_t number)
{
    const order_search search = {orders, number};
    return skr_array_search(n, is_order_before, &search);
}

/* ------------------------------------------------------------------ writing */

static int put_varints(skr_buffer *bytes, const uint64_t *values, size_t n, skr_err *err)
{
    for (size_t i = 0; i < n; i++)
        SKR_TRY(skr_buffer_put_varint(bytes, values[i], err));
    return SKR_OK;
}

#define PUT_VARINTS(bytes, err, ...)                                                               \
    put_varints(bytes, (const uint64_t[]){__VA_ARGS__},                                            \
                sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), err)

static int put_wide_spans(const skr_wide_spans *wide, skr_buffer *bytes, skr_err *err)
{
    SKR_TRY(PUT_VARINTS(bytes, err, wide->contig, wide->n_spans, wide->min_start0, wide->max_end0));
    SKR_TRY(skr_block_ref_put(bytes, &wide->calls, err));
    return skr_block_ref_put(bytes, &wide->spans, err);
}

static int put_order(const skr_order *order, skr_buffer *bytes, skr_err *err)
{
    SKR_TRY(PUT_VARINTS(bytes, err, order->n_rows, order->n_classes));
    SKR_TRY(skr_block_ref_put(bytes, &order->rows, err));
    return skr_block_ref_put(bytes, &order->classes, err);
}

static int put_chunk(const skr_cover_chunk *chunk, skr_buffer *bytes, skr_err *err)
{
    SKR_TRY(PUT_VARINTS(bytes, err, chunk->contig, chunk->ploidy, chunk->start0,
                        chunk->end0 - chunk->start0));
    return skr_block_ref_put(bytes, &chunk->ref, err);
}

/* The list is left out where it is empty and nothing follows, as in stores of version 3. */
static int put_steps(const skr_segment_directory *directory, skr_buffer *bytes, skr_err *err)
{
    if (directory->n_steps == 0 && !directory->tiles.has_phase)
        return SKR_OK;
    SKR_TRY(skr_buffer_put_varint(bytes, directory->n_steps, err));
    for (size_t i = 0; i < directory->n_steps; i++) {
        const skr_cover_chunk *at = &directory->steps[i];
        SKR_TRY(PUT_VARINTS(bytes, err, at->contig, at->start0, at->end0 - at->start0));
        SKR_TRY(skr_block_ref_put(bytes, &at->ref, err));
    }
    return SKR_OK;
}

/* Left out where nobody was phased. */
static int put_phase(const skr_segment_directory *directory, skr_buffer *bytes, skr_err *err)
{
    if (!directory->tiles.has_phase)
        return SKR_OK;
    SKR_TRY(skr_buffer_put_varint(bytes, directory->n_phase_orders, err));
    for (size_t i = 0; i < directory->n_phase_orders; i++)
        SKR_TRY(put_order(&directory->phase_orders[i], bytes, err));
    return SKR_OK;
}

int skr_segment_directory_encode(const skr_segment_directory *directory, skr_buffer *bytes,
                                 skr_err *err)
{
    SKR_CHECK(directory->tile_shift <= SKR_TILE_SHIFT_MAX);
    uint32_t shift = directory->tile_shift + (directory->tiles.n_a_group > 0 ? GROUPED : 0) +
                     (directory->tiles.has_phase ? PHASED : 0);
    SKR_TRY(PUT_VARINTS(bytes, err, directory->n_samples, directory->n_contigs, shift,
                        directory->n_rows, directory->tiles.n, directory->n_wide_rows,
                        directory->n_wide_spans, directory->n_orders, directory->n_chunks));
    SKR_TRY(skr_buffer_put(bytes, directory->sample_part.bytes, directory->sample_part.n, err));
    SKR_TRY(skr_segment_tiles_encode(&directory->tiles, bytes, err));
    for (size_t i = 0; i < directory->n_wide_rows; i++) {
        const skr_wide_row *row = &directory->wide_rows[i];
        SKR_TRY(PUT_VARINTS(bytes, err, row->contig, row->start0, row->end0, row->tile, row->row));
    }
    for (size_t i = 0; i < directory->n_wide_spans; i++)
        SKR_TRY(put_wide_spans(&directory->wide_spans[i], bytes, err));
    for (size_t i = 0; i < directory->n_orders; i++)
        SKR_TRY(put_order(&directory->orders[i], bytes, err));
    for (size_t i = 0; i < directory->n_chunks; i++)
        SKR_TRY(put_chunk(&directory->chunks[i], bytes, err));
    SKR_TRY(put_steps(directory, bytes, err));
    return put_phase(directory, bytes, err);
}

/* ------------------------------------------------------------------ reading */

/* What all functions of reading need. */
typedef struct take_context {
    const skr_block_file *file;
    skr_cursor cursor;
    skr_segment_directory *directory;
    bool is_catalogue;
    bool is_grouped; /* its tiles are */
    skr_err *err;
} take_context;

static int fail(const take_context *context, const char *what)
{
    return skr_fail(context->err, SKR_ERR_CORRUPT, "%s: directory: %s",
                    skr_block_file_name(context->file), what);
}

static uint32_t take_u32(take_context *context, uint32_t max)
{
    return (uint32_t)skr_cursor_varint_max(&context->cursor, max);
}

static int take_ref(take_context *context, bool is_wanted, skr_block_ref *ref)
{
    return skr_segment_take_ref(context->file, &context->cursor, is_wanted, ref, context->err);
}

static int take_head(take_context *context)
{
    skr_segment_directory *directory = context->directory;
    size_t n_bytes = (size_t)(context->cursor.end - context->cursor.at);
    directory->n_samples = take_u32(context, SKR_SAMPLES_MAX);
    directory->n_contigs = take_u32(context, SKR_CONTIGS_MAX);
    directory->tile_shift = take_u32(context, SKR_TILE_SHIFT_MAX + GROUPED + PHASED);
    directory->tiles.has_phase = directory->tile_shift >= PHASED;
    directory->tile_shift -= directory->tiles.has_phase ? PHASED : 0;
    context->is_grouped = directory->tile_shift >= GROUPED;
    directory->tile_shift -= context->is_grouped ? GROUPED : 0;
    directory->n_rows = skr_cursor_varint(&context->cursor);
    directory->tiles.n = (size_t)skr_cursor_varint(&context->cursor);
    directory->tiles.file = context->file;
    directory->tiles.is_catalogue = context->is_catalogue;
    /* every entry takes a byte at least */
    directory->n_wide_rows = (size_t)skr_cursor_varint_max(&context->cursor, n_bytes);
    directory->n_wide_spans = (size_t)skr_cursor_varint_max(&context->cursor, n_bytes);
    directory->n_orders = (size_t)skr_cursor_varint_max(&context->cursor, n_bytes);
    directory->n_chunks = (size_t)skr_cursor_varint_max(&context->cursor, n_bytes);
    if (context->cursor.is_bad || directory->n_samples == 0 ||
        directory->tile_shift < SKR_TILE_SHIFT_MIN || directory->tile_shift > SKR_TILE_SHIFT_MAX)
        return fail(context, "its head is malformed");
    if (!skr_segment_room_for(&directory->wide_rows, directory->n_wide_rows,
                              sizeof *directory->wide_rows) ||
        !skr_segment_room_for(&directory->wide_spans, directory->n_wide_spans,
                              sizeof *directory->wide_spans) ||
        !skr_segment_room_for(&directory->orders, directory->n_orders, sizeof *directory->orders) ||
        !skr_segment_room_for(&directory->chunks, directory->n_chunks, sizeof *directory->chunks))
        return skr_fail_nomem(context->err, "segment");
    return SKR_OK;
}

static int take_wide_row(take_context *context, size_t at)
{
    const skr_segment_directory *directory = context->directory;
    skr_wide_row *row = &directory->wide_rows[at];
    row->contig = take_u32(context, UINT32_MAX);
    row->start0 = take_u32(context, SKR_CONTIG_LENGTH_MAX);
    row->end0 = take_u32(context, SKR_CONTIG_LENGTH_MAX);
    row->tile = take_u32(context, UINT32_MAX);
    row->row = take_u32(context, UINT32_MAX);
    if (context->cursor.is_bad || row->tile >= directory->tiles.n || row->end0 <= row->start0 ||
        row->end0 - row->start0 <= 1u << directory->tile_shift)
        return fail(context, "a wide row is malformed");
    if (at > 0 &&
        (row[-1].tile > row->tile || (row[-1].tile == row->tile && row[-1].row >= row->row) ||
         (row[-1].contig == row->contig && row[-1].start0 > row->start0)))
        return fail(context, "wide rows are out of order");
    return SKR_OK;
}

static int take_wide_spans(take_context *context, size_t at)
{
    const skr_segment_directory *directory = context->directory;
    skr_wide_spans *wide = &directory->wide_spans[at];
    wide->contig = take_u32(context, UINT32_MAX);
    wide->n_spans = take_u32(context, UINT32_MAX);
    wide->min_start0 = take_u32(context, SKR_CONTIG_LENGTH_MAX);
    wide->max_end0 = take_u32(context, SKR_CONTIG_LENGTH_MAX);
    SKR_TRY(take_ref(context, true, &wide->calls));
    SKR_TRY(take_ref(context, true, &wide->spans));
    if (wide->contig >= directory->n_contigs || wide->n_spans == 0 ||
        wide->spans.n_raw / SPAN_BYTES_MIN < wide->n_spans || wide->max_end0 <= wide->min_start0)
        return fail(context, "a group of wide spans is malformed");
    if (at > 0 && (wide[-1].contig > wide->contig ||
                   (wide[-1].contig == wide->contig && wide[-1].min_start0 > wide->min_start0)))
        return fail(context, "wide spans are out of order");
    return SKR_OK;
}

static int take_order(take_context *context, skr_order *orders, size_t at)
{
    const skr_segment_directory *directory = context->directory;
    skr_order *order = &orders[at];
    *order = (skr_order){.first_row = at == 0 ? 0 : order[-1].first_row + order[-1].n_rows};
    order->n_rows = take_u32(context, UINT32_MAX);
    order->n_classes = take_u32(context, directory->n_samples);
    SKR_TRY(take_ref(context, true, &order->rows));
    SKR_TRY(take_ref(context, order->n_classes > 0, &order->classes));
    uint32_t n_raw = order->classes.n_raw;
    bool fits = order->n_classes == 0 ||
                (n_raw >= skr_order_classes_size_min(directory->n_samples, order->n_classes) &&
                 n_raw <= skr_order_classes_size_max(directory->n_samples, order->n_classes));
    if (order->n_rows == 0 || order->rows.n_raw < order->n_rows || !fits)
        return fail(context, "an order is malformed");
    return SKR_OK;
}

static int take_chunk(take_context *context, size_t at)
{
    const skr_segment_directory *directory = context->directory;
    skr_cover_chunk *chunk = &directory->chunks[at];
    chunk->contig = take_u32(context, UINT32_MAX);
    chunk->ploidy = (uint8_t)take_u32(context, SKR_N_PLOIDIES - 1);
    chunk->start0 = take_u32(context, SKR_CONTIG_LENGTH_MAX);
    uint32_t n = take_u32(context, SKR_CONTIG_LENGTH_MAX - chunk->start0);
    chunk->end0 = chunk->start0 + n;
    SKR_TRY(take_ref(context, true, &chunk->ref));
    if (chunk->contig >= directory->n_contigs || n == 0)
        return fail(context, "a chunk of coverage is malformed");
    if (at > 0 && (chunk[-1].contig > chunk->contig ||
                   (chunk[-1].contig == chunk->contig && chunk[-1].end0 > chunk->start0)))
        return fail(context, "chunks of coverage are out of order");
    return SKR_OK;
}

static int take_step_block(take_context *context, size_t number)
{
    const skr_segment_directory *directory = context->directory;
    skr_cover_chunk *at = &directory->steps[number];
    at->contig = take_u32(context, UINT32_MAX);
    at->start0 = take_u32(context, SKR_CONTIG_LENGTH_MAX);
    uint32_t n = take_u32(context, SKR_CONTIG_LENGTH_MAX - at->start0);
    at->end0 = at->start0 + n;
    SKR_TRY(take_ref(context, true, &at->ref));
    if (at->contig >= directory->n_contigs || n == 0)
        return fail(context, "a block of steps is malformed");
    if (number > 0 &&
        (at[-1].contig > at->contig || (at[-1].contig == at->contig && at[-1].end0 > at->start0)))
        return fail(context, "blocks of steps are out of order");
    return SKR_OK;
}

/* The list of blocks of steps: what is left of the directory, if anything is. */
static int take_steps(take_context *context)
{
    skr_segment_directory *directory = context->directory;
    if (context->cursor.at == context->cursor.end)
        return SKR_OK;
    size_t n_bytes = (size_t)(context->cursor.end - context->cursor.at);
    directory->n_steps = (size_t)skr_cursor_varint_max(&context->cursor, n_bytes);
    if (context->cursor.is_bad || (directory->n_steps == 0 && !directory->tiles.has_phase))
        return fail(context, "its list of steps is malformed");
    if (!skr_segment_room_for(&directory->steps, directory->n_steps, sizeof *directory->steps))
        return skr_fail_nomem(context->err, "segment");
    for (size_t i = 0; i < directory->n_steps; i++)
        SKR_TRY(take_step_block(context, i));
    return SKR_OK;
}

/* The orders of first haplotypes, where tiles have phase. */
static int take_phase(take_context *context)
{
    skr_segment_directory *directory = context->directory;
    if (!directory->tiles.has_phase)
        return SKR_OK;
    size_t n_bytes = (size_t)(context->cursor.end - context->cursor.at);
    directory->n_phase_orders = (size_t)skr_cursor_varint_max(&context->cursor, n_bytes);
    if (!skr_segment_room_for(&directory->phase_orders, directory->n_phase_orders,
                              sizeof *directory->phase_orders))
        return skr_fail_nomem(context->err, "segment");
    for (size_t i = 0; i < directory->n_phase_orders; i++)
        SKR_TRY(take_order(context, directory->phase_orders, i));
    return SKR_OK;
}

static int take_all(take_context *context)
{
    skr_segment_directory *directory = context->directory;
    SKR_TRY(take_head(context));
    SKR_TRY(skr_sample_table_take(context->file, &context->cursor, directory->n_samples,
                                  &directory->samples, context->err));
    SKR_TRY(skr_segment_tiles_take(directory, context->is_grouped, &context->cursor, context->err));
    for (size_t i = 0; i < directory->n_wide_rows; i++)
        SKR_TRY(take_wide_row(context, i));
    if (!context->is_grouped)
        SKR_TRY(skr_segment_tiles_check_wide(directory, 0, directory->tiles.n, context->err));
    for (size_t i = 0; i < directory->n_wide_spans; i++)
        SKR_TRY(take_wide_spans(context, i));
    for (size_t i = 0; i < directory->n_orders; i++)
        SKR_TRY(take_order(context, directory->orders, i));
    for (size_t i = 0; i < directory->n_chunks; i++)
        SKR_TRY(take_chunk(context, i));
    if (!context->is_catalogue)
        SKR_TRY(take_steps(context));
    if (!context->is_catalogue)
        SKR_TRY(take_phase(context));
    if (context->is_catalogue &&
        directory->n_wide_spans + directory->n_chunks + directory->tiles.has_phase > 0)
        return fail(context, "a catalogue has rows alone");
    if (!context->is_catalogue && !skr_cursor_is_done(&context->cursor))
        return fail(context, "it does not end where it should");
    return skr_segment_tiles_n_rows(&directory->tiles) == directory->n_rows
               ? SKR_OK
               : fail(context, "the number of rows is wrong");
}

static int take(take_context *context)
{
    size_t n = 0;
    const uint8_t *bytes = skr_block_file_directory(context->file, &n);
    context->cursor = skr_cursor_of(bytes, n);
    int status = take_all(context);
    if (status != SKR_OK)
        skr_segment_directory_done(context->directory);
    return status;
}

int skr_segment_directory_decode(const skr_block_file *file, skr_segment_directory *directory,
                                 skr_err *err)
{
    take_context context = {.file = file, .directory = directory, .err = err};
    return take(&context);
}

int skr_segment_directory_take(const skr_block_file *file, skr_segment_directory *directory,
                               skr_cursor *ret_cursor, skr_err *err)
{
    take_context context = {.file = file, .directory = directory, .is_catalogue = true, .err = err};
    SKR_TRY(take(&context));
    *ret_cursor = context.cursor;
    return SKR_OK;
}
