/*
 * people_int.h - what the files of the people table share: the table in memory, an edit of it, and
 * the stored form of a record.
 *
 * docs/format.md, "People", says every byte. Per dataset the file holds the records (what was said,
 * as it was said), the terms that they use, and an image: sets and sorted columns made from the
 * records by people_image.c, so that an open table answers at once. A verify makes the image again
 * and compares.
 */
#ifndef SKR_INDEX_PEOPLE_INT_H
#define SKR_INDEX_PEOPLE_INT_H

#include <stdatomic.h>

#include "index/blob_int.h"
#include "index/names.h"
#include "index/people.h"

#define SKR_PEOPLE_FORMAT 1u
#define SKR_N_RECORD_KINDS 2u
#define SKR_PEOPLE_DATASETS_MAX 1000000u

/* Stored bytes that were proved to be a set when the table was opened; decoded when first asked
 * for. n_bytes 0: nobody. */
typedef struct skr_lazy_set {
    const uint8_t *bytes;
    size_t n_bytes;
    uint32_t n_members;
    _Atomic(skr_people_set *) set;
} skr_lazy_set;

typedef struct skr_people_term {
    const char *curie;
    const char *label;
    uint32_t n_stated; /* facts in force, excluded ones included */
    uint8_t kind;
    bool has_values;
    skr_lazy_set set;
} skr_people_term;

typedef struct skr_karyotype_group {
    skr_karyotype karyotype;
    skr_lazy_set set;
} skr_karyotype_group;

/* A sorted column: values ascending, owners beside them. */
typedef struct skr_people_values {
    skr_column column;
    uint32_t term; /* SKR_NONE for AGE and ANY_ONSET */
    uint32_t n;
    const double *values;
    const uint32_t *owners;
} skr_people_values;

/* The parts of a dataset as they are stored, one blob each. */
enum skr_people_part {
    SKR_PART_NAMES,   /* per term: curie NUL label NUL */
    SKR_PART_ORDER,   /* terms ascending by curie, u32 each */
    SKR_PART_TABLE,   /* how long each set and column is */
    SKR_PART_SETS,    /* people sets, one after the other */
    SKR_PART_VALUES,  /* f64 each */
    SKR_PART_OWNERS,  /* u32 each */
    SKR_PART_RECORDS, /* what was said; read by edits only */
    SKR_N_PARTS,
};

typedef struct skr_people_dataset {
    skr_blob blobs[SKR_N_PARTS];
    skr_buffer parts[SKR_N_PARTS]; /* RECORDS stays empty in an open table */
    uint32_t n_terms;
    skr_people_term *terms;
    skr_lazy_set members;
    skr_lazy_set sexes[SKR_N_SEXES];
    skr_karyotype_group *karyotypes;
    uint32_t n_karyotypes;
    skr_people_values *columns; /* ascending by column, term */
    uint32_t n_columns;
    skr_stated_term *stated;
    uint32_t n_stated;
} skr_people_dataset;

struct skr_people {
    skr_block_file *file; /* NULL: the empty table */
    uint32_t n;
    skr_blob id_blob;
    skr_blob sorted_blob;
    skr_buffer ids;     /* each id and a NUL */
    size_t *id_offsets; /* n of them */
    skr_buffer sorted;  /* ordinals ascending by id, u32 each */
    skr_people_dataset *datasets;
    uint32_t n_datasets;
};

/* Fills a dataset from the parts that were read; n_people is the table's. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_people_dataset_parse(skr_people_dataset *dataset, uint32_t n_people,
                                          const char *file_name, skr_err *err);
void skr_people_dataset_done(skr_people_dataset *dataset);

/* The set, decoded now if it was not; NULL: nobody. Errors: NOMEM. */
SKR_MUST_USE int skr_lazy_set_need(skr_lazy_set *lazy, uint32_t n_people,
                                   const skr_people_set **ret_set, skr_err *err);

/* The same for those who cannot fail: where memory runs out the process ends. */
const skr_people_set *skr_lazy_set_get(skr_lazy_set *lazy, uint32_t n_people);

/* The number of a term of a dataset, or SKR_NONE. */
uint32_t skr_people_find_term(const skr_people_dataset *dataset, const char *curie);

/* ------------------------------------------------------------------ records
 * u32 bytes behind this field; u32 individual (SKR_NONE: forgotten, in memory only); u8 kind;
 * u8 sex; f64 age; u32 facts; text id (empty: the individual's); facts.
 */
#define SKR_RECORD_INDIVIDUAL_AT 4u
#define SKR_RECORD_SEX_AT 9u
#define SKR_RECORD_AGE_AT 10u
#define SKR_RECORD_FACTS_AT 18u

typedef struct skr_people_record {
    uint32_t individual;
    skr_record_kind kind;
    skr_sex sex;
    double age; /* NaN: nobody said */
    uint32_t n_facts;
    const char *id;
    size_t n_id;
    skr_cursor facts;
} skr_people_record;

/* A fact: varint term; u8 kind and flags; f64 value and f64 onset as the flags say. */
typedef struct skr_stored_fact {
    uint32_t term;
    skr_term_kind kind;
    bool is_excluded;
    bool has_value;
    double value;
    double onset; /* NaN: nobody said */
} skr_stored_fact;

/* Reads the next record, or fact, of a run; false when there is none, or it is bad. */
bool skr_people_record_next(skr_cursor *records, skr_people_record *ret_record);
bool skr_people_fact_next(skr_cursor *facts, skr_stored_fact *ret_fact);

/* ------------------------------------------------------------------ edits */

#define SKR_NO_SAMPLE 0xfffeu /* a karyotype code that no karyotype has */

typedef struct skr_people_draft {
    skr_names *terms;
    uint32_t *labels; /* per term a number of edit->labels, or SKR_NONE */
    uint32_t n_labels_max;
    skr_buffer records;
    skr_names *record_ids; /* of biosamples */
    size_t *record_id_at;  /* per number: offset of the record in force + 1, or 0 */
    uint32_t n_record_ids_max;
    size_t *record_at;    /* per individual: offset of its own record + 1, or 0 */
    uint16_t *karyotypes; /* per individual: n_x << 8 | n_y, or SKR_NO_SAMPLE */
    uint32_t n_people_max;
    skr_people_set *members;
} skr_people_draft;

struct skr_people_edit {
    const skr_people *base;
    skr_names *new_ids;
    skr_names *labels;
    skr_people_draft *drafts; /* by dataset */
    uint32_t n_drafts;
    uint32_t dataset; /* of the record begun last */
    size_t record;    /* where it begins */
};

/* The individuals that the table will have. */
uint32_t skr_people_edit_count(const skr_people_edit *edit);

/* The parts of one dataset, made from its draft; zero-initialised, freed with done. */
typedef struct skr_people_image {
    skr_buffer parts[SKR_N_PARTS];
    uint32_t n_terms;
} skr_people_image;
SKR_MUST_USE int skr_people_image_make(const skr_people_edit *edit, const skr_people_draft *draft,
                                       skr_people_image *image, skr_err *err);
void skr_people_image_done(skr_people_image *image);

#endif
