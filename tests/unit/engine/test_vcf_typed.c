/*
 * A typed vector of BCF gives the values that were written, of every type and length, whether its
 * length is in its first byte or a vector itself; one that is cut, or that claims more than there
 * is, makes the cursor bad, which it stays.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/vcf/vcf_typed.h"
#include "tests/support/random.h"
#include "tests/support/raw_bcf.h"

#define N_MAX 40u
#define N_TIMES_MAX 5u

static test_random draw;

/* Draws a value that fits the type; the two least of a type mean "missing" and "no more". */
static int32_t draw_value(int type)
{
    int64_t least = type == RAW_INT8 ? INT8_MIN : type == RAW_INT16 ? INT16_MIN : INT32_MIN;
    uint32_t kind = test_random_below(&draw, 8);
    if (kind < 2)
        return (int32_t)(least + kind);
    return (int32_t)(least + 2 + test_random_below(&draw, (uint32_t)(-2 * (least + 2))));
}

/* What skr_typed_int is to give for a value of the type. */
static int32_t wanted(int type, int32_t value)
{
    int32_t least = type == RAW_INT8 ? INT8_MIN : type == RAW_INT16 ? INT16_MIN : INT32_MIN;
    return value <= least + 1 ? INT32_MIN + (value - least) : value;
}

Test(vcf_typed, gives_what_was_written_and_is_bad_wherever_it_is_cut)
{
    static const int types[] = {RAW_INT8, RAW_INT16, RAW_INT32};
    draw = test_random_drawn("vcf_typed");
    for (unsigned round = 0; round < 300; round++) {
        int type = types[round % 3];
        uint32_t n = test_random_below(&draw, N_MAX);
        uint32_t times = 1 + test_random_below(&draw, N_TIMES_MAX);
        int32_t values[N_MAX * N_TIMES_MAX];
        raw_bytes bytes = {0};
        raw_head(&bytes, n, type);
        for (uint32_t i = 0; i < n * times; i++) {
            values[i] = draw_value(type);
            raw_int(&bytes, type, values[i]);
        }
        skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
        skr_typed vector;
        skr_typed_take(&cursor, times, &vector);
        cr_assert(skr_cursor_is_done(&cursor));
        cr_assert(eq(u32, vector.n, n));
        cr_assert(eq(int, vector.type, type));
        cr_assert(skr_typed_is_int(&vector));
        for (uint32_t i = 0; i < n * times; i++)
            cr_assert(eq(i32, skr_typed_int(&vector, i), wanted(type, values[i])));
        for (size_t n_left = 0; n_left < bytes.n; n_left++) {
            cursor = skr_cursor_of(bytes.bytes, n_left);
            skr_typed_take(&cursor, times, &vector);
            cr_assert(cursor.is_bad && vector.at == NULL && cursor.at <= cursor.end);
            skr_typed_take(&cursor, 0, &vector);
            cr_assert(cursor.is_bad, "it stays bad");
        }
        free(bytes.bytes);
    }
}

Test(vcf_typed, refuses_types_that_there_are_not_and_lengths_that_nothing_has)
{
    static const struct {
        uint8_t bytes[8];
        size_t n;
        bool is_good;
    } cases[] = {
        {{0x00}, 1, true},     /* nothing */
        {{0x07}, 1, true},     /* a text without letters */
        {{0x04}, 1, false},    /* no type 4 */
        {{0x14, 1}, 2, false}, /* a value of it */
        {{0x10, 1}, 2, false}, /* a value of no type */
        {{0x0f}, 1, false},    /* no type 15 */
        {{0xf1, 0x11, 2, 5, 6}, 5, true},
        {{0xf1, 0x11, 0x80, 5, 6}, 5, false},                   /* a length that is missing */
        {{0xf1, 0x11, 0xff, 5, 6}, 5, false},                   /* and one below 0 */
        {{0xf1, 0x21, 2, 2, 5, 6}, 6, false},                   /* two lengths */
        {{0xf1, 0x15, 0, 0, 0, 0, 5, 6}, 8, false},             /* a length with a fraction */
        {{0xf1, 0x17, '2', 5, 6}, 5, false},                    /* and in letters */
        {{0xf3, 0x13, 0xff, 0xff, 0xff, 0x7f, 0, 0}, 8, false}, /* 2 billion values */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_cursor cursor = skr_cursor_of(cases[i].bytes, cases[i].n);
        skr_typed vector;
        skr_typed_take(&cursor, 1, &vector);
        cr_assert(eq(int, !cursor.is_bad, cases[i].is_good), "case %zu", i);
        cr_assert(eq(int, vector.at != NULL, cases[i].is_good), "case %zu", i);
    }
    const uint8_t short_one[] = {0x11, 5};
    skr_cursor cursor = skr_cursor_of(short_one, sizeof short_one);
    skr_typed vector;
    skr_typed_take(&cursor, 1u << 24, &vector);
    cr_assert(cursor.is_bad, "a value of each of 16 million samples");
}
