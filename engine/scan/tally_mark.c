/*
 * tally_mark.c - who carries any of the alleles of a batch.
 *
 * Rows that count in whatever copies are marked in bitmaps of samples, many at once; those bitmaps
 * become people when the worker leaves the contig.
 */
#include <string.h>

#include "engine/scan/tally.h"
#include "storage/carriers/bits.h"

/* Do the verdicts count a carrier of so many copies? */
static bool counts_copies(unsigned verdicts, uint8_t n_this)
{
    return (verdicts & (n_this == 1 ? 1u : 2u)) != 0;
}

static int mark_carriers(skr_worker *worker, const skr_lane *lane, const skr_row_at *at,
                         unsigned verdicts, uint64_t *people, skr_err *err)
{
    const skr_carriers *carriers = &worker->carriers;
    int status = skr_segment_view_decode(at->view, at->tile, at->row, &worker->carriers, err);
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n; i++)
        if (counts_copies(verdicts, carriers->dosages[i]) &&
            skr_set_has(&lane->live.set, carriers->samples[i]))
            skr_bits_set(people, skr_individual_of(&lane->individuals, carriers->samples[i]));
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n_bags; i++)
        if (counts_copies(verdicts, carriers->bags[i].n_this) &&
            skr_set_has(&lane->live.set, carriers->bags[i].sample))
            skr_bits_set(people, skr_individual_of(&lane->individuals, carriers->bags[i].sample));
    return status;
}

static int mark_some(skr_worker *worker, const skr_lane *lane, uint32_t row, unsigned verdicts,
                     uint64_t *people, skr_err *err)
{
    const skr_row_at at = {.view = lane->view, .tile = skr_lane_tile(lane), .row = row};
    return mark_carriers(worker, lane, &at, verdicts, people, err);
}

/* A place and type alone: who carries any of the alleles that it holds, in whatever copies, or in
 * those that the verdicts count. */
static int mark_open(skr_worker *worker, uint32_t number, uint32_t slot, uint64_t *people,
                     skr_err *err)
{
    const skr_key_view *view = skr_batch_seek(worker, number);
    unsigned verdicts = view->slots[slot].verdicts;
    skr_held_rows held = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (lane->slot != slot || lane->live.set.n == 0)
            continue;
        if (verdicts != 3) {
            status = skr_tally_states(worker, lane, view, err);
            for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
                if (worker->this_copies[s] > 0 && counts_copies(verdicts, worker->this_copies[s]))
                    skr_bits_set(people, skr_individual_of(&lane->individuals, s));
            continue;
        }
        status = skr_held_find(worker, lane, &view->key, &held, err);
        for (uint32_t r = 0; status == SKR_OK && r < held.n; r++)
            status = mark_carriers(worker, lane, &held.rows[r], verdicts, people, err);
    }
    skr_held_done(&held);
    return status;
}

/* A replacement of several bases: the atoms speak for those without a record of the whole. */
static int mark_whole(skr_worker *worker, uint32_t number, uint32_t slot, uint64_t *people,
                      skr_err *err)
{
    const skr_key_view *view = skr_batch_seek(worker, number);
    unsigned verdicts = view->slots[slot].verdicts;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (lane->slot != slot || lane->live.set.n == 0 || !skr_tally_has_atoms(lane, view))
            continue;
        status = skr_tally_states(worker, lane, view, err);
        for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
            if (worker->this_copies[s] > 0 && counts_copies(verdicts, worker->this_copies[s]))
                skr_bits_set(people, skr_individual_of(&lane->individuals, s));
    }
    return status;
}

/* The rows of a lane that count in any number of copies, together; the others one by one. */
static int mark_lane(skr_worker *worker, skr_lane *lane, const uint8_t *verdicts, uint64_t *people,
                     skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    uint32_t n = 0;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < lane->n_batch; i++) {
        uint32_t key = lane->keys[i];
        uint32_t row = lane->wanted[lane->batch_from + i];
        if (verdicts[key] == 0 || (batch->has_whole && lane->rows->is_complete[row] == 0 &&
                                   batch->keys[key].kind == SKR_ALLELE_MNV))
            continue;
        if (verdicts[key] == 3)
            worker->picked[n++] = row;
        else
            status = mark_some(worker, lane, row, verdicts[key], people, err);
    }
    if (status < 0 || n == 0)
        return status;
    if (lane->marks == NULL)
        status = skr_segment_marks_new(lane->view, &lane->marks, err);
    if (status == SKR_OK)
        status = skr_segment_marks_add(lane->marks, skr_lane_tile(lane), worker->picked, n, err);
    lane->has_marks = lane->marks != NULL;
    return status;
}

int skr_tally_mark(skr_worker *worker, uint32_t slot, uint64_t *people, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++)
        if (worker->lanes[i].slot == slot && worker->lanes[i].live.set.n > 0)
            status = mark_lane(worker, &worker->lanes[i], verdicts, people, err);
    for (uint32_t k = 0; status == SKR_OK && batch->has_whole && k < batch->n; k++) {
        if (verdicts[k] == 0 || batch->is_wanted[k] == 0)
            continue;
        if (batch->keys[k].kind == SKR_ALLELE_MNV)
            status = mark_whole(worker, k, slot, people, err);
        else if (batch->keys[k].kind == SKR_ALLELE_SV_ANY)
            status = mark_open(worker, k, slot, people, err);
    }
    return status;
}

void skr_tally_flush(skr_worker *worker, uint32_t slot, uint64_t *people)
{
    for (uint32_t i = 0; i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (lane->slot != slot || !lane->has_marks)
            continue;
        size_t n_words = skr_bits_words(lane->n_samples);
        uint64_t *samples = skr_segment_marks_finish(lane->marks);
        if (lane->live.set.bits != NULL)
            skr_bits_and(samples, lane->live.set.bits, n_words);
        skr_individuals_scatter(&lane->individuals, lane->n_samples, samples, people,
                                worker->scan->plan->snapshot->n_people);
        skr_segment_marks_clear(lane->marks);
        lane->has_marks = false;
    }
}
