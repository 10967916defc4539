/*
 * compact_plan.h - which segments are merged next. docs/decisions/ has the figures behind it.
 */
#ifndef SKR_ENGINE_IMPORT_COMPACT_COMPACT_PLAN_H
#define SKR_ENGINE_IMPORT_COMPACT_COMPACT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/manifest.h"

/* Withdrawals that are due by this time: all of them. */
#define SKR_COMPACT_DUE_ALL UINT64_MAX

typedef struct skr_compact_wish {
    uint32_t dataset;    /* SKR_NONE: any */
    bool is_into_one;    /* all segments of a dataset and assembly */
    uint32_t n_together; /* so many at most in one merge, 2 or more */
    uint64_t due_s; /* who is to be gone from the files by then is taken out, seconds since 1970 */
} skr_compact_wish;

/* A merge: numbers of segments, ascending. */
typedef struct skr_compact_plan {
    uint32_t *segments;
    uint32_t n_segments; /* 0: there is nothing to do */
} skr_compact_plan;

/* The next merge. The caller frees ret_plan->segments. Errors: NOMEM. */
SKR_MUST_USE int skr_compact_plan_next(const skr_manifest *manifest, const skr_compact_wish *wish,
                                       skr_compact_plan *ret_plan, skr_err *err);

/* The level of a segment of so many bytes: each is 16 times the one below. */
unsigned skr_compact_plan_level(uint64_t n_bytes);

#endif
