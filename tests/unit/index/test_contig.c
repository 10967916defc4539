/*
 * Every usual spelling of a contig is one contig, and the PAR borders are those of rule 6.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "index/contig.h"
#include "storage/base/limits.h"

static char canonical[SKR_NAME_MAX + 1];
static skr_err err;

Test(contig, has_one_spelling)
{
    static const char *const pairs[][2] = {
        {"chr1", "1"},
        {"1", "1"},
        {"CHR22", "22"},
        {"NC_000001.10", "1"},
        {"NC_000001.11", "1"},
        {"refseq:NC_000003.12", "3"},
        {"NC_000023.11", "X"},
        {"NC_000024.9", "Y"},
        {"NC_012920.1", "MT"},
        {"chrM", "MT"},
        {"M", "MT"},
        {"MT", "MT"},
        {"chrMT", "MT"},
        {"chrX", "X"},
        {"GL000192.1", "GL000192.1"},
        {"grch38#chr8", "grch38#chr8"},
        {"1:1-1", "1:1-1"},
        {"NC_000067.6", "NC_000067.6"},
        {"chr", "chr"},
        {"chr1_KI270706v1_random", "1_KI270706v1_random"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cr_assert(eq(int, skr_contig_canonical(pairs[i][0], canonical, sizeof canonical, &err), 0));
        cr_assert(eq(str, canonical, (char *)pairs[i][1]), "%s", pairs[i][0]);
    }
}

Test(contig, refuses_names_that_are_none)
{
    static char huge[SKR_NAME_MAX + 2];
    memset(huge, 'a', sizeof huge - 1);
    cr_assert(eq(int, skr_contig_canonical("", canonical, sizeof canonical, &err), SKR_ERR_INPUT));
    cr_assert(
        eq(int, skr_contig_canonical("1\n2", canonical, sizeof canonical, &err), SKR_ERR_INPUT));
    cr_assert(
        eq(int, skr_contig_canonical(huge, canonical, sizeof canonical, &err), SKR_ERR_INPUT));
    cr_assert(eq(int, skr_contig_canonical("chr12345", canonical, 4, &err), SKR_ERR_INPUT));
}

Test(contig, has_the_par_borders_of_the_rules)
{
    static const struct {
        const char *assembly;
        const char *contig;
        uint32_t pos1;
        skr_zone zone;
    } places[] = {
        {"GRCh38", "X", 10000, SKR_ZONE_X},
        {"GRCh38", "X", 10001, SKR_ZONE_DIPLOID},
        {"GRCh38", "X", 2781479, SKR_ZONE_DIPLOID},
        {"GRCh38", "X", 2781480, SKR_ZONE_X},
        {"GRCh38", "X", 155701382, SKR_ZONE_X},
        {"hg38", "X", 155701383, SKR_ZONE_DIPLOID},
        {"GRCh38", "X", 156030895, SKR_ZONE_DIPLOID},
        {"GRCh38", "X", 156030896, SKR_ZONE_X},
        {"GRCh38", "Y", 2000000, SKR_ZONE_Y_PAR},
        {"GRCh38", "Y", 9000000, SKR_ZONE_Y},
        {"GRCh38", "Y", 56887902, SKR_ZONE_Y},
        {"GRCh38", "Y", 56887903, SKR_ZONE_Y_PAR},
        {"GRCh37", "X", 60000, SKR_ZONE_X},
        {"GRCh37", "X", 60001, SKR_ZONE_DIPLOID},
        {"GRCh37.p13", "X", 2699521, SKR_ZONE_X},
        {"hg19", "X", 154931044, SKR_ZONE_DIPLOID},
        {"hs37d5", "Y", 2649520, SKR_ZONE_Y_PAR},
        {"b37", "Y", 2649521, SKR_ZONE_Y},
        {"T2T", "X", 10001, SKR_ZONE_X},
        {"GRCh38", "MT", 1, SKR_ZONE_MT},
        {"GRCh38", "7", 10001, SKR_ZONE_DIPLOID},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        cr_assert(eq(int, skr_contig_zone(places[i].assembly, places[i].contig, places[i].pos1 - 1),
                     places[i].zone),
                  "%s %s:%u", places[i].assembly, places[i].contig, places[i].pos1);
}

Test(contig, changes_its_zone_where_it_says)
{
    static const char *const assemblies[] = {"GRCh38", "GRCh37", "other"};
    static const char *const contigs[] = {"X", "Y", "1", "MT"};
    for (size_t a = 0; a < 3; a++)
        for (size_t c = 0; c < 4; c++)
            for (uint32_t at0 = 0;;) {
                uint32_t end0 = skr_contig_zone_end0(assemblies[a], contigs[c], at0);
                skr_zone zone = skr_contig_zone(assemblies[a], contigs[c], at0);
                cr_assert(gt(u32, end0, at0));
                cr_assert(eq(int, skr_contig_zone(assemblies[a], contigs[c], end0 - 1), zone));
                if (end0 == UINT32_MAX)
                    break;
                cr_assert(ne(int, skr_contig_zone(assemblies[a], contigs[c], end0), zone));
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
        cr_assert(eq(int, skr_karyotype_parse(good[i][0], &karyotype, &err), 0), "%s", good[i][0]);
        skr_karyotype_text(karyotype, text);
        cr_assert(eq(str, text, (char *)good[i][1]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, skr_karyotype_parse(bad[i], &karyotype, &err), SKR_ERR_INPUT), "%s",
                  bad[i]);
}
