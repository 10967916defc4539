/*
 * record_haplotypes.h - on which haplotype those have an allele who have one copy of it: what a
 * segment keeps of the phase of genotypes.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_RECORD_HAPLOTYPES_H
#define SKR_ENGINE_IMPORT_GENOMES_RECORD_HAPLOTYPES_H

#include "engine/import/genomes/record_phase.h"
#include "storage/carriers/copies.h"
#include "storage/carriers/haplotypes.h"

/* Zero-initialise; free with _done. */
typedef struct skr_record_haplotypes {
    skr_haplotypes phased;
    skr_buffer flips; /* scratch: a bit a sample */
} skr_record_haplotypes;

/* Frees. */
void skr_record_haplotypes_done(skr_record_haplotypes *haplotypes);

/* Have the haplotypes of a sample an order in a ploidy? On X and Y, if the sex is known. */
bool skr_record_haplotypes_are_known(skr_ploidy ploidy, skr_karyotype karyotype);

/* Whose fragment it is. */
typedef struct skr_record_samples {
    uint32_t n;
    const uint8_t *expected; /* copies, in the ploidy */
    const skr_karyotype *karyotypes;
    skr_ploidy ploidy;
    uint32_t part; /* of the file */
} skr_record_samples;

/*
 * Reads what a fragment keeps of phase, from behind its carriers, into haplotypes->phased, which is
 * cleared first. The cursor's is_bad tells damage. Errors: NOMEM.
 */
SKR_MUST_USE int skr_record_haplotypes_read(skr_record_haplotypes *haplotypes, skr_cursor *cursor,
                                            const skr_record_samples *samples,
                                            const skr_carriers *carriers, skr_err *err);

/*
 * Adds what several records of a sample say together, if it is a carrier of one copy and its phase
 * is known; parts: of each file. Samples ascend. Errors: NOMEM.
 */
SKR_MUST_USE int skr_record_haplotypes_add(skr_record_haplotypes *haplotypes, uint32_t sample,
                                           const skr_spellings *all, uint8_t n_this, uint32_t part,
                                           skr_err *err);

#endif
