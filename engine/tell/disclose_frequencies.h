/*
 * disclose_frequencies.h - which frequencies of an allele may be told, and with which counts.
 *
 * People are divided into cells, each person in one: by sex, country, and what is not known of
 * either. A population is some of the cells, Total is all. Numbers of populations can be subtracted
 * from one another, so what decides over everything but Total is the cells: where one that has
 * people is below a floor, Total stands alone (af.collapse = total), and the counts of homozygous,
 * heterozygous and hemizygous copies are told of all populations or of none.
 *
 * The floors of a population: af.min_people people called; `threshold` people who carry the allele
 * and, on both tails, as many who must have copies that are called otherwise; af.min_frequency, on
 * both tails from either end. Under `counts = exact` the threshold is none, so that an AC of 0 is
 * told. A frequency of 0 copies does not exist.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_TELL_DISCLOSE_FREQUENCIES_H
#define SKR_ENGINE_TELL_DISCLOSE_FREQUENCIES_H

#include <stddef.h>
#include <stdint.h>

#include "engine/face/allele_rows.h"
#include "engine/face/policy.h"

/* The numbers of an allele among some people. */
typedef struct skr_raw_frequency {
    uint64_t an;
    uint64_t n_hom_copies; /* of carriers who are homozygous; and so on: AC is the sum of four */
    uint64_t n_het_copies;
    uint64_t n_hemi_copies;
    uint64_t n_partial_copies;
    uint32_t n_called; /* samples with a called copy */
    uint32_t n_carriers;
    uint32_t n_hom;
    uint32_t n_het;
    uint32_t n_hemi;
    uint32_t n_partial;
    uint32_t n_people; /* with a genome, whether or not anything is called here */
} skr_raw_frequency;

/* Which kinds of carriers there can be among some people at a place: a number of them below the
 * threshold is hidden, 0 too. */
typedef struct skr_zygosities {
    bool has_pairs;   /* homozygous and heterozygous */
    bool has_singles; /* hemizygous */
} skr_zygosities;

/* Adds the numbers of other people. */
void skr_raw_frequency_add(skr_raw_frequency *sum, const skr_raw_frequency *more);

/* What one allele is in one dataset. */
typedef struct skr_raw_populations {
    const skr_raw_frequency *all; /* of each population; Total is the first */
    const char *const *tags;
    const skr_zygosities *kinds; /* of each population */
    size_t n;
    const skr_raw_frequency *cells;
    const skr_zygosities *cell_kinds;
    size_t n_cells;
} skr_raw_populations;

/*
 * Writes what may be told, Total first, into told, which has room for raw->n; returns how many
 * populations that are. Tags are borrowed.
 */
size_t skr_disclose_frequencies(const skr_policy *policy, const skr_raw_populations *raw,
                                skr_population_frequency *told);

#endif
