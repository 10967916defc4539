/*
 * scan_doubt.c - for which alleles a frequency says little: AN covers less than half of the
 * genomes.
 *
 * A file that says nothing of those without the allele makes every frequency about one half. The
 * alleles that were judged by af are counted while they are judged, where their AN is known anyway.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/scan/scan_int.h"

static bool is_of(const skr_scan *scan, const skr_segment_entry *entry, uint32_t slot)
{
    return entry->assembly == scan->scope.plan->assembly &&
           entry->dataset == scan->scope.slots[slot].dataset;
}

/* The genomes of a slot, each once though several deliveries may hold it. */
static int count_genomes(const skr_scan *scan, uint32_t slot, uint64_t *ret_n, skr_err *err)
{
    const skr_snapshot *snapshot = scan->scope.plan->snapshot;
    uint64_t *people = NULL;
    int status = skr_bits_new(snapshot->n_people, &people, err);
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->n_segments; i++)
        if (is_of(scan, snapshot->entries[i], slot))
            status = skr_snapshot_mark_genomes(snapshot, i, people, err);
    if (status == SKR_OK)
        *ret_n = skr_bits_count(people, skr_bits_words(snapshot->n_people));
    free(people);
    return status;
}

/* Adds the samples of a segment, without those who have withdrawn, and their copies. */
static int add_samples(const skr_snapshot *snapshot, uint32_t number, uint64_t *n_samples,
                       uint64_t *n_copies, skr_err *err)
{
    skr_sample_mask mask = {0};
    int status = skr_sample_mask_find(snapshot, number, SKR_NONE, 1, &mask, err);
    free(mask.bits);
    if (status != SKR_OK)
        return status;
    *n_samples += mask.set.n;
    for (unsigned z = 0; z < SKR_N_PLOIDIES; z++)
        n_copies[z] += mask.set.n_copies[z];
    return SKR_OK;
}

/* Half of the copies that all genomes of the slot have there, rounded up. */
static int find_halves(const skr_scan *scan, uint32_t slot, skr_af_doubt *doubt, skr_err *err)
{
    const skr_snapshot *snapshot = scan->scope.plan->snapshot;
    uint64_t n_copies[SKR_N_PLOIDIES] = {0};
    uint64_t n_samples = 0;
    bool is_plain = true; /* each sample is a genome of its own */
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        const skr_segment_entry *entry = snapshot->entries[i];
        if (!is_of(scan, entry, slot))
            continue;
        is_plain = is_plain && n_samples == 0 &&
                   !skr_sample_table_has_repeats(skr_segment_samples(snapshot->segments[i]));
        SKR_TRY(add_samples(snapshot, i, &n_samples, n_copies, err));
    }
    doubt->n_genomes = n_samples;
    int status = is_plain ? SKR_OK : count_genomes(scan, slot, &doubt->n_genomes, err);
    for (unsigned z = 0; z < SKR_N_PLOIDIES && n_samples > 0; z++) {
        double share = (double)doubt->n_genomes / (double)n_samples;
        doubt->half[z] = ((uint64_t)((double)n_copies[z] * share + 0.5) + 1) / 2;
    }
    return status;
}

int skr_scan_doubt_begin(skr_scan *scan, skr_err *err)
{
    int status = SKR_OK;
    if (!scan->scope.plan->has_af || scan->warnings == NULL)
        return SKR_OK;
    scan->scope.doubts = calloc((size_t)scan->scope.n_slots + 1, sizeof *scan->scope.doubts);
    if (scan->scope.doubts == NULL)
        return skr_fail_nomem(err, "a scan");
    for (uint32_t slot = 0; status == SKR_OK && slot < scan->scope.n_slots; slot++)
        status = find_halves(scan, slot, &scan->scope.doubts[slot], err);
    return status;
}

/* What hangs on single alleles is not told under a policy that hides: only that it is most. */
static int warn(const skr_scan *scan, uint32_t slot, skr_err *err)
{
    const skr_policy *policy = &scan->scope.access->policy;
    const skr_af_doubt *doubt = &scan->scope.doubts[slot];
    const char *dataset =
        scan->scope.plan->snapshot->manifest->datasets[scan->scope.slots[slot].dataset].id;
    const skr_figure figures[] = {{"alleles", doubt->seen.n_low},
                                  {"judged", doubt->seen.n_judged},
                                  {"genomes", doubt->n_genomes}};
    if (doubt->seen.n_low == 0)
        return SKR_OK;
    if (policy->is_exact)
        return skr_warnings_add(scan->warnings, SKR_WARN_LOW_AN, figures, 3, err,
                                "af: AN covers less than half of the %" PRIu64
                                " genomes of dataset %s for %" PRIu64 " of %" PRIu64
                                " alleles judged",
                                doubt->n_genomes, dataset, doubt->seen.n_low, doubt->seen.n_judged);
    if (doubt->seen.n_low < doubt->seen.n_judged - doubt->seen.n_low ||
        doubt->n_genomes < 2 * (uint64_t)policy->threshold)
        return SKR_OK;
    return skr_warnings_add(scan->warnings, SKR_WARN_LOW_AN, NULL, 0, err,
                            "af: AN covers less than half of the genomes of dataset %s for most "
                            "alleles judged",
                            dataset);
}

int skr_scan_doubt_end(skr_scan *scan, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t slot = 0;
         scan->scope.doubts != NULL && status == SKR_OK && slot < scan->scope.n_slots; slot++)
        status = warn(scan, slot, err);
    return status;
}

static void add_seen(skr_af_seen *all, const skr_af_seen *more)
{
    all->n_judged += more->n_judged;
    all->n_low += more->n_low;
}

void skr_scan_doubt_add(skr_scan *scan, const skr_worker *worker)
{
    skr_af_doubt *doubts = scan->scope.doubts;
    for (uint32_t slot = 0; doubts != NULL && slot < scan->scope.n_slots; slot++)
        add_seen(&doubts[slot].seen, &worker->judge.seen[slot]);
    for (uint32_t i = 0; doubts != NULL && i < worker->n_cursors; i++)
        add_seen(&doubts[worker->cursors[i].slot].seen, &worker->cursors[i].seen);
}
