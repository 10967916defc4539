/*
 * snapshot_segments.c - the segments of a generation: those of which a catalogue tells are asked
 * through it, and opened when they are needed; the others are opened at once.
 *
 * A catalogue is used only where the manifest names every one of its members; what it says is of
 * their files alone, so it is right for as long as those are the store's.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/plan/snapshot_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

void skr_snapshot_segments_done(skr_snapshot *snapshot)
{
    for (uint32_t i = 0; snapshot->segments != NULL && i < snapshot->n_segments; i++)
        skr_segment_close(snapshot->segments[i]);
    for (uint32_t i = 0; snapshot->joined != NULL && i < snapshot->n_joined; i++) {
        for (uint32_t t = 0; t < snapshot->joined[i].n_tombstones; t++)
            free(snapshot->joined[i].tombstones[t].samples);
        free(snapshot->joined[i].tombstones);
    }
    for (uint32_t i = 0; snapshot->live != NULL && i < snapshot->n_segments; i++)
        skr_live_totals_free(snapshot->live[i]);
    free(snapshot->live);
    free(snapshot->joined);
    free(snapshot->segments);
    free(snapshot->entries);
    free(snapshot->places);
}

/* ------------------------------------------------------------------ opening */

static bool is_same_file(const skr_file_id *a, const skr_file_id *b)
{
    return a->n_bytes == b->n_bytes && a->directory_crc == b->directory_crc &&
           strcmp(a->name, b->name) == 0;
}

/* The same file among the segments of the snapshot before, or NULL. They keep their order. */
static skr_segment *find_before(skr_snapshot_with *with, const skr_file_id *id)
{
    uint32_t n = with->before == NULL ? 0 : with->before->n_segments;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (with->next_before + i) % n;
        if (!is_same_file(&with->before->entries[at]->file, id))
            continue;
        with->next_before = at + 1;
        return with->before->segments[at];
    }
    return NULL;
}

static int open_one(skr_snapshot_with *with, const skr_file_id *id, bool is_catalogue,
                    skr_segment **ret_segment, skr_err *err)
{
    skr_segment *known = find_before(with, id);
    if (known != NULL) {
        skr_segment_acquire(known);
        *ret_segment = known;
        return SKR_OK;
    }
    return is_catalogue ? skr_catalogue_open(with->files, with->folder, id, ret_segment, err)
                        : skr_segment_open_among(with->files, with->folder, id, ret_segment, err);
}

/* Does a segment fit the manifest and the people? Questions rely on it. */
static int check_segment(const skr_snapshot *snapshot, const skr_segment_entry *entry,
                         const skr_segment *segment, skr_err *err)
{
    const char *name = entry->file.name;
    uint32_t n = skr_segment_n_samples(segment);
    uint32_t n_contigs = snapshot->manifest->assemblies[entry->assembly].n_contigs;
    uint32_t first = 0;
    uint32_t last = 0;
    skr_sample_table_range(skr_segment_samples(segment), &first, &last);
    if (n != entry->n_samples)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: %u samples where the manifest has %u", name, n,
                        entry->n_samples);
    if (last >= snapshot->n_people)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "%s: a sample belongs to individual %u of a store that has %u", name, last,
                        snapshot->n_people);
    for (uint32_t t = 0; t < entry->n_tombstones; t++) {
        const skr_tombstone *tombstone = &entry->tombstones[t];
        if (tombstone->n_samples > 0 && tombstone->samples[tombstone->n_samples - 1] >= n)
            return skr_fail(err, SKR_ERR_CORRUPT,
                            "%s: the manifest buries a sample that is not there", name);
    }
    if (skr_segment_reaches(segment, n_contigs))
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: rows on a contig that the assembly lacks", name);
    return SKR_OK;
}

/* ------------------------------------------------------------------ catalogues */

/* Adds samples to the tombstone of a contig, which is made where it belongs. */
static int bury(skr_segment_entry *joined, const skr_tombstone *more, uint32_t first, skr_err *err)
{
    uint32_t at = 0;
    while (at < joined->n_tombstones && joined->tombstones[at].contig < more->contig)
        at++;
    if (at == joined->n_tombstones || joined->tombstones[at].contig != more->contig) {
        size_t n = joined->n_tombstones + (size_t)1;
        skr_tombstone *list = realloc(joined->tombstones, n * sizeof *list);
        if (list == NULL)
            return skr_fail_nomem(err, "a store");
        memmove(list + at + 1, list + at, (joined->n_tombstones - at) * sizeof *list);
        list[at] = (skr_tombstone){.contig = more->contig};
        joined->tombstones = list;
        joined->n_tombstones++;
    }
    skr_tombstone *to = &joined->tombstones[at];
    uint32_t *samples =
        realloc(to->samples, ((size_t)to->n_samples + more->n_samples + 1) * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "a store");
    to->samples = samples;
    for (uint32_t i = 0; i < more->n_samples; i++)
        samples[to->n_samples++] = first + more->samples[i];
    return SKR_OK;
}

/* The segment of the manifest with a member's file; n_segments: there is none. */
static uint32_t find_member(const skr_manifest *manifest, const skr_catalogue_member *member,
                            uint32_t from)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        uint32_t at = (from + i) % manifest->n_segments;
        const skr_segment_entry *entry = &manifest->segments[at];
        if (is_same_file(&entry->file, &member->file) && entry->n_samples == member->n_samples)
            return at;
    }
    return manifest->n_segments;
}

/* Is every member there, of one dataset and assembly, and in no other catalogue? */
static bool is_usable(const skr_snapshot *snapshot, const skr_segment *catalogue, uint32_t *members)
{
    const skr_manifest *manifest = snapshot->manifest;
    uint32_t n = 0;
    uint32_t next = 0;
    const skr_catalogue_member *all = skr_catalogue_members(catalogue, &n);
    for (uint32_t i = 0; i < n; i++) {
        members[i] = find_member(manifest, &all[i], next);
        if (members[i] == manifest->n_segments || snapshot->places[members[i]].segment != SKR_NONE)
            return false;
        const skr_segment_entry *first = &manifest->segments[members[0]];
        const skr_segment_entry *entry = &manifest->segments[members[i]];
        if (entry->dataset != first->dataset || entry->assembly != first->assembly)
            return false;
        next = members[i] + 1;
    }
    return true;
}

/* Makes one entry of those of the members. */
static int join_entries(const skr_snapshot *snapshot, const skr_file_id *id,
                        const skr_segment *catalogue, const uint32_t *members,
                        skr_segment_entry *joined, skr_err *err)
{
    uint32_t n = 0;
    (void)skr_catalogue_members(catalogue, &n);
    const skr_segment_entry *first = &snapshot->manifest->segments[members[0]];
    *joined = (skr_segment_entry){.file = *id,
                                  .dataset = first->dataset,
                                  .assembly = first->assembly,
                                  .n_rows = skr_segment_n_rows(catalogue)};
    for (uint32_t i = 0; i < n; i++) {
        const skr_segment_entry *entry = &snapshot->manifest->segments[members[i]];
        for (uint32_t t = 0; t < entry->n_tombstones; t++)
            SKR_TRY(bury(joined, &entry->tombstones[t], joined->n_samples, err));
        joined->n_samples += entry->n_samples;
    }
    return SKR_OK;
}

/* Takes a catalogue up, where it can be used. */
static int take_catalogue(skr_snapshot *snapshot, skr_snapshot_with *with, const skr_file_id *id,
                          skr_err *err)
{
    skr_segment *catalogue = NULL;
    uint32_t n = 0;
    SKR_TRY(open_one(with, id, true, &catalogue, err));
    (void)skr_catalogue_members(catalogue, &n);
    uint32_t *members = calloc((size_t)n + 1, sizeof *members);
    if (members == NULL || !is_usable(snapshot, catalogue, members)) {
        int status = members == NULL ? skr_fail_nomem(err, "a store") : SKR_OK;
        free(members);
        skr_segment_close(catalogue);
        return status;
    }
    uint32_t at = snapshot->n_segments++;
    skr_segment_entry *joined = &snapshot->joined[snapshot->n_joined++];
    snapshot->segments[at] = catalogue;
    snapshot->entries[at] = joined;
    for (uint32_t i = 0; i < n; i++)
        snapshot->places[members[i]] = (skr_segment_place){.segment = at, .member = i};
    int status = join_entries(snapshot, id, catalogue, members, joined, err);
    free(members);
    return status == SKR_OK ? check_segment(snapshot, joined, catalogue, err) : status;
}

/* Makes room for the totals of who lives, where not everybody does. */
static int prepare_live(skr_snapshot *snapshot, skr_err *err)
{
    snapshot->live = calloc((size_t)snapshot->n_segments + 1, sizeof(skr_live_totals *));
    if (snapshot->live == NULL)
        return skr_fail_nomem(err, "a store");
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        size_t n_tiles = 0;
        (void)skr_segment_tiles(snapshot->segments[i], &n_tiles);
        if (snapshot->entries[i]->n_tombstones > 0)
            SKR_TRY(skr_live_totals_new(n_tiles, &snapshot->live[i], err));
    }
    return SKR_OK;
}

int skr_snapshot_segments_open(skr_snapshot *snapshot, skr_snapshot_with *with, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    size_t n_max = (size_t)manifest->n_segments + manifest->n_catalogues + 1;
    snapshot->segments = calloc(n_max, sizeof *snapshot->segments);
    snapshot->entries = calloc(n_max, sizeof *snapshot->entries);
    snapshot->joined = calloc((size_t)manifest->n_catalogues + 1, sizeof *snapshot->joined);
    snapshot->places = calloc((size_t)manifest->n_segments + 1, sizeof *snapshot->places);
    if (snapshot->segments == NULL || snapshot->entries == NULL || snapshot->joined == NULL ||
        snapshot->places == NULL)
        return skr_fail_nomem(err, "a store");
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        snapshot->places[i] = (skr_segment_place){SKR_NONE, SKR_NONE};
    if (!skr_store_is_held(snapshot->store))
        with->files = NULL;
    for (uint32_t i = 0; i < manifest->n_catalogues && skr_store_is_held(snapshot->store); i++)
        SKR_TRY(take_catalogue(snapshot, with, &manifest->catalogues[i], err));
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        if (snapshot->places[i].segment != SKR_NONE)
            continue;
        uint32_t at = snapshot->n_segments;
        SKR_TRY(open_one(with, &entry->file, false, &snapshot->segments[at], err));
        snapshot->n_segments++;
        snapshot->entries[at] = entry;
        snapshot->places[i].segment = at;
        SKR_TRY(check_segment(snapshot, entry, snapshot->segments[at], err));
    }
    return prepare_live(snapshot, err);
}

int skr_snapshot_segment(const skr_snapshot *snapshot, uint32_t number,
                         const skr_segment **ret_segment, skr_err *err)
{
    SKR_CHECK(number < snapshot->manifest->n_segments);
    const skr_segment_place *place = &snapshot->places[number];
    if (place->member != SKR_NONE)
        return skr_catalogue_member_open(snapshot->segments[place->segment], place->member,
                                         ret_segment, err);
    *ret_segment = snapshot->segments[place->segment];
    return SKR_OK;
}
