/*
 * segment_walk.h - a segment from its first row and span to its last, for whoever reads all of it:
 * rows in their order, and spans, those of tiles and the wide ones together, in the order of their
 * starts.
 *
 * Threads: as a view.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_WALK_H
#define SKR_STORAGE_SEGMENT_SEGMENT_WALK_H

#include "storage/segment/segment_coverage.h"

/* Is there anything of a contig: rows, spans or coverage? Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_has_contig(const skr_segment *segment, uint32_t contig, bool *ret_has,
                                        skr_err *err);

/* ------------------------------------------------------------------ rows */

/* The row at hand. Zero-initialise, and begin with skr_row_walk_start. */
typedef struct skr_row_walk {
    skr_segment_view *view;
    const skr_tile_rows *rows;
    size_t tile;     /* among skr_segment_tiles */
    size_t tile_end; /* behind the last of the contig */
    uint32_t row;    /* of the tile */
    skr_allele allele;
    bool is_end; /* there is no row at hand */
} skr_row_walk;

/* Turns to the first row of a contig. view is the walk's own as long as it walks. Errors: CORRUPT,
 * IO, NOMEM. */
SKR_MUST_USE int skr_row_walk_start(skr_row_walk *walk, skr_segment_view *view, uint32_t contig,
                                    skr_err *err);

/* Turns to the next row. The texts of the allele belong to the view until then. Errors: as above.
 */
SKR_MUST_USE int skr_row_walk_next(skr_row_walk *walk, skr_err *err);

/* ------------------------------------------------------------------ spans */

/* The span at hand. Zero-initialise, and begin with skr_span_walk_start. */
typedef struct skr_span_walk {
    skr_segment_view *view;
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    skr_ploidy ploidy;
    bool is_end;
    bool is_wide; /* it is one of a group of wide spans */
    size_t tile;  /* the next span that is not wide */
    size_t tile_end;
    uint32_t i_span;
    size_t i_group; /* the next wide one */
    uint32_t i_wide;
} skr_span_walk;

/* Turns to the first span of a contig. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_span_walk_start(skr_span_walk *walk, skr_segment_view *view, uint32_t contig,
                                     skr_err *err);

/* Turns to the next span. Errors: as above. */
SKR_MUST_USE int skr_span_walk_next(skr_span_walk *walk, skr_err *err);

/* The order of what two walks are at: start0, end0, ploidy. <0, 0, >0 as strcmp. */
int skr_span_walk_compare(const skr_span_walk *a, const skr_span_walk *b);

/* The calls of the span at hand, into calls, which is done first. Errors: as above. */
SKR_MUST_USE int skr_span_walk_calls(skr_span_walk *walk, skr_call_set *calls, skr_err *err);

/* ------------------------------------------------------------------ coverage */

/* Bases [start0, end0) of a contig, and whose runs are wanted. */
typedef struct skr_cover_walk {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    const uint32_t *places; /* of each sample: SKR_NONE leaves it out */
} skr_cover_walk;

/* Who is told of a run of a sample. A negative status ends the visit. */
typedef struct skr_walk_visitor {
    int (*on_run)(void *context, uint32_t sample, const skr_cover_run *run, skr_err *err);
    void *context;
} skr_walk_visitor;

/*
 * Visits what the coverage layer says of some bases, chunk by chunk, in each sample by sample, and
 * of each in the order of the genome; runs are cut off at the ends, and neighbours may have the
 * same call. Errors: what the visitor returns; CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_cover_all(skr_segment_view *view, const skr_cover_walk *asked,
                                            const skr_walk_visitor *visitor, skr_err *err);

/* The first base from start0 on that lies in a chunk of coverage of the contig; UINT32_MAX: none.
 * *ret_end0: where that chunk ends. */
uint32_t skr_segment_next_cover(const skr_segment *segment, uint32_t contig, uint32_t start0,
                                uint32_t *ret_end0);

#endif
