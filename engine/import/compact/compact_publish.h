/*
 * compact_publish.h - a merged segment put in the place of those it was made of.
 */
#ifndef SKR_ENGINE_IMPORT_COMPACT_COMPACT_PUBLISH_H
#define SKR_ENGINE_IMPORT_COMPACT_COMPACT_PUBLISH_H

#include "engine/import/compact/compact_plan.h"
#include "engine/import/compact/merge.h"
#include "storage/upkeep.h"

typedef struct skr_compact_publication {
    skr_upkeep *upkeep;
    const skr_manifest *before; /* that the merge began with */
    const skr_compact_plan *plan;
    const skr_merge_result *merged;
} skr_compact_publication;

/*
 * Changes the manifest of a transaction: the merged segment takes the place of the others, and
 * tombstones that have come since then are carried over. *ret_is_lost: one of the segments is not
 * in force any more, and nothing was changed. Errors: IO, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_compact_publish(const skr_compact_publication *publication, skr_txn *txn,
                                     bool *ret_is_lost, skr_err *err);

#endif
