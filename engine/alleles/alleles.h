/*
 * alleles.h - rows and numbers of alleles, for engine.c.
 */
#ifndef SKR_ENGINE_ALLELES_ALLELES_H
#define SKR_ENGINE_ALLELES_ALLELES_H

#include "engine/people/people_eval.h"
#include "engine/people/populations.h"

/* Where rows go, and where populations come from. */
typedef struct skr_alleles_sink {
    skr_allele_fn on_row;
    void *context;
    /* The populations of a slot in an assembly, to be released; only for rows by population. */
    int (*populations)(void *context, const skr_question *question, uint32_t slot,
                       uint32_t assembly, skr_populations **ret_populations, skr_err *err);
    void *populations_context;
    /* How many there were in assemblies listed before; those of this one are added when all went
     * well: as in skr_alleles_answer, and by slot those that have a part. by_slot has n_slots
     * places, or is NULL. */
    uint64_t n_rows;
    uint64_t *by_slot;
} skr_alleles_sink;

/* As skr_engine_alleles, for a question whose slots have the cohort. */
SKR_MUST_USE int skr_alleles_list(const skr_question *question, const skr_alleles_request *request,
                                  skr_alleles_sink *sink, skr_err *err);

/*
 * As skr_engine_count_alleles: how many alleles are told, by slot (ret_by_slot has n_slots places)
 * and in all.
 */
SKR_MUST_USE int skr_alleles_count(const skr_question *question, const skr_alleles_request *request,
                                   uint64_t *ret_by_slot, uint64_t *ret_total, skr_err *err);

#endif
