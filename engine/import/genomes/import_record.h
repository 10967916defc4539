/*
 * import_record.h - from a record to fragments.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_RECORD_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_RECORD_H

#include "engine/import/genomes/record_keys.h"

/*
 * Adds the part of [start0, end0) that lies in a ploidy as spans, with the calls in
 * import->record.body: import_record.c. Uses import, file, contig and assembly of the place.
 * Errors: NOMEM, IO.
 */
SKR_MUST_USE int skr_import_record_spans(const skr_place *at, uint32_t start0, uint32_t end0,
                                         skr_ploidy ploidy, skr_err *err);

/* Turns the present record of a file into fragments. */
SKR_MUST_USE int skr_import_record(skr_import *import, uint32_t file, const skr_vcf *vcf,
                                   const skr_vcf_record *record, skr_err *err);

#endif
