/*
 * beacon_filters.c - filters into conditions on people.
 *
 * Between filters stands AND; an array among them is a group of which one has to match. A filter is
 * a term, or a field with an operator and a value; as a text it is written in one word, as in a GET
 * ("HP:0001250", "age:>=P40Y"). The scope must be one whose facts are kept per person.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_condition.h"
#include "api/beacon/beacon_json.h"
#include "engine/face/words.h"
#include "storage/base/limits.h"

static int read_operator(const char *text, skr_compare *ret_compare, skr_err *err)
{
    size_t n = skr_compare_read(text, true, ret_compare);
    if (n > 0 && text[n] == '\0')
        return SKR_OK;
    return skr_fail(err, SKR_ERR_QUERY, "operator '%.20s' is none of " SKR_COMPARE_BEACON_SIGNS,
                    text);
}

/* The condition that a filter says: a term, a field, or a CURIE with a measured value. */
static int make_node(skr_query *query, const skr_beacon_filter *filter, const skr_expr **ret_node,
                     skr_err *err)
{
    skr_expr node = {.op = filter->is_similar      ? SKR_E_SIMILAR
                           : filter->is_exact_term ? SKR_E_ONLY
                                                   : SKR_E_TERM};
    node.number = filter->is_similar ? filter->level : 0;
    if (filter->is_similar && (filter->is_exact_term || filter->comparison != NULL))
        return skr_fail(err, SKR_ERR_QUERY,
                        "filter %s: similarity is of a term with its descendants, and stands "
                        "beside no operator",
                        filter->id);
    if (filter->comparison != NULL) {
        SKR_TRY(read_operator(filter->comparison, &node.compare, err));
        if (!skr_beacon_condition_find(filter->id, &node.op))
            node.op = SKR_E_VALUE;
    } else if (skr_beacon_filter_is_effect(filter)) {
        node.op = SKR_A_EFFECT;
    }
    const skr_beacon_condition *row = skr_beacon_condition_of(node.op);
    return row->read_filter(query, filter, &node, ret_node, err);
}

/* ------------------------------------------------------------------ a filter as a text */

/* The place of the first operator's sign, or the end. */
static size_t find_sign(const char *text)
{
    size_t n = 0;
    skr_compare compare;
    while (text[n] != '\0' && skr_compare_read(text + n, true, &compare) == 0)
        n++;
    return n;
}

/* "!HP:0001250": everybody else of the dataset, also those of whom nothing is said. */
static int read_not(skr_query *query, const char *text, const skr_expr **ret_node, skr_err *err)
{
    skr_beacon_filter words = {.id = text + 1 + strspn(text + 1, " ")};
    skr_expr node = {.op = SKR_E_NOT};
    if (words.id[0] == '\0' || words.id[0] == '!')
        return skr_fail(err, SKR_ERR_QUERY, "filter '%.60s' has no id", text);
    if (words.id[find_sign(words.id)] != '\0')
        return skr_fail(err, SKR_ERR_QUERY, "filter '%.60s': ! stands before a term alone", text);
    SKR_TRY(make_node(query, &words, &node.left, err));
    if (skr_beacon_is_of_alleles(node.left))
        return skr_fail(err, SKR_ERR_QUERY,
                        "filter '%.60s': ! stands before a term of people, not one of alleles",
                        text);
    return skr_query_expr(query, &node, ret_node, err);
}

/* "HP:0001250", "age:>=P40Y", "LOINC:3141-9>75.3": what stands before the operator, it, the rest.
 */
static int read_word(skr_query *query, const char *text, const skr_expr **ret_node, skr_err *err)
{
    if (strlen(text) > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "a filter is longer than %u letters", SKR_NAME_MAX);
    if (text[0] == '!')
        return read_not(query, text, ret_node, err);
    const char *curie = NULL;
    int status = skr_query_curie(query, text, &curie, err);
    if (status < 0)
        return status;
    char *id = strdup(text);
    if (id == NULL)
        return skr_fail_nomem(err, "a filter");
    char comparison[SKR_COMPARE_SIGN_MAX] = "";
    skr_beacon_filter words = {.id = id};
    size_t n = find_sign(text);
    if (text[n] != '\0' && curie == NULL) {
        skr_compare compare;
        size_t n_sign = skr_compare_read(text + n, true, &compare);
        memcpy(comparison, text + n, n_sign);
        words.comparison = comparison;
        words.value = text + n + n_sign;
        n -= n > 0 && text[n - 1] == ':';
        id[n] = '\0';
    }
    status = id[0] == '\0' ? skr_fail(err, SKR_ERR_QUERY, "filter '%.60s' has no id", text)
                           : make_node(query, &words, ret_node, err);
    free(id);
    return status;
}

/* ------------------------------------------------------------------ a filter as an object */

/* The names of entry types, singular and plural: what clients put for a scope. All facts are kept
 * per person, so it narrows nothing. A list must have one that is known. */
static int check_scope(const json_t *scope, skr_err *err)
{
    static const char *const known[] = {"individual",
                                        "individuals",
                                        "biosample",
                                        "biosamples",
                                        "g_variant",
                                        "genomicVariation",
                                        "genomicVariations",
                                        "genomicVariant",
                                        "genomicVariants",
                                        "g_variants",
                                        "run",
                                        "runs",
                                        "analysis",
                                        "analyses",
                                        "dataset",
                                        "datasets",
                                        "cohort",
                                        "cohorts"};
    if (json_is_array(scope)) {
        size_t at;
        json_t *one;
        json_array_foreach(scope, at, one) SKR_TRY(check_scope(one, err));
        return SKR_OK;
    }
    const char *text = json_string_value(scope);
    for (size_t i = 0; i < sizeof known / sizeof *known && text != NULL; i++)
        if (strcasecmp(text, known[i]) == 0)
            return SKR_OK;
    char shown[80];
    return skr_fail(err, SKR_ERR_QUERY,
                    "scope %s is no entry type; there are individual, biosample, genomicVariation, "
                    "run, analysis, dataset, cohort",
                    skr_json_shown(scope, shown));
}

/* What /filtering_terms tells beside the id, and a client gives back with it. */
static bool is_described(const char *name)
{
    static const char *const names[] = {"type",   "label", "description", "filterType",
                                        "values", "info",  "isEditable",  "$schema"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static int read_similarity(const json_t *value, skr_beacon_filter *words, skr_err *err)
{
    const char *similarity = json_string_value(value);
    char shown[80];
    if (similarity != NULL && strcasecmp(similarity, "exact") == 0)
        return SKR_OK;
    words->level = similarity != NULL ? skr_words_similarity(similarity) : -1;
    words->is_similar = words->level >= 0;
    return words->is_similar
               ? SKR_OK
               : skr_fail(err, SKR_ERR_QUERY, "similarity %s is none of exact, high, medium, low",
                          skr_json_shown(value, shown));
}

static int read_member(const char *name, const json_t *value, skr_beacon_filter *words,
                       skr_err *err)
{
    bool is_true = true;
    int status = SKR_OK;
    if (strcmp(name, "id") == 0) {
        words->id = json_string_value(value);
    } else if (strcmp(name, "operator") == 0) {
        words->comparison = json_string_value(value);
        if (words->comparison == NULL)
            status = skr_fail(err, SKR_ERR_QUERY, "operator is not a text");
    } else if (strcmp(name, "includeDescendantTerms") == 0) {
        status = skr_json_bool(value, name, &is_true, err);
        words->is_exact_term = !is_true;
    } else if (strcmp(name, "similarity") == 0) {
        status = read_similarity(value, words, err);
    } else if (strcmp(name, "scope") == 0 || strcmp(name, "scopes") == 0) {
        status = check_scope(value, err);
    } else if (strcmp(name, "value") != 0 && !is_described(name)) {
        status = skr_fail(err, SKR_ERR_QUERY, "filters: member '%s' is unknown", name);
    }
    return status;
}

/* The value as a text; number has room for 40 bytes. Arrays and objects give NULL. */
static const char *value_text(const json_t *value, char *number)
{
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        (void)snprintf(number, 40, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        (void)snprintf(number, 40, "%.17g", json_real_value(value));
    else
        return NULL;
    return number;
}

static int read_object(skr_query *query, const json_t *filter, const skr_expr **ret_node,
                       skr_err *err)
{
    skr_beacon_filter words = {0};
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)filter, name, member)
    {
        int status = json_is_null(member) ? SKR_OK : read_member(name, member, &words, err);
        if (status < 0)
            return status;
    }
    if (words.id == NULL || words.id[0] == '\0')
        return skr_fail(err, SKR_ERR_QUERY, "filters: a filter has no id");
    if (strlen(words.id) > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "filters: an id is longer than %u letters",
                        SKR_NAME_MAX);
    char number[40];
    json_t *value = json_object_get(filter, "value");
    if (value != NULL && !json_is_null(value)) {
        words.value = value_text(value, number);
        if (words.value == NULL)
            return skr_fail(err, SKR_ERR_QUERY, "filter %s: value is neither text nor number",
                            words.id);
        words.comparison = words.comparison == NULL ? "=" : words.comparison;
    } else if (words.comparison != NULL) {
        return skr_fail(err, SKR_ERR_QUERY, "filter %s: operator without a value", words.id);
    } else if (!words.is_exact_term && !words.is_similar && words.id[find_sign(words.id)] != '\0') {
        return read_word(query, words.id, ret_node, err);
    }
    return make_node(query, &words, ret_node, err);
}

/* ------------------------------------------------------------------ the list */

static int read_one(skr_query *query, const json_t *filter, const skr_expr **ret_node, skr_err *err)
{
    char shown[80];
    if (json_is_object(filter))
        return read_object(query, filter, ret_node, err);
    if (json_is_string(filter))
        return read_word(query, json_string_value(filter), ret_node, err);
    return skr_fail(err, SKR_ERR_QUERY, "filters: %s is not a filter",
                    skr_json_shown(filter, shown));
}

static int read_group(skr_query *query, const json_t *group, const skr_expr **ret_node,
                      skr_err *err)
{
    const skr_expr *any = NULL;
    size_t at;
    json_t *filter;
    if (json_array_size(group) == 0)
        return skr_fail(err, SKR_ERR_QUERY, "filters: an empty group matches nobody");
    json_array_foreach(group, at, filter)
    {
        const skr_expr *one = NULL;
        int status = read_one(query, filter, &one, err);
        if (status < 0)
            return status;
        if (any != NULL && skr_beacon_is_of_alleles(any) != skr_beacon_is_of_alleles(one))
            return skr_fail(err, SKR_ERR_QUERY,
                            "filters: a group has conditions on alleles and on people; make them "
                            "two requests");
        skr_expr either = {.op = SKR_E_OR, .left = any, .right = one};
        if (any == NULL)
            any = one;
        else if ((status = skr_query_expr(query, &either, &any, err)) < 0)
            return status;
    }
    *ret_node = any;
    return SKR_OK;
}

/* Appends a filter to text as a GET would write it: the echo is a list of texts. */
static void echo_filter(const json_t *filter, char *text, size_t n_text)
{
    char number[40] = "";
    const char *id = json_string_value(json_object_get(filter, "id"));
    const char *comparison = json_string_value(json_object_get(filter, "operator"));
    const char *value = value_text(json_object_get(filter, "value"), number);
    if (json_is_string(filter))
        (void)snprintf(text, n_text, "%s", json_string_value(filter));
    else if (value == NULL)
        (void)snprintf(text, n_text, "%s", id == NULL ? "" : id);
    else
        (void)snprintf(text, n_text, "%s:%s%s", id, comparison == NULL ? "=" : comparison, value);
}

static void echo(json_t *list, const json_t *filter)
{
    char text[3 * SKR_NAME_MAX];
    if (!json_is_array(filter)) {
        echo_filter(filter, text, sizeof text);
        skr_json_append(list, skr_json_text(text));
        return;
    }
    size_t at;
    size_t n = 0;
    json_t *member;
    text[0] = '\0';
    json_array_foreach(filter, at, member)
    {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", at == 0 ? "" : " or ");
        if (n < sizeof text)
            echo_filter(member, text + n, sizeof text - n);
        n = strlen(text);
    }
    skr_json_append(list, skr_json_text(text));
}

int skr_beacon_read_filters(skr_beacon_request *request, const json_t *filters, skr_err *err)
{
    if (!json_is_array(filters))
        return skr_fail(err, SKR_ERR_QUERY, "query.filters is not an array");
    size_t at;
    size_t n = 0;
    json_t *filter;
    json_array_foreach(filters, at, filter) n +=
        json_is_array(filter) ? json_array_size(filter) : 1;
    if (n > SKR_FILTERS_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "%zu filters, those in groups counted; at most %u", n,
                        SKR_FILTERS_MAX);
    json_t *list = json_array();
    skr_json_set(request->summary, "filters", list);
    json_array_foreach(filters, at, filter)
    {
        const skr_expr *node = NULL;
        if (json_is_null(filter))
            continue;
        int status = json_is_array(filter) ? read_group(request->query, filter, &node, err)
                                           : read_one(request->query, filter, &node, err);
        const skr_expr **part = status == SKR_OK && skr_beacon_is_of_alleles(node)
                                    ? &request->alleles
                                    : &request->people;
        if (status == SKR_OK)
            status = skr_query_join(request->query, SKR_E_AND, *part, node, part, err);
        if (status < 0)
            return status;
        echo(list, filter);
    }
    return SKR_OK;
}
