/* kernel_avx512.c - the kernels for CPUs with AVX-512, its byte permutations and VPOPCNTDQ. */
#include "storage/carriers/kernel_int.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,"      \
                          "bmi,popcnt")))

/* Low parts of short lists below this bound lie in four bytes each. */
#define BOUND_MAX (1u << 27)

static const uint8_t bytes_0_to_63[64] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
};

TARGET static inline __m512i load(const void *plane, size_t word)
{
    return _mm512_loadu_si512((const uint8_t *)plane + 8 * word);
}

/* The words from word on, up to 7 of them, and zeros after them. */
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

TARGET static void count_runs(const uint64_t *bits, const uint8_t *counts, const uint32_t *which,
                              uint32_t n, uint32_t *n_set)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_here = counts[which[i]];
        n_set[i] = (uint32_t)__builtin_popcountll(skr_run_of(bits, at, n_here));
        at += n_here;
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

/*
 * The zeros before each one of the high parts, added up from the block's beginning, as many as it
 * has ones; up to 64 numbers without meaning follow. Returns the number of ones.
 */
TARGET static uint32_t count_zeros(const skr_packed_block *block, uint16_t *n_zeros)
{
    const __m512i places = _mm512_load_si512(bytes_0_to_63);
    uint32_t i = 0;
    for (uint32_t at = 0; at < block->n_high; at += 64) {
        uint64_t bits;
        memcpy(&bits, block->high + at / 8, sizeof bits);
        if (block->n_high - at < 64)
            bits &= (UINT64_C(1) << (block->n_high - at)) - 1;
        /* The number of a bit in its word, less the ones before it, is the zeros before it. */
        __m512i zeros = _mm512_sub_epi8(_mm512_maskz_compress_epi8(bits, places), places);
        __m512i base = _mm512_set1_epi16((short)(at - i));
        __m512i first = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(zeros));
        __m512i second = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(zeros, 1));
        _mm512_storeu_si512(n_zeros + i, _mm512_add_epi16(first, base));
        _mm512_storeu_si512(n_zeros + i + 32, _mm512_add_epi16(second, base));
        i += (uint32_t)__builtin_popcountll(bits);
    }
    return i;
}

/* Where the low parts of sixteen gaps lie in the bytes of a register. */
typedef struct low_places {
    __m512i bytes;
    __m512i shifts;
    __m512i mask;
} low_places;

TARGET static inline low_places low_places_of(unsigned width, uint32_t low_bit)
{
    const __m512i lanes = _mm512_cvtepu8_epi32(_mm_load_si128((const void *)bytes_0_to_63));
    __m512i bits = _mm512_add_epi32(_mm512_mullo_epi32(lanes, _mm512_set1_epi32((int)width)),
                                    _mm512_set1_epi32((int)low_bit));
    /* The number of a byte, and of the three after it. */
    __m512i bytes = _mm512_add_epi32(
        _mm512_mullo_epi32(_mm512_srli_epi32(bits, 3), _mm512_set1_epi32(0x01010101)),
        _mm512_set1_epi32(0x03020100));
    return (low_places){.bytes = bytes,
                        .shifts = _mm512_and_si512(bits, _mm512_set1_epi32(7)),
                        .mask = _mm512_set1_epi32((int)((1u << width) - 1))};
}

TARGET static inline __m512i low_of(__m512i bytes, const low_places *places)
{
    bytes = _mm512_permutexvar_epi8(places->bytes, bytes);
    return _mm512_and_si512(_mm512_srlv_epi32(bytes, places->shifts), places->mask);
}

/* Each number and all before it. */
TARGET static inline __m512i add_up(__m512i sums)
{
    const __m512i zero = _mm512_setzero_si512();
    sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 15));
    sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 14));
    sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 12));
    return _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 8));
}

/* Sixteen gaps at a time, and their sums. Wide gaps are left to the plain twin. */
TARGET static uint64_t unpack_block(const skr_packed_block *block, uint64_t next, uint32_t *values)
{
    if (block->width > SKR_UNPACK_WIDTH_MAX)
        return skr_kernels_plain()->unpack_block(block, next, values);
    uint16_t n_zeros[SKR_UNPACK_ZEROS_MAX];
    if (count_zeros(block, n_zeros) != block->n)
        return UINT64_MAX;
    const low_places places = low_places_of(block->width, block->low_bit);
    const __m128i width = _mm_cvtsi32_si128((int)block->width);
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i last = _mm512_set1_epi32(15);
    __m512i before = _mm512_set1_epi32((int)((uint32_t)next - 1));
    const uint8_t *low = block->low;
    for (uint32_t i = 0; i < block->n; i += 16, low += 2 * block->width) {
        __m512i sums = add_up(_mm512_add_epi32(low_of(_mm512_loadu_si512(low), &places), one));
        sums = _mm512_add_epi32(sums, before);
        before = _mm512_permutexvar_epi32(last, sums);
        __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(n_zeros + i)));
        sums = _mm512_add_epi32(sums, _mm512_sll_epi32(high, width));
        _mm512_storeu_si512(values + i, sums);
    }
    return skr_unpack_end(block, next, n_zeros[block->n - 1], values[block->n - 1]);
}

/* Up to so many numbers a short list lies in one register whole, unary and all. */
#define TINY_MAX 16u

/* How a list of so many numbers is unpacked. */
typedef struct tiny_shape {
    low_places places;
    uint64_t high; /* the bits of unary */
    uint32_t n_ones;
    __mmask16 lanes;
} tiny_shape;

TARGET static inline void tiny_shapes_of(const skr_short_shapes *shapes, tiny_shape *tiny)
{
    for (uint32_t n = 0; n <= TINY_MAX; n++) {
        const skr_short_shape *shape = &shapes->of[n];
        tiny[n] = (tiny_shape){
            .places = low_places_of(shape->width, shape->n_high),
            .high = (UINT64_C(1) << shape->n_high) - 1,
            .n_ones = n == 1 ? 0 : n,
            .lanes = (__mmask16)((1u << n) - 1),
        };
    }
}

/* Nothing here depends on how many they are, so that no branch is guessed wrong. */
TARGET static inline uint32_t unpack_tiny(const tiny_shape *tiny, uint32_t width, __m512i bound,
                                          const uint8_t *bytes, uint32_t *values)
{
    const __m512i lanes = _mm512_load_si512(bytes_0_to_63);
    __m512i all = _mm512_loadu_si512(bytes);
    uint64_t bits = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(all)) & tiny->high;
    __m128i high = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(bits, lanes));
    high = _mm_sub_epi8(high, _mm512_castsi512_si128(lanes));
    __m512i sums = add_up(_mm512_sub_epi32(low_of(all, &tiny->places), _mm512_set1_epi32(-1)));
    sums = _mm512_add_epi32(
        sums, _mm512_sll_epi32(_mm512_cvtepu8_epi32(high), _mm_cvtsi32_si128((int)width)));
    sums = _mm512_add_epi32(sums, _mm512_set1_epi32(-1));
    _mm512_storeu_si512(values, sums);
    uint32_t beyond = _mm512_mask_cmpge_epu32_mask(tiny->lanes, sums, bound);
    return beyond | ((uint32_t)__builtin_popcountll(bits) ^ tiny->n_ones);
}

TARGET static uint32_t unpack_short(const skr_short_lists *lists, const uint32_t *which, uint32_t n,
                                    uint32_t *values)
{
    const skr_short_shapes *shapes = lists->shapes;
    if (shapes->bound > BOUND_MAX)
        return skr_kernels_plain()->unpack_short(lists, which, n, values);
    tiny_shape tiny[TINY_MAX + 1];
    tiny_shapes_of(shapes, tiny);
    const __m512i bound = _mm512_set1_epi32((int)shapes->bound);
    uint32_t n_values = 0;
    uint32_t is_bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_here = lists->counts[which[i]];
        const skr_short_shape *shape = &shapes->of[n_here];
        const uint8_t *bytes = lists->bytes + lists->offsets[which[i]];
        if (n_here <= TINY_MAX) {
            is_bad |= unpack_tiny(&tiny[n_here], shape->width, bound, bytes, values + n_values);
        } else {
            skr_packed_block block = skr_short_block(shape, n_here, bytes);
            is_bad |= unpack_block(&block, 0, values + n_values) > shapes->bound;
        }
        n_values += n_here;
    }
    return is_bad == 0 ? n_values : UINT32_MAX;
}

TARGET static void test_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n,
                               uint64_t *bits)
{
    const __m512i one = _mm512_set1_epi32(1);
    if (n > 0)
        bits[(n - 1) / 64] = 0;
    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : 0xffff;
        __m512i sample = _mm512_maskz_loadu_epi32(mask, samples + i);
        __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask,
                                                    _mm512_srli_epi32(sample, 5), bitmap, 4);
        uint16_t in = (uint16_t)_mm512_test_epi32_mask(words, _mm512_rolv_epi32(one, sample));
        memcpy((uint8_t *)bits + i / 8, &in, sizeof in);
    }
}

/* Byte b of the heads of all buckets. */
typedef struct head_bytes {
    __m512i of[4];
} head_bytes;

TARGET static head_bytes head_bytes_of(const uint32_t *heads, unsigned b)
{
    uint8_t bytes[256];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(heads[i] >> 8 * b);
    head_bytes all;
    for (unsigned k = 0; k < 4; k++)
        all.of[k] = _mm512_loadu_si512(bytes + 64 * (size_t)k);
    return all;
}

TARGET static inline __m512i head_bytes_at(const head_bytes *all, __m512i codes)
{
    __m512i low = _mm512_permutex2var_epi8(all->of[0], codes, all->of[1]);
    __m512i high = _mm512_permutex2var_epi8(all->of[2], codes, all->of[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high);
}

/* Sixteen samples with these heads; the places begin at bit at, and 64 bytes are there. Returns the
 * bits that they took, and in *bad where there is no class. */
TARGET static inline uint32_t take_sixteen(const skr_packed_classes *packed, __m512i heads,
                                           uint64_t at, uint32_t *classes, uint32_t *bad)
{
    const __m512i one = _mm512_set1_epi32(1);
    __m512i widths = _mm512_and_si512(heads, _mm512_set1_epi32((1 << SKR_HEAD_WIDTH_BITS) - 1));
    __m512i ends = add_up(widths);
    __m512i begins =
        _mm512_add_epi32(_mm512_sub_epi32(ends, widths), _mm512_set1_epi32((int)(at % 8)));
    const low_places places = {
        .bytes = _mm512_add_epi32(
            _mm512_mullo_epi32(_mm512_srli_epi32(begins, 3), _mm512_set1_epi32(0x01010101)),
            _mm512_set1_epi32(0x03020100)),
        .shifts = _mm512_and_si512(begins, _mm512_set1_epi32(7)),
        .mask = _mm512_sub_epi32(_mm512_sllv_epi32(one, widths), one)};
    __m512i in_bucket = low_of(_mm512_loadu_si512(packed->bits + at / 8), &places);
    __m512i found = _mm512_i32gather_epi32(
        _mm512_add_epi32(in_bucket, _mm512_srli_epi32(heads, SKR_HEAD_WIDTH_BITS)), packed->classes,
        4);
    *bad |= _mm512_cmpeq_epi32_mask(found, _mm512_set1_epi32(-1));
    _mm512_storeu_si512(classes, found);
    return (uint32_t)_mm_extract_epi32(_mm512_extracti32x4_epi32(ends, 3), 3);
}

/* 64 samples at a time. Their heads are looked up byte by byte, where a gather would take longer.
 */
TARGET static bool take_classes(const skr_packed_classes *packed, uint32_t n, uint32_t *classes,
                                uint64_t *ret_n_bits)
{
    /* so that joining bytes within quarters of a register gives sample after sample */
    const __m512i quarters =
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    head_bytes all[4];
    for (unsigned b = 0; b < 4; b++)
        all[b] = head_bytes_of(packed->heads, b);
    uint64_t at = 0;
    uint32_t bad = 0;
    uint32_t i = 0;
    for (; packed->width_max <= SKR_PLACE_WIDTH_MAX && n - i >= 64 &&
           at / 8 + 48 * SKR_PLACE_WIDTH_MAX / 8 + 65 <= packed->n_bytes;
         i += 64) {
        __m512i codes = _mm512_permutexvar_epi32(quarters, _mm512_loadu_si512(packed->codes + i));
        __m512i bytes[4];
        for (unsigned b = 0; b < 4; b++)
            bytes[b] = head_bytes_at(&all[b], codes);
        __m512i low = _mm512_unpacklo_epi8(bytes[0], bytes[1]);
        __m512i high = _mm512_unpacklo_epi8(bytes[2], bytes[3]);
        at += take_sixteen(packed, _mm512_unpacklo_epi16(low, high), at, classes + i, &bad);
        at += take_sixteen(packed, _mm512_unpackhi_epi16(low, high), at, classes + i + 16, &bad);
        low = _mm512_unpackhi_epi8(bytes[0], bytes[1]);
        high = _mm512_unpackhi_epi8(bytes[2], bytes[3]);
        at += take_sixteen(packed, _mm512_unpacklo_epi16(low, high), at, classes + i + 32, &bad);
        at += take_sixteen(packed, _mm512_unpackhi_epi16(low, high), at, classes + i + 48, &bad);
    }
    *ret_n_bits = at;
    return skr_take_classes(packed, i, n, classes, ret_n_bits) && bad == 0;
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
        .unpack_short = unpack_short,
        .test_listed = test_listed,
        .count_runs = count_runs,
        .count_listed = count_listed,
        .take_classes = take_classes,
    };
    __builtin_cpu_init();
    bool has_all = skr_kernels_avx2() != NULL && __builtin_cpu_supports("avx512f") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
                   __builtin_cpu_supports("avx512vpopcntdq");
    return has_all ? &kernels : NULL;
}

#else

const skr_kernels *skr_kernels_avx512(void)
{
    return NULL;
}

#endif
