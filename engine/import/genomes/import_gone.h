/*
 * import_gone.h - samples whose people have withdrawn: left out, or readmitted.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_GONE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_GONE_H

#include "engine/import/genomes/import_int.h"

/*
 * Is a sample to be left out, because its individual has withdrawn, or the sample itself did under
 * this name? line: its own of --samples, or NULL. Counts it and keeps the first names for the
 * warning; where people are readmitted, takes the digests off instead. Errors: NOMEM.
 */
SKR_MUST_USE int skr_import_gone_ask(skr_import *import, const char *name,
                                     const skr_sample_line *line, bool *ret_is_gone, skr_err *err);

/* Names the first of those that were left out. */
void skr_import_gone_warn(const skr_import *import);
void skr_import_gone_free(skr_import_gone *gone);

#endif
