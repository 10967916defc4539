/*
 * row_choice.c - which rows of a tile go on: what a cursor goes through is chosen here.
 */
#include <stdlib.h>

#include "engine/scan/name_note.h"
#include "engine/scan/row_live.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/segment/segment_heard.h"

/* Beside a row's code: it is at the place of a name and goes on whatever the code says. */
#define CODE_IS_NAMED 0x10u
#define CODE_MASK 0x0fu

/* The first row from `row` on whose start is at or after start0. */
static uint32_t lower_row(const skr_tile_rows *rows, uint32_t row, uint32_t start0)
{
    SKR_ASSERT(row <= rows->n);
    return row + (uint32_t)skr_array_search_u32(rows->start0 + row, rows->n - row, start0);
}

static int reserve_rows(skr_row_cursor *cursor, uint32_t n, skr_err *err)
{
    if (n <= cursor->n_wanted_max)
        return SKR_OK;
    uint32_t *wanted = realloc(cursor->wanted, n * sizeof *wanted);
    if (wanted != NULL)
        cursor->wanted = wanted;
    uint8_t *codes = realloc(cursor->codes, n);
    if (codes != NULL)
        cursor->codes = codes;
    if (wanted == NULL || codes == NULL)
        return skr_fail_nomem(err, "a scan");
    cursor->n_wanted_max = n;
    return SKR_OK;
}

/* Rows from..to that a place and type alone holds do not go on: it has one row for them all. */
static void drop_held(const skr_plan *plan, skr_row_cursor *cursor, const skr_allele *place,
                      uint32_t from, uint32_t to)
{
    if (place->kind != SKR_ALLELE_SV_ANY || place->contig != cursor->rows->contig)
        return;
    uint32_t row = lower_row(cursor->rows, from, place->start0);
    for (; row < to && cursor->rows->start0[row] == place->start0; row++) {
        skr_allele key = skr_segment_tile_rows_allele(cursor->rows, row);
        if (skr_plan_is_held(plan, &key))
            cursor->codes[row - from] = 0;
    }
}

/* Rows from..to at the places of names go on. */
static void keep_named(skr_row_cursor *cursor, const skr_morsel *morsel, uint32_t from, uint32_t to)
{
    const skr_plan *plan = cursor->scope->plan;
    for (size_t i = 0; i < plan->n_named; i++) {
        const skr_allele *key = plan->named[i].key;
        if (key->contig != cursor->rows->contig || key->start0 < morsel->from0 ||
            key->start0 >= morsel->to0)
            continue;
        uint32_t row = lower_row(cursor->rows, from, key->start0);
        if (cursor->scope->notes != NULL)
            skr_name_note_rows(&cursor->scope->notes[i], key, cursor->rows, row);
        for (; row < to && cursor->rows->start0[row] == key->start0; row++)
            cursor->codes[row - from] |= CODE_IS_NAMED;
    }
    for (size_t i = 0; plan->has_open && i < plan->n_named; i++)
        drop_held(plan, cursor, plan->named[i].key, from, to);
}

/* A row that only the dead speak of is no row. One that is complete speaks of everybody. */
static int drop_dead(skr_row_cursor *cursor, skr_err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < cursor->n_wanted; i++) {
        bool is_live = cursor->known != NULL ? cursor->known->is_row[cursor->wanted[i]] != 0
                                             : cursor->rows->is_complete[cursor->wanted[i]] != 0;
        if (!is_live && cursor->known == NULL) {
            int status =
                skr_segment_view_is_spoken_of(cursor->view, skr_row_cursor_tile(cursor),
                                              cursor->wanted[i], &cursor->live.set, &is_live, err);
            if (status < 0)
                return status;
        }
        cursor->wanted[n] = cursor->wanted[i];
        cursor->codes[n] = cursor->codes[i];
        n += is_live;
    }
    cursor->n_wanted = n;
    return SKR_OK;
}

int skr_row_cursor_choose(skr_row_cursor *cursor, const skr_morsel *morsel, skr_err *err)
{
    const skr_plan *plan = cursor->scope->plan;
    uint32_t from = lower_row(cursor->rows, 0, morsel->from0);
    uint32_t to = lower_row(cursor->rows, from, morsel->to0);
    int status = reserve_rows(cursor, to - from + 1, err);
    if (status < 0)
        return status;
    if (cursor->live.set.bits != NULL)
        SKR_TRY(skr_row_live_need(cursor, plan->has_numbers ? to - from : 0, err));
    const skr_af_doubt *doubts = cursor->scope->doubts;
    const skr_rows_asked asked = {.rows = cursor->rows,
                                  .from = from,
                                  .to = to,
                                  .has_facts = skr_row_cursor_has_facts(cursor),
                                  .half = doubts == NULL ? NULL : doubts[cursor->slot].half,
                                  .seen = &cursor->seen};
    cursor->done->n_rows += to - from;
    skr_plan_judge_rows(plan, &asked, cursor->codes);
    keep_named(cursor, morsel, from, to);
    uint32_t n = 0;
    for (uint32_t i = 0; i < to - from; i++) {
        uint8_t code = cursor->codes[i];
        cursor->wanted[n] = from + i;
        cursor->codes[n] = code & CODE_MASK;
        n += code != 0;
    }
    cursor->n_wanted = n;
    return cursor->live.set.bits == NULL ? SKR_OK : drop_dead(cursor, err);
}
