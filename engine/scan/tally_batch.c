/*
 * tally_batch.c - adding up many alleles at once: the rows of each lane in one go.
 *
 * Alleles whose carriers must be told apart by name are added up one by one, in tally.c: those
 * that are counted by their atoms, and all of them where somebody has several samples.
 */
#include <string.h>

#include "engine/scan/tally.h"

/* Is the allele counted sample by sample in some lane of the slot? */
static bool has_atoms(skr_worker *worker, uint32_t slot, uint32_t number)
{
    if (worker->batch.keys[number].kind == SKR_ALLELE_SV_ANY)
        return true;
    if (worker->batch.keys[number].kind != SKR_ALLELE_MNV)
        return false;
    const skr_key_view *view = skr_batch_seek(worker, number);
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        if (worker->lanes[i].slot == slot && skr_tally_has_atoms(&worker->lanes[i], view))
            return true;
    return false;
}

/* Adds up those that cannot be added up together; what is left is in worker->together. */
static int tally_apart(skr_worker *worker, uint32_t slot, unsigned flags, const uint8_t *selected,
                       skr_tally *tallies, uint32_t *ret_n_left, skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    int status = SKR_OK;
    *ret_n_left = 0;
    for (uint32_t k = 0; status == SKR_OK && k < worker->batch.n; k++) {
        worker->together[k] = 0;
        if (selected[k] == 0)
            continue;
        tallies[k] = (skr_tally){0};
        bool is_apart =
            skr_snapshot_has_repeats(plan->snapshot, plan->assembly, worker->batch.keys[k].contig);
        if (is_apart || has_atoms(worker, slot, k)) {
            status =
                skr_tally_slot(worker, skr_batch_seek(worker, k), slot, flags, &tallies[k], err);
        } else {
            worker->together[k] = 1;
            (*ret_n_left)++;
        }
    }
    return status;
}

/* What the spans of a lane say of alleles, for those that its rows do not speak of. */
static int add_spans(skr_worker *worker, skr_lane *lane, const skr_sample_set *set,
                     skr_tally *tallies, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    uint32_t at = 0;
    int status = SKR_OK;
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        while (at < lane->n_batch && lane->keys[at] < k)
            at++;
        if (worker->together[k] == 0 || batch->keys[k].kind >= SKR_ALLELE_SV)
            continue;
        if (at < lane->n_batch && lane->keys[at] == k) {
            status = skr_tally_row_spans(worker, lane, lane->wanted[lane->batch_from + at], set,
                                         &batch->keys[k], &tallies[k].an, err);
            continue;
        }
        status = skr_lane_view(worker, lane, err);
        if (status == SKR_OK)
            status = skr_tally_spans(worker, lane, set, &batch->keys[k], NULL, &tallies[k].an, err);
    }
    return status;
}

/* n_selected: how many are added up together. */
static int add_lane(skr_worker *worker, skr_lane *lane, const skr_sample_set *set, unsigned flags,
                    uint32_t n_selected, skr_tally *tallies, skr_err *err)
{
    uint32_t *rows = worker->picked;
    uint32_t *keys = worker->picked_keys;
    uint32_t n = 0;
    uint32_t n_complete = 0;
    int status = SKR_OK;
    for (uint32_t i = 0; i < lane->n_batch; i++) {
        rows[n] = lane->wanted[lane->batch_from + i];
        keys[n] = lane->keys[i];
        n_complete += worker->together[lane->keys[i]] & lane->rows->is_complete[rows[n]];
        n += worker->together[lane->keys[i]];
    }
    if (n > 0)
        status = skr_segment_view_tally(lane->view, skr_lane_tile(lane), rows, n, set,
                                        worker->row_tallies, err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        skr_tally_add(&tallies[keys[i]], &worker->row_tallies[i]);
    if (status < 0 || (flags & SKR_TALLY_AN) == 0)
        return status;
    if (n > 0)
        status = skr_segment_view_n_called(lane->view, skr_lane_tile(lane), rows, n, set,
                                           worker->row_ans, err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        tallies[keys[i]].an += worker->row_ans[i];
    if (status < 0 || n_complete == n_selected) /* spans are not asked then */
        return status;
    return add_spans(worker, lane, set, tallies, err);
}

int skr_tally_batch(skr_worker *worker, uint32_t slot, unsigned flags, const uint8_t *selected,
                    skr_tally *tallies, skr_err *err)
{
    bool is_cohort = (flags & SKR_TALLY_COHORT) != 0 && worker->scan->slots[slot].cohort != NULL;
    uint32_t n_left = 0;
    int status = tally_apart(worker, slot, flags, selected, tallies, &n_left, err);
    for (uint32_t i = 0; n_left > 0 && status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        const skr_sample_set *set = is_cohort ? &lane->cohort.set : &lane->live.set;
        if (lane->slot == slot && set->n > 0)
            status = add_lane(worker, lane, set, flags, n_left, tallies, err);
    }
    return status;
}
