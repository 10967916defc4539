/*
 * A list of warnings keeps each text once, in order, and no more of them than there is room for;
 * the last one says how many there were besides.
 */
#include "engine/face/warnings.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void add(skr_warnings *warnings, unsigned number)
{
    skr_err err = {0};
    const skr_figure figures[] = {{"genomes", number}, {"alleles", 7}};
    cr_assert(eq(
        int, skr_warnings_add(warnings, SKR_WARN_LOW_AN, figures, 2, &err, "of %u genomes", number),
        SKR_OK));
}

Test(warnings, are_kept_in_order_with_their_figures)
{
    skr_warnings warnings = {0};
    add(&warnings, 3);
    add(&warnings, 2);
    cr_assert(eq(sz, warnings.n, 2));
    cr_expect(eq(str, warnings.items[0].text, "of 3 genomes"));
    cr_expect(eq(str, warnings.items[1].text, "of 2 genomes"));
    cr_expect(eq(u64, warnings.items[1].figures[0].value, 2));
    cr_expect(eq(str, (char *)warnings.items[1].figures[1].name, "alleles"));
    cr_expect(eq(sz, warnings.items[1].n_figures, 2));
    skr_warnings_done(&warnings);
    cr_expect(eq(sz, warnings.n, 0));
    skr_warnings_done(&warnings);
}

Test(warnings, of_one_text_are_one)
{
    skr_warnings warnings = {0};
    for (unsigned i = 0; i < 100; i++)
        add(&warnings, i % 3);
    cr_expect(eq(sz, warnings.n, 3));
    skr_warnings_done(&warnings);
}

Test(warnings, beyond_the_last_place_are_counted)
{
    skr_warnings warnings = {0};
    for (unsigned i = 0; i < SKR_ANSWER_WARNINGS_MAX; i++)
        add(&warnings, i);
    cr_assert(eq(sz, warnings.n, SKR_ANSWER_WARNINGS_MAX));
    cr_expect(eq(str, warnings.items[SKR_ANSWER_WARNINGS_MAX - 1].text, "1 more warning"));
    for (unsigned i = 0; i < 10; i++)
        add(&warnings, 100 + i);
    const skr_warning *last = &warnings.items[SKR_ANSWER_WARNINGS_MAX - 1];
    cr_assert(eq(sz, warnings.n, SKR_ANSWER_WARNINGS_MAX));
    cr_expect(eq(str, last->text, "11 more warnings"));
    cr_expect(eq(int, last->code, SKR_WARN_MORE));
    cr_expect(eq(u64, last->figures[0].value, 11));
    skr_warnings_done(&warnings);
}

Test(warnings, that_nobody_wants_are_not_made)
{
    add(NULL, 1);
}

Test(warnings, with_long_texts_are_cut)
{
    skr_warnings warnings = {0};
    skr_err err = {0};
    char text[5000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    cr_assert(eq(int, skr_warnings_add(&warnings, SKR_WARN_LOW_AN, NULL, 0, &err, "%s", text), 0));
    cr_expect(eq(sz, strlen(warnings.items[0].text), SKR_ERR_MESSAGE_MAX - 1));
    cr_expect(eq(sz, warnings.items[0].n_figures, 0));
    skr_warnings_done(&warnings);
}

Test(warnings, have_names_of_their_own)
{
    for (int i = 0; i < SKR_N_WARNING_CODES; i++)
        for (int k = 0; k < i; k++)
            cr_expect(ne(str, (char *)skr_warnings_name((skr_warning_code)i),
                         (char *)skr_warnings_name((skr_warning_code)k)));
}
