/*
 * people_int.h - what the files of the people table share: the table in memory, an edit of it, and
 * the stored form of a record.
 *
 * docs/format.md, "People", says every byte. Per dataset the file holds the records (what was said,
 * as it was said), the terms that they use, and an image: sets and sorted columns made from the
 * records by people_image.c. A verify makes the image again and compares.
 *
 * Opening a table reads its directory and nothing else. Sets of people, columns, the list of terms,
 * their texts, and blocks of sets of terms are read when first asked for, under the table's lock,
 * and stay. Sets of terms, of which a question may want thousands, are proved at each use.
 */
#ifndef SKR_INDEX_PEOPLE_PEOPLE_INT_H
#define SKR_INDEX_PEOPLE_PEOPLE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "index/blob.h"
#include "index/people/people.h"
#include "index/people/people_edit.h"
#include "index/people/people_ids_int.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"

#define SKR_PEOPLE_FORMAT 3u
#define SKR_N_RECORD_KINDS 2u

/* A set of a blob, read when it is first asked for. n_bytes 0: nobody. */
typedef struct skr_lazy_set {
    uint64_t at; /* in the blob */
    size_t n_bytes;
    _Atomic(skr_people_set *) set;
} skr_lazy_set;

/* By place; the set ends where that of the next one begins. */
typedef struct skr_people_term {
    uint64_t at; /* of its set in the blob */
    uint32_t n_members;
    uint8_t kind;
    bool has_values;
    bool is_stated; /* by a fact in force, an excluded one too */
} skr_people_term;

typedef struct skr_karyotype_group {
    skr_karyotype karyotype;
    skr_lazy_set set;
} skr_karyotype_group;

/*
 * Numbers of stored columns: those of skr_column for what is known as such, and for ages known as
 * ranges two more each, of the ends that are not open.
 */
#define SKR_LOW_COLUMN(column) (SKR_N_COLUMNS + 2u * (unsigned)(column))
#define SKR_HIGH_COLUMN(column) (SKR_N_COLUMNS + 2u * (unsigned)(column) + 1u)
#define SKR_N_STORED_COLUMNS SKR_LOW_COLUMN(SKR_N_COLUMNS)

/* A sorted column: values ascending (double), owners beside them (u32). */
typedef struct skr_people_values {
    unsigned column; /* as it is stored */
    uint32_t term;   /* its place; SKR_NONE for AGE and ANY_ONSET */
    uint32_t n;
    uint64_t at; /* its first row among those of all columns */
    atomic_bool is_loaded;
    skr_buffer values;
    skr_buffer owners;
} skr_people_values;

/* The parts of a dataset as they are stored, one blob each. */
enum skr_people_part {
    SKR_PART_PEOPLE,  /* sets of members, by sex, by karyotype */
    SKR_PART_CURIES,  /* a list: a term's place is its place here */
    SKR_PART_LABELS,  /* per place: label NUL */
    SKR_PART_ORDER,   /* per place its number in the records, u32 each; read as records are */
    SKR_PART_TABLE,   /* how long each set and column is */
    SKR_PART_SETS,    /* people sets of terms, one after the other */
    SKR_PART_VALUES,  /* f64 each */
    SKR_PART_OWNERS,  /* u32 each */
    SKR_PART_RECORDS, /* what was said; read by edits, for exclusions */
    SKR_N_PARTS,
};

typedef struct skr_people_dataset {
    skr_blob blobs[SKR_N_PARTS];
    skr_lazy_set members;
    skr_lazy_set sexes[SKR_N_SEXES];
    skr_karyotype_group *karyotypes;
    uint32_t n_karyotypes;
    uint32_t n_terms;

    _Atomic(skr_buffer *) exclusions; /* people_excluded.c; NULL: nobody asked */
    atomic_bool has_terms;            /* what follows was read */
    skr_curie_list curies;
    skr_people_term *terms; /* and one more, whose set begins at the end */
    skr_blob_kept sets;
    skr_people_values *columns; /* ascending by column, term */
    uint32_t n_columns;

    atomic_bool has_texts; /* what follows was read */
    skr_buffer labels;
    const char **texts;      /* CURIEs, by place */
    const char **label_at;   /* by place */
    skr_stated_term *stated; /* ascending by curie */
    uint32_t n_stated;
} skr_people_dataset;

struct skr_people {
    skr_block_file *file; /* NULL: the empty table */
    uint32_t n;
    skr_people_ids *ids;
    skr_people_dataset *datasets;
    uint32_t n_datasets;
    pthread_mutex_t lock;     /* of what is read when first asked for */
    skr_block_reader *reader; /* under the lock; NULL at first */
    skr_blob_window window;   /* under the lock */
};

/* Takes a dataset from the directory. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_people_dataset_take(const skr_people *people, skr_cursor *directory,
                                         skr_people_dataset *dataset, skr_err *err);

/* Reads the terms and columns of a dataset; the lock is held. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_terms_read(const skr_people *people, skr_people_dataset *dataset,
                                       skr_err *err);

/* Makes the texts of terms that were read; the lock is held. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_texts_read(const skr_people *people, skr_people_dataset *dataset,
                                       skr_err *err);

/* By number, as the records mean a term, its place; places has room for all terms. Errors: CORRUPT,
 * IO, NOMEM. */
SKR_MUST_USE int skr_people_order_read(const skr_people *people, const skr_people_dataset *dataset,
                                       skr_block_reader *reader, uint32_t *places, skr_err *err);

/* Reads the rows of a column; the lock is held. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_values_read(const skr_people *people, const skr_people_dataset *dataset,
                                        skr_people_values *values, skr_err *err);
void skr_people_dataset_done(skr_people_dataset *dataset);

/* Reads the terms of a dataset if nobody did. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_need_terms(const skr_people *people, skr_people_dataset *dataset,
                                       skr_err *err);

/* The same, and makes their texts. Errors: as above. */
SKR_MUST_USE int skr_people_need_texts(const skr_people *people, skr_people_dataset *dataset,
                                       skr_err *err);

/* The set of a part of a dataset, read now if it was not; NULL: nobody. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_lazy_set_need(const skr_people *people,
                                          const skr_people_dataset *dataset,
                                          enum skr_people_part part, skr_lazy_set *lazy,
                                          const skr_people_set **ret_set, skr_err *err);

/* ------------------------------------------------------------------ records
 * u32 bytes after this field; u32 individual (SKR_NONE: forgotten, in memory only); u8 kind;
 * u8 sex; f64 age from; f64 age to; u32 facts; text id (empty: the individual's); facts.
 */
#define SKR_RECORD_INDIVIDUAL_AT 4u
#define SKR_RECORD_SEX_AT 9u
#define SKR_RECORD_AGE_AT 10u
#define SKR_RECORD_FACTS_AT 26u

/* In a fact's byte of kind and flags. */
#define SKR_FACT_KIND 0x0fu
#define SKR_FACT_EXCLUDED 0x10u
#define SKR_FACT_VALUE 0x20u
#define SKR_FACT_ONSET 0x40u
#define SKR_FACT_OF_SAMPLE 0x80u

typedef struct skr_people_record {
    uint32_t individual;
    skr_record_kind kind;
    skr_sex sex;
    skr_age age;
    uint32_t n_facts;
    const char *id;
    size_t n_id;
    skr_cursor facts;
} skr_people_record;

/* A fact: varint term; u8 kind and flags; f64 value, f64 onset from and f64 to as the flags say. */
typedef struct skr_stored_fact {
    uint32_t term;
    skr_term_kind kind;
    bool is_excluded;
    bool has_value;
    bool is_of_sample; /* of a biosample within the individual's own record */
    double value;
    skr_age onset;
} skr_stored_fact;

/* Reads the next record, or fact, of a run; false when there is none, or it is bad. */
bool skr_people_record_next(skr_cursor *records, skr_people_record *ret_record);
bool skr_people_fact_next(skr_cursor *facts, skr_stored_fact *ret_fact);

/* ------------------------------------------------------------------ edits */

#define SKR_NO_SAMPLE 0xfffeu /* a karyotype code that no karyotype has */

/* A record that this edit brought. Offsets are into the records of its draft. */
typedef struct skr_people_delivered {
    size_t at;
    size_t before; /* offset + 1 of the record of an earlier edit that it follows, or 0 */
    uint32_t said; /* kinds */
} skr_people_delivered;

typedef struct skr_people_draft {
    skr_people_dataset *base; /* as it was; NULL: new */
    bool has_facts;           /* records are those of the base and new ones; else none is changed */
    skr_names *terms;
    uint32_t *labels; /* per term a number of edit->labels, or SKR_NONE */
    uint32_t n_labels_max;
    skr_buffer records;
    size_t n_old; /* bytes of records that earlier edits brought; those of this one follow */
    skr_people_delivered *delivered; /* ascending by at */
    size_t n_delivered;
    size_t n_delivered_max;
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
    skr_names *ids; /* numbered as individuals */
    skr_names *labels;
    skr_people_draft *drafts; /* by dataset */
    uint32_t n_drafts;
    uint32_t n_drafts_max;
    uint32_t dataset; /* of the record begun last */
    size_t record;    /* where it begins */
    bool is_open;     /* it did not end yet */
    bool is_within_biosample;
    bool is_settled;   /* nothing may be said any more */
    uint8_t *has_left; /* per individual of the base: withdrawn from a dataset; NULL: nobody */
    skr_buffer scratch;
};

/* Is the id of an individual kept? Not of whoever has left the last dataset, now or before. */
bool skr_people_edit_has_id(const skr_people_edit *edit, uint32_t individual);

/* The record begun last, which did not end, among those that this edit brought. */
skr_people_delivered *skr_people_draft_open(skr_people_edit *edit);

/* The draft of a dataset, made when it is new. Errors: LIMIT, NOMEM. */
SKR_MUST_USE int skr_people_draft_of(skr_people_edit *edit, uint32_t dataset,
                                     skr_people_draft **ret_draft, skr_err *err);

/* Makes the draft of a dataset of the base: who is in it; what is said of them stays where it is.
 * bitmap has a bit for everybody. Errors: CORRUPT, IO, LIMIT, NOMEM. */
SKR_MUST_USE int skr_people_draft_load(skr_people_edit *edit, uint32_t dataset, uint64_t *bitmap,
                                       skr_err *err);

/* Room for everybody up to individual. Errors: NOMEM. */
SKR_MUST_USE int skr_people_draft_reserve(skr_people_draft *draft, uint32_t individual,
                                          skr_err *err);

/* Keeps the label of a term, unless it has one or this is none. Errors: LIMIT, NOMEM. */
SKR_MUST_USE int skr_people_draft_label(skr_people_edit *edit, skr_people_draft *draft,
                                        uint32_t term, const char *label, skr_err *err);

/* Where the offset + 1 of a record is kept, 0 when it is new. Errors: LIMIT, NOMEM. */
SKR_MUST_USE int skr_people_draft_slot_of(skr_people_draft *draft, uint32_t individual,
                                          skr_record_kind kind, const char *record_id,
                                          size_t **ret_slot, skr_err *err);

/* Frees what a draft holds. */
void skr_people_draft_done(skr_people_draft *draft);

/* Where the offset + 1 of a record of a draft is kept, 0 when there is none; the record must have
 * been said once. */
size_t *skr_people_draft_slot(skr_people_draft *draft, const skr_people_record *record);

/* Reads the records of the base into a draft if that was not done: before they are changed, or to
 * make everything again. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_draft_need_facts(skr_people_edit *edit, skr_people_draft *draft,
                                             skr_err *err);

/* Sets bits of a bitmap of n bits by a set of the base of a draft. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_draft_mark(const skr_people_edit *edit, const skr_people_draft *draft,
                                       skr_lazy_set *lazy, uint64_t *bitmap, uint32_t n,
                                       skr_err *err);

/* The parts of one dataset, made from its draft; zero-initialised, freed with done. Without
 * has_facts only SKR_PART_PEOPLE and the head. */
typedef struct skr_people_image {
    skr_buffer head; /* what the directory says of SKR_PART_PEOPLE */
    skr_buffer parts[SKR_N_PARTS];
    uint32_t n_terms;
} skr_people_image;
SKR_MUST_USE int skr_people_image_make(const skr_people_edit *edit, const skr_people_draft *draft,
                                       skr_people_image *image, skr_err *err);
void skr_people_image_done(skr_people_image *image);

#endif
