/*
 * tally.c - adding up an allele from stored totals, carriers and call sets.
 */
#include "engine/scan/tally.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/call_set.h"

/* ------------------------------------------------------------------ carriers, one by one */

static int found_add(skr_worker *worker, skr_carrier carrier, skr_err *err)
{
    if (worker->n_found == worker->n_found_max) {
        size_t n_max = worker->n_found_max == 0 ? 64 : 2 * worker->n_found_max;
        skr_carrier *found = realloc(worker->found, n_max * sizeof *found);
        if (found == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for carriers");
        worker->found = found;
        worker->n_found_max = n_max;
    }
    worker->found[worker->n_found++] = carrier;
    return SKR_OK;
}

static int compare_found(const void *a, const void *b)
{
    const skr_carrier *x = a;
    const skr_carrier *y = b;
    if (x->individual != y->individual)
        return x->individual < y->individual ? -1 : 1;
    if (x->n_this != y->n_this)
        return x->n_this > y->n_this ? -1 : 1;
    return (int)x->zygosity - (int)y->zygosity;
}

void skr_tally_people(skr_carrier *found, size_t n, skr_tally *tally)
{
    uint32_t n_by[4] = {0};
    if (n > 0)
        qsort(found, n, sizeof *found, compare_found);
    tally->n_carriers = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && found[i].individual == found[i - 1].individual)
            continue;
        tally->n_carriers++;
        n_by[found[i].zygosity & 3]++;
    }
    tally->n_het = n_by[SKR_HET];
    tally->n_hom = n_by[SKR_HOM];
    tally->n_hemi = n_by[SKR_HEMI];
    tally->n_partial = n_by[SKR_PARTIAL];
}

int skr_tally_row(skr_worker *worker, const skr_lane *lane, const skr_row_at *at,
                  const skr_sample_set *set, skr_tally *tally, skr_err *err)
{
    skr_ploidy ploidy = at->ploidy;
    int status = skr_segment_need_copies(lane->segment, ploidy, err);
    if (status == SKR_OK)
        status = skr_segment_view_decode(at->view, at->tile, at->row, &worker->carriers, err);
    if (status < 0)
        return status;
    const skr_carriers *carriers = &worker->carriers;
    const uint8_t *expected = skr_segment_copies_expected(lane->segment, ploidy);
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        if (!skr_set_has(set, sample))
            continue;
        skr_zygosity zygosity = skr_carriers_zygosity(carriers->dosages[i], expected[sample]);
        tally->ac += carriers->dosages[i];
        status = found_add(worker,
                           (skr_carrier){skr_individual_of(&lane->individuals, sample),
                                         carriers->dosages[i], (uint8_t)zygosity},
                           err);
    }
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n_bags; i++) {
        const skr_bag *bag = &carriers->bags[i];
        if (!skr_set_has(set, bag->sample))
            continue;
        tally->ac += bag->n_this;
        status = found_add(worker,
                           (skr_carrier){skr_individual_of(&lane->individuals, bag->sample),
                                         bag->n_this, bag->zygosity},
                           err);
    }
    return status;
}

/* Those of the lane's row. */
static int find_row(skr_worker *worker, const skr_lane *lane, const skr_sample_set *set,
                    skr_tally *tally, skr_err *err)
{
    const skr_row_at at = {lane->view, skr_lane_tile(lane), lane->row,
                           (skr_ploidy)lane->rows->ploidy[lane->row]};
    return skr_tally_row(worker, lane, &at, set, tally, err);
}

/* ------------------------------------------------------------------ sums of a lane */

/* Adds the carriers of a row without telling them apart. */
static int sum_row(const skr_lane *lane, const skr_sample_set *set, skr_tally *tally, skr_err *err)
{
    skr_carrier_tally sums = {0};
    int status =
        skr_segment_view_tally(lane->view, skr_lane_tile(lane), &lane->row, 1, set, &sums, err);
    if (status == SKR_OK)
        skr_tally_add(tally, &sums);
    return status;
}

int skr_tally_spans(skr_worker *worker, const skr_lane *lane, const skr_sample_set *set,
                    const skr_allele *key, const uint8_t *direct, uint64_t *an, skr_err *err)
{
    if (key->ploidy >= SKR_N_ZONES)
        return SKR_OK;
    int status = skr_segment_view_called(lane->view, key->contig, key->start0, key->end0,
                                         worker->called, err);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
        if (skr_set_has(set, s) && (direct == NULL || direct[s] == SKR_CALL_NO_STATEMENT) &&
            worker->called[s] <= SKR_PLOIDY_MAX)
            *an += worker->called[s];
    return status;
}

int skr_tally_row_spans(skr_worker *worker, const skr_lane *lane, uint32_t row,
                        const skr_sample_set *set, const skr_allele *key, uint64_t *an,
                        skr_err *err)
{
    const skr_call_set *calls = NULL;
    if (lane->rows->is_complete[row] != 0 || key->kind >= SKR_ALLELE_SV)
        return SKR_OK;
    int status = skr_segment_view_calls(lane->view, skr_lane_tile(lane), row, &calls, err);
    if (status < 0)
        return status;
    skr_call_set_to_calls(calls, lane->n_samples, worker->direct);
    return skr_tally_spans(worker, lane, set, key, worker->direct, an, err);
}

/* Adds the called copies of a lane. */
static int sum_called(skr_worker *worker, skr_lane *lane, const skr_sample_set *set,
                      const skr_allele *key, uint64_t *an, skr_err *err)
{
    uint64_t n = 0;
    if (!lane->has_row) {
        if (key->kind >= SKR_ALLELE_SV)
            return SKR_OK;
        int status = skr_lane_view(worker, lane, err);
        return status < 0 ? status : skr_tally_spans(worker, lane, set, key, NULL, an, err);
    }
    int status =
        skr_segment_view_n_called(lane->view, skr_lane_tile(lane), &lane->row, 1, set, &n, err);
    if (status < 0)
        return status;
    *an += n;
    return skr_tally_row_spans(worker, lane, lane->row, set, key, an, err);
}

int skr_tally_by_states(skr_worker *worker, skr_lane *lane, const skr_sample_set *set,
                        const skr_key_view *view, skr_tally *tally, skr_err *err)
{
    int status = skr_tally_states(worker, lane, view, err);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++) {
        if (!skr_set_has(set, s))
            continue;
        tally->an += worker->called[s];
        tally->ac += worker->this_copies[s];
        if (worker->this_copies[s] > 0)
            status = found_add(worker,
                               (skr_carrier){skr_individual_of(&lane->individuals, s),
                                             worker->this_copies[s], worker->zygosities[s]},
                               err);
    }
    return status;
}

int skr_tally_slot(skr_worker *worker, const skr_key_view *view, uint32_t slot, unsigned flags,
                   skr_tally *ret_tally, skr_err *err)
{
    const skr_scan *scan = worker->scan;
    bool is_cohort = (flags & SKR_TALLY_COHORT) != 0 && scan->slots[slot].cohort != NULL;
    bool keeps_found = (flags & SKR_TALLY_FOUND) != 0;
    const skr_plan *plan = scan->plan;
    bool tells_apart = keeps_found || view->key.kind == SKR_ALLELE_SV_ANY ||
                       skr_snapshot_has_repeats(plan->snapshot, plan->assembly, view->key.contig);
    size_t n_before = worker->n_found;
    skr_tally tally = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        if (worker->lanes[i].slot == slot && skr_tally_has_atoms(&worker->lanes[i], view))
            tells_apart = true;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        const skr_sample_set *set = is_cohort ? &lane->cohort.set : &lane->live.set;
        if (lane->slot != slot || set->n == 0)
            continue;
        if (skr_tally_has_atoms(lane, view)) {
            status = skr_tally_by_states(worker, lane, set, view, &tally, err);
            continue;
        }
        if (view->key.kind == SKR_ALLELE_SV_ANY) {
            status = skr_tally_open(worker, lane, set, view, &tally, err);
            continue;
        }
        if (lane->has_row)
            status = tells_apart ? find_row(worker, lane, set, &tally, err)
                                 : sum_row(lane, set, &tally, err);
        if (status == SKR_OK && (flags & SKR_TALLY_AN) != 0)
            status = sum_called(worker, lane, set, &view->key, &tally.an, err);
    }
    if (status == SKR_OK && tells_apart)
        skr_tally_people(worker->found + n_before, worker->n_found - n_before, &tally);
    if (!keeps_found || status < 0)
        worker->n_found = n_before;
    if (status == SKR_OK)
        *ret_tally = tally;
    return status;
}
