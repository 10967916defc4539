/*
 * segment_steps.c - the step functions of a segment: which block tells of a base, and what it says.
 */
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_steps_int.h"

/* Blocks, and the first that ends after a base of a contig is looked for. */
typedef struct block_search {
    const skr_cover_chunk *blocks;
    uint32_t contig;
    uint32_t start0;
} block_search;

static bool is_before(const void *context, size_t at)
{
    const block_search *search = context;
    const skr_cover_chunk *block = &search->blocks[at];
    return block->contig < search->contig ||
           (block->contig == search->contig && block->end0 <= search->start0);
}

size_t skr_segment_steps_find(const skr_segment_directory *directory, uint32_t contig,
                              uint32_t start0)
{
    const block_search search = {directory->steps, contig, start0};
    return skr_array_search(directory->n_steps, is_before, &search);
}

int skr_segment_steps_visit(skr_segment_view *view, size_t number, const uint32_t stretch0[2],
                            skr_step_fn visit, void *context, skr_err *err)
{
    const skr_cover_chunk *at = &view->segment->directory.steps[number];
    SKR_CHECK(at->start0 <= stretch0[0] && stretch0[0] < stretch0[1] && stretch0[1] <= at->end0);
    if (view->steps_number != number) {
        view->steps_number = SKR_NO_TILE;
        SKR_TRY(skr_block_reader_hold(view->reader, view->segment->file, &at->ref, &view->steps_raw,
                                      err));
        view->steps_number = number;
    }
    const skr_step_block block = {
        .place = {at->start0, at->end0, view->segment->directory.n_samples},
        .bytes = view->steps_raw.bytes,
        .n = view->steps_raw.n};
    int status = skr_steps_visit(&block, stretch0[0], stretch0[1], visit, context, err);
    return skr_segment_view_fail_in(view, status, at->contig, at->start0, err);
}

/* ------------------------------------------------------------------ a track */

static int tell_step(void *context, const skr_called_step *step, skr_err *err)
{
    const skr_track_visitor *visitor = context;
    return visitor->on_step(visitor->context, step->start0, &step->sum, err);
}

/* Tells [start0, end0) from the next block of steps, after a sweep of what lies before it; *at0 is
 * moved behind what was told. */
static int track_next(skr_segment_view *view, skr_track_asked *asked, uint32_t *at0, uint32_t end0,
                      const skr_track_visitor *visitor, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    size_t number = skr_segment_steps_find(directory, asked->contig, *at0);
    const skr_cover_chunk *at = &directory->steps[number];
    bool is_there = number < directory->n_steps && at->contig == asked->contig && at->start0 < end0;
    uint32_t from0 = !is_there ? end0 : at->start0 > *at0 ? at->start0 : *at0;
    uint32_t to0 = is_there && at->end0 < end0 ? at->end0 : end0;
    if (*at0 < from0)
        SKR_TRY(skr_segment_view_sweep(view, asked, *at0, from0, visitor, err));
    *at0 = to0;
    return is_there ? skr_segment_steps_visit(view, number, (uint32_t[]){from0, to0}, tell_step,
                                              (void *)visitor, err)
                    : SKR_OK;
}

int skr_segment_view_track(skr_segment_view *view, skr_track_asked *asked, uint32_t start0,
                           uint32_t end0, const skr_track_visitor *visitor, skr_err *err)
{
    SKR_CHECK(start0 < end0);
    bool has_steps = view->segment->directory.n_steps > 0;
    if (!has_steps || !asked->is_everybody || asked->leaves_spans_out || visitor->on_sample != NULL)
        return skr_segment_view_sweep(view, asked, start0, end0, visitor, err);
    for (uint32_t at0 = start0; at0 < end0;)
        SKR_TRY(track_next(view, asked, &at0, end0, visitor, err));
    return SKR_OK;
}
