/*
 * count.h - how many people.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_COUNT_H
#define SKR_ENGINE_FACE_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/query.h"
#include "engine/face/warnings.h"

typedef struct skr_dataset_count {
    const char *id;   /* belongs to the answer */
    uint64_t version; /* of the dataset: goes up when people in it withdraw */
    skr_told_count told;
} skr_dataset_count;

typedef struct skr_count_answer {
    uint64_t generation;
    skr_told_count total;
    skr_dataset_count *datasets; /* one for each permitted dataset, in the order of the store */
    size_t n_datasets;
    /*
     * People counted although nothing is known of what a carries(...) under an odd number of nots
     * asks: where it names its alleles, those who were called at none of them (by records or by
     * what covers the place); otherwise those without any genome of the assembly in the dataset.
     */
    bool has_unassessed;
    skr_told_count unassessed;
    skr_warnings warnings;
    uint64_t n_ns;
} skr_count_answer;

/*
 * How many people. *ret_answer is zeroed or done; free with skr_engine_count_done.
 * Errors: QUERY (names with the nearest ones), NOT_YET, DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_engine_count(skr_engine *engine, const skr_expr *expr,
                                  const skr_access *access, skr_count_answer *ret_answer,
                                  skr_err *err);

/* How many samples the people have who satisfy expr: in each dataset one, or none for those without
 * a genome. Otherwise as skr_engine_count. */
SKR_MUST_USE int skr_engine_count_samples(skr_engine *engine, const skr_expr *expr,
                                          const skr_access *access, skr_count_answer *ret_answer,
                                          skr_err *err);
void skr_engine_count_done(skr_count_answer *answer);

#endif
