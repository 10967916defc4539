/*
 * cohort_model.c - what happens along the sequence: lineages recombine and mutate.
 */
#include "tools/cohort/cohort_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_random.h"

#define MUTATION_RATE 1.4e-8
#define RECOMBINATION_RATE 1e-8

struct cohort_model {
    cohort_plan plan;
    cohort_random random;
    cohort_tree *tree;
    double rate; /* of events, a base */
    double x;    /* where the next event is */
    bool is_started;
    cohort_site site;
    cohort_list found;  /* who carries a mutation */
    cohort_list merged; /* who carries it already or now */
};

static int check_plan(const cohort_plan *plan, skr_err *err)
{
    if (plan->n_people == 0 || plan->n_people > COHORT_PEOPLE_MAX)
        return skr_fail(err, SKR_ERR_USAGE, "people: 1 to %u", COHORT_PEOPLE_MAX);
    if (plan->first_person >= plan->end_person || plan->end_person > plan->n_people)
        return skr_fail(err, SKR_ERR_USAGE, "only: from 0 to %u", plan->n_people - 1);
    if (plan->n_bases == 0 || plan->n_bases > COHORT_BASES_MAX || plan->start0 > COHORT_BASES_MAX)
        return skr_fail(err, SKR_ERR_USAGE, "bases and start: 1 to %u", COHORT_BASES_MAX);
    if (plan->region_start0 < plan->start0 || plan->region_start0 >= plan->region_end0 ||
        plan->region_end0 > plan->start0 + plan->n_bases)
        return skr_fail(err, SKR_ERR_USAGE, "region: from %u to %u", plan->start0 + 1,
                        plan->start0 + plan->n_bases);
    if (!(plan->missing >= 0 && plan->missing < 1))
        return skr_fail(err, SKR_ERR_USAGE, "missing: a share from 0 to below 1");
    if (!(plan->indels >= 0 && plan->indels <= 1))
        return skr_fail(err, SKR_ERR_USAGE, "indels: a share from 0 to 1");
    return SKR_OK;
}

int cohort_model_new(const cohort_plan *plan, cohort_model **ret_model, skr_err *err)
{
    int status = check_plan(plan, err);
    if (status < 0)
        return status;
    cohort_model *model = calloc(1, sizeof *model);
    if (model == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    model->plan = *plan;
    model->random = cohort_random_new(plan->seed, 1);
    status = cohort_tree_new(2 * plan->n_people, &model->random, &model->tree, err);
    if (status < 0) {
        cohort_model_free(model);
        return status;
    }
    model->rate = cohort_tree_length_drawn(model->tree) * (MUTATION_RATE + RECOMBINATION_RATE);
    *ret_model = model;
    return SKR_OK;
}

void cohort_model_free(cohort_model *model)
{
    if (model == NULL)
        return;
    for (uint32_t i = 0; i < COHORT_ALTS_MAX; i++)
        free(model->site.alts[i].haplotypes.items);
    free(model->site.missing.items);
    free(model->found.items);
    free(model->merged.items);
    cohort_tree_free(model->tree);
    free(model);
}

uint64_t cohort_model_n_alleles(const cohort_model *model)
{
    uint32_t n_bases = model->plan.region_end0 - model->plan.region_start0;
    double n = cohort_tree_length(model->tree) * MUTATION_RATE * n_bases;
    return (uint64_t)n + 1;
}

/* ------------------------------------------------------------------ alleles */

char cohort_model_base(uint32_t pos0)
{
    cohort_random random = {pos0};
    return "ACGT"[cohort_next(&random) >> 62];
}

/* Two mutations in three are transitions. */
static char draw_base(cohort_model *model, char ref)
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

/*
 * After the first base some more, half of all one, a quarter two. They stand as far left as they
 * can when the last of them is not the first base; so we go on until it is another.
 */
static void draw_indel(cohort_model *model, uint32_t pos0, cohort_alt *alt)
{
    bool is_insertion = cohort_below(&model->random, 5) < 2;
    char *text = is_insertion ? alt->alt : alt->ref;
    uint32_t n = 1;
    do {
        text[n] =
            is_insertion ? "ACGT"[cohort_below(&model->random, 4)] : cohort_model_base(pos0 + n);
        n++;
    } while (n <= COHORT_INDEL_MAX && (text[n - 1] == text[0] || cohort_below(&model->random, 2)));
    while (n > 1 && text[n - 1] == text[0])
        n--;
    alt->n_ref = is_insertion ? 1 : n;
    alt->n_alt = is_insertion ? n : 1;
}

/* Which allele a mutation at the site makes. */
static void draw_allele(cohort_model *model, uint32_t pos0, cohort_alt *alt)
{
    const cohort_plan *plan = &model->plan;
    alt->ref[0] = alt->alt[0] = cohort_model_base(pos0);
    alt->n_ref = alt->n_alt = 1;
    bool has_room = pos0 - plan->start0 + COHORT_INDEL_MAX < plan->n_bases;
    if (plan->indels > 0 && cohort_unit(&model->random) <= plan->indels && has_room)
        draw_indel(model, pos0, alt);
    if (alt->n_ref == 1 && alt->n_alt == 1)
        alt->alt[0] = draw_base(model, alt->ref[0]);
}

static int compare_alleles(const cohort_alt *a, const cohort_alt *b)
{
    if (a->n_ref != b->n_ref)
        return a->n_ref < b->n_ref ? -1 : 1;
    int order = memcmp(a->alt, b->alt, a->n_alt < b->n_alt ? a->n_alt : b->n_alt);
    return order != 0 ? order : (int)a->n_alt - (int)b->n_alt;
}

/* Leaves only those of wanted people, numbered from 0. */
static void keep_wanted(cohort_model *model)
{
    cohort_list *found = &model->found;
    uint32_t first = 2 * model->plan.first_person;
    uint32_t end = 2 * model->plan.end_person;
    uint32_t n = 0;
    if (first == 0 && end == 2 * model->plan.n_people)
        return;
    for (uint32_t i = 0; i < found->n; i++)
        if (found->items[i] >= first && found->items[i] < end)
            found->items[n++] = found->items[i] - first;
    found->n = n;
}

/* The same mutation again: it is carried by those who carry one of the two. */
static int merge(cohort_model *model, cohort_list *into, skr_err *err)
{
    const cohort_list *more = &model->found;
    cohort_list *to = &model->merged;
    int status = cohort_list_reserve(to, into->n + more->n, err);
    if (status < 0)
        return status;
    to->n = 0;
    for (uint32_t i = 0, k = 0; i < into->n || k < more->n;) {
        uint32_t left = i < into->n ? into->items[i] : UINT32_MAX;
        uint32_t right = k < more->n ? more->items[k] : UINT32_MAX;
        i += left <= right;
        k += right <= left;
        to->items[to->n++] = left <= right ? left : right;
    }
    cohort_list old = *into;
    *into = *to;
    *to = old;
    return SKR_OK;
}

static int mutate(cohort_model *model, uint32_t pos0, cohort_lineage lineage, skr_err *err)
{
    cohort_site *site = &model->site;
    cohort_alt alt = {.n_ref = 1};
    uint32_t at = 0;
    draw_allele(model, pos0, &alt); /* whatever is wanted: the same numbers are drawn */
    if (pos0 < model->plan.region_start0)
        return SKR_OK;
    int status = cohort_tree_collect(model->tree, lineage, &model->found, err);
    if (status < 0)
        return status;
    if (model->found.n == 0 || model->found.n == 2 * model->plan.n_people)
        return SKR_OK;
    keep_wanted(model);
    if (model->found.n == 0 && !model->plan.has_all_alleles)
        return SKR_OK;
    while (at < site->n_alts && compare_alleles(&site->alts[at], &alt) < 0)
        at++;
    if (at < site->n_alts && compare_alleles(&site->alts[at], &alt) == 0)
        return merge(model, &site->alts[at].haplotypes, err);
    if (site->n_alts == COHORT_ALTS_MAX)
        return SKR_OK;
    alt.haplotypes = model->found;
    model->found = site->alts[site->n_alts].haplotypes;
    memmove(&site->alts[at + 1], &site->alts[at], (site->n_alts - at) * sizeof alt);
    site->alts[at] = alt;
    site->n_alts++;
    site->pos0 = pos0;
    return SKR_OK;
}

/* ------------------------------------------------------------------ sites */

/* Each site has numbers of its own, whatever else is wanted. */
static int draw_missing(cohort_model *model, skr_err *err)
{
    cohort_random random =
        cohort_random_new(model->plan.seed, (UINT64_C(1) << 33) + model->site.pos0);
    cohort_list *missing = &model->site.missing;
    uint32_t n_people = model->plan.end_person - model->plan.first_person;
    double rate = -log1p(-model->plan.missing);
    missing->n = 0;
    if (model->plan.missing <= 0)
        return SKR_OK;
    for (double x = cohort_wait(&random, rate); x < n_people;
         x = floor(x) + 1 + cohort_wait(&random, rate)) {
        int status = cohort_list_reserve(missing, missing->n + 1, err);
        if (status < 0)
            return status;
        missing->items[missing->n++] = (uint32_t)x;
    }
    return SKR_OK;
}

int cohort_model_next(cohort_model *model, const cohort_site **ret_site, skr_err *err)
{
    cohort_site *site = &model->site;
    cohort_random *random = &model->random;
    if (!model->is_started)
        model->x = cohort_wait(random, model->rate);
    model->is_started = true;
    site->n_alts = 0;
    double end = model->plan.region_end0 - model->plan.start0;
    for (; model->x < end; model->x += cohort_wait(random, model->rate)) {
        uint32_t pos0 = model->plan.start0 + (uint32_t)model->x;
        if (site->n_alts > 0 && pos0 != site->pos0)
            break;
        cohort_lineage lineage = cohort_tree_draw(model->tree, random);
        bool is_mutation =
            cohort_unit(random) * (MUTATION_RATE + RECOMBINATION_RATE) <= MUTATION_RATE;
        if (!is_mutation) {
            cohort_tree_recombine(model->tree, lineage, random);
            continue;
        }
        int status = mutate(model, pos0, lineage, err);
        if (status < 0)
            return status;
    }
    *ret_site = site->n_alts > 0 ? site : NULL;
    return site->n_alts > 0 ? draw_missing(model, err) : SKR_OK;
}
