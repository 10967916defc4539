/*
 * cohort_genomes.h - a cohort person by person: which alleles each of them has, and how many copies
 * of a base.
 *
 * Memory: about 50 bytes an allele and 4 bytes for each that a person has. Threads: one owner; what
 * is only read may be read by several.
 */
#ifndef SKR_TOOLS_COHORT_GENOMES_H
#define SKR_TOOLS_COHORT_GENOMES_H

#include "tools/cohort/cohort_out.h"

/* An allele without who carries it. */
typedef struct cohort_allele {
    uint32_t pos0;
    uint8_t n_ref;
    uint8_t n_alt;
    char ref[COHORT_INDEL_MAX + 1]; /* no NUL */
    char alt[COHORT_INDEL_MAX + 1];
} cohort_allele;

typedef struct cohort_genomes {
    const cohort_request *request;
    char contig[SKR_NAME_MAX + 1]; /* its canonical name */
    const struct skr_build *build; /* NULL: not known */
    cohort_allele *alleles;        /* ascending by place */
    uint32_t n_alleles;
    uint32_t n_alleles_max;
    uint32_t n_people;
    cohort_list *carried; /* by person: number of the allele << 2 | haplotypes, a bit each */
    cohort_list *missing; /* by person: the sites without a call */
} cohort_genomes;

/* Makes the cohort. The caller owns *ret_genomes. Errors: INPUT, USAGE, NOMEM. */
SKR_MUST_USE int cohort_genomes_new(const cohort_request *request, cohort_genomes **ret_genomes,
                                    skr_err *err);

/* How many copies a person has of the base at pos0, and of those up to *ret_end0: 0, 1 or 2. In the
 * pseudoautosomal part of Y it is 0: its reads lie on X. */
unsigned cohort_genomes_copies(const cohort_genomes *genomes, uint32_t person, uint32_t pos0,
                               uint32_t *ret_end0);

/* Makes a folder unless it is there. Errors: IO. */
SKR_MUST_USE int cohort_genomes_make_folder(const char *folder, skr_err *err);

/* Frees. NULL is allowed. */
void cohort_genomes_free(cohort_genomes *genomes);

#endif
