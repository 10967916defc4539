/*
 * tally_batch.c - adding up many alleles at once: the rows of each cursor in one go.
 *
 * Alleles whose carriers must be told apart by name are added up one by one, in tally.c: those
 * that are counted by their atoms, and all of them where somebody has several samples.
 */
#include "engine/scan/row_live.h"
#include "engine/scan/tally.h"
#include "storage/base/check.h"

/* Is the allele counted sample by sample in some cursor of the slot? */
static bool has_atoms(skr_batch *batch, uint32_t slot, uint32_t number)
{
    const skr_allele *key = &batch->keys[number];
    if (key->kind == SKR_ALLELE_SV_ANY)
        return true;
    if (key->kind != SKR_ALLELE_MNV)
        return false;
    const skr_key_view *view = skr_batch_seek(batch, number);
    for (uint32_t i = 0; i < batch->n_cursors; i++)
        if (batch->cursors[i].slot == slot &&
            skr_sample_states_has_atoms(&batch->cursors[i], key, view->rows[i]))
            return true;
    return false;
}

/* Adds up those that cannot be added up together; *ret_n_left are left in tallier->together. */
static int tally_apart(skr_tallier *tallier, uint32_t slot, unsigned flags, const uint8_t *selected,
                       skr_tally *tallies, uint32_t *ret_n_left, skr_err *err)
{
    const skr_plan *plan = tallier->scope->plan;
    skr_batch *batch = tallier->batch;
    *ret_n_left = 0;
    for (uint32_t k = 0; k < batch->n; k++) {
        tallier->together[k] = 0;
        if (selected[k] == 0)
            continue;
        tallies[k] = (skr_tally){0};
        if (skr_snapshot_has_repeats(plan->snapshot, plan->assembly, batch->keys[k].contig) ||
            has_atoms(batch, slot, k)) {
            SKR_TRY(skr_tally_slot(tallier, skr_batch_seek(batch, k), slot, flags, NULL,
                                   &tallies[k], err));
        } else {
            tallier->together[k] = 1;
            (*ret_n_left)++;
        }
    }
    return SKR_OK;
}

/* What the spans of a cursor say of alleles, for those that its rows do not speak of. */
static int add_spans(skr_tallier *tallier, uint32_t number, const skr_sample_set *set,
                     skr_tally *tallies, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    const skr_batch_rows *of = &batch->rows[number];
    skr_row_cursor *cursor = &batch->cursors[number];
    uint32_t at = 0;
    for (uint32_t k = 0; k < batch->n; k++) {
        while (at < of->n && of->keys[at] < k)
            at++;
        if (tallier->together[k] == 0 || batch->keys[k].kind >= SKR_ALLELE_SV)
            continue;
        uint32_t row = at < of->n && of->keys[at] == k ? of->rows[at] : SKR_NONE;
        if (row == SKR_NONE)
            SKR_TRY(skr_row_cursor_view(cursor, err));
        SKR_TRY(skr_tally_spans(tallier, cursor, row, set, &batch->keys[k], &tallies[k].an, err));
    }
    return SKR_OK;
}

/* Adds what one cursor has; n_together: how many alleles are added up together. */
static int add_cursor(skr_tallier *tallier, uint32_t number, const skr_sample_set *set,
                      unsigned flags, uint32_t n_together, skr_tally *tallies, skr_err *err)
{
    const skr_batch_rows *of = &tallier->batch->rows[number];
    skr_row_cursor *cursor = &tallier->batch->cursors[number];
    uint32_t *rows = tallier->rows;
    uint32_t *keys = tallier->keys;
    uint32_t n = 0;
    uint32_t n_complete = 0;
    for (uint32_t i = 0; i < of->n; i++) {
        uint8_t is_in = tallier->together[of->keys[i]];
        rows[n] = of->rows[i];
        keys[n] = of->keys[i];
        n_complete += is_in & cursor->rows->is_complete[rows[n]];
        n += is_in;
    }
    SKR_CHECK(n <= n_together && n_complete <= n);
    if (n > 0 && set == &cursor->live.set && set->bits != NULL)
        SKR_TRY(skr_row_live_need(cursor, n, err));
    bool is_told = skr_row_live_tells(cursor, set);
    if (n > 0 && !is_told)
        SKR_TRY(skr_segment_view_tally(cursor->view, skr_row_cursor_tile(cursor), rows, n, set,
                                       tallier->row_tallies, err));
    for (uint32_t i = 0; i < n && is_told; i++)
        tallier->row_tallies[i] = skr_row_live_tally(cursor, rows[i]);
    for (uint32_t i = 0; i < n; i++)
        skr_tally_add(&tallies[keys[i]], &tallier->row_tallies[i]);
    if ((flags & SKR_TALLY_AN) == 0)
        return SKR_OK;
    if (n > 0 && !is_told)
        SKR_TRY(skr_segment_view_n_called(cursor->view, skr_row_cursor_tile(cursor), rows, n, set,
                                          tallier->row_ans, err));
    for (uint32_t i = 0; i < n; i++)
        tallies[keys[i]].an += is_told ? cursor->rows->totals[rows[i]].an : tallier->row_ans[i];
    if (n_complete == n_together) /* spans are not asked then */
        return SKR_OK;
    return add_spans(tallier, number, set, tallies, err);
}

int skr_tally_batch(skr_tallier *tallier, uint32_t slot, unsigned flags, const uint8_t *selected,
                    skr_tally *tallies, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    uint32_t n_left = 0;
    SKR_CHECK(slot < batch->n_slots);
    SKR_TRY(tally_apart(tallier, slot, flags, selected, tallies, &n_left, err));
    for (uint32_t i = 0; n_left > 0 && i < batch->n_cursors; i++) {
        const skr_row_cursor *cursor = &batch->cursors[i];
        const skr_sample_set *set = skr_row_cursor_counted(cursor, (flags & SKR_TALLY_COHORT) != 0);
        if (cursor->slot == slot && set->n > 0)
            SKR_TRY(add_cursor(tallier, i, set, flags, n_left, tallies, err));
    }
    return SKR_OK;
}
