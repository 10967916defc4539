/*
 * numbers.h - numbers of which most are small, in columns that pack well: each is a symbol, of a
 * byte or of half of one, and low bits, which stand in a column of their own, since nothing packs
 * them. docs/format.md, "Numbers of coverage", says every bit.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_COVERAGE_NUMBERS_H
#define SKR_STORAGE_COVERAGE_NUMBERS_H

#include <endian.h>
#include <string.h>

#include "storage/base/buffer.h"

/* The half byte that says: the number is the next one of the column for such. */
#define SKR_HALF_ESCAPE 15u
/* Symbols of a byte are below this: numbers below 2^31. */
#define SKR_SYMBOLS 120u

/* ------------------------------------------------------------------ writing */

/* Bits, low ones first, as they are written. Zero-initialise; end with skr_numbers_finish. */
typedef struct skr_numbers_bits {
    skr_buffer bytes;
    uint64_t held;
    unsigned n_held; /* below 8 between calls */
} skr_numbers_bits;

/* Appends the n lowest bits of value, 0 to 32 of them. Errors: NOMEM. */
SKR_MUST_USE static inline int skr_numbers_put_bits(skr_numbers_bits *bits, uint32_t value,
                                                    unsigned n, skr_err *err)
{
    bits->held |= (value & ((UINT64_C(1) << n) - 1)) << bits->n_held;
    for (bits->n_held += n; bits->n_held >= 8; bits->n_held -= 8, bits->held >>= 8)
        SKR_TRY(skr_buffer_put_u8(&bits->bytes, (uint8_t)bits->held, err));
    return SKR_OK;
}

/* Fills the last byte with zeros. Errors: NOMEM. */
SKR_MUST_USE static inline int skr_numbers_finish(skr_numbers_bits *bits, skr_err *err)
{
    return skr_numbers_put_bits(bits, 0, (8 - bits->n_held) % 8, err);
}

/* The place of the highest bit that is 1; value is not 0. */
static inline unsigned skr_numbers_width(uint32_t value)
{
    return 31u - (unsigned)__builtin_clz(value);
}

/* Appends a number below 2^31: its symbol, and what that leaves. Errors: NOMEM. */
SKR_MUST_USE static inline int skr_numbers_put(skr_buffer *symbols, skr_numbers_bits *bits,
                                               uint32_t value, skr_err *err)
{
    unsigned n_low = value < 8 ? 0 : skr_numbers_width(value) - 2;
    SKR_TRY(skr_buffer_put_u8(symbols, (uint8_t)((n_low << 2) + (value >> n_low)), err));
    return skr_numbers_put_bits(bits, value, n_low, err);
}

/*
 * Appends a number below 2^31 as half a byte, one to a byte of halves; from 2^14 on as the escape,
 * and a number of `large`. Errors: NOMEM.
 */
SKR_MUST_USE static inline int skr_numbers_put_half(skr_buffer *halves, skr_buffer *large,
                                                    skr_numbers_bits *bits, uint32_t value,
                                                    skr_err *err)
{
    unsigned width = value < 2 ? 0 : skr_numbers_width(value);
    if (width >= SKR_HALF_ESCAPE - 1) {
        SKR_TRY(skr_buffer_put_u8(halves, SKR_HALF_ESCAPE, err));
        return skr_numbers_put(large, bits, value, err);
    }
    SKR_TRY(skr_buffer_put_u8(halves, (uint8_t)(value < 2 ? value : width + 1), err));
    return skr_numbers_put_bits(bits, value, width, err);
}

/* Puts two halves into each byte, the first one low. */
static inline void skr_numbers_join_halves(skr_buffer *halves)
{
    size_t n = halves->n;
    for (size_t i = 0; i < n; i += 2)
        halves->bytes[i / 2] =
            (uint8_t)(halves->bytes[i] | (i + 1 < n ? halves->bytes[i + 1] << 4 : 0));
    halves->n = (n + 1) / 2;
}

/* ------------------------------------------------------------------ reading */

/* Bits that are read. What lies past the end is 0, and `at` says so in the end. */
typedef struct skr_numbers_read {
    const uint8_t *bytes;
    size_t n;
    uint64_t at; /* the next bit */
} skr_numbers_read;

/* The next n bits, 0 to 32 of them. */
static inline uint32_t skr_numbers_take_bits(skr_numbers_read *bits, unsigned n)
{
    uint64_t word = 0;
    size_t from = bits->at / 8;
    if (from + sizeof word <= bits->n) {
        memcpy(&word, bits->bytes + from, sizeof word);
        word = le64toh(word);
    } else {
        for (size_t i = from; i < bits->n; i++)
            word |= (uint64_t)bits->bytes[i] << 8 * (i - from);
    }
    word = word >> bits->at % 8 & ((UINT64_C(1) << n) - 1);
    bits->at += n;
    return (uint32_t)word;
}

/* Were all of them read, and none past the end, and are those that fill the last byte 0? */
static inline bool skr_numbers_are_done(const skr_numbers_read *bits)
{
    return (bits->at + 7) / 8 == bits->n &&
           (bits->at % 8 == 0 || bits->bytes[bits->n - 1] >> bits->at % 8 == 0);
}

/* The number of a symbol, which is below SKR_SYMBOLS. */
static inline uint32_t skr_numbers_take(uint8_t symbol, skr_numbers_read *bits)
{
    if (symbol < 8)
        return symbol;
    unsigned n_low = symbol / 4u - 1;
    return ((symbol - 4 * n_low) << n_low) + skr_numbers_take_bits(bits, n_low);
}

/* Half byte i of a column. */
static inline uint8_t skr_numbers_half(const uint8_t *halves, size_t i)
{
    return halves[i / 2] >> 4 * (i % 2) & 15;
}

/* The number of a half byte, which is not the escape. */
static inline uint32_t skr_numbers_take_half(uint8_t half, skr_numbers_read *bits)
{
    if (half < 2)
        return half;
    return (UINT32_C(1) << (half - 1)) + skr_numbers_take_bits(bits, half - 1u);
}

#endif
