/*
 * cohort_cram.h - the reads of people as CRAM files, and the reference that they lie on.
 */
#ifndef SKR_TOOLS_COHORT_CRAM_H
#define SKR_TOOLS_COHORT_CRAM_H

#include "tools/cohort/cohort_genomes.h"

/*
 * Writes NAME.cram, with an index, of every wanted person, and reference.fa into a folder, which is
 * made if it is missing. Before the stretch the reference is N. Errors: IO, NOMEM.
 */
SKR_MUST_USE int cohort_cram_write(const cohort_genomes *genomes, const char *folder, skr_err *err);

#endif
