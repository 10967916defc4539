/*
 * snapshot.h - one generation of a store, opened: manifest, segments, people, ontology, genes,
 * references.
 *
 * Every file of the generation is opened at once: a later generation may remove files that this one
 * still reads. What is in the tables of people, terms and genes is read when a question needs it. A
 * snapshot is never changed; the last one who releases it closes it.
 */
#ifndef SKR_ENGINE_PLAN_SNAPSHOT_H
#define SKR_ENGINE_PLAN_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/contigs/assembly.h"
#include "index/genes/gene_table.h"
#include "index/ontology/ontology.h"
#include "index/people/people.h"
#include "storage/manifest.h"
#include "storage/reference/reference.h"
#include "storage/segment/segment.h"
#include "storage/store.h"

typedef struct skr_snapshot {
    atomic_uint n_users;
    skr_store *store;
    const skr_manifest *manifest; /* of the store */
    skr_segment **segments;       /* in the order of the manifest */
    skr_people *people;
    uint32_t n_people;
    skr_ontology *ontology;
    const skr_build **builds;      /* what is known of each assembly; NULL: nothing */
    skr_gene_table **genes;        /* one for each assembly; empty ones where none are loaded */
    skr_reference **references;    /* one for each assembly, or NULL */
    bool **has_repeats;            /* of each assembly and contig: skr_snapshot_has_repeats */
    pthread_mutex_t lock;          /* of the references: they load contigs when first asked */
    _Atomic(uint32_t *) *meanings; /* of each dataset, when somebody has asked: what each of its
                                      terms means in the ontology, in their order */
} skr_snapshot;

/* Opens the generation in force, with one user. Errors: as skr_store_open. */
SKR_MUST_USE int skr_snapshot_open(const char *folder, skr_snapshot **ret_snapshot, skr_err *err);

/* Reads all genes and terms, and proves them. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_snapshot_read_tables(const skr_snapshot *snapshot, skr_err *err);

/* Fills in has_repeats. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_snapshot_find_repeats(skr_snapshot *snapshot, skr_err *err);

/* Does somebody count with two samples on a contig? Then carriers are told apart by name. */
static inline bool skr_snapshot_has_repeats(const skr_snapshot *snapshot, uint32_t assembly,
                                            uint32_t contig)
{
    return contig < snapshot->manifest->assemblies[assembly].n_contigs &&
           snapshot->has_repeats[assembly][contig];
}

/* One more user. */
void skr_snapshot_acquire(skr_snapshot *snapshot);

/* One user fewer; the last one closes it. NULL is allowed. */
void skr_snapshot_release(skr_snapshot *snapshot);

/*
 * Adds to people (n_people bits) everybody who has a sample in a segment that was not withdrawn.
 * Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_snapshot_mark_genomes(const skr_snapshot *snapshot, uint32_t segment,
                                           uint64_t *people, skr_err *err);

/* Bases of a contig of an assembly's reference, as skr_reference_bases; safe from any thread. */
SKR_MUST_USE int skr_snapshot_bases(skr_snapshot *snapshot, uint32_t assembly, uint32_t contig,
                                    uint32_t start0, uint32_t n, char *bases, uint32_t *ret_n,
                                    skr_err *err);

#endif
