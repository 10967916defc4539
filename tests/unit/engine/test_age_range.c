/*
 * Ages as files write them are a range that holds them, or are told apart from what is none.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "index/people/age_range.h"

#define MONTH (1.0 / 12)
#define DAY (1 / 365.25)

static bool is_near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

Test(age_range, reads_ages_and_ranges)
{
    static const struct {
        const char *text;
        double low;
        double high;
    } cases[] = {
        {"42", 42, 42},
        {"P30Y6M", 30.5, 30.5},
        {"P0Y", 0, 0},
        {"P2W", 14 * DAY, 14 * DAY},
        {"p18y", 18, 18},
        {"18 years", 18, 18},
        {"18y 6m", 18.5, 18.5},
        {"6 months", 6 * MONTH, 6 * MONTH},
        {"10 days", 10 * DAY, 10 * DAY},
        {"P30Y/P40Y", 30, 40},
        {"P30Y-P40Y", 30, 40},
        {"30-40", 30, 40},
        {"30 - 40 years", 30, 40},
        {"30\xe2\x80\x93"
         "40",
         30, 40},
        {"30..40", 30, 40},
        {"30 to 40", 30, 40},
        {"6-12 months", 6 * MONTH, 1},
        {"6 months - 2 years", 6 * MONTH, 2},
        {"[30,40]", 30, 40},
        {"[30,40)", 30, 40},
        {"(30, 40]", 30, 40},
        {">=18", 18, NAN},
        {"\xe2\x89\xa5 18", 18, NAN},
        {"65+", 65, NAN},
        {"<18", NAN, 18},
        {"<= P6M", NAN, 6 * MONTH},
        {"1967-11-21/P40Y6M", 40.5, 40.5}, /* ga4gh/phenopacket-schema#30 */
        {"30-30", 30, 30},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_age age = SKR_AGE_NONE;
        bool is_age = skr_age_range_parse(cases[i].text, &age);
        cr_expect(is_age, "%s", cases[i].text);
        cr_expect(is_near(age.low, cases[i].low) && is_near(age.high, cases[i].high), "%s: %f, %f",
                  cases[i].text, age.low, age.high);
    }
}

Test(age_range, leaves_out_ends_that_are_not_meant)
{
    skr_age age;
    cr_assert(skr_age_range_parse("[30,40)", &age));
    cr_assert(lt(dbl, age.high, 40));
    cr_assert(skr_age_range_parse("(30,40]", &age));
    cr_assert(gt(dbl, age.low, 30));
    cr_assert(skr_age_range_parse("<18", &age));
    cr_assert(lt(dbl, age.high, 18));
    cr_assert(skr_age_range_parse(">18", &age));
    cr_assert(gt(dbl, age.low, 18));
}

Test(age_range, refuses_what_is_none)
{
    static const char *const bad[] = {
        "",        "old",       "adult",     "-5",         "P",
        "40-30",   "P40Y/P30Y", "1990-2000", "~30",        "30s",
        "30-",     "-",         "30-40-50",  "2001-05-06", "2001-05-06/2002-05-06",
        "P-3M",    "18 kg",     "nan-40",    ">",          "[30,40",
        "(30,30)", "inf",       "30/40/50"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        skr_age age = SKR_AGE_NONE;
        cr_expect(not(skr_age_range_parse(bad[i], &age)), "%s: %f, %f", bad[i], age.low, age.high);
    }
}

Test(age_range, knows_classes_of_onset)
{
    skr_age age;
    cr_assert(skr_age_of_class("HP:0003581", &age));
    cr_assert(age.low == 16 && isnan(age.high));
    cr_assert(skr_age_of_class("HP:0034197", &age));
    cr_assert(isnan(age.low) && age.high == 0);
    cr_assert(skr_age_of_class("HP:0011462", &age));
    cr_assert(age.low == 16 && age.high == 40);
    cr_assert(not(skr_age_of_class("HP:0003674", &age)));
    cr_assert(not(skr_age_of_class("HP:0001250", &age)));
}

Test(age_range, counts_birthdays)
{
    static const struct {
        const char *birth;
        const char *date;
        double low;
        double high;
    } cases[] = {
        {"1981-01-01", "2021-01-01", 40, 40},
        {"1981-01-01T00:00:00Z", "2021-01-01T10:00:00+02:00", 40, 40},
        {"2000-06-15", "2018-06-15", 18, 18},
        {"2000-06-15", "2018-06-14", 17.99, 17.9999},
        {"2000-02-29", "2018-03-01", 18, 18.01},
        {"2000-12-31", "2001-01-01", 0.001, 0.01},
        {"2000-01-01", "2000-01-01", 0, 0},
    };
    static const char *const bad[] = {"1981", "1981-13-01", "1981-02-30", "x", "1981-1-1", ""};
    double years;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(skr_age_on_date(cases[i].birth, cases[i].date, &years), "%s", cases[i].date);
        cr_expect(cases[i].low <= years && years <= cases[i].high, "%s: %f", cases[i].date, years);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect(not(skr_age_on_date(bad[i], "2021-01-01", &years)), "%s", bad[i]);
        cr_expect(not(skr_age_on_date("1980-01-01", bad[i], &years)), "%s", bad[i]);
    }
    cr_expect(not(skr_age_on_date("2021-01-02", "2021-01-01", &years)));
}
