/*
 * segment_phase.h - the phase of a row: on which haplotype those have the allele who have one copy.
 *
 * With the row's carriers and calls this tells both haplotypes of each sample. Of one that is
 * called in full and carries no copy neither haplotype has the allele, of one with two copies both
 * have it, whether it was phased or not. A carrier of one copy that was phased has it on the
 * haplotype that is told, and the other one is called otherwise, or unknown where the carrier is
 * partial. Haplotypes of two rows are compared where they are of one set (haplotypes.h). How a
 * genotype of two equal copies was written, 0/0 or 0|0, is not kept: it is the same haplotypes.
 *
 * Threads: as a writer, and as a view.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_PHASE_H
#define SKR_STORAGE_SEGMENT_SEGMENT_PHASE_H

#include "storage/carriers/haplotypes.h"
#include "storage/segment/segment.h"

/* The phase of the row that is added next, which is not copied: all are its carriers of one copy
 * (checked). Without this nobody was phased. */
void skr_segment_writer_phase(skr_segment_writer *writer, const skr_haplotypes *phased);

/*
 * The phase of a row, into phased, which is cleared first. carriers: what skr_segment_view_decode
 * gave of it. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_phase(skr_segment_view *view, size_t tile, uint32_t row,
                                        const skr_carriers *carriers, skr_haplotypes *phased,
                                        skr_err *err);

#endif
