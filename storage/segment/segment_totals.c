/*
 * segment_totals.c - what a row adds up to, and whether its carriers and calls agree.
 *
 * The writer stores these numbers and verify computes them again.
 */
#include "storage/base/limits.h"
#include "storage/segment/segment_int.h"

/* What a call set says of samples asked about in ascending order. */
typedef struct call_walk {
    const skr_call_set *set;
    uint32_t i_flip;
    uint32_t i_exception;
} call_walk;

static uint8_t call_of(call_walk *walk, uint32_t sample)
{
    const skr_call_set *set = walk->set;
    while (walk->i_flip < set->n_flips && set->flips[walk->i_flip] < sample)
        walk->i_flip++;
    if (walk->i_flip < set->n_flips && set->flips[walk->i_flip] == sample)
        return set->flip;
    while (walk->i_exception < set->n_exceptions &&
           set->exceptions[walk->i_exception].sample < sample)
        walk->i_exception++;
    if (walk->i_exception < set->n_exceptions &&
        set->exceptions[walk->i_exception].sample == sample)
        return set->exceptions[walk->i_exception].call;
    return set->base;
}

bool skr_segment_row_totals_of(const skr_carriers *carriers, const skr_call_set *calls,
                               const uint8_t *copies_expected, uint64_t n_copies_expected,
                               uint32_t n_samples, skr_row_totals *ret_totals)
{
    skr_row_totals totals = {0};
    call_walk walk = {.set = calls};
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        uint8_t dosage = carriers->dosages[i];
        if (sample >= n_samples || call_of(&walk, sample) != SKR_CALL_DEFAULT ||
            dosage > copies_expected[sample])
            return false;
        totals.ac += dosage;
        skr_zygosity zygosity = skr_carriers_zygosity(dosage, copies_expected[sample]);
        totals.n_hom += zygosity == SKR_HOM;
        totals.n_hemi += zygosity == SKR_HEMI;
    }
    walk = (call_walk){.set = calls};
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        const skr_bag *bag = &carriers->bags[i];
        if (bag->sample >= n_samples)
            return false;
        uint8_t call = call_of(&walk, bag->sample);
        if (call == SKR_CALL_DEFAULT)
            call = copies_expected[bag->sample];
        if (call > SKR_PLOIDY_MAX || bag->n_this > call)
            return false;
        totals.ac += bag->n_this;
        totals.n_carriers++;
        totals.n_hom += bag->zygosity == SKR_HOM;
        totals.n_hemi += bag->zygosity == SKR_HEMI;
        totals.n_partial += bag->zygosity == SKR_PARTIAL;
    }
    totals.n_carriers += carriers->n;
    totals.an = skr_call_set_n_copies(calls, NULL, copies_expected, n_copies_expected);
    *ret_totals = totals;
    return true;
}
