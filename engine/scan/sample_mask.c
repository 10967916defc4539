/*
 * sample_mask.c - samples of a segment by who lives and whom a dataset's cohort counts.
 */
#include "engine/scan/sample_mask.h"

#include <string.h>

#include "storage/base/check.h"

bool skr_sample_mask_is_needed(const skr_segment_entry *entry, uint32_t contig)
{
    for (uint32_t i = 0; i < entry->n_tombstones; i++)
        if (entry->tombstones[i].contig == contig || entry->tombstones[i].contig == SKR_NONE)
            return true;
    return false;
}

/* Fills in who counts, by what the bits say. is_all: they say nothing, it is everybody. */
static int settle(const skr_segment *segment, uint64_t serial, skr_sample_mask *mask, bool is_all,
                  skr_err *err)
{
    const skr_sample_table *samples = skr_segment_samples(segment);
    uint32_t n_samples = skr_segment_n_samples(segment);
    skr_sample_set *set = &mask->set;
    int status = SKR_OK;
    SKR_CHECK(is_all || mask->bits != NULL);
    set->n = is_all ? n_samples : (uint32_t)skr_bits_count(mask->bits, skr_bits_words(n_samples));
    SKR_CHECK(set->n <= n_samples);
    set->bits = set->n == n_samples ? NULL : mask->bits;
    set->serial = serial;
    for (unsigned z = 0; z < SKR_N_PLOIDIES && status == SKR_OK; z++)
        if (set->bits == NULL)
            set->n_copies[z] = skr_sample_table_n_copies(samples, (skr_ploidy)z);
        else
            status = skr_sample_table_count_copies(samples, (skr_ploidy)z, set->bits,
                                                   &set->n_copies[z], err);
    return status;
}

static int clear(skr_sample_mask *mask, uint32_t n_samples, skr_err *err)
{
    if (mask->bits == NULL)
        return skr_bits_new(n_samples, &mask->bits, err);
    memset(mask->bits, 0, skr_bits_words(n_samples) * sizeof *mask->bits);
    return SKR_OK;
}

/* Everybody lives but those in the tombstones of the contig. */
static void mark_live(const skr_segment_entry *entry, uint32_t contig, uint32_t n_samples,
                      uint64_t *bits)
{
    memset(bits, 0xff, n_samples / 64 * sizeof *bits);
    for (uint32_t s = n_samples / 64 * 64; s < n_samples; s++)
        skr_bits_set(bits, s);
    for (uint32_t i = 0; i < entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        if (tombstone->contig != contig && tombstone->contig != SKR_NONE)
            continue;
        for (uint32_t k = 0; k < tombstone->n_samples; k++) {
            uint32_t sample = tombstone->samples[k];
            SKR_ASSERT(sample < n_samples); /* as the snapshot has checked */
            bits[sample / 64] &= ~(UINT64_C(1) << sample % 64);
        }
    }
}

int skr_sample_mask_live(const skr_segment *segment, const skr_segment_entry *entry,
                         uint32_t contig, uint64_t serial, skr_sample_mask *mask, skr_err *err)
{
    bool has_dead = skr_sample_mask_is_needed(entry, contig);
    uint32_t n_samples = skr_segment_n_samples(segment);
    if (has_dead) {
        SKR_TRY(clear(mask, n_samples, err));
        mark_live(entry, contig, n_samples, mask->bits);
    }
    return settle(segment, serial, mask, !has_dead, err);
}

/* The contig by which those who live are known: many have no tombstone of their own. */
static uint32_t contig_of(const skr_segment_entry *entry, uint32_t contig)
{
    for (uint32_t i = 0; i < entry->n_tombstones; i++)
        if (entry->tombstones[i].contig == contig)
            return contig;
    return SKR_NONE;
}

int skr_sample_mask_find(const skr_snapshot *snapshot, uint32_t number, uint32_t contig,
                         uint64_t serial, skr_sample_mask *mask, skr_err *err)
{
    const skr_segment_entry *entry = snapshot->entries[number];
    skr_live_totals *all = snapshot->live == NULL ? NULL : snapshot->live[number];
    uint32_t of = contig_of(entry, contig);
    if (all == NULL || !skr_sample_mask_is_needed(entry, of))
        return skr_sample_mask_live(snapshot->segments[number], entry, contig, serial, mask, err);
    const skr_sample_set *kept = skr_live_totals_who(all, of);
    if (kept == NULL) {
        SKR_TRY(skr_sample_mask_live(snapshot->segments[number], entry, of, serial, mask, err));
        if (mask->set.bits != NULL)
            kept = skr_live_totals_keep_who(all, of, &mask->set, mask->bits);
        if (kept != NULL)
            mask->bits = NULL;
    }
    if (kept != NULL)
        mask->set = *kept;
    return SKR_OK;
}

int skr_sample_mask_cohort(const skr_segment *segment, const skr_individuals *individuals,
                           const skr_sample_set *live, const uint64_t *people, uint32_t n_people,
                           uint64_t serial, skr_sample_mask *mask, skr_err *err)
{
    uint32_t n_samples = skr_segment_n_samples(segment);
    SKR_TRY(clear(mask, n_samples, err));
    skr_individuals_gather(individuals, n_samples, people, n_people, mask->bits);
    if (live->bits != NULL)
        skr_bits_and(mask->bits, live->bits, skr_bits_words(n_samples));
    SKR_TRY(settle(segment, serial, mask, false, err));
    SKR_CHECK(mask->set.n <= live->n);
    return SKR_OK;
}
