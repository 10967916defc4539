/*
 * snapshot_repeats.c - on which contigs does somebody count with two samples?
 *
 * Most stores have nobody in two segments, and most of those who are had their samples replaced, so
 * that one of them counts. Only where two count must carriers be told apart by name.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/plan/snapshot.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"

/* A sample of somebody who is in more than one segment. */
typedef struct suspect {
    uint32_t sample;
    uint32_t individual;
} suspect;

/* Of each segment of the assembly, ascending by sample. */
typedef struct suspects {
    suspect *list;
    size_t *ends; /* of each segment */
    size_t n;
    size_t n_max;
} suspects;

/* Do the ranges of individuals of two segments of an assembly overlap? */
static bool ranges_overlap(const skr_snapshot *snapshot, uint32_t a, uint32_t b)
{
    uint32_t first[2];
    uint32_t last[2];
    skr_sample_table_range(skr_segment_samples(snapshot->segments[a]), &first[0], &last[0]);
    skr_sample_table_range(skr_segment_samples(snapshot->segments[b]), &first[1], &last[1]);
    return first[0] <= last[1] && first[1] <= last[0];
}

static bool may_share(const skr_snapshot *snapshot, uint32_t assembly)
{
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        if (snapshot->entries[i]->assembly != assembly)
            continue;
        if (skr_sample_table_has_repeats(skr_segment_samples(snapshot->segments[i])))
            return true; /* a catalogue */
        for (uint32_t k = 0; k < i; k++)
            if (snapshot->entries[k]->assembly == assembly && ranges_overlap(snapshot, i, k))
                return true;
    }
    return false;
}

/* Marks everybody who is in more than one segment. shared and seen: n_people bits, 0. */
static int find_shared(const skr_snapshot *snapshot, uint32_t assembly, uint64_t *shared,
                       uint64_t *seen, bool *ret_is_any, skr_err *err)
{
    *ret_is_any = false;
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        skr_individuals individuals;
        if (snapshot->entries[i]->assembly != assembly)
            continue;
        int status = skr_sample_table_individuals(skr_segment_samples(snapshot->segments[i]),
                                                  &individuals, err);
        if (status < 0)
            return status;
        for (uint32_t s = 0; s < snapshot->entries[i]->n_samples; s++) {
            uint32_t individual = skr_individual_of(&individuals, s);
            SKR_ASSERT(individual < snapshot->n_people); /* as check_segment has seen */
            if (skr_bits_has(seen, individual)) {
                skr_bits_set(shared, individual);
                *ret_is_any = true;
            }
            skr_bits_set(seen, individual);
        }
    }
    return SKR_OK;
}

static int add(suspects *all, suspect one, skr_err *err)
{
    if (all->n == all->n_max) {
        size_t n_max = 2 * all->n_max + 256;
        suspect *list = realloc(all->list, n_max * sizeof *list);
        if (list == NULL)
            return skr_fail_nomem(err, "people in two segments");
        all->list = list;
        all->n_max = n_max;
    }
    all->list[all->n++] = one;
    return SKR_OK;
}

static int list_suspects(const skr_snapshot *snapshot, uint32_t assembly, const uint64_t *shared,
                         suspects *all, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; i < snapshot->n_segments && status == SKR_OK; i++) {
        skr_individuals individuals;
        bool is_here = snapshot->entries[i]->assembly == assembly;
        if (is_here)
            status = skr_sample_table_individuals(skr_segment_samples(snapshot->segments[i]),
                                                  &individuals, err);
        for (uint32_t s = 0; is_here && status == SKR_OK && s < snapshot->entries[i]->n_samples;
             s++) {
            uint32_t individual = skr_individual_of(&individuals, s);
            if (skr_bits_has(shared, individual))
                status = add(all, (suspect){s, individual}, err);
        }
        all->ends[i] = all->n;
    }
    return status;
}

/* Does somebody count with two of them on a contig? seen: n_people bits. */
static bool is_repeated_on(const skr_snapshot *snapshot, const suspects *all, uint32_t contig,
                           uint64_t *seen)
{
    memset(seen, 0, skr_bits_words(snapshot->n_people) * sizeof *seen);
    size_t at = 0;
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        SKR_CHECK(at <= all->ends[i] && all->ends[i] <= all->n);
        for (; at < all->ends[i]; at++) {
            const suspect *one = &all->list[at];
            if (skr_manifest_is_superseded(snapshot->entries[i], contig, one->sample))
                continue;
            if (skr_bits_has(seen, one->individual))
                return true;
            skr_bits_set(seen, one->individual);
        }
    }
    return false;
}

static int judge_contigs(skr_snapshot *snapshot, uint32_t assembly, const uint64_t *shared,
                         uint64_t *seen, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    suspects all = {.ends = calloc((size_t)snapshot->n_segments + 1, sizeof *all.ends)};
    int status = all.ends == NULL ? skr_fail_nomem(err, "people in two segments")
                                  : list_suspects(snapshot, assembly, shared, &all, err);
    for (uint32_t c = 0; status == SKR_OK && c < manifest->assemblies[assembly].n_contigs; c++)
        snapshot->has_repeats[assembly][c] = is_repeated_on(snapshot, &all, c, seen);
    free(all.list);
    free(all.ends);
    return status;
}

static int find_between(skr_snapshot *snapshot, uint32_t assembly, skr_err *err)
{
    uint64_t *seen = NULL;
    uint64_t *shared = NULL;
    bool is_any = false;
    int status = skr_bits_new(snapshot->n_people, &seen, err);
    if (status == SKR_OK)
        status = skr_bits_new(snapshot->n_people, &shared, err);
    if (status == SKR_OK)
        status = find_shared(snapshot, assembly, shared, seen, &is_any, err);
    if (status == SKR_OK && is_any)
        status = judge_contigs(snapshot, assembly, shared, seen, err);
    free(shared);
    free(seen);
    return status;
}

int skr_snapshot_find_repeats(skr_snapshot *snapshot, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    int status = SKR_OK;
    snapshot->has_repeats = calloc((size_t)manifest->n_assemblies + 1, sizeof(bool *));
    if (snapshot->has_repeats == NULL)
        return skr_fail_nomem(err, "a store");
    for (uint32_t a = 0; status == SKR_OK && a < manifest->n_assemblies; a++) {
        size_t n_contigs = manifest->assemblies[a].n_contigs;
        bool *repeats = calloc(n_contigs + 1, sizeof *repeats);
        if (repeats == NULL)
            return skr_fail_nomem(err, "a store");
        snapshot->has_repeats[a] = repeats;
        bool is_within = false;
        for (uint32_t i = 0; i < snapshot->n_segments; i++)
            is_within |= snapshot->entries[i]->assembly == a &&
                         !skr_segment_is_catalogue(snapshot->segments[i]) &&
                         skr_sample_table_has_repeats(skr_segment_samples(snapshot->segments[i]));
        if (is_within)
            memset(repeats, 1, n_contigs * sizeof *repeats);
        else if (may_share(snapshot, a))
            status = find_between(snapshot, a, err);
    }
    return status;
}
