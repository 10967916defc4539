/*
 * Effects are found by any of their names, and stand below what the Sequence Ontology puts above.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "index/effects/effect.h"
#include "storage/base/limits.h"

static uint32_t find(const char *text)
{
    return skr_effect_find(text, strlen(text));
}

Test(effect, is_found_by_name_id_and_word)
{
    static const char *const same[] = {"missense_variant", "SO:0001583",       "so_0001583",
                                       "missense",         "Missense Variant", "MISSENSE-VARIANT"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        cr_assert(ne(u32, find(same[i]), SKR_NONE), "%s", same[i]);
        cr_assert(eq(str, (char *)skr_effect_name(find(same[i])), "missense_variant"), "%s",
                  same[i]);
    }
    cr_assert(
        eq(str, (char *)skr_effect_name(find("inframe_altering")), "protein_altering_variant"));
    cr_assert(eq(str, (char *)skr_effect_name(find("nc_transcript_variant")),
                 "non_coding_transcript_variant"));
    cr_assert(eq(u32, find("misense_variant"), SKR_NONE));
    cr_assert(eq(u32, find("SO:0000001"), SKR_NONE));
    cr_assert(eq(u32, find(""), SKR_NONE));
}

Test(effect, every_word_of_bcftools_csq_is_a_term)
{
    static const char *const words[] = {
        "synonymous",       "missense",          "stop_lost",       "stop_gained",
        "inframe_deletion", "inframe_insertion", "frameshift",      "splice_acceptor",
        "splice_donor",     "start_lost",        "splice_region",   "stop_retained",
        "5_prime_utr",      "3_prime_utr",       "non_coding",      "intron",
        "intergenic",       "inframe_altering",  "coding_sequence", "start_retained"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cr_assert(ne(u32, find(words[i]), SKR_NONE), "%s", words[i]);
}

Test(effect, stands_below_its_ancestors)
{
    uint32_t all = find("sequence_variant");
    cr_assert(skr_effect_is_a(find("missense"), find("protein_altering_variant")));
    cr_assert(skr_effect_is_a(find("stop_gained"), find("coding_sequence_variant")));
    cr_assert(skr_effect_is_a(find("stop_gained"), find("feature_truncation")));
    cr_assert(skr_effect_is_a(find("splice_donor"), find("splice_site_variant")));
    cr_assert(skr_effect_is_a(find("intron"), find("intron")));
    cr_assert(not(skr_effect_is_a(find("coding_sequence_variant"), find("missense"))));
    cr_assert(not(skr_effect_is_a(find("intergenic"), find("gene_variant"))));
    cr_assert(not(skr_effect_is_a(find("intergenic_region"), all)));
    for (uint32_t i = 0; i < skr_effect_count(); i++) {
        cr_assert(eq(u32, find(skr_effect_name(i)), i), "%s", skr_effect_name(i));
        (void)skr_effect_is_a(i, all); /* ends: there is no circle */
        if (i > 0)
            cr_assert(skr_effect_so(i - 1) < skr_effect_so(i));
    }
}

Test(effect, has_an_impact)
{
    cr_assert(eq(int, skr_effect_impact(find("stop_gained")), SKR_IMPACT_HIGH));
    cr_assert(eq(int, skr_effect_impact(find("missense")), SKR_IMPACT_MODERATE));
    cr_assert(eq(int, skr_effect_impact(find("synonymous")), SKR_IMPACT_LOW));
    cr_assert(eq(int, skr_effect_impact(find("intron")), SKR_IMPACT_MODIFIER));
    cr_assert(eq(int, skr_effect_impact_find("HIGH", 4), SKR_IMPACT_HIGH));
    cr_assert(eq(int, skr_effect_impact_find("", 0), SKR_IMPACT_UNKNOWN));
    cr_assert(eq(str, (char *)skr_effect_impact_name(SKR_IMPACT_LOW), "low"));
}

Test(effect, offers_the_nearest)
{
    char text[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    skr_suggest_init(&suggest, "misense_variant");
    skr_effect_offer(&suggest);
    cr_assert(ne(ptr, strstr(skr_suggest_text(&suggest, text), "missense_variant"), NULL));
}
