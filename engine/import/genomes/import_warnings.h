/*
 * import_warnings.h - what people should know of a delivery that was taken.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_WARNINGS_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_WARNINGS_H

#include "engine/import/genomes/import_int.h"

/* What follows from a name of an assembly that nobody knows; told before the delivery is there. */
void skr_import_warnings_assembly(const skr_import *import);

/* Everything else, when it is there. */
void skr_import_warnings(const skr_import *import);

#endif
