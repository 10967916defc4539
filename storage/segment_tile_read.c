/*
 * segment_tile_read.c - the blocks of a tile turned into columns; nothing in them is believed.
 *
 * The directory has already bounded the numbers of rows and spans by the size of the blocks.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/segment_int.h"

/* Every pair of bases, so that an SNV's texts need no memory of their own. */
static const char letters[] = SKR_SNV_LETTERS;

static int fail_corrupt(skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s", what);
}

static int fail_nomem(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "segment: out of memory");
}

/* ------------------------------------------------------------------ rows */

static bool reserve_rows(skr_row_columns *columns, uint32_t n)
{
    if (n <= columns->n_max)
        return true;
    columns->n_max = 0;
    if (!skr_room_for(&columns->start0, n, sizeof *columns->start0) ||
        !skr_room_for(&columns->end0, n, sizeof *columns->end0) ||
        !skr_room_for(&columns->kind, n, 1) || !skr_room_for(&columns->zone, n, 1) ||
        !skr_room_for(&columns->is_complete, n, 1) ||
        !skr_room_for(&columns->filter_failed, n, 1) ||
        !skr_room_for(&columns->n_ref, n, sizeof *columns->n_ref) ||
        !skr_room_for(&columns->n_alt, n, sizeof *columns->n_alt) ||
        !skr_room_for(&columns->ref, n, sizeof *columns->ref) ||
        !skr_room_for(&columns->alt, n, sizeof *columns->alt) ||
        !skr_room_for(&columns->totals, n, sizeof *columns->totals))
        return false;
    columns->n_max = n;
    return true;
}

void skr_row_columns_done(skr_row_columns *columns)
{
    skr_buffer_done(&columns->sites);
    skr_buffer_done(&columns->counts);
    free(columns->start0);
    free(columns->end0);
    free(columns->kind);
    free(columns->zone);
    free(columns->is_complete);
    free(columns->filter_failed);
    free(columns->n_ref);
    free(columns->n_alt);
    free(columns->ref);
    free(columns->alt);
    free(columns->totals);
    *columns = (skr_row_columns){0};
}

static bool take_starts(skr_cursor *cursor, const skr_tile *tile, uint32_t base0,
                        skr_row_columns *columns)
{
    uint64_t start0 = base0;
    for (uint32_t i = 0; i < tile->n_rows; i++) {
        start0 += skr_cursor_varint_max(cursor, SKR_CONTIG_LENGTH_MAX);
        if (start0 > tile->max_start0)
            return false;
        columns->start0[i] = (uint32_t)start0;
    }
    return columns->start0[0] == tile->min_start0 && start0 == tile->max_start0;
}

static bool take_codes(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    const uint8_t *codes = skr_cursor_bytes(cursor, n);
    if (cursor->is_bad)
        return false;
    unsigned known = SKR_CODE_KIND_MASK | SKR_CODE_ZONE_MASK << SKR_CODE_ZONE_SHIFT |
                     SKR_CODE_IS_COMPLETE | SKR_CODE_FILTER_FAILED;
    bool is_sound = true;
    for (uint32_t i = 0; i < n; i++) {
        unsigned code = codes[i];
        columns->kind[i] = (uint8_t)(code & SKR_CODE_KIND_MASK);
        columns->zone[i] = (uint8_t)(code >> SKR_CODE_ZONE_SHIFT & SKR_CODE_ZONE_MASK);
        columns->is_complete[i] = (code & SKR_CODE_IS_COMPLETE) != 0;
        columns->filter_failed[i] = (code & SKR_CODE_FILTER_FAILED) != 0;
        is_sound = is_sound && columns->kind[i] <= SKR_ALLELE_SV && (code & ~known) == 0;
    }
    return is_sound;
}

/* The letters of SNVs; those with other letters get their texts later (ref NULL). */
static bool take_letters(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    for (uint32_t i = 0; i < n; i++) {
        if (columns->kind[i] != SKR_ALLELE_SNV)
            continue;
        unsigned pair = skr_cursor_u8(cursor);
        if (pair >= 16 && pair != SKR_SNV_AS_TEXT)
            return false;
        columns->end0[i] = columns->start0[i] + 1;
        columns->n_ref[i] = 1;
        columns->n_alt[i] = 1;
        columns->ref[i] = pair == SKR_SNV_AS_TEXT ? NULL : &letters[pair / 4];
        columns->alt[i] = pair == SKR_SNV_AS_TEXT ? NULL : &letters[pair % 4];
    }
    return !cursor->is_bad;
}

static bool take_lengths(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    for (uint32_t i = 0; i < n; i++) {
        if (columns->kind[i] == SKR_ALLELE_SNV)
            continue;
        bool is_sv = columns->kind[i] == SKR_ALLELE_SV;
        uint64_t n_bases = skr_cursor_varint_max(cursor, is_sv ? (uint64_t)SKR_CONTIG_LENGTH_MAX
                                                               : (uint64_t)SKR_ALLELE_MAX);
        uint64_t n_alt = skr_cursor_varint_max(cursor, SKR_ALLELE_MAX);
        if (n_bases == 0 || n_alt == 0 || columns->start0[i] + n_bases > SKR_CONTIG_LENGTH_MAX)
            return false;
        columns->end0[i] = (uint32_t)(columns->start0[i] + n_bases);
        columns->n_ref[i] = is_sv ? 0 : (uint32_t)n_bases;
        columns->n_alt[i] = (uint32_t)n_alt;
        columns->ref[i] = NULL;
        columns->alt[i] = NULL;
    }
    return !cursor->is_bad;
}

static bool take_texts(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    const uint8_t *at = cursor->at;
    for (uint32_t i = 0; i < n; i++) {
        if (columns->alt[i] != NULL)
            continue;
        columns->ref[i] = (const char *)skr_cursor_bytes(cursor, columns->n_ref[i]);
        columns->alt[i] = (const char *)skr_cursor_bytes(cursor, columns->n_alt[i]);
        if (cursor->is_bad)
            return false;
        if (columns->n_ref[i] == 0)
            columns->ref[i] = "";
    }
    bool is_printable = true;
    for (; at < cursor->at; at++)
        is_printable = is_printable && *at > 0x20 && *at < 0x7f;
    return is_printable;
}

static skr_allele allele_at(const skr_row_columns *columns, uint32_t row)
{
    return (skr_allele){
        .start0 = columns->start0[row],
        .end0 = columns->end0[row],
        .kind = (skr_allele_kind)columns->kind[row],
        .zone = (skr_zone)columns->zone[row],
        .n_ref = columns->n_ref[row],
        .n_alt = columns->n_alt[row],
        .ref = columns->ref[row],
        .alt = columns->alt[row],
    };
}

/* Starts cannot descend; where they are equal the alleles must ascend. */
static bool rows_ascend(const skr_row_columns *columns, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        if (columns->start0[i - 1] != columns->start0[i])
            continue;
        skr_allele before = allele_at(columns, i - 1);
        skr_allele allele = allele_at(columns, i);
        if (skr_allele_compare(&before, &allele) >= 0)
            return false;
    }
    return true;
}

static bool take_counts(skr_row_columns *columns, const skr_segment *segment, uint32_t n)
{
    skr_cursor cursor = skr_cursor_of(columns->counts.bytes, columns->counts.n);
    uint32_t n_max = segment->directory.n_samples;
    skr_row_totals *totals = columns->totals;
    uint64_t n_copies[SKR_N_ZONES];
    for (unsigned zone = 0; zone < SKR_N_ZONES; zone++)
        n_copies[zone] = skr_segment_n_copies_expected(segment, (skr_zone)zone);
    for (uint32_t i = 0; i < n; i++)
        totals[i].n_carriers = (uint32_t)skr_cursor_varint_max(&cursor, n_max);
    for (uint32_t i = 0; i < n; i++)
        totals[i].n_hom = (uint32_t)skr_cursor_varint_max(&cursor, n_max);
    for (uint32_t i = 0; i < n; i++)
        totals[i].n_hemi = (uint32_t)skr_cursor_varint_max(&cursor, n_max);
    for (uint32_t i = 0; i < n; i++)
        totals[i].n_partial = (uint32_t)skr_cursor_varint_max(&cursor, n_max);
    for (uint32_t i = 0; i < n; i++)
        totals[i].ac = (uint64_t)skr_unzigzag(skr_cursor_varint(&cursor)) + totals[i].n_carriers +
                       totals[i].n_hom;
    for (uint32_t i = 0; i < n; i++)
        totals[i].an =
            n_copies[columns->zone[i]] - (uint64_t)skr_unzigzag(skr_cursor_varint(&cursor));
    uint64_t copies_max = (uint64_t)n_max * SKR_PLOIDY_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const skr_row_totals *t = &totals[i];
        if (t->ac > t->an || t->an > copies_max || t->ac < t->n_carriers ||
            (uint64_t)t->n_hom + t->n_hemi + t->n_partial > t->n_carriers)
            return false;
    }
    return skr_cursor_is_done(&cursor);
}

int skr_row_columns_decode(skr_row_columns *columns, const skr_segment *segment,
                           const skr_tile *tile, skr_err *err)
{
    uint32_t n = tile->n_rows;
    skr_cursor cursor = skr_cursor_of(columns->sites.bytes, columns->sites.n);
    if (!reserve_rows(columns, n))
        return fail_nomem(err);
    if (!take_starts(&cursor, tile, skr_tile_base0(segment, tile), columns) ||
        !take_codes(&cursor, n, columns) || !take_letters(&cursor, n, columns) ||
        !take_lengths(&cursor, n, columns) || !take_texts(&cursor, n, columns) ||
        !skr_cursor_is_done(&cursor))
        return fail_corrupt(err, "rows are malformed");
    if (!rows_ascend(columns, n))
        return fail_corrupt(err, "rows are out of order");
    if (!take_counts(columns, segment, n))
        return fail_corrupt(err, "totals of rows are malformed");
    return SKR_OK;
}

/* ------------------------------------------------------------------ calls and spans */

void skr_call_columns_done(skr_call_columns *columns)
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
    if (!skr_room_for(memory, n, size))
        return false;
    *n_max = n;
    return true;
}

int skr_call_columns_decode_calls(skr_call_columns *columns, uint32_t n_rows, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(columns->calls.bytes, columns->calls.n);
    uint64_t n_sets = skr_cursor_varint_max(&cursor, columns->calls.n);
    columns->n_sets = 0;
    columns->n_rows = 0;
    columns->n_spans = 0;
    if (!reserve(&columns->offsets, (uint32_t)n_sets + 1, &columns->n_sets_max,
                 sizeof *columns->offsets) ||
        !reserve(&columns->row_sets, n_rows, &columns->n_rows_max, sizeof *columns->row_sets))
        return fail_nomem(err);
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
    for (uint32_t i = 0; i < n_rows; i++) {
        uint64_t set = skr_cursor_varint(&cursor);
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

int skr_call_columns_decode_spans(skr_call_columns *columns, uint32_t n_spans,
                                  const skr_span_bounds *bounds, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(columns->spans_raw.bytes, columns->spans_raw.n);
    if (!reserve(&columns->spans, n_spans, &columns->n_spans_max, sizeof *columns->spans))
        return fail_nomem(err);
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
        spans[i].zone = (uint8_t)skr_cursor_varint_max(&cursor, SKR_N_ZONES - 1);
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

skr_cursor skr_call_columns_at(const skr_call_columns *columns, uint32_t number)
{
    uint32_t start = columns->offsets[number];
    return skr_cursor_of(columns->calls.bytes + start, columns->offsets[number + 1] - start);
}

int skr_call_columns_set(const skr_call_columns *columns, uint32_t number, uint32_t n_samples,
                         skr_call_set *set, skr_err *err)
{
    skr_cursor cursor = skr_call_columns_at(columns, number);
    skr_call_set_done(set);
    int status = skr_call_set_decode(&cursor, n_samples, set, err);
    if (status == SKR_OK && !skr_cursor_is_done(&cursor)) {
        skr_call_set_done(set);
        status = fail_corrupt(err, "a call set is longer than it says");
    }
    return status;
}

/* ------------------------------------------------------------------ carriers */

void skr_carrier_columns_done(skr_carrier_columns *columns)
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
    if (!skr_room_for(&columns->offsets, n_rows, sizeof *columns->offsets) ||
        !skr_room_for(&columns->lengths, n_rows, sizeof *columns->lengths))
        return false;
    columns->n_rows_max = n_rows;
    return true;
}

/* The rows of a chunk fill its block exactly. */
static bool take_chunk_rows(skr_cursor *cursor, const skr_chunk *chunk,
                            skr_carrier_columns *columns)
{
    uint64_t offset = 0;
    for (uint32_t i = chunk->first_row; i < chunk->first_row + chunk->n_rows; i++) {
        uint64_t length = skr_cursor_varint_max(cursor, chunk->ref.n_raw);
        if (length == 0 || offset + length > chunk->ref.n_raw)
            return false;
        columns->offsets[i] = (uint32_t)offset;
        columns->lengths[i] = (uint32_t)length;
        offset += length;
    }
    return offset == chunk->ref.n_raw;
}

int skr_carrier_columns_decode(skr_carrier_columns *columns, const skr_block_file *file,
                               uint32_t n_rows, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(columns->raw.bytes, columns->raw.n);
    uint32_t n_chunks = (uint32_t)skr_cursor_varint_max(&cursor, n_rows);
    columns->n_chunks = 0;
    if (!reserve(&columns->chunks, n_chunks, &columns->n_chunks_max, sizeof *columns->chunks) ||
        !reserve_carriers(columns, n_rows))
        return fail_nomem(err);
    uint32_t n_done = 0;
    for (uint32_t i = 0; i < n_chunks; i++) {
        skr_chunk *chunk = &columns->chunks[i];
        chunk->ref = skr_block_ref_take(&cursor);
        chunk->first_row = n_done;
        chunk->n_rows = (uint32_t)skr_cursor_varint_max(&cursor, n_rows - n_done);
        if (cursor.is_bad || chunk->n_rows == 0)
            return fail_corrupt(err, "chunks of carriers are malformed");
        int status = skr_block_file_check_ref(file, &chunk->ref, err);
        if (status < 0)
            return status;
        n_done += chunk->n_rows;
    }
    bool is_sound = n_done == n_rows;
    for (uint32_t i = 0; i < n_chunks && is_sound; i++)
        is_sound = take_chunk_rows(&cursor, &columns->chunks[i], columns);
    if (!is_sound || !skr_cursor_is_done(&cursor))
        return fail_corrupt(err, "the lengths of carriers are malformed");
    columns->n_chunks = n_chunks;
    return SKR_OK;
}
