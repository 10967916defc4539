/*
 * samples.h - the samples of a store, one by one, and how good their genotypes are.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_SAMPLES_H
#define SKR_ENGINE_FACE_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/engine.h"
#include "storage/base/qualities.h"

/* What is known of one sample of one delivery. Texts hold until the function that is told returns.
 * docs/counting.md, "Sample QC", says what the numbers count. */
typedef struct skr_sample_row {
    const char *dataset;
    const char *sample;
    const char *individual;
    const char *assembly;
    uint64_t generation;      /* that its delivery made */
    const char *sex;          /* the karyotype of --samples: "XX", "XY", "unknown" ... */
    bool is_replaced_in_part; /* a later delivery has some of its contigs */
    bool has_facts;           /* false: it was imported before they were counted; no numbers */
    const char *looks_like;   /* of X and Y: "XX", "XY", "unclear"; NULL: too little is known */
    double qualities[SKR_N_QUALITIES]; /* NAN: nothing is known */
    uint64_t n_het;
    uint64_t n_hom;
    uint64_t n_transitions;
    uint64_t n_transversions;
    uint64_t n_x_het;
    uint64_t n_x_hom;
    uint64_t n_y_alt;
} skr_sample_row;
typedef int (*skr_sample_fn)(void *context, const skr_sample_row *row, skr_err *err);

/*
 * The samples that count, of the permitted datasets, delivery by delivery in the order of their
 * files. They are single people, so they are told under an exact policy alone. Errors: POLICY; as
 * count; those of on_sample, at which it ends.
 */
SKR_MUST_USE int skr_engine_samples(skr_engine *engine, const skr_access *access,
                                    skr_sample_fn on_sample, void *context, skr_err *err);

#endif
