/*
 * open_tile_int.h - a tile while it is written, of a segment or of a catalogue.
 */
#ifndef SKR_STORAGE_SEGMENT_OPEN_TILE_INT_H
#define SKR_STORAGE_SEGMENT_OPEN_TILE_INT_H

#include "storage/segment/segment_int.h"

typedef struct skr_open_tile skr_open_tile;

/* Everything that is written about a row beside the allele. */
typedef struct skr_row_values {
    skr_row_totals totals;
    uint64_t n_copies_expected; /* of all samples in its ploidy */
    bool is_complete;
    bool filter_failed;
    bool is_ordered; /* the plain carriers are row order_row of the orders */
    uint64_t order_row;
    const skr_carriers *carriers;
    const skr_call_set *calls;    /* NULL: of a row of a catalogue */
    const skr_haplotypes *phased; /* NULL: nobody */
    skr_haplotype_place phase;    /* where that is not NULL */
} skr_row_values;

/* An empty tile, to be reused. The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_segment_open_tile_new(skr_block_writer *file, uint32_t n_samples,
                                           skr_open_tile **ret_tile, skr_err *err);
void skr_segment_open_tile_free(skr_open_tile *tile);

/* Empties it and makes it tile `number` of a contig, whose first base is base0. */
void skr_segment_open_tile_start(skr_open_tile *tile, uint32_t contig, uint32_t number,
                                 uint32_t base0);

/* Appends a row after the last. is_wide keeps its end out of max_end0. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_segment_open_tile_add_row(skr_open_tile *tile, const skr_allele *allele,
                                               const skr_row_values *values, bool is_wide,
                                               skr_err *err);

/* Appends a span. Errors: NOMEM, LIMIT. */
SKR_MUST_USE int skr_segment_open_tile_add_span(skr_open_tile *tile, const skr_span *span,
                                                const skr_call_set *calls, skr_err *err);

/* The zone map so far, without first_row. */
const skr_tile *skr_segment_open_tile_map(const skr_open_tile *tile);

/* Is it time to store it as a piece? */
bool skr_segment_open_tile_is_full(const skr_open_tile *tile);

/* Writes its blocks. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_segment_open_tile_write(skr_open_tile *tile, skr_tile_refs *ret_refs,
                                             skr_err *err);

/* Writes the blocks of a tile of a catalogue; members: which of them have its rows. Errors: as
 * above. */
SKR_MUST_USE int skr_segment_open_tile_write_members(skr_open_tile *tile, const skr_buffer *members,
                                                     skr_tile_refs *ret_refs, skr_err *err);

#endif
