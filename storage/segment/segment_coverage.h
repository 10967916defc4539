/*
 * segment_coverage.h - the coverage layer of a segment: written chunk by chunk, and read as what it
 * says of one sample. What it says of all of them over some bases is skr_segment_view_called.
 *
 * Threads: as in segment.h.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_COVERAGE_H
#define SKR_STORAGE_SEGMENT_SEGMENT_COVERAGE_H

#include "storage/coverage/coverage.h"
#include "storage/segment/segment.h"

/*
 * Adds a chunk of the coverage layer, [place->start0, place->end0) of a contig in one ploidy, with
 * the runs of all samples as skr_coverage_encode takes them. Chunks come in ascending order of
 * contig and start0 and do not overlap (checked); they may come at any time between rows and spans.
 * Errors: IO, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_segment_writer_add_coverage(skr_segment_writer *writer, uint32_t contig,
                                                 skr_ploidy ploidy, const skr_cover_place *place,
                                                 const skr_cover_run *runs, const uint32_t *first,
                                                 skr_err *err);

/*
 * The same in as many chunks as the runs need: a chunk holds some 16,384 runs, and one more for
 * each sample. Errors: as above.
 */
SKR_MUST_USE int skr_segment_writer_add_stretch(skr_segment_writer *writer, uint32_t contig,
                                                skr_ploidy ploidy, const skr_cover_place *place,
                                                const skr_cover_run *runs, const uint32_t *first,
                                                skr_err *err);

/* The first stretch of a contig should have so many bases. */
#define SKR_STRETCH_BASES_FIRST (1u << 18)

/* How many the next one should have, if it goes on as in a stretch of n_bases with n_runs of
 * n_samples, so that it becomes one chunk. */
uint32_t skr_segment_stretch_next(uint32_t n_samples, uint64_t n_runs, uint32_t n_bases);

/* Does the coverage layer say anything of a contig? */
bool skr_segment_covers(const skr_segment *segment, uint32_t contig);

/* What the coverage layer says of one sample, in the order of the genome. */
typedef int (*skr_cover_fn)(void *context, uint32_t contig, skr_ploidy ploidy,
                            const skr_cover_run *run, skr_err *err);

/*
 * Visits all runs of one sample of the coverage layer, runs of which nothing is said left out;
 * neighbours may have the same call. Errors: what visit returns; CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_cover(skr_segment_view *view, uint32_t sample, skr_cover_fn visit,
                                        void *context, skr_err *err);

/* Does a segment say who was called where it has no row: has it spans or coverage? */
bool skr_segment_has_spans(const skr_segment *segment);

#endif
