/*
 * only_carriers.h - does a delivery say of an allele more than who carries it?
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_ONLY_CARRIERS_H
#define SKR_ENGINE_IMPORT_GENOMES_ONLY_CARRIERS_H

#include "engine/import/genomes/import_int.h"

typedef struct skr_only_carriers skr_only_carriers;

/* NULL where there is nothing to find out; all below allow it. Errors: NOMEM. */
SKR_MUST_USE int skr_only_carriers_new(const skr_import *import, skr_only_carriers **ret_only,
                                       skr_err *err);

/* Frees. */
void skr_only_carriers_free(skr_only_carriers *only);

/* Rows and spans of the segment, in its order. */
void skr_only_carriers_add_row(skr_only_carriers *only, const skr_allele *allele,
                               const skr_carriers *carriers, const skr_call_set *calls);
void skr_only_carriers_add_span(skr_only_carriers *only, const skr_allele *place,
                                const skr_call_set *calls);

/*
 * When all are there: is of most alleles little said but who carries them? Of one genome, or where
 * everybody carries all, that is taken to be so unless two thirds of the alleles are not carried,
 * or half of the records are of other bases.
 */
bool skr_only_carriers_decide(skr_only_carriers *only);

#endif
