/*
 * plan_lines.c - the alleles of which some line of annotation is as asked.
 *
 * The maps of a table say which of its chunks can hold one. Of those, the chunks that lie where the
 * rest of the question looks are read, and the keys of what is found are kept.
 */
#include "engine/plan/plan_lines.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/effects/protein.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

/* What a condition means in one table. */
typedef struct leaf_test {
    const skr_plan_node *node;
    uint8_t *is_yes; /* by number of an effect, a gene or a word of significance */
    uint8_t *has_it; /* by chunk: the gene, or the name */
    skr_impact impact;
} leaf_test;

typedef struct table_test {
    const skr_annotation_table *table;
    const skr_annotation_map *maps;
    uint32_t n_maps;
    const skr_plan_lines *lines;
    leaf_test *leaves;
    const skr_annotation_chunk *chunk; /* of the line that is judged */
} table_test;

void skr_plan_lines_free(skr_plan_lines *lines)
{
    if (lines == NULL)
        return;
    free(lines->leaves);
    if (lines->is_wanted != NULL)
        for (uint32_t i = 0; lines->is_wanted[i] != NULL; i++)
            free(lines->is_wanted[i]);
    free(lines->is_wanted);
    free(lines->reach.items);
    free(lines->alleles);
    skr_names_done(&lines->texts);
    free(lines);
}

/* ------------------------------------------------------------------ a table */

static int mark_effects(leaf_test *leaf, const skr_annotation_table *table, skr_err *err)
{
    uint32_t n = 0;
    const char *text = leaf->node->source->text;
    const char *const *effects = skr_annotation_table_effects(table, &n);
    uint32_t asked = skr_effect_find(text, strlen(text));
    leaf->is_yes = calloc(n + 1u, 1);
    if (leaf->is_yes == NULL)
        return skr_fail_nomem(err, "a plan");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t term = skr_effect_find(effects[i], strlen(effects[i]));
        leaf->is_yes[i] = asked != SKR_NONE && term != SKR_NONE ? skr_effect_is_a(term, asked)
                                                                : strcasecmp(effects[i], text) == 0;
    }
    return SKR_OK;
}

static int mark_significances(leaf_test *leaf, const skr_annotation_table *table, skr_err *err)
{
    uint32_t n = 0;
    const char *const *words = skr_annotation_table_significances(table, &n);
    leaf->is_yes = calloc(n + 1u, 1);
    if (leaf->is_yes == NULL)
        return skr_fail_nomem(err, "a plan");
    for (uint32_t i = 0; i < n; i++)
        leaf->is_yes[i] = strcmp(words[i], leaf->node->source->text) == 0;
    return SKR_OK;
}

static int mark_genes(const skr_plan *plan, leaf_test *leaf, const table_test *test, skr_err *err)
{
    const skr_annotation_gene *genes = NULL;
    uint32_t n = 0;
    skr_plan_gene names;
    SKR_TRY(skr_annotation_table_genes(test->table, &genes, &n, err));
    leaf->is_yes = calloc(n + 1u, 1);
    leaf->has_it = calloc(test->n_maps + 1u, 1);
    if (leaf->is_yes == NULL || leaf->has_it == NULL)
        return skr_fail_nomem(err, "a plan");
    SKR_TRY(skr_plan_gene_find(plan, leaf->node->source->text, &names, err));
    for (uint32_t i = 0; i < n; i++) {
        leaf->is_yes[i] = skr_plan_gene_is(&names, &genes[i]);
        for (uint32_t c = 0; leaf->is_yes[i] != 0 && c < genes[i].n_chunks; c++)
            leaf->has_it[genes[i].chunks[c]] = 1;
    }
    skr_plan_gene_done(&names);
    return SKR_OK;
}

static int mark_names(leaf_test *leaf, const table_test *test, skr_err *err)
{
    uint32_t *chunks = NULL;
    uint32_t n = 0;
    leaf->has_it = calloc(test->n_maps + 1u, 1);
    if (leaf->has_it == NULL)
        return skr_fail_nomem(err, "a plan");
    SKR_TRY(
        skr_annotation_table_find_name(test->table, leaf->node->source->text, &chunks, &n, err));
    for (uint32_t c = 0; c < n; c++)
        leaf->has_it[chunks[c]] = 1;
    free(chunks);
    return SKR_OK;
}

static void table_test_done(table_test *test)
{
    for (uint32_t i = 0; test->leaves != NULL && i < test->lines->n_leaves; i++) {
        free(test->leaves[i].is_yes);
        free(test->leaves[i].has_it);
    }
    free(test->leaves);
}

static int mark_leaf(const skr_plan *plan, table_test *test, leaf_test *leaf, skr_err *err)
{
    const char *text = leaf->node->source->text;
    switch (leaf->node->op) {
    case SKR_A_EFFECT:
        return mark_effects(leaf, test->table, err);
    case SKR_A_SIGNIFICANCE:
        return mark_significances(leaf, test->table, err);
    case SKR_A_GENE:
        return mark_genes(plan, leaf, test, err);
    case SKR_A_NAME:
        return mark_names(leaf, test, err);
    case SKR_A_IMPACT:
        leaf->impact = skr_effect_impact_find(text, strlen(text));
        return SKR_OK;
    default:
        return SKR_OK; /* a protein is compared as it is */
    }
}

/* What the conditions mean in a table; freed with table_test_done, also after a failure. */
static int table_test_init(const skr_plan *plan, const skr_plan_lines *lines,
                           const skr_annotation_table *table, table_test *test, skr_err *err)
{
    *test = (table_test){.table = table, .lines = lines};
    SKR_TRY(skr_annotation_table_maps(table, &test->maps, &test->n_maps, err));
    test->leaves = calloc(lines->n_leaves + 1u, sizeof *test->leaves);
    if (test->leaves == NULL)
        return skr_fail_nomem(err, "a plan");
    for (uint32_t i = 0; i < lines->n_leaves; i++) {
        test->leaves[i].node = lines->leaves[i];
        SKR_TRY(mark_leaf(plan, test, &test->leaves[i], err));
    }
    return SKR_OK;
}

static const leaf_test *leaf_of(const table_test *test, const skr_plan_node *node)
{
    uint32_t i = 0;
    while (i < test->lines->n_leaves && test->leaves[i].node != node)
        i++;
    SKR_CHECK(i < test->lines->n_leaves); /* plan_group.c lists all of a tree */
    return &test->leaves[i];
}

/* ------------------------------------------------------------------ chunks */

static bool has_any(const uint32_t *numbers, uint32_t first, uint32_t n, const uint8_t *is_yes)
{
    for (uint32_t i = 0; i < n; i++)
        if (is_yes[numbers[first + i]] != 0)
            return true;
    return false;
}

/* May a chunk hold a line that is as asked? */
static bool may_hold(const table_test *test, const skr_plan_node *node, uint32_t chunk)
{
    SKR_ASSERT(chunk < test->n_maps);
    const skr_annotation_map *map = &test->maps[chunk];
    if (node->op == SKR_E_AND)
        return may_hold(test, node->left, chunk) && may_hold(test, node->right, chunk);
    if (node->op == SKR_E_OR)
        return may_hold(test, node->left, chunk) || may_hold(test, node->right, chunk);
    const leaf_test *leaf = leaf_of(test, node);
    switch (node->op) {
    case SKR_A_GENE:
    case SKR_A_NAME:
        return leaf->has_it[chunk] != 0;
    case SKR_A_EFFECT:
        return has_any(map->effects, 0, map->n_effects, leaf->is_yes);
    case SKR_A_SIGNIFICANCE:
        return has_any(map->significances, 0, map->n_significances, leaf->is_yes);
    case SKR_A_IMPACT:
        return (map->impacts >> leaf->impact & 1) != 0;
    default:
        return map->has_proteins;
    }
}

/* Adds where the alleles of a chunk start. */
static int reach_chunk(skr_plan_lines *lines, const skr_annotation_map *map, skr_err *err)
{
    const skr_interval reach = {
        .contig = map->contig, .from0 = map->first0, .to0 = map->last0 + 1, .is_start = true};
    return skr_plan_interval_add(&lines->reach, reach, err);
}

static int find_chunks(skr_plan_lines *lines, table_test *test, uint32_t number, skr_err *err)
{
    lines->is_wanted[number] = calloc(test->n_maps + 1u, 1);
    if (lines->is_wanted[number] == NULL)
        return skr_fail_nomem(err, "a plan");
    for (uint32_t c = 0; c < test->n_maps; c++) {
        if (!may_hold(test, lines->tree, c))
            continue;
        lines->is_wanted[number][c] = 1;
        SKR_TRY(reach_chunk(lines, &test->maps[c], err));
    }
    return SKR_OK;
}

int skr_plan_lines_find(skr_plan *plan, skr_err *err)
{
    uint32_t n_tables = 0;
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    int status = SKR_OK;
    for (skr_plan_node *node = plan->nodes; status == SKR_OK && node != NULL; node = node->next)
        for (uint32_t i = 0; node->lines != NULL && status == SKR_OK && i < n_tables; i++) {
            table_test test;
            status = table_test_init(plan, node->lines, tables[i], &test, err);
            if (status == SKR_OK)
                status = find_chunks(node->lines, &test, i, err);
            table_test_done(&test);
        }
    return status;
}

/* ------------------------------------------------------------------ lines */

/* Is a line as asked, and does it have to be: is one of the words true that it takes? A gene alone
 * is asked by its place. */
typedef struct outcome {
    bool is_true;
    bool has_word;
} outcome;

static bool is_leaf_true(const table_test *test, const skr_plan_node *node,
                         const skr_annotation_line *line)
{
    const leaf_test *leaf = leaf_of(test, node);
    switch (node->op) {
    case SKR_A_GENE:
        return line->gene != SKR_NONE && leaf->is_yes[line->gene] != 0;
    case SKR_A_EFFECT:
        return has_any(test->chunk->numbers, line->first_effect, line->n_effects, leaf->is_yes);
    case SKR_A_IMPACT:
        return line->impact == leaf->impact;
    default:
        return line->n_protein > 0 &&
               skr_protein_is(line->protein, line->n_protein, node->source->text);
    }
}

static outcome judge_line(const table_test *test, const skr_plan_node *node,
                          const skr_annotation_line *line)
{
    if (node->condition != NULL) {
        bool is_true = is_leaf_true(test, node, line);
        return (outcome){is_true, is_true && node->op != SKR_A_GENE};
    }
    outcome left = judge_line(test, node->left, line);
    if (node->op == SKR_E_AND && !left.is_true)
        return left;
    outcome right = judge_line(test, node->right, line);
    if (node->op == SKR_E_OR)
        return (outcome){left.is_true || right.is_true, left.has_word || right.has_word};
    bool is_true = right.is_true;
    return (outcome){is_true, is_true && (left.has_word || right.has_word)};
}

static bool is_asked(const table_test *test, const skr_annotated *one)
{
    const skr_plan_node *tree = test->lines->tree;
    const skr_annotation_chunk *chunk = test->chunk;
    if (tree->op == SKR_A_SIGNIFICANCE)
        return one->n_significances > 0 && has_any(chunk->numbers, one->first_significance,
                                                   one->n_significances, test->leaves[0].is_yes);
    if (tree->op == SKR_A_NAME)
        return skr_annotation_is_named(chunk, one, tree->source->text);
    for (uint32_t i = 0; i < one->n_lines; i++)
        if (judge_line(test, tree, &chunk->lines[one->first_line + i]).has_word)
            return true;
    return false;
}

/* ------------------------------------------------------------------ alleles */

/* A text that lives as long as the lines; alleles have few different ones. */
static int keep_text(skr_plan_lines *lines, const char *text, uint32_t n, const char **ret_kept,
                     skr_err *err)
{
    uint32_t number = 0;
    *ret_kept = "";
    if (n == 0)
        return SKR_OK;
    SKR_TRY(skr_names_add_n(&lines->texts, text, n, &number, NULL, err));
    *ret_kept = skr_names_at(&lines->texts, number);
    return SKR_OK;
}

static int keep_allele(skr_plan_lines *lines, const skr_allele *allele, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&lines->alleles, &lines->n_max, (size_t)lines->n + 1,
                              "alleles that are asked for", err));
    skr_allele *kept = &lines->alleles[lines->n];
    *kept = *allele;
    SKR_TRY(keep_text(lines, allele->ref, allele->n_ref, &kept->ref, err));
    SKR_TRY(keep_text(lines, allele->alt, allele->n_alt, &kept->alt, err));
    lines->n++;
    return SKR_OK;
}

/* Is any place of the question's in the chunk? */
static bool is_in_reach(const skr_interval_list *reach, const skr_annotation_map *map)
{
    if (reach->is_everywhere)
        return true;
    for (size_t i = 0; i < reach->n; i++) {
        const skr_interval *place = &reach->items[i];
        uint32_t last0 = place->is_start ? map->last0 : map->end0;
        if (place->contig == map->contig && map->first0 < place->to0 && last0 >= place->from0)
            return true;
    }
    return false;
}

static int read_table(const skr_plan *plan, skr_plan_lines *lines, table_test *test,
                      const uint8_t *is_wanted, skr_err *err)
{
    skr_annotation_chunk chunk = {0};
    int status = SKR_OK;
    test->chunk = &chunk;
    for (uint32_t c = 0; status == SKR_OK && c < test->n_maps; c++) {
        if (is_wanted[c] == 0 || !is_in_reach(&plan->reach, &test->maps[c]))
            continue;
        status = skr_annotation_table_read(test->table, c, &chunk, err);
        for (uint32_t i = 0; status == SKR_OK && i < chunk.n; i++)
            if (is_asked(test, &chunk.alleles[i]))
                status = keep_allele(lines, &chunk.alleles[i].allele, err);
    }
    skr_annotation_chunk_done(&chunk);
    return status;
}

static int compare_alleles(const void *a, const void *b)
{
    return skr_segment_allele_compare(a, b);
}

/* Several tables may have an allele. */
static void sort_alleles(skr_plan_lines *lines)
{
    uint32_t n = 0;
    if (lines->n > 1)
        qsort(lines->alleles, lines->n, sizeof *lines->alleles, compare_alleles);
    for (uint32_t i = 0; i < lines->n; i++)
        if (n == 0 || compare_alleles(&lines->alleles[n - 1], &lines->alleles[i]) != 0)
            lines->alleles[n++] = lines->alleles[i];
    lines->n = n;
}

/* Of so many alleles the places are told; of more, those of the chunks stay. */
#define PLACES_MAX 4096u

/* Alleles that lie closer together than this are one place. */
#define GAP_MAX 1024u

static int reach_alleles(skr_plan_lines *lines, skr_err *err)
{
    if (lines->n > PLACES_MAX)
        return SKR_OK;
    lines->reach.n = 0;
    for (uint32_t i = 0; i < lines->n; i++) {
        const skr_allele *allele = &lines->alleles[i];
        skr_interval *last = lines->reach.n == 0 ? NULL : &lines->reach.items[lines->reach.n - 1];
        if (last != NULL && last->contig == allele->contig &&
            allele->start0 < last->to0 + GAP_MAX) {
            last->to0 = allele->start0 + 1;
            continue;
        }
        SKR_TRY(skr_plan_interval_add(&lines->reach,
                                      (skr_interval){.contig = allele->contig,
                                                     .from0 = allele->start0,
                                                     .to0 = allele->start0 + 1,
                                                     .is_start = true},
                                      err));
    }
    return SKR_OK;
}

static int read_lines(const skr_plan *plan, skr_plan_lines *lines, skr_err *err)
{
    uint32_t n_tables = 0;
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < n_tables; i++) {
        table_test test;
        status = table_test_init(plan, lines, tables[i], &test, err);
        if (status == SKR_OK)
            status = read_table(plan, lines, &test, lines->is_wanted[i], err);
        table_test_done(&test);
    }
    if (status != SKR_OK)
        return status;
    SKR_CHECK(!lines->is_read);
    sort_alleles(lines);
    lines->is_read = true;
    return reach_alleles(lines, err);
}

int skr_plan_lines_read(skr_plan *plan, skr_err *err)
{
    for (skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        if (node->lines != NULL)
            SKR_TRY(read_lines(plan, node->lines, err));
    free(plan->reach.items);
    plan->reach = (skr_interval_list){0};
    return skr_plan_find_intervals(plan, err);
}

/* ------------------------------------------------------------------ judging */

typedef struct key_search {
    const skr_plan_lines *lines;
    const skr_allele *key;
} key_search;

static bool is_before(const void *context, size_t at)
{
    const key_search *search = context;
    return skr_segment_allele_compare(&search->lines->alleles[at], search->key) < 0;
}

static skr_verdict judge_lines(const skr_plan_node *node, const skr_allele_asked *asked)
{
    const skr_plan_lines *lines = node->lines;
    const key_search search = {lines, asked->key};
    if (!lines->is_read)
        return SKR_MAYBE;
    size_t at = skr_array_search(lines->n, is_before, &search);
    return skr_verdict_of(at < lines->n &&
                          skr_segment_allele_compare(&lines->alleles[at], asked->key) == 0);
}

/* Rows and alleles both ascend. */
static skr_verdicts judge_rows(const skr_plan_node *node, const skr_row_block *block)
{
    const skr_plan_lines *lines = node->lines;
    skr_allele key = skr_segment_tile_rows_allele(block->rows, block->from);
    const key_search search = {lines, &key};
    uint32_t last0 = block->rows->start0[block->from + block->n - 1];
    skr_verdicts result = {0};
    SKR_ASSERT(lines->is_read && block->n > 0);
    size_t at = skr_array_search(lines->n, is_before, &search);
    for (uint32_t i = 0; i < block->n && at < lines->n; i++) {
        const skr_allele *next = &lines->alleles[at];
        if (next->contig != block->rows->contig || next->start0 > last0)
            break;
        key = skr_segment_tile_rows_allele(block->rows, block->from + i);
        while (at < lines->n && skr_segment_allele_compare(&lines->alleles[at], &key) < 0)
            at++;
        if (at < lines->n && skr_segment_allele_compare(&lines->alleles[at], &key) == 0)
            result.yes |= UINT64_C(1) << i;
    }
    result.no = block->judged.all & ~result.yes;
    return result;
}

static skr_verdict judge_tile(const skr_plan_node *node, const skr_tile_asked *asked)
{
    const skr_plan_lines *lines = node->lines;
    SKR_ASSERT(lines->is_read);
    const skr_allele first = {.contig = asked->tile->contig, .start0 = asked->tile->min_start0};
    const key_search search = {lines, &first};
    size_t at = skr_array_search(lines->n, is_before, &search);
    bool is_there = at < lines->n && lines->alleles[at].contig == asked->tile->contig &&
                    lines->alleles[at].start0 <= asked->tile->max_start0;
    return is_there ? SKR_MAYBE : SKR_NO;
}

static int reach_lines(const skr_plan_node *node, skr_interval_list *list, skr_err *err)
{
    for (size_t i = 0; i < node->lines->reach.n; i++)
        SKR_TRY(skr_plan_interval_add(list, node->lines->reach.items[i], err));
    return SKR_OK;
}

const skr_plan_condition skr_plan_condition_lines = {.reach = reach_lines,
                                                     .judge = judge_lines,
                                                     .judge_rows = judge_rows,
                                                     .judge_tile = judge_tile,
                                                     .tells_apart = true};
