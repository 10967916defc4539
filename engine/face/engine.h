/*
 * engine.h - the face of the engine: open a store, ask, explain, close.
 *
 * A raw count never leaves the engine: every answer has been through the policy of its access.
 *
 * Threads: an engine may be asked by any number of threads at once, and reloaded meanwhile; a
 * question runs to its end on the generation that it began with.
 */
#ifndef SKR_ENGINE_FACE_ENGINE_H
#define SKR_ENGINE_FACE_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/analyze.h"
#include "engine/face/disclose.h"
#include "engine/face/query.h"
#include "engine/face/warnings.h"
#include "index/ontology/ontology.h"
#include "storage/base/err.h"
#include "storage/block/block_file.h"
#include "storage/manifest.h"
#include "storage/segment/segment.h"

typedef struct skr_engine skr_engine;

typedef struct skr_engine_options {
    unsigned n_threads; /* of one question; 0: as many as there are processors */
    skr_io_choice io;
    size_t
        n_cache_bytes; /* of decoded blocks that are kept between and within questions; 0: none */
    uint32_t n_batch_max; /* for tests: no more alleles at a time, and threads for few of them; 0 */
    bool reads_tables; /* all genes and terms when a generation is taken up: damage shows then, and
                          no question waits for them; false: when a question needs them */
} skr_engine_options;

/* Opens a store. The caller owns *ret_engine. Errors: as skr_store_open. */
SKR_MUST_USE int skr_engine_open(const char *folder, const skr_engine_options *options,
                                 skr_engine **ret_engine, skr_err *err);

/* Takes up the generation in force now; on failure the old one stays. Errors: as open. */
SKR_MUST_USE int skr_engine_reload(skr_engine *engine, skr_err *err);

/*
 * A number that grows with every generation that is taken up, from 1 on. While it stays the same,
 * every question is answered from one generation; generations themselves may come back when an
 * operator puts an old copy in place.
 */
uint64_t skr_engine_state(skr_engine *engine);

/* How blocks are read: "io_uring" or "pread", and why. Belongs to the engine. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_engine_io(skr_engine *engine, const char **ret_io, skr_err *err);

/* What an engine has done since it was opened, over all questions. */
typedef struct skr_engine_stats {
    uint64_t generation; /* in force */
    uint64_t n_states;   /* generations taken up */
    bool is_io_uring;
    uint64_t n_reads; /* of files, by scans */
    uint64_t n_bytes_read;
    uint64_t n_blocks; /* decoded */
    uint64_t n_found;  /* in the cache of decoded blocks, or not */
    uint64_t n_missed;
    uint64_t n_cache_bytes;
    uint64_t n_cache_bytes_max;
} skr_engine_stats;
SKR_MUST_USE int skr_engine_stats_read(skr_engine *engine, skr_engine_stats *ret_stats,
                                       skr_err *err);

/* Closes; no question may be running. NULL is allowed. */
void skr_engine_close(skr_engine *engine);

/* Who asks, under what terms. */
typedef struct skr_access {
    skr_policy policy;
    const char *const *datasets; /* ids that are permitted; NULL: all of them */
    size_t n_datasets;
    const char *assembly; /* NULL: the only one that has genomes; several: QUERY names them */
    bool
        is_remote; /* HTTP: an unknown term of a known prefix counts 0; what is not told stays so */
    uint64_t deadline_ns;    /* CLOCK_MONOTONIC; 0: none */
    const atomic_bool *stop; /* set: give up with INTERRUPTED. NULL: never */
} skr_access;

/* ------------------------------------------------------------------ counting people */

typedef struct skr_dataset_count {
    const char *id; /* belongs to the answer */
    skr_told_count told;
} skr_dataset_count;

typedef struct skr_count_answer {
    uint64_t generation;
    skr_told_count total;
    skr_dataset_count *datasets; /* one for each permitted dataset, in the order of the store */
    size_t n_datasets;
    /*
     * People counted although nothing is known of what a carries(...) under an odd number of nots
     * asks: where it names its alleles, those who were called at none of them (by records or by
     * what covers the place); otherwise those without any genome of the assembly in the dataset.
     */
    bool has_unassessed;
    skr_told_count unassessed;
    skr_warnings warnings;
    uint64_t n_ns;
} skr_count_answer;

/*
 * How many people. *ret_answer is zeroed or done; free with skr_count_answer_done.
 * Errors: QUERY (names with the nearest ones), NOT_YET, DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_engine_count(skr_engine *engine, const skr_expr *expr,
                                  const skr_access *access, skr_count_answer *ret_answer,
                                  skr_err *err);
void skr_count_answer_done(skr_count_answer *answer);

/* ------------------------------------------------------------------ alleles */

typedef enum skr_allele_answer {
    SKR_NOT_ASSESSED,
    SKR_ABSENT,
    SKR_PRESENT,
} skr_allele_answer;

/* One row an allele, merged over the permitted datasets. Under a policy that hides, only alleles
 * whose carriers would be told come out, and their numbers are rounded. */
typedef struct skr_allele_row {
    const char *variant; /* canonical, 1-based */
    const char *contig;
    skr_allele allele;
    uint64_t ac;
    uint64_t an;
    double af; /* NaN when AN is 0 */
    uint32_t n_carriers;
    uint32_t n_hom;
    uint32_t n_het;
    uint32_t n_hemi;
    uint32_t n_partial;
    skr_allele_answer answer;
    bool is_told;
} skr_allele_row;

/* Is given each row, in order and one at a time, from any thread; what it points to is valid until
 * it returns. A negative status ends the scan. */
typedef int (*skr_allele_fn)(void *context, const skr_allele_row *row, skr_err *err);

/*
 * Every allele that satisfies aexpr, ascending by contig and place; one asked for by name
 * (variant=, at a place where the answer does not hang on other conditions) gets its row even if
 * nobody has it. within: count only these people (NULL: everybody of the permitted datasets). n_max
 * 0: no limit. on_row may be NULL. *ret_answer is zeroed or done, and may be NULL; free with
 * skr_alleles_answer_done. Errors: as count.
 */
typedef struct skr_alleles_request {
    const skr_aexpr *alleles;
    const skr_expr *within;
    uint64_t n_skip;
    uint64_t n_max;
} skr_alleles_request;

typedef struct skr_alleles_answer {
    uint64_t generation;
    uint64_t n_rows; /* all of them, also those past skip and n_max that on_row was not given */
    skr_warnings warnings;
} skr_alleles_answer;
SKR_MUST_USE int skr_engine_alleles(skr_engine *engine, const skr_alleles_request *request,
                                    const skr_access *access, skr_allele_fn on_row, void *context,
                                    skr_alleles_answer *ret_answer, skr_err *err);
void skr_alleles_answer_done(skr_alleles_answer *answer);

/* Distinct alleles that satisfy aexpr and whose carriers would be told, by dataset and in all: what
 * /g_variants counts. Under `exact` those that a record names and nobody carries are among them.
 * within: as above, and then somebody of these people must carry them. Errors: as count. */
SKR_MUST_USE int skr_engine_count_alleles(skr_engine *engine, const skr_alleles_request *request,
                                          const skr_access *access, skr_count_answer *ret_answer,
                                          skr_err *err);

/* ------------------------------------------------------------------ what there is */

/* The state of a store, for info and Beacon's fixed documents. Texts belong to the info. */
typedef struct skr_dataset_info {
    const char *id;
    skr_told_count people;
    skr_told_count genomes; /* people with at least one counted sample */
} skr_dataset_info;

typedef struct skr_assembly_info {
    const char *name;
    uint64_t n_rows;
    uint32_t n_segments;
    bool has_reference;
    bool has_raw_indels;
    bool has_genes;
} skr_assembly_info;

typedef struct skr_delivery_info {
    uint64_t generation;
    uint64_t time_s;  /* when it was published: seconds since 1970, UTC; 0: not known */
    uint64_t n_bytes; /* of its segment; 0 when none of its samples counts any more */
    const char *dataset;
    const char *assembly;
    const char *options;
    uint32_t n_samples;
    uint64_t n_alleles;
    const skr_counter *counters;
    uint32_t n_counters;
    const skr_source *sources;
    uint32_t n_sources;
} skr_delivery_info;

typedef struct skr_info {
    uint64_t generation;
    uint64_t n_bytes; /* of all files of the generation */
    const char *io;   /* as skr_engine_io */
    skr_dataset_info *datasets;
    size_t n_datasets;
    skr_assembly_info *assemblies;
    size_t n_assemblies;
    skr_delivery_info *deliveries;
    size_t n_deliveries;
    const skr_ontology_release *ontologies;
    size_t n_ontologies;
    uint32_t n_sex_conflicts;
    void *keep; /* the engine's own */
} skr_info;
SKR_MUST_USE int skr_engine_info(skr_engine *engine, const skr_access *access, skr_info *ret_info,
                                 skr_err *err);
void skr_info_done(skr_info *info);

/* Is there a dataset of this id in the generation in force? Costs nothing, unlike info. */
bool skr_engine_has_dataset(skr_engine *engine, const char *id);

/* A term that may be asked for and would be told, in some permitted dataset, for /filtering_terms:
 * of what the people have, nothing but numbers that would be told decides what stands here. */
typedef struct skr_term_info {
    const char *curie; /* as the ontology has it now; as stated where no ontology knows it */
    const char *label; /* the ontology's; under `exact` also what a record said; "" otherwise */
    bool has_values;   /* the number of people with a measured value would be told */
} skr_term_info;
typedef int (*skr_term_info_fn)(void *context, const skr_term_info *term, skr_err *err);
/* Ascending by curie, each once. Errors: as count. */
SKR_MUST_USE int skr_engine_terms(skr_engine *engine, const skr_access *access,
                                  skr_term_info_fn on_term, void *context, skr_err *err);

/* ------------------------------------------------------------------ explaining */

/*
 * Appends text for people: the tree, what each name resolved to, coordinates both ways (1-based and
 * 0-based), tiles that would be visited. Errors: as count.
 */
SKR_MUST_USE int skr_engine_explain(skr_engine *engine, const skr_expr *expr,
                                    const skr_access *access, skr_buffer *text, skr_err *err);

/* Asks the question, and says what was done; the answer is thrown away. Errors: as count. */
SKR_MUST_USE int skr_engine_analyze(skr_engine *engine, const skr_expr *expr,
                                    const skr_access *access, skr_analysis *ret_analysis,
                                    skr_err *err);

/* Reports every fault of a store, file by file. Errors (beyond faults): MISSING, VERSION, CORRUPT
 * (no readable manifest), IO, NOMEM. *ret_n_faults counts them. */
SKR_MUST_USE int skr_engine_verify(const char *folder, skr_fault_fn on_fault, void *context,
                                   uint64_t *ret_n_faults, skr_err *err);

#endif
