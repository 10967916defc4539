/*
 * No allele that satisfies a question lies outside the places where it is looked for: every allele
 * of two small contigs, judged one by one, with drawn trees of and, or, not.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>

#include "engine/plan/plan_condition.h"
#include "tests/support/random.h"

#define N_BASES 24u
#define N_CONTIGS 2u
#define N_NODES_MAX 31u

static skr_err err;
static test_random draw;
static skr_plan_node nodes[N_NODES_MAX];
static skr_expr sources[N_NODES_MAX];
static skr_interval ranges[N_NODES_MAX][3];
static uint32_t n_nodes;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* A range of a contig; whoever asks for an empty one is refused before there is a plan. */
static skr_interval draw_range(void)
{
    uint32_t from0 = below(N_BASES);
    return (skr_interval){.contig = below(N_CONTIGS), .from0 = from0, .to0 = from0 + 1 + below(8)};
}

static void draw_leaf(skr_plan_node *node, skr_expr *source, skr_interval *of_node)
{
    static const skr_expr_op ops[] = {SKR_A_REGION, SKR_A_GENE,   SKR_A_START,
                                      SKR_A_END,    SKR_A_REGION, SKR_A_LENGTH};
    node->op = ops[below(sizeof ops / sizeof *ops)];
    node->ranges = of_node;
    of_node[0] = draw_range();
    node->n_ranges = 1;
    switch (node->op) {
    case SKR_A_GENE:
        node->n_ranges = below(4); /* none: on no contig of the store */
        for (size_t i = 0; i < node->n_ranges; i++)
            of_node[i] = draw_range();
        break;
    case SKR_A_START: /* a bracket that is empty was refused */
        of_node[0].to0 = of_node[0].from0 + 1 + below(5);
        of_node[0].is_start = true;
        source->start0 = of_node[0].from0;
        source->start_to0 = of_node[0].to0;
        break;
    case SKR_A_END:
        source->end0 = 1 + below(N_BASES);
        source->end_to0 = source->end0 + 1 + below(5);
        of_node[0] =
            (skr_interval){.contig = of_node[0].contig, .to0 = source->end_to0, .is_start = true};
        break;
    case SKR_A_LENGTH:
        source->compare = SKR_GE;
        source->number = below(5);
        node->n_ranges = 0;
        break;
    default:
        break;
    }
}

static skr_plan_node *draw_tree(unsigned depth)
{
    uint32_t i = n_nodes++;
    skr_plan_node *node = &nodes[i];
    *node = (skr_plan_node){.source = &sources[i]};
    sources[i] = (skr_expr){0};
    uint32_t kind = depth == 0 ? 0 : below(5);
    if (kind < 2) {
        draw_leaf(node, &sources[i], ranges[i]);
        node->condition = skr_plan_condition_of(node->op);
        return node;
    }
    node->op = kind == 2 ? SKR_E_AND : kind == 3 ? SKR_E_OR : SKR_E_NOT;
    node->left = draw_tree(depth - 1);
    node->right = node->op == SKR_E_NOT ? NULL : draw_tree(depth - 1);
    return node;
}

static bool is_within(const skr_interval_list *list, const skr_allele *key)
{
    for (size_t i = 0; i < list->n; i++) {
        const skr_interval *it = &list->items[i];
        if (it->contig == key->contig && key->start0 < it->to0 &&
            (it->is_start ? key->start0 >= it->from0 : key->end0 > it->from0))
            return true;
    }
    return list->is_everywhere;
}

static bool is_ascending(const skr_interval_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const skr_interval *it = &list->items[i];
        const skr_interval *before = i == 0 ? it : it - 1;
        if (it->from0 >= it->to0 || before->contig > it->contig ||
            (before->contig == it->contig && before->from0 > it->from0))
            return false;
    }
    return true;
}

typedef struct seen {
    uint32_t n_yes;
    uint32_t n_within;
} seen;

/* Judges every allele of both contigs; none that satisfies the plan may lie elsewhere. */
static seen look_everywhere(const skr_plan *plan)
{
    static const char bases[] = "ACGTACGT";
    const skr_allele_facts facts = SKR_NO_FACTS;
    seen it = {0};
    for (uint32_t contig = 0; contig < N_CONTIGS; contig++)
        for (uint32_t start0 = 0; start0 < N_BASES; start0++)
            for (uint32_t n = 1; n <= 6; n++) {
                const skr_allele key = {.contig = contig,
                                        .start0 = start0,
                                        .end0 = start0 + n,
                                        .kind = n == 1 ? SKR_ALLELE_SNV : SKR_ALLELE_MNV,
                                        .n_ref = n,
                                        .n_alt = n,
                                        .ref = bases,
                                        .alt = bases + 1};
                bool is_yes = skr_plan_judge(plan, &key, &facts, 1) == SKR_YES;
                bool is_in = is_within(&plan->reach, &key);
                cr_assert(is_in || !is_yes, "seed %llu: contig %u, %u to %u",
                          (unsigned long long)draw.seed, contig, start0, start0 + n);
                it.n_yes += is_yes;
                it.n_within += is_in;
            }
    return it;
}

Test(plan_intervals, nothing_that_is_asked_for_lies_elsewhere)
{
    uint32_t n_narrow = 0;
    draw = test_random_drawn("plan_intervals");
    for (unsigned turn = 0; turn < 2000; turn++) {
        n_nodes = 0;
        skr_plan plan = {.root = draw_tree(3)};
        cr_assert(eq(int, skr_plan_find_intervals(&plan, &err), SKR_OK));
        cr_assert(is_ascending(&plan.reach), "seed %llu", (unsigned long long)draw.seed);
        seen it = look_everywhere(&plan);
        n_narrow += it.n_within < N_CONTIGS * N_BASES * 6;
        free(plan.reach.items);
    }
    cr_assert(n_narrow > 100, "seed %llu: only %u questions have a place",
              (unsigned long long)draw.seed, n_narrow);
}

/* Regions joined by or: just there. */
Test(plan_intervals, places_joined_by_or_are_those_and_no_others)
{
    draw = test_random_drawn("plan_intervals");
    for (unsigned turn = 0; turn < 500; turn++) {
        skr_expr source = {0};
        skr_plan_node leaf[2];
        skr_plan_node root = {.op = SKR_E_OR, .left = &leaf[0], .right = &leaf[1]};
        for (unsigned i = 0; i < 2; i++) {
            ranges[i][0] = draw_range();
            leaf[i] = (skr_plan_node){.op = SKR_A_REGION,
                                      .condition = skr_plan_condition_of(SKR_A_REGION),
                                      .source = &source,
                                      .ranges = ranges[i],
                                      .n_ranges = 1};
        }
        skr_plan plan = {.root = &root};
        cr_assert(eq(int, skr_plan_find_intervals(&plan, &err), SKR_OK));
        seen it = look_everywhere(&plan);
        cr_assert(eq(u32, it.n_yes, it.n_within), "seed %llu", (unsigned long long)draw.seed);
        root.op = SKR_E_AND; /* now no more than one of them */
        free(plan.reach.items);
        plan.reach = (skr_interval_list){0};
        cr_assert(eq(int, skr_plan_find_intervals(&plan, &err), SKR_OK));
        cr_assert(plan.reach.n <= 1 && !plan.reach.is_everywhere);
        (void)look_everywhere(&plan);
        free(plan.reach.items);
    }
}

Test(plan_intervals, a_place_that_the_store_has_not_is_nowhere)
{
    skr_expr source = {0};
    skr_plan_node gene = {
        .op = SKR_A_GENE, .condition = skr_plan_condition_of(SKR_A_GENE), .source = &source};
    skr_plan plan = {.root = &gene};
    cr_assert(eq(int, skr_plan_find_intervals(&plan, &err), SKR_OK));
    cr_assert(eq(sz, plan.reach.n, 0));
    cr_assert(not(plan.reach.is_everywhere));
    skr_plan_node not_it = {.op = SKR_E_NOT, .left = &gene};
    plan.root = &not_it;
    cr_assert(eq(int, skr_plan_find_intervals(&plan, &err), SKR_OK));
    cr_assert(plan.reach.is_everywhere);
}

Test(plan_intervals, an_empty_run_of_places_is_never_added, .signal = SIGABRT)
{
    skr_interval_list list = {0};
    cr_assert(ne(int, skr_plan_interval_add(&list, (skr_interval){.from0 = 5, .to0 = 5}, &err), 0));
}
