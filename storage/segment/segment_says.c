/*
 * segment_says.c - does a segment say anything about a stretch of a contig? Mostly its directory
 * knows; where a stretch lies between what a tile holds, the tile is read.
 */
#include "storage/segment/segment_int.h"
#include "storage/segment/segment_view_int.h"

typedef struct stretch {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
} stretch;

static bool overlaps(const stretch *asked, uint32_t start0, uint32_t end0)
{
    return start0 < asked->end0 && end0 > asked->start0;
}

static bool is_within(const stretch *asked, uint32_t place0)
{
    return place0 >= asked->start0 && place0 < asked->end0;
}

/* Rows: the first or the last one begins there, or one of them must be looked at. */
static int look_at_rows(const skr_tile *tile, size_t number, skr_segment_view *view,
                        const stretch *asked, bool *ret_says, skr_err *err)
{
    const skr_tile_rows *rows = NULL;
    if (tile->n_rows == 0 || !overlaps(asked, tile->min_start0, tile->max_end0))
        return SKR_OK;
    *ret_says = is_within(asked, tile->min_start0) || is_within(asked, tile->max_start0);
    if (*ret_says || view == NULL)
        return SKR_OK;
    SKR_TRY(skr_segment_view_rows(view, number, &rows, err));
    for (uint32_t i = 0; i < rows->n && !*ret_says; i++)
        *ret_says = overlaps(asked, rows->start0[i], rows->end0[i]);
    return SKR_OK;
}

static int look_at_spans(const skr_tile *tile, size_t number, uint32_t tile_shift,
                         skr_segment_view *view, const stretch *asked, bool *ret_says, skr_err *err)
{
    skr_call_slot *slot = NULL;
    if (*ret_says || tile->n_spans == 0 ||
        !overlaps(asked, tile->number << tile_shift, tile->max_span_end0))
        return SKR_OK;
    *ret_says = is_within(asked, tile->max_span_end0 - 1);
    if (*ret_says || view == NULL)
        return SKR_OK;
    SKR_TRY(skr_segment_view_call_slot(view, number, true, &slot, err));
    for (uint32_t i = 0; i < slot->columns.n_spans && !*ret_says; i++)
        *ret_says = overlaps(asked, slot->columns.spans[i].start0, slot->columns.spans[i].end0);
    return SKR_OK;
}

/* Rows and spans longer than a tile. */
static int look_at_wide(const skr_segment *segment, skr_segment_view *view, const stretch *asked,
                        bool *ret_says, skr_err *err)
{
    const skr_segment_directory *directory = &segment->directory;
    size_t n = 0;
    const skr_wide_row *rows = skr_segment_wide_rows(segment, &n);
    bool has_wide = false;
    for (size_t i = 0; i < n && !*ret_says; i++)
        *ret_says =
            rows[i].contig == asked->contig && overlaps(asked, rows[i].start0, rows[i].end0);
    for (size_t i = 0; i < directory->n_wide_spans && !*ret_says; i++) {
        const skr_wide_spans *wide = &directory->wide_spans[i];
        if (wide->contig != asked->contig || !overlaps(asked, wide->min_start0, wide->max_end0))
            continue;
        has_wide = true;
        *ret_says = is_within(asked, wide->min_start0) || is_within(asked, wide->max_end0 - 1);
    }
    if (*ret_says || !has_wide || view == NULL)
        return SKR_OK;
    SKR_TRY(skr_segment_view_load_wide(view, asked->contig, err));
    for (size_t i = 0; i < view->n_groups; i++)
        for (uint32_t s = 0; s < view->groups[i].n_spans && !*ret_says; s++)
            *ret_says =
                overlaps(asked, view->groups[i].spans[s].start0, view->groups[i].spans[s].end0);
    return SKR_OK;
}

/* The coverage layer, which has to be read. */
static int look_at_coverage(const skr_segment *segment, skr_segment_view *view,
                            const stretch *asked, bool *ret_says, skr_err *err)
{
    const skr_segment_directory *directory = &segment->directory;
    size_t from;
    size_t to;
    skr_segment_directory_find_chunks(directory, asked->contig,
                                      (uint32_t[]){asked->start0, asked->end0}, &from, &to);
    for (size_t i = from; i < to && view != NULL && !*ret_says; i++) {
        const skr_cover_chunk *chunk = &directory->chunks[i];
        const skr_coverage *coverage = NULL;
        uint32_t start0 = chunk->start0 > asked->start0 ? chunk->start0 : asked->start0;
        uint32_t end0 = chunk->end0 < asked->end0 ? chunk->end0 : asked->end0;
        SKR_TRY(skr_segment_view_chunk(view, i, &coverage, err));
        for (uint32_t s = 0; s < directory->n_samples && !*ret_says; s++)
            *ret_says =
                skr_coverage_ask(coverage, s, start0, end0, 0).call != SKR_CALL_NO_STATEMENT;
    }
    return SKR_OK;
}

int skr_segment_says(const skr_segment *segment, skr_segment_view *view, uint32_t contig,
                     uint32_t start0, uint32_t end0, bool *ret_says, skr_err *err)
{
    const stretch asked = {.contig = contig, .start0 = start0, .end0 = end0};
    unsigned shift = skr_segment_tile_shift(segment);
    uint32_t first = start0 >> shift;
    size_t n = 0;
    size_t from = 0;
    size_t to = 0;
    bool says = false;
    const skr_tile *tiles = skr_segment_tiles(segment, &n);
    if (start0 < end0)
        SKR_TRY(skr_segment_find_tiles(
            segment, contig,
            (const uint32_t[]){first > 0 ? first - 1 : 0, ((end0 - 1) >> shift) + 1}, &from, &to,
            err));
    for (size_t i = from; i < to && !says; i++) {
        SKR_TRY(look_at_rows(&tiles[i], i, view, &asked, &says, err));
        SKR_TRY(look_at_spans(&tiles[i], i, shift, view, &asked, &says, err));
    }
    if (!says && start0 < end0)
        SKR_TRY(look_at_wide(segment, view, &asked, &says, err));
    if (!says && start0 < end0)
        SKR_TRY(look_at_coverage(segment, view, &asked, &says, err));
    if (!says && start0 < end0 && view != NULL && segment->catalogue != NULL)
        SKR_TRY(segment->methods->says(view, contig, (uint32_t[]){start0, end0}, &says, err));
    *ret_says = says;
    return SKR_OK;
}
