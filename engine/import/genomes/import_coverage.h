/*
 * import_coverage.h - what a delivery says of bases, sample by sample, until it is written.
 *
 * Whoever knows that a sample was called over some bases, or was looked at there without a
 * decision, adds a run: reference blocks, callable BEDs, depth. Runs of one sample that touch and
 * say the same become one at once; what does not fit into memory is kept in a scratch file, packed.
 * In the end the least of all that was said of a base counts (rule 5), whatever the order.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_COVERAGE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_COVERAGE_H

#include "engine/import/genomes/import_int.h"

/* A run of bases [start0, end0) of a contig, in one ploidy. */
typedef struct skr_cover_claim {
    uint32_t sample; /* number in the segment */
    uint32_t contig; /* index in the assembly */
    uint32_t start0;
    uint32_t end0;
    uint8_t ploidy;
    uint8_t call; /* as in storage/carriers/call_set.h; NO_STATEMENT is passed over */
} skr_cover_claim;

/* Adds a run. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_import_coverage_add(skr_import *import, const skr_cover_claim *claim,
                                         skr_err *err);

/*
 * Writes all runs as the coverage layer of the segment, contig by contig. Nothing can be added
 * after it. Errors: IO, NOMEM, LIMIT, INTERRUPTED.
 */
SKR_MUST_USE int skr_import_coverage_write(skr_import *import, skr_segment_writer *writer,
                                           skr_err *err);

/* Frees. NULL is allowed. */
void skr_import_coverage_free(skr_import_coverage *coverage);

#endif
