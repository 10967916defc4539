/*
 * segment_writer_tile.c - a tile while it is written: columns in memory, then blocks.
 *
 * Each column is a buffer that grows by a row at a time; a block is a few columns one after the
 * other. Only carriers are written before the tile is complete, a chunk at a time, because common
 * alleles of many samples would not fit in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/carriers/carriers_form.h"
#include "storage/segment/open_tile_int.h"
#include "storage/segment/row_chunks_int.h"

/* A piece is stored when it reaches one of these: what a reader decodes at once stays small. */
#define PIECE_ROWS_MAX 8192u
#define PIECE_SPANS_MAX 16384u
#define PIECE_BYTES_MAX (4u << 20)
#define SET_SLOTS_MIN 128u /* of the hash table of call sets */

enum column {
    /* sites */
    COLUMN_STEP,
    COLUMN_FAR,
    COLUMN_CODE,    /* runs that are complete */
    COLUMN_LETTERS, /* a byte an SNV; half as many are stored */
    COLUMN_LENGTHS,
    COLUMN_TEXTS,
    /* counts */
    COLUMN_HEAD,
    COLUMN_N_CARRIERS,
    COLUMN_N_HOM,
    COLUMN_N_HEMI,
    COLUMN_N_PARTIAL,
    COLUMN_AC,
    COLUMN_AN,
    /* calls, after the call sets */
    COLUMN_ROW_SET,
    /* spans */
    COLUMN_SPAN_START,
    COLUMN_SPAN_LENGTH,
    COLUMN_SPAN_PLOIDY,
    COLUMN_SPAN_SET,
    N_COLUMNS,
};

/* The different call sets of a tile, found again by their bytes. */
typedef struct set_table {
    skr_buffer bytes;
    skr_buffer lengths; /* varints */
    size_t *ends;       /* where each set ends in bytes */
    uint32_t n;
    uint32_t n_max;
    uint32_t *slots; /* hash table: number + 1, or 0 */
    uint32_t n_slots;
} set_table;

struct skr_open_tile {
    skr_block_writer *file;
    uint32_t n_samples;
    skr_tile map;
    uint32_t base0;
    uint32_t last_start0;
    uint32_t last_span_start0;
    skr_buffer columns[N_COLUMNS];
    set_table sets;
    skr_row_chunks carriers;
    skr_row_chunks phase;
    bool has_phase; /* of any row */
    uint8_t code;   /* of the last n_code_rows rows */
    uint32_t n_code_rows;
    uint32_t last_set; /* of the last row */
    bool has_an;       /* some row's AN is not the copies expected */
    skr_short_shapes shapes;
    skr_buffer block; /* scratch: columns of a block together */
};

/* ------------------------------------------------------------------ call sets */

static size_t set_start(const set_table *sets, uint32_t number)
{
    return number == 0 ? 0 : sets->ends[number - 1];
}

static void set_table_clear(set_table *sets)
{
    sets->bytes.n = 0;
    sets->lengths.n = 0;
    sets->n = 0;
    if (sets->n_slots > 0)
        memset(sets->slots, 0, sets->n_slots * sizeof *sets->slots);
}

static void set_table_done(set_table *sets)
{
    skr_buffer_done(&sets->bytes);
    skr_buffer_done(&sets->lengths);
    free(sets->ends);
    free(sets->slots);
}

/* The slot of the set at [start, end) of bytes: where it is, or where it would go. */
static uint32_t *find_slot(const set_table *sets, size_t start, size_t end)
{
    uint32_t mask = sets->n_slots - 1;
    SKR_CHECK((sets->n_slots & mask) == 0 && sets->n < sets->n_slots);
    uint32_t at = skr_crc32c(sets->bytes.bytes + start, end - start) & mask;
    for (; sets->slots[at] != 0; at = (at + 1) & mask) {
        uint32_t number = sets->slots[at] - 1;
        size_t other = set_start(sets, number);
        if (sets->ends[number] - other == end - start &&
            memcmp(sets->bytes.bytes + other, sets->bytes.bytes + start, end - start) == 0)
            break;
    }
    return &sets->slots[at];
}

/* Makes room for one more set; the hash table stays at most half full. */
static int set_table_reserve(set_table *sets, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&sets->ends, &sets->n_max, sets->n + 1, "segment", err));
    if (sets->n < sets->n_slots / 2)
        return SKR_OK;
    uint32_t n_slots = sets->n_slots == 0 ? SET_SLOTS_MIN : 2 * sets->n_slots;
    uint32_t *slots = calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return skr_fail_nomem(err, "segment");
    free(sets->slots);
    sets->slots = slots;
    sets->n_slots = n_slots;
    for (uint32_t i = 0; i < sets->n; i++)
        *find_slot(sets, set_start(sets, i), sets->ends[i]) = i + 1;
    return SKR_OK;
}

static int set_table_add(set_table *sets, const skr_call_set *set, uint32_t *ret_number,
                         skr_err *err)
{
    SKR_TRY(set_table_reserve(sets, err));
    size_t start = sets->bytes.n;
    SKR_TRY(skr_call_set_encode(set, &sets->bytes, err));
    size_t end = sets->bytes.n;
    uint32_t *slot = find_slot(sets, start, end);
    if (*slot != 0) {
        sets->bytes.n = start;
        *ret_number = *slot - 1;
        return SKR_OK;
    }
    SKR_TRY(skr_buffer_put_varint(&sets->lengths, end - start, err));
    SKR_CHECK(sets->n < sets->n_max);
    sets->ends[sets->n] = end;
    *ret_number = sets->n++;
    *slot = sets->n;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the tile */

int skr_segment_open_tile_new(skr_block_writer *file, uint32_t n_samples, skr_open_tile **ret_tile,
                              skr_err *err)
{
    skr_open_tile *tile = calloc(1, sizeof *tile);
    if (tile == NULL)
        return skr_fail_nomem(err, "segment");
    tile->file = file;
    tile->n_samples = n_samples;
    tile->shapes = skr_gap_list_short_shapes_of(n_samples);
    *ret_tile = tile;
    return SKR_OK;
}

void skr_segment_open_tile_free(skr_open_tile *tile)
{
    if (tile == NULL)
        return;
    for (unsigned i = 0; i < N_COLUMNS; i++)
        skr_buffer_done(&tile->columns[i]);
    set_table_done(&tile->sets);
    skr_row_chunks_done(&tile->carriers);
    skr_row_chunks_done(&tile->phase);
    skr_buffer_done(&tile->block);
    free(tile);
}

void skr_segment_open_tile_start(skr_open_tile *tile, uint32_t contig, uint32_t number,
                                 uint32_t base0)
{
    tile->map = (skr_tile){.contig = contig, .number = number};
    tile->base0 = base0;
    tile->last_start0 = base0;
    tile->last_span_start0 = base0;
    for (unsigned i = 0; i < N_COLUMNS; i++)
        tile->columns[i].n = 0;
    set_table_clear(&tile->sets);
    skr_row_chunks_clear(&tile->carriers);
    skr_row_chunks_clear(&tile->phase);
    tile->has_phase = false;
    tile->n_code_rows = 0;
    tile->last_set = UINT32_MAX;
    tile->has_an = false;
}

const skr_tile *skr_segment_open_tile_map(const skr_open_tile *tile)
{
    return &tile->map;
}

bool skr_segment_open_tile_is_full(const skr_open_tile *tile)
{
    size_t n_bytes =
        tile->sets.bytes.n + tile->carriers.refs.n + tile->carriers.lengths.n + tile->phase.refs.n;
    for (unsigned i = 0; i < N_COLUMNS; i++)
        n_bytes += tile->columns[i].n;
    return tile->map.n_rows >= PIECE_ROWS_MAX || tile->map.n_spans >= PIECE_SPANS_MAX ||
           n_bytes >= PIECE_BYTES_MAX;
}

static int put(skr_open_tile *tile, enum column column, uint64_t value, skr_err *err)
{
    return skr_buffer_put_varint(&tile->columns[column], value, err);
}

/* 0 to 3 for A, C, G, T, and 4 for any other letter. */
static unsigned letter_number(char letter)
{
    const char *at = letter == '\0' ? NULL : strchr(SKR_SNV_LETTERS, letter);
    return at == NULL ? 4 : (unsigned)(at - SKR_SNV_LETTERS);
}

static int put_texts(skr_open_tile *tile, const skr_allele *allele, skr_err *err)
{
    if (allele->n_ref > 0)
        SKR_TRY(skr_buffer_put(&tile->columns[COLUMN_TEXTS], allele->ref, allele->n_ref, err));
    return skr_buffer_put(&tile->columns[COLUMN_TEXTS], allele->alt, allele->n_alt, err);
}

static int put_start(skr_open_tile *tile, uint32_t start0, skr_err *err)
{
    uint32_t step = start0 - tile->last_start0;
    if (step < SKR_STEP_FAR)
        return skr_buffer_put_u8(&tile->columns[COLUMN_STEP], (uint8_t)step, err);
    SKR_TRY(skr_buffer_put_u8(&tile->columns[COLUMN_STEP], SKR_STEP_FAR, err));
    return put(tile, COLUMN_FAR, step - SKR_STEP_FAR, err);
}

/* Ends the run of rows of one code. */
static int end_codes(skr_open_tile *tile, skr_err *err)
{
    if (tile->n_code_rows == 0)
        return SKR_OK;
    int status = put(tile, COLUMN_CODE, tile->n_code_rows, err);
    tile->n_code_rows = 0;
    return status == SKR_OK ? skr_buffer_put_u8(&tile->columns[COLUMN_CODE], tile->code, err)
                            : status;
}

static int put_code(skr_open_tile *tile, const skr_allele *allele, const skr_row_values *values,
                    skr_err *err)
{
    unsigned code = allele->kind | (unsigned)allele->ploidy << SKR_CODE_PLOIDY_SHIFT;
    if (values->is_complete)
        code |= SKR_CODE_IS_COMPLETE;
    if (values->filter_failed)
        code |= SKR_CODE_FILTER_FAILED;
    int status = code == tile->code ? SKR_OK : end_codes(tile, err);
    tile->code = (uint8_t)code;
    tile->n_code_rows++;
    return status;
}

static int put_site(skr_open_tile *tile, const skr_allele *allele, const skr_row_values *values,
                    skr_err *err)
{
    int status = put_start(tile, allele->start0, err);
    if (status == SKR_OK)
        status = put_code(tile, allele, values, err);
    if (status != SKR_OK)
        return status;
    if (allele->kind == SKR_ALLELE_SNV) {
        unsigned ref = letter_number(allele->ref[0]);
        unsigned alt = letter_number(allele->alt[0]);
        unsigned letters = ref < 4 && alt < 4 ? 4 * ref + alt : SKR_SNV_AS_TEXT;
        bool is_plain = letters != SKR_SNV_AS_TEXT;
        status = skr_buffer_put_u8(&tile->columns[COLUMN_LETTERS], (uint8_t)letters, err);
        return status == SKR_OK && !is_plain ? put_texts(tile, allele, err) : status;
    }
    status = put(tile, COLUMN_LENGTHS, allele->end0 - allele->start0, err);
    if (status == SKR_OK)
        status = put(tile, COLUMN_LENGTHS, allele->n_alt, err);
    return status == SKR_OK ? put_texts(tile, allele, err) : status;
}

static int put_counts(skr_open_tile *tile, const skr_row_values *values, uint8_t head,
                      skr_ploidy ploidy, skr_err *err)
{
    const skr_row_totals *totals = &values->totals;
    int64_t an_less = (int64_t)(values->n_copies_expected - totals->an);
    tile->has_an = tile->has_an || an_less != 0;
    SKR_TRY(skr_buffer_put_u8(&tile->columns[COLUMN_HEAD], head, err));
    SKR_TRY(put(tile, COLUMN_AN, skr_zigzag(an_less), err));
    if (skr_head_tells_counts(head, (uint8_t)ploidy))
        return SKR_OK;
    int64_t ac_more = (int64_t)(totals->ac - totals->n_carriers - totals->n_hom);
    SKR_TRY(put(tile, COLUMN_N_CARRIERS, totals->n_carriers, err));
    SKR_TRY(put(tile, COLUMN_N_HOM, totals->n_hom, err));
    SKR_TRY(put(tile, COLUMN_N_HEMI, totals->n_hemi, err));
    SKR_TRY(put(tile, COLUMN_N_PARTIAL, totals->n_partial, err));
    return put(tile, COLUMN_AC, skr_zigzag(ac_more), err);
}

static int put_carriers(skr_open_tile *tile, const skr_row_values *values, uint8_t *ret_head,
                        skr_err *err)
{
    skr_buffer *bytes = &tile->carriers.chunk;
    SKR_TRY(
        values->is_ordered
            ? skr_carriers_encode_ordered(values->carriers, values->order_row, bytes, ret_head, err)
            : skr_carriers_encode(values->carriers, tile->n_samples, bytes, ret_head, err));
    bool has_length = skr_carriers_size(*ret_head, &tile->shapes) == SKR_CARRIERS_SIZE_STORED;
    return skr_row_chunks_end_row(&tile->carriers, has_length, tile->file, err);
}

/* Appends the phase of a row. Rows of nobody who was phased are there too, and have no bytes. */
static int put_phase(skr_open_tile *tile, const skr_row_values *values, skr_err *err)
{
    if (values->phased != NULL)
        SKR_TRY(skr_haplotypes_encode(values->phased, values->carriers, &values->phase,
                                      &tile->phase.chunk, err));
    tile->has_phase |= tile->phase.chunk.n > tile->phase.start;
    return skr_row_chunks_end_row(&tile->phase, true, tile->file, err);
}

static void map_row(skr_open_tile *tile, const skr_allele *allele, const skr_row_values *values,
                    bool is_wide)
{
    skr_tile *map = &tile->map;
    if (map->n_rows == 0)
        map->min_start0 = allele->start0;
    map->max_start0 = allele->start0;
    if (!is_wide && allele->end0 > map->max_end0)
        map->max_end0 = allele->end0;
    if (values->totals.ac > map->max_ac)
        map->max_ac = values->totals.ac;
    SKR_CHECK(allele->start0 >= map->min_start0);
    map->kinds |= 1u << allele->kind;
    map->n_rows++;
    tile->last_start0 = allele->start0;
}

int skr_segment_open_tile_add_row(skr_open_tile *tile, const skr_allele *allele,
                                  const skr_row_values *values, bool is_wide, skr_err *err)
{
    uint32_t set = 0;
    uint8_t head = 0;
    SKR_TRY(put_site(tile, allele, values, err));
    SKR_TRY(put_carriers(tile, values, &head, err));
    SKR_TRY(put_phase(tile, values, err));
    SKR_TRY(put_counts(tile, values, head, allele->ploidy, err));
    map_row(tile, allele, values, is_wide);
    if (values->calls == NULL)
        return SKR_OK;
    SKR_TRY(set_table_add(&tile->sets, values->calls, &set, err));
    SKR_TRY(put(tile, COLUMN_ROW_SET, skr_zigzag((int64_t)set - (int32_t)tile->last_set - 1), err));
    tile->last_set = set;
    return SKR_OK;
}

int skr_segment_open_tile_add_span(skr_open_tile *tile, const skr_span *span,
                                   const skr_call_set *calls, skr_err *err)
{
    uint32_t set = 0;
    SKR_CHECK(span->start0 >= tile->last_span_start0 && span->end0 > span->start0);
    SKR_TRY(set_table_add(&tile->sets, calls, &set, err));
    SKR_TRY(put(tile, COLUMN_SPAN_START, span->start0 - tile->last_span_start0, err));
    SKR_TRY(put(tile, COLUMN_SPAN_LENGTH, span->end0 - span->start0, err));
    SKR_TRY(put(tile, COLUMN_SPAN_PLOIDY, span->ploidy, err));
    SKR_TRY(put(tile, COLUMN_SPAN_SET, set, err));
    if (span->end0 > tile->map.max_span_end0)
        tile->map.max_span_end0 = span->end0;
    tile->map.n_spans++;
    tile->last_span_start0 = span->start0;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the blocks */

static int gather(skr_open_tile *tile, const skr_buffer *bytes, skr_err *err)
{
    return bytes->n == 0 ? SKR_OK : skr_buffer_put(&tile->block, bytes->bytes, bytes->n, err);
}

static int write_block(skr_open_tile *tile, skr_block_ref *ret_ref, skr_err *err)
{
    if (tile->block.n > SKR_BLOCK_RAW_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "segment: a tile needs a block of %zu bytes",
                        tile->block.n);
    return skr_block_writer_put(tile->file, tile->block.bytes, tile->block.n, SKR_CODEC_ZSTD,
                                ret_ref, err);
}

/* Writes columns first to last as a block, after what tile->block holds already. */
static int write_columns(skr_open_tile *tile, enum column first, enum column last,
                         skr_block_ref *ret_ref, skr_err *err)
{
    for (unsigned i = first; i <= last; i++)
        SKR_TRY(gather(tile, &tile->columns[i], err));
    return write_block(tile, ret_ref, err);
}

static int write_calls(skr_open_tile *tile, skr_block_ref *ret_ref, skr_err *err)
{
    tile->block.n = 0;
    SKR_TRY(skr_buffer_put_varint(&tile->block, tile->sets.n, err));
    SKR_TRY(gather(tile, &tile->sets.lengths, err));
    SKR_TRY(gather(tile, &tile->sets.bytes, err));
    return write_columns(tile, COLUMN_ROW_SET, COLUMN_ROW_SET, ret_ref, err);
}

/* Two letters a byte, the first in the low bits. */
static void pack_letters(skr_buffer *letters)
{
    for (size_t i = 0; i < letters->n; i++) {
        uint8_t letter = letters->bytes[i];
        letters->bytes[i / 2] =
            (uint8_t)(i % 2 == 0 ? letter : letters->bytes[i / 2] | letter << 4);
    }
    letters->n = (letters->n + 1) / 2;
}

static int write_sites(skr_open_tile *tile, skr_block_ref *ret_ref, skr_err *err)
{
    int status = end_codes(tile, err);
    pack_letters(&tile->columns[COLUMN_LETTERS]);
    tile->block.n = 0;
    return status == SKR_OK ? write_columns(tile, COLUMN_STEP, COLUMN_TEXTS, ret_ref, err) : status;
}

static int write_counts(skr_open_tile *tile, skr_block_ref *ret_ref, skr_err *err)
{
    tile->block.n = 0;
    for (unsigned i = COLUMN_HEAD; i < COLUMN_AN; i++)
        SKR_TRY(gather(tile, &tile->columns[i], err));
    SKR_TRY(skr_buffer_put_u8(&tile->block, tile->has_an, err));
    if (tile->has_an)
        SKR_TRY(gather(tile, &tile->columns[COLUMN_AN], err));
    return write_block(tile, ret_ref, err);
}

static int write_rows(skr_open_tile *tile, skr_tile_refs *refs, skr_err *err)
{
    SKR_TRY(write_sites(tile, &refs->of[SKR_TILE_SITES], err));
    SKR_TRY(write_counts(tile, &refs->of[SKR_TILE_COUNTS], err));
    SKR_TRY(skr_row_chunks_write(&tile->carriers, tile->file, &refs->of[SKR_TILE_CARRIERS], err));
    return tile->has_phase ? skr_row_chunks_write(&tile->phase, tile->file, &refs->phase, err)
                           : SKR_OK;
}

int skr_segment_open_tile_write(skr_open_tile *tile, skr_tile_refs *ret_refs, skr_err *err)
{
    skr_tile_refs refs = {0};
    int status = SKR_OK;
    if (tile->map.n_rows > 0)
        status = write_rows(tile, &refs, err);
    if (status == SKR_OK)
        status = write_calls(tile, &refs.of[SKR_TILE_CALLS], err);
    tile->block.n = 0;
    if (status == SKR_OK && tile->map.n_spans > 0)
        status =
            write_columns(tile, COLUMN_SPAN_START, COLUMN_SPAN_SET, &refs.of[SKR_TILE_SPANS], err);
    if (status == SKR_OK)
        *ret_refs = refs;
    return status;
}

int skr_segment_open_tile_write_members(skr_open_tile *tile, const skr_buffer *members,
                                        skr_tile_refs *ret_refs, skr_err *err)
{
    skr_tile_refs refs = {0};
    SKR_TRY(write_rows(tile, &refs, err));
    SKR_TRY(skr_block_writer_put(tile->file, members->bytes, members->n, SKR_CODEC_ZSTD,
                                 &refs.of[SKR_TILE_CALLS], err));
    *ret_refs = refs;
    return SKR_OK;
}
