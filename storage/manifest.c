/*
 * manifest.c - the lists of a manifest: made, searched, added to, freed.
 *
 * manifest_segment.c has those of segments; manifest_encode.c and manifest_decode.c turn all of
 * them into stored bytes and back.
 */
#include "storage/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/manifest_int.h"

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

static void free_dataset(skr_dataset_entry *dataset)
{
    free(dataset->about);
    free(dataset->gone);
    free(dataset->id);
}

static void free_annotation(skr_annotation_entry *annotation)
{
    free(annotation->source);
    free(annotation->release);
}

static void free_assembly(skr_assembly *assembly)
{
    for (uint32_t i = 0; assembly->annotations != NULL && i < assembly->n_annotations; i++)
        free_annotation(&assembly->annotations[i]);
    free(assembly->annotations);
    skr_names_done(&assembly->contig_names);
    free(assembly->contigs);
    free(assembly->name);
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

static void free_deletion(skr_deletion *deletion)
{
    for (uint32_t i = 0; deletion->files != NULL && i < deletion->n_files; i++)
        free(deletion->files[i]);
    free(deletion->files);
    free(deletion->reason);
}

void skr_manifest_free(skr_manifest *manifest)
{
    if (manifest == NULL)
        return;
    for (uint32_t i = 0; manifest->datasets != NULL && i < manifest->n_datasets; i++)
        free_dataset(&manifest->datasets[i]);
    for (uint32_t i = 0; manifest->assemblies != NULL && i < manifest->n_assemblies; i++)
        free_assembly(&manifest->assemblies[i]);
    for (uint32_t i = 0; manifest->segments != NULL && i < manifest->n_segments; i++)
        skr_manifest_segment_done(&manifest->segments[i]);
    for (uint32_t i = 0; manifest->deliveries != NULL && i < manifest->n_deliveries; i++)
        free_delivery(&manifest->deliveries[i]);
    for (uint32_t i = 0; manifest->deletions != NULL && i < manifest->n_deletions; i++)
        free_deletion(&manifest->deletions[i]);
    free(manifest->catalogues);
    free(manifest->deletions);
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
    size_t n_max = (size_t)manifest->n_segments + 2 * (size_t)manifest->n_assemblies + 2 +
                   manifest->n_catalogues;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        n_max += manifest->assemblies[i].n_annotations;
    const skr_file_id **files = malloc(n_max * sizeof files[0]);
    if (files == NULL)
        return skr_fail_nomem(err, "manifest");
    size_t n = 0;
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        files[n++] = &manifest->segments[i].file;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        files[n++] = &manifest->assemblies[i].reference;
        files[n++] = &manifest->assemblies[i].genes;
        for (uint32_t a = 0; a < manifest->assemblies[i].n_annotations; a++)
            files[n++] = &manifest->assemblies[i].annotations[a].file;
    }
    files[n++] = &manifest->people;
    files[n++] = &manifest->ontology;
    for (uint32_t i = 0; i < manifest->n_catalogues; i++)
        files[n++] = &manifest->catalogues[i];
    size_t n_named = 0;
    for (size_t i = 0; i < n; i++)
        if (files[i]->name[0] != '\0')
            files[n_named++] = files[i];
    qsort(files, n_named, sizeof files[0], compare_files);
    *ret_files = files;
    *ret_n = n_named;
    return SKR_OK;
}

bool skr_manifest_is_open(const skr_manifest *manifest, uint32_t dataset)
{
    return (manifest->datasets[dataset].flags & (SKR_DATASET_HIDDEN | SKR_DATASET_WITHDRAWN)) == 0;
}

uint32_t skr_manifest_find_dataset(const skr_manifest *manifest, const char *id)
{
    for (uint32_t i = 0; i < manifest->n_datasets; i++)
        if (strcmp(manifest->datasets[i].id, id) == 0)
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
        SKR_TRY(
            skr_manifest_grow((void **)&manifest->datasets, at, sizeof manifest->datasets[0], err));
        skr_dataset_entry entry = {.version = 1};
        SKR_TRY(copy_name(id, "dataset", &entry.id, err));
        manifest->datasets[at] = entry;
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
        SKR_TRY(skr_manifest_grow((void **)&manifest->assemblies, at, sizeof assembly, err));
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
        SKR_TRY(
            skr_manifest_grow((void **)&assembly->contigs, at, sizeof assembly->contigs[0], err));
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

int skr_manifest_set_annotation(skr_assembly *assembly, const skr_annotation_entry *entry,
                                skr_err *err)
{
    skr_annotation_entry copy = *entry;
    uint32_t at = 0;
    SKR_TRY(copy_name(entry->source, "annotations", &copy.source, err));
    copy.release = strdup(entry->release);
    int status = copy.release == NULL ? skr_fail_nomem(err, "manifest") : SKR_OK;
    while (at < assembly->n_annotations &&
           strcmp(assembly->annotations[at].source, entry->source) != 0)
        at++;
    if (status == SKR_OK && at == assembly->n_annotations)
        status = skr_manifest_grow((void **)&assembly->annotations, at, sizeof copy, err);
    if (status != SKR_OK) {
        free_annotation(&copy);
        return status;
    }
    if (at < assembly->n_annotations)
        free_annotation(&assembly->annotations[at]);
    else
        assembly->n_annotations++;
    assembly->annotations[at] = copy;
    return SKR_OK;
}

uint64_t skr_manifest_time_now(void)
{
    time_t now = time(NULL);
    return now < 0 || (uint64_t)now > SKR_TIME_S_MAX ? 0 : (uint64_t)now;
}

static int copy_source(const skr_source *source, skr_source *ret_copy, skr_err *err)
{
    skr_source copy = *source;
    copy.name = NULL;
    copy.contigs = NULL;
    copy.silent = NULL;
    copy.samples = NULL;
    int status = SKR_OK;
    if (source->name[0] == '\0')
        status = (copy.name = strdup("")) == NULL ? skr_fail_nomem(err, "manifest") : SKR_OK;
    else
        status = copy_name(source->name, "source", &copy.name, err);
    if (status == SKR_OK)
        status = skr_manifest_copy_list(source->contigs, source->n_contigs,
                                        sizeof source->contigs[0], (void **)&copy.contigs, err);
    if (status == SKR_OK)
        status = skr_manifest_copy_list(source->silent, source->n_silent, sizeof source->silent[0],
                                        (void **)&copy.silent, err);
    if (status == SKR_OK)
        status = skr_manifest_copy_list(source->samples, source->n_samples,
                                        sizeof source->samples[0], (void **)&copy.samples, err);
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
    int status = skr_manifest_grow((void **)&manifest->deliveries, at, sizeof copy, err);
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

/* Fills a zeroed deletion; what was copied before a failure is left for free_deletion. */
static int copy_deletion(const skr_deletion *deletion, skr_deletion *copy, skr_err *err)
{
    *copy = *deletion;
    copy->n_files = 0;
    copy->reason = strdup(deletion->reason == NULL ? "" : deletion->reason);
    copy->files = calloc((size_t)deletion->n_files + 1, sizeof copy->files[0]);
    if (copy->reason == NULL || copy->files == NULL)
        return skr_fail_nomem(err, "manifest");
    int status = SKR_OK;
    for (uint32_t i = 0; i < deletion->n_files && status == SKR_OK; i++) {
        status = copy_name(deletion->files[i], "file", &copy->files[i], err);
        copy->n_files += status == SKR_OK;
    }
    return status;
}

int skr_manifest_add_deletion(skr_manifest *manifest, const skr_deletion *deletion,
                              uint32_t *ret_index, skr_err *err)
{
    uint32_t at = manifest->n_deletions;
    skr_deletion copy = {0};
    int status = skr_manifest_grow((void **)&manifest->deletions, at, sizeof copy, err);
    if (status == SKR_OK)
        status = copy_deletion(deletion, &copy, err);
    if (status != SKR_OK) {
        free_deletion(&copy);
        return status;
    }
    manifest->deletions[at] = copy;
    manifest->n_deletions++;
    if (ret_index != NULL)
        *ret_index = at;
    return SKR_OK;
}

skr_manifest_due skr_manifest_due_at(const skr_manifest *manifest, uint64_t now_s)
{
    skr_manifest_due due = {0};
    for (uint32_t i = 0; i < manifest->n_deletions; i++) {
        const skr_deletion *deletion = &manifest->deletions[i];
        if (deletion->gone_generation != 0)
            continue;
        due.n++;
        due.n_overdue += deletion->due_s != 0 && deletion->due_s < now_s;
        if (deletion->due_s != 0 && (due.due_s == 0 || deletion->due_s < due.due_s))
            due.due_s = deletion->due_s;
    }
    return due;
}
