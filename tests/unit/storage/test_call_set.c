/*
 * A call set says for every sample what it was made from, before and after it is stored; sums agree
 * with adding over arrays; hostile bytes give an error or a sound set.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"

#define SEED UINT64_C(19690720)

static uint64_t state = SEED;
static skr_err err;

static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static const uint32_t sizes[] = {1, 2, 63, 64, 65, 127, 128, 129, 1000, 100000};

/* Per cent of: default, no call, no statement; the rest are numbers. */
static const unsigned mixes[][3] = {
    {100, 0, 0}, {0, 100, 0},  {0, 0, 100}, {99, 1, 0},   {90, 5, 3},
    {1, 0, 99},  {33, 33, 33}, {0, 50, 50}, {45, 10, 45}, {0, 0, 0},
};
#define N_MIXES (sizeof mixes / sizeof *mixes)

static void draw_calls(uint8_t *calls, uint32_t n, const unsigned *mix)
{
    for (uint32_t i = 0; i < n; i++) {
        unsigned at = draw() % 100;
        calls[i] = at < mix[0]                     ? SKR_CALL_DEFAULT
                   : at < mix[0] + mix[1]          ? SKR_CALL_NO_CALL
                   : at < mix[0] + mix[1] + mix[2] ? SKR_CALL_NO_STATEMENT
                                                   : (uint8_t)(draw() % (SKR_PLOIDY_MAX + 1));
    }
}

/* The stored set says the same without being made. */
static void assert_counts(const skr_buffer *stored, uint32_t n, const skr_call_question *question,
                          uint64_t want, const char *what)
{
    uint64_t n_copies = 0;
    skr_cursor cursor = skr_cursor_of(stored->bytes, stored->n);
    cr_assert(eq(int, skr_call_set_count_stored(&cursor, n, question, &n_copies, &err), 0));
    cr_assert(skr_cursor_is_done(&cursor), "%s", what);
    cr_assert(n_copies == want, "%s: %lu copies, not %lu", what, (unsigned long)n_copies,
              (unsigned long)want);
}

/* calls are those of the set, two copies expected of each. */
static void assert_diploid_counts(const skr_buffer *stored, const uint8_t *calls, uint32_t n,
                                  const uint64_t *cohort, const char *what)
{
    uint64_t n_copies[2] = {0};
    uint64_t n_in = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_in = (cohort[i / 64] >> i % 64 & 1) != 0;
        unsigned copies = calls[i] == SKR_CALL_DEFAULT ? 2
                          : calls[i] > SKR_PLOIDY_MAX  ? 0
                                                       : calls[i];
        n_copies[0] += copies;
        n_copies[1] += is_in ? copies : 0;
        n_in += is_in;
    }
    assert_counts(stored, n, &(skr_call_question){NULL, NULL, 2 * (uint64_t)n}, n_copies[0], what);
    assert_counts(stored, n, &(skr_call_question){cohort, NULL, 2 * n_in}, n_copies[1], what);
}

static void assert_set_says(const skr_call_set *set, const uint8_t *calls, uint32_t n,
                            const char *what)
{
    uint8_t *back = malloc(n);
    skr_call_set_to_calls(set, n, back);
    cr_assert(memcmp(back, calls, n) == 0, "%s", what);
    free(back);

    uint8_t *expected = malloc(n);
    uint64_t *cohort = calloc((n + 63) / 64, 8);
    uint64_t n_expected[2] = {0};
    uint64_t n_copies[2] = {0};
    bool is_complete = true;
    for (uint32_t i = 0; i < n; i++) {
        expected[i] = (uint8_t)(draw() % 3);
        bool is_in = draw() % 4 == 0;
        cohort[i / 64] |= (uint64_t)is_in << i % 64;
        unsigned copies = calls[i] == SKR_CALL_DEFAULT ? expected[i]
                          : calls[i] > SKR_PLOIDY_MAX  ? 0
                                                       : calls[i];
        n_expected[0] += expected[i];
        n_copies[0] += copies;
        n_expected[1] += is_in ? expected[i] : 0;
        n_copies[1] += is_in ? copies : 0;
        is_complete = is_complete && calls[i] != SKR_CALL_NO_STATEMENT;
    }
    cr_assert(eq(u64, skr_call_set_n_copies(set, NULL, expected, n_expected[0]), n_copies[0]));
    cr_assert(eq(u64, skr_call_set_n_copies(set, cohort, expected, n_expected[1]), n_copies[1]));
    cr_assert(skr_call_set_is_complete(set, n) == is_complete, "%s", what);
    skr_buffer stored = {0};
    cr_assert(eq(int, skr_call_set_encode(set, &stored, &err), 0));
    assert_counts(&stored, n, &(skr_call_question){NULL, expected, n_expected[0]}, n_copies[0],
                  what);
    assert_counts(&stored, n, &(skr_call_question){cohort, expected, n_expected[1]}, n_copies[1],
                  what);
    assert_diploid_counts(&stored, calls, n, cohort, what);
    skr_buffer_done(&stored);
    free(expected);
    free(cohort);
}

Test(call_set, says_what_it_was_made_from_and_reads_back)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t n = sizes[i];
        uint8_t *calls = malloc(n);
        for (size_t j = 0; j < N_MIXES; j++) {
            char what[80];
            snprintf(what, sizeof what, "seed %lu: %u samples, mix %zu", (unsigned long)SEED, n, j);
            skr_call_set set = {0};
            skr_call_set back = {0};
            skr_buffer bytes = {0};
            draw_calls(calls, n, mixes[j]);
            cr_assert(eq(int, skr_call_set_from_calls(calls, n, &set, &err), 0));
            assert_set_says(&set, calls, n, what);
            cr_assert(eq(int, skr_call_set_encode(&set, &bytes, &err), 0));
            skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
            cr_assert(eq(int, skr_call_set_decode(&cursor, n, &back, &err), 0), "%s: %s", what,
                      err.message);
            cr_assert(skr_cursor_is_done(&cursor), "%s", what);
            assert_set_says(&back, calls, n, what);
            skr_call_set_done(&set);
            skr_call_set_done(&back);
            skr_buffer_done(&bytes);
        }
        free(calls);
    }
}

/* What is accepted must be a sound set. */
static void try_hostile(const uint8_t *bytes, size_t n, uint32_t n_samples)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    memcpy(copy, bytes, n);
    skr_call_set set = {0};
    skr_cursor cursor = skr_cursor_of(copy, n);
    int status = skr_call_set_decode(&cursor, n_samples, &set, &err);
    cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
    uint64_t n_copies;
    skr_call_question question = {NULL, NULL, 2 * (uint64_t)n_samples};
    cursor = skr_cursor_of(copy, n);
    cr_assert(
        eq(int, skr_call_set_count_stored(&cursor, n_samples, &question, &n_copies, &err), status));
    if (status == SKR_OK) {
        uint8_t *calls = malloc(n_samples);
        skr_call_set_to_calls(&set, n_samples, calls);
        uint32_t n_off_base = 0;
        for (uint32_t i = 0; i < n_samples; i++) {
            cr_assert(calls[i] <= SKR_PLOIDY_MAX || calls[i] >= SKR_CALL_DEFAULT);
            n_off_base += calls[i] != set.base;
        }
        cr_assert(eq(u32, n_off_base, set.n_flips + set.n_exceptions));
        free(calls);
    }
    skr_call_set_done(&set);
    free(copy);
}

Test(call_set, refuses_hostile_bytes)
{
    uint8_t calls[1000];
    for (size_t j = 0; j < N_MIXES; j++) {
        skr_call_set set = {0};
        skr_buffer bytes = {0};
        draw_calls(calls, sizeof calls, mixes[j]);
        cr_assert(eq(int, skr_call_set_from_calls(calls, sizeof calls, &set, &err), 0));
        cr_assert(eq(int, skr_call_set_encode(&set, &bytes, &err), 0));
        for (size_t n = 0; n < bytes.n; n++) {
            skr_call_set none = {0};
            skr_cursor cursor = skr_cursor_of(bytes.bytes, n);
            cr_assert(
                eq(int, skr_call_set_decode(&cursor, sizeof calls, &none, &err), SKR_ERR_CORRUPT));
            try_hostile(bytes.bytes, n, sizeof calls);
        }
        for (int i = 0; i < 2000; i++) {
            size_t at = draw() % bytes.n;
            uint8_t old = bytes.bytes[at];
            bytes.bytes[at] = (uint8_t)draw();
            try_hostile(bytes.bytes, bytes.n, sizeof calls);
            bytes.bytes[at] = old;
        }
        skr_call_set_done(&set);
        skr_buffer_done(&bytes);
    }
    uint8_t noise[40];
    for (int i = 0; i < 20000; i++) {
        for (size_t j = 0; j < sizeof noise; j++)
            noise[j] = (uint8_t)(draw() >> draw() % 40);
        try_hostile(noise, draw() % sizeof noise, 1 + draw() % 300);
    }
}
