/*
 * reads_genotype.c - from observations to the likeliest genotype: the error model of htslib, and
 * how rare an allele is.
 */
#include <math.h>

#include "engine/import/reads/reads_chunk_int.h"

/* The error model takes no more; it would draw lots among more, and results would depend on them.
 */
#define SEEN_MAX 255u
#define ALLELES_MAX 4u
#define QUALITY_MAX 63u /* that the model can hold */

/* How much rarer, in phred, a genotype is than one of reference copies alone. */
static double rarity(const skr_reads_alleles *alleles, unsigned a, unsigned b)
{
    bool has_a = (int)a != alleles->ref;
    bool has_b = (int)b != alleles->ref;
    if (alleles->ref < 0)
        return a == b ? 0 : alleles->het_prior;
    if (!has_a && !has_b)
        return 0;
    if (a == b)
        return alleles->het_prior + 3; /* half as often */
    return has_a && has_b ? alleles->het_prior + 20 : alleles->het_prior;
}

/* Phred of a share; a share of nothing is as sure as can be said. */
static double phred(double share, double most)
{
    double value = share > 0 ? -10 * log10(share) : most;
    return value < most ? value : most;
}

int skr_reads_genotype_call(const errmod_t *model, const skr_reads_alleles *alleles,
                            const skr_reads_seen *seen, uint32_t n_seen,
                            skr_reads_genotype *ret_genotype)
{
    uint16_t packed[SEEN_MAX];
    float likelihood[ALLELES_MAX * ALLELES_MAX];
    double cost[6];
    uint32_t n = n_seen < SEEN_MAX ? n_seen : SEEN_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const skr_reads_seen *one = &seen[(uint64_t)i * n_seen / n];
        unsigned quality = one->quality < QUALITY_MAX ? one->quality : QUALITY_MAX;
        packed[i] = (uint16_t)(quality << 5 | (one->is_reverse ? 1u << 4 : 0u) | one->allele);
    }
    if (errmod_cal(model, (int)n, (int)alleles->n, packed, likelihood) != 0)
        return SKR_ERR_NOMEM;
    unsigned best = 0;
    unsigned n_costs = 0;
    skr_reads_genotype result = {{0, 0}, false, 0, 0};
    double ref_cost = INFINITY;
    for (unsigned i = 0; i < alleles->n_candidates; i++)
        for (unsigned j = i; j < alleles->n_candidates; j++) {
            unsigned a = alleles->candidates[i];
            unsigned b = alleles->candidates[j];
            cost[n_costs] = (double)likelihood[a * alleles->n + b] + rarity(alleles, i, j);
            if ((int)i == alleles->ref && i == j)
                ref_cost = cost[n_costs];
            if (n_costs == 0 || cost[n_costs] < cost[best]) {
                best = n_costs;
                result.copies[0] = a;
                result.copies[1] = b;
                result.is_ref = (int)i == alleles->ref && i == j;
            }
            n_costs++;
        }
    double others = 0;
    for (unsigned i = 0; i < n_costs; i++)
        others += i == best ? 0 : pow(10, (cost[best] - cost[i]) / 10);
    result.gq = phred(others / (1 + others), 99);
    result.quality = alleles->ref < 0
                         ? result.gq
                         : phred(pow(10, (cost[best] - ref_cost) / 10) / (1 + others), 999);
    *ret_genotype = result;
    return SKR_OK;
}
