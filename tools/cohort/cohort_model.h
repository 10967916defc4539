/*
 * cohort_model.h - a population's genotypes along a stretch of a chromosome, site by site.
 *
 * Along the sequence two things happen at the rates of people: a lineage of the tree of ancestors
 * recombines, that is, takes another parent, and a lineage mutates, and everybody below it carries
 * the allele. So near alleles share carriers by descent, and most alleles are recent and rare.
 * docs/performance.md says what comes out and what is left out.
 *
 * Memory: that of the tree. Threads: one owner.
 */
#ifndef SKR_TOOLS_COHORT_MODEL_H
#define SKR_TOOLS_COHORT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "tools/cohort/cohort_tree.h"

#define COHORT_ALTS_MAX 8u /* of one site; further ones are left out */
#define COHORT_PEOPLE_MAX 4000000u
#define COHORT_BASES_MAX (1u << 30)
#define COHORT_INDEL_MAX 16u

typedef struct cohort_plan {
    uint32_t n_people;
    uint32_t first_person; /* of those that are wanted, [first_person, end_person) */
    uint32_t end_person;
    uint32_t start0; /* of the stretch */
    uint32_t n_bases;
    uint32_t region_start0; /* of the sites that are wanted, [region_start0, region_end0) */
    uint32_t region_end0;
    uint64_t seed;
    bool has_all_alleles; /* also those that no wanted person carries */
    double missing;       /* the share of genotypes without a call, 0 to below 1 */
    double indels;        /* the share of mutations that are insertions and deletions, 0 to 1 */
} cohort_plan;

/* An allele as VCF writes it, left-aligned. */
typedef struct cohort_alt {
    char ref[COHORT_INDEL_MAX + 1];
    char alt[COHORT_INDEL_MAX + 1];
    uint32_t n_ref;         /* 1 for an SNV and an insertion */
    uint32_t n_alt;         /* 1 for an SNV and a deletion */
    cohort_list haplotypes; /* 2p and 2p + 1 are the p-th wanted person's */
} cohort_alt;

typedef struct cohort_site {
    uint32_t pos0;
    cohort_alt alts[COHORT_ALTS_MAX]; /* ascending by n_ref, then alt */
    uint32_t n_alts;
    cohort_list missing; /* wanted people without a call at this site */
} cohort_site;

typedef struct cohort_model cohort_model;

/* The caller owns *ret_model. Errors: USAGE, NOMEM. */
SKR_MUST_USE int cohort_model_new(const cohort_plan *plan, cohort_model **ret_model, skr_err *err);

/* About how many alleles there will be. */
uint64_t cohort_model_n_alleles(const cohort_model *model);

/* The next site, ascending by place; it belongs to the model until the next call. *ret_site is NULL
 * after the last. Errors: NOMEM. */
SKR_MUST_USE int cohort_model_next(cohort_model *model, const cohort_site **ret_site, skr_err *err);

/* The reference at a base: it follows from the place alone, so that all cohorts share it. */
char cohort_model_base(uint32_t pos0);

/* Frees. NULL is allowed. */
void cohort_model_free(cohort_model *model);

#endif
