/*
 * cohort_reads.c - pairs along the sequence, their bases, and how they lie on the reference.
 */
#include "tools/cohort/cohort_reads.h"

#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_depth.h"

#define CLIP 9u /* bases before or after an insertion or deletion that are clipped */
#define INSERT_MIN 240u
#define INSERT_MORE 260u

typedef struct making {
    const cohort_genomes *genomes;
    uint32_t person;
    cohort_random random;
    cohort_depth depth;
    cohort_read *reads;
    size_t n;
    size_t n_max;
} making;

/* ------------------------------------------------------------------ bases */

static void add_op(cohort_read *read, char op, unsigned n)
{
    if (n == 0)
        return;
    if (read->n_ops > 0 && read->ops[read->n_ops - 1].op == op) {
        read->ops[read->n_ops - 1].n = (uint8_t)(read->ops[read->n_ops - 1].n + n);
        return;
    }
    read->ops[read->n_ops].op = op;
    read->ops[read->n_ops++].n = (uint8_t)n;
}

/* The number of the first entry of a person that lies at pos0 or after it. */
static uint32_t first_entry(const cohort_genomes *g, const cohort_list *carried, uint32_t pos0)
{
    uint32_t low = 0;
    uint32_t high = carried->n;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (g->alleles[carried->items[middle] >> 2].pos0 < pos0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The allele of a haplotype at a base, or NULL; *at goes on to the entries after it. */
static const cohort_allele *allele_at(const cohort_genomes *g, const cohort_list *carried,
                                      unsigned haplotype, uint32_t pos0, uint32_t *at)
{
    const cohort_allele *found = NULL;
    for (; *at < carried->n; ++*at) {
        uint32_t entry = carried->items[*at];
        const cohort_allele *allele = &g->alleles[entry >> 2];
        if (allele->pos0 > pos0)
            break;
        if (allele->pos0 == pos0 && (entry & 1u << haplotype) != 0 && found == NULL)
            found = allele;
    }
    return found;
}

/* Reads the haplotype from pos0 on, as many bases as a read has and the stretch gives. */
static unsigned put_bases(const making *m, unsigned haplotype, uint32_t pos0, cohort_read *read)
{
    const cohort_genomes *g = m->genomes;
    const cohort_list *carried = &g->carried[m->person];
    uint32_t at = first_entry(g, carried, pos0);
    uint32_t end0 = g->request->plan.start0 + g->request->plan.n_bases;
    unsigned n = 0;
    while (n < COHORT_READ_BASES && pos0 < end0 && read->n_ops + 4u < COHORT_READ_OPS_MAX) {
        const cohort_allele *allele = allele_at(g, carried, haplotype, pos0, &at);
        read->bases[n++] = allele != NULL ? allele->alt[0] : cohort_model_base(pos0);
        add_op(read, 'M', 1);
        pos0++;
        for (uint32_t i = 1; allele != NULL && i < allele->n_alt && n < COHORT_READ_BASES; i++) {
            read->bases[n++] = allele->alt[i];
            add_op(read, 'I', 1);
        }
        if (allele != NULL && n < COHORT_READ_BASES)
            add_op(read, 'D', allele->n_ref - 1u);
        pos0 += allele != NULL ? allele->n_ref - 1u : 0;
    }
    return n;
}

static bool is_gap(char op)
{
    return op == 'I' || op == 'D';
}

/* Clips short ends beside insertions and deletions: M, I become S; the read begins later. */
static void clip_start(cohort_read *read)
{
    unsigned n_clip = 0;
    unsigned n = 0;
    while (n + 1 < read->n_ops && read->ops[n].op == 'M' && is_gap(read->ops[n + 1].op) &&
           n_clip + read->ops[n].n < CLIP) {
        n_clip += read->ops[n].n + (read->ops[n + 1].op == 'I' ? read->ops[n + 1].n : 0u);
        read->start0 += read->ops[n].n + (read->ops[n + 1].op == 'D' ? read->ops[n + 1].n : 0u);
        n += 2;
    }
    if (n == 0)
        return;
    memmove(&read->ops[1], &read->ops[n], (read->n_ops - n) * sizeof *read->ops);
    read->n_ops = (uint8_t)(read->n_ops - n + 1);
    read->ops[0].op = 'S';
    read->ops[0].n = (uint8_t)n_clip;
}

static void clip_end(cohort_read *read)
{
    unsigned n_clip = 0;
    unsigned n = read->n_ops;
    if (n > 0 && read->ops[n - 1].op == 'I') /* the read ends within it */
        n_clip = read->ops[--n].n;
    while (n > 2 && read->ops[n - 1].op == 'M' && is_gap(read->ops[n - 2].op) &&
           n_clip + read->ops[n - 1].n < CLIP) {
        n_clip += read->ops[n - 1].n + (read->ops[n - 2].op == 'I' ? read->ops[n - 2].n : 0u);
        n -= 2;
    }
    read->n_ops = (uint8_t)n;
    add_op(read, 'S', n_clip);
}

/* Errors, as often as the qualities say. */
static void spoil(making *m, cohort_read *read)
{
    for (unsigned i = 0; i < COHORT_READ_BASES; i++) {
        read->qualities[i] = 37;
        if (m->genomes->request->is_clean)
            continue;
        bool is_poor = cohort_below(&m->random, 20) == 0;
        read->qualities[i] = is_poor ? 12 : 37;
        if (cohort_below(&m->random, is_poor ? 16 : 5012) == 0)
            read->bases[i] = "ACGT"[cohort_below(&m->random, 4)];
    }
}

/* ------------------------------------------------------------------ pairs */

static int reserve(making *m, skr_err *err)
{
    if (m->n + 2 <= m->n_max)
        return SKR_OK;
    size_t n_max = m->n_max * 2 + 1024;
    cohort_read *reads = realloc(m->reads, n_max * sizeof *reads);
    if (reads == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    m->reads = reads;
    m->n_max = n_max;
    return SKR_OK;
}

/* A pair that begins at pos0; it is left out where it runs out of the stretch. */
static int make_pair(making *m, uint32_t pos0, unsigned copies, uint8_t mapping, skr_err *err)
{
    int status = reserve(m, err);
    if (status < 0)
        return status;
    unsigned haplotype = copies == 2 ? cohort_below(&m->random, 2) : 0;
    uint32_t n_insert = INSERT_MIN + cohort_below(&m->random, INSERT_MORE);
    cohort_read *pair = &m->reads[m->n];
    for (unsigned i = 0; i < 2; i++) {
        uint32_t start0 = pos0 + (i == 0 ? 0 : n_insert - COHORT_READ_BASES);
        pair[i] = (cohort_read){.start0 = start0,
                                .pair = (uint32_t)(m->n / 2),
                                .is_second = i == 1,
                                .mapping = mapping};
        if (put_bases(m, haplotype, start0, &pair[i]) < COHORT_READ_BASES)
            return SKR_OK;
        clip_start(&pair[i]);
        clip_end(&pair[i]);
        spoil(m, &pair[i]);
    }
    pair[0].mate_start0 = pair[1].start0;
    pair[1].mate_start0 = pair[0].start0;
    m->n += 2;
    return SKR_OK;
}

static int make_pairs(making *m, skr_err *err)
{
    const cohort_plan *plan = &m->genomes->request->plan;
    uint32_t end0 = plan->start0 + plan->n_bases;
    int status = SKR_OK;
    for (uint32_t at0 = plan->start0; at0 < end0 && status == SKR_OK; at0++) {
        uint32_t zone_end0 = 0;
        unsigned copies = cohort_genomes_copies(m->genomes, m->person, at0, &zone_end0);
        if (copies == 0) {
            at0 = (zone_end0 < end0 ? zone_end0 : end0) - 1;
            continue;
        }
        cohort_quality q = cohort_depth_at(&m->depth, at0, copies);
        double rate = (double)q.depth / (2.0 * COHORT_READ_BASES);
        for (double x = cohort_wait(&m->random, 1); x < rate && status == SKR_OK;
             x += cohort_wait(&m->random, 1))
            status = make_pair(m, at0, copies, q.gq == 0 ? 0 : 60, err);
    }
    return status;
}

static int compare_reads(const void *a, const void *b)
{
    const cohort_read *left = a;
    const cohort_read *right = b;
    if (left->start0 != right->start0)
        return left->start0 < right->start0 ? -1 : 1;
    if (left->pair != right->pair)
        return left->pair < right->pair ? -1 : 1;
    return (int)left->is_second - (int)right->is_second;
}

int cohort_reads_make(const cohort_genomes *genomes, uint32_t person, cohort_read **ret_reads,
                      size_t *ret_n, skr_err *err)
{
    const cohort_plan *plan = &genomes->request->plan;
    uint64_t stream = UINT64_C(7) << 32 | (plan->first_person + person);
    making m = {.genomes = genomes, .person = person};
    m.random = cohort_random_new(plan->seed, stream);
    cohort_depth_init(&m.depth, genomes->request, person);
    int status = make_pairs(&m, err);
    if (status < 0) {
        free(m.reads);
        return status;
    }
    if (m.n > 0)
        qsort(m.reads, m.n, sizeof *m.reads, compare_reads);
    *ret_reads = m.reads;
    *ret_n = m.n;
    return SKR_OK;
}
