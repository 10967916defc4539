/*
 * Words of clinical significance have one spelling.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "index/effects/significance.h"

static void expect(const char *text, const char *wanted)
{
    char found[SKR_SIGNIFICANCE_MAX] = "(none)";
    bool is_read = skr_significance_read(text, strlen(text), found);
    cr_assert(eq(str, is_read ? found : (char *)"(none)", (char *)wanted), "%s", text);
}

Test(significance, one_spelling)
{
    expect("Pathogenic", "pathogenic");
    expect("Likely pathogenic", "likely_pathogenic");
    expect("_risk_factor", "risk_factor");
    expect("5", "pathogenic");
    expect("255", "other");
    expect("Conflicting_interpretations_of_pathogenicity",
           "conflicting_classifications_of_pathogenicity");
    expect(".", "(none)");
    expect("", "(none)");
    expect("__", "(none)");
}

Test(significance, known_words)
{
    char text[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    cr_assert(skr_significance_is_known("likely_benign"));
    cr_assert(not(skr_significance_is_known("patogenic")));
    skr_suggest_init(&suggest, "patogenic");
    skr_significance_offer(&suggest);
    cr_assert(ne(ptr, strstr(skr_suggest_text(&suggest, text), "pathogenic"), NULL));
}
