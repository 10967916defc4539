/*
 * import_read.h - the records of all files, each turned into fragments.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_READ_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_READ_H

#include "engine/import/genomes/import_int.h"

/*
 * Reads every file that is not known: import->batch has their fragments then. This is where a file
 * gets its reader. Errors: INPUT, NOT_YET, IO, INTERRUPTED, NOMEM.
 */
SKR_MUST_USE int skr_import_read(skr_import *import, skr_err *err);

#endif
