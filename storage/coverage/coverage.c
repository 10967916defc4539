/*
 * coverage.c - reading a chunk, and asking it.
 */
#include <stdlib.h>

#include "storage/base/array.h"
#include "storage/coverage/coverage_int.h"

/* Bytes that a run takes at least. */
#define RUN_BYTES_MIN 3u

void skr_coverage_done(skr_coverage *coverage)
{
    free(coverage->runs);
    free(coverage->first);
    free(coverage->places);
    free(coverage->members);
    *coverage = (skr_coverage){0};
}

/* ------------------------------------------------------------------ sample by sample */

/* Columns of the runs: where each is read. */
typedef struct columns {
    skr_cursor gaps;
    skr_cursor bases;
    skr_cursor calls;
} columns;

/* Reads the next run, at last_end0 or after it. */
static bool take_run(columns *from, const skr_cover_place *place, uint32_t last_end0,
                     skr_cover_run *run)
{
    uint32_t n_left = place->end0 - last_end0;
    uint64_t gap = skr_cursor_varint(&from->gaps);
    uint64_t n_more = skr_cursor_varint(&from->bases);
    run->call = skr_cursor_u8(&from->calls);
    if (from->gaps.is_bad || from->bases.is_bad || from->calls.is_bad || gap >= n_left ||
        n_more >= n_left - gap || !skr_coverage_is_call(run->call))
        return false;
    run->start0 = last_end0 + (uint32_t)gap;
    run->end0 = run->start0 + (uint32_t)n_more + 1;
    return true;
}

/* Adds a run of the template; neighbours of one call are one. */
static void put_template(skr_coverage *coverage, uint32_t start0, uint32_t end0, uint8_t call)
{
    if (start0 < end0)
        coverage->runs[coverage->n_template++] = (skr_cover_run){start0, end0, call};
}

/* The template: n runs that differ from the background, and the background between them. */
static bool take_template(skr_coverage *coverage, columns *from, uint8_t background, uint32_t n)
{
    uint32_t last_end0 = coverage->place.start0;
    coverage->n_template = 0;
    for (uint32_t i = 0; i < n; i++) {
        skr_cover_run run;
        if (!take_run(from, &coverage->place, last_end0, &run))
            return false;
        put_template(coverage, last_end0, run.start0, background);
        put_template(coverage, run.start0, run.end0, run.call);
        last_end0 = run.end0;
    }
    put_template(coverage, last_end0, coverage->place.end0, background);
    return true;
}

/* The runs of all samples; first holds how many each has, after the template's. */
static bool take_samples(skr_coverage *coverage, columns *from)
{
    uint32_t at = coverage->n_template;
    for (uint32_t i = 0; i < coverage->place.n_samples; i++) {
        uint32_t n = coverage->first[i];
        uint32_t last_end0 = coverage->place.start0;
        coverage->first[i] = at;
        for (; n > 0; n--, at++) {
            if (!take_run(from, &coverage->place, last_end0, &coverage->runs[at]))
                return false;
            last_end0 = coverage->runs[at].end0;
        }
    }
    coverage->first[coverage->place.n_samples] = at;
    coverage->n_runs = at;
    return true;
}

/* Reads how many runs there are, of the template and of each sample. */
static int take_counts(skr_coverage *coverage, skr_cursor *cursor, uint32_t *ret_n_template,
                       uint64_t *ret_n_runs, skr_err *err)
{
    uint64_t n_max = (uint64_t)(cursor->end - cursor->at) / RUN_BYTES_MIN;
    uint32_t n_samples = coverage->place.n_samples;
    if (n_samples > (size_t)(cursor->end - cursor->at)) /* a byte each at least */
        cursor->is_bad = true;
    *ret_n_template = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    *ret_n_runs = *ret_n_template;
    if (cursor->is_bad)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->first, &coverage->n_first_max, n_samples + 1u, "coverage",
                              err));
    for (uint32_t i = 0; i < n_samples; i++) {
        coverage->first[i] = (uint32_t)skr_cursor_varint_max(cursor, n_max);
        *ret_n_runs += coverage->first[i];
    }
    if (*ret_n_runs > n_max)
        cursor->is_bad = true;
    return SKR_OK;
}

/* Reads a chunk of version 3 of the format, whose first byte, the background, was read already. */
static int decode_samples(skr_coverage *coverage, skr_cursor *cursor, uint8_t background,
                          skr_err *err)
{
    columns from;
    uint32_t n_template = 0;
    uint64_t n_runs = 0;
    SKR_TRY(take_counts(coverage, cursor, &n_template, &n_runs, err));
    uint64_t n_max = (uint64_t)(cursor->end - cursor->at);
    uint64_t n_gaps = skr_cursor_varint_max(cursor, n_max);
    uint64_t n_bases = skr_cursor_varint_max(cursor, n_max);
    from.gaps = skr_cursor_of(skr_cursor_bytes(cursor, n_gaps), n_gaps);
    from.bases = skr_cursor_of(skr_cursor_bytes(cursor, n_bases), n_bases);
    from.calls = skr_cursor_of(skr_cursor_bytes(cursor, n_runs), n_runs);
    if (!skr_cursor_is_done(cursor) || !skr_coverage_is_call(background))
        return skr_fail(err, SKR_ERR_CORRUPT, "coverage: malformed");
    /* Between the runs of the template there is background: twice as many, and one. */
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->runs, &coverage->n_runs_max,
                              (uint32_t)(n_runs + n_template + 1), "coverage", err));
    if (!take_template(coverage, &from, background, n_template) || !take_samples(coverage, &from) ||
        !skr_cursor_is_done(&from.gaps) || !skr_cursor_is_done(&from.bases))
        return skr_fail(err, SKR_ERR_CORRUPT, "coverage: runs out of place");
    return SKR_OK;
}

int skr_coverage_decode(skr_coverage *coverage, const skr_cover_place *place, const void *bytes,
                        size_t n, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(bytes, n);
    uint8_t first = skr_cursor_u8(&cursor);
    coverage->place = *place;
    return first == SKR_COVERAGE_BY_PLACE ? skr_coverage_decode_places(coverage, &cursor, err)
                                          : decode_samples(coverage, &cursor, first, err);
}

/* ------------------------------------------------------------------ asking */

/* Runs, and the first that ends after a base is looked for. */
typedef struct run_search {
    const skr_cover_run *runs;
    uint32_t start0;
} run_search;

static bool is_before(const void *context, size_t at)
{
    const run_search *search = context;
    return search->runs[at].end0 <= search->start0;
}

const skr_cover_run *skr_coverage_find_run(const skr_cover_run *runs, size_t n, uint32_t start0)
{
    const run_search search = {runs, start0};
    return runs + skr_array_search(n, is_before, &search);
}

/* Adds what is said of the bases from start0 on. */
static void add(skr_covered *covered, uint8_t call, uint8_t expected, uint32_t start0)
{
    if (call == SKR_CALL_NO_STATEMENT) {
        if (start0 < covered->uncovered0)
            covered->uncovered0 = start0;
        return;
    }
    covered->call = skr_call_least(covered->call, call == SKR_CALL_DEFAULT ? expected : call);
}

/* The same by the template, over bases that the sample has no run of. */
static void add_template(const skr_coverage *coverage, skr_covered *covered, uint8_t expected,
                         uint32_t start0, uint32_t end0)
{
    const skr_cover_run *run = skr_coverage_find_run(coverage->runs, coverage->n_template, start0);
    for (; start0 < end0; run++) {
        add(covered, run->call, expected, start0);
        start0 = run->end0;
    }
}

skr_covered skr_coverage_ask(const skr_coverage *coverage, uint32_t sample, uint32_t start0,
                             uint32_t end0, uint8_t expected)
{
    skr_covered covered = {SKR_CALL_NO_STATEMENT, end0};
    uint32_t first = coverage->first[sample];
    const skr_cover_run *last = coverage->runs + coverage->first[sample + 1];
    const skr_cover_run *run =
        skr_coverage_find_run(coverage->runs + first, coverage->first[sample + 1] - first, start0);
    for (; run < last && run->start0 < end0; run++) {
        if (start0 < run->start0)
            add_template(coverage, &covered, expected, start0, run->start0);
        start0 = start0 > run->start0 ? start0 : run->start0;
        add(&covered, run->call, expected, start0);
        start0 = run->end0;
    }
    if (start0 < end0)
        add_template(coverage, &covered, expected, start0, end0);
    return covered;
}
