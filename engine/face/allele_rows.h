/*
 * allele_rows.h - the numbers of alleles, one row each, and how many alleles there are.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_ALLELE_ROWS_H
#define SKR_ENGINE_FACE_ALLELE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/count.h"
#include "engine/face/query.h"
#include "engine/face/warnings.h"

typedef enum skr_allele_answer {
    SKR_NOT_ASSESSED,
    SKR_ABSENT,
    SKR_PRESENT,
} skr_allele_answer;

/* One row an allele, merged over the permitted datasets. Under a policy that hides, only alleles
 * whose carriers would be told come out, and their numbers are rounded. */
typedef struct skr_allele_row {
    const char *variant; /* canonical, 1-based */
    uint64_t ac;
    uint64_t an;
    double af; /* NaN when AN is 0 */
    uint32_t n_carriers;
    uint32_t n_hom;
    uint32_t n_het;
    uint32_t n_hemi;
    uint32_t n_partial;
    skr_allele_answer answer;
    bool is_told;
} skr_allele_row;

/* Is given each row, in order and one at a time, from any thread; what it points to is valid until
 * it returns. A negative status ends the scan. */
typedef int (*skr_allele_fn)(void *context, const skr_allele_row *row, skr_err *err);

/*
 * Every allele that satisfies the question, ascending by contig and place; one asked for by name
 * (variant=, at a place where the answer does not hang on other conditions) gets its row even if
 * nobody has it. within: count only these people (NULL: everybody of the permitted datasets). n_max
 * 0: no limit. on_row may be NULL. *ret_answer is zeroed or done, and may be NULL; free with
 * skr_engine_alleles_done. Errors: as count.
 */
typedef struct skr_alleles_request {
    const skr_expr *alleles;
    const skr_expr *within;
    uint64_t n_skip;
    uint64_t n_max;
} skr_alleles_request;

typedef struct skr_alleles_answer {
    uint64_t generation;
    uint64_t n_rows; /* all of them, also those past skip and n_max that on_row was not given */
    skr_warnings warnings;
} skr_alleles_answer;
SKR_MUST_USE int skr_engine_alleles(skr_engine *engine, const skr_alleles_request *request,
                                    const skr_access *access, skr_allele_fn on_row, void *context,
                                    skr_alleles_answer *ret_answer, skr_err *err);
void skr_engine_alleles_done(skr_alleles_answer *answer);

/* Distinct alleles that satisfy the question and whose carriers would be told, by dataset and in
 * all: what /g_variants counts. Under `exact` those that a record names and nobody carries are
 * among them. within: as above, and then somebody of these people must carry them. Errors: as
 * count. */
SKR_MUST_USE int skr_engine_count_alleles(skr_engine *engine, const skr_alleles_request *request,
                                          const skr_access *access, skr_count_answer *ret_answer,
                                          skr_err *err);

#endif
