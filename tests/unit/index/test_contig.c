/*
 * Every usual spelling of a contig is one contig, and the PAR borders are those of rule 6.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "index/contigs/contig.h"
#include "storage/base/limits.h"

static char canonical[SKR_NAME_MAX + 1];
static skr_err err;

/* The canonical name of a contig of an assembly, or "refused". */
static const char *name_of(const char *assembly, const char *name)
{
    const skr_build *build = skr_assembly_build_find(assembly);
    if (skr_contig_canonical(build, name, canonical, sizeof canonical, &err) < 0)
        return "refused";
    return canonical;
}

Test(contig, has_one_spelling)
{
    static const char *const names[][3] = {
        {"GRCh38", "chr1", "1"},
        {"GRCh38", "1", "1"},
        {"GRCh38", "CHR22", "22"},
        {"GRCh37", "NC_000001.10", "1"},
        {"GRCh38", "NC_000001.11", "1"},
        {"GRCh38", "NC_0000001.11", "1"},
        {"GRCh38", "NC_000001", "1"},
        {"GRCh38", "refseq:NC_000003.12", "3"},
        {"GRCh38", "CM000684.2", "22"},
        {"GRCh38", "nc_000022.11", "22"},
        {"GRCh38", "NC_000023.11", "X"},
        {"GRCh37", "NC_000024.9", "Y"},
        {"GRCh37", "NC_012920.1", "MT"},
        {"GRCh38", "NC_012920.1", "MT"},
        {"GRCm39", "NC_000067.7", "1"},
        {"mm10", "NC_000086.7", "X"},
        {"rn7", "NC_051336.1", "1"},
        {"hs1", "NC_060947.1", "X"},
        {"hs1", "CP068254.1", "MT"},
        {"GRCh38", "chrM", "MT"},
        {"GRCh38", "M", "MT"},
        {"GRCh38", "mt", "MT"},
        {"GRCh38", "chrMT", "MT"},
        {"GRCh38", "chrx", "X"},
        {"GRCh38", "XY", "X"},
        {"GRCh38", "GL000192.1", "GL000192.1"},
        {"GRCh38", "grch38#chr8", "grch38#chr8"},
        {"GRCh38", "1:1-1", "1:1-1"},
        {"GRCh38", "chr", "chr"},
        {"GRCh38", "chrchr1", "chrchr1"},
        {"GRCh38", "chr01", "chr01"},
        {"GRCh38", "chr1_KI270706v1_random", "chr1_KI270706v1_random"},
        {"GRCh38", "HLA-A*01:01:01:01", "HLA-A*01:01:01:01"},
        {"asm1", "chr2", "2"},
        {"asm1", "chromosome_1", "chromosome_1"},
        {"asm1", "chromosome1", "chromosome1"},
        {"asm1", "omosome_1", "omosome_1"},
        {"asm1", "CHROMOSOME_IV", "CHROMOSOME_IV"},
        {"asm1", "chrIV", "chrIV"},
        {"asm1", "XY", "XY"},
        {"asm1", "NC_000022.10", "NC_000022.10"},
        {"asm1", "NC_000067.6", "NC_000067.6"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_assert(eq(str, (char *)name_of(names[i][0], names[i][1]), (char *)names[i][2]), "%s %s",
                  names[i][0], names[i][1]);
        char first[SKR_NAME_MAX + 1];
        memcpy(first, canonical, sizeof first);
        cr_assert(eq(str, (char *)name_of(names[i][0], first), first), "%s twice", names[i][1]);
    }
}

Test(contig, of_another_assembly_is_refused_with_both_named)
{
    static const char *const names[][3] = {
        {"GRCh38", "NC_000022.10", "GRCh37"}, {"GRCh37", "NC_000022.11", "GRCh38"},
        {"GRCh38", "CM000684.1", "GRCh37"},   {"GRCh37", "NC_000022.9", "NCBI36"},
        {"GRCm39", "NC_000022.11", "GRCh38"}, {"GRCh38", "NC_000067.7", "GRCm39"},
        {"GRCm39", "NC_000067.6", "GRCm38"},  {"GRCh38", "NC_060925.1", "T2T-CHM13v2.0"},
        {"GRCm39", "NC_012920.1", "GRCm39"},  {"GRCh38", "NC_000022.99", "NC_000022.11"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_assert(eq(str, (char *)name_of(names[i][0], names[i][1]), "refused"), "%s %s",
                  names[i][0], names[i][1]);
        cr_assert(ne(ptr, strstr(err.message, names[i][2]), NULL), "%s", err.message);
    }
}

Test(contig, numbers_for_sex_chromosomes_are_those_of_the_species)
{
    static const char *const names[][3] = {
        {"GRCh38", "23", "X"},  {"GRCh38", "24", "Y"},  {"GRCh38", "25", "X"},
        {"GRCh38", "26", "MT"}, {"GRCh38", "22", NULL}, {"GRCh38", "27", NULL},
        {"GRCm39", "20", "X"},  {"GRCm39", "21", "Y"},  {"GRCm39", "23", "MT"},
        {"GRCm39", "19", NULL}, {"rn7", "21", "X"},     {"rn7", "22", "Y"},
        {"rn7", "20", NULL},    {"asm1", "23", NULL},   {"GRCh38", "X", NULL},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *meaning =
            skr_contig_numbered(skr_assembly_build_find(names[i][0]), names[i][1]);
        cr_assert(eq(int, meaning == NULL, names[i][2] == NULL), "%s %s", names[i][0], names[i][1]);
        if (meaning != NULL)
            cr_assert(eq(str, (char *)meaning, (char *)names[i][2]));
    }
}

/* What an assembly with these contigs answers to a name; "" for nothing. */
static const char *find_in(const char *assembly_name, const char *const *contigs, const char *name)
{
    skr_manifest *manifest = NULL;
    uint32_t at;
    cr_assert(zero(int, skr_manifest_new(&manifest, &err)));
    cr_assert(zero(int, skr_manifest_add_assembly(manifest, assembly_name, &at, &err)));
    for (; *contigs != NULL; contigs++)
        cr_assert(
            zero(int, skr_manifest_add_contig(&manifest->assemblies[0], *contigs, 0, &at, &err)));
    cr_assert(zero(int, skr_contig_find(skr_assembly_build_find(assembly_name),
                                        &manifest->assemblies[0], name, &at, canonical, &err)));
    skr_manifest_free(manifest);
    return at == SKR_NONE ? "" : canonical;
}

Test(contig, of_a_store_is_found_by_its_other_spellings)
{
    static const char *const human[] = {"1", "chr1_KI270706v1_random", "GL000191.1", "HLA-A*01:01",
                                        NULL};
    static const char *const yeast[] = {"chrIV", "V", "chromosome_1", NULL};
    cr_assert(eq(str, (char *)find_in("GRCh38", human, "KI270706.1"), "chr1_KI270706v1_random"));
    cr_assert(eq(str, (char *)find_in("GRCh38", human, "KI270706.2"), ""));
    cr_assert(eq(str, (char *)find_in("GRCh37", human, "chr1_gl000191_random"), "GL000191.1"));
    cr_assert(eq(str, (char *)find_in("GRCh38", human, "HLA-A*01:01"), "HLA-A*01:01"));
    cr_assert(eq(str, (char *)find_in("GRCh38", human, "Chr1"), "1"));
    cr_assert(eq(str, (char *)find_in("GRCh37", human, "chrGL000191.1"), "GL000191.1"));
    cr_assert(eq(str, (char *)find_in("GRCh38", human, "chr2"), ""));
    cr_assert(eq(str, (char *)find_in("sacCer3", yeast, "IV"), "chrIV"));
    cr_assert(eq(str, (char *)find_in("sacCer3", yeast, "chrV"), "V"));
    cr_assert(eq(str, (char *)find_in("sacCer3", yeast, "omosome_1"), ""));
    cr_assert(eq(str, (char *)find_in("asm1", human, "KI270706.1"), ""));
}

Test(contig, refuses_names_that_are_none)
{
    static char huge[SKR_NAME_MAX + 2];
    memset(huge, 'a', sizeof huge - 1);
    cr_assert(eq(str, (char *)name_of("GRCh38", ""), "refused"));
    cr_assert(eq(str, (char *)name_of("GRCh38", "1\n2"), "refused"));
    cr_assert(eq(str, (char *)name_of("GRCh38", huge), "refused"));
    cr_assert(eq(int, skr_contig_canonical(NULL, "chr12345", canonical, 4, &err), SKR_ERR_INPUT));
}

Test(contig, has_the_par_borders_of_the_rules)
{
    static const struct {
        const char *assembly;
        const char *contig;
        uint32_t pos1;
        skr_ploidy ploidy;
    } places[] = {
        {"GRCh38", "X", 10000, SKR_PLOIDY_X},
        {"GRCh38", "X", 10001, SKR_PLOIDY_DIPLOID},
        {"GRCh38", "X", 2781479, SKR_PLOIDY_DIPLOID},
        {"GRCh38", "X", 2781480, SKR_PLOIDY_X},
        {"GRCh38", "X", 155701382, SKR_PLOIDY_X},
        {"hg38", "X", 155701383, SKR_PLOIDY_DIPLOID},
        {"GRCh38", "X", 156030895, SKR_PLOIDY_DIPLOID},
        {"GRCh38", "X", 156030896, SKR_PLOIDY_X},
        {"GRCh38", "Y", 2000000, SKR_PLOIDY_Y_PAR},
        {"GRCh38", "Y", 9000000, SKR_PLOIDY_Y},
        {"GRCh38", "Y", 56887902, SKR_PLOIDY_Y},
        {"GRCh38", "Y", 56887903, SKR_PLOIDY_Y_PAR},
        {"GRCh37", "X", 60000, SKR_PLOIDY_X},
        {"GRCh37", "X", 60001, SKR_PLOIDY_DIPLOID},
        {"GRCh37.p13", "X", 2699521, SKR_PLOIDY_X},
        {"hg19", "X", 154931044, SKR_PLOIDY_DIPLOID},
        {"hs37d5", "Y", 2649520, SKR_PLOIDY_Y_PAR},
        {"b37", "Y", 2649521, SKR_PLOIDY_Y},
        {"CHM13", "X", 1, SKR_PLOIDY_DIPLOID},
        {"CHM13", "X", 2394411, SKR_PLOIDY_X},
        {"hs1", "X", 153925835, SKR_PLOIDY_DIPLOID},
        {"hs1", "Y", 62122809, SKR_PLOIDY_Y},
        {"hs1", "Y", 62122810, SKR_PLOIDY_Y_PAR},
        {"hg18", "X", 2709520, SKR_PLOIDY_DIPLOID},
        {"hg18", "Y", 57443437, SKR_PLOIDY_Y},
        {"GRCh380", "X", 10001, SKR_PLOIDY_X},
        {"GRCm39", "X", 10001, SKR_PLOIDY_X},
        {"GRCm39", "MT", 1, SKR_PLOIDY_MT},
        {"asm1", "MT", 1, SKR_PLOIDY_MT},
        {"GRCh38", "MT", 1, SKR_PLOIDY_MT},
        {"GRCh38", "7", 10001, SKR_PLOIDY_DIPLOID},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        cr_assert(eq(int,
                     skr_contig_ploidy(skr_assembly_build_find(places[i].assembly),
                                       places[i].contig, places[i].pos1 - 1),
                     places[i].ploidy),
                  "%s %s:%u", places[i].assembly, places[i].contig, places[i].pos1);
}

Test(contig, changes_its_ploidy_where_it_says)
{
    static const char *const assemblies[] = {"GRCh38", "GRCh37", "hs1", "other"};
    static const char *const contigs[] = {"X", "Y", "1", "MT"};
    for (size_t a = 0; a < 4; a++)
        for (size_t c = 0; c < 4; c++)
            for (uint32_t at0 = 0;;) {
                const skr_build *build = skr_assembly_build_find(assemblies[a]);
                uint32_t end0 = skr_contig_ploidy_end0(build, contigs[c], at0);
                skr_ploidy ploidy = skr_contig_ploidy(build, contigs[c], at0);
                cr_assert(gt(u32, end0, at0));
                cr_assert(eq(int, skr_contig_ploidy(build, contigs[c], end0 - 1), ploidy));
                if (end0 == UINT32_MAX)
                    break;
                cr_assert(ne(int, skr_contig_ploidy(build, contigs[c], end0), ploidy));
                at0 = end0;
            }
}

Test(contig, reads_karyotypes_and_writes_them_again)
{
    static const char *const good[][2] = {
        {"XX", "XX"},     {"xy", "XY"},           {"YX", "XY"},     {"XXY", "XXY"},
        {"XO", "XO"},     {"X0", "XO"},           {"X", "XO"},      {"", "unknown"},
        {".", "unknown"}, {"Unknown", "unknown"}, {"NA", "unknown"}};
    static const char *const bad[] = {"F", "male", "XZ", "Y", "OO", "XXO", "XXXXXXXXXXXX"};
    skr_karyotype karyotype;
    char text[16];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(eq(int, skr_contig_karyotype_parse(good[i][0], &karyotype, &err), 0), "%s",
                  good[i][0]);
        skr_contig_karyotype_text(karyotype, text);
        cr_assert(eq(str, text, (char *)good[i][1]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, skr_contig_karyotype_parse(bad[i], &karyotype, &err), SKR_ERR_INPUT),
                  "%s", bad[i]);
}
