/* genotype_scan_avx2.c - the scans for CPUs with AVX2: 64 samples a step. */
#include "engine/import/genotypes/genotype_scan_int.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))

TARGET static inline __m256i load(const void *from, size_t i)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)((const uint8_t *)from + 32 * i));
}

/* A bit for each of 32 bytes, 16 words of 2, 8 of 4, 4 of 8 that has all bits set. */
TARGET static inline uint64_t bits_1(__m256i set)
{
    return (uint32_t)_mm256_movemask_epi8(set);
}

TARGET static inline uint64_t bits_2(__m256i low, __m256i high)
{
    return bits_1(_mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8));
}

TARGET static inline uint64_t bits_4(__m256i set)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(set));
}

TARGET static inline uint64_t bits_8(__m256i set)
{
    return (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(set));
}

/* The samples of 64 whose bytes, xored with the value, are not all 0. */
TARGET static uint64_t unlike_64(const void *from, unsigned n_bytes, __m256i mask, __m256i value)
{
    const __m256i zero = _mm256_setzero_si256();
    uint64_t like = 0;
#define DIFFER(i) _mm256_xor_si256(_mm256_and_si256(load(from, i), mask), value)
    switch (n_bytes) {
    case 1:
        for (unsigned i = 0; i < 2; i++)
            like |= bits_1(_mm256_cmpeq_epi8(DIFFER(i), zero)) << 32 * i;
        break;
    case 2:
        for (unsigned i = 0; i < 2; i++)
            like |= bits_2(_mm256_cmpeq_epi16(DIFFER(2 * i), zero),
                           _mm256_cmpeq_epi16(DIFFER(2 * i + 1), zero))
                    << 32 * i;
        break;
    case 4:
        for (unsigned i = 0; i < 8; i++)
            like |= bits_4(_mm256_cmpeq_epi32(DIFFER(i), zero)) << 8 * i;
        break;
    default:
        for (unsigned i = 0; i < 16; i++)
            like |= bits_8(_mm256_cmpeq_epi64(DIFFER(i), zero)) << 4 * i;
        break;
    }
    return ~like;
}

TARGET static bool mark_unlike(const void *samples, size_t n, unsigned n_bytes, uint64_t mask,
                               uint64_t value, uint64_t *marks)
{
    const __m256i masks = _mm256_set1_epi64x((long long)mask);
    const __m256i values = _mm256_set1_epi64x((long long)value);
    const uint8_t *from = samples;
    uint64_t any = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64, from += 64 * (size_t)n_bytes) {
        __m256i differ = _mm256_setzero_si256();
        for (unsigned j = 0; j < 2 * n_bytes; j++)
            differ = _mm256_or_si256(
                differ, _mm256_xor_si256(_mm256_and_si256(load(from, j), masks), values));
        uint64_t word = 0;
        if (!_mm256_testz_si256(differ, differ))
            word = unlike_64(from, n_bytes, masks, values);
        marks[i / 64] = word;
        any |= word;
    }
    bool is_tail_unlike = i < n && skr_genotype_scan_plain()->mark_unlike(
                                       from, n - i, n_bytes, mask, value, marks + i / 64);
    return any != 0 || is_tail_unlike;
}

/* The bits of the 16-bit words of 64 pairs that are one of two. */
TARGET static inline uint64_t either(const __m256i *words, int a, int b)
{
    const __m256i left = _mm256_set1_epi16((short)a);
    const __m256i right = _mm256_set1_epi16((short)b);
    __m256i is[4];
    for (int i = 0; i < 4; i++)
        is[i] = _mm256_or_si256(_mm256_cmpeq_epi16(words[i], left),
                                _mm256_cmpeq_epi16(words[i], right));
    return bits_2(is[0], is[1]) | bits_2(is[2], is[3]) << 32;
}

/* Most often 64 samples are 0/0 and written as the first one: that is one comparison. */
TARGET static bool sort_pairs(const void *pairs, size_t n, const skr_pair_planes *planes,
                              unsigned *ret_written)
{
    const __m256i bar = _mm256_set1_epi16(0x0100);
    const __m256i no_phase = _mm256_set1_epi8((char)0xfe);
    const uint8_t *from = pairs;
    const bool has_bar = n > 0 && (from[1] & 1) != 0;
    const __m256i ref = _mm256_set1_epi16(has_bar ? 0x0302 : 0x0202);
    bool is_otherwise = false;
    uint64_t any = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64, from += 128) {
        __m256i words[4];
        __m256i differ = _mm256_setzero_si256();
        for (size_t j = 0; j < 4; j++) {
            words[j] = load(from, j);
            differ = _mm256_or_si256(differ, _mm256_xor_si256(words[j], ref));
        }
        uint64_t homs = 0;
        uint64_t hets = 0;
        uint64_t missing = 0;
        uint64_t others = 0;
        if (!_mm256_testz_si256(differ, differ)) {
            is_otherwise = is_otherwise || !_mm256_testz_si256(differ, bar);
            for (size_t j = 0; j < 4; j++)
                words[j] = _mm256_and_si256(words[j], no_phase);
            hets = either(words, 0x0402, 0x0204);
            homs = either(words, 0x0404, 0x0404);
            missing = either(words, 0, 0);
            others = ~(hets | homs | missing | either(words, 0x0202, 0x0202));
        }
        planes->carriers[i / 64] = hets | homs;
        planes->homs[i / 64] = homs;
        planes->missing[i / 64] = missing;
        planes->others[i / 64] = others;
        any |= hets | homs | missing | others;
    }
    *ret_written = n == 0 ? 0 : skr_written_of(has_bar, is_otherwise);
    if (i == n)
        return any != 0;
    unsigned tail_written = 0;
    size_t word = i / 64;
    skr_pair_planes tail = {planes->carriers + word, planes->homs + word, planes->missing + word,
                            planes->others + word};
    bool is_tail_unlike = skr_genotype_scan_plain()->sort_pairs(from, n - i, &tail, &tail_written);
    *ret_written |= tail_written;
    return any != 0 || is_tail_unlike;
}

/* Above missing and not above highest; 64 values of one width. */
TARGET static uint64_t low_8(const void *from, skr_low_bounds bounds)
{
    const __m256i missing = _mm256_set1_epi8((char)bounds.missing);
    const __m256i highest = _mm256_set1_epi8((char)bounds.highest);
    uint64_t low = 0;
    for (unsigned i = 0; i < 2; i++) {
        __m256i value = load(from, i);
        low |= bits_1(_mm256_andnot_si256(_mm256_cmpgt_epi8(value, highest),
                                          _mm256_cmpgt_epi8(value, missing)))
               << 32 * i;
    }
    return low;
}

TARGET static uint64_t low_16(const void *from, skr_low_bounds bounds)
{
    const __m256i missing = _mm256_set1_epi16((short)bounds.missing);
    const __m256i highest = _mm256_set1_epi16((short)bounds.highest);
    __m256i low[4];
    for (unsigned i = 0; i < 4; i++) {
        __m256i value = load(from, i);
        low[i] = _mm256_andnot_si256(_mm256_cmpgt_epi16(value, highest),
                                     _mm256_cmpgt_epi16(value, missing));
    }
    return bits_2(low[0], low[1]) | bits_2(low[2], low[3]) << 32;
}

TARGET static uint64_t low_32(const void *from, skr_low_bounds bounds)
{
    const __m256i missing = _mm256_set1_epi32(bounds.missing);
    const __m256i highest = _mm256_set1_epi32(bounds.highest);
    uint64_t low = 0;
    for (unsigned i = 0; i < 8; i++) {
        __m256i value = load(from, i);
        low |= bits_4(_mm256_andnot_si256(_mm256_cmpgt_epi32(value, highest),
                                          _mm256_cmpgt_epi32(value, missing)))
               << 8 * i;
    }
    return low;
}

TARGET static uint64_t low_float(const void *from, skr_low_bounds bounds)
{
    const __m256 limit = _mm256_set1_ps(bounds.limit);
    uint64_t low = 0;
    for (unsigned i = 0; i < 8; i++) {
        __m256 value = _mm256_castsi256_ps(load(from, i));
        low |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(value, limit, _CMP_LT_OQ))
               << 8 * i;
    }
    return low;
}

TARGET static void add_below(const void *values, size_t n, skr_value_type type, double limit,
                             uint64_t *marks)
{
    const skr_low_bounds bounds = skr_genotype_scan_bounds(type, limit);
    const size_t n_bytes = type == SKR_VALUE_INT8 ? 1 : type == SKR_VALUE_INT16 ? 2 : 4;
    const uint8_t *from = values;
    size_t i = 0;
    for (; i + 64 <= n; i += 64, from += 64 * n_bytes)
        marks[i / 64] |= type == SKR_VALUE_INT8    ? low_8(from, bounds)
                         : type == SKR_VALUE_INT16 ? low_16(from, bounds)
                         : type == SKR_VALUE_INT32 ? low_32(from, bounds)
                                                   : low_float(from, bounds);
    if (i < n)
        skr_genotype_scan_plain()->add_below(from, n - i, type, limit, marks + i / 64);
}

const skr_genotype_scan *skr_genotype_scan_avx2(void)
{
    static const skr_genotype_scan scan = {
        .name = "avx2",
        .mark_unlike = mark_unlike,
        .sort_pairs = sort_pairs,
        .add_below = add_below,
    };
    return __builtin_cpu_supports("avx2") ? &scan : NULL;
}

#else

const skr_genotype_scan *skr_genotype_scan_avx2(void)
{
    return NULL;
}

#endif
