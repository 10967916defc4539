/*
 * import_parts.h - files of one delivery that name the same sample.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_PARTS_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_PARTS_H

#include "engine/import/genomes/import_int.h"

/* Two files have a sample of one name. */
void skr_import_parts_join(skr_import *import, uint32_t one, uint32_t other);

/* Has a file records on a contig (index in the assembly)? */
bool skr_import_parts_uses(const skr_import *import, const skr_import_file *file, uint32_t contig);

/* Has another file, which has all samples of this one, records on a contig? Errors: NOMEM. */
SKR_MUST_USE int skr_import_parts_have(const skr_import *import, const skr_import_file *file,
                                       uint32_t contig, bool *ret_have, skr_err *err);

/*
 * A file has a first record on a contig: refused if another file has a sample of it there too,
 * unless both have the same samples, two or more: such files may be stretches of one joint file.
 */
SKR_MUST_USE int skr_import_parts_check(const skr_import *import, const skr_import_file *file,
                                        uint32_t contig, skr_err *err);

/* All records are read. Errors: INPUT, where stretches of one joint file overlap; NOMEM. */
SKR_MUST_USE int skr_import_parts_check_stretches(const skr_import *import, skr_err *err);

/* Numbers the files that are stretches of one contig: phase is never compared over two of them. */
void skr_import_parts_number(skr_import *import);

/* Tells of files without a record that were taken for parts of other files' people. */
void skr_import_parts_warn(const skr_import *import);

#endif
