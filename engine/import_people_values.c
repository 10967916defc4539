/*
 * import_people_values.c - members of JSON objects, each of the type that it must be, and the facts
 * that lists of them state. A door to jansson.
 */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/import_people_values_int.h"
#include "engine/query.h"

/* A list of things said, the members that name its terms, and what they are. */
typedef struct list_rule {
    const char *list;
    const char *term;
    const char *other_term; /* or NULL */
    skr_term_kind kind;
} list_rule;

static const list_rule lists[] = {
    {"phenotypicFeatures", "type", "featureType", SKR_TERM_PHENOTYPE},
    {"diseases", "term", "diseaseCode", SKR_TERM_DISEASE},
    {"measurements", "assay", "assayCode", SKR_TERM_MEASURE},
    {"measures", "assayCode", "assay", SKR_TERM_MEASURE},
    {"treatments", "treatmentCode", "agent", SKR_TERM_TREATMENT},
    {"interventionsOrProcedures", "procedureCode", "code", SKR_TERM_PROCEDURE},
    {"exposures", "exposureCode", NULL, SKR_TERM_EXPOSURE},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ------------------------------------------------------------------ members */

/* phenotypicFeatures as phenotypic_features: protobuf's JSON may be written either way. */
static void snake_case(const char *name, char *snake, size_t n_snake)
{
    size_t n = 0;
    for (; *name != '\0' && n + 2 < n_snake; name++) {
        if (isupper((unsigned char)*name))
            snake[n++] = '_';
        snake[n++] = (char)tolower((unsigned char)*name);
    }
    snake[n] = '\0';
}

json_t *skr_member_find(const json_t *object, const char *name)
{
    char snake[64];
    if (object == NULL || name == NULL)
        return NULL;
    json_t *member = json_object_get(object, name);
    if (member == NULL) {
        snake_case(name, snake, sizeof snake);
        member = json_object_get(object, snake);
    }
    return json_is_null(member) ? NULL : member;
}

static int wrong_type(skr_people_reader *r, const char *where, const char *name, const char *type)
{
    return skr_reader_fail(r, "%s%s%s must be %s", where, where[0] == '\0' ? "" : ".", name, type);
}

/* The member as an object or NULL when it is not there. */
int skr_member_object(skr_people_reader *r, const json_t *object, const char *where,
                      const char *name, json_t **ret_member)
{
    json_t *member = skr_member_find(object, name);
    if (member != NULL && !json_is_object(member))
        return wrong_type(r, where, name, "an object");
    *ret_member = member;
    return SKR_OK;
}

int skr_member_array(skr_people_reader *r, const json_t *object, const char *where,
                     const char *name, json_t **ret_member)
{
    json_t *member = skr_member_find(object, name);
    if (member != NULL && !json_is_array(member))
        return wrong_type(r, where, name, "an array");
    *ret_member = member;
    return SKR_OK;
}

int skr_member_text(skr_people_reader *r, const json_t *object, const char *where, const char *name,
                    const char **ret_text)
{
    json_t *member = skr_member_find(object, name);
    if (member != NULL && !json_is_string(member))
        return wrong_type(r, where, name, "a text");
    *ret_text = json_string_value(member);
    return SKR_OK;
}

static int bool_of(skr_people_reader *r, const json_t *object, const char *where, const char *name,
                   bool *ret_value)
{
    json_t *member = skr_member_find(object, name);
    if (member != NULL && !json_is_boolean(member))
        return wrong_type(r, where, name, "true or false");
    *ret_value = *ret_value || json_is_true(member);
    return SKR_OK;
}

/* ------------------------------------------------------------------ ages */

/* The duration in any of its places: "P3Y", {iso8601duration}, {age: any of these}. */
int skr_member_age(skr_people_reader *r, json_t *age, const char *where, double *ret_years)
{
    const char *text = NULL;
    for (int depth = 0; age != NULL && depth < 3; depth++) {
        if (json_is_string(age)) {
            text = json_string_value(age);
            break;
        }
        if (!json_is_object(age))
            return skr_reader_fail(r, "%s must be an object or a duration", where);
        int status = skr_member_text(r, age, where, "iso8601duration", &text);
        if (status < 0 || text != NULL) {
            if (status < 0)
                return status;
            break;
        }
        age = skr_member_find(age, "age");
    }
    if (text == NULL || text[0] == '\0')
        return SKR_OK;
    if (!skr_age_parse(text, ret_years))
        skr_reader_skip(r, "%s: \"%.40s\" is no ISO 8601 duration", where, text);
    return SKR_OK;
}

/* ------------------------------------------------------------------ facts */

int skr_member_terms(skr_people_reader *r, const json_t *term, const char *where,
                     skr_said_terms *ret_terms)
{
    ret_terms->n = 0;
    ret_terms->label = NULL;
    if (term == NULL) {
        skr_reader_skip(r, "%s: no term", where);
        return SKR_OK;
    }
    if (!json_is_object(term))
        return skr_reader_fail(r, "%s: a term must be an object with an id", where);
    const char *id = NULL;
    int status = skr_member_text(r, term, where, "id", &id);
    if (status == SKR_OK)
        status = skr_member_text(r, term, where, "label", &ret_terms->label);
    if (status < 0)
        return status;
    ret_terms->n = id == NULL ? 0 : skr_curies_read(id, ret_terms->curies);
    if (ret_terms->n == 0)
        skr_reader_skip(r, "%s: \"%.40s\" is no term id (PREFIX:ID)", where, id == NULL ? "" : id);
    if (ret_terms->n != 1)
        ret_terms->label = NULL; /* of which? */
    return SKR_OK;
}

/* Says the fact of each of the terms. A number can belong to one of them only. */
static int say_each(skr_people_reader *r, const char *where, const skr_said_terms *terms,
                    skr_fact *fact)
{
    if (terms->n > 1 && fact->has_value) {
        skr_reader_skip(r, "%s: one value of several terms", where);
        return SKR_OK;
    }
    fact->curie = terms->curies;
    fact->label = terms->label;
    int status = SKR_OK;
    for (size_t i = 0; i < terms->n && status == SKR_OK; i++) {
        status = skr_reader_fact(r, fact);
        fact->curie += strlen(fact->curie) + 1;
    }
    return status;
}

/* A bare term. */
int skr_say_term(skr_people_reader *r, const json_t *term, const char *where, skr_term_kind kind)
{
    skr_said_terms terms;
    skr_fact fact = {.kind = kind, .onset_years = NAN};
    int status = skr_member_terms(r, term, where, &terms);
    return status < 0 ? status : say_each(r, where, &terms, &fact);
}

/* A quantity's number; it may be missing. */
static int number_of(skr_people_reader *r, const json_t *quantity, const char *where,
                     skr_fact *fact)
{
    if (quantity != NULL && !json_is_object(quantity))
        return skr_reader_fail(r, "%s must be an object", where);
    json_t *value = skr_member_find(quantity, "value");
    if (value == NULL)
        return SKR_OK;
    if (!json_is_number(value))
        return skr_reader_fail(r, "%s: value must be a number", where);
    fact->value = json_number_value(value);
    fact->has_value = isfinite(fact->value);
    return SKR_OK;
}

/* Parts of a measure that is made of several, each with a term of its own. */
static int say_typed_quantities(skr_people_reader *r, const json_t *value, const char *where)
{
    json_t *parts = NULL;
    json_t *part;
    size_t i;
    int status = skr_member_array(r, value, where, "typedQuantities", &parts);
    if (status < 0)
        return status;
    json_array_foreach(parts, i, part)
    {
        skr_said_terms terms;
        skr_fact fact = {.kind = SKR_TERM_MEASURE, .onset_years = NAN};
        json_t *type = skr_member_find(part, "type");
        status = skr_member_terms(r, type == NULL ? skr_member_find(part, "quantityType") : type,
                                  where, &terms);
        if (status == SKR_OK)
            status = number_of(r, skr_member_find(part, "quantity"), where, &fact);
        if (status == SKR_OK)
            status = say_each(r, where, &terms, &fact);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* value.quantity.value, measurementValue.quantity.value, or measurementValue.value. */
static int measured_value(skr_people_reader *r, const json_t *item, const char *where,
                          skr_fact *fact, json_t **ret_complex)
{
    const char *name =
        skr_member_find(item, "measurementValue") != NULL ? "measurementValue" : "value";
    json_t *value = NULL;
    json_t *quantity = NULL;
    int status = skr_member_object(r, item, where, name, &value);
    if (status == SKR_OK)
        status = skr_member_object(r, value, where, "quantity", &quantity);
    if (status == SKR_OK)
        status = skr_member_object(r, value, where, "complexValue", ret_complex);
    if (status < 0)
        return status;
    if (*ret_complex == NULL && skr_member_find(value, "typedQuantities") != NULL)
        *ret_complex = value;
    return number_of(r, quantity != NULL ? quantity : value, where, fact);
}

static int say_item(skr_people_reader *r, const list_rule *rule, const json_t *item,
                    const char *where)
{
    skr_said_terms terms;
    skr_fact fact = {.kind = rule->kind, .onset_years = NAN};
    json_t *complex_value = NULL;
    if (!json_is_object(item))
        return skr_reader_fail(r, "%s must be an object", where);
    json_t *term = skr_member_find(item, rule->term);
    int status = skr_member_terms(r, term != NULL ? term : skr_member_find(item, rule->other_term),
                                  where, &terms);
    if (status == SKR_OK)
        status = bool_of(r, item, where, "excluded", &fact.is_excluded);
    if (status == SKR_OK) /* its name in version 1 */
        status = bool_of(r, item, where, "negated", &fact.is_excluded);
    json_t *onset = skr_member_find(item, "ageOfOnset");
    if (status == SKR_OK)
        status = skr_member_age(r, onset != NULL ? onset : skr_member_find(item, "onset"), where,
                                &fact.onset_years);
    if (status == SKR_OK && rule->kind == SKR_TERM_MEASURE)
        status = measured_value(r, item, where, &fact, &complex_value);
    if (status == SKR_OK && rule->kind == SKR_TERM_EXPOSURE)
        status = number_of(r, item, where, &fact);
    if (status == SKR_OK)
        status = say_each(r, where, &terms, &fact);
    if (status == SKR_OK && complex_value != NULL)
        status = say_typed_quantities(r, complex_value, where);
    return status;
}

int skr_say_lists(skr_people_reader *r, const json_t *object)
{
    for (size_t k = 0; k < COUNT(lists); k++) {
        json_t *list = NULL;
        json_t *item;
        size_t i;
        int status = skr_member_array(r, object, "", lists[k].list, &list);
        if (status < 0)
            return status;
        if (list != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(lists[k].kind));
        json_array_foreach(list, i, item)
        {
            char where[64];
            (void)snprintf(where, sizeof where, "%s[%zu]", lists[k].list, i);
            status = say_item(r, &lists[k], item, where);
            if (status < 0)
                return status;
        }
    }
    return SKR_OK;
}
