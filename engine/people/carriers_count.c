/*
 * carriers_count.c - how many people carry one allele asked for by name, without a set of them.
 *
 * The question that is asked most: its answer stands in one row of each segment, and sets as large
 * as all people would cost a hundred times as much. Whatever is not this simple is left to
 * skr_people_eval, which says the same.
 */
#include "engine/people/people_eval.h"
#include "engine/scan/tally.h"

typedef struct counter {
    uint64_t *numbers; /* of each slot */
    uint32_t n_alleles;
    bool is_mixed; /* it is not this simple */
} counter;

static int count_decoded(skr_worker *worker, const skr_lane *lane, const skr_row_at *at,
                         uint64_t *number, skr_err *err)
{
    const skr_carriers *carriers = &worker->carriers;
    int status = skr_segment_view_decode(at->view, at->tile, at->row, &worker->carriers, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < carriers->n; i++)
        *number += skr_set_has(&lane->live.set, carriers->samples[i]);
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        *number += skr_set_has(&lane->live.set, carriers->bags[i].sample);
    return SKR_OK;
}

static int count_marked(skr_lane *lane, uint32_t row, uint64_t *number, skr_err *err)
{
    size_t n_words = skr_bits_words(lane->n_samples);
    int status = SKR_OK;
    if (lane->marks == NULL)
        status = skr_segment_marks_new(lane->view, &lane->marks, err);
    if (status < 0)
        return status;
    lane->has_marks = true; /* until they are taken off: this may fail */
    status = skr_segment_marks_add(lane->marks, skr_lane_tile(lane), &row, 1, err);
    if (status < 0)
        return status;
    uint64_t *samples = skr_segment_marks_finish(lane->marks);
    if (lane->live.set.bits != NULL)
        skr_bits_and(samples, lane->live.set.bits, n_words);
    *number += skr_bits_count(samples, n_words);
    skr_segment_marks_clear(lane->marks);
    lane->has_marks = false;
    return SKR_OK;
}

/* The rows of a lane: nobody has samples in two places, so its people are in no other lane. */
static int count_lane(counter *count, skr_worker *worker, skr_lane *lane, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    const uint8_t *verdicts = batch->verdicts + (size_t)lane->slot * batch->n_max;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < lane->n_batch; i++) {
        uint32_t key = lane->keys[i];
        uint32_t row = lane->wanted[lane->batch_from + i];
        if (verdicts[key] == 0 || batch->is_wanted[key] == 0)
            continue;
        if (verdicts[key] != 3) {
            count->is_mixed = true;
            continue;
        }
        uint64_t *number = &count->numbers[lane->slot];
        if (lane->live.set.bits == NULL) {
            *number += lane->rows->totals[row].n_carriers; /* everybody counts */
            continue;
        }
        const skr_row_at at = {.view = lane->view, .tile = skr_lane_tile(lane), .row = row};
        /* where many carry, a bitmap of the samples costs less than their list */
        status = lane->rows->totals[row].n_carriers <= 1 + lane->n_samples / 64
                     ? count_decoded(worker, lane, &at, number, err)
                     : count_marked(lane, row, number, err);
    }
    return status;
}

/* A place and type alone: where it holds one allele of a segment, that one's people. */
static int count_open(counter *count, skr_worker *worker, uint32_t key, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    skr_held_rows held = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes && !count->is_mixed; i++) {
        skr_lane *lane = &worker->lanes[i];
        unsigned verdicts = batch->verdicts[(size_t)lane->slot * batch->n_max + key];
        if (lane->live.set.n == 0 || verdicts == 0)
            continue;
        status = skr_held_find(worker, lane, &batch->keys[key], &held, err);
        count->is_mixed = held.n > 1 || verdicts != 3;
        if (status == SKR_OK && held.n == 1 && !count->is_mixed)
            status = count_decoded(worker, lane, &held.rows[0], &count->numbers[lane->slot], err);
    }
    skr_held_done(&held);
    return status;
}

static int on_batch(void *context, skr_worker *worker, skr_batch *batch, skr_err *err)
{
    counter *count = context;
    int status = SKR_OK;
    for (uint32_t k = 0; k < batch->n; k++) {
        count->n_alleles += batch->is_wanted[k] != 0;
        count->is_mixed |= batch->keys[k].kind == SKR_ALLELE_MNV; /* its atoms may speak for it */
    }
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes && !count->is_mixed; i++)
        if (worker->lanes[i].live.set.n > 0)
            status = count_lane(count, worker, &worker->lanes[i], err);
    for (uint32_t k = 0; status == SKR_OK && batch->has_whole && k < batch->n; k++)
        if (batch->keys[k].kind == SKR_ALLELE_SV_ANY && batch->is_wanted[k] != 0)
            status = count_open(count, worker, k, err);
    return status;
}

/* Is it one allele, and does nobody have samples in two places? */
static bool is_simple(const skr_plan *plan)
{
    return plan->assembly != SKR_NONE && plan->has_only_names && plan->n_named == 1 &&
           !skr_snapshot_has_repeats(plan->snapshot, plan->assembly, plan->named[0].key->contig);
}

int skr_carriers_count(const skr_question *question, const skr_plan *plan, uint64_t *numbers,
                       bool *ret_is_counted, skr_err *err)
{
    counter count = {.numbers = numbers};
    skr_scan_visitor visitor = {.on_batch = on_batch, .context = &count, .warns_unassessed = true};
    *ret_is_counted = false;
    /* the total of several datasets is the union of their people, where it is told exactly */
    if ((question->n_slots > 1 && question->access->policy.is_exact) || !is_simple(plan))
        return SKR_OK;
    skr_scan scan = skr_question_scan(question, plan, &visitor);
    SKR_TRY(skr_scan_run(&scan, err));
    *ret_is_counted = count.n_alleles <= 1 && !count.is_mixed;
    return SKR_OK;
}
