/*
 * age_model.h - what ages that are ranges mean, said slowly: for models beside the people table.
 */
#ifndef SKR_TESTS_AGE_MODEL_H
#define SKR_TESTS_AGE_MODEL_H

#include <math.h>
#include <stdbool.h>

#include "index/people/people.h"

/* The later of two, as far as it is known. */
static inline skr_age age_later(skr_age a, skr_age b)
{
    if (isnan(a.low) && isnan(a.high))
        return b;
    if (isnan(b.low) && isnan(b.high))
        return a;
    skr_age age = a;
    if (isnan(a.low) || b.low > a.low)
        age.low = b.low;
    if (isnan(b.low))
        age.low = a.low;
    if (isnan(a.high) || isnan(b.high) || b.high > a.high)
        age.high = isnan(a.high) ? NAN : b.high;
    return age;
}

static inline bool age_compares(double a, skr_compare compare, double b)
{
    switch (compare) {
    case SKR_EQ:
        return a == b;
    case SKR_NE:
        return a != b;
    case SKR_LT:
        return a < b;
    case SKR_LE:
        return a <= b;
    case SKR_GT:
        return a > b;
    case SKR_GE:
        return a >= b;
    }
    return false;
}

/* Is a comparison true of all ages of a range? Ends are tried, and for = and != the ages between.
 */
static inline bool age_is_certain(skr_age age, skr_compare compare, double value)
{
    double low = isnan(age.low) ? -INFINITY : age.low;
    double high = isnan(age.high) ? INFINITY : age.high;
    bool is_within = low <= value && value <= high;
    if (isnan(age.low) && isnan(age.high))
        return false;
    if (compare == SKR_NE)
        return !is_within;
    return age_compares(low, compare, value) && age_compares(high, compare, value);
}

#endif
