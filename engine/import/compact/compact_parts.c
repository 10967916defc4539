/*
 * compact_parts.c - the runs of a part with new numbers, and what the segment was made without.
 */
#include "engine/import/compact/compact_parts.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/manifest_parts.h"

/* ------------------------------------------------------------------ runs */

typedef struct runs {
    skr_sample_run *list;
    uint32_t n;
    uint32_t n_max;
    bool is_any_left;
} runs;

/* Adds one more sample of the delivery. */
static int add_sample(runs *to, uint32_t number, skr_err *err)
{
    skr_sample_run *last = to->n > 0 ? &to->list[to->n - 1] : NULL;
    to->is_any_left = to->is_any_left || number != SKR_NONE;
    if (last != NULL &&
        (number == SKR_NONE ? last->first == SKR_NONE
                            : last->first != SKR_NONE && last->first + last->n == number)) {
        last->n++;
        return SKR_OK;
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&to->list, &to->n_max, to->n + 1, "samples", err));
    to->list[to->n++] = (skr_sample_run){.n = 1, .first = number};
    return SKR_OK;
}

static int renumber(const skr_segment_part *part, const uint32_t *numbers, runs *to, skr_err *err)
{
    for (uint32_t i = 0; i < part->n_runs; i++) {
        const skr_sample_run *run = &part->runs[i];
        for (uint32_t k = 0; k < run->n; k++)
            SKR_TRY(
                add_sample(to, run->first == SKR_NONE ? SKR_NONE : numbers[run->first + k], err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ what is left out */

/* Adds the samples of the part that a tombstone of the segment names: those who go with it, too, so
 * that it stays known who was replaced and who has withdrawn. */
static int leave_out(const skr_segment_part *part, const skr_tombstone *tombstone,
                     skr_segment_entry *lists, skr_err *err)
{
    uint32_t n = 0;
    uint32_t of_delivery = 0;
    uint32_t *samples = malloc((lists->n_samples + 1u) * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "samples");
    for (uint32_t i = 0; i < part->n_runs; i++) {
        const skr_sample_run *run = &part->runs[i];
        for (uint32_t k = 0; k < run->n; k++, of_delivery++)
            if (run->first != SKR_NONE &&
                skr_manifest_is_buried(tombstone, 1, tombstone->contig, run->first + k))
                samples[n++] = of_delivery;
    }
    int status = skr_manifest_supersede(lists, tombstone->contig, samples, n, err);
    free(samples);
    return status;
}

/* The tombstones of a part, in lists, whose numbers are those of the delivery. */
static int leave_all_out(const skr_segment_entry *segment, const skr_segment_part *part,
                         skr_segment_entry *lists, skr_err *err)
{
    for (uint32_t i = 0; i < part->n_left_out; i++)
        SKR_TRY(skr_manifest_supersede(lists, part->left_out[i].contig, part->left_out[i].samples,
                                       part->left_out[i].n_samples, err));
    for (uint32_t i = 0; i < segment->n_tombstones; i++)
        SKR_TRY(leave_out(part, &segment->tombstones[i], lists, err));
    return SKR_OK;
}

static void free_tombstones(skr_tombstone *tombstones, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        free(tombstones[i].samples);
    free(tombstones);
}

/* ------------------------------------------------------------------ parts */

int skr_compact_parts_add(const skr_manifest *manifest, const skr_segment_entry *segment,
                          const uint32_t *numbers, skr_segment_entry *merged, skr_err *err)
{
    skr_segment_part *parts =
        realloc(merged->parts, ((size_t)merged->n_parts + segment->n_parts) * sizeof *parts);
    if (parts == NULL)
        return skr_fail_nomem(err, "deliveries");
    merged->parts = parts;
    for (uint32_t i = 0; i < segment->n_parts; i++) {
        const skr_segment_part *part = &segment->parts[i];
        skr_segment_entry lists = {.n_samples = manifest->deliveries[part->delivery].n_samples};
        runs to = {0};
        int status = renumber(part, numbers, &to, err);
        if (status == SKR_OK && to.is_any_left)
            status = leave_all_out(segment, part, &lists, err);
        if (status != SKR_OK || !to.is_any_left) {
            free(to.list);
            free_tombstones(lists.tombstones, lists.n_tombstones);
            SKR_TRY(status);
            continue;
        }
        parts[merged->n_parts++] = (skr_segment_part){.delivery = part->delivery,
                                                      .runs = to.list,
                                                      .n_runs = to.n,
                                                      .left_out = lists.tombstones,
                                                      .n_left_out = lists.n_tombstones};
    }
    return SKR_OK;
}

void skr_compact_parts_done(skr_segment_entry *merged)
{
    for (uint32_t i = 0; i < merged->n_parts; i++) {
        free(merged->parts[i].runs);
        free_tombstones(merged->parts[i].left_out, merged->parts[i].n_left_out);
    }
    free(merged->parts);
    merged->parts = NULL;
    merged->n_parts = 0;
}
