/*
 * plan_intervals.c - where alleles are that could satisfy a question.
 */
#include <stdlib.h>

#include "engine/plan/plan_condition.h"
#include "storage/base/check.h"

int skr_plan_interval_add(skr_interval_list *list, skr_interval reach, skr_err *err)
{
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 8 : 2 * list->n_max;
        skr_interval *items = realloc(list->items, n_max * sizeof *items);
        if (items == NULL)
            return skr_fail_nomem(err, "a plan");
        list->items = items;
        list->n_max = n_max;
    }
    SKR_CHECK(reach.from0 < reach.to0);
    list->items[list->n++] = reach;
    return SKR_OK;
}

static uint64_t interval_bases(const skr_interval_list *list)
{
    uint64_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += list->items[i].to0 - list->items[i].from0;
    return n;
}

static int intervals_of(const skr_plan_node *node, skr_interval_list *list, skr_err *err);

/* An allele must meet both sides, though not where they overlap: the shorter side is enough. */
static int intervals_of_and(const skr_plan_node *node, skr_interval_list *list, skr_err *err)
{
    skr_interval_list right = {0};
    int status = intervals_of(node->left, list, err);
    if (status == SKR_OK)
        status = intervals_of(node->right, &right, err);
    if (status == SKR_OK && !right.is_everywhere &&
        (list->is_everywhere || interval_bases(&right) < interval_bases(list))) {
        free(list->items);
        *list = right;
        return SKR_OK;
    }
    free(right.items);
    return status;
}

static int intervals_of_or(const skr_plan_node *node, skr_interval_list *list, skr_err *err)
{
    skr_interval_list right = {0};
    int status = intervals_of(node->left, list, err);
    if (status == SKR_OK && !list->is_everywhere)
        status = intervals_of(node->right, &right, err);
    if (right.is_everywhere)
        list->is_everywhere = true;
    for (size_t i = 0; status == SKR_OK && i < right.n; i++)
        status = skr_plan_interval_add(list, right.items[i], err);
    free(right.items);
    return status;
}

static int intervals_of(const skr_plan_node *node, skr_interval_list *list, skr_err *err)
{
    if (node->op == SKR_E_AND)
        return intervals_of_and(node, list, err);
    if (node->op == SKR_E_OR)
        return intervals_of_or(node, list, err);
    if (node->condition != NULL && node->condition->reach != NULL)
        return node->condition->reach(node, list, err);
    list->is_everywhere = true;
    return SKR_OK;
}

static int compare_intervals(const void *a, const void *b)
{
    const skr_interval *x = a;
    const skr_interval *y = b;
    if (x->contig != y->contig)
        return x->contig < y->contig ? -1 : 1;
    if (x->from0 != y->from0)
        return x->from0 < y->from0 ? -1 : 1;
    return 0;
}

int skr_plan_find_intervals(skr_plan *plan, skr_err *err)
{
    int status = intervals_of(plan->root, &plan->reach, err);
    if (status == SKR_OK && plan->reach.n > 0)
        qsort(plan->reach.items, plan->reach.n, sizeof *plan->reach.items, compare_intervals);
    return status;
}
