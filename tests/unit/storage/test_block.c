/*
 * A block read back is the block written, or it is refused: never anything in between.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <zstd.h>

#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/block/block.h"

static const char rows[] = "0|0 0|1 1|1 0|0 0|0 0|0 0|0 0|0 0|1 0|0 0|0 0|0 0|0 0|0 0|0 0|0 0|0";
static uint8_t packed[256];
static uint8_t raw[256];
static skr_block_ref ref;
static skr_block_decoder *decoder;
static skr_err err;

static void set_up(void)
{
    size_t n_packed = ZSTD_compress(packed, sizeof packed, rows, sizeof rows, 3);
    ref = (skr_block_ref){.offset = 64, .n_packed = (uint32_t)n_packed, .n_raw = sizeof rows};
    ref.crc = skr_crc32c(packed, n_packed);
    ref.codec = SKR_CODEC_ZSTD;
    cr_assert(zero(int, skr_block_decoder_new(&decoder, &err)));
}

static void tear_down(void)
{
    skr_block_decoder_free(decoder);
    skr_block_decoder_free(NULL);
}

TestSuite(block, .init = set_up, .fini = tear_down);

Test(block, reads_back_what_was_written)
{
    cr_assert(zero(int, skr_block_decode(decoder, &ref, packed, raw, &err)));
    cr_assert(zero(int, memcmp(raw, rows, sizeof rows)));

    skr_block_ref plain = {.n_packed = sizeof rows, .n_raw = sizeof rows};
    plain.crc = skr_crc32c(rows, sizeof rows);
    memset(raw, 0, sizeof raw);
    cr_assert(zero(int, skr_block_decode(decoder, &plain, (const uint8_t *)rows, raw, &err)));
    cr_assert(zero(int, memcmp(raw, rows, sizeof rows)));
}

Test(block, refuses_any_single_flipped_bit)
{
    for (uint32_t bit = 0; bit < 8 * ref.n_packed; bit++) {
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert(eq(int, skr_block_decode(decoder, &ref, packed, raw, &err), SKR_ERR_CORRUPT),
                  "bit %u", bit);
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

Test(block, refuses_what_a_forger_with_a_checksum_writes)
{
    /* The checksum is right each time, so that what lies after it is reached. */
    for (uint32_t bit = 0; bit < 8 * ref.n_packed; bit++) {
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        skr_block_ref forged = ref;
        forged.crc = skr_crc32c(packed, ref.n_packed);
        int status = skr_block_decode(decoder, &forged, packed, raw, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT, "bit %u", bit);
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

Test(block, refuses_wrong_lengths_and_codecs)
{
    skr_block_ref bad[6];
    for (size_t i = 0; i < 6; i++)
        bad[i] = ref;
    bad[0].n_raw = SKR_BLOCK_RAW_MAX + 1;
    bad[1].n_raw--;
    bad[2].n_raw++;
    bad[3].codec = SKR_CODEC_PLAIN;
    bad[4].codec = 2;
    bad[5].n_raw = bad[5].n_packed;
    for (size_t i = 0; i < 6; i++) {
        cr_assert(eq(int, skr_block_decode(decoder, &bad[i], packed, raw, &err), SKR_ERR_CORRUPT),
                  "case %zu", i);
        cr_assert(ne(ptr, strstr(err.message, "64"), NULL), "%s", err.message);
    }
}
