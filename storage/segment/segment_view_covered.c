/*
 * segment_view_covered.c - how many copies are called over some bases, without looking at every
 * sample: from steps, or from the call sets of the spans that lie over all of them.
 */
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_steps_int.h"
#include "storage/segment/segment_track_int.h"
#include "storage/segment/segment_view_int.h"

/* Samples that spans name, together, so that counting by samples is no dearer. */
#define LISTED_SHARE 4u

/* The spans over the bases asked about. */
typedef struct over {
    skr_segment_view *view;
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    skr_track_held held[SKR_TRACK_SUM_MAX];
    size_t n;
    uint64_t n_listed;
    bool is_known; /* each lies over all of the bases, and together they name few samples */
    skr_err *err;
} over;

/* Takes a span if it lies over any of the bases. */
static int take(over *o, const skr_call_columns *columns, const skr_span *span)
{
    uint32_t n_samples = o->view->segment->directory.n_samples;
    if (span->start0 >= o->end0 || span->end0 <= o->start0)
        return SKR_OK;
    o->is_known = span->start0 <= o->start0 && span->end0 >= o->end0 && o->n < SKR_TRACK_SUM_MAX &&
                  (o->n == 0 || o->held[0].ploidy == span->ploidy);
    if (!o->is_known)
        return SKR_OK;
    skr_track_held *held = &o->held[o->n];
    *held = (skr_track_held){.end0 = span->end0, .ploidy = span->ploidy};
    int status =
        skr_segment_call_columns_set(columns, span->call_set, n_samples, &held->set, o->err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in(o->view, status, o->contig, span->start0, o->err);
    o->n++;
    o->n_listed += skr_track_sum_n_listed(held);
    o->is_known = o->n_listed <= n_samples / LISTED_SHARE + 1;
    return SKR_OK;
}

static int take_columns(over *o, const skr_call_columns *columns)
{
    for (uint32_t i = skr_segment_call_columns_first(columns, o->start0);
         i < columns->n_spans && columns->spans[i].start0 < o->end0 && o->is_known; i++)
        SKR_TRY(take(o, columns, &columns->spans[i]));
    return SKR_OK;
}

static int take_tiles(over *o)
{
    const skr_segment_directory *directory = &o->view->segment->directory;
    uint32_t first = o->start0 >> directory->tile_shift;
    uint32_t last = (o->end0 - 1) >> directory->tile_shift;
    size_t from;
    size_t to;
    SKR_TRY(skr_segment_find_tiles(o->view->segment, o->contig,
                                   (const uint32_t[]){first > 0 ? first - 1 : 0, last + 1}, &from,
                                   &to, o->err));
    for (size_t i = from; i < to && o->is_known; i++) {
        skr_call_slot *slot = NULL;
        if (directory->tiles.list[i].n_spans == 0 ||
            directory->tiles.list[i].max_span_end0 <= o->start0)
            continue;
        SKR_TRY(skr_segment_view_call_slot(o->view, i, true, &slot, o->err));
        SKR_TRY(take_columns(o, &slot->columns));
    }
    return SKR_OK;
}

static int take_wide(over *o)
{
    skr_segment_view *view = o->view;
    SKR_TRY(skr_segment_view_load_wide(view, o->contig, o->err));
    for (size_t i = 0; i < view->n_groups && o->is_known; i++)
        SKR_TRY(take_columns(o, &view->groups[i]));
    return SKR_OK;
}

/* Adds up what was taken. */
static int add_up(const over *o, const skr_sample_set *set, uint64_t *ret_n)
{
    if (o->n == 0) {
        *ret_n = 0;
        return SKR_OK;
    }
    skr_ploidy ploidy = (skr_ploidy)o->held[0].ploidy;
    SKR_TRY(skr_segment_need_copies(o->view->segment, ploidy, o->err));
    const skr_track_who who = {.bits = set->bits,
                               .expected = skr_segment_copies_expected(o->view->segment, ploidy)};
    const skr_track_sum whole = {.n_copies = {set->n_copies[ploidy]}};
    *ret_n = skr_track_sum_of(o->held, o->n, &who, &whole).n_copies[0];
    return SKR_OK;
}

/* What a block of steps says of the bases. */
typedef struct from_steps {
    uint64_t n_copies;
    uint32_t n_steps;
} from_steps;

static int add_step(void *context, const skr_called_step *step, skr_err *err)
{
    from_steps *sum = context;
    (void)err;
    sum->n_steps++;
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++)
        sum->n_copies += step->sum.n_copies[c];
    return SKR_OK;
}

/* Everybody: known if one step lies over all of the bases. */
static int read_steps(skr_segment_view *view, const skr_covered_place *place, uint64_t *ret_n,
                      bool *ret_is_known, skr_err *err)
{
    const skr_segment_directory *directory = &view->segment->directory;
    size_t number = skr_segment_steps_find(directory, place->contig, place->start0);
    const skr_cover_chunk *at = &directory->steps[number];
    from_steps sum = {0};
    if (number == directory->n_steps || at->contig != place->contig || at->start0 > place->start0 ||
        at->end0 < place->end0)
        return SKR_OK;
    SKR_TRY(skr_segment_steps_visit(view, number, (uint32_t[]){place->start0, place->end0},
                                    add_step, &sum, err));
    *ret_is_known = sum.n_steps == 1;
    if (*ret_is_known)
        *ret_n = sum.n_copies;
    return SKR_OK;
}

int skr_segment_view_n_covered(skr_segment_view *view, const skr_covered_place *place,
                               const skr_sample_set *who, uint64_t *ret_n, bool *ret_is_known,
                               skr_err *err)
{
    over o = {.view = view,
              .contig = place->contig,
              .start0 = place->start0,
              .end0 = place->end0,
              .is_known = true,
              .err = err};
    size_t from;
    size_t to;
    SKR_CHECK(place->start0 < place->end0);
    *ret_is_known = false;
    if (view->segment->catalogue != NULL) /* its members say it, sample by sample */
        return SKR_OK;
    if (who->bits == NULL && view->segment->directory.n_steps > 0)
        SKR_TRY(read_steps(view, place, ret_n, ret_is_known, err));
    if (*ret_is_known)
        return SKR_OK;
    skr_segment_directory_find_chunks(&view->segment->directory, place->contig,
                                      (uint32_t[]){place->start0, place->end0}, &from, &to);
    if (from < to)
        return SKR_OK;
    int status = take_tiles(&o);
    if (status == SKR_OK && o.is_known)
        status = take_wide(&o);
    if (status == SKR_OK && o.is_known)
        status = add_up(&o, who, ret_n);
    if (status == SKR_OK)
        *ret_is_known = o.is_known;
    for (size_t i = 0; i < o.n; i++)
        skr_call_set_done(&o.held[i].set);
    return status;
}
