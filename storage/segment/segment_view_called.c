/*
 * segment_view_called.c - who was called over some bases, by coverage and spans: rule 5 of
 * docs/counting.md.
 *
 * Coverage is asked first. Spans come in ascending order of their starts, those of tiles merged
 * with the wide ones, so one number a sample is enough to see a gap: up to where it is covered. A
 * sample is called with the least number of copies over the spans that overlap; one undecided span
 * makes it a no-call.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_view_int.h"

/* The question, and what is known so far. */
typedef struct question {
    skr_segment_view *view;
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    uint8_t *called;
    bool has_coverage; /* of the contig */
    /* the next wide span to be merged in */
    size_t i_group;
    uint32_t i_wide;
    skr_err *err;
} question;

/* Adds what one span says of one sample. */
static int apply_call(const question *asked, const skr_span *span, uint32_t sample, uint8_t call)
{
    uint8_t *called = &asked->called[sample];
    uint32_t *reach = &asked->view->reach[sample];
    if (call == SKR_CALL_DEFAULT)
        call = skr_segment_copies_expected(asked->view->segment, span->ploidy)[sample];
    if (call == SKR_CALL_NO_STATEMENT || *called == SKR_CALL_NO_CALL)
        return SKR_OK;
    *called = skr_call_least(*called, call);
    if (span->start0 > *reach || span->end0 <= *reach)
        return SKR_OK;
    *reach = span->end0;
    if (!asked->has_coverage || *reach >= asked->end0)
        return SKR_OK;
    return skr_segment_view_uncovered(asked->view, asked->contig, sample, reach, asked->end0,
                                      asked->err);
}

/* What one span says of every sample, by view->sample_calls, where no coverage closes gaps: the
 * same as apply_call, and nothing that is written to is shared, so the compiler may take many
 * samples at once. */
static void apply_all(const question *asked, const skr_span *span)
{
    const skr_segment_view *view = asked->view;
    const uint32_t n = view->segment->directory.n_samples;
    const uint32_t start0 = span->start0;
    const uint32_t end0 = span->end0;
    const uint8_t *expected = skr_segment_copies_expected(view->segment, span->ploidy);
    const uint8_t *restrict calls = view->sample_calls;
    uint8_t *restrict called = asked->called;
    uint32_t *restrict reach = view->reach;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t call = calls[i] == SKR_CALL_DEFAULT ? expected[i] : calls[i];
        bool is_said = call != SKR_CALL_NO_STATEMENT && called[i] != SKR_CALL_NO_CALL;
        called[i] = is_said ? skr_call_least(called[i], call) : called[i];
        reach[i] = is_said && start0 <= reach[i] && reach[i] < end0 ? end0 : reach[i];
    }
}

static int apply_span(const question *asked, const skr_call_columns *columns, const skr_span *span)
{
    skr_segment_view *view = asked->view;
    uint32_t n_samples = view->segment->directory.n_samples;
    skr_call_set *set = &view->span_calls;
    int status = skr_segment_need_copies(view->segment, span->ploidy, asked->err);
    if (status == SKR_OK)
        status = skr_segment_call_columns_set(columns, span->call_set, n_samples, set, asked->err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in(view, status, asked->contig, span->start0, asked->err);
    if (set->base != SKR_CALL_NO_STATEMENT) {
        skr_call_set_to_calls(set, n_samples, view->sample_calls);
        if (!asked->has_coverage) {
            apply_all(asked, span);
            return SKR_OK;
        }
        for (uint32_t i = 0; i < n_samples && status == SKR_OK; i++)
            status = apply_call(asked, span, i, view->sample_calls[i]);
        return status;
    }
    for (uint32_t i = 0; i < set->n_flips && status == SKR_OK; i++)
        status = apply_call(asked, span, set->flips[i], set->flip);
    for (uint32_t i = 0; i < set->n_exceptions && status == SKR_OK; i++)
        status = apply_call(asked, span, set->exceptions[i].sample, set->exceptions[i].call);
    return status;
}

static bool overlaps(const question *asked, const skr_span *span)
{
    return span->start0 < asked->end0 && span->end0 > asked->start0;
}

/* Applies the wide spans that start at start0_max or before and were not applied yet. */
static int apply_wide(question *asked, uint32_t start0_max)
{
    skr_segment_view *view = asked->view;
    const skr_wide_spans *groups = view->segment->directory.wide_spans + view->first_group;
    for (; asked->i_group < view->n_groups; asked->i_group++, asked->i_wide = 0) {
        const skr_call_columns *columns = &view->groups[asked->i_group];
        if (groups[asked->i_group].min_start0 > start0_max)
            return SKR_OK;
        if (groups[asked->i_group].max_end0 <= asked->start0)
            continue;
        for (; asked->i_wide < columns->n_spans; asked->i_wide++) {
            const skr_span *span = &columns->spans[asked->i_wide];
            if (span->start0 > start0_max)
                return SKR_OK;
            if (overlaps(asked, span))
                SKR_TRY(apply_span(asked, columns, span));
        }
    }
    return SKR_OK;
}

static int apply_tile(question *asked, size_t tile)
{
    skr_call_slot *slot = NULL;
    SKR_TRY(skr_segment_view_call_slot(asked->view, tile, true, &slot, asked->err));
    const skr_call_columns *columns = &slot->columns;
    for (uint32_t i = skr_segment_call_columns_first(columns, asked->start0);
         i < columns->n_spans && columns->spans[i].start0 < asked->end0; i++) {
        const skr_span *span = &columns->spans[i];
        if (!overlaps(asked, span))
            continue;
        SKR_TRY(apply_wide(asked, span->start0));
        SKR_TRY(apply_span(asked, columns, span));
    }
    return SKR_OK;
}

int skr_segment_view_reserve_scratch(skr_segment_view *view, skr_err *err)
{
    uint32_t n_samples = view->segment->directory.n_samples;
    if (view->sample_calls == NULL)
        view->sample_calls = malloc(n_samples);
    if (view->reach == NULL)
        view->reach = malloc(n_samples * sizeof *view->reach);
    if (view->sample_calls == NULL || view->reach == NULL)
        return skr_fail_nomem(err, "segment");
    return SKR_OK;
}

/* Nothing is said yet. This and finish go over all samples, also for an allele that lies in no
 * span: what they write to is not shared, so the compiler may take many at once. */
static void begin(const skr_segment_view *view, uint32_t start0, uint8_t *called)
{
    const uint32_t n = view->segment->directory.n_samples;
    uint32_t *reach = view->reach;
    memset(called, SKR_CALL_NO_STATEMENT, n);
    for (uint32_t i = 0; i < n; i++)
        reach[i] = start0;
}

/* Who is not covered to the end is not called, unless a span says no-call. */
static void finish(const skr_segment_view *view, uint32_t end0, uint8_t *restrict called)
{
    const uint32_t n = view->segment->directory.n_samples;
    const uint32_t *restrict reach = view->reach;
    for (uint32_t i = 0; i < n; i++) {
        bool stays = called[i] == SKR_CALL_NO_CALL || reach[i] >= end0;
        called[i] = stays ? called[i] : (uint8_t)SKR_CALL_NO_STATEMENT;
    }
}

int skr_segment_view_called(skr_segment_view *view, uint32_t contig, uint32_t start0, uint32_t end0,
                            uint8_t *called, skr_err *err)
{
    SKR_CHECK(start0 < end0);
    const skr_segment_directory *directory = &view->segment->directory;
    question asked = {.view = view,
                      .contig = contig,
                      .start0 = start0,
                      .end0 = end0,
                      .called = called,
                      .err = err};
    if (view->segment->catalogue != NULL)
        return view->segment->methods->called(view, contig, (uint32_t[]){start0, end0}, called,
                                              err);
    SKR_TRY(skr_segment_view_reserve_scratch(view, err));
    SKR_TRY(skr_segment_view_load_wide(view, contig, err));
    begin(view, start0, called);
    SKR_TRY(skr_segment_view_called_by_coverage(view, contig, (uint32_t[]){start0, end0}, called,
                                                &asked.has_coverage, err));
    uint32_t first = start0 >> directory->tile_shift;
    uint32_t last = (end0 - 1) >> directory->tile_shift;
    size_t from;
    size_t to;
    SKR_TRY(skr_segment_find_tiles(view->segment, contig,
                                   (const uint32_t[]){first > 0 ? first - 1 : 0, last + 1}, &from,
                                   &to, err));
    for (size_t i = from; i < to; i++)
        if (directory->tiles.list[i].n_spans > 0 && directory->tiles.list[i].max_span_end0 > start0)
            SKR_TRY(apply_tile(&asked, i));
    SKR_TRY(apply_wide(&asked, end0 - 1));
    finish(view, end0, called);
    return SKR_OK;
}
