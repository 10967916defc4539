/*
 * plan_group.c - takes what a question asks of lines of annotation together.
 *
 * gene, effect, impact and protein in one chain of `and` are asked of one line. `or` within such a
 * chain is several chains, as brackets may be multiplied out; `not` begins anew: not of any line.
 * So a question, or what stands under a `not`, becomes alternatives, each of what is asked of a
 * line and of what is asked of the allele. `gene` without effect, impact or protein beside it is
 * the place of the gene.
 */
#include <stdlib.h>

#include "engine/plan/plan_lines.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

/* More alternatives than this nobody writes by hand. */
#define ALTERNATIVES_MAX 256u

/* What is asked of a line, and what of the allele; either may be NULL. */
typedef struct alternative {
    skr_plan_node *line;
    skr_plan_node *rest;
} alternative;

typedef struct alternatives {
    alternative *items;
    uint32_t n;
    uint32_t n_max;
} alternatives;

static int node_make(skr_plan *plan, skr_expr_op op, skr_plan_node *left, skr_plan_node *right,
                     skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return skr_fail_nomem(err, "a plan");
    node->op = op;
    node->left = left;
    node->right = right;
    node->source = left != NULL ? left->source : NULL;
    node->next = plan->nodes;
    plan->nodes = node;
    *ret_node = node;
    return SKR_OK;
}

/* Two joined by and or or; one of them may be NULL. */
static int join(skr_plan *plan, skr_expr_op op, skr_plan_node *left, skr_plan_node *right,
                skr_plan_node **ret_node, skr_err *err)
{
    if (left == NULL || right == NULL) {
        *ret_node = left != NULL ? left : right;
        return SKR_OK;
    }
    return node_make(plan, op, left, right, ret_node, err);
}

static bool is_word(const skr_plan_node *node)
{
    return node->condition != NULL && node->condition->is_of_line;
}

/* Is effect, impact or protein in it, but for what stands under a not? */
static bool has_word(const skr_plan_node *node)
{
    if (node->op == SKR_E_AND || node->op == SKR_E_OR)
        return has_word(node->left) || has_word(node->right);
    return is_word(node);
}

/* ------------------------------------------------------------------ alternatives */

/* Adds one. Those that ask only of a line, or only of the allele, become one of their kind. */
static int add(skr_plan *plan, alternatives *list, alternative one, skr_err *err)
{
    for (uint32_t i = 0; i < list->n; i++) {
        alternative *other = &list->items[i];
        if (one.rest == NULL && other->rest == NULL)
            return join(plan, SKR_E_OR, other->line, one.line, &other->line, err);
        if (one.line == NULL && other->line == NULL)
            return join(plan, SKR_E_OR, other->rest, one.rest, &other->rest, err);
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&list->items, &list->n_max, list->n + 1, "a plan", err));
    list->items[list->n++] = one;
    return SKR_OK;
}

static int multiply(skr_plan *plan, const alternatives *left, const alternatives *right,
                    alternatives *list, const skr_plan_node *at, skr_err *err)
{
    for (uint32_t i = 0; i < left->n; i++)
        for (uint32_t k = 0; k < right->n; k++) {
            alternative one = {0};
            SKR_TRY(
                join(plan, SKR_E_AND, left->items[i].line, right->items[k].line, &one.line, err));
            SKR_TRY(
                join(plan, SKR_E_AND, left->items[i].rest, right->items[k].rest, &one.rest, err));
            SKR_TRY(add(plan, list, one, err));
            if (list->n > ALTERNATIVES_MAX)
                return skr_plan_fail(at->source, err,
                                     "too many alternatives of annotations and other conditions "
                                     "within each other");
        }
    return SKR_OK;
}

static int group(skr_plan *plan, skr_plan_node *node, skr_plan_node **ret_node, skr_err *err);

static int expand(skr_plan *plan, skr_plan_node *node, alternatives *list, skr_err *err)
{
    alternatives left = {0};
    alternatives right = {0};
    int status = SKR_OK;
    SKR_ASSERT(node->lines == NULL); /* nothing is grouped twice */
    if (is_word(node) || node->op == SKR_A_GENE)
        return add(plan, list, (alternative){.line = node}, err);
    if (node->op != SKR_E_AND && node->op != SKR_E_OR) {
        SKR_TRY(group(plan, node, &node, err));
        return add(plan, list, (alternative){.rest = node}, err);
    }
    status = expand(plan, node->left, &left, err);
    if (status == SKR_OK)
        status = expand(plan, node->right, &right, err);
    if (status == SKR_OK && node->op == SKR_E_AND)
        status = multiply(plan, &left, &right, list, node, err);
    for (uint32_t i = 0; status == SKR_OK && node->op == SKR_E_OR && i < left.n + right.n; i++)
        status = add(plan, list, i < left.n ? left.items[i] : right.items[i - left.n], err);
    free(left.items);
    free(right.items);
    return status;
}

/* ------------------------------------------------------------------ conditions on lines */

static uint32_t count_leaves(const skr_plan_node *tree)
{
    return tree->condition != NULL ? 1 : count_leaves(tree->left) + count_leaves(tree->right);
}

/* A leaf may stand in several alternatives: it has a number in each. */
static void list_leaves(skr_plan_node *tree, skr_plan_lines *lines)
{
    SKR_ASSERT(tree->condition != NULL || tree->op == SKR_E_AND || tree->op == SKR_E_OR);
    if (tree->condition == NULL) {
        list_leaves(tree->left, lines);
        list_leaves(tree->right, lines);
        return;
    }
    for (uint32_t i = 0; i < lines->n_leaves; i++)
        if (lines->leaves[i] == tree)
            return;
    lines->leaves[lines->n_leaves++] = tree;
}

/* The condition that a line, or the significance or a name of an allele, is as the tree says. */
static int make_lines(skr_plan *plan, skr_plan_node *tree, skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *node = NULL;
    uint32_t n_tables = 0;
    (void)skr_plan_lines_tables(plan, &n_tables);
    SKR_TRY(node_make(plan, SKR_A_EFFECT, NULL, NULL, &node, err));
    node->condition = &skr_plan_condition_lines;
    const skr_plan_node *first = tree;
    while (first->condition == NULL)
        first = first->left;
    node->source = first->source;
    node->lines = calloc(1, sizeof *node->lines);
    if (node->lines == NULL)
        return skr_fail_nomem(err, "a plan");
    node->lines->tree = tree;
    node->lines->leaves = calloc(count_leaves(tree) + 1u, sizeof(skr_plan_node *));
    node->lines->is_wanted = calloc(n_tables + 1u, sizeof(uint8_t *));
    if (node->lines->leaves == NULL || node->lines->is_wanted == NULL)
        return skr_fail_nomem(err, "a plan");
    list_leaves(tree, node->lines);
    plan->has_lines = true;
    *ret_node = node;
    return SKR_OK;
}

/* What is left of a tree where no line has any of its words: places of genes. NULL: nothing. */
static int without_words(skr_plan *plan, skr_plan_node *tree, skr_plan_node **ret_node,
                         skr_err *err)
{
    skr_plan_node *left = NULL;
    skr_plan_node *right = NULL;
    *ret_node = NULL;
    if (tree->condition != NULL) {
        *ret_node = is_word(tree) ? NULL : tree;
        return SKR_OK;
    }
    SKR_TRY(without_words(plan, tree->left, &left, err));
    SKR_TRY(without_words(plan, tree->right, &right, err));
    if (tree->op == SKR_E_AND && (left == NULL || right == NULL))
        return SKR_OK;
    return join(plan, tree->op, left, right, ret_node, err);
}

/* What a tree asks of an allele: a line that is so, or, of genes alone, the place. */
static int settle_line(skr_plan *plan, skr_plan_node *tree, skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *places = NULL;
    skr_plan_node *lines = NULL;
    *ret_node = NULL;
    if (tree == NULL)
        return SKR_OK;
    SKR_TRY(without_words(plan, tree, &places, err));
    if (has_word(tree))
        SKR_TRY(make_lines(plan, tree, &lines, err));
    return join(plan, SKR_E_OR, lines, places, ret_node, err);
}

/* ------------------------------------------------------------------ the question */

static int group_scope(skr_plan *plan, skr_plan_node *node, skr_plan_node **ret_node, skr_err *err)
{
    alternatives list = {0};
    skr_plan_node *whole = NULL;
    int status = expand(plan, node, &list, err);
    for (uint32_t i = 0; status == SKR_OK && i < list.n; i++) {
        skr_plan_node *one = NULL;
        status = settle_line(plan, list.items[i].line, &one, err);
        if (status == SKR_OK)
            status = join(plan, SKR_E_AND, one, list.items[i].rest, &one, err);
        if (status == SKR_OK)
            status = join(plan, SKR_E_OR, whole, one, &whole, err);
    }
    SKR_CHECK(status != SKR_OK || whole != NULL);
    free(list.items);
    *ret_node = whole;
    return status;
}

/* A question, or what stands under a not. */
static int group(skr_plan *plan, skr_plan_node *node, skr_plan_node **ret_node, skr_err *err)
{
    *ret_node = node;
    if (has_word(node))
        return group_scope(plan, node, ret_node, err);
    if (node->op == SKR_A_SIGNIFICANCE || node->op == SKR_A_NAME)
        return make_lines(plan, node, ret_node, err);
    if (node->left != NULL)
        SKR_TRY(group(plan, node->left, &node->left, err));
    return node->right != NULL ? group(plan, node->right, &node->right, err) : SKR_OK;
}

/* Genes that are asked for by their place. */
static int check_genes(const skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    if (node->op == SKR_A_GENE) {
        node->is_place = true;
        return node->is_without_range ? skr_plan_fail_gene(plan, node, err) : SKR_OK;
    }
    if (node->left != NULL)
        SKR_TRY(check_genes(plan, node->left, err));
    return node->right != NULL ? check_genes(plan, node->right, err) : SKR_OK;
}

int skr_plan_lines_group(skr_plan *plan, skr_err *err)
{
    SKR_TRY(group(plan, plan->root, &plan->root, err));
    return check_genes(plan, plan->root, err);
}
