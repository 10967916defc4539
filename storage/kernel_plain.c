/* kernel_plain.c - the kernels in plain C: what every CPU runs, and what the others must equal. */
#include "storage/kernel.h"

#include <endian.h>
#include <string.h>

#define N_LANES 4u
#define N_DEEP 32u /* gaps in a lane of a full block */

static uint64_t word_at(const void *plane, size_t word)
{
    uint64_t bits;
    memcpy(&bits, (const uint8_t *)plane + 8 * word, sizeof bits);
    return le64toh(bits);
}

static uint64_t count_and(const void *plane, const void *who, size_t n_words)
{
    uint64_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        n += (uint64_t)__builtin_popcountll(word_at(plane, i) & word_at(who, i));
    return n;
}

static bool count_and_pair(const void *first, const void *second, const void *who, size_t n_words,
                           skr_plane_counts *ret_counts)
{
    skr_plane_counts counts = {0};
    uint64_t stray = 0;
    for (size_t i = 0; i < n_words; i++) {
        uint64_t in_first = word_at(first, i);
        uint64_t in_second = word_at(second, i);
        uint64_t mask = word_at(who, i);
        counts.n_first += (uint64_t)__builtin_popcountll(in_first & mask);
        counts.n_second += (uint64_t)__builtin_popcountll(in_second & mask);
        stray |= in_second & ~in_first;
    }
    *ret_counts = counts;
    return stray == 0;
}

static bool is_within(const void *inner, const void *outer, size_t n_words)
{
    uint64_t stray = 0;
    for (size_t i = 0; i < n_words; i++)
        stray |= word_at(inner, i) & ~word_at(outer, i);
    return stray == 0;
}

static void or_into(uint64_t *bitmap, const void *plane, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        bitmap[i] |= word_at(plane, i);
}

static void and_into(uint64_t *bitmap, const void *plane, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        bitmap[i] &= word_at(plane, i);
}

/* Gap i lies in lane i % 4, at bit i / 4 * width of the words of that lane. */
static void unpack_gaps(const uint8_t *packed, unsigned width, uint32_t *gaps)
{
    uint32_t words[N_LANES * 33];
    memcpy(words, packed, 16u * width);
    for (unsigned i = 0; i < N_LANES * width; i++)
        words[i] = le32toh(words[i]);
    memset(words + N_LANES * width, 0, N_LANES * sizeof words[0]);
    uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
    for (unsigned deep = 0; deep < N_DEEP; deep++) {
        const uint32_t *low = words + N_LANES * (deep * width / 32);
        unsigned shift = deep * width % 32;
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            uint64_t wide = low[lane] | (uint64_t)low[N_LANES + lane] << 32;
            gaps[N_LANES * deep + lane] = (uint32_t)(wide >> shift) & mask;
        }
    }
}

static uint64_t unpack_block(const uint8_t *packed, unsigned width, uint64_t next, uint32_t *values)
{
    unpack_gaps(packed, width, values);
    for (unsigned i = 0; i < N_LANES * N_DEEP; i++) {
        next += values[i];
        values[i] = (uint32_t)next;
        next++;
    }
    return next;
}

static uint32_t count_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n)
{
    uint32_t n_in = 0;
    for (uint32_t i = 0; i < n; i++)
        n_in += (uint32_t)(bitmap[samples[i] / 64] >> samples[i] % 64 & 1);
    return n_in;
}

const skr_kernels *skr_kernels_plain(void)
{
    static const skr_kernels kernels = {
        .name = "plain",
        .count_and = count_and,
        .count_and_pair = count_and_pair,
        .is_within = is_within,
        .or_into = or_into,
        .and_into = and_into,
        .unpack_block = unpack_block,
        .count_listed = count_listed,
    };
    return &kernels;
}
