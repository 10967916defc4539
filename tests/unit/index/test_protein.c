/*
 * However a change of a protein is written, it becomes one text; what is none is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/effects/protein.h"

static void expect(const char *text, const char *wanted)
{
    char found[SKR_PROTEIN_MAX] = "(none)";
    bool is_read = skr_protein_read(text, strlen(text), found);
    cr_assert(eq(str, is_read ? found : (char *)"(none)", (char *)wanted), "%s", text);
}

Test(protein, spellings_of_one_change_are_one_text)
{
    static const char *const same[][12] = {
        {"V600E", "V600E", "p.V600E", "p.Val600Glu", "Val600Glu", "p.(Val600Glu)", "val600glu",
         "v600e", "ENSP00000288602.6:p.Val600Glu", "VAL600GLU", "P.V600E", "(V600E)"},
        {"R31*", "R31*", "Arg31Ter", "p.Arg31Ter", "R31X", "p.Arg31*", "Arg31X", "p.(Arg31Ter)",
         "r31*", "R31Ter", NULL},
        {"R97Pfs*23", "p.Arg97ProfsTer23", "R97Pfs*23", "Arg97Profs*23", "p.Arg97ProfsX23",
         "R97PfsX23", "p.(Arg97ProfsTer23)", "r97pfs*23", NULL},
        {"R97fs", "p.Arg97fs", "R97fs", "Arg97fs", NULL},
        {"G12=", "p.Gly12%3D", "p.Gly12=", "G12=", "p.Gly12Gly", "p.(Gly12=)", "NP_1.1:p.Gly12%3d",
         NULL},
        {"K5dup", "p.Lys5dup", "K5dup", "lys5dup", NULL},
        {"E746_A750del", "p.Glu746_Ala750del", "E746_A750del", "E746_A750delELREA",
         "p.Glu746_Ala750delGluLeuArgGluAla", NULL},
        {"K5_L6insQR", "p.Lys5_Leu6insGlnArg", "K5_L6insQR", NULL},
        {"C28delinsTV", "p.Cys28delinsThrVal", "C28delinsTV", NULL},
        {"*97Qext*5", "p.Ter97GlnextTer5", "*97Qext*5", "p.*97Glnext*5", "p.Ter97Glnext*5", NULL},
        {"M1?", "p.Met1?", "M1?", "p.(Met1?)", NULL},
        {"M1ext-5", "p.Met1ext-5", "M1ext-5", NULL},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        for (size_t k = 1; k < 12 && same[i][k] != NULL; k++)
            expect(same[i][k], same[i][0]);
}

Test(protein, what_is_none_is_refused)
{
    static const char *const wrong[] = {
        "",    "p.",       "p.?",   "p.=",        "p.0",    "V600", "600",   "V600E1",
        "97T", "Xyz12Abc", "V-600", "p.Val600Gl", "V600E;", "J12V", "K5ins", "p.MetLys997ArgGlu",
        "%3D"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(wrong[i], "(none)");
}

/* Every pair of amino acids, in six spellings. */
Test(protein, any_substitution_in_any_spelling)
{
    static const struct {
        char one;
        const char *three;
    } acids[] = {{'A', "Ala"}, {'R', "Arg"}, {'N', "Asn"}, {'D', "Asp"}, {'C', "Cys"}, {'Q', "Gln"},
                 {'E', "Glu"}, {'G', "Gly"}, {'H', "His"}, {'I', "Ile"}, {'L', "Leu"}, {'K', "Lys"},
                 {'M', "Met"}, {'F', "Phe"}, {'P', "Pro"}, {'S', "Ser"}, {'T', "Thr"}, {'W', "Trp"},
                 {'Y', "Tyr"}, {'V', "Val"}, {'U', "Sec"}, {'*', "Ter"}};
    size_t n = sizeof acids / sizeof *acids;
    unsigned seed = 20260101;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            char wanted[32];
            char text[64];
            int place = 1 + rand_r(&seed) % 35000;
            if (i == k)
                continue;
            snprintf(wanted, sizeof wanted, "%c%d%c", acids[i].one, place, acids[k].one);
            expect(wanted, wanted);
            snprintf(text, sizeof text, "p.%s", wanted);
            expect(text, wanted);
            snprintf(text, sizeof text, "%s%d%s", acids[i].three, place, acids[k].three);
            expect(text, wanted);
            snprintf(text, sizeof text, "p.(%s%d%s)", acids[i].three, place, acids[k].three);
            expect(text, wanted);
            snprintf(text, sizeof text, "NP_004324.2:p.%s%d%s", acids[i].three, place,
                     acids[k].three);
            expect(text, wanted);
        }
}

Test(protein, long_texts_are_refused_not_cut)
{
    char text[2 * SKR_PROTEIN_MAX];
    char found[SKR_PROTEIN_MAX];
    memcpy(text, "K5_L6ins", 8);
    memset(text + 8, 'A', sizeof text - 8);
    cr_assert(not(skr_protein_read(text, sizeof text, found)));
    cr_assert(skr_protein_read(text, 500, found));
}

static void expect_csq(const char *text, bool is_shifted, const char *wanted)
{
    char found[SKR_PROTEIN_MAX] = "(none)";
    bool is_read = skr_protein_read_csq(text, strlen(text), is_shifted, found);
    cr_assert(eq(str, is_read ? found : (char *)"(none)", (char *)wanted), "%s", text);
}

/* samtools/bcftools#1539 and #1810 have such changes. */
Test(protein, reads_what_bcftools_csq_says)
{
    expect_csq("600V>600E", false, "V600E");
    expect_csq("14G", false, "G14=");
    expect_csq("31R>31*", false, "R31*");
    expect_csq("162EE>162D*", false, "E162_E163delinsD*");
    expect_csq("90SL*>90*", false, "S90_L91del");
    expect_csq("10KLM>10KM", false, "L11del");
    expect_csq("10KM>10KLLM", false, "K10_M11insLL");
    expect_csq("91L*>91K", false, "L91_*92delinsK");
    expect_csq("97RLKT>97PRS*", true, "R97Pfs*4");
    expect_csq("97RLKT>97RPRSA", true, "L98Pfs*?");
    expect_csq("97RLKT>97*", true, "R97*");
    expect_csq("25SHLG..68", true, "(none)");
    expect_csq("81P>81QQP", false, "(none)"); /* the amino acid in front is not told */
    expect_csq("97R>98T", false, "(none)");
    expect_csq("", false, "(none)");
}

static void expect_join(const char *acids, const char *position, const char *wanted)
{
    char found[SKR_PROTEIN_MAX] = "(none)";
    bool is_read = skr_protein_join(acids, strlen(acids), position, strlen(position), found);
    cr_assert(eq(str, is_read ? found : (char *)"(none)", (char *)wanted), "%s %s", acids,
              position);
}

Test(protein, joins_the_parts_of_vep)
{
    expect_join("V/E", "600", "V600E");
    expect_join("V/E", "600/766", "V600E");
    expect_join("R/*", "31", "R31*");
    expect_join("L", "14", "L14=");
    expect_join("R/X", "97", "(none)");
    expect_join("-/K", "5-6", "(none)");
    expect_join("KL/K", "5-6", "(none)");
    expect_join("V/E", "", "(none)");
    expect_join("", "600", "(none)");
}

Test(protein, a_frameshift_may_be_asked_for_by_its_place)
{
    cr_assert(skr_protein_is("R97Pfs*23", 9, "R97fs"));
    cr_assert(skr_protein_is("R97fs", 5, "R97fs"));
    cr_assert(skr_protein_is("R97Pfs*23", 9, "R97Pfs*23"));
    cr_assert(not(skr_protein_is("R97fs", 5, "R97Pfs*23")));
    cr_assert(not(skr_protein_is("R977fs", 6, "R97fs")));
    cr_assert(not(skr_protein_is("R97P", 4, "R97fs")));
    cr_assert(not(skr_protein_is("V600E", 5, "V600")));
}
