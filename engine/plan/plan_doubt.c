/*
 * plan_doubt.c - questions about alleles that no allele can satisfy: two names, ranges that exclude
 * each other, places on contigs of which the store has nothing.
 */
#include <math.h>
#include <string.h>

#include "engine/plan/plan_condition.h"

/* What a chain of `and` asks of one number. */
typedef struct range {
    double low;
    double high;
    bool is_open; /* an end is no part of it */
} range;

static void narrow(range *to, const skr_expr *source)
{
    double number = source->number;
    unsigned outcomes = skr_compare_outcomes(source->compare);
    bool may_be_below = (outcomes & SKR_BELOW) != 0;
    bool may_be_above = (outcomes & SKR_ABOVE) != 0;
    bool is_strict = (outcomes & SKR_EQUAL) == 0;
    if (may_be_below && may_be_above)
        return;
    if (!may_be_below && number >= to->low) {
        to->is_open |= is_strict;
        to->low = number;
    }
    if (!may_be_above && number <= to->high) {
        to->is_open |= is_strict;
        to->high = number;
    }
}

/* The comparisons with one number in a chain of `and`. */
static void find_range(const skr_plan_node *node, skr_expr_op op, range *to)
{
    if (node->op == SKR_E_AND) {
        find_range(node->left, op, to);
        find_range(node->right, op, to);
    } else if (node->op == op) {
        narrow(to, node->source);
    }
}

static int doubt_numbers(const skr_plan *plan, const skr_plan_node *chain, skr_err *err)
{
    int status = SKR_OK;
    for (unsigned op = 0; status == SKR_OK && op < SKR_N_EXPR_OPS; op++) {
        const skr_plan_condition *condition = skr_plan_condition_of((skr_expr_op)op);
        range asked = {.low = -(double)INFINITY, .high = (double)INFINITY};
        if (condition == NULL || !condition->is_range)
            continue;
        find_range(chain, (skr_expr_op)op, &asked);
        if (asked.low > asked.high || (asked.low == asked.high && asked.is_open))
            status = skr_warnings_add(plan->warnings, SKR_WARN_NEVER_TRUE, NULL, 0, err,
                                      "%s: no allele can be all that is asked of it",
                                      skr_expr_word((skr_expr_op)op));
    }
    return status;
}

/* The first name in a chain of `and`, and one that differs from it. */
static void find_names(const skr_plan_node *node, const skr_plan_node **first,
                       const skr_plan_node **other)
{
    if (node->op == SKR_E_AND) {
        find_names(node->left, first, other);
        find_names(node->right, first, other);
    } else if (node->is_named && !node->is_open && *first == NULL) {
        *first = node;
    } else if (node->is_named && !node->is_open && *other == NULL &&
               (skr_allele_compare(&node->key, &(*first)->key) != 0 ||
                strcmp(node->contig, (*first)->contig) != 0)) {
        *other = node;
    }
}

static const char *name_of(const skr_plan_node *node)
{
    return node->source->text == NULL ? "..." : node->source->text;
}

static int doubt_chain(const skr_plan *plan, const skr_plan_node *chain, skr_err *err)
{
    const skr_plan_node *first = NULL;
    const skr_plan_node *other = NULL;
    int status = doubt_numbers(plan, chain, err);
    find_names(chain, &first, &other);
    if (status < 0 || other == NULL)
        return status;
    return skr_warnings_add(plan->warnings, SKR_WARN_NEVER_TRUE, NULL, 0, err,
                            "no allele is both %.200s and %.200s; who carries both: "
                            "carries(variant=%.200s) and carries(variant=%.200s)",
                            name_of(first), name_of(other), name_of(first), name_of(other));
}

/* Every chain of `and`, each once. */
static int doubt_node(const skr_plan *plan, const skr_plan_node *node, bool is_in_chain,
                      skr_err *err)
{
    bool is_and = node->op == SKR_E_AND;
    int status = is_and && !is_in_chain ? doubt_chain(plan, node, err) : SKR_OK;
    if (status == SKR_OK && node->left != NULL)
        status = doubt_node(plan, node->left, is_and, err);
    if (status == SKR_OK && node->right != NULL)
        status = doubt_node(plan, node->right, is_and, err);
    return status;
}

/* Whether the store has anything on a contig is not told under a policy that hides. */
static int doubt_places(const skr_plan *plan, const skr_access *access, skr_err *err)
{
    int status = SKR_OK;
    if (!access->policy.is_exact || plan->assembly == SKR_NONE)
        return SKR_OK;
    const char *assembly = plan->snapshot->manifest->assemblies[plan->assembly].name;
    for (const skr_plan_node *node = plan->nodes; status == SKR_OK && node != NULL;
         node = node->next) {
        if (node->is_nowhere && !node->is_named) /* names: scan_names.c */
            status = skr_warnings_add(
                plan->warnings, SKR_WARN_NOT_ASSESSED, NULL, 0, err,
                "contig %s: the store has nothing of %s on it, so nobody was assessed there",
                node->contig, assembly);
        else if (node->op == SKR_A_GENE && node->n_ranges == 0)
            status = skr_warnings_add(
                plan->warnings, SKR_WARN_NOT_ASSESSED, NULL, 0, err,
                "gene %.200s: the store has nothing of %s on its contig, so nobody was assessed "
                "there",
                node->source->text, assembly);
    }
    return status;
}

int skr_plan_doubt(const skr_plan *plan, const skr_access *access, skr_err *err)
{
    if (plan->warnings == NULL)
        return SKR_OK;
    int status = doubt_node(plan, plan->root, false, err);
    return status < 0 ? status : doubt_places(plan, access, err);
}
