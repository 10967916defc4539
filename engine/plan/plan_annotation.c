/*
 * plan_annotation.c - conditions on annotations: effect, impact, protein, significance, name.
 *
 * They are not judged one by one: plan_group.c takes those of one line together.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/plan/plan_lines.h"
#include "index/effects/significance.h"
#include "storage/base/suggest.h"

skr_annotation_table *const *skr_plan_lines_tables(const skr_plan *plan, uint32_t *ret_n)
{
    *ret_n = 0;
    if (plan->assembly == SKR_NONE)
        return NULL;
    *ret_n = plan->snapshot->manifest->assemblies[plan->assembly].n_annotations;
    return plan->snapshot->annotations[plan->assembly];
}

int skr_plan_lines_check(const skr_plan *plan, const skr_plan_node *node, skr_err *err)
{
    uint32_t n = 0;
    const skr_assembly *assembly =
        plan->assembly == SKR_NONE ? NULL : &plan->snapshot->manifest->assemblies[plan->assembly];
    (void)skr_plan_lines_tables(plan, &n);
    if (n == 0)
        return skr_plan_fail(node->source, err,
                             "no annotations are loaded%s%s, so '%s' cannot be asked for: 'skerry "
                             "annotate' brings them",
                             assembly != NULL ? " for " : "",
                             assembly != NULL ? assembly->name : "",
                             node->source->text == NULL ? "" : node->source->text);
    for (uint32_t i = 0; i < n && plan->snapshot->references[plan->assembly] != NULL; i++)
        if (assembly->annotations[i].has_raw_indels)
            return skr_plan_fail(
                node->source, err,
                "the annotations of %.200s were read before %s had a reference, so "
                "their indels may lie elsewhere: 'skerry annotate' them again",
                assembly->annotations[i].source, assembly->name);
    return SKR_OK;
}

/* ------------------------------------------------------------------ effect */

/* Does any table have an effect under a name that is no term? */
static bool is_said(const skr_plan *plan, const char *text)
{
    uint32_t n_tables = 0;
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    for (uint32_t i = 0; i < n_tables; i++) {
        uint32_t n = 0;
        const char *const *effects = skr_annotation_table_effects(tables[i], &n);
        for (uint32_t e = 0; e < n; e++)
            if (strcasecmp(effects[e], text) == 0)
                return true;
    }
    return false;
}

static int resolve_effect(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    const char *text = node->source->text;
    SKR_TRY(skr_plan_lines_check(plan, node, err));
    if (skr_effect_find(text, strlen(text)) != SKR_NONE || is_said(plan, text))
        return SKR_OK;
    skr_suggest_init(&suggest, text);
    skr_effect_offer(&suggest);
    return skr_plan_fail(node->source, err,
                         "'%.200s' is no effect: a term of the Sequence Ontology below "
                         "sequence_variant%s",
                         text, skr_suggest_text(&suggest, nearest));
}

const skr_plan_condition skr_alleles_effect = {
    .resolve = resolve_effect, .is_of_line = true, .tells_apart = true};

/* ------------------------------------------------------------------ impact and protein */

static int resolve_word(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    return skr_plan_lines_check(plan, node, err);
}

const skr_plan_condition skr_alleles_impact = {
    .resolve = resolve_word, .is_of_line = true, .tells_apart = true};
const skr_plan_condition skr_alleles_protein = {
    .resolve = resolve_word, .is_of_line = true, .tells_apart = true};

/* ------------------------------------------------------------------ significance */

static int resolve_significance(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    uint32_t n_tables = 0;
    uint32_t n_all = 0;
    bool is_there = skr_significance_is_known(node->source->text);
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    SKR_TRY(skr_plan_lines_check(plan, node, err));
    skr_suggest_init(&suggest, node->source->text);
    skr_significance_offer(&suggest);
    for (uint32_t i = 0; i < n_tables; i++) {
        uint32_t n = 0;
        const char *const *words = skr_annotation_table_significances(tables[i], &n);
        n_all += n;
        for (uint32_t w = 0; w < n; w++) {
            is_there = is_there || strcmp(words[w], node->source->text) == 0;
            skr_suggest_offer(&suggest, words[w]);
        }
    }
    if (n_all == 0)
        return skr_plan_fail(node->source, err,
                             "no annotations with clinical significance (CLNSIG) are loaded");
    return is_there ? SKR_OK
                    : skr_plan_fail(node->source, err, "'%.200s' is no clinical significance%s",
                                    node->source->text, skr_suggest_text(&suggest, nearest));
}

const skr_plan_condition skr_alleles_significance = {.resolve = resolve_significance,
                                                     .tells_apart = true};

/* ------------------------------------------------------------------ names of alleles */

/* Does any table have the name? Whoever asks is told: names are of a list, not of people. */
static int resolve_known_as(skr_plan *plan, skr_plan_node *node, skr_err *err)
{
    uint32_t n_tables = 0;
    uint64_t n_names = 0;
    uint32_t n_all = 0;
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    const char *text = node->source->text;
    for (uint32_t i = 0; i < n_tables; i++)
        n_names += skr_annotation_table_n_names(tables[i]);
    if (n_names == 0)
        return skr_plan_fail(node->source, err,
                             "no names of alleles are loaded, so '%.200s' cannot be asked for: "
                             "'skerry annotate --names' takes them from the ID column",
                             text);
    SKR_TRY(skr_plan_lines_check(plan, node, err));
    for (uint32_t i = 0; i < n_tables && n_all == 0; i++) {
        uint32_t *chunks = NULL;
        SKR_TRY(skr_annotation_table_find_name(tables[i], text, &chunks, &n_all, err));
        free(chunks);
    }
    return n_all > 0 ? SKR_OK
                     : skr_plan_fail(node->source, err,
                                     "no allele is called '%.200s': of the names that are loaded "
                                     "none is that",
                                     text);
}

const skr_plan_condition skr_alleles_known_as = {.resolve = resolve_known_as, .tells_apart = true};

/* ------------------------------------------------------------------ genes by name */

int skr_plan_gene_find(const skr_plan *plan, const char *text, skr_plan_gene *ret, skr_err *err)
{
    *ret = (skr_plan_gene){.text = text};
    return skr_gene_table_find(plan->snapshot->genes[plan->assembly], text, &ret->genes, err);
}

void skr_plan_gene_done(skr_plan_gene *names)
{
    skr_gene_list_done(&names->genes);
}

bool skr_plan_gene_is(const skr_plan_gene *names, const skr_annotation_gene *gene)
{
    size_t n_id = skr_gene_id_length(names->text);
    if (strcasecmp(gene->symbol, names->text) == 0 || strcasecmp(gene->id, names->text) == 0 ||
        (strlen(gene->id) == n_id && n_id > 0 && strncasecmp(gene->id, names->text, n_id) == 0))
        return true;
    for (uint32_t i = 0; i < names->genes.n; i++) {
        const skr_gene *known = &names->genes.genes[i];
        if ((known->id[0] != '\0' && strcasecmp(known->id, gene->id) == 0) ||
            (known->name[0] != '\0' && strcasecmp(known->name, gene->symbol) == 0))
            return true;
    }
    return false;
}

int skr_plan_lines_have_gene(const skr_plan *plan, const char *text, bool *ret_has, skr_err *err)
{
    uint32_t n_tables = 0;
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    const skr_plan_gene names = {.text = text};
    *ret_has = false;
    for (uint32_t i = 0; i < n_tables && !*ret_has; i++) {
        const skr_annotation_gene *genes = NULL;
        uint32_t n = 0;
        SKR_TRY(skr_annotation_table_genes(tables[i], &genes, &n, err));
        for (uint32_t g = 0; g < n && !*ret_has; g++)
            *ret_has = skr_plan_gene_is(&names, &genes[g]);
    }
    return SKR_OK;
}

int skr_plan_lines_offer_genes(const skr_plan *plan, skr_suggest *suggest, skr_err *err)
{
    uint32_t n_tables = 0;
    skr_annotation_table *const *tables = skr_plan_lines_tables(plan, &n_tables);
    for (uint32_t i = 0; i < n_tables; i++) {
        const skr_annotation_gene *genes = NULL;
        uint32_t n = 0;
        SKR_TRY(skr_annotation_table_genes(tables[i], &genes, &n, err));
        for (uint32_t g = 0; g < n; g++)
            skr_suggest_offer(suggest, genes[g].symbol);
    }
    return SKR_OK;
}
