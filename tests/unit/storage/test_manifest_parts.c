/*
 * What deliveries give a segment: a sample has a contig by a source unless it left the segment, the
 * segment was made without it, or a tombstone names it.
 */
#include "storage/manifest_parts.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Two deliveries in one segment of 5 samples. The first has 4 samples, of which 2 is not in it any
 * more: 0 1 - 2. The second has 3, of which the first is the segment's 1: 1 3 4.
 */
static skr_sample_run first_runs[] = {{2, 0}, {1, SKR_NONE}, {1, 2}};
static skr_sample_run second_runs[] = {{1, 1}, {2, 3}};
static uint32_t contigs_a[] = {0, 1};
static uint32_t contigs_b[] = {2};
static uint32_t samples_b[] = {1, 3};
static skr_source sources_first[] = {
    {.name = "a", .contigs = contigs_a, .n_contigs = 2, .is_live = true},
    {.name = "b",
     .contigs = contigs_b,
     .n_contigs = 1,
     .samples = samples_b,
     .n_samples = 2,
     .is_live = true}};
static uint32_t contigs_c[] = {1, 2};
static uint32_t samples_none[] = {2};
static skr_source sources_second[] = {
    {.name = "c",
     .contigs = contigs_c,
     .n_contigs = 2,
     .samples = (uint32_t[]){0, 1},
     .n_samples = 2,
     .is_live = true},
    {.name = "empty", .samples = samples_none, .n_samples = 1, .is_live = true}};
static uint32_t left_out[] = {1};
static skr_tombstone left_out_first[] = {{1, left_out, 1}};
static uint32_t dead[] = {2, 3};
static skr_tombstone tombstones[] = {{1, dead, 2}};
static skr_delivery deliveries[] = {{.n_samples = 4, .sources = sources_first, .n_sources = 2},
                                    {.n_samples = 3, .sources = sources_second, .n_sources = 2}};
static skr_segment_part parts[] = {
    {.delivery = 0, .runs = first_runs, .n_runs = 3, .left_out = left_out_first, .n_left_out = 1},
    {.delivery = 1, .runs = second_runs, .n_runs = 2}};
static skr_segment_entry segment = {
    .n_samples = 5, .parts = parts, .n_parts = 2, .tombstones = tombstones, .n_tombstones = 1};
static skr_manifest manifest = {
    .deliveries = deliveries, .n_deliveries = 2, .segments = &segment, .n_segments = 1};

Test(manifest_parts, walks_from_samples_of_a_delivery_to_those_of_the_segment)
{
    skr_manifest_part_walk walk = {.part = &parts[0]};
    const uint32_t want[] = {0, 1, SKR_NONE, 2, SKR_NONE};
    for (uint32_t i = 0; i < 5; i++) {
        cr_assert(eq(u32, skr_manifest_part_walk_to(&walk, i), want[i]));
        cr_assert(eq(u32, skr_manifest_part_sample(&parts[0], i), want[i]));
    }
    walk = (skr_manifest_part_walk){.part = &parts[1]};
    cr_assert(eq(u32, skr_manifest_part_walk_to(&walk, 2), 4));
}

static const char *source_on(uint32_t sample, uint32_t contig, const skr_delivery **ret_delivery)
{
    const skr_source *source =
        skr_manifest_part_source_on(&manifest, &segment, sample, contig, NULL, NULL, ret_delivery);
    return source == NULL ? "-" : source->name;
}

Test(manifest_parts, finds_the_source_of_a_contig_of_a_sample)
{
    /* by sample of the segment and contig */
    static const char *const want[5][3] = {
        {"a", "a", "-"}, {"a", "c", "b"}, {"a", "-", "b"}, {"-", "-", "c"}, {"-", "-", "-"}};
    for (uint32_t sample = 0; sample < 5; sample++)
        for (uint32_t contig = 0; contig < 3; contig++)
            cr_assert(zero(int, strcmp(source_on(sample, contig, NULL), want[sample][contig])),
                      "%u %u: %s", sample, contig, source_on(sample, contig, NULL));
    const skr_delivery *delivery = NULL;
    (void)source_on(1, 1, &delivery);
    cr_assert(delivery == &deliveries[1], "the first was left out there");
    delivery = NULL;
    (void)source_on(4, 0, &delivery);
    cr_assert(delivery == NULL);
    cr_assert(skr_manifest_part_delivery(&manifest, &segment, 0) == &deliveries[0]);
    cr_assert(skr_manifest_part_delivery(&manifest, &segment, 1) == &deliveries[1], "the last");
}

static bool is_named(const void *context, const skr_source *source)
{
    return strcmp(source->name, context) == 0;
}

Test(manifest_parts, finds_only_what_is_wanted)
{
    cr_assert(
        ne(ptr, (void *)skr_manifest_part_source_on(&manifest, &segment, 1, 2, is_named, "b", NULL),
           NULL));
    cr_assert(
        ne(ptr, (void *)skr_manifest_part_source_on(&manifest, &segment, 1, 2, is_named, "c", NULL),
           NULL));
    cr_assert(
        eq(ptr, (void *)skr_manifest_part_source_on(&manifest, &segment, 1, 2, is_named, "a", NULL),
           NULL));
}

Test(manifest_parts, tells_who_is_alive)
{
    uint8_t is_alive[5];
    skr_manifest_part_mark_alive(&manifest, &segment, is_alive);
    cr_assert(zero(int, memcmp(is_alive, "\1\1\1\1\1", 5)), "4 by a file without records");
    sources_second[1].is_live = false;
    sources_second[0].contigs = contigs_a + 1;
    sources_second[0].n_contigs = 1;
    skr_manifest_part_mark_alive(&manifest, &segment, is_alive);
    cr_assert(zero(int, memcmp(is_alive, "\1\1\1\0\0", 5)));
}

Test(manifest_parts, tells_who_has_anything_left)
{
    skr_assembly assembly = {.n_contigs = 0};
    static uint32_t gone[] = {0};
    skr_tombstone more[] = {tombstones[0], {SKR_NONE, gone, 1}};
    skr_segment_entry with = segment;
    skr_manifest of = manifest;
    of.assemblies = &assembly;
    with.tombstones = more;
    with.n_tombstones = 2;
    for (uint32_t sample = 0; sample < 5; sample++)
        cr_assert(eq(int, skr_manifest_part_is_left(&of, &with, NULL, sample), sample != 0),
                  "sample %u", sample);
    sources_second[1].is_live = false;
    sources_second[0].contigs = contigs_a + 1;
    sources_second[0].n_contigs = 1;
    cr_assert(not(skr_manifest_part_is_left(&of, &with, NULL, 3)), "its only contig is buried");
    cr_assert(not(skr_manifest_part_is_left(&of, &with, NULL, 4)), "its source is not live");
    cr_assert(skr_manifest_part_is_left(&of, &with, NULL, 2), "another contig is not buried");
}

Test(manifest_parts, tells_whether_a_source_is_alive_and_whole)
{
    const skr_segment_part *first = &parts[0];
    const skr_segment_part *second = &parts[1];
    cr_assert(skr_manifest_part_is_source_alive(&manifest, &segment, first, &sources_first[0]));
    cr_assert(not(
        skr_manifest_part_is_source_whole(&manifest, &segment, first, &sources_first[0], true)));
    cr_assert(
        skr_manifest_part_is_source_whole(&manifest, &segment, first, &sources_first[1], true));
    cr_assert(not(
        skr_manifest_part_is_source_whole(&manifest, &segment, second, &sources_second[0], true)));
    cr_assert(skr_manifest_part_is_source_alive(&manifest, &segment, second, &sources_second[1]),
              "without records it stays");
    skr_source gone = {.contigs = contigs_a,
                       .n_contigs = 2,
                       .samples = (uint32_t[]){2},
                       .n_samples = 1,
                       .is_live = true};
    cr_assert(not(skr_manifest_part_is_source_alive(&manifest, &segment, first, &gone)));
    cr_assert(not(skr_manifest_part_is_source_whole(&manifest, &segment, first, &gone, true)));
}
