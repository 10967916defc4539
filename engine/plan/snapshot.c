/*
 * snapshot.c - opening a generation, and counting its users.
 */
#include "engine/plan/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "index/contigs/assembly.h"
#include "storage/base/check.h"
#include "storage/genomes.h"

/* How often a generation is opened again because a writer removed its files meanwhile. */
#define OPEN_TRIES 5

static void snapshot_close(skr_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    const skr_manifest *manifest = snapshot->manifest;
    for (uint32_t i = 0; snapshot->segments != NULL && i < manifest->n_segments; i++)
        skr_segment_close(snapshot->segments[i]);
    for (uint32_t i = 0; snapshot->genes != NULL && i < manifest->n_assemblies; i++)
        skr_gene_table_close(snapshot->genes[i]);
    for (uint32_t i = 0; snapshot->has_repeats != NULL && i < manifest->n_assemblies; i++)
        free(snapshot->has_repeats[i]);
    for (uint32_t i = 0; snapshot->references != NULL && i < manifest->n_assemblies; i++)
        skr_reference_close(snapshot->references[i]);
    free(snapshot->segments);
    free(snapshot->builds);
    free(snapshot->genes);
    free(snapshot->references);
    free(snapshot->has_repeats);
    for (uint32_t i = 0; snapshot->meanings != NULL && i < manifest->n_datasets; i++)
        free(atomic_load(&snapshot->meanings[i]));
    free(snapshot->meanings);
    skr_people_close(snapshot->people);
    skr_ontology_close(snapshot->ontology);
    skr_store_close(snapshot->store);
    (void)pthread_mutex_destroy(&snapshot->lock);
    free(snapshot);
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

static int open_segments(skr_snapshot *snapshot, const char *folder, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->manifest->n_segments; i++) {
        const skr_segment_entry *entry = &snapshot->manifest->segments[i];
        status = skr_segment_open(folder, &entry->file, &snapshot->segments[i], err);
        if (status == SKR_OK)
            status = check_segment(snapshot, entry, snapshot->segments[i], err);
    }
    return status;
}

static int open_assemblies(skr_snapshot *snapshot, const char *folder, skr_err *err)
{
    int status = skr_assembly_check_twins(snapshot->manifest, err);
    for (uint32_t i = 0; i < snapshot->manifest->n_assemblies && status == SKR_OK; i++) {
        const skr_assembly *assembly = &snapshot->manifest->assemblies[i];
        snapshot->builds[i] = skr_assembly_build_find(assembly->name);
        status = skr_gene_table_open(folder, &assembly->genes, &snapshot->genes[i], err);
        if (status == SKR_OK && assembly->reference.name[0] != '\0')
            status =
                skr_reference_open(folder, &assembly->reference, &snapshot->references[i], err);
    }
    return status;
}

int skr_snapshot_read_tables(const skr_snapshot *snapshot, skr_err *err)
{
    int status = skr_ontology_load_texts(snapshot->ontology, err);
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->manifest->n_assemblies; i++)
        status = skr_gene_table_visit(snapshot->genes[i], NULL, NULL, err);
    return status;
}

int skr_snapshot_mark_genomes(const skr_snapshot *snapshot, uint32_t segment, uint64_t *people,
                              skr_err *err)
{
    SKR_CHECK(segment < snapshot->manifest->n_segments);
    return skr_genomes_mark(&snapshot->manifest->segments[segment], snapshot->segments[segment],
                            people, err);
}

static int snapshot_read(skr_snapshot *snapshot, const char *folder, skr_err *err)
{
    int status = skr_store_open(folder, &snapshot->store, err);
    if (status < 0)
        return status;
    snapshot->manifest = skr_store_manifest(snapshot->store);
    const skr_manifest *manifest = snapshot->manifest;
    snapshot->segments = calloc((size_t)manifest->n_segments + 1, sizeof *snapshot->segments);
    snapshot->builds = calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->builds);
    snapshot->genes = calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->genes);
    snapshot->references = calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->references);
    snapshot->meanings = calloc((size_t)manifest->n_datasets + 1, sizeof *snapshot->meanings);
    if (snapshot->segments == NULL || snapshot->builds == NULL || snapshot->genes == NULL ||
        snapshot->references == NULL || snapshot->meanings == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory to open a store");
    status = skr_people_open(folder, &manifest->people, &snapshot->people, err);
    if (status < 0)
        return status;
    snapshot->n_people = skr_people_count(snapshot->people);
    status = skr_ontology_open(folder, &manifest->ontology, &snapshot->ontology, err);
    if (status == SKR_OK)
        status = open_segments(snapshot, folder, err);
    if (status == SKR_OK)
        status = open_assemblies(snapshot, folder, err);
    if (status == SKR_OK)
        status = skr_snapshot_find_repeats(snapshot, err);
    return status;
}

int skr_snapshot_open(const char *folder, skr_snapshot **ret_snapshot, skr_err *err)
{
    for (int i = 0;; i++) {
        skr_snapshot *snapshot = calloc(1, sizeof *snapshot);
        if (snapshot == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory to open a store");
        if (pthread_mutex_init(&snapshot->lock, NULL) != 0) {
            free(snapshot);
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
        }
        atomic_init(&snapshot->n_users, 1);
        int status = snapshot_read(snapshot, folder, err);
        if (status == SKR_OK) {
            *ret_snapshot = snapshot;
            return SKR_OK;
        }
        uint64_t generation = snapshot->manifest == NULL ? 0 : snapshot->manifest->generation;
        bool was_read = snapshot->manifest != NULL;
        snapshot_close(snapshot);
        uint64_t now = generation;
        if (status != SKR_ERR_MISSING || !was_read || i + 1 == OPEN_TRIES ||
            skr_store_generation_now(folder, &now, NULL) < 0 || now == generation)
            return status;
    }
}

void skr_snapshot_acquire(skr_snapshot *snapshot)
{
    unsigned n_before = atomic_fetch_add(&snapshot->n_users, 1);
    SKR_CHECK(n_before > 0); /* whoever acquires it holds somebody who does */
}

void skr_snapshot_release(skr_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    unsigned n_before = atomic_fetch_sub(&snapshot->n_users, 1);
    SKR_CHECK(n_before > 0);
    if (n_before == 1)
        snapshot_close(snapshot);
}

int skr_snapshot_bases(skr_snapshot *snapshot, uint32_t assembly, uint32_t contig, uint32_t start0,
                       uint32_t n, char *bases, uint32_t *ret_n, skr_err *err)
{
    SKR_CHECK(assembly < snapshot->manifest->n_assemblies);
    SKR_CHECK(snapshot->references[assembly] != NULL);
    (void)pthread_mutex_lock(&snapshot->lock);
    int status =
        skr_reference_bases(snapshot->references[assembly], contig, start0, n, bases, ret_n, err);
    (void)pthread_mutex_unlock(&snapshot->lock);
    return status;
}
