/*
 * snapshot.h - one generation of a store, opened: manifest, segments, people, ontology, genes,
 * references.
 *
 * Segments are asked through catalogues where these tell of them, and then opened when a question
 * needs them; every other file of the generation is looked at once, so that damage shows. What an
 * older snapshot has open is shared with it. The store holds the generation's files while it is
 * open, so that those of segments may be closed and opened again: as many are open as the process
 * may have. What is in the tables of people, terms and genes is read when a question needs it. A
 * snapshot is never changed; the last one who releases it closes it.
 */
#ifndef SKR_ENGINE_PLAN_SNAPSHOT_H
#define SKR_ENGINE_PLAN_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plan/live_totals.h"
#include "index/annotations/annotation_table.h"
#include "index/contigs/assembly.h"
#include "index/genes/gene_table.h"
#include "index/ontology/ontology.h"
#include "index/people/people.h"
#include "storage/block/open_files.h"
#include "storage/manifest.h"
#include "storage/reference/reference.h"
#include "storage/segment/catalogue.h"
#include "storage/segment/segment.h"
#include "storage/store.h"

/* Where a segment of the manifest is found. */
typedef struct skr_segment_place {
    uint32_t segment; /* among those that are asked */
    uint32_t member;  /* of that catalogue; SKR_NONE: it is the segment itself */
} skr_segment_place;

typedef struct skr_snapshot {
    atomic_uint n_users;
    skr_store *store;
    const skr_manifest *manifest; /* of the store */
    uint32_t n_segments;          /* that are asked: a catalogue of many is one of them */
    skr_segment **segments;
    const skr_segment_entry **entries; /* what the manifest says of each */
    skr_segment_entry *joined;         /* those of catalogues, made of those of their members */
    uint32_t n_joined;
    skr_segment_place *places; /* of the segments of the manifest */
    skr_live_totals **live;    /* of each that is asked; NULL: all of its samples live */
    skr_people *people;
    uint32_t n_people;
    skr_ontology *ontology;
    const skr_build **builds; /* what is known of each assembly; NULL: nothing */
    skr_gene_table **genes;   /* one for each assembly; empty ones where none are loaded */
    skr_annotation_table ***annotations; /* of each assembly, in the order of its entries */
    skr_reference **references;          /* one for each assembly, or NULL */
    bool **has_repeats;                  /* of each assembly and contig: skr_snapshot_has_repeats */
    pthread_mutex_t lock;                /* of the references: they load contigs when first asked */
    _Atomic(uint32_t *) *meanings; /* of each dataset, when somebody has asked: what each of its
                                      terms means in the ontology, in their order */
} skr_snapshot;

/*
 * Opens the generation in force, with one user. files, which must outlive it, decides which of its
 * segments are open; NULL: all are. What `before` has of it is shared; NULL is allowed. Errors: as
 * skr_store_open.
 */
SKR_MUST_USE int skr_snapshot_open(const char *folder, skr_open_files *files,
                                   const skr_snapshot *before, skr_snapshot **ret_snapshot,
                                   skr_err *err);

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

/* Segment `number` of the manifest by itself, opened if it was not; belongs to the snapshot.
 * Errors: as skr_store_open. */
SKR_MUST_USE int skr_snapshot_segment(const skr_snapshot *snapshot, uint32_t number,
                                      const skr_segment **ret_segment, skr_err *err);

/*
 * Adds to people (n_people bits) everybody who has a sample in a segment that is asked and that was
 * not withdrawn. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_snapshot_mark_genomes(const skr_snapshot *snapshot, uint32_t segment,
                                           uint64_t *people, skr_err *err);

/* Bases of a contig of an assembly's reference, as skr_reference_bases; safe from any thread. */
SKR_MUST_USE int skr_snapshot_bases(skr_snapshot *snapshot, uint32_t assembly, uint32_t contig,
                                    uint32_t start0, uint32_t n, char *bases, uint32_t *ret_n,
                                    skr_err *err);

#endif
