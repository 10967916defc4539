/*
 * steps.h - how many are called along a contig, by sex class, as a step function: what a sweep over
 * all samples of a segment says, kept, so that nobody has to sweep again.
 *
 * A block of steps tells for a stretch of a contig from which base on which sums hold. Steps lie in
 * groups that can be read alone, so that one base costs one group. docs/format.md, "Steps", says
 * every byte.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_COVERAGE_STEPS_H
#define SKR_STORAGE_COVERAGE_STEPS_H

#include "storage/carriers/copies.h"
#include "storage/coverage/coverage.h"

/* Samples are counted in so many classes; one of class NONE is not counted. */
#define SKR_TRACK_CLASSES SKR_N_SEX_CLASSES
#define SKR_TRACK_NONE 255u

typedef struct skr_track_sum {
    uint64_t n_copies[SKR_TRACK_CLASSES]; /* called */
    uint32_t n_called[SKR_TRACK_CLASSES]; /* samples with a called copy */
} skr_track_sum;

/* From a base on the sums are these. Neighbours may have the same sums: then somebody else is
 * called, or with another number of copies. */
typedef struct skr_called_step {
    uint32_t start0;
    skr_track_sum sum;
} skr_called_step;

/* Steps of a block at most. */
#define SKR_STEPS_MAX 16384u

/* Appends the stored bytes of n steps, 1 to SKR_STEPS_MAX, ascending. Errors: NOMEM. */
SKR_MUST_USE int skr_steps_encode(const skr_called_step *steps, uint32_t n, skr_buffer *bytes,
                                  skr_err *err);

/* Is given a step. A negative status ends the visit. */
typedef int (*skr_step_fn)(void *context, const skr_called_step *step, skr_err *err);

/* A stored block: its place, the first step is at its start0, and its bytes, which are not
 * believed. */
typedef struct skr_step_block {
    skr_cover_place place;
    const uint8_t *bytes;
    size_t n;
} skr_step_block;

/*
 * Visits the step that holds at the first base of [start0, end0), as if it began there, and those
 * that begin behind it and before end0. The bases lie in the block. Errors: CORRUPT; what visit
 * returns.
 */
SKR_MUST_USE int skr_steps_visit(const skr_step_block *block, uint32_t start0, uint32_t end0,
                                 skr_step_fn visit, void *context, skr_err *err);

#endif
