/*
 * bits.h - flat bitmaps over individuals or over the samples of a segment, 64 a word.
 *
 * A query works on these and not on roaring sets: an id costs a shift and an OR.
 */
#ifndef SKR_STORAGE_CARRIERS_BITS_H
#define SKR_STORAGE_CARRIERS_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/err.h"
#include "storage/carriers/kernel.h"

/* Words of a line of the cache: bitmaps begin at one. */
#define SKR_BITS_LINE 8u

/* Words of a bitmap of n bits; at least one, so that an empty one can be allocated. */
static inline size_t skr_bits_words(uint32_t n)
{
    return n == 0 ? 1 : ((size_t)n + 63) / 64;
}

/*
 * n bits that are anything: for who sets every word. The caller frees *ret_bits with free.
 *
 * Not by calloc: to have a large piece zeroed the allocator gives its pages back to the kernel, and
 * every page of it is a fault again, which for a million people takes longer than the rest of a
 * question. Nor by malloc and memset, of which compilers make calloc. Errors: NOMEM.
 */
SKR_MUST_USE static inline int skr_bits_new_unset(uint32_t n, uint64_t **ret_bits, skr_err *err)
{
    size_t n_lines = (skr_bits_words(n) + SKR_BITS_LINE - 1) / SKR_BITS_LINE;
    uint64_t *bits =
        aligned_alloc(SKR_BITS_LINE * sizeof *bits, n_lines * SKR_BITS_LINE * sizeof *bits);
    if (bits == NULL)
        return skr_fail_nomem(err, "a bitmap");
    *ret_bits = bits;
    return SKR_OK;
}

/* n bits, all 0. The caller frees *ret_bits with free. Errors: NOMEM. */
SKR_MUST_USE static inline int skr_bits_new(uint32_t n, uint64_t **ret_bits, skr_err *err)
{
    uint64_t *bits = NULL;
    SKR_TRY(skr_bits_new_unset(n, &bits, err));
    memset(bits, 0, skr_bits_words(n) * sizeof *bits);
    *ret_bits = bits;
    return SKR_OK;
}

/* Sets bit i. */
static inline void skr_bits_set(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] |= UINT64_C(1) << (i & 63);
}

/* Takes bit i out. */
static inline void skr_bits_clear(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

/* Is bit i set? */
static inline bool skr_bits_has(const uint64_t *bits, uint32_t i)
{
    return (bits[i >> 6] >> (i & 63)) & 1;
}

/* Adds the bits of other. */
static inline void skr_bits_or(uint64_t *bits, const uint64_t *other, size_t n_words)
{
    skr_kernels_chosen()->or_into(bits, other, n_words);
}

/* Keeps the bits that other has too. */
static inline void skr_bits_and(uint64_t *bits, const uint64_t *other, size_t n_words)
{
    skr_kernels_chosen()->and_into(bits, other, n_words);
}

/* Takes the bits of other out. */
static inline void skr_bits_and_not(uint64_t *bits, const uint64_t *other, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        bits[i] &= ~other[i];
}

/* How many bits are set. */
static inline uint64_t skr_bits_count(const uint64_t *bits, size_t n_words)
{
    return skr_kernels_chosen()->count_and(bits, bits, n_words);
}

#endif
