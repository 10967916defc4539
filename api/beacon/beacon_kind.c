/* beacon_kind.c - what narrows alleles beside a place, in Beacon's words and back: gene, type,
 * length. What annotations say is in beacon_effects.c. */
#include <jansson.h>

#include "api/beacon/beacon_condition.h"

const skr_beacon_condition skr_beacon_alleles_none = {
    .none = "a condition on alleles other than place, bases, gene, type and length"};

/* ------------------------------------------------------------------ gene */

static int read_gene(skr_beacon_asked *asked, skr_err *err)
{
    const skr_expr node = {.op = SKR_A_GENE, .text = asked->words->gene};
    return node.text != NULL ? skr_beacon_asked_add(asked, &node, err) : SKR_OK;
}

static const char *write_gene(const skr_expr *node, skr_beacon_draft *draft)
{
    return skr_beacon_draft_text(draft, "geneId", node->text, "more than one gene");
}

const skr_beacon_condition skr_beacon_alleles_gene = {
    .parameters = {"geneId"},
    .fields = {"molecularAttributes.geneIds", "geneIds"},
    .read = read_gene,
    .read_filter = skr_beacon_read_word,
    .write = write_gene};

/* ------------------------------------------------------------------ type */

/* In VCF's words, or as a term of SO or EFO. */
static int read_type(skr_beacon_asked *asked, skr_err *err)
{
    const char *type = asked->words->variant_type;
    skr_expr node = {.op = SKR_A_TYPE};
    const skr_expr any = {.op = SKR_E_ALL};
    if (type == NULL)
        return SKR_OK;
    if (skr_query_type_is_any(type))
        return asked->all != NULL ? SKR_OK : skr_beacon_asked_add(asked, &any, err);
    int status = skr_query_type(asked->query, "variantType", type, &node.text, err);
    return status < 0 ? status : skr_beacon_asked_add(asked, &node, err);
}

static const char *write_type(const skr_expr *node, skr_beacon_draft *draft)
{
    return skr_beacon_draft_text(draft, "variantType", node->text, "more than one type of allele");
}

const skr_beacon_condition skr_beacon_alleles_type = {
    .parameters = {"variantType"}, .read = read_type, .write = write_type};

/* ------------------------------------------------------------------ length */

static int read_length(skr_beacon_asked *asked, skr_err *err)
{
    const skr_variant_words *words = asked->words;
    skr_expr least = {.op = SKR_A_LENGTH, .compare = SKR_GE, .number = (double)words->min_length};
    skr_expr most = {.op = SKR_A_LENGTH, .compare = SKR_LE, .number = (double)words->max_length};
    if (words->has_min_length && words->has_max_length && words->min_length > words->max_length)
        return skr_fail(err, SKR_ERR_QUERY, "variantMinLength is above variantMaxLength");
    int status = words->has_min_length ? skr_beacon_asked_add(asked, &least, err) : SKR_OK;
    if (status == SKR_OK && words->has_max_length)
        status = skr_beacon_asked_add(asked, &most, err);
    return status;
}

/* A parameter of the draft, or what it is when it is left out. */
static json_int_t said(const skr_beacon_draft *draft, const char *parameter, json_int_t otherwise)
{
    const json_t *value = json_object_get(draft->parameters, parameter);
    return value != NULL ? json_integer_value(value) : otherwise;
}

static const char *write_length(const skr_expr *node, skr_beacon_draft *draft)
{
    static const char comparison[] = "this comparison of lengths";
    unsigned outcomes = skr_compare_outcomes(node->compare);
    bool may_be_below = (outcomes & SKR_BELOW) != 0;
    bool may_be_above = (outcomes & SKR_ABOVE) != 0;
    json_int_t is_strict = (outcomes & SKR_EQUAL) == 0;
    if (!(node->number >= 0 && node->number < 4e9) || (may_be_below && may_be_above))
        return comparison;
    json_int_t length = (json_int_t)node->number;
    if (length < is_strict)
        return comparison;
    const char *why = NULL;
    if (!may_be_below)
        why = skr_beacon_draft_set(draft, "variantMinLength", json_integer(length + is_strict),
                                   comparison);
    if (why == NULL && !may_be_above)
        why = skr_beacon_draft_set(draft, "variantMaxLength", json_integer(length - is_strict),
                                   comparison);
    if (why == NULL &&
        said(draft, "variantMinLength", 0) > said(draft, "variantMaxLength", INT64_MAX))
        why = "lengths that no allele has";
    return why;
}

const skr_beacon_condition skr_beacon_alleles_length = {
    .parameters = {"variantMinLength", "variantMaxLength"},
    .read = read_length,
    .write = write_length};
