/*
 * The parts of a merged segment: samples under new numbers, runs as long as they can be, without
 * deliveries of which nobody is left, and with what tombstones took.
 */
#include "engine/import/compact/compact_parts.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static skr_err err;

static skr_delivery deliveries[] = {{.n_samples = 4}, {.n_samples = 3}};
static skr_manifest manifest = {.deliveries = deliveries, .n_deliveries = 2};

Test(compact_parts, has_new_numbers_in_runs)
{
    skr_sample_run runs[] = {{2, 0}, {1, SKR_NONE}, {1, 2}};
    skr_segment_part part = {.delivery = 0, .runs = runs, .n_runs = 3};
    skr_segment_entry segment = {.n_samples = 3, .parts = &part, .n_parts = 1};
    const uint32_t numbers[] = {10, 11, 12};
    const uint32_t others[] = {SKR_NONE, SKR_NONE, 0};
    skr_segment_entry merged = {.n_samples = 20};
    cr_assert(zero(int, skr_compact_parts_add(&manifest, &segment, numbers, &merged, &err)));
    cr_assert(zero(int, skr_compact_parts_add(&manifest, &segment, others, &merged, &err)));
    cr_assert(eq(u32, merged.n_parts, 2));
    const skr_segment_part *first = &merged.parts[0];
    cr_assert(eq(u32, first->n_runs, 3));
    cr_assert(eq(u32, first->runs[0].n, 2));
    cr_assert(eq(u32, first->runs[0].first, 10));
    cr_assert(eq(u32, first->runs[1].first, SKR_NONE));
    cr_assert(eq(u32, first->runs[2].first, 12));
    const skr_segment_part *second = &merged.parts[1];
    cr_assert(eq(u32, second->n_runs, 2));
    cr_assert(eq(u32, second->runs[0].n, 3), "those that are gone and those that go");
    cr_assert(eq(u32, second->runs[0].first, SKR_NONE));
    cr_assert(eq(u32, second->runs[1].first, 0));
    skr_compact_parts_done(&merged);
    cr_assert(zero(u32, merged.n_parts));
}

Test(compact_parts, forgets_deliveries_of_which_nobody_is_left)
{
    skr_sample_run runs[] = {{4, 0}};
    skr_sample_run other_runs[] = {{3, 4}};
    skr_segment_part parts[] = {{.delivery = 0, .runs = runs, .n_runs = 1},
                                {.delivery = 1, .runs = other_runs, .n_runs = 1}};
    skr_segment_entry segment = {.n_samples = 7, .parts = parts, .n_parts = 2};
    const uint32_t numbers[] = {SKR_NONE, SKR_NONE, SKR_NONE, SKR_NONE, 0, 1, 2};
    skr_segment_entry merged = {.n_samples = 3};
    cr_assert(zero(int, skr_compact_parts_add(&manifest, &segment, numbers, &merged, &err)));
    cr_assert(eq(u32, merged.n_parts, 1));
    cr_assert(eq(u32, merged.parts[0].delivery, 1));
    skr_compact_parts_done(&merged);
}

/* Sample 1 of the delivery was left out of contig 2 before; on contig 5 the segment's 1, 2 and 3
 * are dead, on all contigs its 3. 2 goes for want of anything else. */
Test(compact_parts, keeps_what_the_segment_was_made_without)
{
    skr_sample_run runs[] = {{4, 0}};
    uint32_t known[] = {1};
    uint32_t dead[] = {1, 2, 3};
    uint32_t withdrawn[] = {3};
    skr_tombstone left_out[] = {{2, known, 1}};
    skr_tombstone tombstones[] = {{5, dead, 3}, {SKR_NONE, withdrawn, 1}};
    skr_segment_part part = {
        .delivery = 0, .runs = runs, .n_runs = 1, .left_out = left_out, .n_left_out = 1};
    skr_segment_entry segment = {
        .n_samples = 4, .parts = &part, .n_parts = 1, .tombstones = tombstones, .n_tombstones = 2};
    const uint32_t numbers[] = {7, 8, SKR_NONE, SKR_NONE};
    skr_segment_entry merged = {.n_samples = 10};
    cr_assert(zero(int, skr_compact_parts_add(&manifest, &segment, numbers, &merged, &err)));
    const skr_segment_part *got = &merged.parts[0];
    cr_assert(eq(u32, got->n_left_out, 3));
    cr_assert(eq(u32, got->left_out[0].contig, 2));
    cr_assert(eq(u32, got->left_out[1].contig, 5));
    cr_assert(eq(u32, got->left_out[1].n_samples, 3));
    cr_assert(eq(u32, got->left_out[1].samples[0], 1));
    cr_assert(eq(u32, got->left_out[1].samples[1], 2));
    cr_assert(eq(u32, got->left_out[2].contig, SKR_NONE));
    cr_assert(eq(u32, got->left_out[2].samples[0], 3), "who has withdrawn");
    skr_compact_parts_done(&merged);
}
