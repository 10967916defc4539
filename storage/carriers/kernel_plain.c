/* kernel_plain.c - the kernels in plain C: what every CPU runs, and what the others must equal. */
#include "storage/carriers/kernel_int.h"

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

/* The low bits of gap i. */
static uint32_t low_at(const skr_packed_block *block, uint32_t i)
{
    size_t bit = block->low_bit + (size_t)i * block->width;
    uint64_t bits;
    memcpy(&bits, block->low + bit / 8, sizeof bits);
    return (uint32_t)(le64toh(bits) >> bit % 8) & ((1u << block->width) - 1);
}

static uint64_t unpack_block(const skr_packed_block *block, uint64_t next, uint32_t *values)
{
    uint32_t i = 0;
    uint64_t n_zeros = 0; /* before a one: those of its own gap and of all before it */
    for (uint32_t at = 0; at < block->n_high; at += 64) {
        uint64_t bits = word_at(block->high, at / 64);
        if (block->n_high - at < 64)
            bits &= (UINT64_C(1) << (block->n_high - at)) - 1;
        for (; bits != 0; bits &= bits - 1) {
            if (i == block->n)
                return UINT64_MAX;
            n_zeros = at + (unsigned)__builtin_ctzll(bits) - i;
            next += low_at(block, i);
            values[i] = (uint32_t)(next + (n_zeros << block->width));
            next++;
            i++;
        }
    }
    return i == block->n ? next + (n_zeros << block->width) : UINT64_MAX;
}

static uint32_t unpack_short(const skr_short_lists *lists, const uint32_t *which, uint32_t n,
                             uint32_t *values)
{
    uint32_t bound = lists->shapes->bound;
    uint32_t n_values = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_here = lists->counts[which[i]];
        const skr_short_shape *shape = &lists->shapes->of[n_here];
        const uint8_t *bytes = lists->bytes + lists->offsets[which[i]];
        uint32_t *here = values + n_values;
        uint64_t next = 0;
        if (n_here == 1) {
            here[0] = skr_short_single(shape, bytes);
            next = (uint64_t)here[0] + 1;
        } else if (n_here > 1) {
            skr_packed_block block = skr_short_block(shape, n_here, bytes);
            next = unpack_block(&block, 0, here);
        }
        if (next > bound)
            return UINT32_MAX;
        n_values += n_here;
    }
    return n_values;
}

static void test_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n, uint64_t *bits)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i % 64 == 0)
            bits[i / 64] = 0;
        bits[i / 64] |= (bitmap[samples[i] / 64] >> samples[i] % 64 & 1) << i % 64;
    }
}

static void count_runs(const uint64_t *bits, const uint8_t *counts, const uint32_t *which,
                       uint32_t n, uint32_t *n_set)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_here = counts[which[i]];
        n_set[i] = (uint32_t)__builtin_popcountll(skr_run_of(bits, at, n_here));
        at += n_here;
    }
}

static uint32_t count_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n)
{
    uint32_t n_in = 0;
    for (uint32_t i = 0; i < n; i++)
        n_in += (uint32_t)(bitmap[samples[i] / 64] >> samples[i] % 64 & 1);
    return n_in;
}

static bool take_classes(const skr_packed_classes *packed, uint32_t n, uint32_t *classes,
                         uint64_t *ret_n_bits)
{
    *ret_n_bits = 0;
    return skr_take_classes(packed, 0, n, classes, ret_n_bits);
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
        .unpack_short = unpack_short,
        .test_listed = test_listed,
        .count_runs = count_runs,
        .count_listed = count_listed,
        .take_classes = take_classes,
    };
    return &kernels;
}
