/*
 * segment_view_int.h - what one thread keeps of the segment that it reads.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_VIEW_INT_H
#define SKR_STORAGE_SEGMENT_SEGMENT_VIEW_INT_H

#include "storage/block/block_cache.h"
#include "storage/segment/order_view_int.h"
#include "storage/segment/segment_int.h"
#include "storage/segment/segment_track.h"

#define SKR_NO_TILE SIZE_MAX

/* Tiles whose calls and spans are kept: neighbouring alleles ask for the same two or three. */
#define SKR_CALL_SLOTS 4u

#define SKR_NO_SUM UINT64_MAX

typedef struct skr_call_slot {
    size_t tile; /* SKR_NO_TILE: empty */
    bool has_spans;
    uint64_t used_at; /* the least goes first */
    skr_call_columns columns;
    uint64_t sums_serial; /* of whom the sums are */
    bool has_sums;
    uint32_t n_sums_max;
    uint64_t *sums; /* copies called by a set in a ploidy; SKR_NO_SUM: not added up yet */
} skr_call_slot;

/* Chunks of coverage that are kept decoded. */
#define SKR_COVER_SLOTS 2u

typedef struct skr_cover_slot {
    size_t chunk; /* SKR_NO_TILE: empty */
    uint64_t used_at;
    skr_coverage coverage;
} skr_cover_slot;

/* The rows of a tile in the cache. */
typedef struct skr_cached_rows {
    skr_cached cached;
    skr_row_columns columns;
} skr_cached_rows;

/* Rows of a tile that are loaded, their numbers ascending. */
typedef struct skr_rows_of_tile {
    size_t tile;
    const uint32_t *numbers;
    uint32_t n;
    const skr_tile_rows *columns;
} skr_rows_of_tile;

/* What a catalogue does otherwise than a segment; as the functions of segment.h. */
struct skr_catalogue_methods {
    void (*close)(skr_catalogue *catalogue);
    int (*view_new)(skr_segment_view *view, skr_err *err);
    void (*view_free)(skr_segment_view *view);
    int (*tally)(skr_segment_view *view, const skr_rows_of_tile *rows, const skr_sample_set *who,
                 skr_carrier_tally *ret_tallies, bool *ret_is_told, skr_err *err);
    int (*n_called)(skr_segment_view *view, const skr_rows_of_tile *rows, const skr_sample_set *who,
                    uint64_t *ret_an, skr_err *err);
    int (*phase)(skr_segment_view *view, size_t tile, uint32_t row, const skr_carriers *carriers,
                 skr_haplotypes *phased, skr_err *err);
    int (*calls)(skr_segment_view *view, size_t tile, uint32_t row, skr_call_set *calls,
                 skr_err *err);
    int (*called)(skr_segment_view *view, uint32_t contig, const uint32_t place0[2],
                  uint8_t *called, skr_err *err);
    int (*hear)(skr_segment_view *view, const skr_rows_of_tile *at, const skr_sample_set *who,
                bool wants_passed, bool *ret_is, skr_err *err);
    int (*says)(skr_segment_view *view, uint32_t contig, const uint32_t place0[2], bool *ret_says,
                skr_err *err);
};

struct skr_segment_view {
    const skr_segment *segment;
    skr_block_reader *reader;
    struct skr_catalogue_view *members; /* of a catalogue; NULL: none */

    size_t rows_tile;
    skr_row_columns columns;      /* where nothing is kept in a cache */
    skr_cached *held_rows;        /* a skr_cached_rows, or NULL: the columns above */
    skr_block_cache *cache;       /* that it is held in */
    const skr_row_columns *shown; /* those of rows_tile */
    skr_tile_rows rows;

    size_t carriers_tile;
    skr_carrier_columns carriers;
    size_t chunk; /* of that tile, in chunk_raw; SKR_NO_TILE: none */
    skr_block_bytes chunk_raw;
    skr_order_view order;

    size_t phase_tile; /* whose phase is at hand; SKR_NO_TILE: none */
    skr_carrier_columns phase;
    size_t phase_chunk; /* of that tile, in phase_raw; SKR_NO_TILE: none */
    skr_block_bytes phase_raw;
    skr_order_view phase_order; /* of first haplotypes */
    skr_carriers firsts;        /* scratch */

    skr_call_slot slots[SKR_CALL_SLOTS];
    uint64_t n_uses;
    skr_call_set calls; /* the last that was asked for */

    /* wide spans of one contig, group by group */
    bool has_wide;
    uint32_t wide_contig;
    size_t first_group; /* in the directory */
    size_t n_groups;
    skr_call_columns *groups;

    skr_cover_slot cover_slots[SKR_COVER_SLOTS];
    skr_buffer cover_raw;

    size_t steps_number; /* of the block of steps at hand; SKR_NO_TILE: none */
    skr_block_bytes steps_raw;

    /* scratch of skr_segment_view_called and skr_segment_view_track */
    skr_call_set span_calls;
    uint8_t *sample_calls; /* n_samples */
    uint32_t *reach;       /* n_samples: up to where a sample is covered */
};

/* Adds which tile or contig it was about to the message of a failure. */
int skr_segment_view_fail_in(const skr_segment_view *view, int code, uint32_t contig,
                             uint32_t start0, skr_err *err);

/* The same for a tile. */
int skr_segment_view_fail_in_tile(const skr_segment_view *view, int code, size_t tile,
                                  skr_err *err);

/* Loads where the carriers of a tile with rows are. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_load_carriers(skr_segment_view *view, size_t tile, skr_err *err);

/* Loads where the phase of a tile's rows is; the tile has some. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_load_phase(skr_segment_view *view, size_t tile, skr_err *err);

/* The stored phase of a row of the tile that is loaded; it belongs to the view until another row
 * is asked for. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_phase_bytes(skr_segment_view *view, uint32_t row,
                                              const uint8_t **ret_bytes, size_t *ret_n,
                                              skr_err *err);

/*
 * Sets the bits of all carriers of the rows in a bitmap of samples; of those in orders not before
 * skr_segment_view_mark_end, or before another bitmap is marked: for segment_marks.c alone. Errors:
 * CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_mark(skr_segment_view *view, size_t tile, const uint32_t *rows,
                                       uint32_t n, uint64_t *bitmap, skr_err *err);

/* Sets what skr_segment_view_mark has not set yet, and forgets the bitmap. */
void skr_segment_view_mark_end(skr_segment_view *view);

/* Is this row, of the tile whose carriers are loaded and in the chunk at hand, in an order? */
bool skr_segment_view_is_ordered(const skr_segment_view *view, uint32_t row, uint64_t *ret_number);

/*
 * The calls of a tile, with its spans if wanted; they belong to the view until a few other tiles
 * were asked for. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_call_slot(skr_segment_view *view, size_t tile, bool with_spans,
                                            skr_call_slot **ret_slot, skr_err *err);

/*
 * A chunk of coverage, decoded; it belongs to the view until another one is asked for twice.
 * Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_chunk(skr_segment_view *view, size_t chunk,
                                        const skr_coverage **ret_coverage, skr_err *err);

/* What of a chunk that was read is asked for: the bases that it has of [start0, end0). */
typedef struct skr_cover_part {
    const skr_cover_chunk *chunk;
    const skr_coverage *coverage;
    uint32_t start0;
    uint32_t end0;
} skr_cover_part;

/*
 * Visits what it says there of a sample, of its template and its own runs, in order; the first run
 * begins at start0 or after it, the last one may end behind end0. Errors: what visit returns.
 */
SKR_MUST_USE int skr_segment_chunk_visit(const skr_cover_part *part, uint32_t sample,
                                         skr_cover_fn visit, void *context, skr_err *err);

/*
 * The first base of [start0, end0) of which the coverage layer says nothing of a sample, or end0.
 * Errors: as above.
 */
SKR_MUST_USE int skr_segment_view_uncovered(skr_segment_view *view, uint32_t contig,
                                            uint32_t sample, uint32_t *start0, uint32_t end0,
                                            skr_err *err);

/*
 * Adds to called, of every sample, what the coverage layer says of [start0, end0), and moves
 * view->reach from start0 to the first base of which it says nothing, or end0. *ret_is_there: it
 * says anything of the contig. Errors: as above.
 */
SKR_MUST_USE int skr_segment_view_called_by_coverage(skr_segment_view *view, uint32_t contig,
                                                     const uint32_t place0[2], uint8_t *called,
                                                     bool *ret_is_there, skr_err *err);

/*
 * As skr_segment_view_track, and always by looking at what is said of samples. Errors: as that.
 */
SKR_MUST_USE int skr_segment_view_sweep(skr_segment_view *view, skr_track_asked *asked,
                                        uint32_t start0, uint32_t end0,
                                        const skr_track_visitor *visitor, skr_err *err);

/* Makes room for the scratch of questions about spans. Errors: NOMEM. */
SKR_MUST_USE int skr_segment_view_reserve_scratch(skr_segment_view *view, skr_err *err);

/* Loads all wide spans of a contig into groups. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_load_wide(skr_segment_view *view, uint32_t contig, skr_err *err);

#endif
