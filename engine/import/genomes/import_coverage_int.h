/*
 * import_coverage_int.h - the runs that were added, and the layers that they are packed into.
 *
 * A layer holds runs of one sample on one contig, ascending, not overlapping. Each run is stored as
 * varints: bases after the run before, bases less one; then its ploidy and its call, a byte each.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_COVERAGE_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_COVERAGE_INT_H

#include "engine/import/genomes/import_coverage.h"

typedef struct skr_import_coverage_layer {
    uint32_t sample;
    uint32_t contig;
    uint64_t at; /* its first byte */
    uint64_t n;  /* bytes */
} skr_import_coverage_layer;

struct skr_import_coverage {
    uint32_t n_samples;
    skr_cover_claim *open;   /* of each sample: the run that may grow; call NO_STATEMENT: none */
    skr_cover_claim *claims; /* that are whole */
    size_t n_claims;
    size_t n_claims_max;
    size_t n_claims_limit; /* with so many they are packed */
    skr_import_coverage_layer *layers;
    size_t n_layers;
    size_t n_layers_max;
    skr_buffer bytes; /* of layers, after those in the file */
    size_t n_bytes_limit;
    uint64_t n_spilled; /* bytes in the file */
    int fd;             /* of the scratch file; -1: there is none yet */
    char *path;         /* of it */
};

/* Reads a layer from its first byte to the last. */
typedef struct skr_import_coverage_reader {
    const skr_import_coverage *coverage;
    uint64_t at;  /* of the next byte to be read into the window */
    uint64_t end; /* after the last */
    uint8_t *window;
    size_t n_window_max;
    size_t n_window;
    size_t window_at;
    uint32_t last_end0;
} skr_import_coverage_reader;

/* Keeps a claim in memory. Errors: NOMEM. */
SKR_MUST_USE int skr_import_coverage_keep(skr_import_coverage *coverage,
                                          const skr_cover_claim *claim, skr_err *err);

/* Packs the claims that are in memory into layers. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_import_coverage_pack(skr_import *import, skr_err *err);

/* Packs all that was added. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_import_coverage_close(skr_import *import, skr_err *err);

/* Where there is a file, moves the layers in memory to it: readers look in one place. Errors: IO.
 */
SKR_MUST_USE int skr_import_coverage_settle(skr_import *import, skr_err *err);

/*
 * Reads the next run of a layer; *ret_is_end: there was none. What does not read back is a failure.
 * Errors: IO.
 */
SKR_MUST_USE int skr_import_coverage_next(skr_import_coverage_reader *reader,
                                          skr_cover_claim *ret_claim, bool *ret_is_end,
                                          skr_err *err);

#endif
