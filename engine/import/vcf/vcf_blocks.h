/*
 * vcf_blocks.h - unpacks a bgzipped file in order, on several threads.
 *
 * The blocks of a large file of genotypes are much alike: a stretch of 0/0 packs to the same bytes
 * every time. A block whose packed bytes are those of one that was unpacked before is copied, and
 * neither inflated nor summed again. What comes out does not depend on the number of threads.
 *
 * Threads: one owner; those that unpack are inside.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_BLOCKS_H
#define SKR_ENGINE_IMPORT_VCF_VCF_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/sealed/input.h"
#include "storage/base/err.h"

/* Zeros after the bytes of a batch, which may be looked at and written to. */
#define SKR_BLOCKS_SPARE 16u

/* Bytes of a packed block at most, and so of its header. */
#define SKR_BLOCKS_PACKED_MAX 65536u

/* A stretch of unpacked bytes, which the owner may write to. */
typedef struct skr_block_batch {
    uint8_t *bytes;
    size_t n;
    bool is_end;  /* the file ends after it */
    bool is_bad;  /* what comes after it is damaged or cut short, or */
    bool is_gzip; /* is_bad too: a gzip member that is no block, at skr_blocks_position */
} skr_block_batch;

typedef struct skr_blocks skr_blocks;

/*
 * Do the first n bytes of a file begin a bgzipped one? SKR_BLOCKS_PACKED_MAX are enough. A block is
 * a gzip member with a subfield BC of two bytes somewhere in its extra field; other subfields, a
 * name, a comment and a sum of the header may be there (RFC 1952, SAM specification 4.1).
 */
bool skr_blocks_is_bgzf(const uint8_t *bytes, size_t n);

/*
 * Reads an input, which stays the caller's, from where it is, with n_threads in all. The caller
 * owns *ret_blocks. Errors: NOMEM.
 */
SKR_MUST_USE int skr_blocks_new(skr_input *from, unsigned n_threads, skr_blocks **ret_blocks,
                                skr_err *err);

/*
 * The next batch, after the last n_rest bytes of the present one, which it begins with. The
 * present one is gone. Errors: those of the input.
 */
SKR_MUST_USE int skr_blocks_next(skr_blocks *blocks, size_t n_rest, skr_block_batch *ret_batch,
                                 skr_err *err);

/* How many bytes of the input are in batches. */
uint64_t skr_blocks_position(const skr_blocks *blocks);

/* At the end: was the last block an empty one, with which a whole file ends? */
bool skr_blocks_has_end_mark(const skr_blocks *blocks);

/* Ends the threads and frees. NULL is allowed. */
void skr_blocks_free(skr_blocks *blocks);

#endif
