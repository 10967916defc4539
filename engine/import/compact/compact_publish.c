/*
 * compact_publish.c - from the manifest that a merge began with to one that has it.
 *
 * Between the two anybody may have imported, replaced and withdrawn. A segment is still the same if
 * it has the same file; what was buried in it meanwhile is buried in the merged one.
 */
#include "engine/import/compact/compact_publish.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/compact/compact_parts.h"
#include "storage/base/array.h"

/* ------------------------------------------------------------------ finding */

static bool is_same_file(const skr_file_id *a, const skr_file_id *b)
{
    return strcmp(a->name, b->name) == 0 && a->n_bytes == b->n_bytes &&
           a->directory_crc == b->directory_crc;
}

/* The number that a segment has in the manifest, or SKR_NONE. */
static uint32_t find_segment(const skr_manifest *manifest, const skr_file_id *file)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        if (is_same_file(&manifest->segments[i].file, file))
            return i;
    return SKR_NONE;
}

static const skr_segment_entry *before(const skr_compact_publication *p, uint32_t i)
{
    return &p->before->segments[p->plan->segments[i]];
}

/* ------------------------------------------------------------------ tombstones */

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* Buries in the merged segment whom a tombstone names that the merge did not know of. */
static int carry_tombstone(const skr_segment_entry *known, const skr_tombstone *tombstone,
                           const uint32_t *numbers, skr_segment_entry *merged, skr_err *err)
{
    uint32_t n = 0;
    uint32_t *samples = malloc((tombstone->n_samples + 1u) * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "samples");
    for (uint32_t i = 0; i < tombstone->n_samples; i++) {
        uint32_t sample = tombstone->samples[i];
        if (numbers[sample] != SKR_NONE &&
            !skr_manifest_is_superseded(known, tombstone->contig, sample))
            samples[n++] = numbers[sample];
    }
    qsort(samples, n, sizeof *samples, compare_numbers);
    int status = skr_manifest_supersede(merged, tombstone->contig, samples, n, err);
    free(samples);
    return status;
}

static int carry_tombstones(const skr_compact_publication *p, const skr_manifest *now,
                            skr_segment_entry *merged, skr_err *err)
{
    for (uint32_t i = 0; i < p->plan->n_segments; i++) {
        const skr_segment_entry *entry = &now->segments[find_segment(now, &before(p, i)->file)];
        for (uint32_t k = 0; k < entry->n_tombstones; k++)
            SKR_TRY(carry_tombstone(before(p, i), &entry->tombstones[k], p->merged->numbers[i],
                                    merged, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the entry */

static int add_entry(const skr_compact_publication *p, skr_txn *txn, skr_segment_entry *merged,
                     skr_err *err)
{
    skr_manifest *now = skr_txn_manifest(txn);
    uint32_t at = 0;
    for (uint32_t i = 0; i < p->plan->n_segments; i++) {
        SKR_TRY(skr_compact_parts_add(p->before, before(p, i), p->merged->numbers[i], merged, err));
        merged->has_raw_indels = merged->has_raw_indels || before(p, i)->has_raw_indels;
    }
    SKR_TRY(skr_upkeep_take_in(p->upkeep, txn, "segment", &merged->file, err));
    SKR_TRY(skr_manifest_add_segment(now, merged, &at, err));
    return carry_tombstones(p, now, &now->segments[at], err);
}

static int add_merged(const skr_compact_publication *p, skr_txn *txn, skr_err *err)
{
    skr_segment_entry merged = {
        .file = p->merged->file,
        .dataset = before(p, 0)->dataset,
        .assembly = before(p, 0)->assembly,
        .n_samples = p->merged->n_samples,
        .n_rows = p->merged->n_rows,
    };
    int status = add_entry(p, txn, &merged, err);
    skr_compact_parts_done(&merged);
    return status;
}

/* ------------------------------------------------------------------ deletions */

/* Notes of the deletions that wait for it that a file is removed. */
static int note_file(skr_manifest *now, uint32_t dataset, const char *name, skr_err *err)
{
    for (uint32_t i = 0; i < now->n_deletions; i++) {
        skr_deletion *deletion = &now->deletions[i];
        if (deletion->dataset != dataset || deletion->gone_generation != 0)
            continue;
        char **files = realloc(deletion->files, (deletion->n_files + 1u) * sizeof *files);
        if (files == NULL)
            return skr_fail_nomem(err, "deletions");
        deletion->files = files;
        files[deletion->n_files] = strdup(name);
        if (files[deletion->n_files] == NULL)
            return skr_fail_nomem(err, "deletions");
        deletion->n_files++;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ all of it */

int skr_compact_publish(const skr_compact_publication *publication, skr_txn *txn, bool *ret_is_lost,
                        skr_err *err)
{
    const skr_compact_publication *p = publication;
    skr_manifest *now = skr_txn_manifest(txn);
    uint32_t dataset = before(p, 0)->dataset;
    *ret_is_lost = false;
    for (uint32_t i = 0; i < p->plan->n_segments; i++)
        if (find_segment(now, &before(p, i)->file) == SKR_NONE)
            *ret_is_lost = true;
    if (*ret_is_lost)
        return SKR_OK;
    if (p->merged->file.name[0] != '\0')
        SKR_TRY(add_merged(p, txn, err));
    for (uint32_t i = 0; i < p->plan->n_segments; i++) {
        if (skr_manifest_has_withdrawn(before(p, i)))
            SKR_TRY(note_file(now, dataset, before(p, i)->file.name, err));
        skr_manifest_drop_segment(now, find_segment(now, &before(p, i)->file));
    }
    skr_manifest_note_gone(now, dataset);
    return SKR_OK;
}
