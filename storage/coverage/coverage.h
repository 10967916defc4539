/*
 * coverage.h - who was called where, base by base: the chunks of the coverage layer.
 *
 * A chunk is a stretch of one contig in one ploidy, and tells for each sample of a segment what is
 * known of each base: copies called, looked at and undecided, or nothing said (the calls of
 * storage/carriers/call_set.h). Reference blocks, callable BEDs and depth write it; so do the
 * records of files that have them. It is what rule 5 of docs/counting.md asks for, already the
 * least of all that was said of a base.
 *
 * Stored as what most samples are, which is the template, and place by place who differs from that.
 * docs/format.md, "Coverage", says every byte.
 *
 * Threads: a const chunk may be read by any number.
 */
#ifndef SKR_STORAGE_COVERAGE_COVERAGE_H
#define SKR_STORAGE_COVERAGE_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/carriers/call_set.h"

/* A run of bases [start0, end0) with one call. */
typedef struct skr_cover_run {
    uint32_t start0;
    uint32_t end0;
    uint8_t call; /* as in call_set.h */
} skr_cover_run;

/* Where a chunk lies, and of how many samples it tells. */
typedef struct skr_cover_place {
    uint32_t start0;
    uint32_t end0; /* above start0 */
    uint32_t n_samples;
} skr_cover_place;

/*
 * Appends the stored bytes of a chunk; *ret_parts: its columns, which pack best apart. first has
 * n_samples + 1 numbers: the runs of sample i are runs[first[i]] to runs[first[i + 1]], ascending,
 * not overlapping, within the chunk; where there is no run nothing is said. Errors: NOMEM.
 */
SKR_MUST_USE int skr_coverage_encode(const skr_cover_place *place, const skr_cover_run *runs,
                                     const uint32_t *first, skr_buffer *bytes,
                                     skr_buffer_parts *ret_parts, skr_err *err);

/* A run that some samples have. */
typedef struct skr_coverage_site {
    skr_cover_run run;
    uint32_t members_end; /* its samples are the members from the end of the site before to here */
} skr_coverage_site;

/* A chunk that was read. Zero-initialise; keeps its memory from chunk to chunk. */
typedef struct skr_coverage {
    skr_cover_place place;
    skr_cover_run *runs; /* the template, which has no gap; then those of each sample */
    uint32_t n_runs;
    uint32_t n_runs_max;
    uint32_t n_template;
    uint32_t *first; /* n_samples + 1: in runs */
    uint32_t n_first_max;
    skr_coverage_site *places; /* as they are read; nobody else's */
    uint32_t n_places_max;
    uint32_t *members;
    uint32_t n_members_max;
} skr_coverage;

/* Reads stored bytes, which are not believed. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_coverage_decode(skr_coverage *coverage, const skr_cover_place *place,
                                     const void *bytes, size_t n, skr_err *err);

/* Frees the runs and zeroes the chunk. */
void skr_coverage_done(skr_coverage *coverage);

/* The first of n ascending runs that ends after a base; runs + n when there is none. */
const skr_cover_run *skr_coverage_find_run(const skr_cover_run *runs, size_t n, uint32_t start0);

/* What a sample was called over some bases. */
typedef struct skr_covered {
    uint8_t call; /* the least over the bases of which something is said: NO_CALL if any is that,
                     NO_STATEMENT if none is there; never SKR_CALL_DEFAULT */
    uint32_t uncovered0; /* the first base of which nothing is said; the end if there is none */
} skr_covered;

/* Asks about [start0, end0) of one sample, which lies in the chunk; expected: what DEFAULT is. */
skr_covered skr_coverage_ask(const skr_coverage *coverage, uint32_t sample, uint32_t start0,
                             uint32_t end0, uint8_t expected);

/* The lesser of two calls without SKR_CALL_DEFAULT: undecided wins, then fewer copies. */
static inline uint8_t skr_call_least(uint8_t a, uint8_t b)
{
    if (a == SKR_CALL_NO_CALL || b == SKR_CALL_NO_CALL)
        return SKR_CALL_NO_CALL;
    return a < b ? a : b; /* NO_STATEMENT is the largest number */
}

#endif
