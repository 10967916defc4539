/*
 * Every table of kernels gives the plain table's answers, at every length and alignment.
 *
 * Buffers are exactly as long as what a kernel may read, so that the address sanitizer sees a step
 * over their ends.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/carriers/gap_list.h"
#include "storage/carriers/kernel.h"
#include "tests/support/random.h"

#define N_WORDS_MAX 300u
#define N_ALIGNMENTS 64u

static const skr_kernels *plain;

/* Runs each with every table besides the plain one; skips when the CPU has none. */
static void for_each_table(void (*each)(const skr_kernels *kernels, test_random *random))
{
    const skr_kernels *const tables[] = {skr_kernels_avx2(), skr_kernels_avx512()};
    plain = skr_kernels_plain();
    if (tables[0] == NULL)
        cr_skip_test("this CPU has no AVX2");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        test_random random = test_random_seeded(17 + i);
        if (tables[i] != NULL)
            each(tables[i], &random);
    }
    if (tables[1] == NULL)
        cr_skip_test("AVX2 is as plain; this CPU has no AVX-512 with VPOPCNTDQ");
}

static uint64_t draw(test_random *random)
{
    return (uint64_t)test_random_below(random, UINT32_MAX) << 32 |
           test_random_below(random, UINT32_MAX);
}

/* n_words of drawn words that begin offset bytes into the new *ret_memory. */
static uint8_t *new_plane(test_random *random, size_t n_words, size_t offset, uint8_t **ret_memory)
{
    *ret_memory = malloc(offset + 8 * n_words + (offset + n_words == 0));
    uint8_t *plane = *ret_memory + offset;
    unsigned kind = test_random_below(random, 8);
    for (size_t i = 0; i < n_words; i++) {
        uint64_t word = kind == 0 ? UINT64_MAX : kind == 1 ? 0 : draw(random) & draw(random);
        memcpy(plane + 8 * i, &word, sizeof word);
    }
    return plane;
}

static void compare_planes(const skr_kernels *kernels, test_random *random, size_t n_words,
                           size_t offset)
{
    uint8_t *memory[4];
    uint8_t *first = new_plane(random, n_words, offset, &memory[0]);
    uint8_t *second = new_plane(random, n_words, (offset * 5 + 3) % N_ALIGNMENTS, &memory[1]);
    uint8_t *who = new_plane(random, n_words, (offset * 8) % N_ALIGNMENTS, &memory[2]);
    uint64_t *bitmap = (uint64_t *)(void *)new_plane(random, n_words, 0, &memory[3]);
    uint64_t want[N_WORDS_MAX + 1];
    size_t n_bytes = 8 * n_words;
    bool is_clean = test_random_below(random, 2) == 0;
    for (size_t i = 0; i < n_bytes && is_clean; i++)
        second[i] &= first[i];
    if (is_clean && n_bytes > 0 && test_random_below(random, 2) == 0)
        second[test_random_below(random, (uint32_t)n_bytes)] |= 1;

    cr_assert(kernels->count_and(first, who, n_words) == plain->count_and(first, who, n_words),
              "%s: count_and %zu words at %zu", kernels->name, n_words, offset);
    skr_plane_counts a = {7, 7}, b = {8, 8};
    bool is_a = kernels->count_and_pair(first, second, who, n_words, &a);
    bool is_b = plain->count_and_pair(first, second, who, n_words, &b);
    cr_assert(is_a == is_b && a.n_first == b.n_first && a.n_second == b.n_second,
              "%s: count_and_pair %zu words at %zu", kernels->name, n_words, offset);
    cr_assert(kernels->is_within(second, first, n_words) == is_b &&
                  plain->is_within(second, first, n_words) == is_b,
              "%s: is_within %zu words at %zu", kernels->name, n_words, offset);

    memcpy(want, bitmap, n_bytes);
    plain->or_into(want, first, n_words);
    kernels->or_into(bitmap, first, n_words);
    cr_assert(memcmp(want, bitmap, n_bytes) == 0, "%s: or_into %zu words at %zu", kernels->name,
              n_words, offset);
    plain->and_into(want, who, n_words);
    kernels->and_into(bitmap, who, n_words);
    cr_assert(memcmp(want, bitmap, n_bytes) == 0, "%s: and_into %zu words at %zu", kernels->name,
              n_words, offset);
    for (size_t i = 0; i < 4; i++)
        free(memory[i]);
}

static void compare_every_plane(const skr_kernels *kernels, test_random *random)
{
    for (size_t n_words = 0; n_words <= N_WORDS_MAX; n_words++)
        for (size_t offset = 0; offset < N_ALIGNMENTS; offset++)
            compare_planes(kernels, random, n_words, offset);
}

Test(kernel, planes_are_counted_and_joined_like_the_plain_twin)
{
    for_each_table(compare_every_plane);
}

/* A block of n gaps with n_high bytes of unary; now and then it has not n ones. */
static void fill_block(test_random *random, uint8_t *low, uint8_t *high, uint32_t n, unsigned width,
                       uint32_t n_high)
{
    unsigned kind = test_random_below(random, 4);
    for (size_t i = 0; i < ((size_t)n * width + 7) / 8; i++)
        low[i] = kind == 0 ? 0 : kind == 1 ? 255 : (uint8_t)draw(random);
    memset(high, 0, n_high);
    for (uint32_t n_ones = 0; n_ones < n && n_high > 0;) {
        uint32_t at = kind == 0 ? n_ones : test_random_below(random, 8 * n_high);
        n_ones += (high[at / 8] >> at % 8 & 1) == 0;
        high[at / 8] |= (uint8_t)(1u << at % 8);
    }
    if (n_high > 0 && test_random_below(random, 16) == 0)
        high[test_random_below(random, n_high)] ^= (uint8_t)draw(random);
}

static void compare_block(const skr_kernels *kernels, test_random *random, uint32_t n,
                          unsigned width, uint32_t n_high)
{
    static const uint64_t starts[] = {0, 1, 1000000, UINT32_MAX - 5000, UINT32_MAX};
    size_t offset = test_random_below(random, 64);
    size_t n_low = ((size_t)n * width + 7) / 8;
    uint8_t *memory = calloc(1, offset + n_low + n_high + SKR_KERNEL_SLACK);
    skr_packed_block block = {.low = memory + offset,
                              .high = memory + offset + n_low,
                              .n_high = 8 * n_high,
                              .n = n,
                              .width = width};
    fill_block(random, memory + offset, memory + offset + n_low, n, width, n_high);
    for (size_t k = 0; k < SKR_KERNEL_SLACK; k++)
        memory[offset + n_low + n_high + k] = (uint8_t)draw(random);
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        uint32_t values[SKR_GAP_BLOCK], want[SKR_GAP_BLOCK];
        uint64_t next = kernels->unpack_block(&block, starts[k], values);
        uint64_t next_want = plain->unpack_block(&block, starts[k], want);
        cr_assert(next == next_want &&
                      (next == UINT64_MAX || memcmp(values, want, n * sizeof *want) == 0),
                  "%s: unpack_block of %u, width %u, %u bytes of unary, from %lu", kernels->name, n,
                  width, n_high, (unsigned long)starts[k]);
    }
    free(memory);
}

static void compare_every_block(const skr_kernels *kernels, test_random *random)
{
    for (uint32_t n = 1; n <= SKR_GAP_BLOCK; n++) {
        for (unsigned width = 0; width <= SKR_GAP_WIDTH_MAX; width++) {
            uint32_t n_least = (n + 7) / 8;
            compare_block(kernels, random, n, width, n_least);
            compare_block(kernels, random, n, width, 255);
            for (unsigned i = 0; i < 6; i++)
                compare_block(kernels, random, n, width,
                              n_least + test_random_below(random, 2 * n_least + 1));
        }
        compare_block(kernels, random, n, 5, 0);
    }
}

Test(kernel, blocks_are_unpacked_like_the_plain_twin)
{
    for_each_table(compare_every_block);
}

/* A drawn ascending list of n numbers below bound, packed; now and then one bit is another. */
static void put_short(test_random *random, uint32_t n, uint32_t bound, skr_buffer *bytes)
{
    uint32_t values[SKR_SHORT_MAX];
    skr_err err = {0};
    size_t start = bytes->n;
    for (uint32_t i = 0; i < n; i++) {
        /* The next of n - i numbers among those that are left, most of them early. */
        uint32_t least = i == 0 ? 0 : values[i - 1] + 1;
        uint32_t room = bound - least - (n - i - 1);
        values[i] = least + test_random_below(random, 1 + test_random_below(random, room));
    }
    cr_assert(eq(int, skr_gap_list_short_encode(values, n, bound, bytes, &err), 0));
    if (bytes->n > start && test_random_below(random, 10) == 0)
        bytes->bytes[start + test_random_below(random, (uint32_t)(bytes->n - start))] ^=
            (uint8_t)(1u << test_random_below(random, 8));
}

static void compare_short(const skr_kernels *kernels, test_random *random, uint32_t bound,
                          uint32_t n_max)
{
    enum {
        N_LISTS = 40
    };
    const skr_short_shapes shapes = skr_gap_list_short_shapes_of(bound);
    skr_buffer bytes = {0};
    skr_err err = {0};
    uint8_t counts[N_LISTS];
    uint32_t offsets[N_LISTS], which[N_LISTS];
    uint32_t values[N_LISTS * SKR_SHORT_MAX + 128], want[N_LISTS * SKR_SHORT_MAX + 128];
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_LISTS; i++) {
        counts[i] = (uint8_t)test_random_below(random, (bound < n_max ? bound : n_max) + 1);
        offsets[i] = (uint32_t)bytes.n;
        put_short(random, counts[i], bound, &bytes);
        if (test_random_below(random, 4) > 0)
            which[n++] = i;
    }
    for (unsigned i = 0; i < SKR_KERNEL_SLACK; i++)
        cr_assert(eq(int, skr_buffer_put_u8(&bytes, (uint8_t)draw(random), &err), 0));
    const skr_short_lists lists = {&shapes, bytes.bytes, offsets, counts};
    for (uint32_t i = 0; i <= n; i++) {
        uint32_t n_here = i == n ? n : 1;
        const uint32_t *here = i == n ? which : which + i;
        uint32_t n_values = kernels->unpack_short(&lists, here, n_here, values);
        uint32_t n_want = plain->unpack_short(&lists, here, n_here, want);
        cr_assert(n_values == n_want &&
                      (n_want == UINT32_MAX || memcmp(values, want, n_want * sizeof *want) == 0),
                  "%s: unpack_short of %u lists below %u, up to %u numbers", kernels->name, n_here,
                  bound, n_max);
        if (i < n) {
            uint32_t again[SKR_GAP_BLOCK];
            uint8_t count = counts[which[i]];
            bool is_sound =
                skr_gap_list_short_decode(bytes.bytes + offsets[which[i]], count, bound, again);
            cr_assert(is_sound == (n_want != UINT32_MAX) &&
                      (!is_sound || memcmp(again, want, count * sizeof *want) == 0));
        }
    }
    skr_buffer_done(&bytes);
}

static void compare_every_short(const skr_kernels *kernels, test_random *random)
{
    static const uint32_t bounds[] = {1,     2,      3,       64,       100,       1000,
                                      65536, 100000, 1000000, 33554433, 100000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        for (uint32_t n_max = 1; n_max <= SKR_SHORT_MAX; n_max++)
            for (int round = 0; round < 3; round++)
                compare_short(kernels, random, bounds[i], n_max);
}

Test(kernel, short_lists_are_unpacked_like_the_plain_twin)
{
    for_each_table(compare_every_short);
}

static void compare_every_list(const skr_kernels *kernels, test_random *random)
{
    for (uint32_t n_bits = 1; n_bits <= 100000; n_bits = n_bits * 3 + 1) {
        size_t n_words = (n_bits + 63) / 64;
        uint8_t *memory;
        uint64_t *bitmap = (uint64_t *)(void *)new_plane(random, n_words, 0, &memory);
        for (uint32_t n = 0; n <= 300; n++) {
            for (size_t offset = 0; offset < 16; offset++) {
                uint32_t *listed = malloc((offset + n + 1) * sizeof *listed);
                uint32_t *samples = listed + 1 + offset;
                for (uint32_t i = 0; i < n; i++)
                    samples[i] = test_random_below(random, n_bits);
                cr_assert(kernels->count_listed(bitmap, samples, n) ==
                              plain->count_listed(bitmap, samples, n),
                          "%s: count_listed %u of %u at %zu", kernels->name, n, n_bits, offset);
                uint64_t bits[5], want[5];
                kernels->test_listed(bitmap, samples, n, bits);
                plain->test_listed(bitmap, samples, n, want);
                cr_assert(memcmp(bits, want, (n + 63) / 64 * 8) == 0,
                          "%s: test_listed %u of %u at %zu", kernels->name, n, n_bits, offset);
                free(listed);
            }
        }
        free(memory);
    }
}

Test(kernel, listed_samples_are_counted_like_the_plain_twin)
{
    for_each_table(compare_every_list);
}

/* Buckets of drawn widths up to width_max, some of them with places that have no class. */
static uint32_t *draw_table(test_random *random, unsigned width_max, bool has_gaps, uint32_t *heads)
{
    uint32_t n = 1;
    for (unsigned i = 0; i < 256; i++) {
        unsigned width = test_random_below(random, width_max + 1);
        if (i > 8 && width > 8) /* few are wide: the table stays small */
            width = 8;
        heads[i] = n << SKR_HEAD_WIDTH_BITS | width;
        n += 1u << width;
    }
    uint32_t *table = malloc(n * sizeof *table);
    for (uint32_t i = 0; i < n; i++)
        table[i] = has_gaps && test_random_below(random, 5000) == 0 ? SKR_NO_CLASS
                                                                    : (uint32_t)draw(random) >> 1;
    return table;
}

static void compare_classes(const skr_kernels *kernels, test_random *random, uint32_t n,
                            unsigned width_max)
{
    uint32_t heads[256];
    uint32_t *table = draw_table(random, width_max, n % 2 == 0, heads);
    uint8_t *codes = malloc(n + 1);
    uint64_t n_bits = 0;
    for (uint32_t i = 0; i < n; i++) {
        codes[i] = (uint8_t)test_random_below(random, 256);
        n_bits += heads[codes[i]] % (1u << SKR_HEAD_WIDTH_BITS);
    }
    size_t n_bytes = (n_bits + 7) / 8;
    n_bytes -= n_bytes > 0 && n % 7 == 0; /* too few */
    n_bytes += n % 5 == 0 ? 300 : 0;
    uint8_t *bits = malloc(n_bytes + (n_bytes == 0));
    for (size_t i = 0; i < n_bytes; i++)
        bits[i] = (uint8_t)draw(random);
    const skr_packed_classes packed = {.codes = codes,
                                       .bits = bits,
                                       .n_bytes = n_bytes,
                                       .heads = heads,
                                       .classes = table,
                                       .width_max = width_max};
    uint32_t *a = malloc((n + 1) * sizeof *a);
    uint32_t *b = malloc((n + 1) * sizeof *b);
    uint64_t n_a = 0, n_b = 0;
    bool is_a = kernels->take_classes(&packed, n, a, &n_a);
    bool is_b = plain->take_classes(&packed, n, b, &n_b);
    cr_assert(is_a == is_b, "%s: take_classes %u of up to %u bits", kernels->name, n, width_max);
    cr_assert(is_b == false || (n_a == n_bits && n_b == n_bits && memcmp(a, b, n * sizeof *a) == 0),
              "%s: take_classes %u of up to %u bits", kernels->name, n, width_max);
    free(table);
    free(codes);
    free(bits);
    free(a);
    free(b);
}

static void compare_every_class(const skr_kernels *kernels, test_random *random)
{
    static const unsigned widths[] = {0, 1, 3, 7, 8, 12, 15, 20};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        for (uint32_t n = 0; n < 300; n += n < 140 && w < 6 ? 1 : 37)
            compare_classes(kernels, random, n, widths[w]);
        compare_classes(kernels, random, 5001, widths[w]);
    }
}

Test(kernel, classes_are_taken_like_the_plain_twin)
{
    for_each_table(compare_every_class);
}

Test(kernel, plain_counts_what_a_loop_over_bits_counts)
{
    test_random random = test_random_seeded(5);
    plain = skr_kernels_plain();
    for (size_t n_words = 0; n_words <= 20; n_words++) {
        uint8_t *memory[3];
        uint8_t *first = new_plane(&random, n_words, 1, &memory[0]);
        uint8_t *second = new_plane(&random, n_words, 2, &memory[1]);
        uint8_t *who = new_plane(&random, n_words, 3, &memory[2]);
        uint64_t n_first = 0, n_second = 0;
        bool is_within = true;
        for (size_t i = 0; i < 64 * n_words; i++) {
            unsigned bit = i % 8;
            n_first += first[i / 8] >> bit & who[i / 8] >> bit & 1;
            n_second += second[i / 8] >> bit & who[i / 8] >> bit & 1;
            is_within = is_within && (second[i / 8] & ~first[i / 8] & 1 << bit) == 0;
        }
        skr_plane_counts counts;
        cr_assert(eq(u64, plain->count_and(first, who, n_words), n_first));
        bool is_sound = plain->count_and_pair(first, second, who, n_words, &counts);
        cr_assert(is_sound == is_within && counts.n_first == n_first &&
                  counts.n_second == n_second);
        for (size_t i = 0; i < 3; i++)
            free(memory[i]);
    }
}

/* In one process the choice is made once, so that each name needs a process of its own: a test. */
static void assert_chosen(const char *name, const skr_kernels *want)
{
    setenv("SKERRY_KERNEL", name, 1);
    if (want == NULL)
        cr_skip_test("this CPU lacks what %s needs", name);
    cr_assert(eq(str, (char *)skr_kernels_chosen()->name, (char *)want->name));
}

Test(kernel, the_environment_asks_for_plain)
{
    assert_chosen("plain", skr_kernels_plain());
}

Test(kernel, the_environment_asks_for_avx2)
{
    assert_chosen("avx2", skr_kernels_avx2());
}

Test(kernel, the_environment_asks_for_avx512)
{
    assert_chosen("avx512", skr_kernels_avx512());
}

Test(kernel, an_unknown_name_leaves_the_widest_that_runs)
{
    const skr_kernels *widest = skr_kernels_avx512();
    if (widest == NULL)
        widest = skr_kernels_avx2();
    if (widest == NULL)
        widest = skr_kernels_plain();
    assert_chosen("widest", widest);
}
