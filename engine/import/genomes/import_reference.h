/*
 * import_reference.h - the bases that records are compared with and moved along.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_REFERENCE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_REFERENCE_H

#include "engine/import/genomes/import_int.h"

/* Opens the store's reference and the FASTA. Errors: INPUT, NOT_YET, those of the store. */
SKR_MUST_USE int skr_import_reference_open(skr_import *import, skr_err *err);

/* A contig is met: finds its sequence, and compares it with the store's. */
SKR_MUST_USE int skr_import_reference_contig(skr_import *import, skr_import_contig *contig,
                                             skr_err *err);

/* Are the contigs that known files touch the same in the FASTA? For deliveries that are no news. */
SKR_MUST_USE int skr_import_reference_check_known(skr_import *import, skr_err *err);

/* n bases from start0; *ret_n fewer past the end. */
SKR_MUST_USE int skr_import_reference_bases(skr_import *import, const skr_import_contig *contig,
                                            uint32_t start0, uint32_t n, char *bases,
                                            uint32_t *ret_n, skr_err *err);

/*
 * Compares REF of a record on a contig that has a reference; N, of either, agrees with all, other
 * letters with their bases. Sets at->has_ref. Errors: those of the store, NOMEM.
 */
struct skr_place;
SKR_MUST_USE int skr_import_reference_agrees(struct skr_place *at, bool *ret_agrees, skr_err *err);

/* Ends the reference file and names it in the manifest. */
SKR_MUST_USE int skr_import_reference_finish(skr_import *import, skr_err *err);

/* Closes both references, and gives up one that was not finished. */
void skr_import_reference_close(skr_import *import);

#endif
