/*
 * Items of VEP, SnpEff and bcftools csq become what they say; odd ones lose nothing but themselves.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/annotations/annotation_item.h"

static skr_annotation_item item;
static skr_annotation_columns columns;

static void expect_said(const char *symbol, const char *id, const char *effects,
                        const char *protein)
{
    cr_assert(eq(sz, item.said.n_symbol, strlen(symbol)), "%s", symbol);
    cr_assert(zero(int, memcmp(item.said.symbol, symbol, strlen(symbol))));
    cr_assert(eq(sz, item.said.n_id, strlen(id)), "%s", id);
    cr_assert(zero(int, memcmp(item.said.id, id, strlen(id))));
    cr_assert(eq(sz, item.said.n_effects, strlen(effects)), "%s", effects);
    cr_assert(zero(int, memcmp(item.said.effects, effects, strlen(effects))));
    cr_assert(eq(str, (char *)item.said.protein, (char *)protein));
}

static bool vep(const char *text)
{
    return skr_annotation_item_vep(&columns, text, strlen(text), &item);
}

Test(annotation_item, columns_of_vep)
{
    cr_assert(not(skr_annotation_columns_read("no list of fields", &columns)));
    cr_assert(not(skr_annotation_columns_read("Format: Allele|IMPACT", &columns)));
    cr_assert(skr_annotation_columns_read(
        "Consequence annotations from Ensembl VEP. Format: Consequence|IMPACT|SYMBOL|Gene|HGVSp|"
        "ALLELE_NUM|Protein_position|Amino_acids",
        &columns));
    cr_assert(eq(u32, columns.of[SKR_FIELD_ALLELE], SKR_NONE));
    cr_assert(vep("missense_variant&splice_region_variant|MODERATE|BRAF|ENSG00000157764.12|"
                  "ENSP1:p.Val600Glu|2|600|V/E"));
    expect_said("BRAF", "ENSG00000157764", "missense_variant&splice_region_variant", "V600E");
    cr_assert(eq(u32, item.allele_number, 2));
    cr_assert(eq(int, item.said.impact, SKR_IMPACT_MODERATE));
    cr_assert(vep("synonymous_variant|LOW|B|673|ENSP1:p.Gly12%3D|1|12|G"));
    expect_said("B", "673", "synonymous_variant", "G12=");
    cr_assert(vep("missense_variant|||||1|600/766|V/E"));
    expect_said("", "", "missense_variant", "V600E");
    cr_assert(vep("synonymous_variant|LOW|||c.3G>A(p.%3D)|1|12|G"));
    expect_said("", "", "synonymous_variant", "G12=");
    cr_assert(vep("intergenic_variant|MODIFIER|X|Y"));
    expect_said("", "", "intergenic_variant", "");
    cr_assert(vep("intron_variant")); /* fields at the end may be left out */
    cr_assert(not(vep("")));
    cr_assert(not(vep("|||")));
    cr_assert(not(vep(".")));
}

Test(annotation_item, what_snpeff_says)
{
    static const char full[] =
        "G|missense_variant|MODERATE|A%2CB|ENSG1|transcript|T|protein_coding|"
        "1/1|c.1A>G|p.Met1Val|1/9|1/9|1/3||";
    static const char wrong[] = "G|missense_variant|MODERATE|A|A|||||||||||ERROR_CHROMOSOME_NOT_"
                                "FOUND&INFO_X";
    cr_assert(skr_annotation_item_snpeff(full, strlen(full), &item));
    expect_said("A,B", "ENSG1", "missense_variant", "M1V");
    cr_assert(eq(sz, item.n_allele, 1));
    cr_assert(not(item.is_wrong));
    cr_assert(skr_annotation_item_snpeff(wrong, strlen(wrong), &item));
    cr_assert(item.is_wrong);
    cr_assert(not(skr_annotation_item_snpeff("", 0, &item)));
    cr_assert(not(skr_annotation_item_snpeff("G", 1, &item)));
    cr_assert(not(skr_annotation_item_snpeff("|missense_variant", 17, &item)));
}

Test(annotation_item, what_bcftools_csq_says)
{
    static const char full[] = "*frameshift&splice_region|G|T|protein_coding|-|97RLK>97PRS*|5A>AC";
    static const char cut_short[] = "frameshift|G|T|protein_coding|-|25SHL..68|5A>AC";
    cr_assert(skr_annotation_item_csq(full, strlen(full), &item));
    expect_said("G", "", "frameshift&splice_region", "R97Pfs*4");
    cr_assert(item.is_behind_stop);
    cr_assert(eq(sz, item.n_dna, 5));
    cr_assert(skr_annotation_item_csq("intron|G|T|protein_coding", 25, &item));
    cr_assert(eq(ptr, (void *)item.dna, NULL));
    cr_assert(skr_annotation_item_csq("@1070", 5, &item));
    cr_assert(item.is_pointer);
    cr_assert(skr_annotation_item_csq(cut_short, strlen(cut_short), &item));
    cr_assert(item.has_lost_protein);
    expect_said("G", "", "frameshift", "");
    cr_assert(not(skr_annotation_item_csq("", 0, &item)));
    cr_assert(not(skr_annotation_item_csq("*", 1, &item)));
}

Test(annotation_item, items_are_cut_at_commas)
{
    static const char text[] = "a,,b";
    const char *at = text;
    const char *found;
    size_t n;
    size_t lengths[] = {1, 0, 1};
    for (size_t i = 0; i < 3; i++) {
        cr_assert(skr_annotation_item_next(&at, text + 4, &found, &n));
        cr_assert(eq(sz, n, lengths[i]));
    }
    cr_assert(not(skr_annotation_item_next(&at, text + 4, &found, &n)));
}

/* Any bytes are read within their bounds: a sanitizer says where not. */
Test(annotation_item, any_bytes)
{
    static const char letters[] = "|,&%3D@*:>+.=()pVGAlaTer0159 fsdelins_";
    unsigned seed = 20261130;
    cr_assert(skr_annotation_columns_read(
        "Format: Allele|Consequence|SYMBOL|Gene|HGVSp|Amino_acids|Protein_position", &columns));
    for (int round = 0; round < 20000; round++) {
        char text[48];
        size_t n = (size_t)rand_r(&seed) % sizeof text;
        for (size_t i = 0; i < n; i++)
            text[i] = letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
        char *exact = malloc(n + 1);
        memcpy(exact, text, n);
        (void)skr_annotation_item_vep(&columns, exact, n, &item);
        (void)skr_annotation_item_snpeff(exact, n, &item);
        (void)skr_annotation_item_csq(exact, n, &item);
        free(exact);
    }
}
