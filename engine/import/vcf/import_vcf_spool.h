/*
 * import_vcf_spool.h - keeps what a pipe gives, because an import reads its files more than once.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_IMPORT_VCF_SPOOL_H
#define SKR_ENGINE_IMPORT_VCF_IMPORT_VCF_SPOOL_H

#include "engine/import/genomes/import_int.h"
#include "storage/base/err.h"

/*
 * Copies everything that `from` gives into a scratch file of the transaction, packed unless it is.
 * What shows itself to be no VCF is refused on the way: import_vcf_stream.h.
 * Sets the file's path, size, is_spooled and the digest of the bytes that came, and adds to the
 * import's n_spooled_read and n_spooled_kept. `from` stays open. Errors: INPUT, NOT_YET; IO (no
 * room too; says how much came), INTERRUPTED, NOMEM.
 */
SKR_MUST_USE int skr_import_spool(skr_import *import, skr_import_file *file, int from,
                                  skr_err *err);

#endif
