/*
 * import_evidence.h - what a delivery says of its assembly, and the names of its contigs.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_EVIDENCE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_EVIDENCE_H

#include "engine/import/genomes/import_int.h"

/* Refuses a file whose header contradicts --assembly; warns of what is odd. Errors: INPUT. */
SKR_MUST_USE int skr_import_evidence_header(skr_import *import, const skr_import_file *file,
                                            const skr_vcf *vcf, skr_err *err);

/* Refuses the length of a contig (canonical) that a source gives, if it is another assembly's. */
SKR_MUST_USE int skr_import_evidence_length(const skr_import *import, const char *source,
                                            const char *contig, uint32_t length,
                                            skr_length_says *ret_says, skr_err *err);

/*
 * The name in the store of a contig that a file writes so. canonical: SKR_NAME_MAX + 1 bytes.
 * *ret_is_rejected: it is a mitochondrion of another length. Errors: INPUT for an accession of
 * another assembly, a number for X, Y or MT that nothing proves, a length that contradicts the
 * store's.
 */
SKR_MUST_USE int skr_import_evidence_contig(const skr_import *import, const skr_import_file *file,
                                            const skr_vcf *vcf, const char *written,
                                            char *canonical, bool *ret_is_rejected, skr_err *err);

#endif
