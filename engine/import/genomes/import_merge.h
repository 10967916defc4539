/*
 * import_merge.h - what several records say of one allele, sample by sample: rule 4 on fragments.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_MERGE_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/import/genomes/import_int.h"
#include "engine/import/genotypes/spellings.h"

typedef struct skr_import_merge skr_import_merge;

/* The caller owns *ret_merge; import outlives it. Errors: NOMEM. */
SKR_MUST_USE int skr_import_merge_new(const skr_import *import, skr_import_merge **ret_merge,
                                      skr_err *err);

/*
 * Lays the fragments of one row, in any order, over all samples of the segment. *ret_all has one of
 * import->samples.names.n each and belongs to the merge until the next call; *ret_has_several tells
 * whether a sample has more than one record. Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_import_merge_row(skr_import_merge *merge, const skr_fragment *fragments,
                                      size_t n, const skr_spellings **ret_all,
                                      bool *ret_has_several, skr_err *err);

/* Frees. NULL is allowed. */
void skr_import_merge_free(skr_import_merge *merge);

#endif
