/*
 * row_cursor.c - tile after tile of one segment, and who counts in it.
 */
#include "engine/scan/row_live.h"

#include <stdlib.h>

#include "storage/base/check.h"

int skr_row_cursor_begin(skr_row_cursor *cursor, const skr_scan_scope *scope, uint32_t number,
                         uint32_t slot, skr_block_reader *reader, skr_analysis *done, skr_err *err)
{
    const skr_snapshot *snapshot = scope->plan->snapshot;
    SKR_CHECK(number < snapshot->n_segments && slot < scope->n_slots);
    SKR_CHECK(snapshot->entries[number]->dataset == scope->slots[slot].dataset);
    SKR_CHECK(!cursor->has_marks);
    cursor->scope = scope;
    cursor->reader = reader;
    cursor->done = done;
    cursor->number = number;
    cursor->slot = slot;
    cursor->entry = snapshot->entries[number];
    cursor->segment = snapshot->segments[number];
    cursor->kept = snapshot->live == NULL ? NULL : snapshot->live[number];
    cursor->n_samples = cursor->entry->n_samples;
    cursor->contig = SKR_NONE;
    return skr_sample_table_individuals(skr_segment_samples(cursor->segment), &cursor->individuals,
                                        err);
}

skr_row_cursor skr_row_cursor_rest(const skr_row_cursor *cursor)
{
    if (cursor->has_marks) /* of a question that failed */
        skr_segment_marks_clear(cursor->marks);
    return (skr_row_cursor){.view = cursor->view,
                            .other_view = cursor->other_view,
                            .n_sets = cursor->n_sets,
                            .live = {.bits = cursor->live.bits},
                            .cohort = {.bits = cursor->cohort.bits},
                            .dead = {.bits = cursor->dead.bits},
                            .wanted = cursor->wanted,
                            .codes = cursor->codes,
                            .n_wanted_max = cursor->n_wanted_max,
                            .marks = cursor->marks};
}

void skr_row_cursor_done(skr_row_cursor *cursor)
{
    skr_segment_marks_free(cursor->marks);
    skr_segment_view_free(cursor->view);
    skr_segment_view_free(cursor->other_view);
    free(cursor->live.bits);
    free(cursor->cohort.bits);
    free(cursor->dead.bits);
    free(cursor->wanted);
    free(cursor->codes);
}

int skr_row_cursor_view(skr_row_cursor *cursor, skr_err *err)
{
    if (cursor->view != NULL)
        return SKR_OK;
    return skr_segment_view_new(cursor->segment, cursor->reader, &cursor->view, err);
}

int skr_row_cursor_other_view(skr_row_cursor *cursor, skr_err *err)
{
    if (cursor->other_view != NULL)
        return SKR_OK;
    return skr_segment_view_new(cursor->segment, cursor->reader, &cursor->other_view, err);
}

/* ------------------------------------------------------------------ who counts */

/* The masks for a contig, if it has others. */
static int find_masks(skr_row_cursor *cursor, uint32_t contig, skr_err *err)
{
    const skr_scan_scope *scope = cursor->scope;
    const uint64_t *people = scope->slots[cursor->slot].cohort;
    bool is_first = cursor->contig == SKR_NONE;
    if (cursor->contig == contig)
        return SKR_OK;
    if (!is_first && cursor->live.set.bits == NULL &&
        !skr_sample_mask_is_needed(cursor->entry, contig)) {
        cursor->contig = contig; /* nothing depends on the contig */
        return SKR_OK;
    }
    cursor->contig = SKR_NONE;
    cursor->dead.set = (skr_sample_set){0};
    SKR_TRY(skr_sample_mask_find(scope->plan->snapshot, cursor->number, contig, ++cursor->n_sets,
                                 &cursor->live, err));
    if (people != NULL)
        SKR_TRY(skr_sample_mask_cohort(cursor->segment, &cursor->individuals, &cursor->live.set,
                                       people, scope->plan->snapshot->n_people, ++cursor->n_sets,
                                       &cursor->cohort, err));
    cursor->contig = contig;
    return SKR_OK;
}

/* ------------------------------------------------------------------ tiles */

typedef enum tile_fate {
    TILE_ELSEWHERE,
    TILE_OF_OTHER_KIND,
    TILE_OF_LOW_AC,
    TILE_MATTERS,
} tile_fate;

/* Does a tile have rows that matter? */
static tile_fate judge_tile(const skr_row_cursor *cursor, const skr_tile *tile,
                            const skr_morsel *morsel)
{
    const skr_plan *plan = cursor->scope->plan;
    bool is_short = morsel->end_above0 > 0 && tile->max_end0 <= morsel->end_above0;
    if (tile->n_rows == 0 || is_short || tile->min_start0 >= morsel->to0 ||
        tile->max_start0 < morsel->from0)
        return TILE_ELSEWHERE;
    if (plan->n_named > 0) /* it may hold one that nothing else in the question means */
        return TILE_MATTERS;
    if (skr_plan_excludes_tile(plan, tile, false))
        return TILE_OF_OTHER_KIND;
    if (skr_row_cursor_is_alone(cursor) && skr_plan_excludes_tile(plan, tile, true))
        return TILE_OF_LOW_AC;
    return TILE_MATTERS;
}

static int find_tiles(const skr_row_cursor *cursor, const skr_morsel *morsel, size_t *ret_from,
                      size_t *ret_to, skr_err *err)
{
    unsigned shift = skr_segment_tile_shift(cursor->segment);
    const uint32_t numbers[] = {morsel->from0 >> shift, ((morsel->to0 - 1) >> shift) + 1};
    return skr_segment_find_tiles(cursor->segment, morsel->contig, numbers, ret_from, ret_to, err);
}

int skr_row_cursor_enter(skr_row_cursor *cursor, const skr_morsel *morsel, skr_err *err)
{
    SKR_CHECK(morsel->from0 < morsel->to0);
    SKR_CHECK(cursor->contig == morsel->contig || !cursor->has_marks); /* of another contig */
    SKR_TRY(find_masks(cursor, morsel->contig, err));
    skr_row_live_leave(cursor);
    cursor->rows = NULL;
    cursor->n_wanted = 0;
    cursor->next = 0;
    cursor->tile = 0;
    cursor->tile_to = 0;
    if (cursor->live.set.n == 0)
        return SKR_OK;
    return find_tiles(cursor, morsel, &cursor->tile, &cursor->tile_to, err);
}

uint64_t skr_row_cursor_read_ahead(skr_row_cursor *cursor, const skr_morsel *morsel,
                                   bool with_carriers)
{
    uint64_t last = 0;
    skr_err err = {0};
    size_t from = 0;
    size_t to = 0;
    size_t n = 0;
    const skr_tile *tiles = skr_segment_tiles(cursor->segment, &n);
    if (skr_row_cursor_view(cursor, &err) < 0 || find_tiles(cursor, morsel, &from, &to, &err) < 0)
        return 0; /* whoever needs it says so */
    for (; from < to; from++) {
        uint64_t number = 0;
        if (judge_tile(cursor, &tiles[from], morsel) == TILE_MATTERS)
            number = skr_segment_view_ahead(cursor->view, from,
                                            with_carriers || cursor->entry->n_tombstones > 0);
        last = number > last ? number : last;
    }
    return last;
}

int skr_row_cursor_load(skr_row_cursor *cursor, const skr_morsel *morsel, skr_err *err)
{
    size_t n = 0;
    const skr_tile *tiles = skr_segment_tiles(cursor->segment, &n);
    skr_row_live_leave(cursor);
    cursor->rows = NULL;
    cursor->n_wanted = 0;
    cursor->next = 0;
    while (cursor->tile < cursor->tile_to) {
        size_t number = cursor->tile++;
        tile_fate fate = judge_tile(cursor, &tiles[number], morsel);
        cursor->done->n_dropped_kind += fate == TILE_OF_OTHER_KIND;
        cursor->done->n_dropped_ac += fate == TILE_OF_LOW_AC;
        if (fate != TILE_MATTERS)
            continue;
        int status = skr_row_cursor_view(cursor, err);
        if (status == SKR_OK)
            status = skr_segment_view_rows(cursor->view, number, &cursor->rows, err);
        if (status == SKR_OK)
            status = skr_row_cursor_choose(cursor, morsel, err);
        if (status < 0)
            return status;
        cursor->done->n_read++;
        cursor->done->n_rows_left += cursor->n_wanted;
        if (cursor->n_wanted > 0)
            return SKR_OK;
        cursor->rows = NULL;
    }
    return SKR_OK;
}
