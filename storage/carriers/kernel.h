/*
 * kernel.h - the inner loops over bit planes and lists of samples, in the widest form that runs.
 *
 * Every kernel has a plain twin in C and gives the same answer as it, bit for bit; what differs is
 * the speed. Which table a process uses is decided once, by what the CPU has; SKERRY_KERNEL in the
 * environment, plain, avx2 or avx512, asks for another one. The rest of the program is built for
 * the baseline CPU.
 *
 * Planes are stored bytes, 64 samples in 8 bytes, low bits first, at any alignment; bitmaps are
 * 64-bit words in memory.
 *
 * Threads: no state that changes after the first call.
 */
#ifndef SKR_STORAGE_CARRIERS_KERNEL_H
#define SKR_STORAGE_CARRIERS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a plane and the plane of those with two copies add up to within a cohort. */
typedef struct skr_plane_counts {
    uint64_t n_first;
    uint64_t n_second;
} skr_plane_counts;

/* A stored block of a gap list: of each gap so many low bits, and what is above them in unary. */
typedef struct skr_packed_block {
    const uint8_t *high; /* from its first bit on: for each gap so many zeros, and a one */
    const uint8_t *low;  /* from bit low_bit on, 0 to 7 */
    uint32_t n_high;     /* bits, up to SKR_KERNEL_HIGH_MAX */
    uint32_t low_bit;
    uint32_t n;
    unsigned width; /* 0 to 31 */
} skr_packed_block;

#define SKR_KERNEL_HIGH_MAX 2040u

/* What must be readable after packed numbers, whatever they are. */
#define SKR_KERNEL_SLACK 64u

#define SKR_SHORT_MAX 64u

/* How a short list of n numbers below a bound lies in its bytes; they follow from n and the bound.
 */
typedef struct skr_short_shape {
    uint8_t width;
    uint8_t n_high; /* bits of unary, at the beginning; none for n = 1 */
    uint8_t n_bytes;
} skr_short_shape;

typedef struct skr_short_shapes {
    uint32_t bound;
    skr_short_shape of[SKR_SHORT_MAX + 1];
} skr_short_shapes;

/* Short lists one after the other: list i has counts[i] numbers and begins at offsets[i]. */
typedef struct skr_short_lists {
    const skr_short_shapes *shapes;
    const uint8_t *bytes;
    const uint32_t *offsets;
    const uint8_t *counts;
} skr_short_lists;

/* The classes of samples as an order stores them: a bucket for each sample, and a place in it. */
typedef struct skr_packed_classes {
    const uint8_t *codes;    /* of each sample, its bucket */
    const uint8_t *bits;     /* the places, one after the other, low bits first */
    size_t n_bytes;          /* of the bits; none after them is read */
    const uint32_t *heads;   /* of 256 buckets: 5 bits how wide a place is, and where the bucket
                              * begins in the table */
    const uint32_t *classes; /* the table: of each place, or SKR_NO_CLASS */
    unsigned width_max;      /* of any place, 0 to 31 */
} skr_packed_classes;

#define SKR_HEAD_WIDTH_BITS 5u
#define SKR_NO_CLASS UINT32_MAX

typedef struct skr_kernels {
    const char *name;

    /* How many bits are set in both. n_words words each; the two may be the same memory. */
    uint64_t (*count_and)(const void *plane, const void *who, size_t n_words);

    /* The same of two planes in one pass. False when second has a bit that first has not. */
    bool (*count_and_pair)(const void *first, const void *second, const void *who, size_t n_words,
                           skr_plane_counts *ret_counts);

    /* Is every bit of inner set in outer? */
    bool (*is_within)(const void *inner, const void *outer, size_t n_words);

    /* bitmap |= plane, bitmap &= plane. */
    void (*or_into)(uint64_t *bitmap, const void *plane, size_t n_words);
    void (*and_into)(uint64_t *bitmap, const void *plane, size_t n_words);

    /*
     * Unpacks a block of n values of a gap list, 1 to 128, the first at least next, into values,
     * which has room for 128 whatever n is. SKR_KERNEL_SLACK bytes after the block must be
     * readable. Returns what the value after them must at least be, exactly, in 64 bits: when it
     * is above 2^32 the values have wrapped. UINT64_MAX when high has not n ones.
     */
    uint64_t (*unpack_block)(const skr_packed_block *block, uint64_t next, uint32_t *values);

    /*
     * Unpacks n of the lists, those with the numbers in which, one after the other into values,
     * which has room for 128 more than they hold. SKR_KERNEL_SLACK bytes after each must be
     * readable. Returns how many values there are, or UINT32_MAX when a list is malformed or has a
     * value that is not below the bound.
     */
    uint32_t (*unpack_short)(const skr_short_lists *lists, const uint32_t *which, uint32_t n,
                             uint32_t *values);

    /* Bit i of bits: is sample i of the n in the bitmap? 0 after them, to the end of the word. */
    void (*test_listed)(const uint64_t *bitmap, const uint32_t *samples, uint32_t n,
                        uint64_t *bits);

    /*
     * bits are those of n lists one after the other, counts[which[i]] of list i, up to 64; how many
     * of them are set goes to n_set[i]. The word after the last bit must be readable.
     */
    void (*count_runs)(const uint64_t *bits, const uint8_t *counts, const uint32_t *which,
                       uint32_t n, uint32_t *n_set);

    /* How many of the n samples are in the bitmap, which has a bit for every one of them. */
    uint32_t (*count_listed)(const uint64_t *bitmap, const uint32_t *samples, uint32_t n);

    /*
     * Reads the classes of n samples; *ret_n_bits is how many bits their places took. False, and
     * classes are anything, when there are fewer bits or a sample has no class.
     */
    bool (*take_classes)(const skr_packed_classes *packed, uint32_t n, uint32_t *classes,
                         uint64_t *ret_n_bits);
} skr_kernels;

/* The table that this process uses. */
const skr_kernels *skr_kernels_chosen(void);

/* The plain table, which every CPU runs; the others are NULL where the CPU lacks what they need. */
const skr_kernels *skr_kernels_plain(void);
const skr_kernels *skr_kernels_avx2(void);
const skr_kernels *skr_kernels_avx512(void);

#endif
