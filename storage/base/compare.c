/*
 * compare.c - reading and writing the signs of comparison operators.
 */
#include "storage/base/compare.h"

#include <string.h>

#include "storage/base/check.h"

#define CHECK_SIGN(name, sign, beacon, outcomes)                                                   \
    _Static_assert(sizeof(sign) <= SKR_COMPARE_SIGN_MAX && sizeof(beacon) <= SKR_COMPARE_SIGN_MAX, \
                   "a sign is too long");
SKR_COMPARES(CHECK_SIGN)

typedef struct operator_row {
    const char *sign;
    const char *beacon;
    unsigned outcomes;
} operator_row;

static const operator_row operators[] = {
#define SKR_COMPARE_ROW(name, sign, beacon, outcomes) [name] = {sign, beacon, outcomes},
    SKR_COMPARES(SKR_COMPARE_ROW)
#undef SKR_COMPARE_ROW
};
#define N_OPERATORS (sizeof operators / sizeof *operators)

static const operator_row *row_of(skr_compare compare)
{
    SKR_CHECK((size_t)compare < N_OPERATORS);
    return &operators[compare];
}

unsigned skr_compare_outcomes(skr_compare compare)
{
    return row_of(compare)->outcomes;
}

bool skr_compare_is_true(double value, skr_compare compare, double with)
{
    unsigned outcome = value < with    ? SKR_BELOW
                       : value > with  ? SKR_ABOVE
                       : value == with ? SKR_EQUAL
                                       : 0;
    return (row_of(compare)->outcomes & outcome) != 0;
}

const char *skr_compare_sign(skr_compare compare)
{
    return row_of(compare)->sign;
}

const char *skr_compare_beacon_sign(skr_compare compare)
{
    return row_of(compare)->beacon;
}

static size_t count_sign(const char *text, const char *sign)
{
    size_t n = strlen(sign);
    return strncmp(text, sign, n) == 0 ? n : 0;
}

size_t skr_compare_read(const char *text, bool is_beacon, skr_compare *ret_compare)
{
    size_t n_read = 0;
    for (size_t i = 0; i < N_OPERATORS; i++) {
        size_t n = count_sign(text, operators[i].sign);
        size_t n_beacon = is_beacon ? count_sign(text, operators[i].beacon) : 0;
        n = n_beacon > n ? n_beacon : n;
        if (n > n_read) {
            n_read = n;
            *ret_compare = (skr_compare)i;
        }
    }
    return n_read;
}
