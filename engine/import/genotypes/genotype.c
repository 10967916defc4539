/*
 * genotype.c - bags of copies. Whatever is not known stays unknown: a copy is never made up.
 */
#include "engine/import/genotypes/genotype.h"

#include "storage/base/check.h"

static void count_called(skr_genotype *genotype)
{
    genotype->n_called = 0;
    for (uint32_t i = 0; i < genotype->n; i++)
        genotype->n_called += genotype->alleles[i] != SKR_COPY_UNKNOWN;
}

void skr_genotype_forget(skr_genotype *genotype)
{
    for (uint32_t i = 0; i < genotype->n; i++)
        genotype->alleles[i] = SKR_COPY_UNKNOWN;
    genotype->n_called = 0;
    genotype->is_mixture = false;
}

bool skr_genotype_is_het(const skr_genotype *genotype)
{
    uint16_t first = SKR_COPY_UNKNOWN;
    for (uint32_t i = 0; i < genotype->n; i++) {
        uint16_t allele = genotype->alleles[i];
        if (allele == SKR_COPY_UNKNOWN)
            continue;
        if (first != SKR_COPY_UNKNOWN && allele != first)
            return true;
        first = allele;
    }
    return false;
}

bool skr_genotype_is_hom_ref(const skr_genotype *genotype)
{
    for (uint32_t i = 0; i < genotype->n; i++)
        if (genotype->alleles[i] != 0)
            return false;
    return genotype->n > 0;
}

/*
 * One copy is expected. All copies that are called must agree; otherwise it is unknown. A copy that
 * is written '.' says nothing against the one that is called: 1/. is one copy.
 */
static skr_settled settle_one_copy(skr_genotype *genotype)
{
    uint16_t called = SKR_COPY_UNKNOWN;
    bool is_het = skr_genotype_is_het(genotype);
    for (uint32_t i = 0; i < genotype->n && called == SKR_COPY_UNKNOWN; i++)
        called = genotype->alleles[i];
    genotype->alleles[0] = is_het ? SKR_COPY_UNKNOWN : called;
    genotype->n = 1;
    return is_het ? SKR_SETTLED_HET_ON_HAPLOID : SKR_SETTLED;
}

/* The distinct known alleles; REF only when there is no other. They share one copy. */
static void settle_mitochondrion(skr_genotype *genotype)
{
    uint32_t n = 0;
    bool has_ref = false;
    for (uint32_t i = 0; i < genotype->n; i++) {
        uint16_t allele = genotype->alleles[i];
        has_ref = has_ref || allele == 0;
        bool is_new = allele != 0 && allele != SKR_COPY_UNKNOWN;
        for (uint32_t j = 0; j < n && is_new; j++)
            is_new = genotype->alleles[j] != allele;
        if (is_new)
            genotype->alleles[n++] = allele;
    }
    genotype->is_mixture = n > 1 || (n == 1 && has_ref);
    if (n == 0)
        genotype->alleles[n++] = has_ref ? 0 : SKR_COPY_UNKNOWN;
    genotype->n = n;
    genotype->n_called = genotype->alleles[0] != SKR_COPY_UNKNOWN;
}

skr_settled skr_genotype_settle(skr_genotype *genotype, skr_ploidy ploidy, skr_karyotype karyotype)
{
    SKR_CHECK(genotype->n <= SKR_PLOIDY_MAX && ploidy != SKR_PLOIDY_Y_PAR);
    skr_settled settled = SKR_SETTLED;
    genotype->is_mixture = false;
    if (ploidy == SKR_PLOIDY_MT) {
        settle_mitochondrion(genotype);
        return SKR_SETTLED;
    }
    if (ploidy == SKR_PLOIDY_X || ploidy == SKR_PLOIDY_Y) {
        uint8_t expected = ploidy == SKR_PLOIDY_X ? karyotype.n_x : karyotype.n_y;
        if (expected == SKR_KARYOTYPE_UNKNOWN) {
            if (genotype->n == 2 && genotype->alleles[0] == genotype->alleles[1])
                genotype->alleles[1] = SKR_COPY_UNKNOWN;
        } else if (expected == 0) {
            genotype->n = 0;
            settled = SKR_SETTLED_NO_COPY;
        } else if (expected == 1) {
            settled = settle_one_copy(genotype);
        }
    }
    count_called(genotype);
    return settled;
}

skr_zygosity skr_genotype_zygosity(const skr_genotype *genotype, uint32_t n_this, skr_ploidy ploidy)
{
    if (ploidy == SKR_PLOIDY_MT)
        return genotype->is_mixture ? SKR_HET : SKR_HEMI;
    if (genotype->n == 1)
        return SKR_HEMI;
    if (genotype->n_called < genotype->n)
        return SKR_PARTIAL;
    return n_this < genotype->n_called ? SKR_HET : SKR_HOM;
}
