/*
 * segment_coverage.c - the coverage layer of a segment: which chunk tells of a base, and what it
 * says. storage/coverage/ knows the chunks themselves.
 */
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_view_int.h"

/* ------------------------------------------------------------------ finding */

/* Chunks, and the first that ends after a base of a contig is looked for. */
typedef struct chunk_search {
    const skr_cover_chunk *chunks;
    uint32_t contig;
    uint32_t start0;
} chunk_search;

static bool is_before(const void *context, size_t at)
{
    const chunk_search *search = context;
    const skr_cover_chunk *chunk = &search->chunks[at];
    return chunk->contig < search->contig ||
           (chunk->contig == search->contig && chunk->end0 <= search->start0);
}

void skr_segment_directory_find_chunks(const skr_segment_directory *directory, uint32_t contig,
                                       const uint32_t place0[2], size_t *ret_from, size_t *ret_to)
{
    const chunk_search search = {directory->chunks, contig, place0[0]};
    size_t at = skr_array_search(directory->n_chunks, is_before, &search);
    *ret_from = at;
    while (at < directory->n_chunks && directory->chunks[at].contig == contig &&
           directory->chunks[at].start0 < place0[1])
        at++;
    *ret_to = at;
}

bool skr_segment_covers(const skr_segment *segment, uint32_t contig)
{
    size_t from;
    size_t to;
    skr_segment_directory_find_chunks(&segment->directory, contig,
                                      (uint32_t[]){0, SKR_CONTIG_LENGTH_MAX}, &from, &to);
    return from < to;
}

bool skr_segment_has_spans(const skr_segment *segment)
{
    return segment->has_spans;
}

bool skr_segment_reaches(const skr_segment *segment, uint32_t contig)
{
    const skr_segment_directory *directory = &segment->directory;
    if (segment->catalogue != NULL) /* its members reach no further */
        return directory->n_contigs > contig;
    return skr_segment_tiles_reach(&directory->tiles, contig) ||
           (directory->n_wide_spans > 0 &&
            directory->wide_spans[directory->n_wide_spans - 1].contig >= contig) ||
           (directory->n_chunks > 0 && directory->chunks[directory->n_chunks - 1].contig >= contig);
}

/* ------------------------------------------------------------------ reading */

int skr_segment_view_chunk(skr_segment_view *view, size_t chunk, const skr_coverage **ret_coverage,
                           skr_err *err)
{
    const skr_cover_chunk *wanted = &view->segment->directory.chunks[chunk];
    skr_cover_slot *slot = &view->cover_slots[0];
    for (unsigned i = 0; i < SKR_COVER_SLOTS; i++) {
        if (view->cover_slots[i].chunk == chunk) {
            view->cover_slots[i].used_at = ++view->n_uses;
            *ret_coverage = &view->cover_slots[i].coverage;
            return SKR_OK;
        }
        if (view->cover_slots[i].used_at < slot->used_at)
            slot = &view->cover_slots[i];
    }
    const skr_cover_place place = {wanted->start0, wanted->end0,
                                   view->segment->directory.n_samples};
    const skr_block_wish wish = {view->segment->file, wanted->ref, &view->cover_raw};
    slot->chunk = SKR_NO_TILE;
    SKR_TRY(skr_block_reader_get(view->reader, &wish, 1, err));
    int status =
        skr_coverage_decode(&slot->coverage, &place, view->cover_raw.bytes, view->cover_raw.n, err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in(view, status, wanted->contig, wanted->start0, err);
    slot->chunk = chunk;
    slot->used_at = ++view->n_uses;
    *ret_coverage = &slot->coverage;
    return SKR_OK;
}

/* ------------------------------------------------------------------ asking */

int skr_segment_view_uncovered(skr_segment_view *view, uint32_t contig, uint32_t sample,
                               uint32_t *start0, uint32_t end0, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    size_t from;
    size_t to;
    skr_segment_directory_find_chunks(directory, contig, (uint32_t[]){*start0, end0}, &from, &to);
    for (size_t i = from; i < to && *start0 < end0; i++) {
        const skr_cover_chunk *chunk = &directory->chunks[i];
        const skr_coverage *coverage = NULL;
        uint32_t stop0 = chunk->end0 < end0 ? chunk->end0 : end0;
        if (chunk->start0 > *start0)
            return SKR_OK;
        SKR_TRY(skr_segment_view_chunk(view, i, &coverage, err));
        *start0 = skr_coverage_ask(coverage, sample, *start0, stop0, 0).uncovered0;
        if (*start0 < stop0)
            return SKR_OK;
    }
    return SKR_OK;
}

/* Adds what one chunk says of [start0, end0), which lies in it. */
static void apply_chunk(skr_segment_view *view, const skr_coverage *coverage,
                        const uint8_t *expected, const uint32_t place0[2], uint8_t *called)
{
    for (uint32_t i = 0; i < view->segment->directory.n_samples; i++) {
        skr_covered covered = skr_coverage_ask(coverage, i, place0[0], place0[1], expected[i]);
        called[i] = skr_call_least(called[i], covered.call);
        if (view->reach[i] == place0[0])
            view->reach[i] = covered.uncovered0;
    }
}

int skr_segment_view_called_by_coverage(skr_segment_view *view, uint32_t contig,
                                        const uint32_t place0[2], uint8_t *called,
                                        bool *ret_is_there, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    size_t from;
    size_t to;
    *ret_is_there = directory->n_chunks > 0;
    if (!*ret_is_there)
        return SKR_OK;
    skr_segment_directory_find_chunks(directory, contig, place0, &from, &to);
    for (size_t i = from; i < to; i++) {
        const skr_cover_chunk *chunk = &directory->chunks[i];
        const skr_coverage *coverage = NULL;
        const uint32_t part0[2] = {chunk->start0 > place0[0] ? chunk->start0 : place0[0],
                                   chunk->end0 < place0[1] ? chunk->end0 : place0[1]};
        SKR_TRY(skr_segment_need_copies(view->segment, (skr_ploidy)chunk->ploidy, err));
        SKR_TRY(skr_segment_view_chunk(view, i, &coverage, err));
        apply_chunk(view, coverage,
                    skr_segment_copies_expected(view->segment, (skr_ploidy)chunk->ploidy), part0,
                    called);
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ one sample */

int skr_segment_chunk_visit(const skr_cover_part *part, uint32_t sample, skr_cover_fn visit,
                            void *context, skr_err *err)
{
    const skr_coverage *coverage = part->coverage;
    const skr_cover_chunk *chunk = part->chunk;
    uint32_t first = coverage->first[sample];
    const skr_cover_run *own_end = coverage->runs + coverage->first[sample + 1];
    uint32_t at0 = part->start0 > chunk->start0 ? part->start0 : chunk->start0;
    uint32_t end0 = part->end0 < chunk->end0 ? part->end0 : chunk->end0;
    const skr_cover_run *own =
        skr_coverage_find_run(coverage->runs + first, coverage->first[sample + 1] - first, at0);
    const skr_cover_run *base = skr_coverage_find_run(coverage->runs, coverage->n_template, at0);
    while (at0 < end0) {
        skr_cover_run run = {.start0 = at0};
        while (base->end0 <= at0)
            base++;
        if (own < own_end && own->start0 <= at0) {
            run.call = own->call;
            run.end0 = own->end0;
            own++;
        } else {
            run.call = base->call;
            run.end0 = own < own_end && own->start0 < base->end0 ? own->start0 : base->end0;
        }
        at0 = run.end0;
        if (run.call != SKR_CALL_NO_STATEMENT)
            SKR_TRY(visit(context, chunk->contig, (skr_ploidy)chunk->ploidy, &run, err));
    }
    return SKR_OK;
}

int skr_segment_view_cover(skr_segment_view *view, uint32_t sample, skr_cover_fn visit,
                           void *context, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    for (size_t i = 0; i < directory->n_chunks; i++) {
        const skr_coverage *coverage = NULL;
        SKR_TRY(skr_segment_view_chunk(view, i, &coverage, err));
        const skr_cover_part whole = {&directory->chunks[i], coverage, 0, UINT32_MAX};
        SKR_TRY(skr_segment_chunk_visit(&whole, sample, visit, context, err));
    }
    return SKR_OK;
}
