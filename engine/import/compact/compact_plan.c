/*
 * compact_plan.c - levels by size: 16 segments of one level make one of the next, so that each byte
 * is written once a level, and there are never more than 15 of each.
 */
#include "engine/import/compact/compact_plan.h"

#include <stdlib.h>

#include "engine/import/face/compact.h"

/* Segments below this size are all of one level. */
#define LEVEL_BYTES_FIRST ((uint64_t)64 << 10)

/* With so large a part of its samples dead a segment is made anew: one in DEAD_PART. */
#define DEAD_PART 8u

unsigned skr_compact_plan_level(uint64_t n_bytes)
{
    unsigned level = 0;
    for (; n_bytes >= LEVEL_BYTES_FIRST; n_bytes /= SKR_COMPACT_FAN_IN)
        level++;
    return level;
}

/* ------------------------------------------------------------------ one dataset and assembly */

typedef struct group {
    const skr_manifest *manifest;
    uint32_t *segments; /* smallest first */
    uint32_t n;
} group;

static int compare_bytes(const void *a, const void *b, void *context)
{
    const skr_manifest *manifest = context;
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    uint64_t n_left = manifest->segments[left].file.n_bytes;
    uint64_t n_right = manifest->segments[right].file.n_bytes;
    if (n_left != n_right)
        return n_left < n_right ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* Is anybody who has withdrawn from the dataset to be gone from its files? */
static bool is_due(const skr_manifest *manifest, uint32_t dataset, const skr_compact_wish *wish)
{
    for (uint32_t i = 0; i < manifest->n_deletions; i++) {
        const skr_deletion *deletion = &manifest->deletions[i];
        if (deletion->dataset == dataset && deletion->gone_generation == 0 &&
            deletion->due_s <= wish->due_s)
            return true;
    }
    return wish->due_s == SKR_COMPACT_DUE_ALL;
}

/* Is it worth it that a segment is made anew, for whom it holds and who counts no more? */
static bool is_hollow(const skr_manifest *manifest, const skr_segment_entry *segment,
                      const skr_compact_wish *wish)
{
    for (uint32_t i = 0; i < segment->n_tombstones; i++)
        if (segment->tombstones[i].n_samples > segment->n_samples / DEAD_PART ||
            (segment->tombstones[i].contig == SKR_NONE && is_due(manifest, segment->dataset, wish)))
            return true;
    return false;
}

/*
 * All into one: the smallest first, and the first merge so small that the last is full. So least is
 * written.
 */
static uint32_t count_into_one(const group *all, uint32_t n_together)
{
    if (all->n <= n_together)
        return all->n > 1 || all->manifest->segments[all->segments[0]].n_tombstones > 0 ? all->n
                                                                                        : 0;
    return (all->n - 2) % (n_together - 1) + 2;
}

/* The segments of the lowest level that is full; *ret_from: where they begin. */
static uint32_t count_level(const group *all, uint32_t n_together, uint32_t *ret_from)
{
    for (uint32_t from = 0, to; from < all->n; from = to) {
        const skr_segment_entry *segments = all->manifest->segments;
        unsigned level = skr_compact_plan_level(segments[all->segments[from]].file.n_bytes);
        for (to = from + 1; to < all->n && skr_compact_plan_level(
                                               segments[all->segments[to]].file.n_bytes) == level;)
            to++;
        *ret_from = from;
        if (to - from >= SKR_COMPACT_FAN_IN)
            return to - from < n_together ? to - from : n_together;
    }
    return 0;
}

/* A single segment that is to be made anew. */
static uint32_t count_hollow(const group *all, const skr_compact_wish *wish, uint32_t *ret_from)
{
    for (uint32_t i = 0; i < all->n; i++) {
        *ret_from = i;
        if (is_hollow(all->manifest, &all->manifest->segments[all->segments[i]], wish))
            return 1;
    }
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* Fills the plan with what is to be merged of a group, if anything is. */
static void choose(const group *all, const skr_compact_wish *wish, skr_compact_plan *plan)
{
    uint32_t from = 0;
    uint32_t n = 0;
    if (all->n == 0)
        return;
    if (wish->is_into_one)
        n = count_into_one(all, wish->n_together);
    else
        n = count_level(all, wish->n_together, &from);
    if (n == 0 && !wish->is_into_one)
        n = count_hollow(all, wish, &from);
    for (uint32_t i = 0; i < n; i++)
        plan->segments[i] = all->segments[from + i];
    plan->n_segments = n;
    if (n > 0)
        qsort(plan->segments, n, sizeof *plan->segments, compare_numbers);
}

/* ------------------------------------------------------------------ all of them */

/*
 * The segments of a dataset and assembly, smallest first. Those with indels that were only trimmed
 * stay apart: the store must know of which deliveries they are.
 */
static void find_group(group *all, uint32_t dataset, uint32_t assembly, bool has_raw_indels)
{
    const skr_manifest *manifest = all->manifest;
    all->n = 0;
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        if (manifest->segments[i].dataset == dataset &&
            manifest->segments[i].assembly == assembly &&
            manifest->segments[i].has_raw_indels == has_raw_indels)
            all->segments[all->n++] = i;
    if (all->n > 0)
        qsort_r(all->segments, all->n, sizeof *all->segments, compare_bytes, (void *)manifest);
}

int skr_compact_plan_next(const skr_manifest *manifest, const skr_compact_wish *wish,
                          skr_compact_plan *ret_plan, skr_err *err)
{
    group all = {.manifest = manifest};
    skr_compact_plan plan = {0};
    all.segments = malloc((manifest->n_segments + 1u) * sizeof *all.segments);
    plan.segments = malloc((manifest->n_segments + 1u) * sizeof *plan.segments);
    if (all.segments == NULL || plan.segments == NULL) {
        free(all.segments);
        free(plan.segments);
        return skr_fail_nomem(err, "segments");
    }
    for (uint32_t dataset = 0; dataset < manifest->n_datasets; dataset++) {
        if (wish->dataset != SKR_NONE && wish->dataset != dataset)
            continue;
        for (uint32_t i = 0; i < 2 * manifest->n_assemblies && plan.n_segments == 0; i++) {
            find_group(&all, dataset, i / 2, i % 2 != 0);
            choose(&all, wish, &plan);
        }
    }
    free(all.segments);
    *ret_plan = plan;
    return SKR_OK;
}
