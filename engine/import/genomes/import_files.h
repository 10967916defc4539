/*
 * import_files.h - the files of a delivery before their records: bytes, options, samples.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_FILES_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_FILES_H

#include "engine/import/genomes/import_int.h"

/* Spools pipes, digests every file, reads its header, numbers the samples that count. */
SKR_MUST_USE int skr_import_files_look(skr_import *import, skr_err *err);

/* Frees what the files hold. */
void skr_import_files_done(skr_import *import);

#endif
