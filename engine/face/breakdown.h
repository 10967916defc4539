/*
 * breakdown.h - how many people by what they are, and criterion by criterion.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_BREAKDOWN_H
#define SKR_ENGINE_FACE_BREAKDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/count.h"
#include "engine/face/fields.h"

/* ------------------------------------------------------------------ cells */

/* More cells are refused. */
#define SKR_CELLS_MAX 1000000u

/* The people who have these values, one of each field in the order asked for. */
typedef struct skr_cell {
    const char *const *values; /* belong to the answer */
    const char *const *labels; /* what somebody said of each; "": nobody, or it may not be told */
    skr_told_count told;
} skr_cell;

/*
 * Under exact counts the cells that somebody is in. Under a policy that hides, every combination
 * of values that may be told, so that a cell of nobody looks like one that is hidden; and more
 * cells are hidden than are small, so that none follows from sums over a field
 * (engine/tell/suppress.h). Cells are ordered by their values in the order of people_classes.h.
 */
typedef struct skr_cells_answer {
    skr_count_answer count; /* of the question as a whole */
    skr_cell *cells;
    size_t n;
    char **names;       /* what the values point at */
    char **name_labels; /* of each name */
    size_t n_names;
    const char **values; /* then the labels of all cells */
} skr_cells_answer;

/* fields: n of them, no two of a kind. Errors: as count; QUERY for too many cells. */
SKR_MUST_USE int skr_engine_count_by(skr_engine *engine, const skr_expr *expr,
                                     const skr_field *fields, size_t n_fields,
                                     const skr_access *access, skr_cells_answer *ret_answer,
                                     skr_err *err);
void skr_engine_cells_done(skr_cells_answer *answer);

/* ------------------------------------------------------------------ attrition */

#define SKR_CRITERIA_MAX 256u

/* What one criterion does. Of everybody, the first of the steps, alone and remaining are all people
 * and nothing is lost. */
typedef struct skr_attrition_step {
    const char *criterion;     /* borrowed from the request; "everyone" */
    skr_told_count alone;      /* who satisfy it, whatever the others say */
    skr_told_count remaining;  /* who satisfy it and all before it */
    skr_told_count lost;       /* who satisfied all before it, and not it */
    bool has_unassessed;       /* it negates what somebody carries */
    skr_told_count unassessed; /* who remain though nothing is known of what it asks */
} skr_attrition_step;

typedef struct skr_attrition_answer {
    skr_count_answer count;    /* of all criteria together */
    skr_attrition_step *steps; /* everyone, then one for each part */
    size_t n;
} skr_attrition_answer;

/* expr: the question that the parts are of. All in one pass. Errors: as count; QUERY for more than
 * SKR_CRITERIA_MAX parts. */
SKR_MUST_USE int skr_engine_attrition(skr_engine *engine, const skr_query_parts *parts,
                                      const skr_access *access, skr_attrition_answer *ret_answer,
                                      skr_err *err);
void skr_engine_attrition_done(skr_attrition_answer *answer);

#endif
