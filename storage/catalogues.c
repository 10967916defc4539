/*
 * catalogues.c - choosing what is to be merged into a catalogue, and having it written.
 */
#include "storage/catalogues.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/block/open_files.h"
#include "storage/segment/catalogue.h"
#include "storage/store_int.h"

/* So many segments, or catalogues of one level, make a catalogue of the next. */
#define FAN_IN 8u

/* Catalogues may cost one byte for so many of segments, before all become one. */
#define BYTES_A_BYTE 2u

/* Segments in no catalogue that are worth a catalogue of all. */
#define LOOSE_MIN 4u

/* What is merged at once from segments alone, so that few views are open. */
#define SOURCES_MAX 64u

/* A segment that is in no catalogue, or a catalogue. */
typedef struct unit {
    skr_file_id file;
    uint32_t n_members; /* 1 and loose: a segment */
    bool is_loose;
    uint64_t n_bytes;    /* of the members' files */
    uint64_t n_spent;    /* on catalogues */
    skr_segment *opened; /* a catalogue */
} unit;

/* Of one dataset and assembly, in the order of the manifest. */
typedef struct group {
    const char *folder;
    skr_manifest *manifest;
    skr_open_files *files;
    uint32_t dataset;
    uint32_t assembly;
    unit *units;
    uint32_t n;
    size_t n_max;
    skr_err *why; /* a catalogue could not be made */
    skr_err *err;
} group;

/* ------------------------------------------------------------------ what there is */

static int add_unit(group *g, unit one)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&g->units, &g->n_max, g->n + 1, "catalogues", g->err));
    g->units[g->n++] = one;
    return SKR_OK;
}

static bool is_same_file(const skr_file_id *a, const skr_file_id *b)
{
    return a->n_bytes == b->n_bytes && a->directory_crc == b->directory_crc &&
           strcmp(a->name, b->name) == 0;
}

/*
 * The segment of the group that has a member's file, or n_segments. Members mostly stand as in the
 * manifest, so the search begins at `from`, behind the one before.
 */
static uint32_t find_segment(const group *g, const skr_catalogue_member *member, uint32_t from)
{
    const skr_manifest *manifest = g->manifest;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        uint32_t at = (from + i) % manifest->n_segments;
        const skr_segment_entry *entry = &manifest->segments[at];
        if (entry->dataset == g->dataset && entry->assembly == g->assembly &&
            is_same_file(&entry->file, &member->file))
            return at;
    }
    return manifest->n_segments;
}

/* Marks the members of a catalogue. False when one is gone, of another group, or marked already. */
static bool mark_members(const group *g, const skr_segment *catalogue, bool *is_in, unit *of)
{
    uint32_t n = 0;
    uint32_t at = 0;
    const skr_catalogue_member *members = skr_catalogue_members(catalogue, &n);
    for (uint32_t i = 0; i < n; i++, at++) {
        at = find_segment(g, &members[i], at);
        if (at == g->manifest->n_segments || is_in[at])
            return false;
    }
    at = 0;
    for (uint32_t i = 0; i < n; i++, at++) {
        at = find_segment(g, &members[i], at);
        is_in[at] = true;
    }
    of->n_members = n;
    for (uint32_t i = 0; i < n; i++)
        of->n_bytes += members[i].file.n_bytes;
    of->n_spent = skr_catalogue_spent(catalogue);
    return true;
}

static int add_catalogues(group *g, bool *is_in)
{
    for (uint32_t i = 0; i < g->manifest->n_catalogues; i++) {
        unit one = {.file = g->manifest->catalogues[i]};
        int status = skr_catalogue_open(g->files, g->folder, &one.file, &one.opened, NULL);
        if (status == SKR_ERR_NOMEM)
            return skr_fail_nomem(g->err, "catalogues");
        if (status != SKR_OK) /* it is made anew of what its members say */
            continue;
        status = SKR_OK;
        if (mark_members(g, one.opened, is_in, &one))
            status = add_unit(g, one);
        else
            skr_segment_close(one.opened);
        if (status != SKR_OK)
            return status;
    }
    return SKR_OK;
}

static int add_loose(group *g, const bool *is_in)
{
    for (uint32_t i = 0; i < g->manifest->n_segments; i++) {
        const skr_segment_entry *entry = &g->manifest->segments[i];
        if (entry->dataset == g->dataset && entry->assembly == g->assembly && !is_in[i])
            SKR_TRY(add_unit(g, (unit){.file = entry->file,
                                       .n_members = 1,
                                       .is_loose = true,
                                       .n_bytes = entry->file.n_bytes}));
    }
    return SKR_OK;
}

static int find_units(group *g)
{
    bool *is_in = calloc((size_t)g->manifest->n_segments + 1, sizeof *is_in);
    int status = is_in == NULL ? skr_fail_nomem(g->err, "catalogues") : SKR_OK;
    if (status == SKR_OK)
        status = add_catalogues(g, is_in);
    if (status == SKR_OK)
        status = add_loose(g, is_in);
    free(is_in);
    return status;
}

/* ------------------------------------------------------------------ merging */

static int open_source(const group *g, const unit *of, skr_segment **ret_segment, skr_err *err)
{
    if (of->opened != NULL) {
        skr_segment_acquire(of->opened);
        *ret_segment = of->opened;
        return SKR_OK;
    }
    return skr_segment_open_among(g->files, g->folder, &of->file, ret_segment, err);
}

static int write_one(const group *g, const bool *is_chosen, skr_file_id *ret_id, skr_err *err)
{
    char name[SKR_FILE_NAME_MAX];
    skr_segment **sources = calloc((size_t)g->n + 1, sizeof(skr_segment *));
    uint32_t n = 0;
    int status = sources == NULL ? skr_fail_nomem(err, "catalogues") : SKR_OK;
    for (uint32_t i = 0; i < g->n && status == SKR_OK; i++)
        if (is_chosen[i]) {
            status = open_source(g, &g->units[i], &sources[n], err);
            n += status == SKR_OK;
        }
    (void)snprintf(name, sizeof name, "catalogue-%" PRIu64 "%s", g->manifest->next_file,
                   SKR_STORE_FILE_END);
    g->manifest->next_file++;
    if (status == SKR_OK)
        status = skr_catalogue_write(g->folder, name, sources, n, ret_id, err);
    for (uint32_t i = 0; sources != NULL && i < n; i++)
        skr_segment_close(sources[i]);
    free(sources);
    return status;
}

/* Merges the chosen units into one, which takes the place of the first. *ret_is_done: it came to
 * that. */
static int merge_chosen(group *g, const bool *is_chosen, bool *ret_is_done)
{
    unit merged = {0};
    uint32_t n = 0;
    bool is_placed = false;
    *ret_is_done = false;
    int status = write_one(g, is_chosen, &merged.file, g->why);
    if (status == SKR_OK)
        status = skr_catalogue_open(g->files, g->folder, &merged.file, &merged.opened, g->why);
    if (status == SKR_ERR_NOMEM)
        return skr_fail_nomem(g->err, "catalogues");
    if (status != SKR_OK)
        return SKR_OK; /* a store is complete without */
    merged.n_spent = skr_catalogue_spent(merged.opened);
    for (uint32_t i = 0; i < g->n; i++)
        if (is_chosen[i]) {
            merged.n_members += g->units[i].n_members;
            merged.n_bytes += g->units[i].n_bytes;
        }
    for (uint32_t i = 0; i < g->n; i++) {
        if (!is_chosen[i]) {
            g->units[n++] = g->units[i];
            continue;
        }
        skr_segment_close(g->units[i].opened);
        if (!is_placed)
            g->units[n++] = merged;
        is_placed = true;
    }
    g->n = n;
    *ret_is_done = true;
    return SKR_OK;
}

/* ------------------------------------------------------------------ choosing */

/* A segment that has more bytes than all the others: to ask it beside a catalogue costs less than
 * to write its carriers again. */
static bool is_large(const group *g, uint32_t number)
{
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < g->n; i++)
        n_bytes += g->units[i].n_bytes;
    return g->units[number].is_loose && g->units[number].n_bytes > n_bytes / 2;
}

static unsigned level_of(const unit *one)
{
    unsigned level = 0;
    for (uint32_t n = one->n_members; n >= FAN_IN; n /= FAN_IN)
        level++;
    return level;
}

/* Chooses the units of the lowest level that has enough of them. False: there is none. */
static bool choose_level(const group *g, bool *is_chosen)
{
    for (unsigned level = 0; level < 16; level++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < g->n; i++) {
            is_chosen[i] = level_of(&g->units[i]) == level && n < SOURCES_MAX && !is_large(g, i);
            n += is_chosen[i];
        }
        if (n >= FAN_IN)
            return true;
    }
    return false;
}

/* Chooses everything but a large segment, where that is paid for. */
static bool choose_all(const group *g, bool all_at_once, bool *is_chosen)
{
    uint64_t n_bytes = 0;
    uint64_t n_spent = 0;
    uint64_t n_expected = 0; /* about what the catalogue of all would have */
    uint32_t n_loose = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->n; i++) {
        const unit *one = &g->units[i];
        is_chosen[i] = all_at_once || !is_large(g, i);
        if (!is_chosen[i])
            continue;
        n++;
        n_bytes += one->n_bytes;
        n_spent += one->n_spent;
        n_loose += one->is_loose;
        n_expected += one->is_loose ? one->n_bytes / BYTES_A_BYTE : one->file.n_bytes;
    }
    if (n > SOURCES_MAX)
        return false;
    if (all_at_once)
        return n > 1 || n_loose > 0;
    return n > 1 && n_loose >= LOOSE_MIN && n_spent + n_expected <= n_bytes / BYTES_A_BYTE;
}

static int renew_group(group *g, bool all_at_once)
{
    bool is_done = true;
    SKR_TRY(find_units(g));
    bool *is_chosen = calloc((size_t)g->n + 1, sizeof *is_chosen);
    if (is_chosen == NULL)
        return skr_fail_nomem(g->err, "catalogues");
    int status = SKR_OK;
    bool makes_all = choose_all(g, all_at_once, is_chosen);
    if (makes_all)
        status = merge_chosen(g, is_chosen, &is_done);
    while (status == SKR_OK && is_done && !makes_all && choose_level(g, is_chosen))
        status = merge_chosen(g, is_chosen, &is_done);
    free(is_chosen);
    return status;
}

/* ------------------------------------------------------------------ all of them */

/* Adds the catalogues of a group to a list. */
static int keep(const group *g, skr_file_id **list, uint32_t *n, size_t *n_max, skr_err *err)
{
    for (uint32_t i = 0; i < g->n; i++) {
        if (g->units[i].is_loose)
            continue;
        SKR_TRY(SKR_ARRAY_RESERVE(list, n_max, (size_t)*n + 1, "catalogues", err));
        (*list)[(*n)++] = g->units[i].file;
    }
    return SKR_OK;
}

static void group_done(group *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        skr_segment_close(g->units[i].opened);
    free(g->units);
}

/* Is this the first segment of its dataset and assembly? */
static bool begins_group(const skr_manifest *manifest, uint32_t number)
{
    const skr_segment_entry *entry = &manifest->segments[number];
    for (uint32_t i = 0; i < number; i++)
        if (manifest->segments[i].dataset == entry->dataset &&
            manifest->segments[i].assembly == entry->assembly)
            return false;
    return true;
}

int skr_catalogues_renew(const char *folder, skr_manifest *manifest, bool all_at_once,
                         skr_err *ret_why, skr_err *err)
{
    skr_open_files *files = NULL;
    skr_file_id *list = NULL;
    uint32_t n = 0;
    size_t n_max = 0;
    int status = skr_open_files_new(0, &files, err);
    for (uint32_t i = 0; i < manifest->n_segments && status == SKR_OK; i++) {
        group g = {
            .folder = folder, .manifest = manifest, .files = files, .why = ret_why, .err = err};
        if (!begins_group(manifest, i))
            continue;
        g.dataset = manifest->segments[i].dataset;
        g.assembly = manifest->segments[i].assembly;
        status = renew_group(&g, all_at_once);
        if (status == SKR_OK)
            status = keep(&g, &list, &n, &n_max, err);
        group_done(&g);
    }
    skr_open_files_free(files);
    if (status != SKR_OK) {
        free(list);
        return status;
    }
    free(manifest->catalogues);
    manifest->catalogues = list;
    manifest->n_catalogues = n;
    return SKR_OK;
}
