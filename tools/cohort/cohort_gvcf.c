/*
 * cohort_gvcf.c - the records of a person, one after the other.
 */
#include "tools/cohort/cohort_gvcf.h"

#include <string.h>

void cohort_gvcf_init(cohort_gvcf *gvcf, const cohort_genomes *genomes, uint32_t person)
{
    const cohort_plan *plan = &genomes->request->plan;
    uint64_t stream = UINT64_C(5) << 32 | (plan->first_person + person);
    *gvcf = (cohort_gvcf){.genomes = genomes, .person = person, .at0 = plan->region_start0};
    gvcf->random = cohort_random_new(plan->seed, stream);
    cohort_depth_init(&gvcf->depth, genomes->request, person);
}

static cohort_quality quality_at(cohort_gvcf *g, uint32_t pos0, unsigned copies)
{
    const cohort_list *missing = &g->genomes->missing[g->person];
    cohort_quality q = cohort_depth_at(&g->depth, pos0, copies);
    while (g->at_missing < missing->n && missing->items[g->at_missing] < pos0)
        g->at_missing++;
    if (g->at_missing == missing->n)
        return q;
    uint32_t missing0 = missing->items[g->at_missing];
    if (missing0 == pos0)
        return (cohort_quality){.end0 = pos0 + 1};
    q.end0 = missing0 < q.end0 ? missing0 : q.end0;
    return q;
}

/* ------------------------------------------------------------------ blocks */

/* HaplotypeCaller's bands of GQ: one each up to 59, then 60, 70, 80, 90 to 98, and 99. */
static uint32_t band_of(uint32_t gq)
{
    return gq < 60 || gq == 99 ? gq : gq / 10 * 10;
}

/* What block and record have in common of likelihoods: the called genotype has 0. */
static void put_likelihoods(cohort_gvcf_record *r)
{
    unsigned n_alleles = r->n_alts + 2;
    unsigned n = 0;
    for (unsigned b = 0; b < n_alleles; b++) {
        for (unsigned a = 0; a <= (r->n_copies == 2 ? b : 0); a++) {
            unsigned first = r->n_copies == 2 ? a : b;
            unsigned differ = (first != r->gt[0]) + (r->n_copies == 2 && b != r->gt[1]);
            if (r->n_copies == 2 && differ == 2 && (first == r->gt[1] || b == r->gt[0]))
                differ = 1;
            r->pl[n++] = differ == 0 ? 0 : r->gq + (differ - 1) * 14 * r->gq;
        }
    }
    r->n_pl = n;
}

/* The block from the first base of which nothing was said; it goes to stop0 at most. */
static void make_block(cohort_gvcf *g, unsigned copies, uint32_t stop0, cohort_gvcf_record *r)
{
    cohort_quality q = quality_at(g, g->at0, copies);
    *r = (cohort_gvcf_record){.pos0 = g->at0, .n_copies = copies, .gq = q.gq};
    uint32_t band = band_of(q.gq);
    uint64_t sum = 0;
    r->min_depth = q.depth;
    for (uint32_t at0 = g->at0; at0 < stop0; at0 = r->end0) {
        q = quality_at(g, at0, copies);
        if (band_of(q.gq) != band)
            break;
        r->end0 = q.end0 < stop0 ? q.end0 : stop0;
        r->gq = q.gq < r->gq ? q.gq : r->gq;
        r->min_depth = q.depth < r->min_depth ? q.depth : r->min_depth;
        sum += (uint64_t)q.depth * (r->end0 - at0);
    }
    r->depth = (uint32_t)(sum / (r->end0 - r->pos0));
    r->ref[0] = cohort_model_base(r->pos0);
    put_likelihoods(r);
    g->at0 = r->end0;
}

/* ------------------------------------------------------------------ alleles */

/* The haplotypes of those that the person has which carry an entry. */
static uint32_t haplotypes_of(uint32_t entry, unsigned copies)
{
    return entry & (copies == 2 ? 3u : copies);
}

/* Goes to the next entry that lies on a haplotype that there is; NULL: there is none. */
static const cohort_allele *next_allele(cohort_gvcf *g, unsigned *ret_copies)
{
    const cohort_list *carried = &g->genomes->carried[g->person];
    for (; g->at_carried < carried->n; g->at_carried++) {
        uint32_t entry = carried->items[g->at_carried];
        const cohort_allele *allele = &g->genomes->alleles[entry >> 2];
        uint32_t end0 = 0;
        *ret_copies = cohort_genomes_copies(g->genomes, g->person, allele->pos0, &end0);
        if (haplotypes_of(entry, *ret_copies) != 0)
            return allele;
    }
    return NULL;
}

/* The other allele of the place that goes into the same record; NULL: none does. */
static const cohort_allele *partner_of(const cohort_gvcf *g, unsigned copies)
{
    const cohort_list *carried = &g->genomes->carried[g->person];
    if (g->at_carried + 1 >= carried->n)
        return NULL;
    uint32_t entry = carried->items[g->at_carried];
    uint32_t next = carried->items[g->at_carried + 1];
    const cohort_allele *alleles = g->genomes->alleles;
    bool is_partner = alleles[entry >> 2].pos0 == alleles[next >> 2].pos0 &&
                      (haplotypes_of(entry, copies) & haplotypes_of(next, copies)) == 0 &&
                      haplotypes_of(next, copies) != 0;
    return is_partner ? &alleles[next >> 2] : NULL;
}

/* An ALT beside a REF that may be longer than its own. */
static void put_alt(cohort_gvcf_record *r, const cohort_allele *allele)
{
    char *to = r->alts[r->n_alts++];
    memcpy(to, allele->alt, allele->n_alt);
    (void)snprintf(to + allele->n_alt, sizeof r->alts[0] - allele->n_alt, "%s",
                   r->ref + allele->n_ref);
}

/* How many of n reads are of the second of two copies. */
static uint32_t draw_half(cohort_gvcf *g, uint32_t n)
{
    uint32_t half = 0;
    if (g->genomes->request->is_clean)
        return n / 2;
    for (uint32_t i = 0; i < n; i++)
        half += (uint32_t)(cohort_next(&g->random) >> 63);
    return half;
}

static void put_reads(cohort_gvcf *g, cohort_gvcf_record *r)
{
    uint32_t n_second = r->n_copies == 2 ? draw_half(g, r->depth) : 0;
    r->ad[r->gt[0]] += r->depth - n_second;
    r->ad[r->gt[r->n_copies - 1]] += n_second;
    r->rank_eighths = (int32_t)cohort_below(&g->random, 33) - 16;
}

/* The record of the next allele, and of the one of its place on the other haplotype. */
static void make_record(cohort_gvcf *g, const cohort_allele *allele, unsigned copies,
                        cohort_gvcf_record *r)
{
    const cohort_allele *partner = partner_of(g, copies);
    const cohort_allele *longest =
        partner != NULL && partner->n_ref > allele->n_ref ? partner : allele;
    uint32_t entry = g->genomes->carried[g->person].items[g->at_carried];
    cohort_quality q = quality_at(g, allele->pos0, copies);
    *r = (cohort_gvcf_record){
        .pos0 = allele->pos0, .n_copies = copies, .depth = q.depth, .gq = q.gq};
    memcpy(r->ref, longest->ref, longest->n_ref);
    r->end0 = r->pos0 + longest->n_ref;
    put_alt(r, allele);
    r->gt[copies - 1] = 1;
    r->gt[0] = haplotypes_of(entry, copies) == 3 || copies == 1;
    if (partner != NULL) {
        put_alt(r, partner);
        r->gt[0] = 1;
        r->gt[1] = 2;
    }
    put_reads(g, r);
    put_likelihoods(r);
    g->at_carried += partner != NULL ? 2 : 1;
    g->at0 = r->end0 > g->at0 ? r->end0 : g->at0;
}

bool cohort_gvcf_next(cohort_gvcf *gvcf, cohort_gvcf_record *ret_record)
{
    uint32_t stop0 = gvcf->genomes->request->plan.region_end0;
    unsigned allele_copies = 0;
    const cohort_allele *allele = next_allele(gvcf, &allele_copies);
    stop0 = allele != NULL && allele->pos0 < stop0 ? allele->pos0 : stop0;
    while (gvcf->at0 < stop0) {
        uint32_t end0 = 0;
        unsigned copies = cohort_genomes_copies(gvcf->genomes, gvcf->person, gvcf->at0, &end0);
        end0 = end0 < stop0 ? end0 : stop0;
        if (copies > 0) {
            make_block(gvcf, copies, end0, ret_record);
            return true;
        }
        gvcf->at0 = end0;
    }
    if (allele == NULL)
        return false;
    make_record(gvcf, allele, allele_copies, ret_record);
    return true;
}
