/*
 * segment_int.h - what the writer and the reader of segments share: the twin of docs/format.md,
 * "Segment".
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_INT_H
#define SKR_STORAGE_SEGMENT_SEGMENT_INT_H

#include <stdatomic.h>

#include "storage/base/buffer.h"
#include "storage/base/zigzag.h"
#include "storage/carriers/haplotypes.h"
#include "storage/segment/order_writer_int.h"
#include "storage/segment/segment.h"
#include "storage/segment/segment_coverage.h"
#include "storage/segment/segment_tiles_int.h"

#define SKR_TILE_SHIFT_MIN 10u
#define SKR_TILE_SHIFT_MAX 28u

/* ------------------------------------------------------------------ rows and spans in bytes */

/* A row's code: kind in bits 0-2, ploidy in bits 3-4, then flags. */
#define SKR_CODE_KIND_MASK 0x07u
#define SKR_CODE_PLOIDY_SHIFT 3
#define SKR_CODE_PLOIDY_MASK 0x03u
#define SKR_CODE_IS_COMPLETE 0x20u
#define SKR_CODE_FILTER_FAILED 0x40u

/* A start is so many bases after the one before: a byte, or FAR and the rest as a varint. */
#define SKR_STEP_FAR 255u

/* An SNV's letters in four bits: REF times 4 and ALT, each 0 to 3 for A, C, G, T. */
#define SKR_SNV_LETTERS "ACGT"
#define SKR_SNV_AS_TEXT 0u /* one of them is another letter: both stand in the texts */

/* Does the head of a row's carriers tell all of its counts but AN? */
static inline bool skr_head_tells_counts(uint8_t head, uint8_t ploidy)
{
    return head <= SKR_SHORT_MAX && ploidy == SKR_PLOIDY_DIPLOID;
}

/* Spans of one contig that are longer than a tile; a contig may have several such groups. */
typedef struct skr_wide_spans {
    uint32_t contig;
    uint32_t n_spans;
    uint32_t min_start0;
    uint32_t max_end0;
    skr_block_ref calls; /* as a tile's, without rows */
    skr_block_ref spans;
} skr_wide_spans;

typedef struct skr_span {
    uint32_t start0;
    uint32_t end0;
    uint32_t call_set; /* number in the calls of its tile */
    uint8_t ploidy;
} skr_span;

/* Adds up a row. False when a carrier has no call of that many copies: it would count in AC and not
 * in AN. copies_expected are those of the row's ploidy, n_copies_expected their sum. */
SKR_MUST_USE bool skr_segment_row_totals_of(const skr_carriers *carriers, const skr_call_set *calls,
                                            const uint8_t *copies_expected,
                                            uint64_t n_copies_expected, uint32_t n_samples,
                                            skr_row_totals *ret_totals);

/* ------------------------------------------------------------------ the directory */

/* A chunk of the coverage layer, or a block of steps, which has no ploidy. */
typedef struct skr_cover_chunk {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    uint8_t ploidy;
    skr_block_ref ref;
} skr_cover_chunk;

typedef struct skr_segment_directory {
    uint32_t n_samples;
    uint32_t n_contigs;
    uint32_t tile_shift;
    uint64_t n_rows;
    skr_buffer sample_part;    /* the sample table's part of the directory, to be written */
    skr_sample_table *samples; /* of a directory that was read; owner */
    skr_tile_list tiles;
    skr_wide_row *wide_rows;
    size_t n_wide_rows;
    skr_wide_spans *wide_spans;
    size_t n_wide_spans;
    skr_order *orders;
    size_t n_orders;
    skr_cover_chunk *chunks;
    size_t n_chunks;
    skr_cover_chunk *steps;
    size_t n_steps;
    skr_order *phase_orders; /* of first haplotypes */
    size_t n_phase_orders;
} skr_segment_directory;

/* The indexes [*ret_from, *ret_to) of the chunks that overlap [start0, end0) of a contig. */
void skr_segment_directory_find_chunks(const skr_segment_directory *directory, uint32_t contig,
                                       const uint32_t place0[2], size_t *ret_from, size_t *ret_to);

/* The one of n orders that has row `number` of all of them; n when there is no such row. */
size_t skr_segment_directory_find_order(const skr_order *orders, size_t n, uint64_t number);

/* Frees the lists and zeroes the directory. */
void skr_segment_directory_done(skr_segment_directory *directory);

/* Appends the stored bytes. Errors: NOMEM. */
SKR_MUST_USE int skr_segment_directory_encode(const skr_segment_directory *directory,
                                              skr_buffer *bytes, skr_err *err);

/*
 * Reads the directory of a file and checks all of it: numbers, order, references. *directory is
 * zeroed before. _take: of a catalogue, which goes on at the cursor. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_segment_directory_decode(const skr_block_file *file,
                                              skr_segment_directory *directory, skr_err *err);
SKR_MUST_USE int skr_segment_directory_take(const skr_block_file *file,
                                            skr_segment_directory *directory,
                                            skr_cursor *ret_cursor, skr_err *err);

/* ------------------------------------------------------------------ the reader's decoded tile */

/* The rows of a tile. Zero-initialise; keeps its memory from tile to tile. */
typedef struct skr_row_columns {
    skr_buffer sites; /* texts point into it */
    skr_buffer counts;
    uint32_t n_max;
    uint32_t *start0;
    uint32_t *end0;
    uint8_t *kind;
    uint8_t *ploidy;
    uint8_t *is_complete;
    uint8_t *filter_failed;
    uint32_t *n_ref;
    uint32_t *n_alt;
    const char **ref;
    const char **alt;
    skr_row_totals *totals;
    const uint8_t *heads; /* of the carriers; in counts */
    uint32_t n_snvs;
    uint32_t n_texts;  /* rows with texts of their own */
    bool is_ascending; /* known from the letters alone */
    uint32_t *others;  /* scratch: rows whose counts are stored */
} skr_row_columns;

/* Decodes the blocks in columns->sites and ->counts. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_segment_row_columns_decode(skr_row_columns *columns,
                                                const skr_segment *segment, const skr_tile *tile,
                                                skr_err *err);
void skr_segment_row_columns_done(skr_row_columns *columns);

/* The call sets and spans of a tile, or of a group of wide spans. Zero-initialise. */
typedef struct skr_call_columns {
    skr_buffer calls; /* the stored call sets lie in it */
    skr_buffer spans_raw;
    uint32_t n_sets;
    uint32_t n_sets_max;
    uint32_t *offsets; /* n_sets + 1 */
    uint32_t n_rows;
    uint32_t n_rows_max;
    uint32_t *row_sets;
    uint32_t n_spans;
    uint32_t n_spans_max;
    skr_span *spans;
    uint32_t longest;  /* bases of the longest span */
    uint32_t max_end0; /* of any span */
} skr_call_columns;

/* Decodes ->calls of a tile with n_rows rows. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_segment_call_columns_decode_calls(skr_call_columns *columns, uint32_t n_rows,
                                                       skr_err *err);

/*
 * Decodes ->spans_raw after the calls. Starts are counted from base0; every span must start in
 * [base0, start0_max] and be n_bases_min to n_bases_max long. Errors: CORRUPT, NOMEM.
 */
typedef struct skr_span_bounds {
    uint32_t base0;
    uint32_t start0_max;
    uint32_t n_bases_min;
    uint32_t n_bases_max;
} skr_span_bounds;
SKR_MUST_USE int skr_segment_call_columns_decode_spans(skr_call_columns *columns, uint32_t n_spans,
                                                       const skr_span_bounds *bounds, skr_err *err);

/* The first of its spans that may reach a base; the stored bytes of one of its call sets. */
uint32_t skr_segment_call_columns_first(const skr_call_columns *columns, uint32_t start0);
skr_cursor skr_segment_call_columns_at(const skr_call_columns *columns, uint32_t number);

/* Reads one of its call sets, which is done first. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_segment_call_columns_set(const skr_call_columns *columns, uint32_t number,
                                              uint32_t n_samples, skr_call_set *set, skr_err *err);
void skr_segment_call_columns_done(skr_call_columns *columns);

/* A run of rows whose carriers lie in one block; without bytes there is no block. */
typedef struct skr_chunk {
    skr_block_ref ref;
    uint32_t first_row;
    uint32_t n_rows;
} skr_chunk;

/* Where the carriers of a tile's rows are. Zero-initialise. */
typedef struct skr_carrier_columns {
    skr_buffer raw;
    skr_chunk *chunks;
    uint32_t n_chunks;
    uint32_t n_chunks_max;
    uint32_t *offsets; /* of each row in its chunk */
    uint32_t *lengths;
    uint32_t n_rows_max;
} skr_carrier_columns;

/*
 * Decodes ->raw of a tile with n_rows rows and the heads of their carriers; heads NULL: of an
 * order, where all lengths are stored. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_segment_carrier_columns_decode(skr_carrier_columns *columns,
                                                    const skr_segment *segment,
                                                    const uint8_t *heads, uint32_t n_rows,
                                                    skr_err *err);
void skr_segment_carrier_columns_done(skr_carrier_columns *columns);

/* The chunk that holds a row. */
size_t skr_segment_carrier_columns_find_chunk(const skr_carrier_columns *columns, uint32_t row);

/* Makes room for n elements of `size` bytes at *memory; true when there is. */
bool skr_segment_room_for(void *memory, size_t n, size_t size);

/* ------------------------------------------------------------------ an open segment */

/* How a catalogue answers as a segment: catalogue.c. */
typedef struct skr_catalogue skr_catalogue;
typedef struct skr_catalogue_methods skr_catalogue_methods;

struct skr_segment {
    atomic_uint n_users;
    skr_catalogue *catalogue; /* NULL: a segment of its own, and so are the methods */
    const skr_catalogue_methods *methods;
    bool has_spans; /* spans or coverage, anywhere; of a catalogue: of any member */
    skr_block_file *file;
    skr_segment_directory directory;
    skr_short_shapes shapes; /* of short lists of its samples */
};

/* The first base of a tile. */
static inline uint32_t skr_tile_base0(const skr_segment *segment, const skr_tile *tile)
{
    return tile->number << segment->directory.tile_shift;
}

#endif
