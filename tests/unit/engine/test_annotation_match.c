/*
 * An item means one ALT of its record, as VEP and SnpEff write alleles, or none.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/import/annotations/annotation_match.h"

/* "1 2": the ALTs, from 1, that an allele of VEP means. */
static void expect(const char *ref, const char *const *alts, uint32_t n_alts, const char *word,
                   uint32_t number, const char *wanted)
{
    char found[32] = "";
    static skr_annotation_item item;
    item.allele = word;
    item.n_allele = word == NULL ? 0 : strlen(word);
    item.allele_number = number;
    const skr_annotation_alleles alleles = skr_annotation_match_begin(ref, alts, n_alts);
    for (uint32_t i = 0; i < n_alts; i++)
        if (skr_annotation_match_vep(&alleles, &item, i))
            found[strlen(found)] = (char)('1' + i);
    cr_assert(eq(str, found, (char *)wanted), "%s %s", ref, word == NULL ? "-" : word);
}

Test(annotation_match, alleles_of_vep)
{
    static const char *const snv[] = {"G"};
    static const char *const mixed[] = {"A", "ACT"};
    static const char *const apart[] = {"G", "TT"};
    static const char *const star[] = {"A", "*"};
    static const char *const deletions[] = {"G", "GA"};
    static const char *const structural[] = {"<DEL>", "<DUP:TANDEM>"};
    expect("A", snv, 1, "G", 0, "1");
    expect("A", snv, 1, "T", 0, "");
    expect("A", snv, 1, "T", 1, ""); /* of a record that was split since */
    expect("A", snv, 1, NULL, 0, "1");
    expect("AC", mixed, 2, "-", 0, "1");
    expect("AC", mixed, 2, "CT", 0, "2");
    expect("AC", mixed, 2, "ACT", 0, "2");
    expect("AC", mixed, 2, NULL, 0, "");
    expect("AC", mixed, 2, NULL, 2, "2");
    expect("A", apart, 2, "TT", 0, "2"); /* not all share the first base: nothing is left out */
    expect("A", apart, 2, "T", 0, "");
    expect("AC", star, 2, "-", 0, "1");
    expect("AC", star, 2, "*", 0, "2");
    expect("GAAA", deletions, 2, "-", 0, "1");
    expect("GAAA", deletions, 2, "-", 2, "2"); /* --minimal */
    expect("GAAA", deletions, 2, "A", 0, "2");
    expect("C", structural, 2, "deletion", 0, "1");
    expect("C", structural, 2, "tandem_duplication", 0, "2");
    expect("C", structural, 2, "<DEL>", 0, "1");
    expect("C", structural, 2, "inversion", 0, "");
}

Test(annotation_match, changes_of_bcftools_csq)
{
    static const char text[] = "100AC>A+102G>T";
    const char *at = text;
    const char *end = text + strlen(text);
    skr_annotation_change change;
    cr_assert(skr_annotation_match_change(&at, end, &change));
    cr_assert(change.pos1 == 100 && change.n_ref == 2 && change.n_alt == 1);
    cr_assert(skr_annotation_match_change(&at, end, &change));
    cr_assert(change.pos1 == 102 && *change.alt == 'T');
    cr_assert(not(skr_annotation_match_change(&at, end, &change)));
    static const char *const wrong[] = {"",    "100", "100A", "100A>", "A>C", "99999999999A>C",
                                        "0A>C"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        at = wrong[i];
        cr_assert(not(skr_annotation_match_change(&at, at + strlen(at), &change)), "%s", wrong[i]);
    }
}
