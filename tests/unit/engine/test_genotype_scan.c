/*
 * Every table of scans gives the plain table's bits at every length and alignment, and the plain
 * one those of a loop over the samples.
 *
 * Buffers are exactly as long as what a scan may read, so that the address sanitizer sees a step
 * over their ends.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genotypes/genotype_scan.h"
#include "tests/support/random.h"

#define N_MAX 400u
#define N_WORDS (N_MAX / 64 + 1)
#define N_ALIGNMENTS 64u

static void for_each_table(void (*each)(const skr_genotype_scan *scan, test_random *random))
{
    const skr_genotype_scan *const tables[] = {skr_genotype_scan_plain(), skr_genotype_scan_avx2(),
                                               skr_genotype_scan_avx512()};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        test_random random = test_random_drawn("genotype_scan");
        if (tables[i] != NULL)
            each(tables[i], &random);
    }
    if (tables[1] == NULL || tables[2] == NULL)
        cr_skip_test("the others agree; this CPU lacks AVX2 or AVX-512BW");
}

/* The marks of n samples by a function that looks at one. */
static void want_marks(size_t n, bool (*is_marked)(const uint8_t *from, size_t i, unsigned n_bytes),
                       const uint8_t *from, unsigned n_bytes, uint64_t *words)
{
    memset(words, 0, N_WORDS * sizeof *words);
    for (size_t i = 0; i < n; i++)
        words[i / 64] |= (uint64_t)is_marked(from, i, n_bytes) << i % 64;
}

static bool is_unlike(const uint8_t *from, size_t i, unsigned n_bytes)
{
    unsigned width = n_bytes & 15;
    unsigned n = n_bytes >> 4;
    for (unsigned j = 0; j < n; j++) {
        uint32_t value = 0;
        memcpy(&value, from + (i * n + j) * width, width);
        if ((value & ~1u) != 2)
            return true;
    }
    return false;
}

static void draw_genotypes(test_random *random, uint8_t *to, size_t n_values, unsigned width)
{
    static const int32_t few[] = {2, 3, 2, 2,    3,    3,   2,     4,    5,
                                  0, 1, 6, -127, -128, 127, 0x102, 0x302};
    bool is_rare = test_random_below(random, 3) > 0;
    for (size_t i = 0; i < n_values; i++) {
        bool is_ref = is_rare ? test_random_below(random, 90) > 0 : false;
        int32_t value = few[test_random_below(random, is_ref ? 7 : sizeof few / sizeof *few)];
        memcpy(to + i * width, &value, width);
    }
}

static void compare_unlike(const skr_genotype_scan *scan, test_random *random)
{
    static const uint64_t masks[] = {0, UINT64_C(0xfefefefefefefefe), UINT64_C(0xfffefffefffefffe),
                                     0, UINT64_C(0xfffffffefffffffe)};
    static const uint64_t values[] = {0, UINT64_C(0x0202020202020202), UINT64_C(0x0002000200020002),
                                      0, UINT64_C(0x0000000200000002)};
    static const unsigned shapes[][2] = {{1, 1}, {1, 2}, {1, 4}, {1, 8}, {2, 1},
                                         {2, 2}, {2, 4}, {4, 1}, {4, 2}};
    for (size_t shape = 0; shape < 9; shape++) {
        unsigned width = shapes[shape][0];
        unsigned n_bytes = width * shapes[shape][1];
        for (size_t n = 0; n <= N_MAX; n += n < 200 ? 1 : 37) {
            size_t offset = test_random_below(random, N_ALIGNMENTS);
            uint8_t *memory = malloc(offset + n * n_bytes + (offset + n == 0));
            uint64_t got[N_WORDS] = {0};
            uint64_t want[N_WORDS];
            draw_genotypes(random, memory + offset, n * shapes[shape][1], width);
            want_marks(n, is_unlike, memory + offset, width | shapes[shape][1] << 4, want);
            bool is_any =
                scan->mark_unlike(memory + offset, n, n_bytes, masks[width], values[width], got);
            cr_assert(memcmp(got, want, sizeof want) == 0, "%s: %zu samples of %u bytes at %zu",
                      scan->name, n, n_bytes, offset);
            bool want_any = false;
            for (size_t i = 0; i < N_WORDS; i++)
                want_any = want_any || want[i] != 0;
            cr_assert(is_any == want_any, "%s: any of %zu samples", scan->name, n);
            free(memory);
        }
    }
}

Test(genotype_scan, samples_unlike_the_value_are_marked)
{
    for_each_table(compare_unlike);
}

static void compare_pairs_at(const skr_genotype_scan *scan, const uint8_t *pairs, size_t n)
{
    uint64_t got[4][N_WORDS];
    uint64_t want[4][N_WORDS];
    memset(got, 0, sizeof got);
    memset(want, 0, sizeof want);
    skr_pair_planes planes = {got[0], got[1], got[2], got[3]};
    bool want_any = false;
    unsigned want_written = 0;
    unsigned written = 0;
    for (size_t i = 0; i < n; i++) {
        int a = pairs[2 * i] >> 1; /* 0 '.', 1 REF, 2 the first ALT */
        int b = pairs[2 * i + 1] >> 1;
        bool is_known = (a == 1 || a == 2) && (b == 1 || b == 2);
        bool is_ref = a == 1 && b == 1;
        bool is_missing = a == 0 && b == 0;
        uint64_t bit = UINT64_C(1) << i % 64;
        want[0][i / 64] |= is_known && !is_ref ? bit : 0;
        want[1][i / 64] |= a == 2 && b == 2 ? bit : 0;
        want[2][i / 64] |= is_missing ? bit : 0;
        want[3][i / 64] |= !is_known && !is_missing ? bit : 0;
        want_any = want_any || !is_ref;
        want_written |= (pairs[2 * i + 1] & 1) != 0 ? SKR_WRITTEN_BAR : SKR_WRITTEN_SLASH;
    }
    cr_assert(scan->sort_pairs(pairs, n, &planes, &written) == want_any, "%s: any of %zu",
              scan->name, n);
    cr_assert(written == want_written, "%s: how %zu pairs are written", scan->name, n);
    cr_assert(memcmp(got, want, sizeof want) == 0, "%s: %zu pairs", scan->name, n);
}

static void compare_pairs(const skr_genotype_scan *scan, test_random *random)
{
    for (size_t n = 0; n <= N_MAX; n++) {
        size_t offset = test_random_below(random, N_ALIGNMENTS);
        uint8_t *memory = malloc(offset + 2 * n + (offset + n == 0));
        draw_genotypes(random, memory + offset, 2 * n, 1);
        compare_pairs_at(scan, memory + offset, n);
        free(memory);
    }
    /* All written alike, and all but one. */
    for (size_t n = 1; n <= N_MAX; n++) {
        uint8_t *memory = malloc(2 * n);
        unsigned bar = (unsigned)test_random_below(random, 2);
        for (size_t i = 0; i < 2 * n; i++)
            memory[i] = (uint8_t)(2 | bar);
        compare_pairs_at(scan, memory, n);
        memory[2 * test_random_below(random, n) + 1] ^= 1;
        compare_pairs_at(scan, memory, n);
        free(memory);
    }
    /* Every pair of bytes, at every place of a step. */
    uint8_t pairs[2 * 64];
    for (unsigned pair = 0; pair < 65536; pair++) {
        memset(pairs, 2, sizeof pairs);
        pairs[2 * (pair % 64)] = (uint8_t)pair;
        pairs[2 * (pair % 64) + 1] = (uint8_t)(pair >> 8);
        compare_pairs_at(scan, pairs, 64);
    }
}

Test(genotype_scan, pairs_are_sorted)
{
    for_each_table(compare_pairs);
}

static void compare_below(const skr_genotype_scan *scan, test_random *random)
{
    static const double limits[] = {0, 1, 10, 20, 20.5, 0.1, 127, 128, 5000, 32768, 3e9, 1e40};
    static const unsigned sizes[] = {1, 2, 4, 4};
    for (size_t n = 0; n <= N_MAX; n += n < 140 ? 1 : 41) {
        for (int type = SKR_VALUE_INT8; type <= SKR_VALUE_FLOAT; type++) {
            size_t offset = test_random_below(random, N_ALIGNMENTS);
            double limit = limits[test_random_below(random, sizeof limits / sizeof *limits)];
            uint8_t *memory = malloc(offset + n * sizes[type] + (offset + n == 0));
            skr_values values = {memory + offset, (skr_value_type)type, 1};
            uint64_t got[N_WORDS] = {0};
            uint64_t want[N_WORDS] = {0};
            for (size_t i = 0; i < n; i++) {
                static const int32_t odd[] = {-128, -127,  -126,      -32768,       -32767,
                                              -1,   32767, INT32_MIN, INT32_MIN + 1};
                int32_t number = test_random_below(random, 6) == 0
                                     ? odd[test_random_below(random, 9)]
                                     : (int32_t)test_random_below(random, 40);
                float real = test_random_below(random, 8) == 0 ? NAN : (float)number / 2;
                memcpy(memory + offset + i * sizes[type],
                       type == SKR_VALUE_FLOAT ? (void *)&real : (void *)&number, sizes[type]);
            }
            for (size_t i = 0; i < n; i++)
                if ((double)skr_genotype_scan_values(&values, i) < limit)
                    want[i / 64] |= UINT64_C(1) << i % 64;
            scan->add_below(memory + offset, n, (skr_value_type)type, limit, got);
            cr_assert(memcmp(got, want, sizeof want) == 0, "%s: %zu of type %d below %g",
                      scan->name, n, type, limit);
            free(memory);
        }
    }
}

Test(genotype_scan, low_numbers_are_marked_and_missing_ones_are_not)
{
    for_each_table(compare_below);
}

Test(genotype_scan, marks_are_added_to)
{
    uint64_t marks[1] = {5};
    uint8_t values[2] = {30, 3};
    skr_genotype_scan_chosen()->add_below(values, 2, SKR_VALUE_INT8, 20, marks);
    cr_assert(marks[0] == 7);
}
