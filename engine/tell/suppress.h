/*
 * suppress.h - from a table of raw counts to one that may be told, so that no hidden cell follows
 * from the sums that anybody may ask for.
 *
 * Whoever sees a table of people by sex and country may ask for the numbers by sex alone, too, and
 * subtract. So where a cell of a sum is hidden, another one is hidden with it, and as many more as
 * it takes until what is told of the sum, and of its cells, leaves a hidden cell anywhere between 0
 * and the threshold. What follows from the sums alone, without any table, stays as it is.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_TELL_SUPPRESS_H
#define SKR_ENGINE_TELL_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/policy.h"
#include "storage/base/err.h"

#define SKR_TABLE_FIELDS_MAX 8u

typedef struct skr_raw_table {
    size_t n_fields;
    bool is_summed[SKR_TABLE_FIELDS_MAX]; /* the field's classes are disjoint and are everybody */
    size_t n_cells;
    const uint32_t *classes; /* of each cell, n_fields of them */
    const uint64_t *raw;     /* of each cell */
} skr_raw_table;

/* Fills told, one for each cell. Errors: NOMEM. */
SKR_MUST_USE int skr_suppress_table(const skr_policy *policy, const skr_raw_table *table,
                                    skr_told_count *told, skr_err *err);

/*
 * What may be told of a part of a whole of which a number was told: hidden as well where the part
 * lacks so few of the whole that their number would follow.
 */
skr_told_count skr_suppress_part(const skr_policy *policy, uint64_t whole, uint64_t part);

#endif
