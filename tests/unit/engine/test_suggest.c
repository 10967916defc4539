/* The nearest names, nearest first, and none that is far. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/suggest.h"

static const char *const genes[] = {"BRCA1", "BRCA2", "RYR1", "RYR2", "RYR3",
                                    "TP53",  "TTN",   "SRY",  "ACE2", "A"};

static const struct row {
    const char *word;
    const char *text;
} rows[] = {
    {"RYR", "; nearest: RYR1, RYR2, RYR3"},
    {"ryr1", "; nearest: RYR1, RYR2, RYR3"},
    {"BRAC1", "; nearest: BRCA1"},
    {"BRCA", "; nearest: BRCA1, BRCA2"},
    {"TP35", "; nearest: TP53"},
    {"XYZZY", ""},
    {"", ""},
    {"B", "; nearest: A"},
};

Test(suggest, finds_what_is_near)
{
    char text[SKR_SUGGEST_TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        skr_suggest suggest;
        skr_suggest_init(&suggest, rows[i].word);
        for (size_t j = 0; j < 2 * sizeof genes / sizeof *genes; j++)
            skr_suggest_offer(&suggest, genes[j % (sizeof genes / sizeof *genes)]);
        cr_expect(strcmp(skr_suggest_text(&suggest, text), rows[i].text) == 0, "%s: %s",
                  rows[i].word, text);
    }
}

Test(suggest, leaves_long_names_alone)
{
    char text[SKR_SUGGEST_TEXT_MAX];
    char name[SKR_SUGGEST_NAME_MAX + 2];
    memset(name, 'A', sizeof name);
    name[SKR_SUGGEST_NAME_MAX + 1] = '\0';
    skr_suggest suggest;
    skr_suggest_init(&suggest, name);
    skr_suggest_offer(&suggest, name);
    cr_assert(eq(str, (char *)skr_suggest_text(&suggest, text), ""));
    name[SKR_SUGGEST_NAME_MAX] = '\0';
    skr_suggest_init(&suggest, name);
    skr_suggest_offer(&suggest, name);
    cr_assert(eq(int, suggest.n, 1));
}
