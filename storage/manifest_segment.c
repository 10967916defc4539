/*
 * manifest_segment.c - the segments of a manifest: of which deliveries they are, and who of them
 * does not count any more.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/manifest_int.h"

static void free_tombstones(skr_tombstone *tombstones, uint32_t n)
{
    for (uint32_t i = 0; tombstones != NULL && i < n; i++)
        free(tombstones[i].samples);
    free(tombstones);
}

void skr_manifest_segment_done(skr_segment_entry *segment)
{
    for (uint32_t i = 0; segment->parts != NULL && i < segment->n_parts; i++) {
        free_tombstones(segment->parts[i].left_out, segment->parts[i].n_left_out);
        free(segment->parts[i].runs);
    }
    free_tombstones(segment->tombstones, segment->n_tombstones);
    free(segment->parts);
}

/* ------------------------------------------------------------------ deliveries */

void skr_manifest_whole_part(uint32_t delivery, uint32_t n_samples, skr_sample_run *run,
                             skr_segment_part *part)
{
    *run = (skr_sample_run){.n = n_samples};
    *part = (skr_segment_part){.delivery = delivery, .runs = run, .n_runs = n_samples > 0};
}

uint32_t skr_manifest_part_sample(const skr_segment_part *part, uint32_t of_delivery)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < part->n_runs; i++) {
        const skr_sample_run *run = &part->runs[i];
        if (of_delivery - at < run->n)
            return run->first == SKR_NONE ? SKR_NONE : run->first + (of_delivery - at);
        at += run->n;
    }
    return SKR_NONE;
}

uint32_t skr_manifest_part_find(const skr_segment_part *part, uint32_t of_segment)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < part->n_runs; i++) {
        const skr_sample_run *run = &part->runs[i];
        if (run->first != SKR_NONE && of_segment >= run->first && of_segment - run->first < run->n)
            return at + (of_segment - run->first);
        at += run->n;
    }
    return SKR_NONE;
}

/* ------------------------------------------------------------------ adding */

int skr_manifest_grow(void **list, uint32_t n, size_t size, skr_err *err)
{
    if (n >= SKR_NONE - 1)
        return skr_fail(err, SKR_ERR_LIMIT, "manifest: too many entries in one list");
    void *grown = realloc(*list, ((size_t)n + 1) * size);
    if (grown == NULL)
        return skr_fail_nomem(err, "manifest");
    *list = grown;
    return SKR_OK;
}

int skr_manifest_copy_list(const void *list, uint32_t n, size_t size, void **ret_copy, skr_err *err)
{
    void *copy = NULL;
    if (n > 0) {
        copy = malloc(n * size);
        if (copy == NULL)
            return skr_fail_nomem(err, "manifest");
        memcpy(copy, list, n * size);
    }
    *ret_copy = copy;
    return SKR_OK;
}

/* Fills a zeroed list; what was copied before a failure is counted. */
static int copy_tombstones(const skr_tombstone *from, uint32_t n, skr_tombstone **list,
                           uint32_t *n_list, skr_err *err)
{
    *list = calloc((size_t)n + 1, sizeof **list);
    if (*list == NULL)
        return skr_fail_nomem(err, "manifest");
    for (; *n_list < n; ++*n_list) {
        const skr_tombstone *one = &from[*n_list];
        skr_tombstone *copy = &(*list)[*n_list];
        *copy = *one;
        SKR_TRY(skr_manifest_copy_list(one->samples, one->n_samples, sizeof one->samples[0],
                                       (void **)&copy->samples, err));
    }
    return SKR_OK;
}

/* Fills a zeroed part; what was copied before a failure is left for skr_manifest_segment_done. */
static int copy_part(const skr_segment_part *part, skr_segment_part *copy, skr_err *err)
{
    copy->delivery = part->delivery;
    SKR_TRY(skr_manifest_copy_list(part->runs, part->n_runs, sizeof part->runs[0],
                                   (void **)&copy->runs, err));
    copy->n_runs = part->n_runs;
    return copy_tombstones(part->left_out, part->n_left_out, &copy->left_out, &copy->n_left_out,
                           err);
}

int skr_manifest_add_segment(skr_manifest *manifest, const skr_segment_entry *entry,
                             uint32_t *ret_index, skr_err *err)
{
    uint32_t at = manifest->n_segments;
    skr_segment_entry copy = *entry;
    copy.tombstones = NULL;
    copy.n_tombstones = 0;
    copy.n_parts = 0;
    copy.parts = calloc((size_t)entry->n_parts + 1, sizeof *copy.parts);
    int status = copy.parts == NULL ? skr_fail_nomem(err, "manifest") : SKR_OK;
    if (status == SKR_OK)
        status = skr_manifest_grow((void **)&manifest->segments, at, sizeof copy, err);
    for (; copy.n_parts < entry->n_parts && status == SKR_OK; copy.n_parts++)
        status = copy_part(&entry->parts[copy.n_parts], &copy.parts[copy.n_parts], err);
    if (status == SKR_OK)
        status = copy_tombstones(entry->tombstones, entry->n_tombstones, &copy.tombstones,
                                 &copy.n_tombstones, err);
    if (status != SKR_OK) {
        skr_manifest_segment_done(&copy);
        return status;
    }
    manifest->segments[at] = copy;
    manifest->n_segments++;
    if (ret_index != NULL)
        *ret_index = at;
    return SKR_OK;
}

void skr_manifest_drop_segment(skr_manifest *manifest, uint32_t index)
{
    SKR_CHECK(index < manifest->n_segments);
    skr_manifest_segment_done(&manifest->segments[index]);
    manifest->n_segments--;
    memmove(&manifest->segments[index], &manifest->segments[index + 1],
            (manifest->n_segments - index) * sizeof *manifest->segments);
}

/* ------------------------------------------------------------------ tombstones */

/* Where the tombstone of a contig is, or would be. */
static uint32_t tombstone_at(const skr_tombstone *tombstones, uint32_t n, uint32_t contig)
{
    uint32_t at = 0;
    while (at < n && tombstones[at].contig < contig)
        at++;
    return at;
}

static const skr_tombstone *find_tombstone(const skr_tombstone *tombstones, uint32_t n,
                                           uint32_t contig)
{
    uint32_t at = tombstone_at(tombstones, n, contig);
    return at == n || tombstones[at].contig != contig ? NULL : &tombstones[at];
}

/* The union of two ascending lists, into room for both. Returns its length. */
static uint32_t merge(const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b,
                      uint32_t *both)
{
    uint32_t n = 0;
    for (uint32_t i = 0, j = 0; i < n_a || j < n_b;) {
        bool takes_a = j == n_b || (i < n_a && a[i] <= b[j]);
        bool takes_b = i == n_a || (j < n_b && b[j] <= a[i]);
        both[n++] = takes_a ? a[i] : b[j];
        i += takes_a;
        j += takes_b;
    }
    return n;
}

int skr_manifest_supersede(skr_segment_entry *segment, uint32_t contig, const uint32_t *samples,
                           uint32_t n_samples, skr_err *err)
{
    for (uint32_t i = 0; i < n_samples; i++)
        SKR_CHECK(samples[i] < segment->n_samples && (i == 0 || samples[i - 1] < samples[i]));
    if (n_samples == 0)
        return SKR_OK;
    const skr_tombstone *old = find_tombstone(segment->tombstones, segment->n_tombstones, contig);
    uint32_t n_old = old == NULL ? 0 : old->n_samples;
    uint32_t *both = malloc(((size_t)n_old + n_samples) * sizeof *both);
    if (both == NULL)
        return skr_fail_nomem(err, "manifest");
    uint32_t at = tombstone_at(segment->tombstones, segment->n_tombstones, contig);
    if (old == NULL) {
        int status = skr_manifest_grow((void **)&segment->tombstones, segment->n_tombstones,
                                       sizeof *old, err);
        if (status != SKR_OK) {
            free(both);
            return status;
        }
        memmove(&segment->tombstones[at + 1], &segment->tombstones[at],
                (segment->n_tombstones - at) * sizeof *old);
        segment->tombstones[at] = (skr_tombstone){.contig = contig};
        segment->n_tombstones++;
    }
    skr_tombstone *tombstone = &segment->tombstones[at];
    tombstone->n_samples =
        merge(tombstone->samples, tombstone->n_samples, samples, n_samples, both);
    free(tombstone->samples);
    tombstone->samples = both;
    return SKR_OK;
}

static bool holds(const skr_tombstone *tombstone, uint32_t sample)
{
    if (tombstone == NULL)
        return false;
    size_t at = skr_array_search_u32(tombstone->samples, tombstone->n_samples, sample);
    return at < tombstone->n_samples && tombstone->samples[at] == sample;
}

bool skr_manifest_is_buried(const skr_tombstone *tombstones, uint32_t n_tombstones, uint32_t contig,
                            uint32_t sample)
{
    return holds(find_tombstone(tombstones, n_tombstones, contig), sample) ||
           holds(find_tombstone(tombstones, n_tombstones, SKR_NONE), sample);
}

bool skr_manifest_is_superseded(const skr_segment_entry *segment, uint32_t contig, uint32_t sample)
{
    return skr_manifest_is_buried(segment->tombstones, segment->n_tombstones, contig, sample);
}

/* ------------------------------------------------------------------ who has withdrawn */

bool skr_manifest_has_withdrawn(const skr_segment_entry *segment)
{
    return segment->n_tombstones > 0 &&
           segment->tombstones[segment->n_tombstones - 1].contig == SKR_NONE;
}

void skr_manifest_note_gone(skr_manifest *manifest, uint32_t dataset)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        if (manifest->segments[i].dataset == dataset &&
            skr_manifest_has_withdrawn(&manifest->segments[i]))
            return;
    for (uint32_t i = 0; i < manifest->n_deletions; i++) {
        skr_deletion *deletion = &manifest->deletions[i];
        if (deletion->dataset == dataset && deletion->gone_generation == 0)
            deletion->gone_generation = manifest->generation + 1;
    }
}
