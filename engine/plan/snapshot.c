/*
 * snapshot.c - opening a generation, and counting its users.
 */
#include "engine/plan/snapshot_int.h"

#include <stdlib.h>
#include <string.h>

#include "index/contigs/assembly.h"
#include "storage/base/check.h"
#include "storage/genomes.h"

/* How often a generation is opened again because a writer removed its files meanwhile. */
#define OPEN_TRIES 5

static void close_annotations(skr_annotation_table **tables, const skr_assembly *assembly)
{
    for (uint32_t i = 0; tables != NULL && i < assembly->n_annotations; i++)
        skr_annotation_table_close(tables[i]);
    free(tables);
}

static void snapshot_close(skr_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    const skr_manifest *manifest = snapshot->manifest;
    skr_snapshot_segments_done(snapshot);
    for (uint32_t i = 0; snapshot->genes != NULL && i < manifest->n_assemblies; i++)
        skr_gene_table_close(snapshot->genes[i]);
    for (uint32_t i = 0; snapshot->annotations != NULL && i < manifest->n_assemblies; i++)
        close_annotations(snapshot->annotations[i], &manifest->assemblies[i]);
    for (uint32_t i = 0; snapshot->has_repeats != NULL && i < manifest->n_assemblies; i++)
        free(snapshot->has_repeats[i]);
    for (uint32_t i = 0; snapshot->references != NULL && i < manifest->n_assemblies; i++)
        skr_reference_close(snapshot->references[i]);
    free(snapshot->builds);
    free(snapshot->genes);
    free(snapshot->annotations);
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

static int open_annotations(const skr_assembly *assembly, const char *folder,
                            skr_annotation_table ***ret_tables, skr_err *err)
{
    skr_annotation_table **tables = calloc(assembly->n_annotations + 1u, sizeof *tables);
    if (tables == NULL)
        return skr_fail_nomem(err, "a store");
    *ret_tables = tables;
    for (uint32_t i = 0; i < assembly->n_annotations; i++)
        SKR_TRY(skr_annotation_table_open(folder, &assembly->annotations[i].file,
                                          assembly->n_contigs, &tables[i], err));
    return SKR_OK;
}

static int open_assemblies(skr_snapshot *snapshot, const char *folder, skr_err *err)
{
    int status = skr_assembly_check_twins(snapshot->manifest, err);
    for (uint32_t i = 0; i < snapshot->manifest->n_assemblies && status == SKR_OK; i++) {
        const skr_assembly *assembly = &snapshot->manifest->assemblies[i];
        snapshot->builds[i] = skr_assembly_build_find(assembly->name);
        status = skr_gene_table_open(folder, &assembly->genes, &snapshot->genes[i], err);
        if (status == SKR_OK)
            status = open_annotations(assembly, folder, &snapshot->annotations[i], err);
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
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->manifest->n_assemblies; i++)
        for (uint32_t a = 0;
             status == SKR_OK && a < snapshot->manifest->assemblies[i].n_annotations; a++) {
            const skr_annotation_gene *genes = NULL;
            uint32_t n_genes = 0;
            status = skr_annotation_table_genes(snapshot->annotations[i][a], &genes, &n_genes, err);
        }
    return status;
}

int skr_snapshot_mark_genomes(const skr_snapshot *snapshot, uint32_t segment, uint64_t *people,
                              skr_err *err)
{
    SKR_CHECK(segment < snapshot->n_segments);
    return skr_genomes_mark(snapshot->entries[segment], snapshot->segments[segment], people, err);
}

static int snapshot_read(skr_snapshot *snapshot, skr_snapshot_with *with, skr_err *err)
{
    const char *folder = with->folder;
    int status = skr_store_open(folder, &snapshot->store, err);
    if (status < 0)
        return status;
    snapshot->manifest = skr_store_manifest(snapshot->store);
    const skr_manifest *manifest = snapshot->manifest;
    snapshot->builds = calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->builds);
    snapshot->genes = calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->genes);
    snapshot->annotations =
        calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->annotations);
    snapshot->references = calloc((size_t)manifest->n_assemblies + 1, sizeof *snapshot->references);
    snapshot->meanings = calloc((size_t)manifest->n_datasets + 1, sizeof *snapshot->meanings);
    if (snapshot->builds == NULL || snapshot->genes == NULL || snapshot->annotations == NULL ||
        snapshot->references == NULL || snapshot->meanings == NULL)
        return skr_fail_nomem(err, "a store");
    status = skr_people_open(folder, &manifest->people, &snapshot->people, err);
    if (status < 0)
        return status;
    snapshot->n_people = skr_people_count(snapshot->people);
    status = skr_ontology_open(folder, &manifest->ontology, &snapshot->ontology, err);
    if (status == SKR_OK)
        status = skr_snapshot_segments_open(snapshot, with, err);
    if (status == SKR_OK)
        status = open_assemblies(snapshot, folder, err);
    if (status == SKR_OK)
        status = skr_snapshot_find_repeats(snapshot, err);
    return status;
}

int skr_snapshot_open(const char *folder, skr_open_files *files, const skr_snapshot *before,
                      skr_snapshot **ret_snapshot, skr_err *err)
{
    for (int i = 0;; i++) {
        skr_snapshot *snapshot = calloc(1, sizeof *snapshot);
        if (snapshot == NULL)
            return skr_fail_nomem(err, "a store");
        if (pthread_mutex_init(&snapshot->lock, NULL) != 0) {
            free(snapshot);
            return skr_fail_nomem(err, "a lock");
        }
        atomic_init(&snapshot->n_users, 1);
        skr_snapshot_with with = {.folder = folder, .files = files, .before = before};
        int status = snapshot_read(snapshot, &with, err);
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
    SKR_TRY(skr_block_reader_may_read(err)); /* who has the lock may be reading */
    (void)pthread_mutex_lock(&snapshot->lock);
    int status =
        skr_reference_bases(snapshot->references[assembly], contig, start0, n, bases, ret_n, err);
    (void)pthread_mutex_unlock(&snapshot->lock);
    return status;
}
