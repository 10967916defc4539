/*
 * beacon_text.c - from the tree of a question to the Beacon request that asks the same.
 *
 * Beacon joins filters by AND, knows no NOT, and takes one variant: a question that says more has
 * no request, and the answer names the part that is too much.
 */
#include "tools/skerry/beacon_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/words.h"
#include "storage/base/limits.h"

/* A request being made. too_much: why there is none, or NULL. */
typedef struct request {
    json_t *parameters;
    json_t *filters;
    const char *too_much;
} request;

static bool is_small_number(double number)
{
    return number >= 0 && number < 4e9;
}

static void set_variant(request *out, const char *text)
{
    skr_variant_word variant;
    if (!skr_words_variant(text, &variant)) {
        out->too_much = "a variant that has no canonical form";
        return;
    }
    if (variant.is_span) {
        json_object_set_new(out->parameters, "genomicAlleleShortForm", json_string(text));
        return;
    }
    json_object_set_new(out->parameters, "referenceName", json_string(variant.contig));
    json_object_set_new(out->parameters, "start", json_pack("[I]", (json_int_t)variant.start0));
    if (variant.is_structural && memchr(variant.alt, '@', variant.n_alt) != NULL) {
        out->too_much = "a structural variant with a mate";
    } else if (variant.is_structural && memchr(variant.alt, '+', variant.n_alt) != NULL) {
        out->too_much = "a structural variant with its length";
    } else if (variant.is_structural) {
        json_object_set_new(out->parameters, "end", json_pack("[I]", (json_int_t)variant.end0));
        json_object_set_new(out->parameters, "variantType",
                            json_stringn(variant.alt, variant.n_alt));
        return;
    }
    json_object_set_new(out->parameters, "referenceBases",
                        json_stringn(variant.ref, variant.n_ref));
    json_object_set_new(out->parameters, "alternateBases",
                        json_stringn(variant.alt, variant.n_alt));
}

static void set_region(request *out, const skr_expr *node)
{
    char contig[SKR_NAME_MAX + 1];
    if (!skr_words_contig(node->contig, contig)) {
        out->too_much = "a contig that has no canonical name";
        return;
    }
    json_object_set_new(out->parameters, "referenceName", json_string(contig));
    if (node->end0 == UINT32_MAX)
        return;
    json_object_set_new(out->parameters, "start", json_pack("[I]", (json_int_t)node->start0));
    json_object_set_new(out->parameters, "end", json_pack("[I]", (json_int_t)node->end0));
}

static bool set_contig(request *out, const char *written)
{
    char contig[SKR_NAME_MAX + 1];
    const char *said = json_string_value(json_object_get(out->parameters, "referenceName"));
    if (!skr_words_contig(written, contig))
        out->too_much = "a contig that has no canonical name";
    else if (said != NULL && strcmp(said, contig) != 0)
        out->too_much = "more than one place";
    else
        json_object_set_new(out->parameters, "referenceName", json_string(contig));
    return out->too_much == NULL;
}

static void set_pattern(request *out, const skr_expr *node)
{
    if (!set_contig(out, node->contig))
        return;
    json_object_set_new(out->parameters, "start", json_pack("[I]", (json_int_t)node->start0));
    json_object_set_new(out->parameters, "referenceBases", json_string(node->ref));
    json_object_set_new(out->parameters, "alternateBases", json_string(node->alt));
}

/* Where an allele begins, or where it ends: two values of one parameter. */
static void set_bracket(request *out, const skr_expr *node)
{
    bool is_start = node->op == SKR_A_START;
    const char *key = is_start ? "start" : "end";
    json_int_t from0 = is_start ? node->start0 : node->end0;
    json_int_t to0 = is_start ? node->start_to0 : node->end_to0;
    if (json_object_get(out->parameters, key) != NULL)
        out->too_much = "more than one place";
    else if (set_contig(out, node->contig))
        json_object_set_new(out->parameters, key, json_pack("[I, I]", from0, to0));
}

static void set_alt(request *out, const skr_expr *node)
{
    if (json_object_get(out->parameters, "alternateBases") != NULL)
        out->too_much = "more than one ALT";
    else
        json_object_set_new(out->parameters, "alternateBases", json_string(node->text));
}

/* What was said of the place, together: a request takes two values of start and end only together
 * and without bases, and ALT beside one place. */
static void settle_place(request *out)
{
    json_t *start = json_object_get(out->parameters, "start");
    const json_t *end = json_object_get(out->parameters, "end");
    bool has_alt = json_object_get(out->parameters, "alternateBases") != NULL;
    bool is_wide = json_array_size(start) == 2;
    if (is_wide && end == NULL && has_alt &&
        json_integer_value(json_array_get(start, 0)) + 1 ==
            json_integer_value(json_array_get(start, 1)))
        json_array_remove(start, 1);
    else if (is_wide != (json_array_size(end) == 2))
        out->too_much = "where alleles begin or end, one without the other";
    else if (is_wide && has_alt)
        out->too_much = "bases and where alleles begin and end";
    else if (has_alt && json_object_get(out->parameters, "referenceName") == NULL &&
             json_object_get(out->parameters, "geneId") == NULL)
        out->too_much = "ALT without a place";
}

static void set_length(request *out, const skr_expr *node)
{
    unsigned outcomes = skr_compare_outcomes(node->compare);
    bool may_be_below = (outcomes & SKR_BELOW) != 0;
    bool may_be_above = (outcomes & SKR_ABOVE) != 0;
    bool is_strict = (outcomes & SKR_EQUAL) == 0;
    if (!is_small_number(node->number) || (may_be_below && may_be_above)) {
        out->too_much = "this comparison of lengths";
        return;
    }
    json_int_t length = (json_int_t)node->number;
    if (!may_be_below)
        json_object_set_new(out->parameters, "variantMinLength", json_integer(length + is_strict));
    if (!may_be_above)
        json_object_set_new(out->parameters, "variantMaxLength", json_integer(length - is_strict));
}

/* Each parameter may be said once: a second place or gene has nowhere to go. */
static bool is_said(const request *out, const char *key)
{
    return json_object_get(out->parameters, key) != NULL;
}

static void add_alleles(request *out, const skr_expr *node)
{
    switch (node->op) {
    case SKR_E_AND:
        add_alleles(out, node->left);
        add_alleles(out, node->right);
        return;
    case SKR_A_START:
    case SKR_A_END:
        set_bracket(out, node);
        return;
    case SKR_A_ALT:
        set_alt(out, node);
        return;
    case SKR_A_VARIANT:
    case SKR_A_SEQUENCE:
    case SKR_A_REGION:
        if (is_said(out, "referenceName") || is_said(out, "genomicAlleleShortForm"))
            out->too_much = "more than one place";
        else if (node->op == SKR_A_VARIANT)
            set_variant(out, node->text);
        else if (node->op == SKR_A_SEQUENCE)
            set_pattern(out, node);
        else
            set_region(out, node);
        return;
    case SKR_A_GENE:
        if (is_said(out, "geneId"))
            out->too_much = "more than one gene";
        else
            json_object_set_new(out->parameters, "geneId", json_string(node->text));
        return;
    case SKR_A_TYPE:
        if (is_said(out, "variantType"))
            out->too_much = "more than one type of allele";
        else
            json_object_set_new(out->parameters, "variantType", json_string(node->text));
        return;
    case SKR_A_LENGTH:
        set_length(out, node);
        return;
    case SKR_E_OR:
    case SKR_E_NOT:
        out->too_much = "or and not among alleles";
        return;
    default:
        out->too_much = "a condition on alleles other than place, bases, gene, type and length";
        return;
    }
}

static void add_filter(request *out, json_t *filter)
{
    json_array_append_new(out->filters, filter);
}

static void add_comparison(request *out, const char *id, skr_compare compare, double number)
{
    add_filter(out, json_pack("{s:s, s:s, s:f}", "id", id, "operator",
                              skr_compare_beacon_sign(compare), "value", number));
}

static void add_sex(request *out, const skr_expr *node)
{
    skr_sex_word sex;
    bool is_equal = node->compare == SKR_EQ;
    if (is_equal && skr_words_sex(node->text, &sex))
        add_filter(out, json_pack("{s:s}", "id", skr_words_sex_code(sex.name)));
    else
        add_filter(out, json_pack("{s:s, s:s, s:s}", "id", "sex", "operator", is_equal ? "=" : "!",
                                  "value", node->text));
}

static void add_people(request *out, const skr_expr *node)
{
    switch (node->op) {
    case SKR_E_ALL:
        return;
    case SKR_E_AND:
        add_people(out, node->left);
        add_people(out, node->right);
        return;
    case SKR_E_CARRIES:
        if (json_object_size(out->parameters) > 0)
            out->too_much = "more than one carries(...)";
        else
            add_alleles(out, node->alleles);
        if (out->too_much == NULL)
            settle_place(out);
        return;
    case SKR_E_TERM:
        add_filter(out, json_pack("{s:s}", "id", node->text));
        return;
    case SKR_E_ONLY:
        add_filter(out, json_pack("{s:s, s:b}", "id", node->text, "includeDescendantTerms", 0));
        return;
    case SKR_E_SEX:
        add_sex(out, node);
        return;
    case SKR_E_AGE:
        add_comparison(out, "age", node->compare, node->number);
        return;
    case SKR_E_VALUE:
        add_comparison(out, node->text, node->compare, node->number);
        return;
    case SKR_E_OR:
        out->too_much = "or among people";
        return;
    case SKR_E_NOT:
    case SKR_E_ABSENT:
        out->too_much = "not and absent";
        return;
    default:
        if (node->op == SKR_E_ONSET && node->text == NULL)
            add_comparison(out, "diseases.ageOfOnset.iso8601duration", node->compare, node->number);
        else
            out->too_much = "this condition on people";
        return;
    }
}

static int put_request(request *out, const char *assembly, skr_buffer *text, skr_err *err)
{
    if (assembly != NULL && json_object_size(out->parameters) > 0)
        json_object_set_new(out->parameters, "assemblyId", json_string(assembly));
    json_t *body = json_pack("{s:{s:s}, s:{s:O, s:O, s:s}}", "meta", "apiVersion", "2.0", "query",
                             "requestParameters", out->parameters, "filters", out->filters,
                             "requestedGranularity", "count");
    char *dumped = body == NULL ? NULL : json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(body);
    if (dumped == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a Beacon request");
    int status = skr_buffer_put(text, "beacon: POST /api/individuals ", 30, err);
    if (status == SKR_OK)
        status = skr_buffer_put(text, dumped, strlen(dumped), err);
    if (status == SKR_OK)
        status = skr_buffer_put(text, "\n", 1, err);
    free(dumped);
    return status;
}

int skr_beacon_text(const skr_expr *expr, const char *assembly, skr_buffer *text, skr_err *err)
{
    char line[160];
    request out = {.parameters = json_object(), .filters = json_array()};
    int status;
    if (out.parameters == NULL || out.filters == NULL) {
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for a Beacon request");
        goto out;
    }
    add_people(&out, expr);
    if (out.too_much != NULL) {
        (void)snprintf(line, sizeof line, "beacon: no request asks this: %s\n", out.too_much);
        status = skr_buffer_put(text, line, strlen(line), err);
        goto out;
    }
    status = put_request(&out, assembly, text, err);
out:
    json_decref(out.parameters);
    json_decref(out.filters);
    return status;
}
