/*
 * crc32c.c - CRC-32C by the SSE4.2 instruction, three at a time, or by a table of 16 entries.
 *
 * The instruction is chosen at run time, so that one program serves every processor.
 */
#include "storage/base/crc32c.h"

#include <string.h>

uint32_t skr_crc32c_plain(const void *bytes, size_t n)
{
    /* what four zero bits after a nibble make of it; polynomial 0x82f63b78, reflected */
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

#include <immintrin.h>

#define TARGET __attribute__((target("sse4.2,pclmul")))

/*
 * The instruction takes three cycles and one can begin in each, so that three stretches of bytes
 * are worked on at a time. What so many bytes more make of a CRC is a product of polynomials.
 */
#define STRETCH 512u
#define AFTER_ONE UINT64_C(0xdd7e3b0c) /* x to the power of 8 * STRETCH - 33, reflected */
#define AFTER_TWO UINT64_C(0x170076fa) /* the same of two stretches */

TARGET static inline uint64_t word_at(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The CRC after zero bytes, as many as the factor stands for. */
TARGET static inline uint64_t moved(uint64_t crc, uint64_t factor)
{
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)crc),
                                           _mm_cvtsi64_si128((long long)factor), 0);
    return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

TARGET static uint32_t crc32c_sse42(const uint8_t *at, size_t n)
{
    uint64_t crc = 0xffffffffu;
    for (; n >= 3 * STRETCH; n -= 3 * STRETCH, at += 3 * STRETCH) {
        uint64_t second = 0;
        uint64_t third = 0;
        for (size_t i = 0; i < STRETCH; i += 8) {
            crc = _mm_crc32_u64(crc, word_at(at + i));
            second = _mm_crc32_u64(second, word_at(at + STRETCH + i));
            third = _mm_crc32_u64(third, word_at(at + 2 * STRETCH + i));
        }
        crc = moved(crc, AFTER_TWO) ^ moved(second, AFTER_ONE) ^ third;
    }
    for (; n >= 8; n -= 8, at += 8)
        crc = _mm_crc32_u64(crc, word_at(at));
    uint32_t rest = (uint32_t)crc;
    for (; n > 0; n--, at++)
        rest = _mm_crc32_u8(rest, *at);
    return ~rest;
}

uint32_t skr_crc32c(const void *bytes, size_t n)
{
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul"))
        return crc32c_sse42(bytes, n);
    return skr_crc32c_plain(bytes, n);
}
#else
uint32_t skr_crc32c(const void *bytes, size_t n)
{
    return skr_crc32c_plain(bytes, n);
}
#endif
