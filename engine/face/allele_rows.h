/*
 * allele_rows.h - the numbers of alleles, one row each, and how many alleles there are.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_ALLELE_ROWS_H
#define SKR_ENGINE_FACE_ALLELE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/count.h"
#include "engine/face/query.h"
#include "engine/face/warnings.h"

typedef enum skr_allele_answer {
    SKR_NOT_ASSESSED,
    SKR_ABSENT,
    SKR_PRESENT,
} skr_allele_answer;

/* What may be told of an allele in one population of a dataset. */
typedef struct skr_population_frequency {
    const char *tag; /* Total, F, M, FI, FI_F, FI_M ...: docs/http-api.md, "Frequencies" */
    double af;
    uint64_t an;
    bool has_ac; /* AC may be told */
    uint64_t ac;
    bool has_subcounts;    /* the others may be told, all of them */
    uint64_t n_hom_copies; /* copies: two of a homozygous person */
    uint64_t n_het_copies;
    uint64_t n_hemi_copies;
    uint64_t n_partial_copies;
    uint32_t n_carriers; /* people */
    uint32_t n_hom;
    uint32_t n_het;
    uint32_t n_hemi;
    uint32_t n_partial;
} skr_population_frequency;

/* What may be told of an allele in one dataset. */
typedef struct skr_allele_part {
    size_t dataset;  /* which of the answer's */
    const char *id;  /* of that dataset */
    uint64_t number; /* of the row among those of the dataset, from 0 */
    bool is_absent;  /* told beside the rows, with no number of its own: nobody carries it */
    const skr_population_frequency *populations; /* Total first; none: no frequency may be told */
    size_t n_populations;
} skr_allele_part;

/* Words about an allele, n of them, ascending, one behind the other, each with its NUL. */
typedef struct skr_allele_words {
    const char *text;
    uint32_t n;
} skr_allele_words;

/* What annotations say of it, over all transcripts and releases. */
typedef struct skr_allele_said {
    skr_allele_words genes;    /* symbols; the id of a gene that has none */
    skr_allele_words effects;  /* names of terms of the Sequence Ontology */
    skr_allele_words proteins; /* V600E */
    skr_allele_words impacts;  /* high ... modifier */
    skr_allele_words significances;
    skr_allele_words names; /* rs1801133 */
} skr_allele_said;

/* One row an allele, merged over the permitted datasets. Under a policy that hides, only alleles
 * whose carriers would be told come out, and their numbers are rounded. */
typedef struct skr_allele_row {
    const char *variant; /* canonical, 1-based */
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
    const char *assembly;         /* whose the allele is */
    const skr_allele_part *parts; /* of the datasets that have a row, where they are asked for */
    size_t n_parts;
    bool is_annotated;    /* the assembly has annotations: what they say is said */
    skr_allele_said said; /* where it is so */
} skr_allele_row;

/* Is given each row, in order and one at a time, from any thread; what it points to is valid until
 * it returns. A negative status ends the scan. */
typedef int (*skr_allele_fn)(void *context, const skr_allele_row *row, skr_err *err);

/*
 * Every allele that satisfies the question, ascending by contig and place; one asked for by name
 * (variant=, at a place where the answer does not hang on other conditions) gets its row even if
 * nobody has it. within: count only these people (NULL: everybody of the permitted datasets). n_max
 * 0: no limit. on_row may be NULL. *ret_answer is zeroed or done, and may be NULL; free with
 * skr_engine_alleles_done. Errors: as count.
 */
typedef struct skr_alleles_request {
    const skr_expr *alleles;
    const skr_expr *within;
    uint64_t n_skip;
    uint64_t n_max;
    const struct skr_alleles_by *by; /* rows have parts, by dataset and population; NULL: none */
} skr_alleles_request;

/*
 * With it a row has a part for each dataset, and skip and n_max are of each dataset by itself:
 * on_row is given a row that has a part in the page of some dataset, with those parts. Parts have
 * populations as the frequencies of the policy let through; people of no known sex or country are
 * in Total alone, and ancestries have no tag. Under a policy whose frequencies are not exact a
 * question with `within` tells none: the people of two questions may differ by one.
 */
typedef struct skr_alleles_by {
    bool has_sex;
    bool has_country;
    bool is_carried;  /* only datasets in which somebody carries the allele have a part, and only
                       * alleles with a part are rows */
    bool with_absent; /* beside them, where `is_carried`: an allele asked for by name has a part,
                       * which is absent, also in a dataset in which nobody carries it and somebody
                       * is called, where a frequency of 0 may be told. It lies in every page, and
                       * counts in no number of rows */
} skr_alleles_by;

typedef struct skr_alleles_answer {
    uint64_t generation;
    uint64_t n_rows; /* all of them, also those past skip and n_max that on_row was not given */
    skr_dataset_count
        *datasets; /* with `by`: of each permitted dataset how many rows have a part */
    size_t n_datasets;
    skr_told_count total; /* with `by`: n_rows as it may be told */
    skr_warnings warnings;
} skr_alleles_answer;
SKR_MUST_USE int skr_engine_alleles(skr_engine *engine, const skr_alleles_request *request,
                                    const skr_access *access, skr_allele_fn on_row, void *context,
                                    skr_alleles_answer *ret_answer, skr_err *err);
void skr_engine_alleles_done(skr_alleles_answer *answer);

/* Distinct alleles that satisfy the question and whose carriers would be told, by dataset and in
 * all: what /g_variants counts. Under `exact` those that a record names and nobody carries are
 * among them. within: as above, and then somebody of these people must carry them. Errors: as
 * count. */
SKR_MUST_USE int skr_engine_count_alleles(skr_engine *engine, const skr_alleles_request *request,
                                          const skr_access *access, skr_count_answer *ret_answer,
                                          skr_err *err);

#endif
