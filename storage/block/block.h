/*
 * block.h - one compressed, checksummed run of bytes, described from outside.
 *
 * A block's reference lies in the directory of its file, never in the block, so a block that a disk
 * wrote or read at the wrong place is refused.
 */
#ifndef SKR_STORAGE_BLOCK_BLOCK_H
#define SKR_STORAGE_BLOCK_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"

typedef enum skr_codec {
    SKR_CODEC_PLAIN = 0, /* stored as they are */
    SKR_CODEC_ZSTD = 1,  /* one zstd frame */
} skr_codec;

/* Where a block lies and what it must be. 24 bytes in a directory (docs/format.md). */
typedef struct skr_block_ref {
    uint64_t offset;   /* bytes from the start of the file */
    uint32_t n_packed; /* bytes on disk */
    uint32_t n_raw;    /* bytes decoded, 0 to SKR_BLOCK_RAW_MAX */
    uint32_t crc;      /* CRC-32C of the packed bytes */
    uint32_t codec;    /* skr_codec */
} skr_block_ref;

/* Appends a reference to a directory in its 24 stored bytes, and reads one back. Errors: NOMEM. */
SKR_MUST_USE int skr_block_ref_put(skr_buffer *directory, const skr_block_ref *ref, skr_err *err);
skr_block_ref skr_block_ref_take(skr_cursor *directory);

/* Decodes blocks, one at a time, for one thread. Holds the memory that decoding needs. */
typedef struct skr_block_decoder skr_block_decoder;

/* The caller owns *ret_decoder. Errors: NOMEM. */
SKR_MUST_USE int skr_block_decoder_new(skr_block_decoder **ret_decoder, skr_err *err);

/*
 * Checks and decodes the ref->n_packed bytes at packed into raw, which has room for ref->n_raw
 * bytes. Order: length, checksum, structure, range. Errors: CORRUPT, naming the offset.
 */
SKR_MUST_USE int skr_block_decode(skr_block_decoder *decoder, const skr_block_ref *ref,
                                  const uint8_t *packed, uint8_t *raw, skr_err *err);

/* The checks of a plain block, whose packed bytes are the bytes themselves. Errors: as above. */
SKR_MUST_USE int skr_block_check(const skr_block_ref *ref, const uint8_t *packed, skr_err *err);

/* Frees a decoder. NULL is allowed. */
void skr_block_decoder_free(skr_block_decoder *decoder);

#endif
