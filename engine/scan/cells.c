/*
 * cells.c - the numbers of an allele by cell: from rows and their call sets, and sample by sample
 * where those do not tell.
 */
#include "engine/scan/cells.h"

#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"

int skr_cells_init(skr_cells *cells, const uint32_t *of, uint32_t n, bool has_cohort, skr_err *err)
{
    *cells = (skr_cells){.n = n, .has_cohort = has_cohort};
    if (pthread_mutex_init(&cells->lock, NULL) != 0)
        return skr_fail_nomem(err, "a lock");
    cells->of = of;
    return SKR_OK;
}

void skr_cells_done(skr_cells *cells)
{
    if (cells->of == NULL)
        return;
    while (cells->tables != NULL) {
        skr_cell_table *table = cells->tables;
        cells->tables = table->next;
        free(table);
    }
    (void)pthread_mutex_destroy(&cells->lock);
}

static uint32_t cell_of(const skr_cells *cells, const skr_row_cursor *cursor, uint32_t sample)
{
    return cells->of[skr_individual_of(&cursor->individuals, sample)];
}

/* ------------------------------------------------------------------ what is expected */

static skr_cell_table *find_table(const skr_cells *cells, uint32_t segment, uint32_t contig,
                                  skr_ploidy ploidy)
{
    skr_cell_table *table = cells->tables;
    while (table != NULL &&
           (table->segment != segment || table->contig != contig || table->ploidy != ploidy))
        table = table->next;
    return table;
}

/* Adds up what is expected of the samples that count. */
static int make_table(const skr_cells *cells, const skr_row_cursor *cursor, skr_ploidy ploidy,
                      skr_cell_table **ret_table, skr_err *err)
{
    const skr_sample_set *set = skr_row_cursor_counted(cursor, true);
    skr_cell_table *table = calloc(1, sizeof *table + cells->n * sizeof *table->expected);
    if (table == NULL)
        return skr_fail_nomem(err, "the populations of a segment");
    int status = skr_segment_need_copies(cursor->segment, ploidy, err);
    if (status < 0) {
        free(table);
        return status;
    }
    const uint8_t *copies = skr_segment_copies_expected(cursor->segment, ploidy);
    for (uint32_t s = 0; s < cursor->n_samples; s++) {
        skr_cell_called *cell = &table->expected[cell_of(cells, cursor, s)];
        if (!skr_sample_set_has(set, s))
            continue;
        cell->n_copies += copies[s];
        cell->n_samples += copies[s] > 0;
    }
    table->segment = cursor->number;
    table->ploidy = ploidy;
    *ret_table = table;
    return SKR_OK;
}

/* What is kept of the cursor's segment on its contig, made when it is not there. */
static int expected_of(skr_cells *cells, const skr_row_cursor *cursor, skr_ploidy ploidy,
                       const skr_cell_called **ret_expected, skr_err *err)
{
    bool is_everybody = cursor->live.set.bits == NULL && !cells->has_cohort;
    uint32_t contig = is_everybody ? SKR_NONE : cursor->contig;
    skr_cell_table *fresh = NULL;
    (void)pthread_mutex_lock(&cells->lock);
    skr_cell_table *table = find_table(cells, cursor->number, contig, ploidy);
    (void)pthread_mutex_unlock(&cells->lock);
    if (table == NULL) {
        SKR_TRY(make_table(cells, cursor, ploidy, &fresh, err));
        fresh->contig = contig;
        (void)pthread_mutex_lock(&cells->lock);
        table = find_table(cells, cursor->number, contig, ploidy);
        if (table == NULL) {
            fresh->next = cells->tables;
            cells->tables = fresh;
            table = fresh;
            fresh = NULL;
        }
        (void)pthread_mutex_unlock(&cells->lock);
        free(fresh); /* somebody else was as quick */
    }
    *ret_expected = table->expected;
    return SKR_OK;
}

/* ------------------------------------------------------------------ what is called */

/* The call of one sample replaces what its base is: less of that, more of this. */
static void recount(skr_cell_called *cell, uint8_t before, uint8_t now)
{
    cell->n_copies += now;
    cell->n_copies -= before;
    cell->n_samples += now > 0;
    cell->n_samples -= before > 0;
}

/* The copies that a call stands for. */
static uint8_t copies_of(uint8_t call, uint8_t expected)
{
    if (call == SKR_CALL_DEFAULT)
        return expected;
    return call <= SKR_PLOIDY_MAX ? call : 0;
}

/* Adds what the call set of a row says. */
static int add_call_set(skr_cells *cells, const skr_row_cursor *cursor, const skr_row_at *at,
                        skr_cell_tally *tallies, skr_err *err)
{
    const skr_sample_set *set = skr_row_cursor_counted(cursor, true);
    const skr_call_set *calls = NULL;
    const skr_cell_called *expected = NULL;
    SKR_TRY(skr_segment_need_copies(cursor->segment, at->ploidy, err));
    SKR_TRY(skr_segment_view_calls(at->view, at->tile, at->row, &calls, err));
    const uint8_t *copies = skr_segment_copies_expected(cursor->segment, at->ploidy);
    if (calls->base == SKR_CALL_DEFAULT) {
        SKR_TRY(expected_of(cells, cursor, at->ploidy, &expected, err));
        for (uint32_t i = 0; i < cells->n; i++) {
            tallies[i].called.n_copies += expected[i].n_copies;
            tallies[i].called.n_samples += expected[i].n_samples;
        }
    }
    for (uint32_t i = 0; i < calls->n_flips; i++) {
        uint32_t s = calls->flips[i];
        if (skr_sample_set_has(set, s))
            recount(&tallies[cell_of(cells, cursor, s)].called, copies_of(calls->base, copies[s]),
                    copies_of(calls->flip, copies[s]));
    }
    for (uint32_t i = 0; i < calls->n_exceptions; i++) {
        uint32_t s = calls->exceptions[i].sample;
        if (skr_sample_set_has(set, s))
            recount(&tallies[cell_of(cells, cursor, s)].called, copies_of(calls->base, copies[s]),
                    copies_of(calls->exceptions[i].call, copies[s]));
    }
    return SKR_OK;
}

/* Adds what each sample is by itself. */
static int add_states(const skr_cells *cells, skr_tallier *tallier, const skr_key_view *view,
                      uint32_t number, skr_cell_tally *tallies, skr_err *err)
{
    const skr_row_cursor *cursor = &tallier->batch->cursors[number];
    const skr_sample_set *set = skr_row_cursor_counted(cursor, true);
    const skr_sample_states *states = NULL;
    SKR_TRY(skr_tally_states(tallier, view, number, &states, err));
    for (uint32_t s = 0; s < states->n; s++)
        if (states->called[s] > 0 && states->called[s] <= SKR_PLOIDY_MAX &&
            skr_sample_set_has(set, s))
            recount(&tallies[cell_of(cells, cursor, s)].called, 0, states->called[s]);
    return SKR_OK;
}

/* A place and type alone: as the tally has it, the calls of the one row that it holds, if it is
 * one.
 */
static int add_open(skr_cells *cells, skr_tallier *tallier, const skr_key_view *view,
                    uint32_t number, skr_cell_tally *tallies, skr_err *err)
{
    skr_row_cursor *cursor = &tallier->batch->cursors[number];
    skr_held_rows held = {0};
    int status = skr_held_rows_find(cursor, &view->key, &held, err);
    if (status == SKR_OK && held.n == 1)
        status = add_call_set(cells, cursor, &held.rows[0], tallies, err);
    else if (status == SKR_OK && held.n > 1)
        status = add_states(cells, tallier, view, number, tallies, err);
    skr_held_rows_done(&held);
    return status;
}

static int add_called(skr_cells *cells, skr_tallier *tallier, const skr_key_view *view,
                      uint32_t number, skr_cell_tally *tallies, skr_err *err)
{
    const skr_row_cursor *cursor = &tallier->batch->cursors[number];
    uint32_t row = view->rows[number];
    if (view->key.kind == SKR_ALLELE_SV_ANY)
        return add_open(cells, tallier, view, number, tallies, err);
    bool is_direct =
        row != SKR_NONE && (cursor->rows->is_complete[row] != 0 || view->key.kind >= SKR_ALLELE_SV);
    if (is_direct) {
        const skr_row_at at = skr_row_at_cursor(cursor, row);
        return add_call_set(cells, cursor, &at, tallies, err);
    }
    if (view->key.kind >= SKR_ALLELE_SV)
        return SKR_OK;
    return add_states(cells, tallier, view, number, tallies, err);
}

/* ------------------------------------------------------------------ who carries it */

/* Adds the carriers of a cursor's row, each of whom is another person. */
static int add_row(const skr_cells *cells, skr_tallier *tallier, uint32_t number, uint32_t row,
                   skr_cell_tally *tallies, skr_err *err)
{
    const skr_row_cursor *cursor = &tallier->batch->cursors[number];
    const skr_sample_set *set = skr_row_cursor_counted(cursor, true);
    const skr_row_at at = skr_row_at_cursor(cursor, row);
    skr_carriers *carriers = &tallier->carriers;
    SKR_TRY(skr_segment_need_copies(cursor->segment, at.ploidy, err));
    SKR_TRY(skr_segment_view_decode(at.view, at.tile, at.row, carriers, err));
    const uint8_t *expected = skr_segment_copies_expected(cursor->segment, at.ploidy);
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t s = carriers->samples[i];
        uint8_t dosage = carriers->dosages[i];
        if (!skr_sample_set_has(set, s))
            continue;
        skr_cell_tally *cell = &tallies[cell_of(cells, cursor, s)];
        unsigned zygosity = skr_carriers_zygosity(dosage, expected[s]);
        cell->n_copies[zygosity] += dosage;
        cell->n_people[zygosity]++;
    }
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        const skr_bag *bag = &carriers->bags[i];
        if (!skr_sample_set_has(set, bag->sample))
            continue;
        skr_cell_tally *cell = &tallies[cell_of(cells, cursor, bag->sample)];
        cell->n_copies[bag->zygosity & 3] += bag->n_this;
        cell->n_people[bag->zygosity & 3]++;
    }
    return SKR_OK;
}

/* Adds carriers who are told apart: copies of every sample, people once. */
static int add_apart(const skr_cells *cells, skr_tallier *tallier, const skr_key_view *view,
                     uint32_t slot, skr_cell_tally *tallies, skr_err *err)
{
    skr_carrier_list found = {0};
    skr_tally tally = {0};
    int status = skr_tally_slot(tallier, view, slot, SKR_TALLY_COHORT, &found, &tally, err);
    for (size_t i = 0; status == SKR_OK && i < found.n; i++) { /* by individual, the best first */
        const skr_carrier *one = &found.items[i];
        skr_cell_tally *cell = &tallies[cells->of[one->individual]];
        cell->n_copies[one->zygosity & 3] += one->n_this;
        cell->n_people[one->zygosity & 3] +=
            i == 0 || found.items[i - 1].individual != one->individual;
    }
    free(found.items);
    return status;
}

int skr_cells_tally(skr_cells *cells, skr_tallier *tallier, const skr_key_view *view, uint32_t slot,
                    skr_cell_tally *tallies, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    SKR_CHECK(slot < batch->n_slots);
    bool is_apart = skr_tally_is_apart(tallier, view, slot);
    if (is_apart)
        SKR_TRY(add_apart(cells, tallier, view, slot, tallies, err));
    for (uint32_t i = 0; i < batch->n_cursors; i++) {
        const skr_row_cursor *cursor = &batch->cursors[i];
        if (cursor->slot != slot || skr_row_cursor_counted(cursor, true)->n == 0)
            continue;
        if (!is_apart && view->rows[i] != SKR_NONE)
            SKR_TRY(add_row(cells, tallier, i, view->rows[i], tallies, err));
        SKR_TRY(add_called(cells, tallier, view, i, tallies, err));
    }
    return SKR_OK;
}
