/*
 * block.c - turns a stored block back into the bytes its writer was given.
 *
 * A block is described from outside: its reference, in the directory of its file, says where it
 * lies, how long it is and what its checksum is. A checksum inside the block would go astray
 * together with it.
 */
#include "storage/block/block.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "storage/base/crc32c.h"
#include "storage/base/limits.h"

struct skr_block_decoder {
    ZSTD_DCtx *zstd; /* made by the first block that needs it: as dear as decoding 12 KiB */
};

int skr_block_decoder_new(skr_block_decoder **ret_decoder, skr_err *err)
{
    skr_block_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL)
        return skr_fail_nomem(err, "block decoder");
    *ret_decoder = decoder;
    return SKR_OK;
}

static int check_lengths(const skr_block_ref *ref, skr_err *err)
{
    if (ref->n_raw > SKR_BLOCK_RAW_MAX)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "block at %" PRIu64 ": %" PRIu32 " bytes decoded, the limit is %u",
                        ref->offset, ref->n_raw, SKR_BLOCK_RAW_MAX);
    if (ref->codec != SKR_CODEC_PLAIN && ref->codec != SKR_CODEC_ZSTD)
        return skr_fail(err, SKR_ERR_CORRUPT, "block at %" PRIu64 ": unknown codec %" PRIu32,
                        ref->offset, ref->codec);
    bool is_plain = ref->codec == SKR_CODEC_PLAIN;
    if (is_plain ? ref->n_packed != ref->n_raw : ref->n_packed >= ref->n_raw)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "block at %" PRIu64 ": %" PRIu32 " bytes cannot be %" PRIu32 " decoded",
                        ref->offset, ref->n_packed, ref->n_raw);
    return SKR_OK;
}

int skr_block_check(const skr_block_ref *ref, const uint8_t *packed, skr_err *err)
{
    SKR_TRY(check_lengths(ref, err));
    uint32_t crc = skr_crc32c(packed, ref->n_packed);
    if (crc != ref->crc)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "block at %" PRIu64 ": checksum %08" PRIx32 ", expected %08" PRIx32,
                        ref->offset, crc, ref->crc);
    return SKR_OK;
}

int skr_block_decode(skr_block_decoder *decoder, const skr_block_ref *ref, const uint8_t *packed,
                     uint8_t *raw, skr_err *err)
{
    int status = skr_block_check(ref, packed, err);
    if (status < 0)
        return status;
    if (ref->codec == SKR_CODEC_PLAIN) {
        if (ref->n_raw > 0)
            memcpy(raw, packed, ref->n_raw);
        return SKR_OK;
    }
    if (decoder->zstd == NULL)
        decoder->zstd = ZSTD_createDCtx();
    if (decoder->zstd == NULL)
        return skr_fail_nomem(err, "block decoder");
    size_t n_raw = ZSTD_decompressDCtx(decoder->zstd, raw, ref->n_raw, packed, ref->n_packed);
    if (ZSTD_isError(n_raw))
        return skr_fail(err, SKR_ERR_CORRUPT, "block at %" PRIu64 ": %s", ref->offset,
                        ZSTD_getErrorName(n_raw));
    if (n_raw != ref->n_raw)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "block at %" PRIu64 ": %zu bytes decoded, expected %" PRIu32, ref->offset,
                        n_raw, ref->n_raw);
    return SKR_OK;
}

void skr_block_decoder_free(skr_block_decoder *decoder)
{
    if (decoder == NULL)
        return;
    (void)ZSTD_freeDCtx(decoder->zstd);
    free(decoder);
}

/* ------------------------------------------------------------------ references */

int skr_block_ref_put(skr_buffer *directory, const skr_block_ref *ref, skr_err *err)
{
    SKR_TRY(skr_buffer_put_u64(directory, ref->offset, err));
    SKR_TRY(skr_buffer_put_u32(directory, ref->n_packed, err));
    SKR_TRY(skr_buffer_put_u32(directory, ref->n_raw, err));
    SKR_TRY(skr_buffer_put_u32(directory, ref->crc, err));
    return skr_buffer_put_u32(directory, ref->codec, err);
}

skr_block_ref skr_block_ref_take(skr_cursor *directory)
{
    skr_block_ref ref;
    ref.offset = skr_cursor_u64(directory);
    ref.n_packed = skr_cursor_u32(directory);
    ref.n_raw = skr_cursor_u32(directory);
    ref.crc = skr_cursor_u32(directory);
    ref.codec = skr_cursor_u32(directory);
    return ref;
}
