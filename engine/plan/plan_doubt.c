/*
 * plan_doubt.c - questions about alleles that no allele can satisfy: two names, ranges that exclude
 * each other, places of which the store has nothing.
 */
#include <math.h>
#include <string.h>

#include "engine/plan/plan_condition.h"

/* What a chain of `and` asks of one number. */
typedef struct range {
    double low;
    double high;
    bool is_low_open; /* low itself is no part of it */
    bool is_high_open;
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
        to->is_low_open = is_strict || (number == to->low && to->is_low_open);
        to->low = number;
    }
    if (!may_be_above && number <= to->high) {
        to->is_high_open = is_strict || (number == to->high && to->is_high_open);
        to->high = number;
    }
}

/* A type all of whose alleles are one base long. */
static bool is_one_base(const skr_plan_node *node)
{
    return node->op == SKR_A_TYPE && node->type.kinds == 1u << SKR_ALLELE_SNV &&
           node->type.symbols[0] == '\0';
}

/* The comparisons with one number in a chain of `and`. */
static void find_range(const skr_plan_node *node, skr_expr_op op, range *to)
{
    if (node->op == SKR_E_AND) {
        find_range(node->left, op, to);
        find_range(node->right, op, to);
    } else if (node->op == op) {
        narrow(to, node->source);
    } else if (op == SKR_A_LENGTH && is_one_base(node)) {
        narrow(to, &(skr_expr){.compare = SKR_EQ, .number = 1});
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
        bool is_open = asked.is_low_open || asked.is_high_open;
        if (asked.low > asked.high || (asked.low == asked.high && is_open))
            status = skr_warnings_add(plan->warnings, SKR_WARN_NEVER_TRUE, NULL, 0, err,
                                      "%s: no allele can be all that is asked of it",
                                      skr_query_expr_word((skr_expr_op)op));
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
               (skr_segment_allele_compare(&node->key, &(*first)->key) != 0 ||
                strcmp(node->contig, (*first)->contig) != 0)) {
        *other = node;
    }
}

/* ------------------------------------------------------------------ two at a time */

/* Conditions of one chain that are compared with each other; of more, the first. */
#define LEAVES_MAX 32u

typedef struct leaves {
    const skr_plan_node *of[LEAVES_MAX];
    size_t n;
} leaves;

static void find_leaves(const skr_plan_node *node, leaves *found)
{
    if (node->op == SKR_E_AND) {
        find_leaves(node->left, found);
        find_leaves(node->right, found);
    } else if (node->condition != NULL && found->n < LEAVES_MAX) {
        found->of[found->n++] = node;
    }
}

/* Small alleles are of one kind; a structural one may be of several types (DEL/INV). */
static bool are_types_apart(const skr_plan_node *a, const skr_plan_node *b)
{
    return a->op == SKR_A_TYPE && b->op == SKR_A_TYPE && (a->type.kinds & b->type.kinds) == 0 &&
           (a->type.symbols[0] == '\0' || b->type.symbols[0] == '\0');
}

static bool are_ranges_apart(uint32_t a_from0, uint32_t a_to0, uint32_t b_from0, uint32_t b_to0)
{
    return a_from0 >= b_to0 || b_from0 >= a_to0;
}

/* A long allele may meet two regions, but not two contigs; it begins once and ends once. */
static bool are_places_apart(const skr_plan_node *a, const skr_plan_node *b)
{
    bool share = false;
    const skr_expr *x = a->source;
    const skr_expr *y = b->source;
    if (a->n_ranges == 0 || b->n_ranges == 0)
        return false;
    for (size_t i = 0; i < a->n_ranges; i++)
        for (size_t k = 0; k < b->n_ranges; k++)
            share = share || a->ranges[i].contig == b->ranges[k].contig;
    if (share && a->op == SKR_A_START && b->op == SKR_A_START)
        return are_ranges_apart(x->start0, x->start_to0, y->start0, y->start_to0);
    if (share && a->op == SKR_A_END && b->op == SKR_A_END)
        return are_ranges_apart(x->end0, x->end_to0, y->end0, y->end_to0);
    return !share;
}

/* An allele that has a name, and what it is not, whatever its numbers. */
static bool is_name_outside(const skr_plan_node *name, const skr_plan_node *other)
{
    const skr_allele_facts facts = SKR_NO_FACTS;
    const skr_allele_asked asked = {.key = &name->key, .facts = &facts, .copies = 1};
    return name->is_named && !name->is_open && !name->is_nowhere && !other->is_named &&
           !other->is_nowhere && !other->condition->is_number && !other->condition->is_of_carrier &&
           other->condition->judge(other, &asked) == SKR_NO;
}

static bool are_apart(const skr_plan_node *a, const skr_plan_node *b)
{
    bool are_copies = a->op == SKR_A_COPIES && b->op == SKR_A_COPIES;
    return are_types_apart(a, b) || are_places_apart(a, b) || is_name_outside(a, b) ||
           is_name_outside(b, a) || (are_copies && a->source->number != b->source->number);
}

static int warn_of_pair(const skr_plan *plan, const skr_plan_node *a, const skr_plan_node *b,
                        skr_err *err)
{
    skr_buffer text = {0};
    int status = skr_query_expr_print(a->source, &text, err);
    size_t n_first = text.n;
    if (status == SKR_OK)
        status = skr_query_expr_print(b->source, &text, err);
    const char *both = (const char *)text.bytes;
    if (status == SKR_OK)
        status = skr_warnings_add(
            plan->warnings, SKR_WARN_NEVER_TRUE, NULL, 0, err, "no allele is both %.*s and %.*s",
            (int)(n_first > 200 ? 200 : n_first), both,
            (int)(text.n - n_first > 200 ? 200 : text.n - n_first), both + n_first);
    skr_buffer_done(&text);
    return status;
}

/* The first two of a chain that exclude each other. */
static int doubt_pairs(const skr_plan *plan, const skr_plan_node *chain, skr_err *err)
{
    leaves found = {.n = 0};
    find_leaves(chain, &found);
    for (size_t i = 0; i < found.n; i++)
        for (size_t k = i + 1; k < found.n; k++)
            if (are_apart(found.of[i], found.of[k]))
                return warn_of_pair(plan, found.of[i], found.of[k], err);
    return SKR_OK;
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
    if (status == SKR_OK)
        status = doubt_pairs(plan, chain, err);
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

/* A stretch of a contig that the store has, about which nothing is said. */
static int doubt_stretch(const skr_plan *plan, const skr_access *access, const skr_plan_node *node,
                         skr_err *err)
{
    bool is_silent = false;
    skr_buffer text = {0};
    SKR_TRY(skr_plan_is_silent(plan, access, node, &is_silent, err));
    if (!is_silent)
        return SKR_OK;
    int status = skr_query_expr_print(node->source, &text, err);
    if (status == SKR_OK)
        status = skr_warnings_add(plan->warnings, SKR_WARN_NOT_ASSESSED, NULL, 0, err,
                                  "%.*s: nobody was assessed there", (int)text.n,
                                  (const char *)text.bytes);
    skr_buffer_done(&text);
    return status;
}

/* Whether the store has anything in a place is not told under a policy that hides. */
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
        else if (node->op == SKR_A_GENE && !node->is_place)
            continue; /* it is asked of annotations */
        else if (node->op == SKR_A_GENE && node->n_ranges == 0)
            status = skr_warnings_add(
                plan->warnings, SKR_WARN_NOT_ASSESSED, NULL, 0, err,
                "gene %.200s: the store has nothing of %s on its contig, so nobody was assessed "
                "there",
                node->source->text, assembly);
        else if (node->n_ranges > 0)
            status = doubt_stretch(plan, access, node, err);
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
