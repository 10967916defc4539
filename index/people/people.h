/*
 * people.h - who the individuals are, and what each dataset says of them.
 *
 * An individual is an ordinal, store-wide and for ever; the same id in two datasets is the same
 * individual. Every fact belongs to the dataset that delivered it. The facts are the truth; sets
 * and sorted columns are derived from them when the table is written.
 *
 * Opening costs nothing that grows with the number of people: what a question needs is read when it
 * asks for it, and kept. So whoever asks may learn that the file is damaged.
 *
 * Threads: an open table may be read by any number. Changes: people_edit.h.
 */
#ifndef SKR_INDEX_PEOPLE_PEOPLE_H
#define SKR_INDEX_PEOPLE_PEOPLE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "index/people/people_set.h"
#include "index/terms/curie_list.h"
#include "storage/base/compare.h"
#include "storage/base/err.h"
#include "storage/base/id_text.h"
#include "storage/block/block_file.h"
#include "storage/carriers/copies.h"
#include "storage/manifest.h"

typedef enum skr_sex {
    SKR_SEX_UNKNOWN = 0, /* nobody said, or said unknown */
    SKR_SEX_FEMALE = 1,
    SKR_SEX_MALE = 2,
    SKR_SEX_OTHER = 3,
    SKR_N_SEXES = 4,
} skr_sex;

/* What a term is said of. All kinds answer to the same name in a question. */
typedef enum skr_term_kind {
    SKR_TERM_PHENOTYPE = 0,
    SKR_TERM_DISEASE = 1,
    SKR_TERM_TREATMENT = 2,
    SKR_TERM_PROCEDURE = 3,
    SKR_TERM_EXPOSURE = 4,
    SKR_TERM_MEASURE = 5,  /* a measured value: the term says that it was measured */
    SKR_TERM_ANCESTRY = 6, /* ethnicity */
    SKR_TERM_COUNTRY = 7,  /* geographic origin */
    SKR_TERM_SAMPLE = 8,   /* of a biosample: status, origin, histology, tissue */
    SKR_TERM_OTHER = 9,
    SKR_N_TERM_KINDS = 10,
} skr_term_kind;

/* Who said it, so that a later delivery of the same thing replaces it and nothing else. */
typedef enum skr_record_kind {
    SKR_RECORD_INDIVIDUAL = 0, /* a phenopacket, a Beacon individual, a line of a TSV */
    SKR_RECORD_BIOSAMPLE = 1,  /* a Beacon biosample */
} skr_record_kind;

/*
 * An age in years, or a range that holds it, its ends included. NaN: open on that side; both:
 * nobody said. low == high is an age as such.
 */
typedef struct skr_age {
    double low;
    double high;
} skr_age;

#define SKR_AGE_NONE ((skr_age){NAN, NAN})

/* An age as such. */
static inline skr_age skr_age_at(double years)
{
    return (skr_age){years, years};
}

/* Did anybody say it? */
static inline bool skr_age_is_said(skr_age age)
{
    return !isnan(age.low) || !isnan(age.high);
}

/* Are both ends the same, or open? */
static inline bool skr_age_is_same(skr_age a, skr_age b)
{
    return (a.low == b.low || (isnan(a.low) && isnan(b.low))) &&
           (a.high == b.high || (isnan(a.high) && isnan(b.high)));
}

/* Is it nothing, or a range whose ends are numbers and in order? */
bool skr_people_age_is_sound(skr_age age);

/* One thing said of an individual. Texts are borrowed or owned as the function says. */
typedef struct skr_fact {
    skr_term_kind kind;
    const char *curie; /* normalised: prefix as written, "HP:0000118" */
    const char *label; /* or NULL */
    bool is_excluded;  /* looked for and not there: never matches */
    bool has_value;    /* of a measure */
    double value;
    skr_age onset; /* SKR_AGE_NONE when nobody said */
} skr_fact;

typedef struct skr_people skr_people;

/*
 * Opens the people table; id->name "" gives an empty one. The caller owns *ret_people.
 * Errors: as block files.
 */
SKR_MUST_USE int skr_people_open(const char *folder, const skr_file_id *id, skr_people **ret_people,
                                 skr_err *err);

/* Closes. NULL is allowed. */
void skr_people_close(skr_people *people);

/* What questions have read so far. */
skr_reader_totals skr_people_totals(const skr_people *people);

/* The number of individuals; ordinals are below it. */
uint32_t skr_people_count(const skr_people *people);

/* The ordinal of an id, or SKR_NONE. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_find(const skr_people *people, const char *id, uint32_t *ret_individual,
                                 skr_err *err);

/*
 * The same for n ids at once, in any order; ascending ones are found fastest. Errors: CORRUPT, IO,
 * NOMEM.
 */
SKR_MUST_USE int skr_people_find_all(const skr_people *people, const skr_id_text *ids, size_t n,
                                     uint32_t *ret_individuals, skr_err *err);

/* Reads the ids of everybody, for skr_people_id: no question needs them. Errors: CORRUPT, IO,
 * NOMEM.
 */
SKR_MUST_USE int skr_people_load_ids(const skr_people *people, skr_err *err);

/* The id of an individual, which must exist, after skr_people_load_ids; belongs to the table. */
const char *skr_people_id(const skr_people *people, uint32_t individual);

/* ------------------------------------------------------------------ sets; they belong to the
 * table. dataset is an index of the manifest; one that the table does not know has empty sets
 * (NULL). Errors of all that can fail: CORRUPT, IO, NOMEM.
 */

/* Everybody of whom the dataset said anything, samples included. NULL: nobody. */
SKR_MUST_USE int skr_people_of_dataset(const skr_people *people, uint32_t dataset,
                                       const skr_people_set **ret_set, skr_err *err);

/* By what people said of sex; UNKNOWN: those who said unknown or nothing. NULL: nobody. */
SKR_MUST_USE int skr_people_of_sex(const skr_people *people, uint32_t dataset, skr_sex sex,
                                   const skr_people_set **ret_set, skr_err *err);

/* The karyotypes that the samples of a dataset have, and who has each. number is below
 * skr_people_n_karyotypes. One of them may be the unknown. */
uint32_t skr_people_n_karyotypes(const skr_people *people, uint32_t dataset);
SKR_MUST_USE int skr_people_of_karyotype(const skr_people *people, uint32_t dataset,
                                         uint32_t number, skr_karyotype *ret_karyotype,
                                         const skr_people_set **ret_set, skr_err *err);

/* Sets the bits (of n_people) of everybody who has a term as stated, of any kind, excluded ones
 * left out. */
SKR_MUST_USE int skr_people_mark_stated(const skr_people *people, uint32_t dataset,
                                        const char *curie, uint64_t *bitmap, skr_err *err);

/*
 * The terms of a dataset, excluded ones among them, in the order in which their sets lie in the
 * file: who marks many in this order reads each block once. No texts are made. NULL: none. Belongs
 * to the table.
 */
SKR_MUST_USE int skr_people_curies(const skr_people *people, uint32_t dataset,
                                   const skr_curie_list **ret_curies, skr_err *err);

/* skr_people_mark_stated of the term at a place of the list, which must have been asked for. */
SKR_MUST_USE int skr_people_mark_at(const skr_people *people, uint32_t dataset, uint32_t place,
                                    uint64_t *bitmap, skr_err *err);

/*
 * Sets the bits of everybody of whom a record in force excludes one of the terms; places: a bit for
 * each place of skr_people_curies, which must have been asked for. The first who asks reads all
 * records of the dataset.
 */
SKR_MUST_USE int skr_people_mark_excluded(const skr_people *people, uint32_t dataset,
                                          const uint64_t *places, uint64_t *bitmap, skr_err *err);

/* The terms that somebody of a dataset has, ascending by the bytes of curie. */
typedef struct skr_stated_term {
    const char *curie;
    const char *label;  /* "" when nobody said */
    skr_term_kind kind; /* the first that stated it */
    uint32_t n_people;
    bool has_values;
} skr_stated_term;
SKR_MUST_USE int skr_people_terms(const skr_people *people, uint32_t dataset,
                                  const skr_stated_term **ret_terms, uint32_t *ret_n, skr_err *err);

/* Does any dataset state this term, also as excluded? */
SKR_MUST_USE int skr_people_knows_term(const skr_people *people, const char *curie, bool *ret_knows,
                                       skr_err *err);

typedef enum skr_column {
    SKR_COLUMN_AGE = 0,       /* years at the last encounter */
    SKR_COLUMN_VALUE = 1,     /* of the measure `curie` */
    SKR_COLUMN_ONSET = 2,     /* years at the onset of the term `curie` as stated */
    SKR_COLUMN_ANY_ONSET = 3, /* years at the onset of any disease */
    SKR_N_COLUMNS = 4,        /* that can be asked for */
} skr_column;

/*
 * Adds to bitmap (n_people bits) everybody who has a value of the column that compares so; somebody
 * without one never does, for SKR_NE either. Of somebody whose age is a range it must be true
 * wherever in it the age lies.
 */
typedef struct skr_people_comparison {
    skr_column column;
    const char *curie; /* of VALUE and ONSET */
    skr_compare compare;
    double value;
} skr_people_comparison;
SKR_MUST_USE int skr_people_compare(const skr_people *people, uint32_t dataset,
                                    const skr_people_comparison *comparison, uint64_t *bitmap,
                                    skr_err *err);

/* Adds to bitmap everybody of the dataset whose age is known as such and lies in [from, to);
 * *ret_has_ranges: ages of others are ranges, which skr_people_compare finds. */
SKR_MUST_USE int skr_people_mark_ages(const skr_people *people, uint32_t dataset, double from,
                                      double to, uint64_t *bitmap, bool *ret_has_ranges,
                                      skr_err *err);

/* The same of VALUE and ONSET of the term at a place of skr_people_curies, whatever curie says. */
SKR_MUST_USE int skr_people_compare_at(const skr_people *people, uint32_t dataset, uint32_t place,
                                       const skr_people_comparison *comparison, uint64_t *bitmap,
                                       skr_err *err);

/* Does any dataset have a value of the measure? */
SKR_MUST_USE int skr_people_has_values(const skr_people *people, const char *curie, bool *ret_has,
                                       skr_err *err);

/* How many people of a dataset have a sex that contradicts their karyotype (female with a Y, male
 * without one). */
SKR_MUST_USE int skr_people_sex_conflicts(const skr_people *people, uint32_t dataset,
                                          uint32_t *ret_n, skr_err *err);

/* Reports every fault of a stored table. Errors (beyond faults): IO, NOMEM. */
SKR_MUST_USE int skr_people_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                                   void *context, skr_err *err);

#endif
