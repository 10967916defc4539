/*
 * A manifest of the format before is read: what it does not have is none, or follows from it.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/crc32c.h"
#include "storage/block/format.h"
#include "storage/manifest.h"

static skr_err err;

/* Puts right checksums on bytes that were changed, so that what lies after them is reached. */
static void seal(uint8_t *bytes, size_t n)
{
    uint32_t crc = skr_crc32c(bytes, SKR_FORMAT_MANIFEST_CRC_AT);
    for (unsigned i = 0; i < 4; i++)
        bytes[SKR_FORMAT_MANIFEST_CRC_AT + i] = (uint8_t)(crc >> 8 * i);
    crc = skr_crc32c(bytes, n - 4);
    for (unsigned i = 0; i < 4; i++)
        bytes[n - 4 + i] = (uint8_t)(crc >> 8 * i);
}

/* As the format before wrote the manifest of one delivery of two samples. */
Test(manifest_decode, reads_the_format_before)
{
    static const uint8_t body[] = {5, 9,                               /* generation, next file */
                                   1, 1, 'd',                          /* datasets */
                                   1, 1, 'A', 1,   1, '1', 100, 0,  0, /* assemblies */
                                   1, 5, 7,   0,   0, 0,   2,   40, 0, 0, /* deliveries */
                                   1, 1, 's', 200, 1, 1,   2,   3,  4, 0,
                                   0, 0, 2,   40,  1, 1,   0,   1,  1, /* segments */
                                   0, 0};                              /* people, ontology */
    uint8_t bytes[SKR_FORMAT_MANIFEST_HEADER_SIZE + sizeof body + 4] = {0};
    memcpy(bytes, SKR_FORMAT_MANIFEST_MAGIC, SKR_FORMAT_MAGIC_SIZE);
    bytes[SKR_FORMAT_VERSION_AT] = 3;
    bytes[SKR_FORMAT_MANIFEST_N_BYTES_AT] = sizeof bytes;
    memcpy(bytes + SKR_FORMAT_MANIFEST_HEADER_SIZE, body, sizeof body);
    seal(bytes, sizeof bytes);
    skr_manifest *manifest = NULL;
    cr_assert(zero(int, skr_manifest_decode(bytes, sizeof bytes, &manifest, &err)), "%s",
              err.message);
    cr_assert(eq(u64, manifest->datasets[0].version, 1));
    cr_assert(zero(u32, manifest->datasets[0].flags));
    cr_assert(not(manifest->has_key));
    const skr_segment_entry *segment = &manifest->segments[0];
    cr_assert(eq(u32, segment->n_parts, 1));
    cr_assert(eq(u32, skr_manifest_part_sample(&segment->parts[0], 1), 1));
    cr_assert(eq(u32, skr_manifest_part_find(&segment->parts[0], 2), SKR_NONE));
    cr_assert(skr_manifest_is_superseded(segment, 0, 1));
    cr_assert(eq(u64, segment->n_rows, 40));
    skr_manifest_free(manifest);
}
