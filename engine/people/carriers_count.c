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

/* The rows of a cursor: nobody has samples in two places, so its people are in no other. */
static int count_rows(counter *count, skr_worker *worker, uint32_t number, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    const skr_batch_rows *of = &batch->rows[number];
    skr_row_cursor *cursor = &worker->cursors[number];
    const uint8_t *verdicts = batch->verdicts + (size_t)cursor->slot * batch->n_max;
    for (uint32_t i = 0; i < of->n; i++) {
        uint32_t key = of->keys[i];
        if (verdicts[key] == 0 || batch->is_wanted[key] == 0)
            continue;
        if (verdicts[key] != SKR_COUNTS_ALL) {
            count->is_mixed = true;
            continue;
        }
        uint64_t *number_of = &count->numbers[cursor->slot];
        uint32_t n_carriers = cursor->rows->totals[of->rows[i]].n_carriers;
        if (cursor->live.set.bits == NULL) {
            *number_of += n_carriers; /* everybody counts */
            continue;
        }
        const skr_row_at at = skr_row_at_cursor(cursor, of->rows[i]);
        SKR_TRY(skr_tally_count_live(&worker->tallier, cursor, &at, n_carriers, number_of, err));
    }
    return SKR_OK;
}

/* A place and type alone: where it holds one allele of a segment, that one's people. */
static int count_open(counter *count, skr_worker *worker, uint32_t key, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    skr_held_rows held = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_cursors && !count->is_mixed; i++) {
        skr_row_cursor *cursor = &worker->cursors[i];
        unsigned verdicts = batch->verdicts[(size_t)cursor->slot * batch->n_max + key];
        if (cursor->live.set.n == 0 || verdicts == 0)
            continue;
        status = skr_held_rows_find(cursor, &batch->keys[key], &held, err);
        count->is_mixed = held.n > 1 || verdicts != SKR_COUNTS_ALL;
        if (status == SKR_OK && held.n == 1 && !count->is_mixed)
            status = skr_tally_count_live(&worker->tallier, cursor, &held.rows[0], 0,
                                          &count->numbers[cursor->slot], err);
    }
    skr_held_rows_done(&held);
    return status;
}

static int on_batch(void *context, skr_worker *worker, skr_err *err)
{
    counter *count = context;
    const skr_batch *batch = &worker->batch;
    for (uint32_t k = 0; k < batch->n; k++) {
        count->n_alleles += batch->is_wanted[k] != 0;
        count->is_mixed |= batch->keys[k].kind == SKR_ALLELE_MNV; /* its atoms may speak for it */
    }
    for (uint32_t i = 0; i < worker->n_cursors && !count->is_mixed; i++)
        if (worker->cursors[i].live.set.n > 0)
            SKR_TRY(count_rows(count, worker, i, err));
    for (uint32_t k = 0; batch->has_whole && k < batch->n; k++)
        if (batch->keys[k].kind == SKR_ALLELE_SV_ANY && batch->is_wanted[k] != 0)
            SKR_TRY(count_open(count, worker, k, err));
    return SKR_OK;
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
