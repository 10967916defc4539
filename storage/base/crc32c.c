/*
 * crc32c.c - CRC-32C by the SSE4.2 instruction, or by a table of 16 entries.
 *
 * The instruction is chosen at run time, so that one program serves every processor.
 */
#include "storage/base/crc32c.h"

#include <string.h>

uint32_t skr_crc32c_plain(const void *bytes, size_t n)
{
    /* what four zero bits behind a nibble make of it; polynomial 0x82f63b78, reflected */
    static const uint32_t of_nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    const uint8_t *at = bytes;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        crc = crc >> 4 ^ of_nibble[crc & 15];
        crc = crc >> 4 ^ of_nibble[crc & 15];
    }
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(const uint8_t *at, size_t n)
{
    uint64_t crc = 0xffffffffu;
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        crc = __builtin_ia32_crc32di(crc, word);
    }
    uint32_t rest = (uint32_t)crc;
    for (; n > 0; n--, at++)
        rest = __builtin_ia32_crc32qi(rest, *at);
    return ~rest;
}

uint32_t skr_crc32c(const void *bytes, size_t n)
{
    if (__builtin_cpu_supports("sse4.2"))
        return crc32c_sse42(bytes, n);
    return skr_crc32c_plain(bytes, n);
}
#else
uint32_t skr_crc32c(const void *bytes, size_t n)
{
    return skr_crc32c_plain(bytes, n);
}
#endif
