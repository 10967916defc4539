/*
 * manifest.h - which files are the store, in one generation.
 *
 * The manifest is one small file, MANIFEST, written beside the old one and renamed over it: that
 * rename publishes a generation. docs/format.md, "Manifest", says every byte; a CRC-32C covers all
 * of it. In memory it is plain data: lists that the owner may change before it is written.
 *
 * Indexes (dataset, assembly, contig) are positions in these lists and stay the same for ever:
 * entries are only added.
 *
 * Threads: a const manifest may be read by any number; one being changed has one owner.
 */
#ifndef SKR_STORAGE_MANIFEST_H
#define SKR_STORAGE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/counter.h"
#include "storage/base/err.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"
#include "storage/block/block_file.h"
#include "storage/block/digest.h"

typedef struct skr_contig {
    const char *name; /* canonical: index/contigs/contig.h; belongs to the contig_names */
    uint32_t length;  /* bases; 0 when nobody said */
} skr_contig;

typedef struct skr_assembly {
    char *name; /* canonical: index/contigs/assembly.h */
    skr_contig *contigs;
    uint32_t n_contigs;
    skr_names contig_names; /* by number: added to by skr_manifest_add_contig alone */
    skr_file_id reference;  /* kind REFERENCE; name "" when there is none */
    skr_file_id genes;      /* kind GENES; name "" when there is none */
} skr_assembly;

/* Samples of a segment that do not count any more on a contig: replaced, or withdrawn. */
typedef struct skr_tombstone {
    uint32_t contig;   /* index in the assembly, or SKR_NONE for every contig */
    uint32_t *samples; /* local numbers, ascending */
    uint32_t n_samples;
} skr_tombstone;

typedef struct skr_segment_entry {
    skr_file_id file;
    uint32_t dataset;
    uint32_t assembly;
    uint32_t delivery; /* index in deliveries */
    uint32_t n_samples;
    uint64_t n_rows;
    bool
        has_raw_indels; /* holds indels that were only trimmed: no reference when it was imported */
    skr_tombstone *tombstones;
    uint32_t n_tombstones;
} skr_segment_entry;

/* A file that was delivered. Live as long as any of its samples counts on any of its contigs. */
typedef struct skr_source {
    char *name;                       /* without its folder */
    uint8_t digest[SKR_DIGEST_SIZE];  /* SHA-256 of the file's bytes */
    uint8_t options[SKR_DIGEST_SIZE]; /* SHA-256 of the options that decide how it was read */
    uint32_t *contigs; /* indexes of the contigs that its samples have by it, ascending */
    uint32_t n_contigs;
    uint32_t *silent; /* those of them on which it has no record, ascending: --absent-is hom-ref */
    uint32_t n_silent;
    uint32_t *samples;  /* its samples: local numbers in the delivery's segment, ascending */
    uint32_t n_samples; /* 0: all samples of the segment */
    bool is_live;
} skr_source;

typedef struct skr_delivery {
    uint64_t generation; /* that it made */
    uint64_t time_s;     /* when it was published: seconds since 1970, UTC; 0: not known */
    uint32_t dataset;
    uint32_t assembly;
    char *options; /* for people: "format=vcf gate=adj absent-is=no-call" */
    skr_source *sources;
    uint32_t n_sources;
    skr_counter *counters;
    uint32_t n_counters;
    uint32_t n_samples; /* above every number in the samples of its sources */
    uint64_t n_alleles;
} skr_delivery;

typedef struct skr_manifest {
    uint64_t generation; /* 0: nothing was ever published */
    uint64_t next_file;  /* number for the next file's name */
    char **datasets;     /* ids */
    uint32_t n_datasets;
    skr_assembly *assemblies;
    uint32_t n_assemblies;
    skr_segment_entry *segments;
    uint32_t n_segments;
    skr_delivery *deliveries;
    uint32_t n_deliveries;
    skr_file_id people;   /* kind PEOPLE; name "" when there is none */
    skr_file_id ontology; /* kind ONTOLOGY; name "" when there is none */
} skr_manifest;

/* An empty manifest of generation 0. The caller owns *ret_manifest. Errors: NOMEM. */
SKR_MUST_USE int skr_manifest_new(skr_manifest **ret_manifest, skr_err *err);

/* A deep copy. The caller owns *ret_copy. Errors: NOMEM. */
SKR_MUST_USE int skr_manifest_copy(const skr_manifest *manifest, skr_manifest **ret_copy,
                                   skr_err *err);

/* Frees a manifest and all it holds. NULL is allowed. */
void skr_manifest_free(skr_manifest *manifest);

/* Stored bytes of a manifest, appended to bytes. Errors: NOMEM. */
SKR_MUST_USE int skr_manifest_encode(const skr_manifest *manifest, skr_buffer *bytes, skr_err *err);

/* From stored bytes, which are not believed. The caller owns it. Errors: CORRUPT, VERSION, NOMEM.
 */
SKR_MUST_USE int skr_manifest_decode(const uint8_t *bytes, size_t n_bytes,
                                     skr_manifest **ret_manifest, skr_err *err);

/*
 * Every file that a manifest names, ascending by name. The caller frees the list; what it points to
 * belongs to the manifest. Errors: NOMEM.
 */
SKR_MUST_USE int skr_manifest_files(const skr_manifest *manifest, const skr_file_id ***ret_files,
                                    size_t *ret_n, skr_err *err);

/* The index of a name, or SKR_NONE. */
uint32_t skr_manifest_find_dataset(const skr_manifest *manifest, const char *id);
uint32_t skr_manifest_find_assembly(const skr_manifest *manifest, const char *name);
uint32_t skr_manifest_find_contig(const skr_assembly *assembly, const char *canonical_name);

/*
 * The index of a name, added when it is new. Names have 1 to SKR_NAME_MAX bytes and are copied.
 * Errors: NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_manifest_add_dataset(skr_manifest *manifest, const char *id,
                                          uint32_t *ret_index, skr_err *err);
SKR_MUST_USE int skr_manifest_add_assembly(skr_manifest *manifest, const char *name,
                                           uint32_t *ret_index, skr_err *err);
/* length 0: not known; a known length is kept, and a longer one replaces a shorter. Errors: NOMEM,
 * LIMIT.
 */
SKR_MUST_USE int skr_manifest_add_contig(skr_assembly *assembly, const char *canonical_name,
                                         uint32_t length, uint32_t *ret_index, skr_err *err);

/*
 * Appends an entry; what it points to is copied. *ret_index may be NULL. Errors: NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_manifest_add_segment(skr_manifest *manifest, const skr_segment_entry *entry,
                                          uint32_t *ret_index, skr_err *err);
SKR_MUST_USE int skr_manifest_add_delivery(skr_manifest *manifest, const skr_delivery *delivery,
                                           uint32_t *ret_index, skr_err *err);

/* The time of a delivery that is made now: seconds since 1970, UTC, as far as the clock is right.
 */
uint64_t skr_manifest_time_now(void);

/* Takes an entry out of the list: its file belongs to no generation from the next commit on. */
void skr_manifest_drop_segment(skr_manifest *manifest, uint32_t index);

/*
 * Marks local samples (ascending) of a segment dead on a contig (or SKR_NONE for all), merging with
 * what is dead already. Errors: NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_manifest_supersede(skr_segment_entry *segment, uint32_t contig,
                                        const uint32_t *samples, uint32_t n_samples, skr_err *err);

/* Is this local sample dead on this contig? */
bool skr_manifest_is_superseded(const skr_segment_entry *segment, uint32_t contig, uint32_t sample);

#endif
