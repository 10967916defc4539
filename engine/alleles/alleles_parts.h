/*
 * alleles_parts.h - what may be told of an allele by dataset and population: the parts of its row.
 *
 * Threads: each worker has its own scratch; populations are shared and not changed.
 */
#ifndef SKR_ENGINE_ALLELES_ALLELES_PARTS_H
#define SKR_ENGINE_ALLELES_ALLELES_PARTS_H

#include "engine/alleles/alleles.h"
#include "engine/scan/scan.h"

typedef struct skr_alleles_parts skr_alleles_parts;

/* For a question that asks `by` of alleles of an assembly. The caller owns *ret_parts. Errors:
 * those of sink->populations. */
SKR_MUST_USE int skr_alleles_parts_new(const skr_question *question, uint32_t assembly,
                                       const skr_alleles_by *by, const skr_alleles_sink *sink,
                                       skr_alleles_parts **ret_parts, skr_err *err);
/* Frees. NULL is allowed. */
void skr_alleles_parts_free(skr_alleles_parts *parts);

/* A worker begins with another allele. */
void skr_alleles_parts_clear(skr_alleles_parts *parts, unsigned worker);

/* Adds the part of allele k of the worker's batch in a slot; with its populations if they are
 * wanted. Errors: as a scan. */
SKR_MUST_USE int skr_alleles_parts_add(skr_alleles_parts *parts, skr_worker *worker, uint32_t k,
                                       uint32_t slot, bool with_populations, skr_err *err);

/* Adds the part of an allele that nobody carries there, unless no frequency of it may be told or
 * nobody is called: *ret_is_added. Errors: as a scan. */
SKR_MUST_USE int skr_alleles_parts_add_absent(skr_alleles_parts *parts, skr_worker *worker,
                                              uint32_t k, uint32_t slot, bool *ret_is_added,
                                              skr_err *err);

/* The row of what was added: parts alone; it is the worker's until it goes on. */
skr_allele_row skr_alleles_parts_row(const skr_alleles_parts *parts, unsigned worker);

#endif
