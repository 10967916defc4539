/*
 * tally.c - adding up an allele from stored totals, carriers and call sets.
 */
#include "engine/tally_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bits_int.h"
#include "storage/base/limits.h"
#include "storage/call_set.h"

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

static bool mask_has(const skr_mask *mask, uint32_t sample)
{
    return mask->is_all || skr_bits_has(mask->bits, sample);
}

/* The mask as storage asks for it. */
static skr_sample_set set_of(const skr_mask *mask)
{
    skr_sample_set who = {
        .bits = mask->is_all ? NULL : mask->bits, .serial = mask->serial, .n = mask->n};
    memcpy(who.n_copies, mask->n_copies, sizeof who.n_copies);
    return who;
}

/* Decodes the carriers of the lane's row into worker->carriers. */
static int decode_row(skr_worker *worker, const skr_lane *lane, skr_err *err)
{
    return skr_segment_view_decode(lane->view, skr_lane_tile(lane), lane->row, &worker->carriers,
                                   err);
}

/* Adds the carriers of a row to worker->found, and their copies to the tally. */
static int find_row(skr_worker *worker, const skr_lane *lane, const skr_mask *mask,
                    skr_tally *tally, skr_err *err)
{
    int status = decode_row(worker, lane, err);
    const skr_carriers *carriers = &worker->carriers;
    const uint8_t *expected =
        skr_segment_copies_expected(lane->segment, (skr_zone)lane->rows->zone[lane->row]);
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        if (!mask_has(mask, sample))
            continue;
        skr_zygosity zygosity = carriers->dosages[i] == 2 ? SKR_HOM
                                : expected[sample] == 1   ? SKR_HEMI
                                                          : SKR_HET;
        tally->ac += carriers->dosages[i];
        status = found_add(worker,
                           (skr_carrier){lane->samples[sample].individual, carriers->dosages[i],
                                         (uint8_t)zygosity},
                           err);
    }
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n_bags; i++) {
        const skr_bag *bag = &carriers->bags[i];
        if (bag->n_this == 0 || !mask_has(mask, bag->sample))
            continue; /* undecided: no copy to count */
        tally->ac += bag->n_this;
        status = found_add(
            worker,
            (skr_carrier){lane->samples[bag->sample].individual, bag->n_this, bag->zygosity}, err);
    }
    return status;
}

/* ------------------------------------------------------------------ sums of a lane */

/* Adds the carriers of a row without telling them apart. */
static int sum_row(const skr_lane *lane, const skr_mask *mask, skr_tally *tally, skr_err *err)
{
    const skr_sample_set who = set_of(mask);
    skr_carrier_tally sums;
    int status =
        skr_segment_view_tally(lane->view, skr_lane_tile(lane), &lane->row, 1, &who, &sums, err);
    if (status < 0)
        return status;
    tally->ac += sums.ac;
    tally->n_carriers += sums.n_carriers;
    tally->n_hom += sums.n_hom;
    tally->n_hemi += sums.n_hemi;
    tally->n_partial += sums.n_partial;
    tally->n_het += sums.n_carriers - sums.n_hom - sums.n_hemi - sums.n_partial;
    return SKR_OK;
}

/* Adds what the spans say of the samples whose direct claim is NO_STATEMENT; direct NULL: all. */
static int sum_spans(skr_worker *worker, const skr_lane *lane, const skr_mask *mask,
                     const skr_allele *key, const uint8_t *direct, uint64_t *an, skr_err *err)
{
    if (key->zone >= SKR_N_ZONES)
        return SKR_OK;
    int status = skr_segment_view_called(lane->view, key->contig, key->start0, key->end0,
                                         worker->called, err);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
        if (mask_has(mask, s) && (direct == NULL || direct[s] == SKR_CALL_NO_STATEMENT) &&
            worker->called[s] <= SKR_PLOIDY_MAX)
            *an += worker->called[s];
    return status;
}

/* Adds the called copies of a lane. */
static int sum_called(skr_worker *worker, skr_lane *lane, const skr_mask *mask,
                      const skr_allele *key, uint64_t *an, skr_err *err)
{
    bool is_structural = key->kind == SKR_ALLELE_SV;
    if (!lane->has_row) {
        if (is_structural)
            return SKR_OK;
        int status = skr_lane_view(worker, lane, err);
        return status < 0 ? status : sum_spans(worker, lane, mask, key, NULL, an, err);
    }
    bool is_complete = lane->rows->is_complete[lane->row] != 0;
    const skr_sample_set who = set_of(mask);
    const skr_call_set *calls = NULL;
    uint64_t n_called = 0;
    int status = skr_segment_view_n_called(lane->view, skr_lane_tile(lane), &lane->row, 1, &who,
                                           &n_called, err);
    *an += n_called;
    if (status < 0 || is_complete || is_structural)
        return status;
    status = skr_segment_view_calls(lane->view, skr_lane_tile(lane), lane->row, &calls, err);
    if (status < 0)
        return status;
    skr_call_set_to_calls(calls, lane->n_samples, worker->direct);
    return sum_spans(worker, lane, mask, key, worker->direct, an, err);
}

/* An allele that is counted sample by sample. */
static int sum_whole(skr_worker *worker, skr_lane *lane, const skr_mask *mask,
                     const skr_key_view *view, skr_tally *tally, skr_err *err)
{
    int status = skr_tally_states(worker, lane, view, err);
    for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++) {
        if (!mask_has(mask, s))
            continue;
        tally->an += worker->called[s];
        tally->ac += worker->this_copies[s];
        if (worker->this_copies[s] > 0)
            status = found_add(worker,
                               (skr_carrier){lane->samples[s].individual, worker->this_copies[s],
                                             worker->zygosities[s]},
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
    bool tells_apart = keeps_found || scan->plan->snapshot->has_repeats[scan->plan->assembly];
    size_t n_before = worker->n_found;
    skr_tally tally = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        if (worker->lanes[i].slot == slot && skr_tally_has_atoms(&worker->lanes[i], view))
            tells_apart = true;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        const skr_mask *mask = is_cohort ? &lane->cohort : &lane->live;
        if (lane->slot != slot || mask->n == 0)
            continue;
        if (skr_tally_has_atoms(lane, view)) {
            status = sum_whole(worker, lane, mask, view, &tally, err);
            continue;
        }
        if (lane->has_row)
            status = tells_apart ? find_row(worker, lane, mask, &tally, err)
                                 : sum_row(lane, mask, &tally, err);
        if (status == SKR_OK && (flags & SKR_TALLY_AN) != 0)
            status = sum_called(worker, lane, mask, &view->key, &tally.an, err);
    }
    if (status == SKR_OK && tells_apart)
        skr_tally_people(worker->found + n_before, worker->n_found - n_before, &tally);
    if (!keeps_found || status < 0)
        worker->n_found = n_before;
    if (status == SKR_OK)
        *ret_tally = tally;
    return status;
}

/* ------------------------------------------------------------------ marking */

/* Do the verdicts count a carrier of so many copies? An undecided one has none to tell. */
static bool counts_copies(unsigned verdicts, uint8_t n_this)
{
    if (n_this == 0)
        return verdicts == 3;
    return (verdicts & (n_this == 1 ? 1u : 2u)) != 0;
}

static int mark_whole_row(skr_lane *lane, skr_err *err)
{
    if (lane->marks == NULL) {
        int status = skr_bits_new(lane->n_samples, &lane->marks, err);
        if (status < 0)
            return status;
    }
    lane->has_marks = true;
    return skr_segment_view_mark(lane->view, skr_lane_tile(lane), &lane->row, 1, lane->marks, err);
}

static int mark_some(skr_worker *worker, const skr_lane *lane, unsigned verdicts, uint64_t *people,
                     skr_err *err)
{
    int status = decode_row(worker, lane, err);
    const skr_carriers *carriers = &worker->carriers;
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n; i++)
        if (counts_copies(verdicts, carriers->dosages[i]) &&
            mask_has(&lane->live, carriers->samples[i]))
            skr_bits_set(people, lane->samples[carriers->samples[i]].individual);
    for (uint32_t i = 0; status == SKR_OK && i < carriers->n_bags; i++)
        if (counts_copies(verdicts, carriers->bags[i].n_this) &&
            mask_has(&lane->live, carriers->bags[i].sample))
            skr_bits_set(people, lane->samples[carriers->bags[i].sample].individual);
    return status;
}

int skr_tally_mark(skr_worker *worker, const skr_key_view *view, uint32_t slot, uint64_t *people,
                   skr_err *err)
{
    unsigned verdicts = view->slots[slot].verdicts;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        if (lane->slot != slot || lane->live.n == 0)
            continue;
        if (skr_tally_has_atoms(lane, view)) {
            status = skr_tally_states(worker, lane, view, err);
            for (uint32_t s = 0; status == SKR_OK && s < lane->n_samples; s++)
                if (worker->this_copies[s] > 0 && counts_copies(verdicts, worker->this_copies[s]))
                    skr_bits_set(people, lane->samples[s].individual);
            if (status == SKR_OK && lane->has_row) /* undecided ones have no state of their own */
                status = mark_some(worker, lane, verdicts, people, err);
            continue;
        }
        if (!lane->has_row)
            continue;
        status = verdicts == 3 ? mark_whole_row(lane, err)
                               : mark_some(worker, lane, verdicts, people, err);
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
        if (!lane->live.is_all)
            skr_bits_and(lane->marks, lane->live.bits, n_words);
        for (size_t w = 0; w < n_words; w++)
            for (uint64_t word = lane->marks[w]; word != 0; word &= word - 1) {
                uint32_t sample = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
                skr_bits_set(people, lane->samples[sample].individual);
            }
        memset(lane->marks, 0, n_words * sizeof *lane->marks);
        lane->has_marks = false;
    }
}
