/* The comparison operators: what they are true of, and their signs. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/compare.h"

static const skr_compare operators[] = {
#define NAME(name, sign, beacon, outcomes) name,
    SKR_COMPARES(NAME)};
#define N_OPERATORS (sizeof operators / sizeof *operators)

Test(compare, is_true_as_its_sign_says)
{
    static const double values[] = {-INFINITY, -1, 0, 0.1, 0.25, 1, INFINITY};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            double a = values[i];
            double b = values[j];
            cr_assert_eq(skr_compare_is_true(a, SKR_EQ, b), a == b);
            cr_assert_eq(skr_compare_is_true(a, SKR_NE, b), a != b);
            cr_assert_eq(skr_compare_is_true(a, SKR_LT, b), a < b);
            cr_assert_eq(skr_compare_is_true(a, SKR_LE, b), a <= b);
            cr_assert_eq(skr_compare_is_true(a, SKR_GT, b), a > b);
            cr_assert_eq(skr_compare_is_true(a, SKR_GE, b), a >= b);
        }
        for (size_t k = 0; k < N_OPERATORS; k++)
            cr_assert_not(skr_compare_is_true((double)NAN, operators[k], values[i]));
    }
}

Test(compare, no_two_are_true_of_the_same)
{
    for (size_t i = 0; i < N_OPERATORS; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(skr_compare_outcomes(operators[i]), skr_compare_outcomes(operators[j]));
}

/* Is the sign one of the words of a message? */
static bool is_listed(const char *list, const char *sign)
{
    size_t n = strlen(sign);
    for (const char *at = list; (at = strstr(at, sign)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

Test(compare, signs_are_read_as_written_the_longest_first)
{
    for (size_t i = 0; i < N_OPERATORS; i++) {
        skr_compare got;
        char text[32];
        const char *sign = skr_compare_sign(operators[i]);
        (void)snprintf(text, sizeof text, "%s5=", sign);
        cr_assert_eq(skr_compare_read(text, false, &got), strlen(sign), "%s", text);
        cr_assert_eq(got, operators[i]);
        sign = skr_compare_beacon_sign(operators[i]);
        cr_assert_eq(skr_compare_read(sign, true, &got), strlen(sign), "%s", sign);
        cr_assert_eq(got, operators[i]);
        cr_assert(is_listed(SKR_COMPARE_SIGNS, skr_compare_sign(operators[i])));
        cr_assert(is_listed(SKR_COMPARE_BEACON_SIGNS, skr_compare_beacon_sign(operators[i])));
    }
    skr_compare got = SKR_GT;
    cr_assert_eq(skr_compare_read("!5", false, &got), 0);
    cr_assert_eq(skr_compare_read("", true, &got), 0);
    cr_assert_eq(got, SKR_GT);
    cr_assert_eq(skr_compare_read("!=5", true, &got), 2);
    cr_assert_eq(got, SKR_NE);
}
