/*
 * plan.c - resolving a question about alleles, node by node.
 */
#include "engine/plan/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/contigs/assembly.h"
#include "index/contigs/contig.h"
#include "index/keys/variant_structural.h"
#include "index/keys/variant_type.h"
#include "storage/base/suggest.h"

static bool has_genomes(const skr_manifest *manifest, uint32_t assembly)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        if (manifest->segments[i].assembly == assembly)
            return true;
    return false;
}

/* The names of the assemblies that have genomes, as far as they fit. */
static void name_assemblies(const skr_manifest *manifest, char *text, size_t n_text)
{
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < manifest->n_assemblies && n < n_text; i++)
        if (has_genomes(manifest, i))
            n += (size_t)snprintf(text + n, n_text - n, "%s%s", n == 0 ? "" : ", ",
                                  manifest->assemblies[i].name);
}

static int fail_assembly(const skr_manifest *manifest, const char *asked, skr_err *err)
{
    char names[512];
    name_assemblies(manifest, names, sizeof names);
    if (asked == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "which assembly? There are genomes of: %s", names);
    return skr_fail(err, SKR_ERR_QUERY, "no genomes of assembly '%s' are here; there are: %s",
                    asked, names);
}

int skr_plan_assembly(const skr_snapshot *snapshot, const skr_access *access,
                      uint32_t *ret_assembly, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    uint32_t only = SKR_NONE;
    uint32_t alike = SKR_NONE;
    uint32_t n_with_genomes = 0;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        if (!has_genomes(manifest, i))
            continue;
        n_with_genomes++;
        only = i;
        if (access->assembly == NULL)
            continue;
        if (skr_assembly_is_same(manifest->assemblies[i].name, access->assembly))
            alike = i;
    }
    if (n_with_genomes > 0 && access->assembly != NULL ? alike == SKR_NONE : n_with_genomes > 1)
        return fail_assembly(manifest, access->assembly, err);
    *ret_assembly = access->assembly == NULL ? only : alike;
    return SKR_OK;
}

/* ------------------------------------------------------------------ nodes */

/* Fails and points at the node's word. */
static int fail_at(const skr_aexpr *node, skr_err *err, const char *format, ...) SKR_PRINTF(3, 4);
static int fail_at(const skr_aexpr *node, skr_err *err, const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    skr_fail(err, SKR_ERR_QUERY, "%s", text);
    skr_query_point(err, node->source, node->at, node->n_at);
    return SKR_ERR_QUERY;
}

static int node_new(skr_plan *plan, const skr_aexpr *source, skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a plan");
    node->op = source->op;
    node->source = source;
    node->next = plan->nodes;
    plan->nodes = node;
    *ret_node = node;
    return SKR_OK;
}

static int resolve_region(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    uint32_t contig = SKR_NONE;
    const skr_aexpr *source = node->source;
    bool is_whole = source->text != NULL && skr_plan_has_contig(plan, source->text);
    int status = skr_plan_contig(plan, source, is_whole ? source->text : source->contig, &contig,
                                 &node->contig, err);
    if (status < 0)
        return status;
    bool is_bracket = source->op == SKR_A_BRACKET;
    if (is_bracket && source->start_to0 <= source->start0)
        return fail_at(source, err, "a bracket of places ends before it starts");
    node->is_nowhere = contig == SKR_NONE;
    if (node->is_nowhere)
        return SKR_OK;
    node->ranges = calloc(1, sizeof *node->ranges);
    if (node->ranges == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a plan");
    node->ranges[0] =
        (skr_reach){.contig = contig,
                    .from0 = is_whole ? 0 : source->start0,
                    .to0 = is_bracket ? (source->end_to0 < source->start_to0 ? source->end_to0
                                                                             : source->start_to0)
                           : is_whole ? UINT32_MAX
                                      : source->end0,
                    .is_start = is_bracket};
    node->n_ranges = 1;
    return SKR_OK;
}

static void offer_gene(void *suggest, const skr_gene *gene)
{
    skr_suggest_offer(suggest, gene->name);
}

static int unknown_gene(const skr_plan *plan, const skr_plan_node *node, skr_err *err)
{
    char text[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    const skr_assembly *assembly = &plan->snapshot->manifest->assemblies[plan->assembly];
    const skr_gene_table *table = plan->snapshot->genes[plan->assembly];
    const skr_aexpr *source = node->source;
    if (skr_gene_table_count(table) == 0)
        return fail_at(source, err, "no genes are loaded for %s: 'skerry genes' brings them",
                       assembly->name);
    skr_suggest_init(&suggest, source->text);
    int status = skr_gene_table_visit(table, offer_gene, &suggest, err);
    if (status < 0)
        return status;
    skr_fail(err, SKR_ERR_QUERY, "no gene '%s' in the table of %s%s", source->text, assembly->name,
             skr_suggest_text(&suggest, text));
    skr_query_point(err, source->source, source->at, source->n_at);
    return SKR_ERR_QUERY;
}

static int resolve_gene(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    if (plan->assembly == SKR_NONE)
        return SKR_OK;
    const skr_assembly *assembly = &plan->snapshot->manifest->assemblies[plan->assembly];
    skr_gene_list found = {0};
    int status =
        skr_gene_table_find(plan->snapshot->genes[plan->assembly], node->source->text, &found, err);
    if (status == SKR_OK && found.n == 0)
        status = unknown_gene(plan, node, err);
    if (status < 0)
        return status;
    node->ranges = calloc(found.n, sizeof *node->ranges);
    if (node->ranges == NULL)
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for a plan");
    for (uint32_t i = 0; i < found.n && status == SKR_OK; i++) {
        const skr_gene *gene = &found.genes[i];
        char name[SKR_NAME_MAX + 1];
        uint32_t contig = SKR_NONE;
        status = skr_contig_find(plan->build, assembly, gene->contig, &contig, name, err);
        if (contig != SKR_NONE)
            node->ranges[node->n_ranges++] =
                (skr_reach){.contig = contig, .from0 = gene->start0, .to0 = gene->end0};
    }
    skr_gene_list_done(&found);
    return status;
}

/* Is there a comparison with ac or af in it? */
static bool has_numbers(const skr_plan_node *node)
{
    if (node->op == SKR_A_AND || node->op == SKR_A_OR)
        return has_numbers(node->left) || has_numbers(node->right);
    return node->op == SKR_A_NOT ? has_numbers(node->left)
                                 : node->op == SKR_A_AF || node->op == SKR_A_AC;
}

/* Places and types are judged first: only what they leave is judged by numbers. */
static void order_sides(skr_plan_node *node)
{
    if (node->op != SKR_A_AND || !has_numbers(node->left) || has_numbers(node->right))
        return;
    skr_plan_node *left = node->left;
    node->left = node->right;
    node->right = left;
}

static int resolve(skr_plan *plan, const skr_aexpr *source, skr_plan_node **ret_node, skr_err *err);

static int resolve_leaf(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    const skr_aexpr *source = node->source;
    switch (source->op) {
    case SKR_A_VARIANT:
    case SKR_A_SEQUENCE:
        return skr_plan_name(plan, node, err);
    case SKR_A_REGION:
    case SKR_A_BRACKET:
        return resolve_region(plan, node, err);
    case SKR_A_GENE:
        return resolve_gene(plan, node, err);
    case SKR_A_TYPE:
        if (!skr_variant_type_find(source->text, &node->type))
            return fail_at(source, err, "'%s' is no type of allele", source->text);
        return SKR_OK;
    case SKR_A_EFFECT:
    case SKR_A_IMPACT:
    case SKR_A_PROTEIN:
        return fail_at(source, err, "no annotations are loaded, so '%s' cannot be asked for",
                       source->text == NULL ? "" : source->text);
    case SKR_A_FILTER:
        if (strcasecmp(source->text, "PASS") != 0)
            return fail_at(source, err,
                           "filter=%s: the store keeps only whether a record passed; write "
                           "filter=PASS",
                           source->text);
        return SKR_OK;
    default:
        return SKR_OK;
    }
}

static int resolve(skr_plan *plan, const skr_aexpr *source, skr_plan_node **ret_node, skr_err *err)
{
    skr_plan_node *node = NULL;
    int status = node_new(plan, source, &node, err);
    if (status < 0)
        return status;
    *ret_node = node;
    if (source->op != SKR_A_AND && source->op != SKR_A_OR && source->op != SKR_A_NOT)
        return resolve_leaf(plan, node, err);
    status = resolve(plan, source->left, &node->left, err);
    if (status == SKR_OK && source->op != SKR_A_NOT)
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
    return skr_allele_compare(x->key, y->key);
}

/*
 * A place and type alone (22-100-200-DEL) is one name for all alleles that it holds, with one row.
 * Where the question also asks for what these may differ in, it is a condition on each of them.
 */
static void settle_open_names(skr_plan *plan)
{
    bool tells_apart = false;
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        tells_apart = tells_apart || node->op == SKR_A_LENGTH || node->op == SKR_A_TYPE ||
                      node->op == SKR_A_ALT || node->op == SKR_A_FILTER;
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
        else if (skr_allele_compare(named, key) == 0)
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
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a plan");
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
    case SKR_A_AND:
        return only_names(node->left) || only_names(node->right);
    case SKR_A_OR:
        return only_names(node->left) && only_names(node->right);
    default:
        return node->is_named;
    }
}

static void note_op(skr_plan *plan, skr_aexpr_op op)
{
    plan->has_copies |= op == SKR_A_COPIES;
    plan->has_af |= op == SKR_A_AF;
}

int skr_plan_new(skr_snapshot *snapshot, const skr_access *access, const skr_aexpr *aexpr,
                 skr_warnings *warnings, skr_plan **ret_plan, skr_err *err)
{
    skr_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a plan");
    plan->snapshot = snapshot;
    plan->warnings = warnings;
    int status = skr_plan_assembly(snapshot, access, &plan->assembly, err);
    if (status == SKR_OK && plan->assembly != SKR_NONE)
        plan->build = snapshot->builds[plan->assembly];
    if (status == SKR_OK)
        status = resolve(plan, aexpr, &plan->root, err);
    if (status == SKR_OK)
        status = collect_names(plan, err);
    if (status == SKR_OK)
        status = skr_plan_find_reach(plan, err);
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
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        note_op(plan, node->op);
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
        free(node->ranges);
        free(node->texts);
        free(node->contig);
        free(node);
    }
    free(plan->named);
    free(plan->reach.items);
    free(plan);
}
