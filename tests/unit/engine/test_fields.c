/*
 * Fields have the words of the command line, and ages the bands of the documentation; what is no
 * list of fields, and no bands, is refused with a word that helps.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#include "engine/face/fields.h"

Test(fields, have_words)
{
    cr_assert(eq(str, (char *)skr_fields_word(SKR_FIELD_SEX), (char *)"sex"));
    cr_assert(eq(str, (char *)skr_fields_word(SKR_FIELD_GENOTYPE), (char *)"genotype"));
}

Test(fields, ages_have_bands)
{
    const skr_age_bounds bounds = skr_fields_age_bounds();
    cr_assert(eq(sz, bounds.n, 3));
    cr_assert(eq(u32, bounds.years[0], 18));
    cr_assert(eq(u32, bounds.years[2], 65));
}

static skr_err err;

Test(fields, are_read_in_their_order)
{
    skr_fields fields;
    skr_query *query = NULL;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    cr_assert(
        eq(int,
           skr_fields_parse(query, "country, SEX,genotype=chr3:45823240:T:C,age", &fields, &err),
           SKR_OK),
        "%s", err.message);
    cr_assert(eq(sz, fields.n, 4));
    cr_assert(eq(int, (int)fields.items[0].kind, (int)SKR_FIELD_COUNTRY));
    cr_assert(eq(int, (int)fields.items[1].kind, (int)SKR_FIELD_SEX));
    cr_assert(eq(int, (int)fields.items[2].kind, (int)SKR_FIELD_GENOTYPE));
    cr_assert(eq(int, (int)fields.items[2].allele->op, (int)SKR_A_VARIANT));
    cr_assert(eq(int, (int)fields.items[3].kind, (int)SKR_FIELD_AGE));
    cr_assert(eq(sz, fields.items[3].bounds.n, 3));
    skr_query_free(query);
}

Test(fields, what_is_none_is_refused)
{
    static const char *const cases[][2] = {
        {"sx", "nearest: sex"},
        {"sex,,age", "a field is missing"},
        {"sex,age,sex", "sex stands twice"},
        {"genotype", "genotype takes an allele"},
        {"genotype=", "expected a value"},
        {"genotype=3-5-A-C or gene=X", "one allele was expected"},
        {"genotype=3-5", "3-5"},
        {"sex=female", "takes no value here"},
        {"HP:0000118", "no field"},
    };
    skr_fields fields;
    skr_query *query = NULL;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(eq(int, skr_fields_parse(query, cases[i][0], &fields, &err), SKR_ERR_QUERY), "%s",
                  cases[i][0]);
        cr_assert(strstr(err.message, cases[i][1]) != NULL, "%s: %s", cases[i][0], err.message);
    }
    skr_query_free(query);
}

Test(fields, bands_ascend)
{
    static const char *const bad[] = {"",   "0", "5,5",   "9,3",  "1,",
                                      ",1", "x", "18 40", "1000", "-1"};
    skr_age_bounds bounds = {.n = 0};
    cr_assert(eq(int, skr_fields_parse_bounds("1,18,999", &bounds, &err), SKR_OK));
    cr_assert(eq(sz, bounds.n, 3));
    cr_assert(eq(u32, bounds.years[2], 999));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, skr_fields_parse_bounds(bad[i], &bounds, &err), SKR_ERR_QUERY), "%s",
                  bad[i]);
}

/* The parts of the outermost and, as they stand; or, not and parentheses make one part. */
Test(fields, questions_have_parts)
{
    static const struct {
        const char *text;
        size_t n;
        const char *last;
    } cases[] = {
        {"sex=female", 1, "sex=female"},
        {"sex=female and  age>3 ", 2, "age>3"},
        {"sex=female and (age>3 and\tage<5)", 2, "(age>3 and age<5)"},
        {"HP:1 and sex=female or age>3", 1, "HP:1 and sex=female or age>3"},
        {"not (age>3 and age<5) and all", 2, "all"},
        {"all and carries(gene=A and af<0.1)\n", 2, "carries(gene=A and af<0.1)"},
        {"sex in (male, female)", 1, "sex in (male, female)"},
        {"age>3 and sex in (male, female) and not HP:1", 3, "not HP:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_query *query = NULL;
        const skr_expr *expr = NULL;
        skr_query_parts parts = {0};
        cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
        cr_assert(eq(int, skr_query_parse_parts(query, cases[i].text, false, &expr, &parts, &err),
                     SKR_OK),
                  "%s: %s", cases[i].text, err.message);
        cr_assert(eq(sz, parts.n, cases[i].n), "%s", cases[i].text);
        cr_assert(eq(str, (char *)parts.items[parts.n - 1].text, (char *)cases[i].last));
        skr_query_parts_done(&parts);
        skr_query_free(query);
    }
}
