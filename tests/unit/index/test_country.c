/*
 * Names, codes and terms of a country mean one code of two letters; nothing else means one.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "index/people/country.h"

Test(country, reads_names_codes_and_terms)
{
    static const struct {
        const char *text;
        const char *code;
    } cases[] = {
        {"FI", "FI"},
        {"fin", "FI"},
        {"Finland", "FI"},
        {" \"FINLAND\" ", "FI"},
        {"Republic of Finland", "FI"},
        {"GAZ:00002937", "FI"},
        {"gaz_00002937", "FI"},
        {"http://purl.obolibrary.org/obo/GAZ_00002937", "FI"},
        {"ISO3166:FI", "FI"},
        {"UK", "GB"},
        {"GAZ:00002641", "GB"}, /* England */
        {"Northern Ireland", "GB"},
        {"GAZ:00004018", "IE"},
        {"Republic of Ireland", "IE"},
        {"GAZ:00002940", "FR"},
        {"GAZ:00003940", "FR"},
        {"EL", "GR"},
        {"Czech Republic", "CZ"},
        {"Czechia", "CZ"},
        {"Cote d'Ivoire", "CI"},
        {"Kosovo", "XK"},
        {"The Netherlands", "NL"},
        {"Guinea-Bissau", "GW"},
        {"Guinea", "GN"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *code = skr_country_code(cases[i].text);
        cr_assert(code != NULL, "%s", cases[i].text);
        cr_expect(eq(str, (char *)code, (char *)cases[i].code), "%s", cases[i].text);
        cr_expect(skr_country_is_code(code));
    }
}

Test(country, means_nothing_by_other_words)
{
    static const char *const texts[] = {
        "",   "F",     "ZZ",           "European", "GAZ:2937x",   "GAZ:",
        "||", "Guine", "GAZ:00000000", "fi fi",    "NCIT:C16592", "Atlantis",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(skr_country_code(texts[i]) == NULL, "%s", texts[i]);
}

Test(country, knows_its_codes_in_capitals_alone)
{
    cr_expect(skr_country_is_code("SE"));
    cr_expect(skr_country_is_code("se") == false);
    cr_expect(skr_country_is_code("SWE") == false);
    cr_expect(skr_country_is_code("") == false);
}

Test(country, a_whole_country_holds_its_parts_and_a_part_only_itself)
{
    static const char *const finland[] = {"FI", "fin", "Finland", "GAZ:00002937", "ISO3166:FI"};
    for (size_t i = 0; i < sizeof finland / sizeof *finland; i++) {
        cr_expect(skr_country_holds(finland[i], "GAZ:00002937", ""), "%s", finland[i]);
        cr_expect(skr_country_holds(finland[i], "X:1", "finland"), "%s", finland[i]);
        cr_expect(eq(int, skr_country_holds(finland[i], "SE", "Sweden"), 0), "%s", finland[i]);
    }
    cr_expect(skr_country_holds("GB", "GAZ:00002641", "England"));
    cr_expect(skr_country_holds("United Kingdom", "Scotland", ""));
    cr_expect(eq(int, skr_country_holds("England", "Scotland", ""), 0));
    cr_expect(eq(int, skr_country_holds("GAZ:00002641", "GB", ""), 0));
    cr_expect(eq(int, skr_country_holds("Atlantis", "Atlantis", ""), 0));
    cr_expect(eq(str, (char *)skr_country_of_stated("X:1", "Wales"), "GB"));
    cr_expect(eq(ptr, (void *)skr_country_of_stated("X:1", "Atlantis"), NULL));
}
