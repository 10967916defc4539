/*
 * suppress_audit.h - the half of suppression that solves for hidden cells.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_TELL_SUPPRESS_AUDIT_H
#define SKR_ENGINE_TELL_SUPPRESS_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "engine/face/policy.h"
#include "storage/base/err.h"

/* A table of rows and columns; cells[row * n_columns + column] is where raw and told have it. */
typedef struct skr_suppress_matrix {
    size_t n_rows;
    size_t n_columns;
    const size_t *cells;
    const uint64_t *raw;
    skr_told_count *told;
} skr_suppress_matrix;

/* Tables with more cells are not audited: each hidden cell is solved for. */
#define SKR_AUDIT_CELLS_MAX 4096u

/*
 * Hides further cells until what is told of the cells, the rows, the columns and the whole leaves
 * every hidden cell as many values as a hidden count has, unless the sums alone leave it fewer.
 * Errors: NOMEM.
 */
SKR_MUST_USE int skr_suppress_audit(const skr_policy *policy, const skr_suppress_matrix *matrix,
                                    skr_err *err);

#endif
