/* kernel_avx512.c - the kernels for CPUs with AVX-512 and VPOPCNTDQ. */
#include "storage/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512vpopcntdq")))

TARGET static inline __m512i load(const void *plane, size_t word)
{
    return _mm512_loadu_si512((const uint8_t *)plane + 8 * word);
}

/* The words from word on, up to 7 of them, and zeros behind them. */
TARGET static inline __m512i load_tail(const void *plane, size_t word, __mmask8 mask)
{
    return _mm512_maskz_loadu_epi64(mask, (const uint8_t *)plane + 8 * word);
}

static inline __mmask8 tail_mask(size_t n_words)
{
    return (__mmask8)((1u << n_words) - 1);
}

TARGET static inline __m512i add_bits(__m512i sums, __m512i bits)
{
    return _mm512_add_epi64(sums, _mm512_popcnt_epi64(bits));
}

TARGET static uint64_t count_and(const void *plane, const void *who, size_t n_words)
{
    __m512i sums = _mm512_setzero_si512();
    __m512i more = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 16 <= n_words; i += 16) {
        sums = add_bits(sums, _mm512_and_si512(load(plane, i), load(who, i)));
        more = add_bits(more, _mm512_and_si512(load(plane, i + 8), load(who, i + 8)));
    }
    for (; i + 8 <= n_words; i += 8)
        sums = add_bits(sums, _mm512_and_si512(load(plane, i), load(who, i)));
    __mmask8 mask = tail_mask(n_words - i);
    sums = add_bits(sums, _mm512_and_si512(load_tail(plane, i, mask), load_tail(who, i, mask)));
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(sums, more));
}

TARGET static bool count_and_pair(const void *first, const void *second, const void *who,
                                  size_t n_words, skr_plane_counts *ret_counts)
{
    __m512i sums_first = _mm512_setzero_si512();
    __m512i sums_second = _mm512_setzero_si512();
    __m512i strays = _mm512_setzero_si512();
    for (size_t i = 0; i < n_words; i += 8) {
        __mmask8 mask = n_words - i < 8 ? tail_mask(n_words - i) : 0xff;
        __m512i in_first = load_tail(first, i, mask);
        __m512i in_second = load_tail(second, i, mask);
        __m512i in_who = load_tail(who, i, mask);
        sums_first = add_bits(sums_first, _mm512_and_si512(in_first, in_who));
        sums_second = add_bits(sums_second, _mm512_and_si512(in_second, in_who));
        strays = _mm512_or_si512(strays, _mm512_andnot_si512(in_first, in_second));
    }
    ret_counts->n_first = (uint64_t)_mm512_reduce_add_epi64(sums_first);
    ret_counts->n_second = (uint64_t)_mm512_reduce_add_epi64(sums_second);
    return _mm512_test_epi64_mask(strays, strays) == 0;
}

TARGET static bool is_within(const void *inner, const void *outer, size_t n_words)
{
    __m512i strays = _mm512_setzero_si512();
    for (size_t i = 0; i < n_words; i += 8) {
        __mmask8 mask = n_words - i < 8 ? tail_mask(n_words - i) : 0xff;
        strays = _mm512_or_si512(
            strays, _mm512_andnot_si512(load_tail(outer, i, mask), load_tail(inner, i, mask)));
    }
    return _mm512_test_epi64_mask(strays, strays) == 0;
}

TARGET static void or_into(uint64_t *bitmap, const void *plane, size_t n_words)
{
    for (size_t i = 0; i < n_words; i += 8) {
        __mmask8 mask = n_words - i < 8 ? tail_mask(n_words - i) : 0xff;
        __m512i bits = _mm512_or_si512(load_tail(bitmap, i, mask), load_tail(plane, i, mask));
        _mm512_mask_storeu_epi64(bitmap + i, mask, bits);
    }
}

TARGET static void and_into(uint64_t *bitmap, const void *plane, size_t n_words)
{
    for (size_t i = 0; i < n_words; i += 8) {
        __mmask8 mask = n_words - i < 8 ? tail_mask(n_words - i) : 0xff;
        __m512i bits = _mm512_and_si512(load_tail(bitmap, i, mask), load_tail(plane, i, mask));
        _mm512_mask_storeu_epi64(bitmap + i, mask, bits);
    }
}

TARGET static uint32_t count_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n)
{
    const __m512i one = _mm512_set1_epi32(1);
    uint32_t n_in = 0;
    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : 0xffff;
        __m512i sample = _mm512_maskz_loadu_epi32(mask, samples + i);
        __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask,
                                                    _mm512_srli_epi32(sample, 5), bitmap, 4);
        /* A rotation takes its number modulo 32. */
        __m512i bits = _mm512_rolv_epi32(one, sample);
        n_in += (uint32_t)__builtin_popcount(_mm512_test_epi32_mask(words, bits));
    }
    return n_in;
}

/* Four lanes fill no wide register: unpacking is the same as with AVX2. */
static uint64_t unpack_block(const uint8_t *packed, unsigned width, uint64_t next, uint32_t *values)
{
    return skr_kernels_avx2()->unpack_block(packed, width, next, values);
}

const skr_kernels *skr_kernels_avx512(void)
{
    static const skr_kernels kernels = {
        .name = "avx512",
        .count_and = count_and,
        .count_and_pair = count_and_pair,
        .is_within = is_within,
        .or_into = or_into,
        .and_into = and_into,
        .unpack_block = unpack_block,
        .count_listed = count_listed,
    };
    __builtin_cpu_init();
    bool has_all = skr_kernels_avx2() != NULL && __builtin_cpu_supports("avx512f") &&
                   __builtin_cpu_supports("avx512vpopcntdq");
    return has_all ? &kernels : NULL;
}

#else

const skr_kernels *skr_kernels_avx512(void)
{
    return NULL;
}

#endif
