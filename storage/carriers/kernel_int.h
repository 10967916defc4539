/*
 * kernel_int.h - what the vector forms of a kernel share.
 */
#ifndef SKR_STORAGE_CARRIERS_KERNEL_INT_H
#define SKR_STORAGE_CARRIERS_KERNEL_INT_H

#include <endian.h>
#include <string.h>

#include "storage/carriers/kernel.h"

/*
 * Up to this width 128 low parts add up to no more than 2^31, and each lies in four bytes, at
 * whatever bit it begins.
 */
#define SKR_UNPACK_WIDTH_MAX 24u

/* The zeros of a block's high parts that a vector kernel has room for, and a register after them.
 */
#define SKR_UNPACK_ZEROS_MAX (SKR_KERNEL_HIGH_MAX + 64)

/*
 * What the value after a block must at least be: n_zeros stand in its high parts before the last
 * one, and value is the last value modulo 2^32, which tells the sum of the low parts.
 */
static inline uint64_t skr_unpack_end(const skr_packed_block *block, uint64_t next,
                                      uint32_t n_zeros, uint32_t value)
{
    uint64_t high = (uint64_t)n_zeros << block->width;
    return next + high + (value - (uint32_t)high - (uint32_t)next + 1);
}

/* The n bits from bit `at` on, up to 64 of them, at the upper end of a word. */
static inline uint64_t skr_run_of(const uint64_t *bits, uint32_t at, uint32_t n)
{
    uint64_t low = bits[at / 64] >> at % 64;
    uint64_t high = bits[at / 64 + 1] << 1 << (63 - at % 64);
    return n == 0 ? 0 : (low | high) << (64 - n);
}

/* A short list of n numbers, 2 to SKR_SHORT_MAX, as a block. */
static inline skr_packed_block skr_short_block(const skr_short_shape *shape, uint32_t n,
                                               const uint8_t *bytes)
{
    return (skr_packed_block){
        .high = bytes,
        .low = bytes + shape->n_high / 8,
        .n_high = shape->n_high,
        .low_bit = shape->n_high % 8,
        .n = n,
        .width = shape->width,
    };
}

/* The number of a short list of one. */
static inline uint32_t skr_short_single(const skr_short_shape *shape, const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return le32toh(value) & (uint32_t)((UINT64_C(1) << shape->width) - 1);
}

/* Up to this width a place lies in four bytes, at whatever bit it begins. */
#define SKR_PLACE_WIDTH_MAX 25u

/* Reads the classes of samples from..to, whose places begin at bit *n_bits. As take_classes. */
static inline bool skr_take_classes(const skr_packed_classes *packed, uint32_t from, uint32_t to,
                                    uint32_t *classes, uint64_t *n_bits)
{
    uint64_t at = *n_bits;
    uint64_t n_bits_max = 8 * (uint64_t)packed->n_bytes;
    uint32_t is_bad = 0;
    for (uint32_t i = from; i < to; i++) {
        uint32_t head = packed->heads[packed->codes[i]];
        unsigned width = head & ((1u << SKR_HEAD_WIDTH_BITS) - 1);
        uint64_t word = 0;
        size_t n_left = packed->n_bytes - (size_t)(at / 8);
        if (width > n_bits_max - at)
            return false;
        memcpy(&word, packed->bits + at / 8, n_left < sizeof word ? n_left : sizeof word);
        uint32_t place = (uint32_t)(le64toh(word) >> at % 8) & ((1u << width) - 1);
        classes[i] = packed->classes[(head >> SKR_HEAD_WIDTH_BITS) + place];
        is_bad |= classes[i] == SKR_NO_CLASS;
        at += width;
    }
    *n_bits = at;
    return is_bad == 0;
}

#endif
