/*
 * coverage_encode.c - from the runs of all samples to a chunk: the template, and what differs.
 *
 * The template is at each base the commonest call. A sample then stores, for each run of its own of
 * which the template says something else somewhere, the bases from the first such to the last.
 */
#include <stdlib.h>

#include "storage/base/array.h"
#include "storage/coverage/coverage.h"

/* A call begins (+1) or ends (-1) at a base. */
typedef struct change {
    uint32_t at0;
    uint8_t call;
    int8_t by;
} change;

typedef struct encoding {
    const skr_cover_place *place;
    skr_cover_run *template; /* without a gap */
    uint32_t n_template;
    uint32_t n_template_max;
    uint8_t background;
    change *changes;
    uint32_t *n_runs; /* of each sample */
    skr_buffer gaps;
    skr_buffer bases;
    skr_buffer calls;
} encoding;

/* ------------------------------------------------------------------ the template */

static int add_template(encoding *e, uint32_t start0, uint32_t end0, uint8_t call, skr_err *err)
{
    if (start0 == end0)
        return SKR_OK;
    if (e->n_template > 0 && e->template[e->n_template - 1].call == call) {
        e->template[e->n_template - 1].end0 = end0;
        return SKR_OK;
    }
    SKR_TRY(
        SKR_ARRAY_RESERVE(&e->template, &e->n_template_max, e->n_template + 1, "coverage", err));
    e->template[e->n_template++] = (skr_cover_run){start0, end0, call};
    return SKR_OK;
}

/* The template of one sample is the sample. */
static int template_of_one(encoding *e, const skr_cover_run *runs, uint32_t n, skr_err *err)
{
    uint32_t last_end0 = e->place->start0;
    for (uint32_t i = 0; i < n; i++) {
        SKR_TRY(add_template(e, last_end0, runs[i].start0, SKR_CALL_NO_STATEMENT, err));
        SKR_TRY(add_template(e, runs[i].start0, runs[i].end0, runs[i].call, err));
        last_end0 = runs[i].end0;
    }
    return add_template(e, last_end0, e->place->end0, SKR_CALL_NO_STATEMENT, err);
}

static int compare_changes(const void *a, const void *b)
{
    uint32_t left = ((const change *)a)->at0;
    uint32_t right = ((const change *)b)->at0;
    return left < right ? -1 : left > right;
}

/* How many samples have each call, and the calls that occur at all. */
typedef struct census {
    uint32_t n_of[256];
    uint8_t seen[256];
    unsigned n_seen;
    bool is_seen[256];
} census;

static void note(census *all, uint8_t call)
{
    if (!all->is_seen[call])
        all->seen[all->n_seen++] = call;
    all->is_seen[call] = true;
}

/* The commonest call; of two that are as common the one before stays. */
static uint8_t commonest(const census *all, uint8_t before)
{
    uint8_t best = before;
    for (unsigned i = 0; i < all->n_seen; i++)
        if (all->n_of[all->seen[i]] > all->n_of[best])
            best = all->seen[i];
    return best;
}

static int template_of_many(encoding *e, const skr_cover_run *runs, uint32_t n, skr_err *err)
{
    census all = {.n_of = {[SKR_CALL_NO_STATEMENT] = e->place->n_samples}};
    uint8_t call = SKR_CALL_NO_STATEMENT;
    uint32_t last0 = e->place->start0;
    e->changes = malloc((2 * (size_t)n + 1) * sizeof *e->changes);
    if (e->changes == NULL)
        return skr_fail_nomem(err, "coverage");
    for (uint32_t i = 0; i < n; i++) {
        e->changes[2 * i] = (change){runs[i].start0, runs[i].call, 1};
        e->changes[2 * i + 1] = (change){runs[i].end0, runs[i].call, -1};
        note(&all, runs[i].call);
    }
    note(&all, call);
    qsort(e->changes, 2 * (size_t)n, sizeof *e->changes, compare_changes);
    for (size_t i = 0; i < 2 * (size_t)n;) {
        uint32_t at0 = e->changes[i].at0;
        SKR_TRY(add_template(e, last0, at0, call, err));
        last0 = at0;
        for (; i < 2 * (size_t)n && e->changes[i].at0 == at0; i++) {
            all.n_of[e->changes[i].call] += (uint32_t)e->changes[i].by;
            all.n_of[SKR_CALL_NO_STATEMENT] -= (uint32_t)e->changes[i].by;
        }
        call = commonest(&all, call);
    }
    return add_template(e, last0, e->place->end0, call, err);
}

/* The call that most bases of the template have. */
static uint8_t find_background(const encoding *e)
{
    uint64_t n_of[256] = {0};
    uint8_t best = e->template[0].call;
    for (uint32_t i = 0; i < e->n_template; i++) {
        uint8_t call = e->template[i].call;
        n_of[call] += e->template[i].end0 - e->template[i].start0;
        if (n_of[call] > n_of[best])
            best = call;
    }
    return best;
}

/* ------------------------------------------------------------------ what differs */

static int put_run(encoding *e, const skr_cover_run *run, uint32_t *last_end0, skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(&e->gaps, run->start0 - *last_end0, err));
    SKR_TRY(skr_buffer_put_varint(&e->bases, run->end0 - run->start0 - 1, err));
    *last_end0 = run->end0;
    return skr_buffer_put_u8(&e->calls, run->call, err);
}

/* A sample that is being compared with the template. */
typedef struct sample_state {
    uint32_t number;
    uint32_t at; /* the first run of the template that ends after what was compared */
    uint32_t last_end0;
} sample_state;

/* Stores the bases of a run of a sample at which the template says something else. */
static int put_difference(encoding *e, sample_state *sample, const skr_cover_run *run, skr_err *err)
{
    skr_cover_run differs = {.start0 = run->end0, .end0 = run->start0, .call = run->call};
    if (run->start0 == run->end0)
        return SKR_OK;
    while (e->template[sample->at].end0 <= run->start0)
        sample->at++;
    for (;; sample->at++) {
        const skr_cover_run *one = &e->template[sample->at];
        uint32_t start0 = one->start0 > run->start0 ? one->start0 : run->start0;
        uint32_t end0 = one->end0 < run->end0 ? one->end0 : run->end0;
        if (one->call != run->call) {
            differs.start0 = start0 < differs.start0 ? start0 : differs.start0;
            differs.end0 = end0;
        }
        if (one->end0 >= run->end0)
            break;
    }
    if (differs.start0 >= differs.end0)
        return SKR_OK;
    e->n_runs[sample->number]++;
    return put_run(e, &differs, &sample->last_end0, err);
}

static int put_sample(encoding *e, uint32_t number, const skr_cover_run *runs, uint32_t n,
                      skr_err *err)
{
    sample_state sample = {number, 0, e->place->start0};
    skr_cover_run silent = {.end0 = e->place->start0, .call = SKR_CALL_NO_STATEMENT};
    for (uint32_t i = 0; i < n; i++) {
        silent.start0 = silent.end0;
        silent.end0 = runs[i].start0;
        SKR_TRY(put_difference(e, &sample, &silent, err));
        SKR_TRY(put_difference(e, &sample, &runs[i], err));
        silent.end0 = runs[i].end0;
    }
    silent.start0 = silent.end0;
    silent.end0 = e->place->end0;
    return put_difference(e, &sample, &silent, err);
}

/* Stores the template against its background; *ret_n: how many runs. */
static int put_template(encoding *e, uint32_t *ret_n, skr_err *err)
{
    uint32_t last_end0 = e->place->start0;
    *ret_n = 0;
    for (uint32_t i = 0; i < e->n_template; i++) {
        if (e->template[i].call == e->background)
            continue;
        SKR_TRY(put_run(e, &e->template[i], &last_end0, err));
        (*ret_n)++;
    }
    return SKR_OK;
}

/* Puts the parts one after the other. */
static int put_parts(const encoding *e, uint32_t n_template, skr_buffer *bytes, skr_err *err)
{
    SKR_TRY(skr_buffer_put_u8(bytes, e->background, err));
    SKR_TRY(skr_buffer_put_varint(bytes, n_template, err));
    for (uint32_t i = 0; i < e->place->n_samples; i++)
        SKR_TRY(skr_buffer_put_varint(bytes, e->n_runs[i], err));
    SKR_TRY(skr_buffer_put_varint(bytes, e->gaps.n, err));
    SKR_TRY(skr_buffer_put_varint(bytes, e->bases.n, err));
    SKR_TRY(skr_buffer_put(bytes, e->gaps.bytes, e->gaps.n, err));
    SKR_TRY(skr_buffer_put(bytes, e->bases.bytes, e->bases.n, err));
    return skr_buffer_put(bytes, e->calls.bytes, e->calls.n, err);
}

int skr_coverage_encode(const skr_cover_place *place, const skr_cover_run *runs,
                        const uint32_t *first, skr_buffer *bytes, skr_err *err)
{
    encoding e = {.place = place};
    uint32_t n = place->n_samples;
    uint32_t n_template = 0;
    e.n_runs = calloc(n + 1u, sizeof *e.n_runs);
    int status = e.n_runs == NULL ? skr_fail_nomem(err, "coverage") : SKR_OK;
    if (status == SKR_OK)
        status = n == 1 ? template_of_one(&e, runs, first[1], err)
                        : template_of_many(&e, runs, first[n], err);
    if (status != SKR_OK)
        goto out;
    e.background = find_background(&e);
    status = put_template(&e, &n_template, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        status = put_sample(&e, i, runs + first[i], first[i + 1] - first[i], err);
    if (status == SKR_OK)
        status = put_parts(&e, n_template, bytes, err);
out:
    free(e.template);
    free(e.changes);
    free(e.n_runs);
    skr_buffer_done(&e.gaps);
    skr_buffer_done(&e.bases);
    skr_buffer_done(&e.calls);
    return status;
}
