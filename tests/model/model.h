/*
 * model.h - a drawn cohort, and a slow evaluator that says what is true of it.
 *
 * Nothing here uses the engine or the importer: genotypes are arrays, rules are loops, and the
 * rules are those of docs/counting.md read once more. The cohort is written as VCF text, imported
 * by the program's own importer, and asked the same questions.
 */
#ifndef SKR_TESTS_MODEL_H
#define SKR_TESTS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/random.h"

#define MODEL_TEXT 24
#define MODEL_CONTIGS 5
#define MODEL_PEOPLE 10
#define MODEL_DATASETS 2
#define MODEL_DELIVERIES 5
#define MODEL_RECORDS 60
#define MODEL_KEYS 4096

extern const char *const model_contigs[MODEL_CONTIGS]; /* 1, 2, X, Y, MT */

typedef enum model_sex {
    MODEL_XX,
    MODEL_XY,
    MODEL_UNKNOWN,
} model_sex;

typedef struct model_genotype {
    int n;        /* copies as written */
    int of[3];    /* -1 unknown, 0 REF, i the i-th ALT */
    bool is_weak; /* GQ 10: the gate takes it out */
    bool is_phased;
    int set; /* PS; 0 '.' */
} model_genotype;

typedef struct model_record {
    int contig;
    uint32_t pos1;
    char ref[MODEL_TEXT];
    int n_alts;
    char alts[3][MODEL_TEXT];               /* "*" too; or one "<DEL>" */
    uint32_t end1;                          /* of a structural one */
    bool is_failed;                         /* FILTER */
    bool has_sets;                          /* FORMAT has PS */
    model_genotype genotypes[MODEL_PEOPLE]; /* by column */
} model_record;

typedef struct model_delivery {
    int dataset;
    bool replaces;
    int n_samples;
    int people[MODEL_PEOPLE]; /* by column */
    bool has_contig[MODEL_CONTIGS];
    int n_records;
    model_record records[MODEL_RECORDS];
} model_delivery;

typedef struct model_cohort {
    int n_people;
    model_sex sexes[MODEL_PEOPLE];
    int n_datasets;
    int n_deliveries;
    model_delivery deliveries[MODEL_DELIVERIES];
} model_cohort;

/* A canonical allele. structural: alt is the type, ref "" and end0 END. */
typedef struct model_key {
    int contig;
    uint32_t start0;
    uint32_t end0;
    bool is_structural;
    char ref[MODEL_TEXT];
    char alt[MODEL_TEXT];
} model_key;

typedef enum model_zygosity {
    MODEL_HET,
    MODEL_HOM,
    MODEL_HEMI,
    MODEL_PARTIAL,
} model_zygosity;

/* What a sample is for a key. */
typedef struct model_state {
    bool is_known; /* called with at least one copy */
    int n_called;
    int n_this;
    model_zygosity zygosity;
} model_state;

/* ------------------------------------------------------------------ model_cohort.c */

/* Draws a cohort. */
void model_draw(model_cohort *cohort, test_random *random);

/* Draws an allele that may or may not be in the cohort, as a record would write it. */
void model_draw_allele(test_random *random, model_record *record);

/* Writes a delivery as VCF text, and its samples as TSV. */
void model_write(const model_cohort *cohort, const model_delivery *delivery, const char *vcf_path,
                 const char *samples_path);

/* ------------------------------------------------------------------ model_truth.c */

/* The key of an ALT of a record; false when it has none ("*"). */
bool model_key_of(const model_record *record, int alt, model_key *ret_key);

/* Is it a replacement of several bases by as many? */
bool model_is_mnv(const model_key *key);

/* <0, 0, >0: the order in which alleles are listed. */
int model_key_compare(const model_key *a, const model_key *b);

/* The delivery that counts for a person of a dataset on a contig, or NULL. */
const model_delivery *model_live(const model_cohort *cohort, int dataset, int person, int contig);

/* What a person of a dataset is for a key. */
model_state model_state_of(const model_cohort *cohort, int dataset, int person,
                           const model_key *key);

/* Does a record that counts for somebody of the dataset name the key? */
bool model_has_row(const model_cohort *cohort, int dataset, const model_key *key);

/* The same, of records that passed FILTER. */
bool model_has_passed(const model_cohort *cohort, int dataset, const model_key *key);

/* All keys that records of the cohort name, ascending, each once. Returns how many. */
int model_list_keys(const model_cohort *cohort, model_key *keys);

/* Does the dataset have a sample of the person? */
bool model_is_member(const model_cohort *cohort, int dataset, int person);

#endif
