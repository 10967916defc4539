/*
 * import_delivery.h - what the manifest keeps of a delivery: its sources, options and counters.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_DELIVERY_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_DELIVERY_H

#include "engine/import/genomes/import_int.h"

/* Adds the delivery and its segment to the manifest; the gate is one of its options. Errors: NOMEM,
 * LIMIT. */
SKR_MUST_USE int skr_import_delivery_add(skr_import *import, skr_err *err);

/* What the caller is told, copied so that it outlives the import. Errors: NOMEM. */
SKR_MUST_USE int skr_import_delivery_result(const skr_import *import, skr_import_result *result,
                                            skr_err *err);

#endif
