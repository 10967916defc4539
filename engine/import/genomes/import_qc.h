/*
 * import_qc.h - the limits of --qc: which samples are beyond them, and an import without those.
 *
 * How good a sample is is known when the segment is written. Where samples are set aside it is
 * thrown away and written once more, from the same fragments and runs; what is left is what
 * would be there if the sheet had said primary=no of them, with the facts as they were counted.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_QC_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_QC_H

#include "engine/import/genomes/import_int.h"

/*
 * Compares the facts, which are all there, with the limits. *ret_again is set where samples were
 * set aside: import->samples is without them, and local numbers of files are SKR_NONE where theirs
 * were. Nothing is compared a second time. Errors: INPUT, where a sample refuses the delivery or
 * none is left; NOMEM.
 */
SKR_MUST_USE int skr_import_qc_judge(skr_import *import, bool *ret_again, skr_err *err);

/* The number of a sample that had another one when it was read; SKR_NONE: it is set aside. */
uint32_t skr_import_qc_number(const skr_import *import, uint32_t sample);

/* How many samples there were when they were read: a column of a file is one of them. */
uint32_t skr_import_qc_n_read(const skr_import *import);

/* When the segment is written: columns that were set aside are none of the files' any more. */
void skr_import_qc_forget(skr_import *import);

/* Says who was set aside, and what could not be compared. */
void skr_import_qc_warn(const skr_import *import);

/* Appends " qc=KEY=N,..."; nothing without limits. Errors: NOMEM. */
SKR_MUST_USE int skr_import_qc_print(const skr_qc *qc, skr_buffer *text, skr_err *err);

/* Frees what import->qc has. */
void skr_import_qc_done(skr_import *import);

#endif
