/*
 * plan_place.c - conditions on where an allele is: region, start, end, gene.
 */
#include <stdlib.h>

#include "engine/plan/plan_lines.h"
#include "index/contigs/contig.h"
#include "storage/base/suggest.h"

/* ------------------------------------------------------------------ ranges */

static int interval_ranges(const skr_plan_node *node, skr_interval_list *list, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < node->n_ranges; i++)
        if (node->ranges[i].from0 < node->ranges[i].to0)
            status = skr_plan_interval_add(list, node->ranges[i], err);
    return status;
}

static skr_verdict judge_ranges(const skr_plan_node *node, const skr_allele_asked *asked)
{
    const skr_allele *key = asked->key;
    for (size_t i = 0; i < node->n_ranges; i++)
        if (node->ranges[i].contig == key->contig && key->start0 < node->ranges[i].to0 &&
            key->end0 > node->ranges[i].from0)
            return SKR_YES;
    return SKR_NO;
}

/* Rows ascend by start, so that the first and the last often say it for all. */
static skr_verdicts judge_rows(const skr_plan_node *node, const skr_row_block *block)
{
    const uint32_t *start0 = block->rows->start0 + block->from;
    const uint32_t *end0 = block->rows->end0 + block->from;
    uint64_t yes = 0;
    for (size_t r = 0; r < node->n_ranges && yes != block->judged.all; r++) {
        const skr_interval *range = &node->ranges[r];
        if (range->contig != block->rows->contig || start0[0] >= range->to0)
            continue;
        if (start0[0] >= range->from0 && start0[block->n - 1] < range->to0) {
            yes = block->judged.all;
            break;
        }
        for (uint32_t i = 0; i < block->n; i++)
            yes |= (uint64_t)(start0[i] < range->to0 && end0[i] > range->from0) << i;
    }
    return (skr_verdicts){yes, block->judged.all & ~yes};
}

/* By their places: rows lie in [min_start0, max_start0], wide ones may end beyond max_end0. */
static skr_verdict judge_tile(const skr_plan_node *node, const skr_tile_asked *asked)
{
    const skr_tile *tile = asked->tile;
    for (size_t r = 0; r < node->n_ranges; r++) {
        const skr_interval *range = &node->ranges[r];
        if (range->contig != tile->contig || tile->min_start0 >= range->to0)
            continue;
        if (tile->min_start0 >= range->from0 && tile->max_start0 < range->to0)
            return SKR_YES;
        return SKR_MAYBE;
    }
    return SKR_NO;
}

/* ------------------------------------------------------------------ region */

/* Finds the contig of the node's name; *ret_range is its place there. */
static int resolve_place(skr_plan *plan, skr_plan_node *node, const char *name, skr_interval range,
                         skr_err *err)
{
    int status = skr_plan_contig(plan, node->source, name, &range.contig, &node->contig, err);
    if (status < 0)
        return status;
    node->is_nowhere = range.contig == SKR_NONE;
    if (node->is_nowhere)
        return SKR_OK;
    node->ranges = calloc(1, sizeof *node->ranges);
    if (node->ranges == NULL)
        return skr_fail_nomem(err, "a plan");
    node->ranges[0] = range;
    node->n_ranges = 1;
    return SKR_OK;
}

static int resolve_region(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    const skr_expr *source = node->source;
    const skr_interval whole = {.to0 = UINT32_MAX};
    const skr_interval part = {.from0 = source->start0, .to0 = source->end0};
    bool is_whole = source->text != NULL && skr_plan_has_contig(plan, source->text);
    return resolve_place(plan, node, is_whole ? source->text : source->contig,
                         is_whole ? whole : part, err);
}

const skr_plan_condition skr_alleles_region = {.resolve = resolve_region,
                                               .reach = interval_ranges,
                                               .judge = judge_ranges,
                                               .judge_rows = judge_rows,
                                               .judge_tile = judge_tile};

/* ------------------------------------------------------------------ start and end */

static int fail_backwards(const skr_expr *source, skr_err *err)
{
    return skr_plan_fail(source, err, "a bracket of places ends before it starts");
}

static int resolve_start(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    const skr_expr *source = node->source;
    const skr_interval range = {
        .from0 = source->start0, .to0 = source->start_to0, .is_start = true};
    int status = resolve_place(plan, node, source->contig, range, err);
    return status == SKR_OK && source->start_to0 <= source->start0 ? fail_backwards(source, err)
                                                                   : status;
}

static skr_verdict judge_start(const skr_plan_node *node, const skr_allele_asked *asked)
{
    const skr_expr *source = node->source;
    const skr_allele *key = asked->key;
    return skr_verdict_of(!node->is_nowhere && node->ranges[0].contig == key->contig &&
                          key->start0 >= source->start0 && key->start0 < source->start_to0);
}

const skr_plan_condition skr_alleles_start = {
    .resolve = resolve_start, .reach = interval_ranges, .judge = judge_start};

/* What ends in a place begins before it. */
static int resolve_end(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    const skr_expr *source = node->source;
    const skr_interval range = {.to0 = source->end_to0, .is_start = true};
    int status = resolve_place(plan, node, source->contig, range, err);
    return status == SKR_OK && source->end_to0 <= source->end0 ? fail_backwards(source, err)
                                                               : status;
}

static skr_verdict judge_end(const skr_plan_node *node, const skr_allele_asked *asked)
{
    const skr_expr *source = node->source;
    const skr_allele *key = asked->key;
    return skr_verdict_of(!node->is_nowhere && node->ranges[0].contig == key->contig &&
                          key->end0 >= source->end0 && key->end0 < source->end_to0);
}

const skr_plan_condition skr_alleles_end = {
    .resolve = resolve_end, .reach = interval_ranges, .judge = judge_end};

/* ------------------------------------------------------------------ genes */

static void offer_gene(void *suggest, const skr_gene *gene)
{
    skr_suggest_offer(suggest, gene->name);
}

int skr_plan_fail_gene(const skr_plan *plan, const skr_plan_node *node, skr_err *err)
{
    char text[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    const skr_assembly *assembly = &plan->snapshot->manifest->assemblies[plan->assembly];
    const skr_gene_table *table = plan->snapshot->genes[plan->assembly];
    const skr_expr *source = node->source;
    bool has_genes = skr_gene_table_count(table) > 0;
    if (!has_genes && (node->is_without_range || assembly->n_annotations == 0))
        return skr_plan_fail(
            source, err, "no genes are loaded for %s%s: 'skerry genes' brings them", assembly->name,
            node->is_without_range
                ? ", and of annotations a gene is asked for beside effect, impact "
                  "or protein"
                : "");
    skr_suggest_init(&suggest, source->text);
    SKR_TRY(skr_gene_table_visit(table, offer_gene, &suggest, err));
    if (!node->is_without_range)
        SKR_TRY(skr_plan_lines_offer_genes(plan, &suggest, err));
    skr_fail(err, SKR_ERR_QUERY, "no gene '%s' in the %s of %s%s", source->text,
             has_genes ? "table" : "annotations", assembly->name, skr_suggest_text(&suggest, text));
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
        status = skr_plan_lines_have_gene(plan, node->source->text, &node->is_without_range, err);
    if (status == SKR_OK && found.n == 0)
        return node->is_without_range ? SKR_OK : skr_plan_fail_gene(plan, node, err);
    if (status < 0)
        return status;
    node->ranges = calloc(found.n, sizeof *node->ranges);
    if (node->ranges == NULL)
        status = skr_fail_nomem(err, "a plan");
    for (uint32_t i = 0; i < found.n && status == SKR_OK; i++) {
        const skr_gene *gene = &found.genes[i];
        char name[SKR_NAME_MAX + 1];
        uint32_t contig = SKR_NONE;
        status = skr_contig_find(plan->build, assembly, gene->contig, &contig, name, err);
        if (contig != SKR_NONE)
            node->ranges[node->n_ranges++] =
                (skr_interval){.contig = contig, .from0 = gene->start0, .to0 = gene->end0};
    }
    skr_gene_list_done(&found);
    return status;
}

const skr_plan_condition skr_alleles_gene = {.resolve = resolve_gene,
                                             .reach = interval_ranges,
                                             .judge = judge_ranges,
                                             .judge_rows = judge_rows,
                                             .judge_tile = judge_tile};
