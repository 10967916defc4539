/*
 * alleles.h - rows and numbers of alleles, for engine.c.
 */
#ifndef SKR_ENGINE_ALLELES_ALLELES_H
#define SKR_ENGINE_ALLELES_ALLELES_H

#include "engine/people/people_eval.h"

/* As skr_engine_alleles, for a question whose slots have the cohort. */
SKR_MUST_USE int skr_alleles_list(const skr_question *question, const skr_alleles_request *request,
                                  skr_allele_fn on_row, void *context, uint64_t *ret_n_rows,
                                  skr_err *err);

/*
 * As skr_engine_count_alleles: how many alleles are told, by slot (ret_by_slot has n_slots places)
 * and in all.
 */
SKR_MUST_USE int skr_alleles_count(const skr_question *question, const skr_alleles_request *request,
                                   uint64_t *ret_by_slot, uint64_t *ret_total, skr_err *err);

#endif
