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
#ifndef SKR_STORAGE_KERNEL_H
#define SKR_STORAGE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a plane and the plane of those with two copies add up to within a cohort. */
typedef struct skr_plane_counts {
    uint64_t n_first;
    uint64_t n_second;
} skr_plane_counts;

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
     * Unpacks the 128 gaps of a full block of a gap list, width 0 to 32, in 16 * width bytes, into
     * the values they stand for, the first at least next. Returns what the value behind them must
     * at least be, exactly, in 64 bits: when it is above 2^32 the values have wrapped.
     */
    uint64_t (*unpack_block)(const uint8_t *packed, unsigned width, uint64_t next,
                             uint32_t *values);

    /* How many of the n samples are in the bitmap, which has a bit for every one of them. */
    uint32_t (*count_listed)(const uint64_t *bitmap, const uint32_t *samples, uint32_t n);
} skr_kernels;

/* The table that this process uses. */
const skr_kernels *skr_kernels_chosen(void);

/* The plain table, which every CPU runs; the others are NULL where the CPU lacks what they need. */
const skr_kernels *skr_kernels_plain(void);
const skr_kernels *skr_kernels_avx2(void);
const skr_kernels *skr_kernels_avx512(void);

#endif
