/*
 * beacon_effects.c - what annotations say of alleles, in Beacon's words and back: effects, impact,
 * changes of proteins, significance, genes as values of filters.
 *
 * Parameters have a gene and a change of a protein; the rest are filters whose scope is the
 * variant. All are asked of one allele, and of one line of its annotation.
 */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_condition.h"
#include "engine/face/words.h"

/* What is unequal is not clear: an allele has many lines. */
static int check_equal(const skr_beacon_filter *filter, const skr_expr *node, skr_err *err)
{
    if (node->compare == SKR_EQ)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_QUERY, "filter %s: its operator is =, not %s", filter->id,
                    filter->comparison);
}

int skr_beacon_read_word(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                         const skr_expr **ret_node, skr_err *err)
{
    SKR_TRY(check_equal(filter, node, err));
    SKR_TRY(skr_query_text(query, filter->value, strlen(filter->value), &node->text, err));
    return skr_query_expr(query, node, ret_node, err);
}

static const char *write_value(const skr_expr *node, skr_beacon_draft *draft)
{
    const char *id = skr_beacon_condition_of(node->op)->fields[0];
    return skr_beacon_draft_filter(
        draft, json_pack("{s:s, s:s, s:s}", "id", id, "operator", "=", "value", node->text));
}

/* ------------------------------------------------------------------ effects */

bool skr_beacon_filter_is_effect(const skr_beacon_filter *filter)
{
    char curie[SKR_CURIE_MAX];
    char effect[SKR_CURIE_MAX];
    return skr_words_curie(filter->id, curie) && strncmp(curie, "SO:", 3) == 0 &&
           skr_words_effect(curie, effect);
}

static int read_effect(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                       const skr_expr **ret_node, skr_err *err)
{
    char curie[SKR_CURIE_MAX];
    const char *word = filter->value;
    if (filter->comparison != NULL)
        SKR_TRY(check_equal(filter, node, err));
    else
        word = skr_words_curie(filter->id, curie) ? curie : filter->id;
    if (filter->is_exact_term)
        return skr_fail(err, SKR_ERR_QUERY,
                        "filter %s: an effect is asked for with its descendants; "
                        "includeDescendantTerms cannot be false",
                        filter->id);
    SKR_TRY(skr_query_effect(query, word, &node->text, err));
    return skr_query_expr(query, node, ret_node, err);
}

static const char *write_effect(const skr_expr *node, skr_beacon_draft *draft)
{
    char curie[SKR_CURIE_MAX];
    if (!skr_words_effect(node->text, curie))
        return write_value(node, draft);
    return skr_beacon_draft_filter(draft, json_pack("{s:s}", "id", curie));
}

const skr_beacon_condition skr_beacon_alleles_effect = {
    .fields = {"molecularAttributes.molecularEffects.id", "molecularAttributes.molecularEffects",
               "molecularEffects", "molecularEffect"},
    .read_filter = read_effect,
    .write = write_effect};

/* ------------------------------------------------------------------ impact, significance */

static int read_impact(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                       const skr_expr **ret_node, skr_err *err)
{
    static const char *const impacts[] = {"high", "moderate", "low", "modifier"};
    SKR_TRY(check_equal(filter, node, err));
    for (size_t i = 0; i < sizeof impacts / sizeof *impacts; i++)
        if (strcasecmp(filter->value, impacts[i]) == 0)
            node->text = impacts[i];
    if (node->text == NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "filter %s is one of high, moderate, low, modifier, not '%.60s'",
                        filter->id, filter->value);
    return skr_query_expr(query, node, ret_node, err);
}

const skr_beacon_condition skr_beacon_alleles_impact = {
    .fields = {"impact", "molecularAttributes.impact"},
    .read_filter = read_impact,
    .write = write_value};

static int read_significance(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                             const skr_expr **ret_node, skr_err *err)
{
    SKR_TRY(check_equal(filter, node, err));
    SKR_TRY(skr_query_significance(query, filter->value, &node->text, err));
    return skr_query_expr(query, node, ret_node, err);
}

const skr_beacon_condition skr_beacon_alleles_significance = {
    .fields = {"variantLevelData.clinicalInterpretations.clinicalRelevance",
               "clinicalInterpretations.clinicalRelevance", "clinicalRelevance",
               "clinicalSignificance"},
    .read_filter = read_significance,
    .write = write_value};

/* ------------------------------------------------------------------ protein */

static int read_protein(skr_beacon_asked *asked, skr_err *err)
{
    skr_expr node = {.op = SKR_A_PROTEIN};
    if (asked->words->aminoacid_change == NULL)
        return SKR_OK;
    SKR_TRY(skr_query_protein(asked->query, asked->words->aminoacid_change, &node.text, err));
    return skr_beacon_asked_add(asked, &node, err);
}

static const char *write_protein(const skr_expr *node, skr_beacon_draft *draft)
{
    return skr_beacon_draft_text(draft, "aminoacidChange", node->text,
                                 "more than one change of a protein");
}

static int read_change(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                       const skr_expr **ret_node, skr_err *err)
{
    SKR_TRY(check_equal(filter, node, err));
    SKR_TRY(skr_query_protein(query, filter->value, &node->text, err));
    return skr_query_expr(query, node, ret_node, err);
}

const skr_beacon_condition skr_beacon_alleles_protein = {
    .parameters = {"aminoacidChange"},
    .fields = {"molecularAttributes.aminoacidChanges", "aminoacidChanges"},
    .read = read_protein,
    .read_filter = read_change,
    .write = write_protein};
