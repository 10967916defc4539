/*
 * plan.c - resolving a question about alleles, node by node.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/plan/access_check.h"
#include "engine/plan/plan_condition.h"
#include "engine/plan/plan_lines.h"
#include "index/contigs/assembly.h"
#include "index/keys/variant_structural.h"
#include "storage/base/check.h"

/* Does an open dataset have genomes of it; given access, one that it permits? */
static bool has_genomes(const skr_manifest *manifest, const skr_access *access, uint32_t assembly)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        uint32_t dataset = manifest->segments[i].dataset;
        if (manifest->segments[i].assembly == assembly &&
            (access == NULL ? skr_manifest_is_open(manifest, dataset)
                            : skr_access_permits(access, manifest, dataset)))
            return true;
    }
    return false;
}

/* The names of assemblies, as far as they fit. */
static void name_assemblies(const skr_manifest *manifest, const uint32_t *list, uint32_t n_list,
                            char *text, size_t n_text)
{
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < n_list && n < n_text; i++)
        n += (size_t)snprintf(text + n, n_text - n, "%s%s", n == 0 ? "" : ", ",
                              manifest->assemblies[list[i]].name);
}

static int fail_assembly(const skr_manifest *manifest, const char *asked, const uint32_t *list,
                         uint32_t n_list, skr_err *err)
{
    char names[512];
    name_assemblies(manifest, list, n_list, names, sizeof names);
    if (asked == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "which assembly? There are genomes of: %s", names);
    return skr_fail(err, SKR_ERR_QUERY, "no genomes of assembly '%s' are here; there are: %s",
                    asked, names);
}

/* Those of which there are genomes, into list; returns how many. */
static uint32_t list_assemblies(const skr_manifest *manifest, const skr_access *access,
                                uint32_t *list)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        if (has_genomes(manifest, access, i))
            list[n++] = i;
    return n;
}

int skr_plan_assemblies(const skr_snapshot *snapshot, const skr_access *access, uint32_t **ret_list,
                        uint32_t *ret_n, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    uint32_t *list = calloc((size_t)manifest->n_assemblies + 1, sizeof *list);
    if (list == NULL)
        return skr_fail_nomem(err, "a plan");
    int status = SKR_OK;
    uint32_t n = access->assembly == NULL ? list_assemblies(manifest, access, list) : 0;
    if (n == 0)
        n = list_assemblies(manifest, NULL, list);
    uint32_t alike = 0;
    while (access->assembly != NULL && alike < n &&
           !skr_assembly_is_same(manifest->assemblies[list[alike]].name, access->assembly))
        alike++;
    if (access->assembly != NULL && n > 0 && alike == n) {
        status = fail_assembly(manifest, access->assembly, list, n, err);
    } else if (access->assembly != NULL && n > 0) {
        list[0] = list[alike];
        n = 1;
    }
    if (status < 0) {
        free(list);
        return status;
    }
    *ret_list = list;
    *ret_n = n;
    return SKR_OK;
}

int skr_plan_assembly(const skr_snapshot *snapshot, const skr_access *access,
                      uint32_t *ret_assembly, skr_err *err)
{
    uint32_t *list = NULL;
    uint32_t n = 0;
    SKR_TRY(skr_plan_assemblies(snapshot, access, &list, &n, err));
    int status = n > 1 ? fail_assembly(snapshot->manifest, NULL, list, n, err) : SKR_OK;
    if (status == SKR_OK)
        *ret_assembly = n == 0 ? SKR_NONE : list[0];
    free(list);
    return status;
}

/* ------------------------------------------------------------------ nodes */

static int node_new(skr_plan *plan, const skr_expr *source, skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return skr_fail_nomem(err, "a plan");
    node->op = source->op;
    node->condition = skr_plan_condition_of(source->op);
    SKR_CHECK(node->condition != NULL || source->op < SKR_E_ALL); /* it is about alleles */
    node->source = source;
    node->next = plan->nodes;
    plan->nodes = node;
    *ret_node = node;
    return SKR_OK;
}

/* Is there a comparison with ac or af in it? */
static bool has_numbers(const skr_plan_node *node)
{
    return node->condition != NULL
               ? node->condition->is_number
               : has_numbers(node->left) || (node->right != NULL && has_numbers(node->right));
}

/* Places and types are judged first: only what they leave is judged by numbers. */
static void order_sides(skr_plan_node *node)
{
    if (node->op != SKR_E_AND || !has_numbers(node->left) || has_numbers(node->right))
        return;
    skr_plan_node *left = node->left;
    node->left = node->right;
    node->right = left;
}

static int resolve(skr_plan *plan, const skr_expr *source, skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *node = NULL;
    int status = node_new(plan, source, &node, err);
    if (status < 0)
        return status;
    *ret_node = node;
    SKR_CHECK(node->condition != NULL || source->left != NULL);
    if (node->condition != NULL)
        return node->condition->resolve == NULL ? SKR_OK
                                                : node->condition->resolve(plan, node, err);
    status = resolve(plan, source->left, &node->left, err);
    if (status == SKR_OK && source->op != SKR_E_NOT)
        status = resolve(plan, source->right, &node->right, err);
    if (status == SKR_OK)
        order_sides(node);
    return status;
}

/* ------------------------------------------------------------------ the names in it */

static int compare_named(const void *a, const void *b)
{
    const skr_named_allele *x = a;
    const skr_named_allele *y = b;
    if (x->key->contig == SKR_NONE && y->key->contig == SKR_NONE) {
        int order = strcmp(x->contig, y->contig);
        if (order != 0)
            return order;
    }
    return skr_segment_allele_compare(x->key, y->key);
}

/*
 * A place and type alone (22-100-200-DEL) is one name for all alleles that it holds, with one row.
 * Where the question also asks for what these may differ in, it is a condition on each of them.
 */
static void settle_open_names(skr_plan *plan)
{
    bool tells_apart = false;
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        tells_apart |= node->condition != NULL && node->condition->tells_apart;
    for (skr_plan_node *node = plan->nodes; node != NULL; node = node->next) {
        if (!node->is_open)
            continue;
        node->is_named = !tells_apart;
        plan->has_open = !tells_apart;
    }
}

bool skr_plan_is_held(const skr_plan *plan, const skr_allele *key)
{
    bool is_held = false;
    if (!plan->has_open || key->kind != SKR_ALLELE_SV)
        return false;
    for (size_t i = 0; i < plan->n_named; i++) {
        const skr_allele *named = plan->named[i].key;
        if (named->kind == SKR_ALLELE_SV_ANY)
            is_held = is_held || skr_structural_holds(named, key);
        else if (skr_segment_allele_compare(named, key) == 0)
            return false;
    }
    return is_held;
}

static int collect_names(skr_plan *plan, skr_err *err)
{
    size_t n = 0;
    settle_open_names(plan);
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        n += node->is_named;
    plan->named = calloc(n + 1, sizeof *plan->named);
    if (plan->named == NULL)
        return skr_fail_nomem(err, "a plan");
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        if (node->is_named)
            plan->named[plan->n_named++] =
                (skr_named_allele){&node->key, node->contig, node->source};
    if (plan->n_named > 1)
        qsort(plan->named, plan->n_named, sizeof *plan->named, compare_named);
    size_t n_kept = 0;
    for (size_t i = 0; i < plan->n_named; i++)
        if (n_kept == 0 || compare_named(&plan->named[n_kept - 1], &plan->named[i]) != 0)
            plan->named[n_kept++] = plan->named[i];
    plan->n_named = n_kept;
    return SKR_OK;
}

/* Can only alleles that are named satisfy it? */
static bool only_names(const skr_plan_node *node)
{
    switch (node->op) {
    case SKR_E_AND:
        return only_names(node->left) || only_names(node->right);
    case SKR_E_OR:
        return only_names(node->left) && only_names(node->right);
    default:
        return node->is_named;
    }
}

static int find_places(skr_plan *plan, skr_err *err)
{
    if (!plan->has_lines)
        return skr_plan_find_intervals(plan, err);
    SKR_TRY(skr_plan_lines_find(plan, err));
    SKR_TRY(skr_plan_find_intervals(plan, err));
    return skr_plan_lines_read(plan, err);
}

int skr_plan_new(skr_snapshot *snapshot, const skr_access *access, const skr_expr *alleles,
                 skr_warnings *warnings, skr_plan **ret_plan, skr_err *err)
{
    skr_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return skr_fail_nomem(err, "a plan");
    plan->snapshot = snapshot;
    plan->warnings = warnings;
    int status = skr_plan_assembly(snapshot, access, &plan->assembly, err);
    if (status == SKR_OK && plan->assembly != SKR_NONE)
        plan->build = snapshot->builds[plan->assembly];
    if (status == SKR_OK)
        status = resolve(plan, alleles, &plan->root, err);
    if (status == SKR_OK)
        status = skr_plan_lines_group(plan, err);
    if (status == SKR_OK)
        status = collect_names(plan, err);
    if (status == SKR_OK)
        status = find_places(plan, err);
    if (status == SKR_OK)
        status = skr_plan_doubt(plan, access, err);
    if (status == SKR_OK)
        status = skr_plan_warn_breakends(plan, access, err);
    if (status < 0) {
        skr_plan_free(plan);
        return status;
    }
    plan->warnings = NULL;
    plan->has_only_names = only_names(plan->root);
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next) {
        plan->has_copies |= node->condition != NULL && node->condition->is_of_carrier;
        plan->has_af |= node->condition != NULL && node->condition->is_frequency;
        plan->has_numbers |= node->condition != NULL && node->condition->is_number;
        plan->has_filter |= node->condition != NULL && node->condition->is_filter;
    }
    *ret_plan = plan;
    return SKR_OK;
}

void skr_plan_free(skr_plan *plan)
{
    if (plan == NULL)
        return;
    while (plan->nodes != NULL) {
        skr_plan_node *node = plan->nodes;
        plan->nodes = node->next;
        skr_plan_lines_free(node->lines);
        free(node->ranges);
        free(node->texts);
        free(node->contig);
        free(node);
    }
    free(plan->named);
    free(plan->reach.items);
    free(plan);
}
