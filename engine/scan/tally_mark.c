/*
 * tally_mark.c - who carries any of the alleles of a batch.
 *
 * Rows that count in whatever copies are marked in bitmaps of samples, many at once; those bitmaps
 * become people when the worker leaves the contig.
 */
#include "engine/scan/row_live.h"
#include "engine/scan/tally.h"
#include "storage/base/check.h"

/* One row, of whose carriers only some count. */
static int mark_row(skr_tallier *tallier, const skr_row_cursor *cursor, const skr_row_at *at,
                    unsigned verdicts, uint64_t *people, skr_err *err)
{
    const skr_carriers *carriers = &tallier->carriers;
    SKR_TRY(skr_segment_view_decode(at->view, at->tile, at->row, &tallier->carriers, err));
    for (uint32_t i = 0; i < carriers->n; i++)
        if (skr_verdicts_count(verdicts, carriers->dosages[i]) &&
            skr_sample_set_has(&cursor->live.set, carriers->samples[i]))
            skr_bits_set(people, skr_individual_of(&cursor->individuals, carriers->samples[i]));
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        if (skr_verdicts_count(verdicts, carriers->bags[i].n_this) &&
            skr_sample_set_has(&cursor->live.set, carriers->bags[i].sample))
            skr_bits_set(people, skr_individual_of(&cursor->individuals, carriers->bags[i].sample));
    return SKR_OK;
}

/* One allele sample by sample. */
static int mark_states(skr_tallier *tallier, const skr_key_view *view, uint32_t number,
                       unsigned verdicts, uint64_t *people, skr_err *err)
{
    const skr_row_cursor *cursor = &tallier->batch->cursors[number];
    const skr_sample_states *states = NULL;
    SKR_TRY(skr_tally_states(tallier, view, number, &states, err));
    for (uint32_t s = 0; s < states->n; s++)
        if (states->this_copies[s] > 0 && skr_verdicts_count(verdicts, states->this_copies[s]))
            skr_bits_set(people, skr_individual_of(&cursor->individuals, s));
    return SKR_OK;
}

/* A place and type alone in one cursor: who carries any of the alleles that it holds. */
static int mark_held(skr_tallier *tallier, skr_row_cursor *cursor, const skr_allele *place,
                     uint64_t *people, skr_err *err)
{
    skr_held_rows held = {0};
    int status = skr_held_rows_find(cursor, place, &held, err);
    for (uint32_t r = 0; status == SKR_OK && r < held.n; r++)
        status = mark_row(tallier, cursor, &held.rows[r], SKR_COUNTS_ALL, people, err);
    skr_held_rows_done(&held);
    return status;
}

/*
 * An allele that rows alone do not tell: a place and type alone, and a replacement of several
 * bases, where the atoms speak for those without a record of the whole.
 */
static int mark_whole(skr_tallier *tallier, uint32_t key, uint32_t slot, uint64_t *people,
                      skr_err *err)
{
    skr_batch *batch = tallier->batch;
    const skr_key_view *view = skr_batch_seek(batch, key);
    unsigned verdicts = view->slots[slot].verdicts;
    bool is_open = view->key.kind == SKR_ALLELE_SV_ANY;
    for (uint32_t i = 0; i < batch->n_cursors; i++) {
        skr_row_cursor *cursor = &batch->cursors[i];
        if (cursor->slot != slot || cursor->live.set.n == 0)
            continue;
        if (is_open && verdicts == SKR_COUNTS_ALL)
            SKR_TRY(mark_held(tallier, cursor, &view->key, people, err));
        else if (is_open || skr_sample_states_has_atoms(cursor, &view->key, view->rows[i]))
            SKR_TRY(mark_states(tallier, view, i, verdicts, people, err));
    }
    return SKR_OK;
}

/* Marks whole rows of a cursor. */
static int mark_rows(skr_row_cursor *cursor, const uint32_t *rows, uint32_t n, skr_err *err)
{
    if (cursor->marks == NULL)
        SKR_TRY(skr_segment_marks_new(cursor->view, &cursor->marks, err));
    cursor->has_marks = true; /* also when it fails halfway */
    return skr_segment_marks_add(cursor->marks, skr_row_cursor_tile(cursor), rows, n, err);
}

/* The rows of a cursor that count in any number of copies, together; the others one by one. */
static int mark_cursor(skr_tallier *tallier, uint32_t number, const uint8_t *verdicts,
                       uint64_t *people, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    const skr_batch_rows *of = &batch->rows[number];
    skr_row_cursor *cursor = &batch->cursors[number];
    uint32_t n = 0;
    for (uint32_t i = 0; i < of->n; i++) {
        uint32_t key = of->keys[i];
        uint32_t row = of->rows[i];
        if (verdicts[key] == 0 ||
            (batch->has_whole && skr_sample_states_has_atoms(cursor, &batch->keys[key], row)))
            continue;
        if (verdicts[key] == SKR_COUNTS_ALL) {
            tallier->rows[n++] = row;
            continue;
        }
        const skr_row_at at = skr_row_at_cursor(cursor, row);
        SKR_TRY(mark_row(tallier, cursor, &at, verdicts[key], people, err));
    }
    return n == 0 ? SKR_OK : mark_rows(cursor, tallier->rows, n, err);
}

int skr_tally_mark(skr_tallier *tallier, uint32_t slot, uint64_t *people, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    SKR_CHECK(slot < batch->n_slots);
    const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
    for (uint32_t i = 0; i < batch->n_cursors; i++)
        if (batch->cursors[i].slot == slot && batch->cursors[i].live.set.n > 0)
            SKR_TRY(mark_cursor(tallier, i, verdicts, people, err));
    for (uint32_t k = 0; batch->has_whole && k < batch->n; k++) {
        bool is_whole =
            batch->keys[k].kind == SKR_ALLELE_MNV || batch->keys[k].kind == SKR_ALLELE_SV_ANY;
        if (is_whole && verdicts[k] != 0 && batch->is_wanted[k] != 0)
            SKR_TRY(mark_whole(tallier, k, slot, people, err));
    }
    return SKR_OK;
}

void skr_tally_flush(skr_tallier *tallier, uint32_t slot, uint64_t *people)
{
    for (uint32_t i = 0; i < tallier->batch->n_cursors; i++) {
        skr_row_cursor *cursor = &tallier->batch->cursors[i];
        if (cursor->slot != slot || !cursor->has_marks)
            continue;
        uint64_t *samples = skr_segment_marks_finish(cursor->marks);
        if (cursor->live.set.bits != NULL)
            skr_bits_and(samples, cursor->live.set.bits, skr_bits_words(cursor->n_samples));
        skr_individuals_scatter(&cursor->individuals, cursor->n_samples, samples, people,
                                tallier->scope->plan->snapshot->n_people);
        skr_segment_marks_clear(cursor->marks);
        cursor->has_marks = false;
    }
}

/* ------------------------------------------------------------------ how many */

static int count_decoded(skr_tallier *tallier, const skr_row_cursor *cursor, const skr_row_at *at,
                         uint64_t *n, skr_err *err)
{
    const skr_carriers *carriers = &tallier->carriers;
    SKR_TRY(skr_segment_view_decode(at->view, at->tile, at->row, &tallier->carriers, err));
    for (uint32_t i = 0; i < carriers->n; i++)
        *n += skr_sample_set_has(&cursor->live.set, carriers->samples[i]);
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        *n += skr_sample_set_has(&cursor->live.set, carriers->bags[i].sample);
    return SKR_OK;
}

int skr_tally_count_live(skr_tallier *tallier, skr_row_cursor *cursor, const skr_row_at *at,
                         uint32_t n_carriers, uint64_t *n, skr_err *err)
{
    size_t n_words = skr_bits_words(cursor->n_samples);
    bool is_at_hand = at->view == cursor->view && cursor->live.set.bits != NULL;
    if (is_at_hand)
        SKR_TRY(skr_row_live_need_row(cursor, at->row, err));
    if (is_at_hand && cursor->known != NULL) {
        *n += cursor->rows->totals[at->row].n_carriers;
        return SKR_OK;
    }
    /* where many carry, a bitmap of the samples costs less than their list */
    if (at->view != cursor->view || n_carriers <= 1 + cursor->n_samples / 64)
        return count_decoded(tallier, cursor, at, n, err);
    SKR_CHECK(!cursor->has_marks);
    SKR_TRY(mark_rows(cursor, &at->row, 1, err));
    uint64_t *samples = skr_segment_marks_finish(cursor->marks);
    if (cursor->live.set.bits != NULL)
        skr_bits_and(samples, cursor->live.set.bits, n_words);
    *n += skr_bits_count(samples, n_words);
    skr_segment_marks_clear(cursor->marks);
    cursor->has_marks = false;
    return SKR_OK;
}
