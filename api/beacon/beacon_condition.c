/* beacon_condition.c - the table of how Beacon says conditions, and what its rows share. */
#include "api/beacon/beacon_condition.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_json.h"
#include "engine/face/words.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/number_text.h"

#define OF_ALLELES(op, word, syntax, judge, beacon)                                                \
    extern const skr_beacon_condition skr_beacon_alleles_##beacon;
#define OF_PEOPLE(op, word, syntax, judge, beacon)                                                 \
    extern const skr_beacon_condition skr_beacon_people_##beacon;
SKR_ALLELE_CONDITIONS(OF_ALLELES)
SKR_PEOPLE_CONDITIONS(OF_PEOPLE)

#define ROW_OF_ALLELES(op, word, syntax, judge, beacon) [op] = &skr_beacon_alleles_##beacon,
#define ROW_OF_PEOPLE(op, word, syntax, judge, beacon) [op] = &skr_beacon_people_##beacon,
static const skr_beacon_condition *const conditions[SKR_N_EXPR_OPS] = {
    SKR_ALLELE_CONDITIONS(ROW_OF_ALLELES) SKR_PEOPLE_CONDITIONS(ROW_OF_PEOPLE)};

const skr_beacon_condition *skr_beacon_condition_of(skr_expr_op op)
{
    SKR_CHECK((size_t)op < SKR_N_EXPR_OPS);
    return conditions[op];
}

bool skr_beacon_condition_find(const char *id, skr_expr_op *ret_op)
{
    if (strncasecmp(id, "individual.", 11) == 0 || strncasecmp(id, "individuals.", 12) == 0)
        id = strchr(id, '.') + 1;
    for (size_t op = 0; op < SKR_N_EXPR_OPS; op++) {
        const skr_beacon_condition *row = conditions[op];
        for (size_t i = 0; row != NULL && row->fields[i] != NULL; i++) {
            if (strcasecmp(id, row->fields[i]) != 0)
                continue;
            *ret_op = (skr_expr_op)op;
            return true;
        }
    }
    return false;
}

bool skr_beacon_is_of_alleles(const skr_expr *node)
{
    while (node->op == SKR_E_AND || node->op == SKR_E_OR || node->op == SKR_E_NOT)
        node = node->left;
#define IS_OF_ALLELES(op, word, syntax, judge, beacon) case op:
    switch (node->op) {
        SKR_ALLELE_CONDITIONS(IS_OF_ALLELES)
        return true;
    default:
        return false;
    }
}

/* ------------------------------------------------------------------ reading */

int skr_beacon_asked_add(skr_beacon_asked *asked, const skr_expr *node, skr_err *err)
{
    const skr_expr *kept = NULL;
    SKR_TRY(skr_query_expr(asked->query, node, &kept, err));
    return skr_query_join(asked->query, SKR_E_AND, asked->all, kept, &asked->all, err);
}

int skr_beacon_contig(const char *reference_name, const char **ret_contig,
                      const char **ret_assembly, skr_err *err)
{
    skr_reference_word word = skr_words_reference(reference_name);
    if (word.is_stranger)
        return skr_fail(err, SKR_ERR_QUERY,
                        "referenceName %s is no chromosome of a known assembly with its version",
                        reference_name);
    *ret_contig = word.contig;
    if (word.assembly != NULL)
        *ret_assembly = word.assembly;
    return SKR_OK;
}

/* ------------------------------------------------------------------ writing */

bool skr_beacon_draft_has(const skr_beacon_draft *draft, const char *parameter)
{
    return json_object_get(draft->parameters, parameter) != NULL;
}

const char *skr_beacon_draft_set(skr_beacon_draft *draft, const char *parameter, json_t *value,
                                 const char *twice)
{
    if (skr_beacon_draft_has(draft, parameter)) {
        json_decref(value);
        return twice;
    }
    skr_json_set(draft->parameters, parameter, value);
    return NULL;
}

const char *skr_beacon_draft_text(skr_beacon_draft *draft, const char *parameter, const char *text,
                                  const char *twice)
{
    if (!skr_json_is_utf8(text))
        return "a text that is not UTF-8";
    return skr_beacon_draft_set(draft, parameter, json_string(text), twice);
}

const char *skr_beacon_draft_filter(skr_beacon_draft *draft, json_t *filter)
{
    if (json_array_size(draft->filters) == SKR_FILTERS_MAX) {
        json_decref(filter);
        return "more conditions on people than a request may have";
    }
    skr_json_append(draft->filters, filter);
    return NULL;
}

/* How many digits a number needs to be read as the same. */
static int digits_of(double number)
{
    char text[SKR_REAL_TEXT_MAX];
    for (int n = 1; n < 17; n++) {
        (void)snprintf(text, sizeof text, "%.*g", n, number);
        if (strtod(text, NULL) == number)
            return n;
    }
    return 17;
}

const char *skr_beacon_draft_compare(skr_beacon_draft *draft, const char *id, skr_compare compare,
                                     double number)
{
    int n = digits_of(number);
    draft->n_digits = n > draft->n_digits ? n : draft->n_digits;
    return skr_beacon_draft_filter(draft,
                                   json_pack("{s:s, s:s, s:f}", "id", id, "operator",
                                             skr_compare_beacon_sign(compare), "value", number));
}
