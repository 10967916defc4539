/*
 * genotypes.h - the genotypes of people, allele by allele, for genotype_rows.c.
 */
#ifndef SKR_ENGINE_ALLELES_GENOTYPES_H
#define SKR_ENGINE_ALLELES_GENOTYPES_H

#include "engine/face/genotype_rows.h"
#include "engine/people/question.h"

/* Who has which column, by individual. */
typedef struct skr_genotype_columns {
    uint32_t *of;     /* the column of each individual; SKR_NONE: none */
    uint32_t *people; /* the individual of each column */
    size_t n;
} skr_genotype_columns;

/*
 * Tells the sink the rows of a plan in the columns, for a question whose slots have the cohort; the
 * head was told before. One thread, so that rows come in their order. Errors: those of a scan and
 * of the sink.
 */
SKR_MUST_USE int skr_genotypes_list(const skr_question *question, const skr_plan *plan,
                                    const skr_genotype_columns *columns,
                                    const skr_genotype_sink *sink, skr_err *err);

#endif
