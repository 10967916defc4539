/* kernel_avx2.c - the kernels for CPUs with AVX2. */
#include "storage/carriers/kernel_int.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,popcnt")))

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

/*
 * The zeros before each one of the high parts, added up from the block's beginning, as many as it
 * has ones: a whole word of them may follow the last. Returns the number of ones.
 */
TARGET static uint32_t count_zeros(const skr_packed_block *block, uint16_t *n_zeros)
{
    uint32_t i = 0;
    for (uint32_t at = 0; at < block->n_high; at += 64) {
        uint64_t bits = word_at(block->high, at / 64);
        if (block->n_high - at < 64)
            bits &= (UINT64_C(1) << (block->n_high - at)) - 1;
        uint32_t base = at - i;
        uint16_t *of_word = n_zeros + i;
        uint32_t n = (uint32_t)_mm_popcnt_u64(bits);
        /* Four at a time: of a word without ones the numbers are rubbish, and not looked at. */
        for (uint32_t k = 0; k < n; k += 4) {
            for (uint32_t j = k; j < k + 4; j++, bits &= bits - 1)
                of_word[j] = (uint16_t)(base + (uint32_t)_tzcnt_u64(bits) - j);
        }
        i += n;
    }
    return i;
}

/* Where the low parts of eight gaps lie in the bytes of eight: four in each half of a register. */
typedef struct low_places {
    __m256i bytes;
    __m256i shifts;
    __m256i mask;
    uint32_t second; /* where the second half begins */
} low_places;

TARGET static low_places low_places_of(unsigned width, uint32_t low_bit)
{
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    uint32_t second = (low_bit + 4 * width) / 8;
    __m256i bits = _mm256_add_epi32(_mm256_mullo_epi32(lanes, _mm256_set1_epi32((int)width)),
                                    _mm256_set1_epi32((int)low_bit));
    __m256i bytes = _mm256_sub_epi32(
        _mm256_srli_epi32(bits, 3),
        _mm256_inserti128_si256(_mm256_setzero_si256(), _mm_set1_epi32((int)second), 1));
    bytes = _mm256_add_epi32(_mm256_mullo_epi32(bytes, _mm256_set1_epi32(0x01010101)),
                             _mm256_set1_epi32(0x03020100));
    return (low_places){.bytes = bytes,
                        .shifts = _mm256_and_si256(bits, _mm256_set1_epi32(7)),
                        .mask = _mm256_set1_epi32((int)((1u << width) - 1)),
                        .second = second};
}

TARGET static inline __m256i load_low(const uint8_t *low, const low_places *places)
{
    __m256i bytes =
        _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const void *)low)),
                                _mm_loadu_si128((const void *)(low + places->second)), 1);
    bytes = _mm256_srlv_epi32(_mm256_shuffle_epi8(bytes, places->bytes), places->shifts);
    return _mm256_and_si256(bytes, places->mask);
}

/* Eight gaps at a time, and their sums. Wide gaps are left to the plain twin. */
TARGET static uint64_t unpack_block(const skr_packed_block *block, uint64_t next, uint32_t *values)
{
    if (block->width > SKR_UNPACK_WIDTH_MAX)
        return skr_kernels_plain()->unpack_block(block, next, values);
    uint16_t n_zeros[SKR_UNPACK_ZEROS_MAX];
    if (count_zeros(block, n_zeros) != block->n)
        return UINT64_MAX;
    const low_places places = low_places_of(block->width, block->low_bit);
    const __m128i width = _mm_cvtsi32_si128((int)block->width);
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i last = _mm256_set1_epi32(7);
    __m256i before = _mm256_set1_epi32((int)((uint32_t)next - 1));
    const uint8_t *low = block->low;
    for (uint32_t i = 0; i < block->n; i += 8, low += block->width) {
        __m256i sums = _mm256_add_epi32(load_low(low, &places), one);
        sums = _mm256_add_epi32(sums, _mm256_slli_si256(sums, 4));
        sums = _mm256_add_epi32(sums, _mm256_slli_si256(sums, 8));
        /* The sum of the first half goes to the second. */
        __m256i half = _mm256_permute2x128_si256(sums, sums, 0x08);
        sums = _mm256_add_epi32(sums, _mm256_shuffle_epi32(half, 0xff));
        sums = _mm256_add_epi32(sums, before);
        before = _mm256_permutevar8x32_epi32(sums, last);
        __m256i high = _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)(n_zeros + i)));
        sums = _mm256_add_epi32(sums, _mm256_sll_epi32(high, width));
        _mm256_storeu_si256((void *)(values + i), sums);
    }
    return skr_unpack_end(block, next, n_zeros[block->n - 1], values[block->n - 1]);
}

TARGET static uint32_t unpack_short(const skr_short_lists *lists, const uint32_t *which, uint32_t n,
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

TARGET static void test_listed(const uint64_t *bitmap, const uint32_t *samples, uint32_t n,
                               uint64_t *bits)
{
    const __m256i place = _mm256_set1_epi32(31);
    uint8_t *bytes = (uint8_t *)bits;
    if (n > 0)
        bits[(n - 1) / 64] = 0;
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i sample = _mm256_loadu_si256((const void *)(samples + i));
        __m256i words =
            _mm256_i32gather_epi32((const void *)bitmap, _mm256_srli_epi32(sample, 5), 4);
        /* The sample's bit becomes the sign. */
        words = _mm256_sllv_epi32(words, _mm256_andnot_si256(sample, place));
        bytes[i / 8] = (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(words));
    }
    for (; i < n; i++)
        bits[i / 64] |= (bitmap[samples[i] / 64] >> samples[i] % 64 & 1) << i % 64;
}

TARGET static void count_runs(const uint64_t *bits, const uint8_t *counts, const uint32_t *which,
                              uint32_t n, uint32_t *n_set)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_here = counts[which[i]];
        n_set[i] = (uint32_t)_mm_popcnt_u64(skr_run_of(bits, at, n_here));
        at += n_here;
    }
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

/* Eight samples at a time. What a step may read is there: eight places, and four bytes. */
TARGET static bool take_classes(const skr_packed_classes *packed, uint32_t n, uint32_t *classes,
                                uint64_t *ret_n_bits)
{
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i width_mask = _mm256_set1_epi32((1 << SKR_HEAD_WIDTH_BITS) - 1);
    const __m256i none = _mm256_set1_epi32(-1);
    __m256i bad = _mm256_setzero_si256();
    uint64_t at = 0;
    uint32_t i = 0;
    for (; packed->width_max <= SKR_PLACE_WIDTH_MAX && n - i >= 8 &&
           at / 8 + SKR_PLACE_WIDTH_MAX + 4 <= packed->n_bytes;
         i += 8) {
        __m256i codes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)(packed->codes + i)));
        __m256i heads = _mm256_i32gather_epi32((const void *)packed->heads, codes, 4);
        __m256i widths = _mm256_and_si256(heads, width_mask);
        __m256i ends = _mm256_add_epi32(widths, _mm256_slli_si256(widths, 4));
        ends = _mm256_add_epi32(ends, _mm256_slli_si256(ends, 8));
        __m256i half = _mm256_permute2x128_si256(ends, ends, 0x08);
        ends = _mm256_add_epi32(ends, _mm256_shuffle_epi32(half, 0xff));
        __m256i begins =
            _mm256_add_epi32(_mm256_sub_epi32(ends, widths), _mm256_set1_epi32((int)(at % 8)));
        __m256i words = _mm256_i32gather_epi32((const void *)(packed->bits + at / 8),
                                               _mm256_srli_epi32(begins, 3), 1);
        words = _mm256_srlv_epi32(words, _mm256_and_si256(begins, _mm256_set1_epi32(7)));
        words = _mm256_and_si256(words, _mm256_sub_epi32(_mm256_sllv_epi32(one, widths), one));
        __m256i places = _mm256_add_epi32(words, _mm256_srli_epi32(heads, SKR_HEAD_WIDTH_BITS));
        __m256i found = _mm256_i32gather_epi32((const void *)packed->classes, places, 4);
        bad = _mm256_or_si256(bad, _mm256_cmpeq_epi32(found, none));
        _mm256_storeu_si256((void *)(classes + i), found);
        at += (uint32_t)_mm256_extract_epi32(ends, 7);
    }
    *ret_n_bits = at;
    return skr_take_classes(packed, i, n, classes, ret_n_bits) && _mm256_testz_si256(bad, bad) != 0;
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
        .unpack_short = unpack_short,
        .test_listed = test_listed,
        .count_runs = count_runs,
        .count_listed = count_listed,
        .take_classes = take_classes,
    };
    __builtin_cpu_init();
    bool has_all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                   __builtin_cpu_supports("popcnt");
    return has_all ? &kernels : NULL;
}

#else

const skr_kernels *skr_kernels_avx2(void)
{
    return NULL;
}

#endif
