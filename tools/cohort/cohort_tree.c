/*
 * cohort_tree.c - levels of ancestors, who descends from whom, and who is below a lineage.
 *
 * One level in the middle is the crown. Of every haplotype its ancestor there is kept, so an allele
 * that many carry costs one pass over the haplotypes and not a walk through the whole tree.
 */
#include "tools/cohort/cohort_tree.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_MAX 96u
#define NONE UINT32_MAX
#define CROWN_MAX 16384u /* its marks stay in the first cache */
/* Parents that the children of a level choose from, for each of them. */
#define PARENTS 1.15
/* Below a share of the haplotypes like this a walk is faster than a pass over all of them. */
#define PASS_SHARE 64u
/* So many numbers and more are sorted through a bitmap. */
#define SORT_MAX 512u

typedef struct level {
    uint32_t first; /* its nodes are [first, first + n) */
    uint32_t n;
    double n_live; /* about so many of them have descendants */
    double length; /* of all its nodes, in generations */
} level;

/* Children of a parent are a list in both directions, so that one can leave it. */
typedef struct node {
    uint32_t parent;
    uint32_t next;
    uint32_t previous;
    uint32_t child;
} node;

struct cohort_tree {
    level levels[LEVELS_MAX];
    uint32_t n_levels;
    double length;
    double length_drawn;
    uint32_t n_haplotypes;
    node *nodes;
    uint32_t *stack;     /* of a walk down: never more than there are nodes */
    uint32_t crown;      /* its level */
    uint16_t *ancestors; /* by haplotype: its node in the crown */
    uint32_t *n_below;   /* by node of the crown: its haplotypes */
    uint8_t *marks;      /* by node of the crown, all 0 between two collects */
    uint64_t *bitmap;    /* by haplotype, the same */
};

int cohort_list_reserve(cohort_list *list, uint32_t n, skr_err *err)
{
    if (n <= list->n_max)
        return SKR_OK;
    uint32_t n_max = n + n / 2 + 64;
    uint32_t *items = realloc(list->items, n_max * sizeof *items);
    if (items == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    list->items = items;
    list->n_max = n_max;
    return SKR_OK;
}

/* ------------------------------------------------------------------ how long levels last */

/*
 * Diploid people so many generations ago: growth of our days, then what Gutenkunst and others
 * (2009) found for Europeans, in generations of a mutation rate of 1.4e-8: the settling of Europe,
 * out of Africa, Africa, before.
 */
static double population(double generation)
{
    if (generation < 20)
        return 2e7 * exp(-0.115 * generation);
    if (generation < 210)
        return 2e6 * exp(-0.026 * (generation - 20));
    if (generation < 1410)
        return 14300 * exp(-0.00182 * (generation - 210));
    return generation < 3300 ? 3136 : generation < 9840 ? 24400 : 15000;
}

/* What the coalescent makes of n lineages until they are n_to: in sum over them, in generations. */
static double length_until(double *generation, double n, double n_to)
{
    double length = 0;
    while (n > n_to) {
        double k = ceil(n);
        double next = fmax(k - 1, n_to);
        double step = (n - next) * 4 * population(*generation) / (k * (k - 1));
        length += step * k;
        *generation += step;
        n = next;
    }
    return length;
}

/*
 * Children choose parents at random, so some parents have none; what happens to those is seen by
 * nobody. A level stands for the time from half-way down to half-way up: its lineages are as many
 * as there were in the middle of it.
 */
static uint32_t lay_levels(cohort_tree *tree)
{
    double generation = 0;
    double n_from = tree->n_haplotypes;
    double n_live = tree->n_haplotypes;
    uint32_t n = tree->n_haplotypes;
    uint32_t first = 0;
    for (;;) {
        level *at = &tree->levels[tree->n_levels++];
        *at = (level){.first = first, .n = n, .n_live = n_live};
        first += n;
        if (n == 1)
            return first;
        bool is_last = n_live < 2;
        uint32_t n_up = is_last ? 1 : (uint32_t)ceil(n_live * PARENTS);
        double n_live_up = is_last ? 1 : n_up * -expm1(n_live * log1p(-1.0 / n_up));
        double n_to = is_last ? 1 : sqrt(n_live * n_live_up);
        double length = length_until(&generation, n_from, n_to);
        at->length = length * n / n_live;
        tree->length += length;
        tree->length_drawn += at->length;
        n = n_up;
        n_live = n_live_up;
        n_from = n_to;
    }
}

/* ------------------------------------------------------------------ the tree */

static void attach(cohort_tree *tree, uint32_t child, uint32_t parent)
{
    node *nodes = tree->nodes;
    nodes[child].parent = parent;
    nodes[child].previous = NONE;
    nodes[child].next = nodes[parent].child;
    if (nodes[parent].child != NONE)
        nodes[nodes[parent].child].previous = child;
    nodes[parent].child = child;
}

static void detach(cohort_tree *tree, uint32_t child)
{
    node *nodes = tree->nodes;
    node *at = &nodes[child];
    if (at->previous == NONE)
        nodes[at->parent].child = at->next;
    else
        nodes[at->previous].next = at->next;
    if (at->next != NONE)
        nodes[at->next].previous = at->previous;
}

static uint32_t draw_parent(const cohort_tree *tree, uint32_t of_level, cohort_random *random)
{
    const level *up = &tree->levels[of_level + 1];
    return up->first + cohort_below(random, up->n);
}

/* The node of the crown above a node below it, as a number of the crown. */
static uint32_t climb(const cohort_tree *tree, cohort_lineage from)
{
    uint32_t at = from.node;
    for (uint32_t i = from.level; i < tree->crown; i++)
        at = tree->nodes[at].parent;
    return at - tree->levels[tree->crown].first;
}

static int make_room(cohort_tree *tree, uint32_t n_nodes, skr_err *err)
{
    uint32_t n = tree->n_haplotypes;
    uint32_t n_crown = tree->levels[tree->crown].n;
    tree->nodes = malloc(n_nodes * sizeof *tree->nodes);
    tree->stack = malloc(n_nodes * sizeof *tree->stack);
    tree->ancestors = malloc(n * sizeof *tree->ancestors);
    tree->n_below = calloc(n_crown, sizeof *tree->n_below);
    tree->marks = calloc(n_crown, sizeof *tree->marks);
    tree->bitmap = calloc(n / 64u + 1u, sizeof *tree->bitmap);
    if (tree->nodes == NULL || tree->stack == NULL || tree->ancestors == NULL ||
        tree->n_below == NULL || tree->marks == NULL || tree->bitmap == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    memset(tree->nodes, 0xff, n_nodes * sizeof *tree->nodes);
    return SKR_OK;
}

int cohort_tree_new(uint32_t n_haplotypes, cohort_random *random, cohort_tree **ret_tree,
                    skr_err *err)
{
    cohort_tree *tree = calloc(1, sizeof *tree);
    if (tree == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    tree->n_haplotypes = n_haplotypes;
    uint32_t n_nodes = lay_levels(tree);
    while (tree->levels[tree->crown].n > CROWN_MAX)
        tree->crown++;
    int status = make_room(tree, n_nodes, err);
    if (status < 0) {
        cohort_tree_free(tree);
        return status;
    }
    for (uint32_t i = 0; i + 1 < tree->n_levels; i++)
        for (uint32_t k = 0; k < tree->levels[i].n; k++)
            attach(tree, tree->levels[i].first + k, draw_parent(tree, i, random));
    for (uint32_t i = 0; i < n_haplotypes; i++) {
        tree->ancestors[i] = (uint16_t)climb(tree, (cohort_lineage){i, 0});
        tree->n_below[tree->ancestors[i]]++;
    }
    *ret_tree = tree;
    return SKR_OK;
}

void cohort_tree_free(cohort_tree *tree)
{
    if (tree == NULL)
        return;
    free(tree->nodes);
    free(tree->stack);
    free(tree->ancestors);
    free(tree->n_below);
    free(tree->marks);
    free(tree->bitmap);
    free(tree);
}

double cohort_tree_length(const cohort_tree *tree)
{
    return tree->length;
}

double cohort_tree_length_drawn(const cohort_tree *tree)
{
    return tree->length_drawn;
}

cohort_lineage cohort_tree_draw(const cohort_tree *tree, cohort_random *random)
{
    double at = cohort_unit(random) * tree->length_drawn;
    uint32_t i = 0;
    while (i + 2 < tree->n_levels && at > tree->levels[i].length)
        at -= tree->levels[i++].length;
    return (cohort_lineage){tree->levels[i].first + cohort_below(random, tree->levels[i].n), i};
}

void cohort_tree_recombine(cohort_tree *tree, cohort_lineage lineage, cohort_random *random)
{
    detach(tree, lineage.node);
    attach(tree, lineage.node, draw_parent(tree, lineage.level, random));
    if (lineage.level >= tree->crown)
        return;
    uint32_t crown = climb(tree, lineage);
    uint32_t n_stack = 0;
    tree->stack[n_stack++] = lineage.node;
    while (n_stack > 0) {
        uint32_t at = tree->stack[--n_stack];
        for (uint32_t child = tree->nodes[at].child; child != NONE; child = tree->nodes[child].next)
            tree->stack[n_stack++] = child;
        if (at >= tree->n_haplotypes)
            continue;
        tree->n_below[tree->ancestors[at]]--;
        tree->n_below[crown]++;
        tree->ancestors[at] = (uint16_t)crown;
    }
}

/* ------------------------------------------------------------------ who is below a lineage */

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* Every number occurs once. */
static void sort(cohort_tree *tree, cohort_list *list)
{
    if (list->n < 2)
        return;
    if (list->n < SORT_MAX) {
        qsort(list->items, list->n, sizeof *list->items, compare_numbers);
        return;
    }
    for (uint32_t i = 0; i < list->n; i++)
        tree->bitmap[list->items[i] / 64] |= UINT64_C(1) << (list->items[i] % 64);
    list->n = 0;
    for (uint32_t i = 0; i <= tree->n_haplotypes / 64; i++) {
        for (uint64_t word = tree->bitmap[i]; word != 0; word &= word - 1)
            list->items[list->n++] = i * 64 + (uint32_t)__builtin_ctzll(word);
        tree->bitmap[i] = 0;
    }
}

/* Walks down to the nodes of a level, in no order. */
static int walk(cohort_tree *tree, uint32_t from, uint32_t to_level, cohort_list *list,
                skr_err *err)
{
    const node *nodes = tree->nodes;
    uint32_t end = tree->levels[to_level].first + tree->levels[to_level].n;
    uint32_t n_stack = 0;
    int status = SKR_OK;
    list->n = 0;
    tree->stack[n_stack++] = from;
    while (n_stack > 0 && status == SKR_OK) {
        uint32_t at = tree->stack[--n_stack];
        if (at < end) {
            status = cohort_list_reserve(list, list->n + 1, err);
            if (status == SKR_OK)
                list->items[list->n++] = at;
            continue;
        }
        for (uint32_t child = nodes[at].child; child != NONE; child = nodes[child].next) {
            if (nodes[child].child != NONE) /* nearly every step waits for memory */
                __builtin_prefetch(&nodes[nodes[child].child]);
            tree->stack[n_stack++] = child;
        }
    }
    return status;
}

/* All haplotypes whose ancestors in the crown are in the list, which is then theirs. */
static int pass(cohort_tree *tree, uint32_t n, cohort_list *list, skr_err *err)
{
    uint32_t first = tree->levels[tree->crown].first;
    int status = cohort_list_reserve(list, n + 1, err); /* one more is written and not meant */
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < list->n; i++)
        tree->marks[list->items[i] - first] = 1;
    uint32_t n_found = 0;
    for (uint32_t i = 0; i < tree->n_haplotypes; i++) {
        list->items[n_found] = i;
        n_found += tree->marks[tree->ancestors[i]];
    }
    list->n = n_found;
    memset(tree->marks, 0, tree->levels[tree->crown].n);
    return SKR_OK;
}

int cohort_tree_collect(cohort_tree *tree, cohort_lineage lineage, cohort_list *list, skr_err *err)
{
    int status = SKR_OK;
    if (lineage.level >= tree->crown && tree->crown > 0) {
        uint64_t n = 0;
        uint32_t first = tree->levels[tree->crown].first;
        status = walk(tree, lineage.node, tree->crown, list, err);
        for (uint32_t i = 0; i < list->n && status == SKR_OK; i++)
            n += tree->n_below[list->items[i] - first];
        if (status < 0 || n >= tree->n_haplotypes / PASS_SHARE)
            return status < 0 ? status : pass(tree, (uint32_t)n, list, err);
    }
    status = walk(tree, lineage.node, 0, list, err);
    if (status == SKR_OK)
        sort(tree, list);
    return status;
}
