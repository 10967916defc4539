/*
 * info.h - what a store holds, for info and Beacon's fixed documents; the terms that may be asked
 * for.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_INFO_H
#define SKR_ENGINE_FACE_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "storage/base/counter.h"
#include "storage/base/err.h"

/* The state of a store. Texts belong to the info. */
typedef struct skr_dataset_info {
    const char *id;
    uint64_t version; /* from 1; goes up when people in it withdraw */
    skr_told_count people;
    skr_told_count genomes; /* people with at least one counted sample */
    const char *about;      /* what the operator tells of it: a JSON object; "": nothing */
} skr_dataset_info;

/* A release of annotations. */
typedef struct skr_annotation_info {
    const char *assembly;
    const char *source;  /* what the release is of: VEP, ClinVar */
    const char *release; /* its name, or "" */
    uint64_t n_alleles;
} skr_annotation_info;

typedef struct skr_assembly_info {
    const char *name;
    uint64_t n_rows;
    uint32_t n_segments;
    bool has_reference;
    bool has_raw_indels;
    bool has_genes;
} skr_assembly_info;

/* A file of a delivery; live as long as anything that it said counts. */
typedef struct skr_source_info {
    const char *name; /* "" once all of its people have withdrawn */
    char sha256[65];  /* of the file as it was delivered, in hex; zeroes: forgotten */
    bool is_live;
} skr_source_info;

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
    skr_source_info *sources;
    uint32_t n_sources;
} skr_delivery_info;

/* "" where the file of an ontology did not say. */
typedef struct skr_ontology_info {
    const char *prefix;  /* HP: that most of its terms have */
    const char *name;    /* of the file's ontology: hp */
    const char *version; /* 2024-04-26, or the version IRI */
    uint32_t n_terms;
} skr_ontology_info;

typedef struct skr_info {
    uint64_t generation;
    uint64_t n_bytes; /* of all files of the generation */
    const char *io;   /* as skr_engine_io */
    skr_dataset_info *datasets;
    size_t n_datasets;
    skr_assembly_info *assemblies;
    size_t n_assemblies;
    skr_delivery_info *deliveries; /* none where the policy is not exact: their numbers are raw */
    size_t n_deliveries;
    skr_ontology_info *ontologies;
    size_t n_ontologies;
    skr_annotation_info *annotations;
    size_t n_annotations;
    uint32_t n_sex_conflicts; /* 0 where the policy is not exact */
    uint32_t n_deletions_due; /* withdrawals whose people are still in files; 0 as above */
    uint32_t n_deletions_overdue;
    uint64_t deletions_due_s; /* when the first of them is due: seconds since 1970, UTC; 0: never */
    void *keep;               /* the engine's own */
} skr_info;

/* Of what the access permits. *ret_info is zeroed or done; free with skr_info_done. Errors: as
 * count. */
SKR_MUST_USE int skr_engine_info(skr_engine *engine, const skr_access *access, skr_info *ret_info,
                                 skr_err *err);
void skr_info_done(skr_info *info);

/* Is there a dataset of this id in the generation in force, that the access permits? Costs nothing,
 * unlike info. */
bool skr_engine_has_dataset(skr_engine *engine, const skr_access *access, const char *id);

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

#endif
