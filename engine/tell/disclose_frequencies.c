/*
 * disclose_frequencies.c - the floors of the frequencies of alleles.
 */
#include "engine/tell/disclose_frequencies.h"

#include <math.h>

void skr_raw_frequency_add(skr_raw_frequency *sum, const skr_raw_frequency *more)
{
    sum->an += more->an;
    sum->n_hom_copies += more->n_hom_copies;
    sum->n_het_copies += more->n_het_copies;
    sum->n_hemi_copies += more->n_hemi_copies;
    sum->n_partial_copies += more->n_partial_copies;
    sum->n_called += more->n_called;
    sum->n_carriers += more->n_carriers;
    sum->n_hom += more->n_hom;
    sum->n_het += more->n_het;
    sum->n_hemi += more->n_hemi;
    sum->n_partial += more->n_partial;
    sum->n_people += more->n_people;
}

static uint64_t ac_of(const skr_raw_frequency *raw)
{
    return raw->n_hom_copies + raw->n_het_copies + raw->n_hemi_copies + raw->n_partial_copies;
}

/* How many people there must be; none under exact counts, and at least one otherwise. */
static uint32_t threshold_of(const skr_policy *policy)
{
    if (policy->is_exact)
        return 0;
    return policy->threshold > 0 ? policy->threshold : 1;
}

/* Are these people above the floors? */
static bool is_above(const skr_policy *policy, const skr_raw_frequency *raw)
{
    const skr_frequency_policy *floors = &policy->frequencies;
    uint32_t threshold = threshold_of(policy);
    uint64_t ac = ac_of(raw);
    if (raw->an == 0 || ac > raw->an)
        return false;
    if (raw->n_people < floors->min_people || raw->n_called < floors->min_people ||
        raw->n_carriers < threshold)
        return false;
    double af = (double)ac / (double)raw->an;
    if (af < floors->min_frequency)
        return false;
    if (!floors->has_both_tails)
        return true;
    /* Nobody has more than two of the other copies: so many people they are of at least. */
    uint64_t n_others = (raw->an - ac + 1) / 2;
    return n_others >= threshold && 1 - af >= floors->min_frequency;
}

/* May a number of carriers of one kind be told? Where there can be some, 0 is as hidden as 1. */
static bool is_kind_told(uint32_t threshold, uint32_t n, bool can_be)
{
    return n >= threshold || (n == 0 && !can_be);
}

static bool has_kinds_told(const skr_policy *policy, const skr_raw_frequency *raw,
                           skr_zygosities kinds)
{
    uint32_t threshold = threshold_of(policy);
    return is_kind_told(threshold, raw->n_hom, kinds.has_pairs) &&
           is_kind_told(threshold, raw->n_het, kinds.has_pairs) &&
           is_kind_told(threshold, raw->n_hemi, kinds.has_singles) &&
           is_kind_told(threshold, raw->n_partial, false);
}

static skr_population_frequency tell_exactly(const skr_raw_frequency *raw, const char *tag)
{
    uint64_t ac = ac_of(raw);
    return (skr_population_frequency){.tag = tag,
                                      .af = (double)ac / (double)raw->an,
                                      .an = raw->an,
                                      .has_ac = true,
                                      .ac = ac,
                                      .has_subcounts = true,
                                      .n_hom_copies = raw->n_hom_copies,
                                      .n_het_copies = raw->n_het_copies,
                                      .n_hemi_copies = raw->n_hemi_copies,
                                      .n_partial_copies = raw->n_partial_copies,
                                      .n_carriers = raw->n_carriers,
                                      .n_hom = raw->n_hom,
                                      .n_het = raw->n_het,
                                      .n_hemi = raw->n_hemi,
                                      .n_partial = raw->n_partial};
}

/* What is left of it. False: nothing, because a frequency would be rounded to what it is not. */
static bool tell_rounded(const skr_policy *policy, const skr_raw_frequency *raw, const char *tag,
                         bool has_subcounts, skr_population_frequency *told)
{
    uint32_t n_decimals = policy->frequencies.n_decimals;
    skr_population_frequency whole = tell_exactly(raw, tag);
    *told = (skr_population_frequency){.tag = tag, .af = whole.af, .an = whole.an};
    if (n_decimals == SKR_AF_DECIMALS_ALL) {
        if (has_subcounts)
            *told = whole;
        told->has_ac = true;
        told->ac = whole.ac;
        return true;
    }
    double scale = pow(10, n_decimals);
    told->af = round(whole.af * scale) / scale;
    return (told->af > 0 || whole.ac == 0) && (told->af < 1 || whole.ac == whole.an);
}

/* Does every cell that has people pass? */
static bool are_cells_above(const skr_policy *policy, const skr_raw_populations *raw)
{
    for (size_t i = 0; i < raw->n_cells; i++)
        if (raw->cells[i].n_people > 0 && !is_above(policy, &raw->cells[i]))
            return false;
    return true;
}

static bool are_cell_kinds_told(const skr_policy *policy, const skr_raw_populations *raw)
{
    for (size_t i = 0; i < raw->n_cells; i++)
        if (raw->cells[i].n_people > 0 &&
            !has_kinds_told(policy, &raw->cells[i], raw->cell_kinds[i]))
            return false;
    return true;
}

static size_t disclose_exactly(const skr_raw_populations *raw, skr_population_frequency *told)
{
    size_t n = 0;
    for (size_t i = 0; i < raw->n; i++)
        if (raw->all[i].an > 0)
            told[n++] = tell_exactly(&raw->all[i], raw->tags[i]);
    return n;
}

size_t skr_disclose_frequencies(const skr_policy *policy, const skr_raw_populations *raw,
                                skr_population_frequency *told)
{
    const skr_frequency_policy *floors = &policy->frequencies;
    size_t n = 0;
    if (floors->is_exact)
        return disclose_exactly(raw, told);
    if (raw->n == 0 || !is_above(policy, &raw->all[0]))
        return 0;
    bool has_total_counts =
        floors->has_subcounts && has_kinds_told(policy, &raw->all[0], raw->kinds[0]);
    bool has_counts = floors->has_subcounts && are_cell_kinds_told(policy, raw);
    if (!tell_rounded(policy, &raw->all[0], raw->tags[0], has_total_counts, &told[0]))
        return 0;
    n++;
    if (floors->is_collapsed && !are_cells_above(policy, raw))
        return n;
    for (size_t i = 1; i < raw->n; i++)
        if (is_above(policy, &raw->all[i]))
            n += tell_rounded(policy, &raw->all[i], raw->tags[i], has_counts, &told[n]);
    return n;
}
