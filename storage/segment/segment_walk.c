/*
 * segment_walk.c - rows, spans and coverage of a segment from the first to the last.
 */
#include "storage/segment/segment_walk.h"

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_view_int.h"

/* The numbers of its tiles. */
static const uint32_t whole_contig[] = {0, UINT32_MAX};

int skr_segment_has_contig(const skr_segment *segment, uint32_t contig, bool *ret_has, skr_err *err)
{
    const skr_segment_directory *directory = &segment->directory;
    size_t from;
    size_t to;
    SKR_TRY(skr_segment_find_tiles(segment, contig, whole_contig, &from, &to, err));
    bool has = from < to || skr_segment_covers(segment, contig);
    for (size_t i = 0; i < directory->n_wide_spans && !has; i++)
        has = directory->wide_spans[i].contig == contig;
    *ret_has = has;
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows */

/* Turns to the first row of the tile at hand, or of the next one that has rows. */
static int enter_tile(skr_row_walk *walk, skr_err *err)
{
    const skr_segment_directory *directory = &walk->view->segment->directory;
    while (walk->tile < walk->tile_end && directory->tiles.list[walk->tile].n_rows == 0)
        walk->tile++;
    walk->row = 0;
    walk->is_end = walk->tile == walk->tile_end;
    if (walk->is_end)
        return SKR_OK;
    SKR_TRY(skr_segment_view_rows(walk->view, walk->tile, &walk->rows, err));
    walk->allele = skr_segment_tile_rows_allele(walk->rows, 0);
    return SKR_OK;
}

int skr_row_walk_start(skr_row_walk *walk, skr_segment_view *view, uint32_t contig, skr_err *err)
{
    *walk = (skr_row_walk){.view = view};
    SKR_TRY(skr_segment_find_tiles(view->segment, contig, whole_contig, &walk->tile,
                                   &walk->tile_end, err));
    return enter_tile(walk, err);
}

int skr_row_walk_next(skr_row_walk *walk, skr_err *err)
{
    SKR_CHECK(!walk->is_end);
    if (walk->row + 1 < walk->rows->n) {
        walk->allele = skr_segment_tile_rows_allele(walk->rows, ++walk->row);
        return SKR_OK;
    }
    walk->tile++;
    return enter_tile(walk, err);
}

/* ------------------------------------------------------------------ spans */

/* The next span that is not wide, or NULL. Columns belong to the view until other tiles are asked
 * for. */
static int peek_tile(skr_span_walk *walk, const skr_call_columns **ret_columns,
                     const skr_span **ret_span, skr_err *err)
{
    const skr_segment_directory *directory = &walk->view->segment->directory;
    *ret_span = NULL;
    while (walk->tile < walk->tile_end &&
           walk->i_span == directory->tiles.list[walk->tile].n_spans) {
        walk->tile++;
        walk->i_span = 0;
    }
    if (walk->tile == walk->tile_end)
        return SKR_OK;
    skr_call_slot *slot = NULL;
    SKR_TRY(skr_segment_view_call_slot(walk->view, walk->tile, true, &slot, err));
    *ret_columns = &slot->columns;
    *ret_span = &slot->columns.spans[walk->i_span];
    return SKR_OK;
}

/* The next wide span, or NULL. */
static int peek_wide(skr_span_walk *walk, const skr_call_columns **ret_columns,
                     const skr_span **ret_span, skr_err *err)
{
    skr_segment_view *view = walk->view;
    *ret_span = NULL;
    SKR_TRY(skr_segment_view_load_wide(view, walk->contig, err));
    while (walk->i_group < view->n_groups && walk->i_wide == view->groups[walk->i_group].n_spans) {
        walk->i_group++;
        walk->i_wide = 0;
    }
    if (walk->i_group == view->n_groups)
        return SKR_OK;
    *ret_columns = &view->groups[walk->i_group];
    *ret_span = &view->groups[walk->i_group].spans[walk->i_wide];
    return SKR_OK;
}

/* Turns to the lesser of the two that come next. */
static int choose(skr_span_walk *walk, skr_err *err)
{
    const skr_call_columns *columns = NULL;
    const skr_span *of_tile = NULL;
    const skr_span *wide = NULL;
    SKR_TRY(peek_tile(walk, &columns, &of_tile, err));
    SKR_TRY(peek_wide(walk, &columns, &wide, err));
    walk->is_end = of_tile == NULL && wide == NULL;
    if (walk->is_end)
        return SKR_OK;
    walk->is_wide = of_tile == NULL || (wide != NULL && wide->start0 < of_tile->start0);
    const skr_span *next = walk->is_wide ? wide : of_tile;
    walk->start0 = next->start0;
    walk->end0 = next->end0;
    walk->ploidy = (skr_ploidy)next->ploidy;
    return SKR_OK;
}

int skr_span_walk_start(skr_span_walk *walk, skr_segment_view *view, uint32_t contig, skr_err *err)
{
    *walk = (skr_span_walk){.view = view, .contig = contig};
    SKR_TRY(skr_segment_find_tiles(view->segment, contig, whole_contig, &walk->tile,
                                   &walk->tile_end, err));
    return choose(walk, err);
}

int skr_span_walk_next(skr_span_walk *walk, skr_err *err)
{
    SKR_CHECK(!walk->is_end);
    if (walk->is_wide)
        walk->i_wide++;
    else
        walk->i_span++;
    return choose(walk, err);
}

int skr_span_walk_compare(const skr_span_walk *a, const skr_span_walk *b)
{
    if (a->start0 != b->start0)
        return a->start0 < b->start0 ? -1 : 1;
    if (a->end0 != b->end0)
        return a->end0 < b->end0 ? -1 : 1;
    return (int)a->ploidy - (int)b->ploidy;
}

int skr_span_walk_calls(skr_span_walk *walk, skr_call_set *calls, skr_err *err)
{
    const skr_call_columns *columns = NULL;
    const skr_span *span = NULL;
    SKR_CHECK(!walk->is_end);
    if (walk->is_wide)
        SKR_TRY(peek_wide(walk, &columns, &span, err));
    else
        SKR_TRY(peek_tile(walk, &columns, &span, err));
    int status = skr_segment_call_columns_set(columns, span->call_set,
                                              walk->view->segment->directory.n_samples, calls, err);
    return skr_segment_view_fail_in(walk->view, status, walk->contig, walk->start0, err);
}

/* ------------------------------------------------------------------ coverage */

/* Runs, ascending, and a base. */
typedef struct run_search {
    const skr_cover_run *runs;
    uint32_t start0;
} run_search;

static bool ends_before(const void *context, size_t at)
{
    const run_search *search = context;
    return search->runs[at].end0 <= search->start0;
}

/* The first of n runs that ends behind a base. */
static const skr_cover_run *find_run(const skr_cover_run *runs, uint32_t n, uint32_t start0)
{
    const run_search search = {runs, start0};
    return runs + skr_array_search(n, ends_before, &search);
}

/* Visits what a chunk says of a sample in [place0[0], place0[1]), which lies in the chunk: its own
 * runs, and between them those of the template, the first of which is base. */
static int visit_sample(const skr_coverage *coverage, uint32_t sample, const uint32_t place0[2],
                        const skr_cover_run *base, const skr_walk_visitor *visitor, skr_err *err)
{
    const skr_cover_run *own_end = coverage->runs + coverage->first[sample + 1];
    const skr_cover_run *own = coverage->runs + coverage->first[sample];
    own = find_run(own, (uint32_t)(own_end - own), place0[0]);
    for (uint32_t at0 = place0[0]; at0 < place0[1];) {
        skr_cover_run run = {.start0 = at0};
        while (base->end0 <= at0)
            base++;
        if (own < own_end && own->start0 <= at0) {
            run.call = own->call;
            run.end0 = (own++)->end0;
        } else {
            run.call = base->call;
            run.end0 = own < own_end && own->start0 < base->end0 ? own->start0 : base->end0;
        }
        run.end0 = run.end0 < place0[1] ? run.end0 : place0[1];
        at0 = run.end0;
        if (run.call != SKR_CALL_NO_STATEMENT)
            SKR_TRY(visitor->on_run(visitor->context, sample, &run, err));
    }
    return SKR_OK;
}

int skr_segment_view_cover_all(skr_segment_view *view, const skr_cover_walk *asked,
                               const skr_walk_visitor *visitor, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    size_t from;
    size_t to;
    skr_segment_directory_find_chunks(directory, asked->contig,
                                      (uint32_t[]){asked->start0, asked->end0}, &from, &to);
    for (size_t i = from; i < to; i++) {
        const skr_cover_chunk *chunk = &directory->chunks[i];
        const skr_coverage *coverage = NULL;
        SKR_TRY(skr_segment_view_chunk(view, i, &coverage, err));
        const uint32_t place0[2] = {chunk->start0 > asked->start0 ? chunk->start0 : asked->start0,
                                    chunk->end0 < asked->end0 ? chunk->end0 : asked->end0};
        const skr_cover_run *base = find_run(coverage->runs, coverage->n_template, place0[0]);
        for (uint32_t sample = 0; sample < directory->n_samples; sample++)
            if (asked->places[sample] != SKR_NONE)
                SKR_TRY(visit_sample(coverage, sample, place0, base, visitor, err));
    }
    return SKR_OK;
}

uint32_t skr_segment_next_cover(const skr_segment *segment, uint32_t contig, uint32_t start0,
                                uint32_t *ret_end0)
{
    const skr_segment_directory *directory = &segment->directory;
    size_t from;
    size_t to;
    skr_segment_directory_find_chunks(directory, contig,
                                      (uint32_t[]){start0, SKR_CONTIG_LENGTH_MAX}, &from, &to);
    if (from == to)
        return UINT32_MAX;
    const skr_cover_chunk *chunk = &directory->chunks[from];
    *ret_end0 = chunk->end0;
    return chunk->start0 > start0 ? chunk->start0 : start0;
}
