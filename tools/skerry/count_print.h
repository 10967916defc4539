/*
 * count_print.h - what skerry count prints; answers on standard output, the rest on standard error.
 */
#ifndef SKR_TOOLS_COUNT_PRINT_H
#define SKR_TOOLS_COUNT_PRINT_H

#include "engine/face/engine.h"
#include "tools/skerry/options.h"

typedef struct skr_count_print {
    const skr_common *common;
    const skr_policy *policy;
    bool is_tsv;    /* of an answer: a row a dataset */
    bool is_exists; /* of an answer: no text, the exit status tells it */
} skr_count_print;

/* The number alone, so that a script can take it; or JSON; or rows. */
void skr_count_print_answer(const skr_count_print *how, const skr_count_answer *answer);

/* Rows of tab-separated values under a header: the fields, then the count; or JSON. */
void skr_count_print_cells(const skr_count_print *how, const skr_fields *fields,
                           const skr_cells_answer *answer);

/* Rows: step, criterion, alone, remaining, lost, unassessed; or JSON. */
void skr_count_print_steps(const skr_count_print *how, const skr_attrition_answer *answer);

#endif
