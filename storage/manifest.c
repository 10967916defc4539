/*
 * manifest.c - the lists of a manifest: made, searched, added to, freed.
 *
 * manifest_codec.c turns them into stored bytes and back.
 */
#include "storage/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

int skr_manifest_new(skr_manifest **ret_manifest, skr_err *err)
{
    skr_manifest *manifest = calloc(1, sizeof *manifest);
    if (manifest == NULL)
        return skr_fail_nomem(err, "manifest");
    manifest->next_file = 1;
    *ret_manifest = manifest;
    return SKR_OK;
}

/* ------------------------------------------------------------------ freeing */

static void free_assembly(skr_assembly *assembly)
{
    skr_names_done(&assembly->contig_names);
    free(assembly->contigs);
    free(assembly->name);
}

static void free_segment(skr_segment_entry *segment)
{
    for (uint32_t i = 0; segment->tombstones != NULL && i < segment->n_tombstones; i++)
        free(segment->tombstones[i].samples);
    free(segment->tombstones);
}

static void free_delivery(skr_delivery *delivery)
{
    for (uint32_t i = 0; delivery->sources != NULL && i < delivery->n_sources; i++) {
        free(delivery->sources[i].name);
        free(delivery->sources[i].contigs);
        free(delivery->sources[i].silent);
        free(delivery->sources[i].samples);
    }
    for (uint32_t i = 0; delivery->counters != NULL && i < delivery->n_counters; i++)
        free(delivery->counters[i].name);
    free(delivery->sources);
    free(delivery->counters);
    free(delivery->options);
}

void skr_manifest_free(skr_manifest *manifest)
{
    if (manifest == NULL)
        return;
    for (uint32_t i = 0; manifest->datasets != NULL && i < manifest->n_datasets; i++)
        free(manifest->datasets[i]);
    for (uint32_t i = 0; manifest->assemblies != NULL && i < manifest->n_assemblies; i++)
        free_assembly(&manifest->assemblies[i]);
    for (uint32_t i = 0; manifest->segments != NULL && i < manifest->n_segments; i++)
        free_segment(&manifest->segments[i]);
    for (uint32_t i = 0; manifest->deliveries != NULL && i < manifest->n_deliveries; i++)
        free_delivery(&manifest->deliveries[i]);
    free(manifest->datasets);
    free(manifest->assemblies);
    free(manifest->segments);
    free(manifest->deliveries);
    free(manifest);
}

/* ------------------------------------------------------------------ finding */

static int compare_files(const void *a, const void *b)
{
    return strcmp((*(const skr_file_id *const *)a)->name, (*(const skr_file_id *const *)b)->name);
}

int skr_manifest_files(const skr_manifest *manifest, const skr_file_id ***ret_files, size_t *ret_n,
                       skr_err *err)
{
    size_t n_max = (size_t)manifest->n_segments + 2 * (size_t)manifest->n_assemblies + 2;
    const skr_file_id **files = malloc(n_max * sizeof files[0]);
    if (files == NULL)
        return skr_fail_nomem(err, "manifest");
    size_t n = 0;
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        files[n++] = &manifest->segments[i].file;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        files[n++] = &manifest->assemblies[i].reference;
        files[n++] = &manifest->assemblies[i].genes;
    }
    files[n++] = &manifest->people;
    files[n++] = &manifest->ontology;
    size_t n_named = 0;
    for (size_t i = 0; i < n; i++)
        if (files[i]->name[0] != '\0')
            files[n_named++] = files[i];
    qsort(files, n_named, sizeof files[0], compare_files);
    *ret_files = files;
    *ret_n = n_named;
    return SKR_OK;
}

uint32_t skr_manifest_find_dataset(const skr_manifest *manifest, const char *id)
{
    for (uint32_t i = 0; i < manifest->n_datasets; i++)
        if (strcmp(manifest->datasets[i], id) == 0)
            return i;
    return SKR_NONE;
}

uint32_t skr_manifest_find_assembly(const skr_manifest *manifest, const char *name)
{
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        if (strcmp(manifest->assemblies[i].name, name) == 0)
            return i;
    return SKR_NONE;
}

uint32_t skr_manifest_find_contig(const skr_assembly *assembly, const char *canonical_name)
{
    return skr_names_find(&assembly->contig_names, canonical_name);
}

/* ------------------------------------------------------------------ adding */

/* Makes room for one more after n elements; the caller writes it and counts it. */
static int grow(void **list, uint32_t n, size_t size, skr_err *err)
{
    if (n >= SKR_NONE - 1)
        return skr_fail(err, SKR_ERR_LIMIT, "manifest: too many entries in one list");
    void *grown = realloc(*list, ((size_t)n + 1) * size);
    if (grown == NULL)
        return skr_fail_nomem(err, "manifest");
    *list = grown;
    return SKR_OK;
}

static int check_name(const char *name, const char *what, skr_err *err)
{
    size_t n = strlen(name);
    if (n == 0 || n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "%s: a name of %zu bytes, 1 to %u are allowed", what, n,
                        SKR_NAME_MAX);
    return SKR_OK;
}

static int copy_name(const char *name, const char *what, char **ret_copy, skr_err *err)
{
    SKR_TRY(check_name(name, what, err));
    char *copy = strdup(name);
    if (copy == NULL)
        return skr_fail_nomem(err, "manifest");
    *ret_copy = copy;
    return SKR_OK;
}

int skr_manifest_add_dataset(skr_manifest *manifest, const char *id, uint32_t *ret_index,
                             skr_err *err)
{
    uint32_t at = skr_manifest_find_dataset(manifest, id);
    if (at == SKR_NONE) {
        at = manifest->n_datasets;
        SKR_TRY(grow((void **)&manifest->datasets, at, sizeof manifest->datasets[0], err));
        SKR_TRY(copy_name(id, "dataset", &manifest->datasets[at], err));
        manifest->n_datasets++;
    }
    *ret_index = at;
    return SKR_OK;
}

int skr_manifest_add_assembly(skr_manifest *manifest, const char *name, uint32_t *ret_index,
                              skr_err *err)
{
    uint32_t at = skr_manifest_find_assembly(manifest, name);
    if (at == SKR_NONE) {
        at = manifest->n_assemblies;
        skr_assembly assembly = {0};
        SKR_TRY(grow((void **)&manifest->assemblies, at, sizeof assembly, err));
        SKR_TRY(copy_name(name, "assembly", &assembly.name, err));
        manifest->assemblies[at] = assembly;
        manifest->n_assemblies++;
    }
    *ret_index = at;
    return SKR_OK;
}

int skr_manifest_add_contig(skr_assembly *assembly, const char *canonical_name, uint32_t length,
                            uint32_t *ret_index, skr_err *err)
{
    if (length > SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "contig %s: %u bases, the limit is %u", canonical_name,
                        length, SKR_CONTIG_LENGTH_MAX);
    uint32_t at = skr_manifest_find_contig(assembly, canonical_name);
    if (at == SKR_NONE) {
        at = assembly->n_contigs;
        if (at >= SKR_CONTIGS_MAX)
            return skr_fail(err, SKR_ERR_LIMIT, "assembly %s: more than %u contigs", assembly->name,
                            SKR_CONTIGS_MAX);
        SKR_TRY(check_name(canonical_name, "contig", err));
        SKR_TRY(grow((void **)&assembly->contigs, at, sizeof assembly->contigs[0], err));
        SKR_TRY(skr_names_add(&assembly->contig_names, canonical_name, ret_index, err));
        SKR_CHECK(*ret_index == at);
        assembly->contigs[at] =
            (skr_contig){.name = skr_names_at(&assembly->contig_names, at), .length = length};
        assembly->n_contigs++;
    }
    if (length > assembly->contigs[at].length)
        assembly->contigs[at].length = length;
    *ret_index = at;
    return SKR_OK;
}

/* n elements of a list in memory of their own; NULL for none. */
static int copy_list(const void *list, uint32_t n, size_t size, void **ret_copy, skr_err *err)
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

int skr_manifest_add_segment(skr_manifest *manifest, const skr_segment_entry *entry,
                             uint32_t *ret_index, skr_err *err)
{
    uint32_t at = manifest->n_segments;
    skr_segment_entry copy = *entry;
    copy.tombstones = NULL;
    copy.n_tombstones = 0;
    int status = grow((void **)&manifest->segments, at, sizeof copy, err);
    for (uint32_t i = 0; i < entry->n_tombstones && status == SKR_OK; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        status = skr_manifest_supersede(&copy, tombstone->contig, tombstone->samples,
                                        tombstone->n_samples, err);
    }
    if (status != SKR_OK) {
        free_segment(&copy);
        return status;
    }
    manifest->segments[at] = copy;
    manifest->n_segments++;
    if (ret_index != NULL)
        *ret_index = at;
    return SKR_OK;
}

uint64_t skr_manifest_time_now(void)
{
    time_t now = time(NULL);
    return now < 0 || (uint64_t)now > SKR_TIME_S_MAX ? 0 : (uint64_t)now;
}

void skr_manifest_drop_segment(skr_manifest *manifest, uint32_t index)
{
    SKR_CHECK(index < manifest->n_segments);
    free_segment(&manifest->segments[index]);
    manifest->n_segments--;
    memmove(&manifest->segments[index], &manifest->segments[index + 1],
            (manifest->n_segments - index) * sizeof *manifest->segments);
}

static int copy_source(const skr_source *source, skr_source *ret_copy, skr_err *err)
{
    skr_source copy = *source;
    copy.name = NULL;
    copy.contigs = NULL;
    copy.silent = NULL;
    copy.samples = NULL;
    int status = copy_name(source->name, "source", &copy.name, err);
    if (status == SKR_OK)
        status = copy_list(source->contigs, source->n_contigs, sizeof source->contigs[0],
                           (void **)&copy.contigs, err);
    if (status == SKR_OK)
        status = copy_list(source->silent, source->n_silent, sizeof source->silent[0],
                           (void **)&copy.silent, err);
    if (status == SKR_OK)
        status = copy_list(source->samples, source->n_samples, sizeof source->samples[0],
                           (void **)&copy.samples, err);
    if (status != SKR_OK) {
        free(copy.contigs);
        free(copy.silent);
        free(copy.name);
        return status;
    }
    *ret_copy = copy;
    return SKR_OK;
}

/* Fills a zeroed delivery; what was copied before a failure is left for free_delivery. */
static int copy_delivery(const skr_delivery *delivery, skr_delivery *copy, skr_err *err)
{
    *copy = *delivery;
    copy->n_sources = 0;
    copy->n_counters = 0;
    copy->options = strdup(delivery->options == NULL ? "" : delivery->options);
    copy->sources = calloc((size_t)delivery->n_sources + 1, sizeof copy->sources[0]);
    copy->counters = calloc((size_t)delivery->n_counters + 1, sizeof copy->counters[0]);
    if (copy->options == NULL || copy->sources == NULL || copy->counters == NULL)
        return skr_fail_nomem(err, "manifest");
    int status = SKR_OK;
    for (uint32_t i = 0; i < delivery->n_sources && status == SKR_OK; i++) {
        status = copy_source(&delivery->sources[i], &copy->sources[i], err);
        copy->n_sources += status == SKR_OK;
    }
    for (uint32_t i = 0; i < delivery->n_counters && status == SKR_OK; i++) {
        copy->counters[i].value = delivery->counters[i].value;
        status = copy_name(delivery->counters[i].name, "counter", &copy->counters[i].name, err);
        copy->n_counters += status == SKR_OK;
    }
    return status;
}

int skr_manifest_add_delivery(skr_manifest *manifest, const skr_delivery *delivery,
                              uint32_t *ret_index, skr_err *err)
{
    uint32_t at = manifest->n_deliveries;
    skr_delivery copy = {0};
    int status = grow((void **)&manifest->deliveries, at, sizeof copy, err);
    if (status == SKR_OK)
        status = copy_delivery(delivery, &copy, err);
    if (status != SKR_OK) {
        free_delivery(&copy);
        return status;
    }
    manifest->deliveries[at] = copy;
    manifest->n_deliveries++;
    if (ret_index != NULL)
        *ret_index = at;
    return SKR_OK;
}

/* ------------------------------------------------------------------ tombstones */

/* Where the tombstone of a contig is, or would be. */
static uint32_t tombstone_at(const skr_segment_entry *segment, uint32_t contig)
{
    uint32_t at = 0;
    while (at < segment->n_tombstones && segment->tombstones[at].contig < contig)
        at++;
    return at;
}

static const skr_tombstone *find_tombstone(const skr_segment_entry *segment, uint32_t contig)
{
    uint32_t at = tombstone_at(segment, contig);
    if (at == segment->n_tombstones || segment->tombstones[at].contig != contig)
        return NULL;
    return &segment->tombstones[at];
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
    const skr_tombstone *old = find_tombstone(segment, contig);
    uint32_t n_old = old == NULL ? 0 : old->n_samples;
    uint32_t *both = malloc(((size_t)n_old + n_samples) * sizeof *both);
    if (both == NULL)
        return skr_fail_nomem(err, "manifest");
    uint32_t at = tombstone_at(segment, contig);
    if (old == NULL) {
        int status = grow((void **)&segment->tombstones, segment->n_tombstones, sizeof *old, err);
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

static bool is_superseded(const skr_tombstone *tombstone, uint32_t sample)
{
    if (tombstone == NULL)
        return false;
    size_t at = skr_array_search_u32(tombstone->samples, tombstone->n_samples, sample);
    return at < tombstone->n_samples && tombstone->samples[at] == sample;
}

bool skr_manifest_is_superseded(const skr_segment_entry *segment, uint32_t contig, uint32_t sample)
{
    return is_superseded(find_tombstone(segment, contig), sample) ||
           is_superseded(find_tombstone(segment, SKR_NONE), sample);
}
