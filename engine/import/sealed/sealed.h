/*
 * sealed.h - the plain bytes of a Crypt4GH file, block by block.
 *
 * No byte is given out before its block's MAC was found right. The format shows neither the order
 * of blocks nor that the last is there, unless it numbers them. Besides it, what is looked at here:
 * no block comes twice (one nonce of a key is for one block); and where blocks are not numbered and
 * there are several, the bytes in them must be of a form that has sums of its own, gzip, bgzip, zip
 * or CRAM 3, in which a missing, moved or foreign block shows.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SEALED_H
#define SKR_ENGINE_IMPORT_SEALED_SEALED_H

#include "engine/import/sealed/seal_header.h"

typedef struct skr_sealed skr_sealed;

/* Do the first n bytes of a file say that it is sealed? */
bool skr_sealed_is(const uint8_t *bytes, size_t n);

/* Reads the header. What input points to must outlive *ret_sealed, which the caller owns. Errors:
 * those of the header; INPUT, no key was given. */
SKR_MUST_USE int skr_sealed_open(const skr_seal_input *input, skr_sealed **ret_sealed,
                                 skr_err *err);

/* Lends the plain bytes that come next, at least one; *ret_n is 0 at the end, which is checked.
 * Errors: INPUT naming the block, IO, NOMEM. */
SKR_MUST_USE int skr_sealed_next(skr_sealed *sealed, const uint8_t **ret_bytes, size_t *ret_n,
                                 skr_err *err);

/* Wipes and frees. NULL is allowed. */
void skr_sealed_free(skr_sealed *sealed);

#endif
