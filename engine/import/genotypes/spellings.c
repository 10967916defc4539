/*
 * spellings.c - rule 4: the least within a key, and how keys are laid over each other.
 */
#include "engine/import/genotypes/spellings.h"

#define EACH_FIRST_BIT 0x55555555u

static bool is_same_phase(const skr_spoken *a, const skr_spoken *b)
{
    return a->is_phased && b->is_phased && a->n_copies == b->n_copies && a->set == b->set &&
           a->file == b->file && a->ways == b->ways;
}

void skr_spellings_add_spoken(skr_spoken *all, const skr_spoken *one)
{
    if (!one->is_said)
        return;
    if (!all->is_said) {
        *all = *one;
        return;
    }
    /* Where two records of one key differ by haplotype, only their numbers can be compared. */
    all->is_phased = is_same_phase(all, one);
    all->n_this = one->n_this < all->n_this ? one->n_this : all->n_this;
    all->n_other = one->n_other < all->n_other ? one->n_other : all->n_other;
    all->n_copies = one->n_copies > all->n_copies ? one->n_copies : all->n_copies;
    all->is_mixture = all->is_mixture || one->is_mixture;
}

void skr_spellings_add(skr_spellings *all, const skr_spoken *key)
{
    all->is_said = all->is_said || key->is_said;
    if (!key->is_said || key->n_this + key->n_other == 0)
        return;
    bool is_first = all->n_keys == 0;
    bool is_same_set = is_first || (all->set == key->set && all->file == key->file &&
                                    all->n_copies == key->n_copies);
    all->is_phased = key->is_phased && is_same_set && (is_first || all->is_phased);
    all->set = key->set;
    all->file = key->file;
    all->has_this |= key->ways >> 1 & EACH_FIRST_BIT;
    all->has_other |= key->ways & EACH_FIRST_BIT;
    all->n_keys = is_first ? 1 : 2;
    all->is_mixture = all->is_mixture || key->is_mixture;
    all->sum_this = (uint16_t)(all->sum_this + key->n_this);
    if (key->n_this > all->most_this)
        all->most_this = key->n_this;
    if (is_first || key->n_other < all->least_other)
        all->least_other = key->n_other;
    if (key->n_this + key->n_other > all->most_called)
        all->most_called = (uint8_t)(key->n_this + key->n_other);
    if (key->n_copies > all->n_copies)
        all->n_copies = key->n_copies;
}

void skr_spellings_add_record(skr_spellings *all, uint32_t n_this, uint32_t n_other)
{
    if (all->n_keys == 0)
        return;
    if (n_this > all->most_this)
        all->most_this = (uint8_t)(n_this < all->n_copies ? n_this : all->n_copies);
    if (n_other < all->least_other)
        all->least_other = (uint8_t)n_other;
}

static skr_zygosity zygosity_of(const skr_spellings *all, uint32_t n_this, uint32_t n_other,
                                skr_ploidy ploidy)
{
    if (ploidy == SKR_PLOIDY_MT)
        return all->is_mixture ? SKR_HET : SKR_HEMI;
    if (all->n_copies == 1)
        return SKR_HEMI;
    if (n_this + n_other < all->n_copies)
        return SKR_PARTIAL;
    return n_other > 0 ? SKR_HET : SKR_HOM;
}

skr_settled_copies skr_spellings_settle(const skr_spellings *all, skr_ploidy ploidy)
{
    uint32_t n_this = all->most_this;
    uint32_t n_other = all->least_other;
    /* The copies of all keys may be different ones, and then so many called ones are left. */
    uint32_t n_left = all->most_called > all->sum_this ? all->most_called - all->sum_this : 0;
    if (all->n_keys > 1 && all->is_phased) {
        n_this = (uint32_t)__builtin_popcount(all->has_this);
        n_other = (uint32_t)__builtin_popcount(all->has_other & ~all->has_this);
    } else if (all->n_keys > 1) {
        n_other = n_other < n_left ? n_other : n_left;
    }
    return (skr_settled_copies){.n_this = (uint8_t)n_this,
                                .n_called = (uint8_t)(n_this + n_other),
                                .zygosity = zygosity_of(all, n_this, n_other, ploidy)};
}
