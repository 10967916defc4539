/*
 * A genotype becomes the bag of copies that rule 6 says, and the least of several claims is the
 * same in any order.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/genotype.h"

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
        skr_zone zone;
        const skr_karyotype *karyotype;
        uint32_t n_this; /* of allele 1 */
        uint32_t n_called;
        int zygosity; /* of allele 1, -1: no carrier */
        skr_settled settled;
    } cases[] = {
        {"0/1", SKR_ZONE_DIPLOID, &xx, 1, 2, SKR_HET, SKR_SETTLED},
        {"1/1", SKR_ZONE_DIPLOID, &xy, 2, 2, SKR_HOM, SKR_SETTLED},
        {"1", SKR_ZONE_DIPLOID, &unknown, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"./1", SKR_ZONE_DIPLOID, &xx, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"0/.", SKR_ZONE_DIPLOID, &xx, 0, 1, -1, SKR_SETTLED},
        {"./.", SKR_ZONE_DIPLOID, &xx, 0, 0, -1, SKR_SETTLED},
        {"1/2", SKR_ZONE_DIPLOID, &xx, 1, 2, SKR_HET, SKR_SETTLED},
        {"0/0/1", SKR_ZONE_DIPLOID, &xx, 1, 3, SKR_HET, SKR_SETTLED},
        {"0/1/1", SKR_ZONE_DIPLOID, &xx, 2, 3, SKR_HET, SKR_SETTLED},
        {"1/1/1", SKR_ZONE_DIPLOID, &xx, 3, 3, SKR_HOM, SKR_SETTLED},
        {"1/1", SKR_ZONE_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1", SKR_ZONE_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/1", SKR_ZONE_X, &xy, 0, 0, -1, SKR_SETTLED_HET_ON_HAPLOID},
        {"1/2", SKR_ZONE_X, &xy, 0, 0, -1, SKR_SETTLED_HET_ON_HAPLOID},
        {"0/0", SKR_ZONE_X, &xy, 0, 1, -1, SKR_SETTLED},
        {"./.", SKR_ZONE_X, &xy, 0, 0, -1, SKR_SETTLED},
        {"./1", SKR_ZONE_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/.", SKR_ZONE_X, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/.", SKR_ZONE_X, &xy, 0, 1, -1, SKR_SETTLED},
        {"./2", SKR_ZONE_X, &xy, 0, 1, -1, SKR_SETTLED},
        {"1/./.", SKR_ZONE_X, &xo, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/1/.", SKR_ZONE_X, &xy, 0, 0, -1, SKR_SETTLED_HET_ON_HAPLOID},
        {"1/.", SKR_ZONE_X, &xx, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"1/.", SKR_ZONE_X, &unknown, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"0/.", SKR_ZONE_X, &unknown, 0, 1, -1, SKR_SETTLED},
        {"./1", SKR_ZONE_Y, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"./1", SKR_ZONE_Y, &xx, 0, 0, -1, SKR_SETTLED_NO_COPY},
        {"0/1", SKR_ZONE_X, &xx, 1, 2, SKR_HET, SKR_SETTLED},
        {"0/1", SKR_ZONE_X, &xxy, 1, 2, SKR_HET, SKR_SETTLED},
        {"1/1", SKR_ZONE_X, &xo, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/1", SKR_ZONE_X, &unknown, 1, 1, SKR_PARTIAL, SKR_SETTLED},
        {"0/0", SKR_ZONE_X, &unknown, 0, 1, -1, SKR_SETTLED},
        {"0/1", SKR_ZONE_X, &unknown, 1, 2, SKR_HET, SKR_SETTLED},
        {"1", SKR_ZONE_X, &unknown, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/1", SKR_ZONE_Y, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/1", SKR_ZONE_Y, &xx, 0, 0, -1, SKR_SETTLED_NO_COPY},
        {"0/0", SKR_ZONE_Y, &xo, 0, 0, -1, SKR_SETTLED_NO_COPY},
        {"0/1", SKR_ZONE_MT, &xx, 1, 1, SKR_HET, SKR_SETTLED},
        {"1/1", SKR_ZONE_MT, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1", SKR_ZONE_MT, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"0/0", SKR_ZONE_MT, &xy, 0, 1, -1, SKR_SETTLED},
        {"./1", SKR_ZONE_MT, &xy, 1, 1, SKR_HEMI, SKR_SETTLED},
        {"1/2", SKR_ZONE_MT, &xy, 1, 1, SKR_HET, SKR_SETTLED},
        {"0/.", SKR_ZONE_MT, &xy, 0, 1, -1, SKR_SETTLED},
        {".", SKR_ZONE_MT, &xy, 0, 0, -1, SKR_SETTLED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_genotype g = written(cases[i].gt);
        skr_settled settled = skr_genotype_settle(&g, cases[i].zone, *cases[i].karyotype);
        uint32_t n_this = copies_of(&g, 1);
        cr_assert(eq(int, settled, cases[i].settled), "case %zu", i);
        cr_assert(eq(u32, n_this, cases[i].n_this), "case %zu", i);
        cr_assert(eq(u32, g.n_called, cases[i].n_called), "case %zu", i);
        if (cases[i].zygosity >= 0)
            cr_assert(eq(int, skr_genotype_zygosity(&g, n_this, cases[i].zone),
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

/* A claim as text: this allele, called, zygosity. */
typedef struct claim {
    uint8_t n_this;
    uint8_t n_called;
    skr_zygosity zygosity;
} claim;

static const claim het = {1, 2, SKR_HET}, hom = {2, 2, SKR_HOM}, absent = {0, 2, SKR_HET};
static const claim hemi = {1, 1, SKR_HEMI}, partial = {1, 1, SKR_PARTIAL}, no_call = {0, 0, 0};

Test(genotype, takes_the_least_of_two_claims)
{
    static const struct {
        const claim *a;
        const claim *b;
        uint8_t n_this;
        uint8_t n_other;
        int zygosity;
    } cases[] = {
        {&het, &het, 1, 1, SKR_HET},      {&het, &hom, 1, 0, SKR_PARTIAL},
        {&absent, &het, 0, 1, -1},        {&absent, &hom, 0, 0, -1},
        {&hom, &hom, 2, 0, SKR_HOM},      {&hemi, &hemi, 1, 0, SKR_HEMI},
        {&hemi, &het, 1, 0, SKR_PARTIAL}, {&partial, &hemi, 1, 0, SKR_PARTIAL},
        {&no_call, &hom, 0, 0, -1},       {&partial, &het, 1, 0, SKR_PARTIAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int turn = 0; turn < 2; turn++) {
            const claim *first = turn == 0 ? cases[i].a : cases[i].b;
            const claim *second = turn == 0 ? cases[i].b : cases[i].a;
            skr_least least = {0};
            skr_least_add(&least, first->n_this, first->n_called, first->zygosity);
            skr_least_add(&least, second->n_this, second->n_called, second->zygosity);
            cr_assert(eq(u8, least.n_this, cases[i].n_this), "case %zu", i);
            cr_assert(eq(u8, least.n_other, cases[i].n_other), "case %zu", i);
            if (cases[i].zygosity >= 0)
                cr_assert(eq(int, skr_least_zygosity(&least, SKR_ZONE_DIPLOID),
                             (skr_zygosity)cases[i].zygosity),
                          "case %zu", i);
        }
}

Test(genotype, gives_the_least_in_any_order)
{
    static const claim *const all[] = {&het, &hom, &absent, &hemi, &partial, &no_call};
    for (int i = 0; i < 216; i++) {
        const claim *three[] = {all[i % 6], all[i / 6 % 6], all[i / 36]};
        static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        skr_least first = {0};
        for (int order = 0; order < 6; order++) {
            skr_least least = {0};
            for (int j = 0; j < 3; j++) {
                const claim *one = three[orders[order][j]];
                skr_least_add(&least, one->n_this, one->n_called, one->zygosity);
            }
            if (order == 0)
                first = least;
            cr_assert(least.n_this == first.n_this && least.n_other == first.n_other);
            if (least.n_this > 0)
                cr_assert(eq(int, skr_least_zygosity(&least, SKR_ZONE_DIPLOID),
                             skr_least_zygosity(&first, SKR_ZONE_DIPLOID)));
        }
    }
}

Test(genotype, is_undecided_where_only_a_longer_replacement_lacks_it)
{
    const claim *const others[] = {&absent, &no_call};
    for (int i = 0; i < 2; i++) {
        skr_least least = {0};
        skr_least_note(&least, het.n_this);
        skr_least_add(&least, het.n_this, het.n_called, het.zygosity);
        cr_assert(not(skr_least_is_undecided(&least)), "a copy is certain");
        skr_least_add(&least, others[i]->n_this, others[i]->n_called, others[i]->zygosity);
        cr_assert(skr_least_is_undecided(&least), "other %d", i);
        skr_least_note(&least, others[i]->n_this);
        cr_assert(not(skr_least_is_undecided(&least)), "a record of its own lacks it");
    }
}
