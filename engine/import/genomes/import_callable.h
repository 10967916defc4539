/*
 * import_callable.h - the BED of --callable: where silence of the delivery's samples is reference.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_CALLABLE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_CALLABLE_H

#include "engine/import/genomes/import_int.h"

/* Reads the BED, if the request names one, and its digest. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_import_callable_read(skr_import *import, skr_err *err);

/* The header of a file has a contig (canonical name) of this length. Errors: NOMEM. */
SKR_MUST_USE int skr_import_callable_declare(skr_import *import, const char *canonical,
                                             uint32_t length, skr_err *err);

/*
 * All records are read: adds the BED to the coverage of every sample, but where the store has the
 * contig of that sample by records already. Counts what lies past the end of a contig, and on
 * contigs that neither the assembly nor a header has. Errors: INPUT, IO, NOMEM.
 */
SKR_MUST_USE int skr_import_callable_claim(skr_import *import, skr_err *err);

/* Frees what was read. */
void skr_import_callable_done(skr_import *import);

#endif
