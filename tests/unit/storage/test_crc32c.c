/*
 * The checksum is CRC-32C, and the processor's instruction and the table agree on it.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/crc32c.h"

Test(crc32c, gives_the_vectors_of_rfc_3720)
{
    uint8_t bytes[32] = {0};
    cr_assert(eq(u32, skr_crc32c(bytes, 32), 0x8a9136aau));
    memset(bytes, 0xff, sizeof bytes);
    cr_assert(eq(u32, skr_crc32c(bytes, 32), 0x62a8ab43u));
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    cr_assert(eq(u32, skr_crc32c(bytes, 32), 0x46dd794eu));
    cr_assert(eq(u32, skr_crc32c("123456789", 9), 0xe3069283u));
    cr_assert(eq(u32, skr_crc32c("", 0), 0));
}

Test(crc32c, instruction_and_table_agree)
{
    uint8_t bytes[300];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + i / 5);
    for (unsigned from = 0; from < 9; from++)
        for (unsigned n = 0; from + n <= sizeof bytes; n++)
            cr_assert(eq(u32, skr_crc32c(bytes + from, n), skr_crc32c_plain(bytes + from, n)));
}

/* Long runs are cut in stretches that are put together again. */
Test(crc32c, instruction_and_table_agree_on_many_bytes)
{
    static uint8_t bytes[20000];
    uint64_t state = 88172645463325252u;
    for (unsigned i = 0; i < sizeof bytes; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)state;
    }
    for (unsigned n = 1400; n <= sizeof bytes - 8; n += n < 3200 ? 1 : 97)
        cr_assert(eq(u32, skr_crc32c(bytes + n % 9, n), skr_crc32c_plain(bytes + n % 9, n)));
}
