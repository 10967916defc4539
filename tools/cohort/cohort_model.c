/*
 * cohort_model.c - levels of ancestors, and what happens to them along the sequence.
 */
#include "tools/cohort/cohort_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "tools/cohort/cohort_random.h"

#define LEVELS_MAX 64
#define MUTATION_RATE 1.4e-8
#define RECOMBINATION_RATE 1e-8
#define NONE UINT32_MAX

typedef struct level {
    uint32_t first; /* its nodes are [first, first + n) */
    uint32_t n;
    double n_lineages_generations; /* the length of its lineages together */
} level;

/* Children of a parent are a ring-less list in both directions, so that one can leave it. */
typedef struct node {
    uint32_t parent;
    uint32_t next;
    uint32_t previous;
    uint32_t child;
} node;

struct cohort_model {
    cohort_plan plan;
    cohort_random random;
    cohort_random random_missing;
    level levels[LEVELS_MAX];
    uint32_t n_levels;
    double length; /* of all levels but the root, in lineages times generations */
    node *nodes;
    uint32_t n_haplotypes;
    uint32_t n_nodes;
    uint32_t *stack;  /* of a walk down: no deeper than the nodes of all levels together */
    uint64_t *bitmap; /* a bit a node, all 0 between sites */
    double x;         /* where the next event is */
    bool is_started;
    cohort_site site;
    uint32_t n_missing_max;
};

/* ------------------------------------------------------------------ the levels */

/* Diploid people so many generations ago. */
static double population(double generation)
{
    double n = generation <= 20 ? 2e7 * exp(-0.115 * generation)
                                : 2e7 * exp(-0.115 * 20 - 0.026 * (generation - 20));
    return n < 12000 ? 12000 : n;
}

/* How long lineages are, in sum over them, while they become so few by the mean of the coalescent.
 */
static double length_until(double *generation, double n_from, double n_to)
{
    double n = n_from;
    double length = 0;
    while (n > n_to) {
        double lost = n * (n - 1) / (4 * population(*generation));
        double step = fmin(1.0, (n - n_to) / lost);
        length += step * (n - lost * step / 2);
        *generation += step;
        if (step < 1.0)
            break;
        n -= lost;
    }
    return length;
}

/*
 * Children take parents at random, so some parents have none: of 1.15 parents a lineage, lineages
 * go on in two thirds as many. What happens to the others is seen by nobody; lengths are stretched
 * by their share, so that as much as should happens to those that are seen.
 */
static uint32_t lay_levels(cohort_model *model)
{
    double generation = 0;
    double n_lineages = model->n_haplotypes;
    uint32_t n = model->n_haplotypes;
    uint32_t first = 0;
    for (;;) {
        level *at = &model->levels[model->n_levels++];
        *at = (level){.first = first, .n = n};
        first += n;
        if (n == 1)
            return first;
        bool is_last = n_lineages < 2.5;
        double n_up = is_last ? 1.5 : n_lineages * 2 / 3;
        at->n_lineages_generations = length_until(&generation, n_lineages, n_up) * n / n_lineages;
        model->length += at->n_lineages_generations;
        n = is_last ? 1 : (uint32_t)ceil(n_lineages * 1.15);
        n_lineages = n_up;
    }
}

static void attach(cohort_model *model, uint32_t child, uint32_t parent)
{
    node *nodes = model->nodes;
    nodes[child].parent = parent;
    nodes[child].previous = NONE;
    nodes[child].next = nodes[parent].child;
    if (nodes[parent].child != NONE)
        nodes[nodes[parent].child].previous = child;
    nodes[parent].child = child;
}

static void detach(cohort_model *model, uint32_t child)
{
    node *nodes = model->nodes;
    node *at = &nodes[child];
    if (at->previous == NONE)
        nodes[at->parent].child = at->next;
    else
        nodes[at->previous].next = at->next;
    if (at->next != NONE)
        nodes[at->next].previous = at->previous;
}

static uint32_t draw_parent(cohort_model *model, uint32_t of_level)
{
    const level *up = &model->levels[of_level + 1];
    return up->first + cohort_below(&model->random, up->n);
}

int cohort_model_new(const cohort_plan *plan, cohort_model **ret_model, skr_err *err)
{
    if (plan->n_people == 0 || plan->n_people > COHORT_PEOPLE_MAX)
        return skr_fail(err, SKR_ERR_USAGE, "people: 1 to %u", COHORT_PEOPLE_MAX);
    if (plan->n_bases == 0 || plan->n_bases > (UINT32_C(1) << 30) ||
        plan->start0 > (UINT32_C(1) << 30))
        return skr_fail(err, SKR_ERR_USAGE, "bases and start: 1 to %u", 1u << 30);
    if (!(plan->missing >= 0 && plan->missing < 1))
        return skr_fail(err, SKR_ERR_USAGE, "missing: a share from 0 to below 1");
    cohort_model *model = calloc(1, sizeof *model);
    if (model == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    model->plan = *plan;
    model->random = cohort_random_new(plan->seed, 1);
    model->random_missing = cohort_random_new(plan->seed, 2);
    model->n_haplotypes = 2 * plan->n_people;
    uint32_t n_nodes = lay_levels(model);
    model->n_nodes = n_nodes;
    model->nodes = malloc(n_nodes * sizeof *model->nodes);
    model->stack = malloc(n_nodes * sizeof *model->stack);
    model->bitmap = calloc(n_nodes / 64u + 1u, sizeof *model->bitmap);
    if (model->nodes == NULL || model->stack == NULL || model->bitmap == NULL) {
        cohort_model_free(model);
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    }
    memset(model->nodes, 0xff, n_nodes * sizeof *model->nodes);
    for (uint32_t i = 0; i + 1 < model->n_levels; i++)
        for (uint32_t k = 0; k < model->levels[i].n; k++)
            attach(model, model->levels[i].first + k, draw_parent(model, i));
    *ret_model = model;
    return SKR_OK;
}

void cohort_model_free(cohort_model *model)
{
    if (model == NULL)
        return;
    for (uint32_t i = 0; i < COHORT_ALTS_MAX; i++)
        free(model->site.alts[i].haplotypes);
    free(model->site.missing);
    free(model->nodes);
    free(model->stack);
    free(model->bitmap);
    free(model);
}

uint64_t cohort_model_n_alleles(const cohort_model *model)
{
    return (uint64_t)(model->length * MUTATION_RATE * model->plan.n_bases) + 1;
}

/* ------------------------------------------------------------------ events */

/* A lineage, each as likely as it lasts long. */
static uint32_t draw_node(cohort_model *model, uint32_t *ret_level)
{
    double at = cohort_unit(&model->random) * model->length;
    uint32_t i = 0;
    while (i + 2 < model->n_levels && at > model->levels[i].n_lineages_generations)
        at -= model->levels[i++].n_lineages_generations;
    *ret_level = i;
    return model->levels[i].first + cohort_below(&model->random, model->levels[i].n);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static int reserve(cohort_alt *alt, uint32_t n, skr_err *err)
{
    if (n <= alt->n_max)
        return SKR_OK;
    uint32_t n_max = n + n / 2 + 64;
    uint32_t *more = realloc(alt->haplotypes, n_max * sizeof *more);
    if (more == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    alt->haplotypes = more;
    alt->n_max = n_max;
    return SKR_OK;
}

/* Everybody below a node, by walking down; false when there are too many of them for that. */
static int walk(cohort_model *model, uint32_t from, cohort_alt *alt, bool *ret_is_done,
                skr_err *err)
{
    const node *nodes = model->nodes;
    uint32_t n_stack = 0;
    uint32_t n_steps = 0;
    int status = SKR_OK;
    alt->n = 0;
    model->stack[n_stack++] = from;
    while (n_stack > 0 && status == SKR_OK && ++n_steps <= model->n_haplotypes / 8u + 64u) {
        uint32_t at = model->stack[--n_stack];
        if (at < model->n_haplotypes) {
            status = reserve(alt, alt->n + 1, err);
            if (status == SKR_OK)
                alt->haplotypes[alt->n++] = at;
            continue;
        }
        for (uint32_t child = nodes[at].child; child != NONE; child = nodes[child].next)
            model->stack[n_stack++] = child;
    }
    *ret_is_done = n_stack == 0;
    if (status == SKR_OK && n_stack == 0 && alt->n > 1)
        qsort(alt->haplotypes, alt->n, sizeof *alt->haplotypes, compare_numbers);
    return status;
}

static bool is_marked(const uint64_t *bitmap, uint32_t i)
{
    return (bitmap[i / 64] >> (i % 64) & 1) != 0;
}

/* The same level by level, for alleles that many carry: who has a marked parent is marked. */
static int sweep(cohort_model *model, uint32_t from, uint32_t of_level, cohort_alt *alt,
                 skr_err *err)
{
    uint64_t *bitmap = model->bitmap;
    uint32_t n = 0;
    bitmap[from / 64] |= UINT64_C(1) << (from % 64);
    for (uint32_t i = of_level; i-- > 0;) {
        uint32_t end = model->levels[i].first + model->levels[i].n;
        n = 0;
        for (uint32_t k = model->levels[i].first; k < end; k++) {
            uint64_t bit = is_marked(bitmap, model->nodes[k].parent);
            bitmap[k / 64] |= bit << (k % 64);
            n += (uint32_t)bit;
        }
    }
    int status = reserve(alt, n, err);
    alt->n = 0;
    for (uint32_t i = 0; i < model->n_haplotypes && status == SKR_OK; i++)
        if (is_marked(bitmap, i))
            alt->haplotypes[alt->n++] = i;
    memset(bitmap, 0, (model->n_nodes / 64u + 1u) * sizeof *bitmap);
    return status;
}

/* Everybody below a node, ascending. */
static int collect(cohort_model *model, uint32_t from, uint32_t of_level, cohort_alt *alt,
                   skr_err *err)
{
    bool is_done = false;
    int status = walk(model, from, alt, &is_done, err);
    return status < 0 || is_done ? status : sweep(model, from, of_level, alt, err);
}

/* The reference follows from the place alone, so that cohorts of several seeds share it. */
static char reference_base(uint32_t pos0)
{
    cohort_random random = {pos0};
    return "ACGT"[cohort_next(&random) >> 62];
}

/* Two mutations in three are transitions. */
static char draw_alt(cohort_model *model, char ref)
{
    char transition = ref == 'A' ? 'G' : ref == 'G' ? 'A' : ref == 'C' ? 'T' : 'C';
    if (cohort_below(&model->random, 3) < 2)
        return transition;
    for (;;) {
        char base = "ACGT"[cohort_below(&model->random, 4)];
        if (base != ref && base != transition)
            return base;
    }
}

/* A mutation at the site; one to an allele that the site has already is left out. */
static int mutate(cohort_model *model, uint32_t lineage, uint32_t of_level, skr_err *err)
{
    cohort_site *site = &model->site;
    char base = draw_alt(model, site->ref);
    uint32_t at = 0;
    while (at < site->n_alts && site->alts[at].base < base)
        at++;
    if (at < site->n_alts && site->alts[at].base == base)
        return SKR_OK;
    cohort_alt alt = site->alts[site->n_alts];
    alt.base = base;
    int status = collect(model, lineage, of_level, &alt, err);
    memmove(&site->alts[at + 1], &site->alts[at], (site->n_alts - at) * sizeof alt);
    site->alts[at] = alt;
    if (status < 0)
        return status;
    if (alt.n > 0 && alt.n < model->n_haplotypes) {
        site->n_alts++;
        return SKR_OK;
    }
    memmove(&site->alts[at], &site->alts[at + 1], (site->n_alts - at) * sizeof alt);
    site->alts[site->n_alts] = alt;
    return SKR_OK;
}

static int draw_missing(cohort_model *model, skr_err *err)
{
    cohort_site *site = &model->site;
    double rate = -log1p(-model->plan.missing);
    site->n_missing = 0;
    if (model->plan.missing <= 0)
        return SKR_OK;
    for (double x = cohort_wait(&model->random_missing, rate); x < model->plan.n_people;
         x = floor(x) + 1 + cohort_wait(&model->random_missing, rate)) {
        if (site->n_missing == model->n_missing_max) {
            uint32_t n_max = model->n_missing_max * 2 + 64;
            uint32_t *more = realloc(site->missing, n_max * sizeof *more);
            if (more == NULL)
                return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
            site->missing = more;
            model->n_missing_max = n_max;
        }
        site->missing[site->n_missing++] = (uint32_t)x;
    }
    return SKR_OK;
}

int cohort_model_next(cohort_model *model, const cohort_site **ret_site, skr_err *err)
{
    cohort_site *site = &model->site;
    double rate = model->length * (MUTATION_RATE + RECOMBINATION_RATE);
    if (!model->is_started)
        model->x = cohort_wait(&model->random, rate);
    model->is_started = true;
    site->n_alts = 0;
    for (; model->x < model->plan.n_bases; model->x += cohort_wait(&model->random, rate)) {
        uint32_t pos0 = model->plan.start0 + (uint32_t)model->x;
        uint32_t of_level;
        if (site->n_alts > 0 && pos0 != site->pos0)
            break;
        uint32_t lineage = draw_node(model, &of_level);
        bool is_mutation =
            cohort_unit(&model->random) * (MUTATION_RATE + RECOMBINATION_RATE) <= MUTATION_RATE;
        if (!is_mutation) {
            detach(model, lineage);
            attach(model, lineage, draw_parent(model, of_level));
            continue;
        }
        site->pos0 = pos0;
        site->ref = reference_base(pos0);
        int status = mutate(model, lineage, of_level, err);
        if (status < 0)
            return status;
    }
    *ret_site = site->n_alts > 0 ? site : NULL;
    return site->n_alts > 0 ? draw_missing(model, err) : SKR_OK;
}
