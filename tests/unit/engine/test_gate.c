/*
 * A gate says what rule 3 says, at its borders too, and reads back what it prints.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "engine/import/genotypes/gate.h"

static skr_err err;

static bool passes(float gq, float dp, skr_filter worst, bool is_hom_ref, bool is_one_copy)
{
    skr_gate gate = skr_gate_adj();
    skr_gate_facts facts = {{[SKR_GATE_GQ] = gq, [SKR_GATE_DP] = dp, [SKR_GATE_MIN_DP] = NAN},
                            worst,
                            is_hom_ref,
                            is_one_copy};
    return skr_gate_passes(&gate, &facts);
}

Test(gate, lets_the_borders_pass)
{
    cr_assert(passes(20, 10, SKR_FILTER_PASS, false, false));
    cr_assert(not(passes(19, 30, SKR_FILTER_PASS, false, false)));
    cr_assert(not(passes(60, 9, SKR_FILTER_PASS, false, false)));
    cr_assert(passes(60, 5, SKR_FILTER_PASS, false, true));
    cr_assert(not(passes(60, 4, SKR_FILTER_PASS, false, true)));
}

Test(gate, does_not_test_what_is_absent)
{
    cr_assert(passes(NAN, NAN, SKR_FILTER_PASS, false, false));
    cr_assert(passes(NAN, 30, SKR_FILTER_PASS, true, false));
    cr_assert(not(passes(NAN, 3, SKR_FILTER_PASS, true, false)));
}

Test(gate, forgives_refcall_where_nobody_differs)
{
    cr_assert(passes(30, 30, SKR_FILTER_REFCALL, true, false));
    cr_assert(not(passes(30, 30, SKR_FILTER_REFCALL, false, false)));
    cr_assert(not(passes(30, 30, SKR_FILTER_FAIL, true, false)));
}

Test(gate, lets_everything_pass_when_it_is_none)
{
    skr_gate gate = {.is_none = true};
    skr_gate_facts facts = {{0}, SKR_FILTER_FAIL, false, false};
    cr_assert(skr_gate_passes(&gate, &facts));
    cr_assert(skr_gate_balance_passes(&gate, 0, 30));
}

Test(gate, weighs_the_reads_of_a_heterozygote)
{
    skr_gate gate = skr_gate_adj();
    cr_assert(not(skr_gate_balance_passes(&gate, 5, 30)));
    cr_assert(skr_gate_balance_passes(&gate, 6, 30));
    cr_assert(skr_gate_balance_passes(&gate, NAN, 30));
    cr_assert(skr_gate_balance_passes(&gate, 5, NAN));
}

Test(gate, takes_the_worst_of_several_filters)
{
    skr_gate gate = skr_gate_adj();
    static const struct {
        const char *text;
        skr_filter filter;
    } cases[] = {
        {"PASS", SKR_FILTER_PASS},
        {".", SKR_FILTER_PASS},
        {"", SKR_FILTER_PASS},
        {"LowQual", SKR_FILTER_FAIL},
        {"RefCall", SKR_FILTER_REFCALL},
        {"PASS;RefCall", SKR_FILTER_REFCALL},
        {"RefCall;LowQual", SKR_FILTER_FAIL},
        {"PASS;", SKR_FILTER_FAIL},
        {"PAS", SKR_FILTER_FAIL},
        {"PASSED", SKR_FILTER_FAIL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(
            eq(int, skr_gate_filter(&gate, cases[i].text, strlen(cases[i].text)), cases[i].filter),
            "%s", cases[i].text);
}

Test(gate, reads_keys_and_prints_them_again)
{
    static const char *const good[][2] = {
        {"adj", "adj"},
        {"none", "none"},
        {"min_gq=20", "adj"},
        {"min_gq=30,min_ab=0.25", "min_gq=30,min_dp=10,min_dp_haploid=5,min_ab=0.25"},
        {"min_bq=10,min_mq=20,exclude_flags=3844", "adj"},
        {"min_mq=0", "min_gq=20,min_dp=10,min_dp_haploid=5,min_ab=0.2,min_mq=0,min_bq=10,"
                     "exclude_flags=3844"},
        {"pass_filters=PASS,LowQual,min_dp=0",
         "min_gq=20,min_dp=0,min_dp_haploid=5,min_ab=0.2,pass_filters=PASS,LowQual"},
        {"refcall_filters=Ref",
         "min_gq=20,min_dp=10,min_dp_haploid=5,min_ab=0.2,refcall_filters=Ref"},
    };
    static const char *const bad[] = {"",           "min_gq",       "min_gq=",  "min_gq=x",
                                      "min_gq=-1",  "min_gq=nan",   "adj,none", "best=1",
                                      "min_gq=20,", "pass_filters="};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        skr_gate gate;
        skr_buffer text = {0};
        cr_assert(eq(int, skr_gate_parse(good[i][0], &gate, &err), 0), "%s", err.message);
        cr_assert(eq(int, skr_gate_print(&gate, &text, &err), 0));
        cr_assert(eq(int, skr_buffer_put(&text, "", 1, &err), 0));
        cr_assert(eq(str, (char *)text.bytes, (char *)good[i][1]));
        skr_buffer_done(&text);
        skr_gate_done(&gate);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        skr_gate gate;
        cr_assert(eq(int, skr_gate_parse(bad[i], &gate, &err), SKR_ERR_USAGE), "%s", bad[i]);
    }
}
