/*
 * segment_track.h - how many are called, base after base: rule 5 of docs/counting.md for every base
 * of a stretch at once.
 *
 * What is said of a base is what skr_segment_view_called says of it alone. The starts and ends of
 * spans are swept in their order, so a stretch costs what is said in it, not its bases.
 *
 * Threads: as a view.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_TRACK_H
#define SKR_STORAGE_SEGMENT_SEGMENT_TRACK_H

#include "storage/coverage/steps.h"
#include "storage/segment/segment.h"

/* Who is asked about on a contig, and what is known of them from one stretch to the next. */
typedef struct skr_track_asked {
    uint32_t contig;
    const uint8_t *classes; /* of each sample: below SKR_TRACK_CLASSES, or SKR_TRACK_NONE */
    bool has_whole[SKR_N_PLOIDIES];
    skr_track_sum whole[SKR_N_PLOIDIES]; /* if all were called as expected; begins as zeroes */
    bool leaves_spans_out; /* only runs of coverage count, not what records say of their bases */
    bool is_everybody;  /* classes are skr_sample_table_classes: what is stored of all may tell */
    bool wants_changes; /* steps also where who is called changes and no sum */
    uint64_t n_looks;   /* is added to: at samples, one by one */
} skr_track_asked;

/* Who is told. A negative status ends the sweep. */
typedef struct skr_track_visitor {
    /* From start0 on, until the next call, the sums are these; first called at the first base. */
    int (*on_step)(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *err);
    /* May be NULL. From start0 on a sample has a called copy, or none; at first none has. */
    int (*on_sample)(void *context, uint32_t start0, uint32_t sample, bool is_called, skr_err *err);
    void *context;
} skr_track_visitor;

/* Sweeps [start0, end0) of the contig. Errors: CORRUPT, IO, NOMEM, what the visitor gives. */
SKR_MUST_USE int skr_segment_view_track(skr_segment_view *view, skr_track_asked *asked,
                                        uint32_t start0, uint32_t end0,
                                        const skr_track_visitor *visitor, skr_err *err);

/* Bases [start0, end0) of a contig. */
typedef struct skr_covered_place {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
} skr_covered_place;

/*
 * The sum over who of what skr_segment_view_called says, copies called, where it follows from less
 * than a look at every sample; *ret_is_known false: it does not, and *ret_n is left alone. Errors:
 * CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_n_covered(skr_segment_view *view, const skr_covered_place *place,
                                            const skr_sample_set *who, uint64_t *ret_n,
                                            bool *ret_is_known, skr_err *err);

/* After which base of a contig nothing is said of anybody; 0: nothing is. Errors: CORRUPT, IO,
 * NOMEM. */
SKR_MUST_USE int skr_segment_said_end0(const skr_segment *segment, uint32_t contig,
                                       uint32_t *ret_end0, skr_err *err);

#endif
