/*
 * cohort_model.h - a population's genotypes along a stretch of a chromosome, site by site.
 *
 * The haplotypes of today descend through levels of ancestors, each two thirds as many as the one
 * below; how long a level lasts follows from a population that grew: 20,000,000 today, shrinking
 * backwards to 12,000. At any base the levels are a tree. Along the sequence two things
 * happen at the rates of people: a lineage recombines, that is, takes another parent, and a lineage
 * mutates, and everybody below it carries the allele. So near alleles share carriers by descent,
 * and most alleles are recent and rare. docs/performance.md says what comes out and what is left
 * out.
 *
 * Memory: about 90 bytes a haplotype, whatever the number of bases. Threads: one owner.
 */
#ifndef SKR_TOOLS_COHORT_MODEL_H
#define SKR_TOOLS_COHORT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"

#define COHORT_ALTS_MAX 3u
#define COHORT_PEOPLE_MAX 4000000u

typedef struct cohort_plan {
    uint32_t n_people;
    uint32_t start0; /* of the stretch */
    uint32_t n_bases;
    uint64_t seed;
    double missing; /* the share of genotypes without a call, 0 to below 1 */
} cohort_plan;

typedef struct cohort_alt {
    char base;
    uint32_t *haplotypes; /* ascending, at least one; haplotype 2p and 2p + 1 are person p's */
    uint32_t n;
    uint32_t n_max;
} cohort_alt;

typedef struct cohort_site {
    uint32_t pos0;
    char ref;
    cohort_alt alts[COHORT_ALTS_MAX]; /* ascending by base */
    uint32_t n_alts;
    uint32_t *missing; /* people without a call at this site, ascending */
    uint32_t n_missing;
} cohort_site;

typedef struct cohort_model cohort_model;

/* The caller owns *ret_model. Errors: USAGE, NOMEM. */
SKR_MUST_USE int cohort_model_new(const cohort_plan *plan, cohort_model **ret_model, skr_err *err);

/* About how many alleles there will be. */
uint64_t cohort_model_n_alleles(const cohort_model *model);

/* The next site, ascending by place; it belongs to the model until the next call. *ret_site is NULL
 * behind the last. Errors: NOMEM. */
SKR_MUST_USE int cohort_model_next(cohort_model *model, const cohort_site **ret_site, skr_err *err);

/* Frees. NULL is allowed. */
void cohort_model_free(cohort_model *model);

#endif
