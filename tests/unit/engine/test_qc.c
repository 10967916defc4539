/*
 * The limits of --qc are read as they are written, and what cannot be meant is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/import/face/import.h"

static skr_err err;

Test(qc, reads_each_key_once)
{
    skr_qc qc = {0};
    cr_assert(zero(int, skr_qc_parse("call_rate=0.95,singletons=100000,coverage=.5", &qc, &err)));
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++)
        cr_assert(eq(int, qc.limits[i].is_set,
                     i == SKR_QUALITY_CALL_RATE || i == SKR_QUALITY_SINGLETONS ||
                         i == SKR_QUALITY_COVERAGE));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_CALL_RATE].limit, 0.95));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_SINGLETONS].limit, 100000));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_COVERAGE].limit, 0.5));
    cr_assert(not(qc.is_refusing));
}

Test(qc, knows_the_limits_of_the_network)
{
    skr_qc qc = {0};
    cr_assert(zero(int, skr_qc_parse("network", &qc, &err)));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_COVERAGE].limit, 15));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_CALL_RATE].limit, 0.95));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_HET_HOM].limit, 3.3));
    cr_assert(eq(dbl, qc.limits[SKR_QUALITY_SINGLETONS].limit, 100000));
    cr_assert(not(qc.limits[SKR_QUALITY_CALLABLE].is_set));
    cr_assert(not(qc.limits[SKR_QUALITY_TI_TV].is_set));
}

Test(qc, refuses_what_cannot_be_meant)
{
    static const struct {
        const char *text;
        const char *says;
    } wrong[] = {
        {"", "neither network"},
        {"coverage", "'coverage'"},
        {"coverages=1", "'coverages=1'"},
        {"cover=1", "coverage, callable, call_rate, het_hom, singletons, ti_tv"},
        {"coverage=", "coverage needs a number"},
        {"coverage=-3", "not '-3'"},
        {"coverage=1e3", "not '1e3'"},
        {"coverage=0x1", "not '0x1'"},
        {"coverage=1.2.3", "not '1.2.3'"},
        {"coverage=00000000000000000000000000000000000001", "needs a number"},
        {"call_rate=95", "from 0 to 1"},
        {"callable=1.01", "from 0 to 1"},
        {"ti_tv=2,ti_tv=2", "ti_tv is said twice"},
        {"ti_tv=2,", "''"},
        {"network,ti_tv=2", "'network'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        skr_qc qc = {0};
        cr_assert(eq(int, skr_qc_parse(wrong[i].text, &qc, &err), SKR_ERR_USAGE), "%s",
                  wrong[i].text);
        cr_assert(ne(ptr, strstr(err.message, wrong[i].says), NULL), "%s: %s", wrong[i].text,
                  err.message);
    }
}
