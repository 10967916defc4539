/*
 * record_haplotypes.c - from how genotypes are written to the haplotypes of carriers.
 */
#include "engine/import/genomes/record_haplotypes.h"

#include <string.h>

#include "engine/import/genomes/record_phase_int.h"
#include "storage/base/zigzag.h"

void skr_record_haplotypes_done(skr_record_haplotypes *haplotypes)
{
    skr_haplotypes_done(&haplotypes->phased);
    skr_buffer_done(&haplotypes->flips);
}

bool skr_record_haplotypes_are_known(skr_ploidy ploidy, skr_karyotype karyotype)
{
    if (ploidy == SKR_PLOIDY_X || ploidy == SKR_PLOIDY_Y)
        return karyotype.n_x != SKR_KARYOTYPE_UNKNOWN;
    return ploidy == SKR_PLOIDY_DIPLOID;
}

/* ------------------------------------------------------------------ one fragment */

/* What the parts of a fragment's phase are. */
typedef struct reading {
    const skr_record_samples *samples;
    const skr_carriers *carriers;
    bool is_phased;       /* those that are not in flips */
    const uint8_t *flips; /* a bit a sample; NULL: none */
} reading;

static bool is_phased(const reading *r, uint32_t sample)
{
    bool is_flipped = r->flips != NULL && (r->flips[sample / 8] >> sample % 8 & 1) != 0;
    return r->is_phased != is_flipped &&
           skr_record_haplotypes_are_known(r->samples->ploidy, r->samples->karyotypes[sample]);
}

/* The list of flips as bits. */
static int read_flips(skr_record_haplotypes *haplotypes, skr_cursor *cursor, uint32_t n_samples,
                      skr_err *err)
{
    size_t n_bytes = (n_samples + 7u) / 8;
    uint64_t sample = 0;
    haplotypes->flips.n = 0;
    SKR_TRY(skr_buffer_reserve(&haplotypes->flips, n_bytes, err));
    memset(haplotypes->flips.bytes, 0, n_bytes);
    uint64_t n = skr_cursor_varint_max(cursor, n_samples);
    for (uint64_t i = 0; i < n && !cursor->is_bad; i++) {
        sample += skr_cursor_varint_max(cursor, n_samples);
        if (sample < n_samples)
            haplotypes->flips.bytes[sample / 8] |= (uint8_t)(1u << sample % 8);
        else
            cursor->is_bad = true;
    }
    return SKR_OK;
}

static int add(skr_record_haplotypes *haplotypes, const reading *r, uint32_t sample, bool is_second,
               skr_err *err)
{
    return skr_haplotypes_add(
        &haplotypes->phased,
        (skr_haplotype){sample, r->samples->part, SKR_HAPLOTYPE_SET_WHOLE, is_second}, err);
}

/* Plain carriers of one copy. */
static int read_firsts(skr_record_haplotypes *haplotypes, const reading *r, skr_cursor *cursor,
                       skr_err *err)
{
    const skr_carriers *carriers = r->carriers;
    uint32_t n_single = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < carriers->n; i++)
        n_single += carriers->dosages[i] == 1;
    const uint8_t *map = skr_cursor_bytes(cursor, (n_single + 7u) / 8);
    if (map == NULL)
        return SKR_OK;
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        if (carriers->dosages[i] != 1)
            continue;
        bool is_first = (map[n / 8] >> n % 8 & 1) != 0;
        n++;
        if (r->samples->expected[sample] == 2 && is_phased(r, sample))
            SKR_TRY(add(haplotypes, r, sample, !is_first, err));
    }
    return SKR_OK;
}

/* Is a sample a carrier of one copy that is no plain one? Samples are asked for ascending. */
static bool is_single_bag(const skr_carriers *carriers, uint32_t *next, uint64_t sample)
{
    while (*next < carriers->n_bags && carriers->bags[*next].sample < sample)
        ++*next;
    return *next < carriers->n_bags && carriers->bags[*next].sample == sample &&
           carriers->bags[*next].n_this == 1;
}

/* Genotypes with unknown copies: of two copies one is the allele. */
static int read_odds(skr_record_haplotypes *haplotypes, const reading *r, skr_cursor *cursor,
                     skr_err *err)
{
    uint64_t sample = 0;
    uint32_t next = 0;
    uint64_t n = skr_cursor_varint_max(cursor, r->samples->n);
    for (uint64_t i = 0; i < n && !cursor->is_bad; i++) {
        sample += skr_cursor_varint_max(cursor, r->samples->n);
        uint8_t n_copies = skr_cursor_u8(cursor);
        uint8_t flags = skr_cursor_u8(cursor);
        bool has_ways = (flags & SKR_PHASE_ODD_WAYS) != 0;
        uint64_t ways = has_ways ? skr_cursor_varint_max(cursor, UINT32_MAX) : 0;
        if (sample >= r->samples->n)
            cursor->is_bad = true;
        if (cursor->is_bad || !has_ways || n_copies != 2 ||
            !is_single_bag(r->carriers, &next, sample) || !is_phased(r, (uint32_t)sample))
            continue;
        SKR_TRY(add(haplotypes, r, (uint32_t)sample, (ways & 3) != SKR_WAY_THIS, err));
    }
    return SKR_OK;
}

/* The sets that are named. Who is of an unknown one is not phased. */
static void read_sets(skr_haplotypes *phased, uint32_t n_samples, skr_cursor *cursor)
{
    uint64_t sample = 0;
    int64_t set = 0;
    uint32_t next = 0;
    uint32_t n_left = 0;
    for (uint64_t gap; (gap = skr_cursor_varint(cursor)) != 0 && !cursor->is_bad;) {
        set += skr_unzigzag(skr_cursor_varint(cursor));
        sample += gap - 1;
        if (sample >= n_samples) {
            cursor->is_bad = true;
            return;
        }
        while (next < phased->n && phased->list[next].sample < sample)
            next++;
        if (next < phased->n && phased->list[next].sample == sample)
            phased->list[next].set = set;
    }
    for (uint32_t i = 0; i < phased->n; i++)
        if (phased->list[i].set != SKR_PHASE_NO_SET)
            phased->list[n_left++] = phased->list[i];
    phased->n = n_left;
}

int skr_record_haplotypes_read(skr_record_haplotypes *haplotypes, skr_cursor *cursor,
                               const skr_record_samples *samples, const skr_carriers *carriers,
                               skr_err *err)
{
    unsigned head = skr_cursor_u8(cursor);
    reading r = {
        .samples = samples, .carriers = carriers, .is_phased = (head & SKR_PHASE_HEAD_PHASED) != 0};
    haplotypes->phased.n = 0;
    if ((head & SKR_PHASE_HEAD_FIRSTS) == 0) /* nobody is phased */
        return SKR_OK;
    if ((head & SKR_PHASE_HEAD_FLIPS) != 0) {
        SKR_TRY(read_flips(haplotypes, cursor, samples->n, err));
        r.flips = haplotypes->flips.bytes;
    }
    if ((head & SKR_PHASE_HEAD_FLIP_MAP) != 0)
        r.flips = skr_cursor_bytes(cursor, (samples->n + 7u) / 8);
    if (!cursor->is_bad)
        SKR_TRY(read_firsts(haplotypes, &r, cursor, err));
    if (!cursor->is_bad && (head & SKR_PHASE_HEAD_ODDS) != 0)
        SKR_TRY(read_odds(haplotypes, &r, cursor, err));
    skr_haplotypes_sort(&haplotypes->phased);
    if ((head & SKR_PHASE_HEAD_SETS) != 0)
        read_sets(&haplotypes->phased, samples->n, cursor);
    return SKR_OK;
}

/* ------------------------------------------------------------------ several records */

int skr_record_haplotypes_add(skr_record_haplotypes *haplotypes, uint32_t sample,
                              const skr_spellings *all, uint8_t n_this, uint32_t part, skr_err *err)
{
    bool is_known = all->is_phased && n_this == 1 && all->n_copies == 2 && all->n_keys > 0 &&
                    __builtin_popcount(all->has_this) == 1;
    if (!is_known)
        return SKR_OK;
    int64_t set = all->set == SKR_PHASE_SET_NONE ? SKR_HAPLOTYPE_SET_WHOLE : all->set;
    return skr_haplotypes_add(&haplotypes->phased,
                              (skr_haplotype){sample, part, set, (all->has_this & 1) == 0}, err);
}
