/* beacon_people.c - conditions on people as filters, and back: terms, fields and measures. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_condition.h"
#include "api/beacon/beacon_json.h"
#include "engine/face/words.h"

const skr_beacon_condition skr_beacon_people_none = {.none = "this condition on people"};
const skr_beacon_condition skr_beacon_people_absent = {.none = "not and absent"};

/* ------------------------------------------------------------------ terms */

/* A term; one that means a sex is that condition, whether or not its ontology is loaded. */
static int read_term(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                     const skr_expr **ret_node, skr_err *err)
{
    int status = skr_query_curie(query, filter->id, &node->text, err);
    if (status == SKR_OK && node->text == NULL)
        status = skr_fail(err, SKR_ERR_QUERY,
                          "filter '%.100s' is not a CURIE; custom filters are not supported",
                          filter->id);
    if (status < 0)
        return status;
    const char *sex = skr_words_sex_of_term(node->text);
    if (sex != NULL)
        *node = (skr_expr){.op = SKR_E_SEX, .compare = SKR_EQ, .text = sex};
    return skr_query_expr(query, node, ret_node, err);
}

/* The terms that mean a sex are read as one, whatever stands beside them. */
static const char *write_id(const skr_expr *node, json_t *filter, skr_beacon_draft *draft)
{
    if (skr_words_sex_of_term(node->text) == NULL)
        return skr_beacon_draft_filter(draft, filter);
    json_decref(filter);
    return "a term that means a sex, as a term";
}

static const char *write_term(const skr_expr *node, skr_beacon_draft *draft)
{
    return write_id(node, json_pack("{s:s}", "id", node->text), draft);
}

static const char *write_only(const skr_expr *node, skr_beacon_draft *draft)
{
    return write_id(node, json_pack("{s:s, s:b}", "id", node->text, "includeDescendantTerms", 0),
                    draft);
}

static const char *write_similar(const skr_expr *node, skr_beacon_draft *draft)
{
    return write_id(node,
                    json_pack("{s:s, s:s}", "id", node->text, "similarity",
                              skr_words_similarity_name((int)node->number)),
                    draft);
}

const skr_beacon_condition skr_beacon_people_similar = {.read_filter = read_term,
                                                        .write = write_similar};
const skr_beacon_condition skr_beacon_people_term = {.read_filter = read_term, .write = write_term};
const skr_beacon_condition skr_beacon_people_only = {.read_filter = read_term, .write = write_only};

/* ------------------------------------------------------------------ fields that are a text */

/* Such a field is equal or it is not. */
static int check_label(const skr_beacon_filter *filter, const skr_expr *node, skr_err *err)
{
    if (node->compare != SKR_EQ && node->compare != SKR_NE)
        return skr_fail(err, SKR_ERR_QUERY, "filter %s: operator %s needs a number", filter->id,
                        filter->comparison);
    bool is_origin = node->op == SKR_E_COUNTRY || node->op == SKR_E_ANCESTRY;
    if (!is_origin && strchr(filter->value, '%') != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "filter %s: the wildcard %% is not supported",
                        filter->id);
    return SKR_OK;
}

static int read_sex(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                    const skr_expr **ret_node, skr_err *err)
{
    skr_sex_word sex;
    SKR_TRY(check_label(filter, node, err));
    if (!skr_words_sex(filter->value, &sex))
        return skr_fail(err, SKR_ERR_QUERY, "filter %s: '%.60s' is none of %s, %s, %s, %s",
                        filter->id, filter->value, skr_words_sex_at(0), skr_words_sex_at(1),
                        skr_words_sex_at(2), skr_words_sex_at(3));
    return skr_query_sex(query, &sex, node, ret_node, err);
}

static int read_karyotype(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                          const skr_expr **ret_node, skr_err *err)
{
    SKR_TRY(check_label(filter, node, err));
    SKR_TRY(skr_query_text(query, filter->value, strlen(filter->value), &node->text, err));
    return skr_query_expr(query, node, ret_node, err);
}

static int read_origin(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                       const skr_expr **ret_node, skr_err *err)
{
    SKR_TRY(check_label(filter, node, err));
    SKR_TRY(skr_query_origin(query, filter->value, &node->text, err));
    return skr_query_expr(query, node, ret_node, err);
}

static const char *write_label(const skr_expr *node, skr_beacon_draft *draft)
{
    const char *id = skr_beacon_condition_of(node->op)->fields[0];
    if (!skr_json_is_utf8(node->text))
        return "a text that is not UTF-8";
    return skr_beacon_draft_filter(draft, json_pack("{s:s, s:s, s:s}", "id", id, "operator",
                                                    skr_compare_beacon_sign(node->compare), "value",
                                                    node->text));
}

static const char *write_sex(const skr_expr *node, skr_beacon_draft *draft)
{
    const char *code = skr_words_sex_code(node->text);
    if (node->compare != SKR_EQ || code == NULL)
        return write_label(node, draft);
    return skr_beacon_draft_filter(draft, json_pack("{s:s}", "id", code));
}

const skr_beacon_condition skr_beacon_people_sex = {
    .fields = {"sex"}, .read_filter = read_sex, .write = write_sex};
const skr_beacon_condition skr_beacon_people_karyotype = {
    .fields = {"karyotypicSex"}, .read_filter = read_karyotype, .write = write_label};
const skr_beacon_condition skr_beacon_people_country = {
    .fields = {"geographicOrigin"}, .read_filter = read_origin, .write = write_label};
const skr_beacon_condition skr_beacon_people_ancestry = {
    .fields = {"ethnicity"}, .read_filter = read_origin, .write = write_label};

/* ------------------------------------------------------------------ ages */

static int read_age(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                    const skr_expr **ret_node, skr_err *err)
{
    if (!skr_words_age(filter->value, &node->number))
        return skr_fail(err, SKR_ERR_QUERY,
                        "filter %s: '%.60s' is neither years nor a duration like P40Y", filter->id,
                        filter->value);
    return skr_query_expr(query, node, ret_node, err);
}

static const char *write_age(const skr_expr *node, skr_beacon_draft *draft)
{
    if (node->text != NULL)
        return skr_beacon_people_none.none; /* the onset of one disease */
    return skr_beacon_draft_compare(draft, skr_beacon_condition_of(node->op)->fields[0],
                                    node->compare, node->number);
}

const skr_beacon_condition skr_beacon_people_age = {
    .fields = {"age", "ageAtLastEncounter"}, .read_filter = read_age, .write = write_age};
const skr_beacon_condition skr_beacon_people_onset = {
    .fields = {"diseases.ageOfOnset.iso8601duration", "diseases.ageOfOnset",
               "diseases.ageOfOnset.age.iso8601duration", "ageOfOnset", "ageAtDiagnosis"},
    .read_filter = read_age,
    .write = write_age};

/* ------------------------------------------------------------------ measures */

static int read_number(const skr_beacon_filter *filter, double *ret_number, skr_err *err)
{
    char *end = NULL;
    double number = strtod(filter->value, &end);
    if (filter->value[0] == '\0' || *end != '\0' || !isfinite(number) ||
        strpbrk(filter->value, "xXnN ") != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "filter %s: '%.60s' is not a number", filter->id,
                        filter->value);
    *ret_number = number;
    return SKR_OK;
}

/* A CURIE with a value; what compares anything else comes here too. */
static int read_value(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                      const skr_expr **ret_node, skr_err *err)
{
    SKR_TRY(skr_query_curie(query, filter->id, &node->text, err));
    if (node->text == NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "filter '%.100s' is unknown: it is neither a CURIE nor one of age, "
                        "ageAtDiagnosis, diseases.ageOfOnset.iso8601duration, sex, "
                        "karyotypicSex, ethnicity, geographicOrigin",
                        filter->id);
    SKR_TRY(read_number(filter, &node->number, err));
    return skr_query_expr(query, node, ret_node, err);
}

static const char *write_value(const skr_expr *node, skr_beacon_draft *draft)
{
    return skr_beacon_draft_compare(draft, node->text, node->compare, node->number);
}

const skr_beacon_condition skr_beacon_people_value = {.read_filter = read_value,
                                                      .write = write_value};
