/* genotype_scan_avx512.c - the scans for CPUs with AVX-512BW: 64 samples a step. */
#include "engine/import/genotypes/genotype_scan_int.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw")))

TARGET static inline __m512i load(const void *from, size_t i)
{
    return _mm512_loadu_si512((const uint8_t *)from + 64 * i);
}

/* The samples of 64 whose bytes under the mask are not those of the value. */
TARGET static uint64_t unlike_64(const void *from, unsigned n_bytes, __m512i mask, __m512i value)
{
    uint64_t unlike = 0;
#define MASKED(i) _mm512_and_si512(load(from, i), mask)
    switch (n_bytes) {
    case 1:
        return _mm512_cmpneq_epi8_mask(MASKED(0), value);
    case 2:
        for (unsigned i = 0; i < 2; i++)
            unlike |= (uint64_t)_mm512_cmpneq_epi16_mask(MASKED(i), value) << 32 * i;
        return unlike;
    case 4:
        for (unsigned i = 0; i < 4; i++)
            unlike |= (uint64_t)_mm512_cmpneq_epi32_mask(MASKED(i), value) << 16 * i;
        return unlike;
    default:
        for (unsigned i = 0; i < 8; i++)
            unlike |= (uint64_t)_mm512_cmpneq_epi64_mask(MASKED(i), value) << 8 * i;
        return unlike;
    }
}

TARGET static bool mark_unlike(const void *samples, size_t n, unsigned n_bytes, uint64_t mask,
                               uint64_t value, uint64_t *marks)
{
    const __m512i masks = _mm512_set1_epi64((long long)mask);
    const __m512i values = _mm512_set1_epi64((long long)value);
    const uint8_t *from = samples;
    uint64_t any = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64, from += 64 * (size_t)n_bytes) {
        __m512i differ = _mm512_setzero_si512();
        for (unsigned j = 0; j < n_bytes; j++)
            differ = _mm512_or_si512(
                differ, _mm512_xor_si512(_mm512_and_si512(load(from, j), masks), values));
        uint64_t word = 0;
        if (_mm512_test_epi64_mask(differ, differ) != 0)
            word = unlike_64(from, n_bytes, masks, values);
        marks[i / 64] = word;
        any |= word;
    }
    bool is_tail_unlike = i < n && skr_genotype_scan_plain()->mark_unlike(
                                       from, n - i, n_bytes, mask, value, marks + i / 64);
    return any != 0 || is_tail_unlike;
}

/* The bits of the 16-bit words of 64 pairs that are this one. */
TARGET static inline uint64_t same(__m512i low, __m512i high, int word)
{
    const __m512i wanted = _mm512_set1_epi16((short)word);
    return _mm512_cmpeq_epi16_mask(low, wanted) | (uint64_t)_mm512_cmpeq_epi16_mask(high, wanted)
                                                      << 32;
}

/* The samples of 64 with other 16-bit words under the mask. */
TARGET static inline uint64_t differ(__m512i low, __m512i high, __m512i value, __m512i mask)
{
    return _mm512_test_epi16_mask(_mm512_xor_si512(low, value), mask) |
           (uint64_t)_mm512_test_epi16_mask(_mm512_xor_si512(high, value), mask) << 32;
}

/* Most often 64 samples are 0/0 and written as the first one: that is one comparison. */
TARGET static bool sort_pairs(const void *pairs, size_t n, const skr_pair_planes *planes,
                              unsigned *ret_written)
{
    const __m512i bar = _mm512_set1_epi16(0x0100);
    const __m512i no_phase = _mm512_set1_epi8((char)0xfe);
    const uint8_t *from = pairs;
    const bool has_bar = n > 0 && (from[1] & 1) != 0;
    const __m512i ref = _mm512_set1_epi16(has_bar ? 0x0302 : 0x0202);
    uint64_t otherwise = 0;
    uint64_t any = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64, from += 128) {
        __m512i low = load(from, 0);
        __m512i high = load(from, 1);
        uint64_t unlike = 0;
        uint64_t homs = 0;
        uint64_t hets = 0;
        uint64_t missing = 0;
        if ((_mm512_cmpneq_epi16_mask(low, ref) | _mm512_cmpneq_epi16_mask(high, ref)) != 0) {
            otherwise |= differ(low, high, ref, bar);
            unlike = differ(low, high, ref, no_phase);
            low = _mm512_and_si512(low, no_phase);
            high = _mm512_and_si512(high, no_phase);
            hets = same(low, high, 0x0402) | same(low, high, 0x0204);
            homs = same(low, high, 0x0404);
            missing = same(low, high, 0);
        }
        planes->carriers[i / 64] = hets | homs;
        planes->homs[i / 64] = homs;
        planes->missing[i / 64] = missing;
        planes->others[i / 64] = unlike & ~(hets | homs | missing);
        any |= unlike;
    }
    *ret_written = n == 0 ? 0 : skr_written_of(has_bar, otherwise != 0);
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

/* Above missing and not above highest; 64 values. */
TARGET static uint64_t low_64(const void *from, skr_value_type type, skr_low_bounds bounds)
{
    uint64_t low = 0;
    switch (type) {
    case SKR_VALUE_INT8:
        return _mm512_cmpgt_epi8_mask(load(from, 0), _mm512_set1_epi8((char)bounds.missing)) &
               _mm512_cmple_epi8_mask(load(from, 0), _mm512_set1_epi8((char)bounds.highest));
    case SKR_VALUE_INT16:
        for (unsigned i = 0; i < 2; i++)
            low |= (uint64_t)(_mm512_cmpgt_epi16_mask(load(from, i),
                                                      _mm512_set1_epi16((short)bounds.missing)) &
                              _mm512_cmple_epi16_mask(load(from, i),
                                                      _mm512_set1_epi16((short)bounds.highest)))
                   << 32 * i;
        return low;
    case SKR_VALUE_INT32:
        for (unsigned i = 0; i < 4; i++)
            low |= (uint64_t)(_mm512_cmpgt_epi32_mask(load(from, i),
                                                      _mm512_set1_epi32(bounds.missing)) &
                              _mm512_cmple_epi32_mask(load(from, i),
                                                      _mm512_set1_epi32(bounds.highest)))
                   << 16 * i;
        return low;
    default:
        for (unsigned i = 0; i < 4; i++)
            low |= (uint64_t)_mm512_cmp_ps_mask(_mm512_castsi512_ps(load(from, i)),
                                                _mm512_set1_ps(bounds.limit), _CMP_LT_OQ)
                   << 16 * i;
        return low;
    }
}

TARGET static void add_below(const void *values, size_t n, skr_value_type type, double limit,
                             uint64_t *marks)
{
    const skr_low_bounds bounds = skr_genotype_scan_bounds(type, limit);
    const size_t n_bytes = type == SKR_VALUE_INT8 ? 1 : type == SKR_VALUE_INT16 ? 2 : 4;
    const uint8_t *from = values;
    size_t i = 0;
    for (; i + 64 <= n; i += 64, from += 64 * n_bytes)
        marks[i / 64] |= low_64(from, type, bounds);
    if (i < n)
        skr_genotype_scan_plain()->add_below(from, n - i, type, limit, marks + i / 64);
}

const skr_genotype_scan *skr_genotype_scan_avx512(void)
{
    static const skr_genotype_scan scan = {
        .name = "avx512",
        .mark_unlike = mark_unlike,
        .sort_pairs = sort_pairs,
        .add_below = add_below,
    };
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") ? &scan : NULL;
}

#else

const skr_genotype_scan *skr_genotype_scan_avx512(void)
{
    return NULL;
}

#endif
