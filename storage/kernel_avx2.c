/* kernel_avx2.c - the kernels for CPUs with AVX2. */
#include "storage/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt")))
#define N_DEEP 32u /* gaps in a lane of a full block */

/* Up to this width the 128 gaps of a block and their places add up to no more than 2^31. */
#define WIDTH_MAX 24u

TARGET static inline __m256i load(const void *plane, size_t word)
{
    return _mm256_loadu_si256((const void *)((const uint8_t *)plane + 8 * word));
}

TARGET static inline uint64_t word_at(const void *plane, size_t word)
{
    uint64_t bits;
    __builtin_memcpy(&bits, (const uint8_t *)plane + 8 * word, sizeof bits);
    return bits;
}

/* The number of bits set in each byte. */
TARGET static inline __m256i count_bytes(__m256i bits)
{
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                            2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low = _mm256_and_si256(bits, nibble);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), nibble);
    return _mm256_add_epi8(_mm256_shuffle_epi8(counts, low), _mm256_shuffle_epi8(counts, high));
}

TARGET static inline __m256i add_bytes(__m256i sums, __m256i bytes)
{
    return _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
}

TARGET static inline uint64_t sum_of(__m256i sums)
{
    uint64_t parts[4];
    _mm256_storeu_si256((void *)parts, sums);
    return parts[0] + parts[1] + parts[2] + parts[3];
}

/* Sixteen words at a time: a byte counts to 32 in them. */
TARGET static uint64_t count_and(const void *plane, const void *who, size_t n_words)
{
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 16 <= n_words; i += 16) {
        __m256i a = count_bytes(_mm256_and_si256(load(plane, i), load(who, i)));
        __m256i b = count_bytes(_mm256_and_si256(load(plane, i + 4), load(who, i + 4)));
        __m256i c = count_bytes(_mm256_and_si256(load(plane, i + 8), load(who, i + 8)));
        __m256i d = count_bytes(_mm256_and_si256(load(plane, i + 12), load(who, i + 12)));
        sums = add_bytes(sums, _mm256_add_epi8(_mm256_add_epi8(a, b), _mm256_add_epi8(c, d)));
    }
    uint64_t n = sum_of(sums);
    for (; i < n_words; i++)
        n += (uint64_t)_mm_popcnt_u64(word_at(plane, i) & word_at(who, i));
    return n;
}

TARGET static bool count_and_pair(const void *first, const void *second, const void *who,
                                  size_t n_words, skr_plane_counts *ret_counts)
{
    __m256i sums_first = _mm256_setzero_si256();
    __m256i sums_second = _mm256_setzero_si256();
    __m256i strays = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 8 <= n_words; i += 8) {
        __m256i first_a = load(first, i), first_b = load(first, i + 4);
        __m256i second_a = load(second, i), second_b = load(second, i + 4);
        __m256i who_a = load(who, i), who_b = load(who, i + 4);
        __m256i n_first = _mm256_add_epi8(count_bytes(_mm256_and_si256(first_a, who_a)),
                                          count_bytes(_mm256_and_si256(first_b, who_b)));
        __m256i n_second = _mm256_add_epi8(count_bytes(_mm256_and_si256(second_a, who_a)),
                                           count_bytes(_mm256_and_si256(second_b, who_b)));
        sums_first = add_bytes(sums_first, n_first);
        sums_second = add_bytes(sums_second, n_second);
        strays = _mm256_or_si256(strays, _mm256_andnot_si256(first_a, second_a));
        strays = _mm256_or_si256(strays, _mm256_andnot_si256(first_b, second_b));
    }
    uint64_t stray = (uint64_t)!_mm256_testz_si256(strays, strays);
    skr_plane_counts counts = {sum_of(sums_first), sum_of(sums_second)};
    for (; i < n_words; i++) {
        uint64_t mask = word_at(who, i);
        counts.n_first += (uint64_t)_mm_popcnt_u64(word_at(first, i) & mask);
        counts.n_second += (uint64_t)_mm_popcnt_u64(word_at(second, i) & mask);
        stray |= word_at(second, i) & ~word_at(first, i);
    }
    *ret_counts = counts;
    return stray == 0;
}

TARGET static bool is_within(const void *inner, const void *outer, size_t n_words)
{
    __m256i strays = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 4 <= n_words; i += 4)
        strays = _mm256_or_si256(strays, _mm256_andnot_si256(load(outer, i), load(inner, i)));
    uint64_t stray = (uint64_t)!_mm256_testz_si256(strays, strays);
    for (; i < n_words; i++)
        stray |= word_at(inner, i) & ~word_at(outer, i);
    return stray == 0;
}

TARGET static void or_into(uint64_t *bitmap, const void *plane, size_t n_words)
{
    size_t i = 0;
    for (; i + 4 <= n_words; i += 4)
        _mm256_storeu_si256((void *)(bitmap + i), _mm256_or_si256(load(bitmap, i), load(plane, i)));
    for (; i < n_words; i++)
        bitmap[i] |= word_at(plane, i);
}

TARGET static void and_into(uint64_t *bitmap, const void *plane, size_t n_words)
{
    size_t i = 0;
    for (; i + 4 <= n_words; i += 4)
        _mm256_storeu_si256((void *)(bitmap + i),
                            _mm256_and_si256(load(bitmap, i), load(plane, i)));
    for (; i < n_words; i++)
        bitmap[i] &= word_at(plane, i);
}

/* Four gaps at a time, one of each lane, and their sums. Wide gaps are left to the plain twin. */
TARGET static uint64_t unpack_block(const uint8_t *packed, unsigned width, uint64_t next,
                                    uint32_t *values)
{
    if (width == 0 || width > WIDTH_MAX)
        return skr_kernels_plain()->unpack_block(packed, width, next, values);
    const __m128i mask = _mm_set1_epi32((int)((1u << width) - 1));
    const __m128i one = _mm_set1_epi32(1);
    __m128i before = _mm_set1_epi32((int)((uint32_t)next - 1));
    for (unsigned deep = 0; deep < N_DEEP; deep++) {
        unsigned bit = deep * width;
        unsigned end_bit = bit + width - 1;
        __m128i low = _mm_loadu_si128((const void *)(packed + 16 * (bit / 32)));
        /* The same word once more when the gap ends in it; the mask takes away what comes in. */
        __m128i high = _mm_loadu_si128((const void *)(packed + 16 * (end_bit / 32)));
        low = _mm_srl_epi32(low, _mm_cvtsi32_si128((int)(bit % 32)));
        high = _mm_sll_epi32(high, _mm_cvtsi32_si128((int)(32 - bit % 32)));
        __m128i sums = _mm_add_epi32(_mm_and_si128(_mm_or_si128(low, high), mask), one);
        sums = _mm_add_epi32(sums, _mm_slli_si128(sums, 4));
        sums = _mm_add_epi32(sums, _mm_slli_si128(sums, 8));
        sums = _mm_add_epi32(sums, before);
        _mm_storeu_si128((void *)(values + 4 * deep), sums);
        before = _mm_shuffle_epi32(sums, 0xff);
    }
    return next + (uint32_t)(values[4 * N_DEEP - 1] + 1 - (uint32_t)next);
}

TARGET static uint32_t count_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n)
{
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i place = _mm256_set1_epi32(31);
    __m256i sums = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i sample = _mm256_loadu_si256((const void *)(samples + i));
        __m256i words =
            _mm256_i32gather_epi32((const void *)bitmap, _mm256_srli_epi32(sample, 5), 4);
        __m256i bits = _mm256_srlv_epi32(words, _mm256_and_si256(sample, place));
        sums = _mm256_add_epi32(sums, _mm256_and_si256(bits, one));
    }
    uint32_t parts[8];
    _mm256_storeu_si256((void *)parts, sums);
    uint32_t n_in = 0;
    for (unsigned k = 0; k < 8; k++)
        n_in += parts[k];
    for (; i < n; i++)
        n_in += (uint32_t)(bitmap[samples[i] / 64] >> samples[i] % 64 & 1);
    return n_in;
}

const skr_kernels *skr_kernels_avx2(void)
{
    static const skr_kernels kernels = {
        .name = "avx2",
        .count_and = count_and,
        .count_and_pair = count_and_pair,
        .is_within = is_within,
        .or_into = or_into,
        .and_into = and_into,
        .unpack_block = unpack_block,
        .count_listed = count_listed,
    };
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? &kernels : NULL;
}

#else

const skr_kernels *skr_kernels_avx2(void)
{
    return NULL;
}

#endif
