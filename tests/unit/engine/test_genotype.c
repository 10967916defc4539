/*
 * A genotype becomes the bag of copies that rule 6 says.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genotypes/genotype.h"

#define U SKR_COPY_UNKNOWN

static const skr_karyotype xx = {2, 0}, xy = {1, 1}, xxy = {2, 1}, xo = {1, 0};
static const skr_karyotype unknown = {SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN};

/* "0/1" as a genotype. */
static skr_genotype written(const char *text)
{
    skr_genotype genotype = {0};
    for (const char *at = text; *at != '\0'; at++)
        if (*at == '.')
            genotype.alleles[genotype.n++] = U;
        else if (*at >= '0' && *at <= '9')
            genotype.alleles[genotype.n++] = (uint16_t)(*at - '0');
    return genotype;
}

static uint32_t copies_of(const skr_genotype *genotype, uint16_t allele)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < genotype->n; i++)
        n += genotype->alleles[i] == allele;
    return n;
}

Test(genotype, follows_the_karyotype)
{
    static const struct {
        const char *gt;
        skr_ploidy ploidy;
        const skr_karyotype *karyotype;
        uint32_t n_this; /* of allele 1 */
        uint32_t n_called;
        int zygosity; /* of allele 1, -1: no carrier */
        skr_settled settled;
    } cases[] = {
        {"0/1", SKR_PLOIDY_DIPLOID, &xx, 1, 2, SKR_HET, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_DIPLOID, &xy, 2, 2, SKR_HOM, SKR_SETTLED},
        {"1", SKR_PLOIDY_DIPLOID, &unknown, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"./1", SKR_PLOIDY_DIPLOID, &xx, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"0/.", SKR_PLOIDY_DIPLOID, &xx, 0, 1, -1, SKR_SETTLED},
        {"./.", SKR_PLOIDY_DIPLOID, &xx, 0, 0, -1, SKR_SETTLED},
        {"1/2", SKR_PLOIDY_DIPLOID, &xx, 1, 2, SKR_HET, SKR_SETTLED},
        {"0/0/1", SKR_PLOIDY_DIPLOID, &xx, 1, 3, SKR_HET, SKR_SETTLED},
        {"0/1/1", SKR_PLOIDY_DIPLOID, &xx, 2, 3, SKR_HET, SKR_SETTLED},
        {"1/1/1", SKR_PLOIDY_DIPLOID, &xx, 3, 3, SKR_HOM, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1", SKR_PLOIDY_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/1", SKR_PLOIDY_X, &xy, 0, 0, -1, SKR_SETTLED_HET_ON_HAPLOID},
        {"1/2", SKR_PLOIDY_X, &xy, 0, 0, -1, SKR_SETTLED_HET_ON_HAPLOID},
        {"0/0", SKR_PLOIDY_X, &xy, 0, 1, -1, SKR_SETTLED},
        {"./.", SKR_PLOIDY_X, &xy, 0, 0, -1, SKR_SETTLED},
        {"./1", SKR_PLOIDY_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/.", SKR_PLOIDY_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/.", SKR_PLOIDY_X, &xy, 0, 1, -1, SKR_SETTLED},
        {"./2", SKR_PLOIDY_X, &xy, 0, 1, -1, SKR_SETTLED},
        {"1/./.", SKR_PLOIDY_X, &xo, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/1/.", SKR_PLOIDY_X, &xy, 0, 0, -1, SKR_SETTLED_HET_ON_HAPLOID},
        {"1/.", SKR_PLOIDY_X, &xx, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"1/.", SKR_PLOIDY_X, &unknown, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"0/.", SKR_PLOIDY_X, &unknown, 0, 1, -1, SKR_SETTLED},
        {"./1", SKR_PLOIDY_Y, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"./1", SKR_PLOIDY_Y, &xx, 0, 0, -1, SKR_SETTLED_NO_COPY},
        {"0/1", SKR_PLOIDY_X, &xx, 1, 2, SKR_HET, SKR_SETTLED},
        {"0/1", SKR_PLOIDY_X, &xxy, 1, 2, SKR_HET, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_X, &xo, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_X, &unknown, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"0/0", SKR_PLOIDY_X, &unknown, 0, 1, -1, SKR_SETTLED},
        {"0/1", SKR_PLOIDY_X, &unknown, 1, 2, SKR_HET, SKR_SETTLED},
        {"1", SKR_PLOIDY_X, &unknown, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_Y, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_Y, &xx, 0, 0, -1, SKR_SETTLED_NO_COPY},
        {"0/0", SKR_PLOIDY_Y, &xo, 0, 0, -1, SKR_SETTLED_NO_COPY},
        {"0/1", SKR_PLOIDY_MT, &xx, 1, 1, SKR_HET, SKR_SETTLED},
        {"1/1", SKR_PLOIDY_MT, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1", SKR_PLOIDY_MT, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/0", SKR_PLOIDY_MT, &xy, 0, 1, -1, SKR_SETTLED},
        {"./1", SKR_PLOIDY_MT, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/2", SKR_PLOIDY_MT, &xy, 1, 1, SKR_HET, SKR_SETTLED},
        {"0/.", SKR_PLOIDY_MT, &xy, 0, 1, -1, SKR_SETTLED},
        {".", SKR_PLOIDY_MT, &xy, 0, 0, -1, SKR_SETTLED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_genotype g = written(cases[i].gt);
        skr_settled settled = skr_genotype_settle(&g, cases[i].ploidy, *cases[i].karyotype);
        uint32_t n_this = copies_of(&g, 1);
        cr_assert(eq(int, settled, cases[i].settled), "case %zu", i);
        cr_assert(eq(u32, n_this, cases[i].n_this), "case %zu", i);
        cr_assert(eq(u32, g.n_called, cases[i].n_called), "case %zu", i);
        if (cases[i].zygosity >= 0)
            cr_assert(eq(int, skr_genotype_zygosity(&g, n_this, cases[i].ploidy),
                         (skr_zygosity)cases[i].zygosity),
                      "case %zu", i);
    }
}

Test(genotype, tells_het_and_hom_ref)
{
    static const struct {
        const char *gt;
        bool is_het;
        bool is_hom_ref;
    } cases[] = {{"0/1", true, false},  {"0/0", false, true},  {"./1", false, false},
                 {"0/.", false, false}, {"1/2", true, false},  {"0", false, true},
                 {".", false, false},   {"1/1", false, false}, {"0/0/1", true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_genotype g = written(cases[i].gt);
        cr_assert(eq(int, skr_genotype_is_het(&g), cases[i].is_het), "%s", cases[i].gt);
        cr_assert(eq(int, skr_genotype_is_hom_ref(&g), cases[i].is_hom_ref), "%s", cases[i].gt);
    }
}
