/*
 * What is merged next: full levels from the lowest up, segments that are hollow, and all into one
 * where that is asked for; never segments of two datasets or assemblies.
 */
#include "engine/import/compact/compact_plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

static skr_err err;
static uint64_t due_s = SKR_COMPACT_DUE_ALL; /* of the wish */

static skr_manifest *manifest_new(void)
{
    skr_manifest *manifest = NULL;
    uint32_t index = 0;
    cr_assert(zero(int, skr_manifest_new(&manifest, &err)));
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "a", &index, &err)));
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "b", &index, &err)));
    cr_assert(zero(int, skr_manifest_add_assembly(manifest, "GRCh37", &index, &err)));
    cr_assert(zero(int, skr_manifest_add_assembly(manifest, "GRCh38", &index, &err)));
    return manifest;
}

static uint32_t add(skr_manifest *manifest, uint32_t dataset, uint32_t assembly, uint64_t n_bytes)
{
    uint32_t index = 0;
    skr_segment_entry entry = {
        .dataset = dataset, .assembly = assembly, .n_samples = 100, .file = {.n_bytes = n_bytes}};
    (void)snprintf(entry.file.name, sizeof entry.file.name, "segment-%u.skr", manifest->n_segments);
    cr_assert(zero(int, skr_manifest_add_segment(manifest, &entry, &index, &err)));
    return index;
}

/* How many segments the next merge has; *ret_first: the first of them. */
static uint32_t next(const skr_manifest *manifest, uint32_t dataset, bool is_into_one,
                     uint32_t n_together, uint32_t *ret_first)
{
    const skr_compact_wish wish = {
        .dataset = dataset, .is_into_one = is_into_one, .n_together = n_together, .due_s = due_s};
    skr_compact_plan plan;
    cr_assert(zero(int, skr_compact_plan_next(manifest, &wish, &plan, &err)));
    for (uint32_t i = 1; i < plan.n_segments; i++)
        cr_assert(plan.segments[i - 1] < plan.segments[i], "ascending, each once");
    if (plan.n_segments > 0 && ret_first != NULL)
        *ret_first = plan.segments[0];
    free(plan.segments);
    return plan.n_segments;
}

Test(compact_plan, levels_grow_sixteenfold)
{
    cr_assert(eq(uint, skr_compact_plan_level(0), 0));
    cr_assert(eq(uint, skr_compact_plan_level((64 << 10) - 1), 0));
    cr_assert(eq(uint, skr_compact_plan_level(64 << 10), 1));
    cr_assert(eq(uint, skr_compact_plan_level(1 << 20), 2));
    cr_assert(eq(uint, skr_compact_plan_level((uint64_t)1 << 40), 7));
}

Test(compact_plan, merges_the_lowest_full_level)
{
    skr_manifest *manifest = manifest_new();
    uint32_t first = 0;
    cr_assert(zero(u32, next(manifest, SKR_NONE, false, 64, NULL)), "nothing in nothing");
    for (int i = 0; i < 16; i++)
        (void)add(manifest, 0, 0, 1 << 20);
    uint32_t small = add(manifest, 0, 0, 1000);
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, &first), 16));
    cr_assert(eq(u32, first, 0));
    for (int i = 0; i < 14; i++)
        (void)add(manifest, 0, 0, 1000);
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, &first), 16), "15 small ones do not do");
    cr_assert(eq(u32, first, 0));
    (void)add(manifest, 0, 0, 1000);
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, &first), 16));
    cr_assert(eq(u32, first, small));
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 5, NULL), 5), "as many as there is room for");
    cr_assert(zero(u32, next(manifest, 1, false, 64, NULL)), "of another dataset");
    skr_manifest_free(manifest);
}

Test(compact_plan, keeps_datasets_and_assemblies_apart)
{
    skr_manifest *manifest = manifest_new();
    for (uint32_t i = 0; i < 60; i++)
        (void)add(manifest, i % 2, i / 2 % 2, 1000);
    cr_assert(zero(u32, next(manifest, SKR_NONE, false, 64, NULL)), "15 of each");
    uint32_t last = add(manifest, 1, 1, 1000);
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, NULL), 16));
    cr_assert(eq(u32, last, 60));
    cr_assert(eq(u32, next(manifest, 0, true, 64, NULL), 15));
    skr_manifest_free(manifest);
}

Test(compact_plan, makes_hollow_segments_anew)
{
    skr_manifest *manifest = manifest_new();
    uint32_t samples[20];
    uint32_t first = 0;
    for (uint32_t i = 0; i < 20; i++)
        samples[i] = i;
    (void)add(manifest, 0, 0, 1000);
    uint32_t hollow = add(manifest, 0, 0, 1000);
    cr_assert(zero(int, skr_manifest_supersede(&manifest->segments[hollow], 3, samples, 2, &err)));
    cr_assert(zero(u32, next(manifest, SKR_NONE, false, 64, NULL)), "a few on a contig may wait");
    cr_assert(zero(int, skr_manifest_supersede(&manifest->segments[hollow], 3, samples, 20, &err)));
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, &first), 1));
    cr_assert(eq(u32, first, hollow));
    uint32_t withdrawn = add(manifest, 1, 0, 1000);
    cr_assert(zero(
        int, skr_manifest_supersede(&manifest->segments[withdrawn], SKR_NONE, samples, 1, &err)));
    cr_assert(eq(u32, next(manifest, 1, false, 64, &first), 1), "who is withdrawn goes");
    cr_assert(eq(u32, first, withdrawn));
    skr_manifest_free(manifest);
}

Test(compact_plan, waits_until_withdrawals_are_due)
{
    skr_manifest *manifest = manifest_new();
    const uint32_t sample = 5;
    const skr_deletion deletion = {.dataset = 0, .n_people = 1, .due_s = 1000};
    uint32_t at = add(manifest, 0, 0, 1000);
    cr_assert(
        zero(int, skr_manifest_supersede(&manifest->segments[at], SKR_NONE, &sample, 1, &err)));
    cr_assert(zero(int, skr_manifest_add_deletion(manifest, &deletion, NULL, &err)));
    due_s = 999;
    cr_assert(zero(u32, next(manifest, SKR_NONE, false, 64, NULL)));
    due_s = 1000;
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, NULL), 1));
    manifest->deletions[0].dataset = 1;
    cr_assert(zero(u32, next(manifest, SKR_NONE, false, 64, NULL)), "of another dataset");
    manifest->deletions[0].dataset = 0;
    manifest->deletions[0].gone_generation = 3;
    cr_assert(zero(u32, next(manifest, SKR_NONE, false, 64, NULL)), "done already");
    due_s = SKR_COMPACT_DUE_ALL;
    cr_assert(eq(u32, next(manifest, SKR_NONE, false, 64, NULL), 1));
    skr_manifest_free(manifest);
}

/* All into one: as few merges as can be, the first the smallest, and nothing afterwards. */
Test(compact_plan, comes_to_one_segment)
{
    for (uint32_t n_segments = 1; n_segments < 40; n_segments++) {
        skr_manifest *manifest = manifest_new();
        uint32_t n_merges = 0;
        for (uint32_t i = 0; i < n_segments; i++)
            (void)add(manifest, 0, 0, 1000 + i);
        for (uint32_t n; (n = next(manifest, SKR_NONE, true, 4, NULL)) > 0; n_merges++) {
            cr_assert(n > 1 && n <= 4);
            for (uint32_t i = 0; i < n; i++)
                skr_manifest_drop_segment(manifest, 0);
            (void)add(manifest, 0, 0, 100000);
        }
        cr_assert(eq(u32, manifest->n_segments, 1));
        cr_assert(eq(u32, n_merges, (n_segments - 1 + 2) / 3));
        const uint32_t sample = 3;
        cr_assert(zero(int, skr_manifest_supersede(&manifest->segments[0], 1, &sample, 1, &err)));
        cr_assert(eq(u32, next(manifest, SKR_NONE, true, 4, NULL), 1), "without the dead");
        skr_manifest_free(manifest);
    }
}
