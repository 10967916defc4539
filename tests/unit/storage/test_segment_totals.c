/*
 * A row adds up to what its samples say one by one; carriers that their calls do not allow are no
 * row.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/segment/segment_int.h"
#include "tests/support/random.h"
#include "tests/support/segment_model.h"

/* Adds up a row of a model as the writer does. */
static bool add_up(const model *m, const model_row *row, skr_row_totals *ret_totals)
{
    uint8_t expected[64];
    uint64_t n_expected = 0;
    skr_call_set calls = {0};
    cr_assert(m->n_samples <= sizeof expected);
    for (uint32_t s = 0; s < m->n_samples; s++)
        n_expected += expected[s] = model_expected(m, row, s);
    cr_assert(eq(int, skr_call_set_from_calls(row->calls, m->n_samples, &calls, &err), SKR_OK));
    bool is_right = skr_segment_row_totals_of(&row->carriers, &calls, expected, n_expected,
                                              m->n_samples, ret_totals);
    skr_call_set_done(&calls);
    return is_right;
}

Test(segment_totals, are_the_sums_over_all_samples)
{
    test_random seed = test_random_drawn("segment_totals");
    state = seed.state;
    for (unsigned turn = 0; turn < 200; turn++) {
        model m = model_new(1 + (uint32_t)draw(60), 20, 0, 1000);
        for (uint32_t i = 0; i < m.n_rows; i++) {
            skr_row_totals got;
            skr_row_totals want = model_sums(&m, &m.rows[i], NULL);
            cr_assert(add_up(&m, &m.rows[i], &got), "seed %llu", (unsigned long long)seed.seed);
            cr_assert(memcmp(&got, &want, sizeof got) == 0, "seed %llu, row %u",
                      (unsigned long long)seed.seed, i);
        }
        model_free(&m);
    }
}

/* One row of six samples with two copies each: called, so, and so. */
static bool has_totals(uint8_t call, const skr_carriers *carriers, skr_row_totals *ret_totals)
{
    static const uint8_t expected[6] = {2, 2, 2, 1, 0, 2};
    uint8_t of_all[6] = {SKR_CALL_DEFAULT, call,
                         SKR_CALL_DEFAULT, SKR_CALL_DEFAULT,
                         SKR_CALL_DEFAULT, SKR_CALL_NO_STATEMENT};
    skr_call_set calls = {0};
    cr_assert(eq(int, skr_call_set_from_calls(of_all, 6, &calls, &err), SKR_OK));
    bool is_right = skr_segment_row_totals_of(carriers, &calls, expected, 9, 6, ret_totals);
    skr_call_set_done(&calls);
    return is_right;
}

Test(segment_totals, a_plain_carrier_has_the_copies_that_are_expected)
{
    for (unsigned call = 0; call < 256; call++) {
        skr_carriers carriers = {0};
        skr_row_totals totals = {.ac = 77};
        if (call > SKR_PLOIDY_MAX && call < SKR_CALL_DEFAULT)
            continue; /* no call */
        cr_assert(eq(int, skr_carriers_add(&carriers, 1, 1, &err), SKR_OK));
        bool is_right = has_totals((uint8_t)call, &carriers, &totals);
        cr_assert_eq(is_right, call == SKR_CALL_DEFAULT, "%u", call);
        cr_assert(is_right || totals.ac == 77, "what is refused is left alone");
        skr_carriers_done(&carriers);
    }
}

Test(segment_totals, no_more_copies_than_there_are)
{
    static const struct {
        uint32_t sample;
        uint8_t dosage;
        bool is_right;
    } cases[] = {{0, 2, true},  {3, 1, true},  {3, 2, false}, {4, 1, false},
                 {5, 1, false}, {6, 1, false}, {9, 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_carriers carriers = {0};
        skr_row_totals totals;
        cr_assert(
            eq(int, skr_carriers_add(&carriers, cases[i].sample, cases[i].dosage, &err), SKR_OK));
        cr_assert_eq(has_totals(SKR_CALL_DEFAULT, &carriers, &totals), cases[i].is_right, "%zu", i);
        skr_carriers_done(&carriers);
    }
}

Test(segment_totals, a_bag_has_no_more_copies_than_were_called)
{
    for (unsigned call = 0; call < 256; call++)
        for (uint8_t n_this = 1; n_this < 5; n_this++) {
            skr_carriers carriers = {0};
            skr_row_totals totals;
            if (call > SKR_PLOIDY_MAX && call < SKR_CALL_DEFAULT)
                continue;
            cr_assert(eq(
                int, skr_carriers_add_bag(&carriers, (skr_bag){1, n_this, SKR_PARTIAL}, &err), 0));
            uint32_t n_called = call == SKR_CALL_DEFAULT ? 2 : call > SKR_PLOIDY_MAX ? 0 : call;
            bool is_right = has_totals((uint8_t)call, &carriers, &totals);
            cr_assert_eq(is_right, n_this <= n_called, "%u of %u", n_this, call);
            if (is_right)
                cr_assert(totals.ac == n_this && totals.n_partial == 1 &&
                          totals.an == 2 + n_called + 2 + 1);
            skr_carriers_done(&carriers);
        }
    skr_carriers beyond = {0};
    skr_row_totals totals;
    cr_assert(eq(int, skr_carriers_add_bag(&beyond, (skr_bag){6, 1, SKR_HET}, &err), SKR_OK));
    cr_assert(not(has_totals(SKR_CALL_DEFAULT, &beyond, &totals)), "nobody is sample 6");
    skr_carriers_done(&beyond);
}
