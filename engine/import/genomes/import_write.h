/*
 * import_write.h - from sorted fragments to a segment.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_WRITE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_WRITE_H

#include "engine/import/genomes/import_int.h"

/* Writes the fragments as a segment: import->segment, import->n_rows. */
SKR_MUST_USE int skr_import_write(skr_import *import, skr_err *err);

#endif
