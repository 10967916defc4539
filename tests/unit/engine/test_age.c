/* Ages: durations of ISO 8601 and plain years, and nothing else. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "index/people/age.h"

static const struct age {
    const char *text;
    double years;
} ages[] = {
    {"P65Y", 65},
    {"40Y", 40},
    {"1.5Y", 1.5},
    {"P6M", 0.5},
    {"P1Y6M", 1.5},
    {"P1Y2M3D", 1 + 2.0 / 12 + 3 / 365.25},
    {"P3W", 21 / 365.25},
    {"P0D", 0},
    {"P0Y", 0},
    {"P1.5Y", 1.5},
    {"P1,5Y", 1.5},
    {"PT36H", 1.5 / 365.25},
    {"P1DT12H", 1.5 / 365.25},
    {"P10DT1H30M5S", (10 + 1.0 / 24 + 30.0 / 1440 + 5.0 / 86400) / 365.25},
    {"18", 18},
    {"18.5", 18.5},
    {"0", 0},
};

static const char *const none[] = {"",     "P",    "PT",   "P1",     "6M",       "P1M1Y", "P1Y1Y",
                                   "P-1Y", "-P1Y", "-1",   "P1X",    "p1y",      "P1YT",  "P1H",
                                   "PT1D", " 1",   "1 ",   "1e3",    "nan",      "inf",   "P.5Y",
                                   "P5.Y", "5.",   "0x10", "P1Y 2M", "P999999Y", "100001"};

Test(age, reads_durations_and_years)
{
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        double years = -1;
        cr_expect(skr_age_parse(ages[i].text, &years), "%s", ages[i].text);
        cr_expect(fabs(years - ages[i].years) < 1e-12, "%s: %.17g", ages[i].text, years);
    }
}

Test(age, refuses_everything_else)
{
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        double years = -1;
        cr_expect(not(skr_age_parse(none[i], &years)), "%s", none[i]);
        cr_expect(years == -1);
    }
}
