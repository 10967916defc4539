/*
 * What a fragment holds comes back as it was put in, and damaged bytes are noticed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_body.h"

#define N 300u

static skr_err err;

/* Carriers and calls from a seed: more of them, the larger the share (of 100). */
static void draw(unsigned seed, int share, skr_carriers *carriers, skr_call_set *calls)
{
    uint8_t said[N];
    srandom(seed);
    for (uint32_t i = 0; i < N; i++) {
        said[i] = random() % 10 == 0 ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT;
        if (said[i] == SKR_CALL_NO_CALL || random() % 100 >= share)
            continue;
        if (random() % 5 == 0)
            cr_assert_eq(skr_carriers_add_bag(carriers, (skr_bag){i, 3, SKR_HET}, &err), SKR_OK);
        else
            cr_assert_eq(skr_carriers_add(carriers, i, (uint8_t)(1 + random() % 2), &err), SKR_OK);
    }
    cr_assert_eq(skr_call_set_from_calls(said, N, calls, &err), SKR_OK);
}

static void compare(const skr_carriers *a, const skr_carriers *b, unsigned seed)
{
    cr_assert_eq(a->n, b->n, "seed %u", seed);
    cr_assert_eq(a->n_bags, b->n_bags, "seed %u", seed);
    for (uint32_t i = 0; i < a->n; i++)
        cr_assert(a->samples[i] == b->samples[i] && a->dosages[i] == b->dosages[i], "seed %u",
                  seed);
    for (uint32_t i = 0; i < a->n_bags; i++)
        cr_assert(a->bags[i].sample == b->bags[i].sample &&
                      a->bags[i].n_this == b->bags[i].n_this &&
                      a->bags[i].zygosity == b->bags[i].zygosity,
                  "seed %u", seed);
}

Test(import_body, comes_back_as_it_was)
{
    for (unsigned seed = 1; seed <= 60; seed++) {
        skr_carriers carriers = {0};
        skr_carriers back = {0};
        skr_call_set calls = {0};
        skr_call_set calls_back = {0};
        skr_buffer bytes = {0};
        uint8_t was[N];
        uint8_t is[N];
        draw(seed, (int)(seed % 6) * 20, &carriers, &calls);
        cr_assert_eq(skr_import_body_encode(&calls, &carriers, &bytes, &err), SKR_OK);
        cr_assert_eq(skr_import_body_decode(bytes.bytes, bytes.n, N, &calls_back, &back, &err),
                     SKR_OK, "seed %u: %s", seed, err.message);
        compare(&carriers, &back, seed);
        skr_call_set_to_calls(&calls, N, was);
        skr_call_set_to_calls(&calls_back, N, is);
        cr_assert_eq(memcmp(was, is, N), 0, "seed %u", seed);
        skr_carriers_done(&carriers);
        skr_carriers_done(&back);
        skr_call_set_done(&calls);
        skr_call_set_done(&calls_back);
        skr_buffer_done(&bytes);
    }
}

Test(import_body, a_span_has_calls_alone)
{
    skr_carriers carriers = {0};
    skr_call_set calls = {0};
    skr_call_set back = {0};
    skr_buffer bytes = {0};
    draw(7, 0, &carriers, &calls);
    cr_assert_eq(skr_import_body_encode(&calls, NULL, &bytes, &err), SKR_OK);
    skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
    cr_assert_eq(skr_import_body_take(&cursor, N, &back, NULL, &err), SKR_OK);
    cr_assert_eq(cursor.at, cursor.end, "nothing is left behind the calls");
    skr_carriers_done(&carriers);
    skr_call_set_done(&calls);
    skr_call_set_done(&back);
    skr_buffer_done(&bytes);
}

Test(import_body, a_body_that_is_cut_is_refused)
{
    skr_carriers carriers = {0};
    skr_carriers back = {0};
    skr_call_set calls = {0};
    skr_call_set calls_back = {0};
    skr_buffer bytes = {0};
    draw(11, 50, &carriers, &calls);
    cr_assert_eq(skr_import_body_encode(&calls, &carriers, &bytes, &err), SKR_OK);
    for (size_t n = 0; n < bytes.n; n++)
        cr_assert_eq(skr_import_body_decode(bytes.bytes, n, N, &calls_back, &back, &err),
                     SKR_ERR_IO, "%zu of %zu bytes", n, bytes.n);
    skr_carriers_done(&carriers);
    skr_carriers_done(&back);
    skr_call_set_done(&calls);
    skr_call_set_done(&calls_back);
    skr_buffer_done(&bytes);
}

Test(import_body, no_changed_bit_stops_the_program)
{
    skr_carriers carriers = {0};
    skr_carriers back = {0};
    skr_call_set calls = {0};
    skr_call_set calls_back = {0};
    skr_buffer bytes = {0};
    draw(13, 40, &carriers, &calls);
    cr_assert_eq(skr_import_body_encode(&calls, &carriers, &bytes, &err), SKR_OK);
    for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int status = skr_import_body_decode(bytes.bytes, bytes.n, N, &calls_back, &back, &err);
        if (status == SKR_OK && back.n > 0)
            cr_assert_lt(back.samples[back.n - 1], N, "bit %zu", bit);
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    skr_carriers_done(&carriers);
    skr_carriers_done(&back);
    skr_call_set_done(&calls);
    skr_call_set_done(&calls_back);
    skr_buffer_done(&bytes);
}
