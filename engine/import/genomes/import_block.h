/*
 * import_block.h - reference blocks: what they say of the bases that they cover (rule 7).
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_BLOCK_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_BLOCK_H

#include "engine/import/genomes/record_keys.h"

/*
 * Is the present record a stretch of reference, and nothing else: ALTs that may be anything
 * (<NON_REF>, <*>), or none and an end or a length, or '*' alone with one?
 */
bool skr_import_is_block(const skr_place *at);

/*
 * Adds what a block says to the coverage layer; agrees: its REF is that of the reference, or there
 * is none. A block that disagrees makes its bases undecided. Errors: INPUT, IO, NOMEM.
 */
SKR_MUST_USE int skr_import_block(const skr_place *at, bool agrees, skr_err *err);

/*
 * Adds [start0, end0) of the file's samples in a ploidy, with these calls, to the coverage layer.
 * Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_import_block_cover(const skr_place *at, const uint32_t place0[2],
                                        skr_ploidy ploidy, const skr_call_set *calls, skr_err *err);

/*
 * Of a record of alleles that has FORMAT/LEN too: a sample of REF alone is called over its length,
 * beyond the record's REF. calls are those of a ploidy. Errors: as above.
 */
SKR_MUST_USE int skr_import_block_tails(const skr_place *at, skr_ploidy ploidy,
                                        const skr_call_set *calls, skr_err *err);

#endif
