/*
 * manifest_fuzz.c - any bytes as a manifest: refused, or written again byte for byte; one of the
 * format before is written in this one, and that again byte for byte.
 *
 * Each input is tried as it is, and with its size and checksums put right, so that what lies after
 * them is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/buffer.h"
#include "storage/base/crc32c.h"
#include "storage/block/format.h"
#include "storage/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void try_bytes(const uint8_t *bytes, size_t n_bytes)
{
    skr_manifest *manifest = NULL;
    skr_buffer again = {0};
    skr_err err = {0};
    int status = skr_manifest_decode(bytes, n_bytes, &manifest, &err);
    if (status == SKR_OK) {
        if (skr_manifest_encode(manifest, &again, &err) < 0)
            abort();
        if (bytes[SKR_FORMAT_VERSION_AT] < SKR_FORMAT_VERSION)
            try_bytes(again.bytes, again.n);
        else if (again.n != n_bytes || memcmp(again.bytes, bytes, n_bytes) != 0)
            abort();
    } else if (status != SKR_ERR_CORRUPT && status != SKR_ERR_VERSION) {
        abort();
    }
    skr_buffer_done(&again);
    skr_manifest_free(manifest);
}

static void put(uint8_t *bytes, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static void try_sealed(const uint8_t *bytes, size_t n_bytes, uint32_t version)
{
    uint8_t *sealed = malloc(n_bytes);
    if (sealed == NULL)
        return;
    memcpy(sealed, bytes, n_bytes);
    memcpy(sealed, SKR_FORMAT_MANIFEST_MAGIC, SKR_FORMAT_MAGIC_SIZE);
    put(sealed + SKR_FORMAT_VERSION_AT, version, 4);
    put(sealed + SKR_FORMAT_MANIFEST_N_BYTES_AT, n_bytes, 8);
    put(sealed + SKR_FORMAT_MANIFEST_ZERO_AT, 0, 8);
    put(sealed + SKR_FORMAT_MANIFEST_CRC_AT, skr_crc32c(sealed, SKR_FORMAT_MANIFEST_CRC_AT), 4);
    put(sealed + n_bytes - 4, skr_crc32c(sealed, n_bytes - 4), 4);
    try_bytes(sealed, n_bytes);
    free(sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    try_bytes(bytes, n_bytes);
    if (n_bytes < SKR_FORMAT_MANIFEST_HEADER_SIZE + SKR_FORMAT_MANIFEST_END_SIZE)
        return 0;
    for (uint32_t version = SKR_FORMAT_VERSION_OLDEST; version <= SKR_FORMAT_VERSION; version++)
        try_sealed(bytes, n_bytes, version);
    return 0;
}
