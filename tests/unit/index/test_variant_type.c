/*
 * Every name of a type means one thing, and what is none is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "index/keys/variant_key.h"
#include "index/keys/variant_type.h"

static bool is_of(const char *word, skr_allele_kind kind, const char *alt)
{
    skr_variant_type type;
    skr_allele allele = {.kind = kind, .alt = alt, .n_alt = (uint32_t)strlen(alt)};
    cr_assert(skr_variant_type_find(word, &type), "%s", word);
    return skr_variant_type_holds(&type, &allele);
}

/* Symbols in the place of words: ga4gh-beacon/specification#134. */
Test(variant_type, all_spellings_of_one_type_are_that_type)
{
    static const char *const spellings[][8] = {
        {"snv", "SNP", "SNV", "SO:0001483", "so:0000694", "single_nucleotide_variant"},
        {"ins", "INS", "insertion", "Insertion", "SO:0000667", "insertions"},
        {"del", "DEL", "deletion", "nucleotide deletion", "SO:0000159"},
        {"mnv", "MNP", "multiple nucleotide variant", "SO:0002007", "SO:0001013"},
        {"delins", "DELINS", "deletion-insertion", "SO:1000032"},
        {"indel", "INDEL", "indels", "insertion or deletion", "SO:0002217"},
        {"dup", "DUP", "duplication", "SO:1000035"},
        {"dup:tandem", "DUP:TANDEM", "tandem duplication", "tandem-duplication", "SO:1000173"},
        {"inv", "INV", "inversion", "SO:1000036"},
        {"cnv", "CNV", "copy number variation", "copy_number_variant", "SO:0001019"},
        {"gain", "copy number gain", "SO:0001742", "EFO:0030070", "amplification"},
        {"loss", "copy number loss", "SO:0001743", "efo:0030067"},
        {"bnd", "BND", "breakend", "translocation", "SO:0000199"},
        {"str", "STR", "short tandem repeat", "microsatellite", "SO:0002096"},
        {"me", "mobile element insertion", "Mobile_Element_Insertion", "SO:0001837"},
        {"cpx", "CPX", "complex structural alteration", "SO:0001784"},
    };
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        for (size_t k = 0; k < 8 && spellings[i][k] != NULL; k++) {
            skr_variant_type type;
            cr_assert(skr_variant_type_find(spellings[i][k], &type), "%s", spellings[i][k]);
            cr_assert(eq(str, (char *)type.name, (char *)spellings[i][0]), "%s", spellings[i][k]);
        }
}

Test(variant_type, holds_small_and_structural_alleles)
{
    static const struct {
        const char *word;
        skr_allele_kind kind;
        const char *alt;
        bool is_it;
    } cases[] = {
        {"snv", SKR_ALLELE_SNV, "A", true},
        {"snv", SKR_ALLELE_MNV, "AC", false},
        {"ins", SKR_ALLELE_INS, "AC", true},
        {"ins", SKR_ALLELE_SV, "INS", true},
        {"ins", SKR_ALLELE_SV, "INS:ME:ALU+281", true},
        {"ins", SKR_ALLELE_SV, "INS+50@22:5", true},
        {"ins", SKR_ALLELE_SV, "MEI", true},
        {"ins", SKR_ALLELE_SV, "INSX", false},
        {"ins", SKR_ALLELE_SV, "DEL", false},
        {"indel", SKR_ALLELE_SV, "DEL:ME", true},
        {"indel", SKR_ALLELE_DELINS, "ACG", true},
        {"del", SKR_ALLELE_SV, "DEL/INV", true},
        {"inv", SKR_ALLELE_SV, "DEL/INV", true},
        {"del", SKR_ALLELE_SV, "DELINS", false},
        {"del", SKR_ALLELE_SV, "CN0", false},
        {"loss", SKR_ALLELE_SV, "CN0", true},
        {"loss", SKR_ALLELE_SV, "CN2", false},
        {"loss", SKR_ALLELE_DEL, "A", true},
        {"gain", SKR_ALLELE_SV, "CN2", true},
        {"gain", SKR_ALLELE_SV, "CN35", true},
        {"gain", SKR_ALLELE_SV, "CN1", false},
        {"gain", SKR_ALLELE_SV, "CN", false},
        {"gain", SKR_ALLELE_SV, "DUP:TANDEM", true},
        {"cnv", SKR_ALLELE_SV, "CN12", true},
        {"cnv", SKR_ALLELE_SV, "CNV:TR", true},
        {"cnv", SKR_ALLELE_SV, "DEL", false},
        {"str", SKR_ALLELE_SV, "STR12", true},
        {"str", SKR_ALLELE_SV, "CNV:TR", true},
        {"str", SKR_ALLELE_SV, "CNV", false},
        {"dup:tandem", SKR_ALLELE_SV, "DUP", false},
        {"dup:tandem", SKR_ALLELE_SV, "DUP:TANDEM", true},
        {"dup", SKR_ALLELE_SV, "DUP:TANDEM", true},
        {"me", SKR_ALLELE_SV, "INS", false},
        {"me", SKR_ALLELE_SV, "INS:ME", true},
        {"me", SKR_ALLELE_SV, "INS:MEX", false},
        {"alu", SKR_ALLELE_SV, "INS:ME:ALU+300", true},
        {"alu", SKR_ALLELE_SV, "INS:ME:LINE1", false},
        {"bnd", SKR_ALLELE_SV, "TRA@22:5", true},
        {"bnd", SKR_ALLELE_SV, "CTX", true},
        {"CN3", SKR_ALLELE_SV, "CN3", true},
        {"CN3", SKR_ALLELE_SV, "CN35", false},
        {"ins:me:foo", SKR_ALLELE_SV, "INS:ME:FOO+7", true},
        {"complex", SKR_ALLELE_DELINS, "ACG", true},
        {"complex", SKR_ALLELE_SV, "CPX@1:5", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(eq(int, is_of(cases[i].word, cases[i].kind, cases[i].alt), cases[i].is_it),
                  "%s %s", cases[i].word, cases[i].alt);
}

Test(variant_type, what_is_none_is_refused)
{
    static const char *const words[] = {"",     "dele",        "SO:0000001", "EFO:0030069", "XYZ",
                                        "ins ", "INS:ME+50",   "snv|ins",    "INS@22",      ":ME",
                                        "*",    "copy number", "del ins x",  "CN#"};
    skr_variant_type type;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cr_assert(not(skr_variant_type_find(words[i], &type)), "%s", words[i]);
}

Test(variant_type, every_name_and_spelling_is_found_and_short_enough)
{
    char word[SKR_VARIANT_SPELLING_MAX];
    skr_variant_type type;
    size_t n = 0;
    for (; skr_variant_type_spelling(n, word); n++) {
        cr_assert(skr_variant_type_find(word, &type), "%s", word);
        cr_assert(lt(sz, strlen(word), SKR_VARIANT_SPELLING_MAX - 1));
    }
    cr_assert(gt(sz, n, 60));
    for (size_t i = 0; skr_variant_type_name(i) != NULL; i++) {
        cr_assert(skr_variant_type_find(skr_variant_type_name(i), &type));
        cr_assert(eq(str, (char *)type.name, (char *)skr_variant_type_name(i)));
    }
}
