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

/* What programs of annotation say of alleles: a release, replaced as a whole by the next one. */
typedef struct skr_annotation_entry {
    char *source;  /* what the release is of: VEP, ClinVar; no two of an assembly are alike */
    char *release; /* its name, or "" */
    uint64_t n_alleles;
    bool has_raw_indels; /* as of a segment */
    skr_file_id file;    /* kind ANNOTATIONS */
} skr_annotation_entry;

typedef struct skr_assembly {
    char *name; /* canonical: index/contigs/assembly.h */
    skr_contig *contigs;
    uint32_t n_contigs;
    skr_names contig_names; /* by number: added to by skr_manifest_add_contig alone */
    skr_file_id reference;  /* kind REFERENCE; name "" when there is none */
    skr_file_id genes;      /* kind GENES; name "" when there is none */
    skr_annotation_entry *annotations;
    uint32_t n_annotations;
} skr_assembly;

typedef struct skr_keyed_digest {
    uint8_t bytes[SKR_DIGEST_SIZE];
} skr_keyed_digest;

/* A dataset answers nothing while any of these is set. */
#define SKR_DATASET_HIDDEN 1u    /* for a while */
#define SKR_DATASET_WITHDRAWN 2u /* as a whole: nothing of it is left */

typedef struct skr_dataset_entry {
    char *id;
    uint64_t version;       /* from 1; goes up when people in it exercise a right */
    uint32_t flags;         /* SKR_DATASET_ */
    skr_keyed_digest *gone; /* keyed digests of whom it has no more, ascending */
    uint32_t n_gone;
    char *about; /* what is told of it: a JSON object (import_datasets.c); "" or NULL: nothing */
} skr_dataset_entry;

/* Samples that do not count any more on a contig: replaced, or withdrawn. */
typedef struct skr_tombstone {
    uint32_t contig;   /* index in the assembly, or SKR_NONE for every contig */
    uint32_t *samples; /* local numbers, ascending */
    uint32_t n_samples;
} skr_tombstone;

/* Samples of a delivery in a row that are samples of a segment in a row. */
typedef struct skr_sample_run {
    uint32_t n;     /* 1 or more */
    uint32_t first; /* number in the segment; SKR_NONE: these are not in it any more */
} skr_sample_run;

/*
 * A delivery, as far as it is in a segment. One sample of a segment may come from several, such as
 * a file for each chromosome.
 */
typedef struct skr_segment_part {
    uint32_t delivery;    /* index in deliveries */
    skr_sample_run *runs; /* of all samples of the delivery, in its order */
    uint32_t n_runs;
    /* What of the delivery the segment was made without; numbers are those of the delivery. */
    skr_tombstone *left_out;
    uint32_t n_left_out;
} skr_segment_part;

typedef struct skr_segment_entry {
    skr_file_id file;
    uint32_t dataset;
    uint32_t assembly;
    skr_segment_part *parts; /* one as imported; several once compacted */
    uint32_t n_parts;
    uint32_t n_samples;
    uint64_t n_rows;
    bool
        has_raw_indels; /* holds indels that were only trimmed: no reference when it was imported */
    skr_tombstone *tombstones;
    uint32_t n_tombstones;
} skr_segment_entry;

/* A file that was delivered. Live as long as any of its samples counts on any of its contigs. */
typedef struct skr_source {
    char *name;                       /* without its folder; "": all of its people have withdrawn */
    uint8_t digest[SKR_DIGEST_SIZE];  /* SHA-256 of the file's bytes */
    uint8_t options[SKR_DIGEST_SIZE]; /* SHA-256 of the options that decide how it was read */
    uint32_t *contigs; /* indexes of the contigs that its samples have by it, ascending */
    uint32_t n_contigs;
    uint32_t *silent; /* those of them on which it has no record, ascending: --absent-is hom-ref */
    uint32_t n_silent;
    uint32_t *samples;  /* its samples: numbers in the delivery, ascending */
    uint32_t n_samples; /* 0: all samples of the delivery */
    bool is_live;
} skr_source;

/* With this the options of a delivery of reads (CRAM, BAM) begin. */
#define SKR_DELIVERY_OF_READS "format=reads"

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

/* Who was deleted, and that they are gone from the files too: never who they were. */
typedef struct skr_deletion {
    uint64_t generation; /* from which on they count nowhere */
    uint64_t time_s;     /* of that: seconds since 1970, UTC; 0: not known */
    uint32_t dataset;
    uint32_t n_people;
    char *reason;
    uint64_t due_s;           /* when they are to be gone from the files; 0: not known */
    uint64_t gone_generation; /* that no file of which holds them; 0: not yet */
    char **files;             /* names of those that were removed, once they are */
    uint32_t n_files;
} skr_deletion;

typedef struct skr_manifest {
    uint64_t generation; /* 0: nothing was ever published */
    uint64_t next_file;  /* number for the next file's name */
    bool has_key;
    uint8_t key[SKR_DIGEST_SIZE]; /* of the keyed digests; drawn with the first that is made */
    skr_dataset_entry *datasets;
    uint32_t n_datasets;
    skr_assembly *assemblies;
    uint32_t n_assemblies;
    skr_segment_entry *segments;
    uint32_t n_segments;
    skr_delivery *deliveries;
    uint32_t n_deliveries;
    skr_file_id people;   /* kind PEOPLE; name "" when there is none */
    skr_file_id ontology; /* kind ONTOLOGY; name "" when there is none */
    skr_deletion *deletions;
    uint32_t n_deletions;
    skr_file_id *catalogues; /* kind CATALOGUE; a reader may do without */
    uint32_t n_catalogues;
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

/*
 * From stored bytes of this format or the one before, which are not believed. The caller owns it.
 * Errors: CORRUPT, VERSION, NOMEM.
 */
SKR_MUST_USE int skr_manifest_decode(const uint8_t *bytes, size_t n_bytes,
                                     skr_manifest **ret_manifest, skr_err *err);

/*
 * Every file that a manifest names, ascending by name. The caller frees the list; what it points to
 * belongs to the manifest. Errors: NOMEM.
 */
SKR_MUST_USE int skr_manifest_files(const skr_manifest *manifest, const skr_file_id ***ret_files,
                                    size_t *ret_n, skr_err *err);

/* Does a dataset answer: is it neither hidden nor withdrawn? */
bool skr_manifest_is_open(const skr_manifest *manifest, uint32_t dataset);

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

/* Adds an entry, which is copied, or puts it in the place of the one of the same source. Errors:
 * NOMEM. */
SKR_MUST_USE int skr_manifest_set_annotation(skr_assembly *assembly,
                                             const skr_annotation_entry *entry, skr_err *err);

/*
 * Appends an entry; what it points to is copied. *ret_index may be NULL. Errors: NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_manifest_add_segment(skr_manifest *manifest, const skr_segment_entry *entry,
                                          uint32_t *ret_index, skr_err *err);
SKR_MUST_USE int skr_manifest_add_delivery(skr_manifest *manifest, const skr_delivery *delivery,
                                           uint32_t *ret_index, skr_err *err);
SKR_MUST_USE int skr_manifest_add_deletion(skr_manifest *manifest, const skr_deletion *deletion,
                                           uint32_t *ret_index, skr_err *err);

/* Are there samples in a segment that are withdrawn? Only they are dead on every contig. */
bool skr_manifest_has_withdrawn(const skr_segment_entry *segment);

/* Notes of the deletions of a dataset that their people are gone from the files, if no segment has
 * any who have withdrawn: from the next generation on. */
void skr_manifest_note_gone(skr_manifest *manifest, uint32_t dataset);

/* Deletions whose people are not gone from the files yet. */
typedef struct skr_manifest_due {
    uint32_t n;         /* deletions */
    uint32_t n_overdue; /* of them, that should be done by now */
    uint64_t due_s;     /* the earliest time at which one is due; 0: none, or not known */
} skr_manifest_due;
skr_manifest_due skr_manifest_due_at(const skr_manifest *manifest, uint64_t now_s);

/* The time of a delivery that is made now: seconds since 1970, UTC, as far as the clock is right.
 */
uint64_t skr_manifest_time_now(void);

/*
 * Fills the part and the run of a segment that is one whole delivery, for
 * skr_manifest_add_segment, which copies them.
 */
void skr_manifest_whole_part(uint32_t delivery, uint32_t n_samples, skr_sample_run *run,
                             skr_segment_part *part);

/* The number in the segment of a sample of the delivery; SKR_NONE: it is not in it. */
uint32_t skr_manifest_part_sample(const skr_segment_part *part, uint32_t of_delivery);

/* The number in the delivery of a sample of the segment; SKR_NONE: it is not of it. */
uint32_t skr_manifest_part_find(const skr_segment_part *part, uint32_t of_segment);

/* Takes an entry out of the list: its file belongs to no generation from the next commit on. */
void skr_manifest_drop_segment(skr_manifest *manifest, uint32_t index);

/*
 * Marks local samples (ascending) of a segment dead on a contig (or SKR_NONE for all), merging with
 * what is dead already. Errors: NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_manifest_supersede(skr_segment_entry *segment, uint32_t contig,
                                        const uint32_t *samples, uint32_t n_samples, skr_err *err);

/* Is a sample in a list of tombstones on a contig? */
bool skr_manifest_is_buried(const skr_tombstone *tombstones, uint32_t n_tombstones, uint32_t contig,
                            uint32_t sample);

/* Is this local sample dead on this contig? */
bool skr_manifest_is_superseded(const skr_segment_entry *segment, uint32_t contig, uint32_t sample);

#endif
