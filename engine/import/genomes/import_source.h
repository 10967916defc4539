/*
 * import_source.h - a file of a delivery before its header is read: what it is, its bytes, and of
 * reads what they say.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_SOURCE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_SOURCE_H

#include "engine/import/genomes/import_int.h"
#include "engine/import/reads/reads.h"

/* Finds out what the path names, and spools what cannot be read twice. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_import_source_open(skr_import *import, skr_import_file *file, skr_err *err);

/* Refuses options that reads do not have, and those that only reads have. Errors: USAGE. */
SKR_MUST_USE int skr_import_source_check(const skr_import *import, skr_err *err);

/*
 * Reads the header of a file of reads. samples: gets its one sample. The caller owns *ret_reads.
 * Errors: USAGE (no --reference), INPUT, NOMEM.
 */
SKR_MUST_USE int skr_import_source_reads(skr_import *import, skr_import_file *file,
                                         skr_names *samples, skr_reads **ret_reads, skr_err *err);

/*
 * Goes through the reads, of a person of this karyotype, and makes the gVCF that the import then
 * reads in their place. Errors: INPUT, IO, NOMEM, INTERRUPTED.
 */
SKR_MUST_USE int skr_import_source_write(skr_import *import, skr_import_file *file,
                                         skr_reads *reads, skr_karyotype karyotype, skr_err *err);

#endif
