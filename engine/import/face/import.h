/*
 * import.h - deliveries into a store: genomes, people, ontologies, genes. One call, one generation.
 *
 * Everything is checked before anything is published; whatever goes wrong leaves the store as it
 * was.
 *
 * Threads: one import at a time in a store (the store's lock); the functions may use threads
 * inside.
 */
#ifndef SKR_ENGINE_IMPORT_FACE_IMPORT_H
#define SKR_ENGINE_IMPORT_FACE_IMPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/face/gate_fields.h"
#include "storage/base/counter.h"
#include "storage/base/err.h"
#include "storage/base/qualities.h"

/* Rule 3 of docs/counting.md. A field that the file does not have is not tested. */
typedef struct skr_gate {
    bool is_none; /* switches rule 3 off */
    /* the least number of each key of gate_fields.h */
#define SKR_GATE_LEAST(key, tag, adj) double key;
    SKR_GATE_LEASTS(SKR_GATE_LEAST)
#undef SKR_GATE_LEAST
#define SKR_GATE_DEPTH(key, adj) double key;
    SKR_GATE_DEPTHS(SKR_GATE_DEPTH)
    SKR_GATE_READS(SKR_GATE_DEPTH)
#undef SKR_GATE_DEPTH
    char *pass_filters;    /* comma list; NULL: PASS and "." */
    char *refcall_filters; /* comma list; NULL: RefCall */
} skr_gate;

/* GQ 20, DP 10, 5 for one copy, balance 0.2; of reads MAPQ 20, BQ 10, flags 3844. */
skr_gate skr_gate_adj(void);

/* Reads "adj", "none", or "KEY=N,...": what is not named stays as in adj. The caller frees with
 * skr_gate_done. Errors: USAGE naming the key. */
SKR_MUST_USE int skr_gate_parse(const char *text, skr_gate *ret_gate, skr_err *err);
void skr_gate_done(skr_gate *gate);

/* What a sample has to reach, and what becomes of one that does not: docs/import.md. */
typedef struct skr_qc_limit {
    bool is_set;
    double limit; /* the least, or the most: storage/base/qualities.h */
} skr_qc_limit;
typedef struct skr_qc {
    skr_qc_limit limits[SKR_N_QUALITIES];
    bool is_refusing; /* the delivery; false: the sample is set aside */
} skr_qc;

/* Reads "KEY=N,..." into the limits; "network" are those of the European network, for genomes.
 * Errors: USAGE naming the key. */
SKR_MUST_USE int skr_qc_parse(const char *text, skr_qc *qc, skr_err *err);

/* How far an import is: called now and then from the thread that imports. */
typedef struct skr_progress {
    const char *file;   /* being read; NULL: none, in another step */
    size_t file_number; /* from 1 */
    size_t n_files;
    uint64_t n_bytes_done; /* of this file, or of the pieces to be written; 0: it cannot be told */
    uint64_t n_bytes;
    uint64_t n_records; /* read, or pieces of alleles written */
    const char *contig; /* or NULL */
    const char *step;   /* "reading", "writing", "waiting for another writer" ... */
} skr_progress;

typedef struct skr_watch {
    void (*on_progress)(void *context, const skr_progress *progress); /* or NULL */
    void (*on_warning)(void *context, const char *text);              /* or NULL; one line */
    void *context;
    const atomic_bool *stop; /* set: INTERRUPTED. NULL: never */
} skr_watch;

/* Tells a watch, given as void *, that another writer is waited for. */
void skr_watch_waiting(void *watch);

/* How what is sealed with Crypt4GH is opened: the files of secret keys and of their passphrases,
 * one a line; a name that is a number is that of a descriptor. */
typedef struct skr_unsealing {
    const char *const *keys;
    size_t n_keys;
    const char *passphrase; /* or NULL */
} skr_unsealing;

typedef enum skr_genome_format {
    SKR_FORMAT_AUTO,
    SKR_FORMAT_VCF,
    SKR_FORMAT_GVCF,
    SKR_FORMAT_CRAM,
    SKR_FORMAT_BAM,
} skr_genome_format;

typedef struct skr_import_request {
    const char *store;
    const char *dataset;
    const char *assembly;
    const char *reference;    /* FASTA, plain or bgzipped, or NULL */
    const char *samples;      /* TSV, or NULL */
    const char *callable;     /* BED of bases where silence is reference, or NULL */
    const char *checksums;    /* what sha256sum wrote of the files, or NULL */
    const char *htsget_hosts; /* which hosts files may be fetched from, or NULL: none */
    const char *by;           /* who delivers: kept with the delivery; NULL: not known */
    skr_genome_format format;
    skr_gate gate;
    skr_qc qc; /* zero: no limits */
    bool absent_is_hom_ref;
    bool has_no_calls; /* of reads: they say where a genome is deep enough, and nothing more */
    bool is_replacing;
    bool allow_shared_people;
    bool is_readmitting;      /* samples whose people have withdrawn come back with this delivery */
    const char *const *files; /* "-": standard input */
    size_t n_files;
    unsigned n_threads;
    uint32_t memory_mib; /* that the files may take, beside what samples need; 0: 512 */
    double wait_s;       /* for another writer; 0: not at all, HUGE_VAL: as long as it takes */
    skr_unsealing unsealing;
    skr_watch watch;
} skr_import_request;

typedef struct skr_import_result {
    bool is_noop;
    uint64_t generation;
    uint32_t n_samples;
    uint64_t n_alleles; /* rows written */
    uint64_t n_records;
    uint64_t n_spooled_read; /* bytes that pipes gave, which are kept in the store's folder */
    uint64_t n_spooled_kept; /* and what they took there while the import ran */
    skr_counter *counters;
    uint32_t n_counters;
} skr_import_result;

/*
 * Imports genomes. Errors: INPUT naming file and line or record; LOCKED; INTERRUPTED; USAGE;
 * NOT_YET; and those of the store. *ret_result is freed with skr_import_result_done.
 */
SKR_MUST_USE int skr_import_genomes(const skr_import_request *request,
                                    skr_import_result *ret_result, skr_err *err);
void skr_import_result_done(skr_import_result *result);

/* Annotations of alleles: VCF or BCF with CSQ, ANN, BCSQ or the fields of ClinVar, with samples or
 * without. */
typedef struct skr_annotate_request {
    const char *store;
    const char *assembly; /* NULL: the only one that has genomes */
    const char *source;   /* what the release is of; NULL: by what the files hold */
    const char *release;  /* its name, or NULL */
    bool has_names;       /* what the ID column says are names of the alleles */
    const char *const *files;
    size_t n_files;
    unsigned n_threads;
    uint32_t memory_mib; /* as of an import */
    double wait_s;
    skr_unsealing unsealing;
    skr_watch watch;
} skr_annotate_request;

#define SKR_ANNOTATE_SOURCE_MAX 1025u

typedef struct skr_annotate_result {
    uint64_t generation;
    uint64_t n_records;
    uint64_t n_alleles; /* of which something is said */
    char source[SKR_ANNOTATE_SOURCE_MAX];
    bool has_replaced; /* a release of the same source that was there */
    skr_counter *counters;
    uint32_t n_counters;
} skr_annotate_result;

/*
 * Reads a release of annotations, in place of the one of the same source. Errors: as
 * skr_import_genomes. *ret_result is freed with skr_import_annotations_done.
 */
SKR_MUST_USE int skr_import_annotations(const skr_annotate_request *request,
                                        skr_annotate_result *ret_result, skr_err *err);
void skr_import_annotations_done(skr_annotate_result *result);

#define SKR_LOAD_WARNINGS_MAX 3
#define SKR_LOAD_WARNING_MAX 512

/* Of how many records what was said before of a kind (docs/people-formats.md) is gone, or other. */
typedef struct skr_replaced {
    const char *kind; /* "country", "measures"; a constant */
    uint64_t n;
} skr_replaced;
#define SKR_REPLACED_MAX 16u

typedef struct skr_load_result {
    uint64_t generation;
    uint64_t n_files;     /* read, those in folders and archives one by one */
    uint64_t n_records;   /* individuals and biosamples, terms that are not obsolete, or genes */
    uint64_t n_obsolete;  /* terms that no longer are any */
    uint64_t n_new;       /* individuals that were not there */
    uint64_t n_skipped;   /* facts without a usable term */
    uint64_t n_withdrawn; /* records of people who have withdrawn: left out */
    uint32_t n_sex_conflicts;

    /* Of people alone. */
    uint64_t n_people;              /* of whom this delivery says anything */
    uint64_t n_with_genomes;        /* of them, in this dataset */
    uint64_t n_genomes;             /* individuals with a genome in this dataset */
    uint64_t n_genomes_with_people; /* of them, of whom anything is said, by whichever delivery */
    uint64_t n_united;              /* packets beside another of the same subject.id */
    skr_replaced replaced[SKR_REPLACED_MAX]; /* none of 0 */
    uint32_t n_replaced;
    char warnings[SKR_LOAD_WARNINGS_MAX][SKR_LOAD_WARNING_MAX]; /* told through the watch, too */
    uint32_t n_warnings;
} skr_load_result;

typedef struct skr_load_request {
    const char *store;
    const char *dataset;  /* people */
    const char *assembly; /* genes; NULL: the only one that has genomes */
    bool allow_shared_people;
    bool ids_are_subjects;    /* a phenopacket is of subject.id, not of its own id */
    bool is_replacing;        /* all former facts of these people are dropped */
    bool is_readmitting;      /* people who have withdrawn come back with this delivery */
    const char *const *files; /* files, folders, .zip, .gz, "-" */
    size_t n_files;
    double wait_s; /* for another writer; 0: not at all, HUGE_VAL: as long as it takes */
    skr_unsealing unsealing;
    skr_watch watch;
} skr_load_request;

/* Errors of all four: INPUT naming file and place; LOCKED; INTERRUPTED; USAGE; those of the store.
 */
SKR_MUST_USE int skr_import_people(const skr_load_request *request, skr_load_result *ret_result,
                                   skr_err *err);
SKR_MUST_USE int skr_import_ontology(const skr_load_request *request, skr_load_result *ret_result,
                                     skr_err *err);
SKR_MUST_USE int skr_import_genes(const skr_load_request *request, skr_load_result *ret_result,
                                  skr_err *err);
/*
 * What is told of datasets, from JSON documents like those of Beacon: n_records of them are said,
 * n_new of these are not as they were; with none no generation is made.
 */
SKR_MUST_USE int skr_import_datasets(const skr_load_request *request, skr_load_result *ret_result,
                                     skr_err *err);

#endif
