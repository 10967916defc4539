/*
 * plan_judge.c - does an allele satisfy a question, and where are alleles that could.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/plan/plan.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_structural.h"

/* ------------------------------------------------------------------ where to look */

static int reach_add(skr_reach_list *list, skr_reach reach, skr_err *err)
{
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 8 : 2 * list->n_max;
        skr_reach *items = realloc(list->items, n_max * sizeof *items);
        if (items == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for a plan");
        list->items = items;
        list->n_max = n_max;
    }
    list->items[list->n++] = reach;
    return SKR_OK;
}

static uint64_t reach_bases(const skr_reach_list *list)
{
    uint64_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += list->items[i].to0 - list->items[i].from0;
    return n;
}

static int reach_of(const skr_plan_node *node, skr_reach_list *list, skr_err *err);

/* An allele must meet both sides, though not where they overlap: the shorter side is enough. */
static int reach_of_and(const skr_plan_node *node, skr_reach_list *list, skr_err *err)
{
    skr_reach_list right = {0};
    int status = reach_of(node->left, list, err);
    if (status == SKR_OK)
        status = reach_of(node->right, &right, err);
    if (status == SKR_OK && !right.is_everywhere &&
        (list->is_everywhere || reach_bases(&right) < reach_bases(list))) {
        free(list->items);
        *list = right;
        return SKR_OK;
    }
    free(right.items);
    return status;
}

static int reach_of_or(const skr_plan_node *node, skr_reach_list *list, skr_err *err)
{
    skr_reach_list right = {0};
    int status = reach_of(node->left, list, err);
    if (status == SKR_OK && !list->is_everywhere)
        status = reach_of(node->right, &right, err);
    if (right.is_everywhere)
        list->is_everywhere = true;
    for (size_t i = 0; status == SKR_OK && i < right.n; i++)
        status = reach_add(list, right.items[i], err);
    free(right.items);
    return status;
}

static int reach_of(const skr_plan_node *node, skr_reach_list *list, skr_err *err)
{
    int status = SKR_OK;
    switch (node->op) {
    case SKR_A_AND:
        return reach_of_and(node, list, err);
    case SKR_A_OR:
        return reach_of_or(node, list, err);
    case SKR_A_VARIANT:
    case SKR_A_SEQUENCE:
        if (node->is_nowhere)
            return SKR_OK;
        return reach_add(list,
                         (skr_reach){.contig = node->key.contig,
                                     .from0 = node->key.start0,
                                     .to0 = node->key.start0 + 1,
                                     .is_start = true},
                         err);
    case SKR_A_REGION:
    case SKR_A_GENE:
    case SKR_A_BRACKET:
        for (size_t i = 0; status == SKR_OK && i < node->n_ranges; i++)
            if (node->ranges[i].from0 < node->ranges[i].to0)
                status = reach_add(list, node->ranges[i], err);
        return status;
    default:
        list->is_everywhere = true;
        return SKR_OK;
    }
}

static int compare_reach(const void *a, const void *b)
{
    const skr_reach *x = a;
    const skr_reach *y = b;
    if (x->contig != y->contig)
        return x->contig < y->contig ? -1 : 1;
    if (x->from0 != y->from0)
        return x->from0 < y->from0 ? -1 : 1;
    return 0;
}

int skr_plan_find_reach(skr_plan *plan, skr_err *err)
{
    int status = reach_of(plan->root, &plan->reach, err);
    if (status == SKR_OK && plan->reach.n > 0)
        qsort(plan->reach.items, plan->reach.n, sizeof *plan->reach.items, compare_reach);
    return status;
}

/* ------------------------------------------------------------------ judging */

static skr_verdict verdict_of(bool is_so)
{
    return is_so ? SKR_YES : SKR_NO;
}

static bool compares(double value, skr_compare compare, double with)
{
    switch (compare) {
    case SKR_EQ:
        return value == with;
    case SKR_NE:
        return value != with;
    case SKR_LT:
        return value < with;
    case SKR_LE:
        return value <= with;
    case SKR_GT:
        return value > with;
    case SKR_GE:
        return value >= with;
    }
    return false;
}

static bool is_in_ranges(const skr_plan_node *node, const skr_allele *key)
{
    for (size_t i = 0; i < node->n_ranges; i++)
        if (node->ranges[i].contig == key->contig && key->start0 < node->ranges[i].to0 &&
            key->end0 > node->ranges[i].from0)
            return true;
    return false;
}

static bool is_in_bracket(const skr_plan_node *node, const skr_allele *key)
{
    const skr_aexpr *source = node->source;
    return !node->is_nowhere && node->ranges[0].contig == key->contig &&
           key->start0 >= source->start0 && key->start0 < source->start_to0 &&
           key->end0 >= source->end0 && key->end0 < source->end_to0;
}

static bool is_sequence(const skr_plan_node *node, const skr_allele *key)
{
    if (node->is_open && key->kind == SKR_ALLELE_SV)
        return skr_structural_holds(&node->key, key);
    if (node->is_named)
        return skr_allele_compare(&node->key, key) == 0;
    return !node->is_nowhere && key->kind < SKR_ALLELE_SV && key->contig == node->key.contig &&
           key->start0 == node->key.start0 &&
           skr_bases_match(node->key.ref, node->key.n_ref, key->ref, key->n_ref) &&
           skr_bases_match(node->key.alt, node->key.n_alt, key->alt, key->n_alt);
}

/* alternateBases beside a range: as in the key, or without the anchor base. */
static bool has_alt(const char *asked, const skr_allele *key)
{
    size_t n = strlen(asked);
    if (key->kind >= SKR_ALLELE_SV)
        return false;
    if (skr_bases_match(asked, n, key->alt, key->n_alt))
        return true;
    bool is_anchored = key->kind == SKR_ALLELE_INS || key->kind == SKR_ALLELE_DEL;
    return is_anchored && key->n_alt > 0 && key->alt[0] == key->ref[0] &&
           skr_bases_match(asked, n, key->alt + 1, key->n_alt - 1);
}

/* Of a value between two bounds: what a comparison with it is. */
static skr_verdict judge_between(double least, double most, skr_compare compare, double with)
{
    bool is_none = most < with || least > with; /* no value between them equals it */
    switch (compare) {
    case SKR_EQ:
        return is_none ? SKR_NO : least == most ? SKR_YES : SKR_MAYBE;
    case SKR_NE:
        return is_none ? SKR_YES : least == most ? SKR_NO : SKR_MAYBE;
    case SKR_LT:
    case SKR_LE:
        return compares(most, compare, with)    ? SKR_YES
               : compares(least, compare, with) ? SKR_MAYBE
                                                : SKR_NO;
    case SKR_GT:
    case SKR_GE:
        return compares(least, compare, with)  ? SKR_YES
               : compares(most, compare, with) ? SKR_MAYBE
                                               : SKR_NO;
    }
    return SKR_MAYBE;
}

/* af is unknown where nobody was called: no comparison with it is true. */
skr_verdict skr_plan_judge_numbers(const skr_aexpr *source, const skr_allele_facts *facts)
{
    if (source->op == SKR_A_AC)
        return judge_between((double)facts->ac_min, (double)facts->ac_max, source->compare,
                             source->number);
    if (facts->an_max == 0)
        return SKR_NO;
    /* a quotient grows with ac and shrinks with an, and so does the double next to it */
    double least = (double)facts->ac_min / (double)facts->an_max;
    double most =
        facts->an_min == 0 ? (double)INFINITY : (double)facts->ac_max / (double)facts->an_min;
    if (facts->an_min == 0 && facts->ac_max == 0)
        most = 0;
    skr_verdict verdict = judge_between(least, most, source->compare, source->number);
    return verdict == SKR_YES && facts->an_min == 0 ? SKR_MAYBE : verdict;
}

static skr_verdict judge(const skr_plan_node *node, const skr_allele *key,
                         const skr_allele_facts *facts, unsigned copies);

static skr_verdict judge_and(const skr_plan_node *node, const skr_allele *key,
                             const skr_allele_facts *facts, unsigned copies)
{
    skr_verdict left = judge(node->left, key, facts, copies);
    if (left == SKR_NO)
        return SKR_NO;
    skr_verdict right = judge(node->right, key, facts, copies);
    if (right == SKR_NO)
        return SKR_NO;
    return left == SKR_YES && right == SKR_YES ? SKR_YES : SKR_MAYBE;
}

static skr_verdict judge_or(const skr_plan_node *node, const skr_allele *key,
                            const skr_allele_facts *facts, unsigned copies)
{
    skr_verdict left = judge(node->left, key, facts, copies);
    if (left == SKR_YES)
        return SKR_YES;
    skr_verdict right = judge(node->right, key, facts, copies);
    if (right == SKR_YES)
        return SKR_YES;
    return left == SKR_NO && right == SKR_NO ? SKR_NO : SKR_MAYBE;
}

skr_verdict skr_plan_judge_leaf(const skr_plan_node *node, const skr_allele *key,
                                const skr_allele_facts *facts, unsigned copies)
{
    const skr_aexpr *source = node->source;
    uint64_t length = 0;
    switch (node->op) {
    case SKR_A_ALL:
        return SKR_YES;
    case SKR_A_VARIANT:
    case SKR_A_SEQUENCE:
        return verdict_of(is_sequence(node, key));
    case SKR_A_REGION:
    case SKR_A_GENE:
        return verdict_of(is_in_ranges(node, key));
    case SKR_A_BRACKET:
        return verdict_of(is_in_bracket(node, key));
    case SKR_A_TYPE:
        return verdict_of(skr_variant_type_holds(&node->type, key));
    case SKR_A_LENGTH:
        return verdict_of(skr_allele_length(key, &length) &&
                          compares((double)length, source->compare, source->number));
    case SKR_A_ALT:
        return verdict_of(has_alt(source->text, key));
    case SKR_A_FILTER:
        return facts->has_filter ? verdict_of(!facts->is_filter_failed) : SKR_MAYBE;
    case SKR_A_COPIES:
        return verdict_of(copies == (source->number >= 2 ? 2u : 1u));
    case SKR_A_AF:
    case SKR_A_AC:
        return skr_plan_judge_numbers(source, facts);
    case SKR_A_AND:
    case SKR_A_OR:
    case SKR_A_NOT:
    case SKR_A_EFFECT:
    case SKR_A_IMPACT:
    case SKR_A_PROTEIN:
        break;
    }
    return SKR_NO;
}

static skr_verdict judge(const skr_plan_node *node, const skr_allele *key,
                         const skr_allele_facts *facts, unsigned copies)
{
    skr_verdict inner;
    switch (node->op) {
    case SKR_A_AND:
        return judge_and(node, key, facts, copies);
    case SKR_A_OR:
        return judge_or(node, key, facts, copies);
    case SKR_A_NOT:
        inner = judge(node->left, key, facts, copies);
        return inner == SKR_MAYBE ? SKR_MAYBE : verdict_of(inner == SKR_NO);
    default:
        return skr_plan_judge_leaf(node, key, facts, copies);
    }
}

skr_verdict skr_plan_judge(const skr_plan *plan, const skr_allele *key,
                           const skr_allele_facts *facts, unsigned copies)
{
    return judge(plan->root, key, facts, copies);
}
