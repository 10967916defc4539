/*
 * import_knobs_int.h - what only tests turn: an import made to write its rare forms of few
 * carriers.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_KNOBS_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_KNOBS_INT_H

#include "engine/import/face/import.h"

/* Of the segment's plan (storage/segment/segment.h); all zero as a rule. */
typedef struct skr_import_knobs {
    uint32_t order_carriers_min;
    uint32_t order_rows_max;
    uint32_t tiles_a_group;
    bool wants_orders;
} skr_import_knobs;

/* As skr_import_genomes. */
SKR_MUST_USE int skr_import_genomes_with(const skr_import_request *request,
                                         const skr_import_knobs *knobs,
                                         skr_import_result *ret_result, skr_err *err);

#endif
