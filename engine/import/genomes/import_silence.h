/*
 * import_silence.h - what the files of a delivery say by having no record.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_SILENCE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_SILENCE_H

#include "engine/import/genomes/import_int.h"

/* --absent-is hom-ref, when all records are read. Errors: INPUT, NOMEM, IO. */
SKR_MUST_USE int skr_import_silence_claim(skr_import *import, skr_err *err);

/* Refuses --absent-is hom-ref for a file with reference blocks. Errors: INPUT. */
SKR_MUST_USE int skr_import_silence_check(const skr_import *import, const skr_import_file *file,
                                          skr_err *err);

#endif
