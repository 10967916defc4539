/*
 * people_values.c - members of JSON objects, each of the type that it must be, and the facts
 * that lists of them state.
 */
#include "engine/import/documents/people_values.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "index/people/age_range.h"

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

#define AGE_DEPTH_MAX 5 /* onset.interval.start.age.iso8601duration */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ------------------------------------------------------------------ members */

static int wrong_type(skr_people_reader *r, const char *where, const char *name, const char *type)
{
    return skr_people_reader_fail(r, "%s%s%s must be %s", where, where[0] == '\0' ? "" : ".", name,
                                  type);
}

/* The member as an object or NULL when it is not there. */
int skr_people_values_object(skr_people_reader *r, const skr_json_value *object, const char *where,
                             const char *name, const skr_json_value **ret_member)
{
    const skr_json_value *member = skr_json_value_find(object, name);
    if (member != NULL && !skr_json_value_is_object(member))
        return wrong_type(r, where, name, "an object");
    *ret_member = member;
    return SKR_OK;
}

int skr_people_values_array(skr_people_reader *r, const skr_json_value *object, const char *where,
                            const char *name, const skr_json_value **ret_member)
{
    const skr_json_value *member = skr_json_value_find(object, name);
    if (member != NULL && !skr_json_value_is_array(member))
        return wrong_type(r, where, name, "an array");
    *ret_member = member;
    return SKR_OK;
}

int skr_people_values_text(skr_people_reader *r, const skr_json_value *object, const char *where,
                           const char *name, const char **ret_text)
{
    const skr_json_value *member = skr_json_value_find(object, name);
    if (member != NULL && skr_json_value_text(member) == NULL)
        return wrong_type(r, where, name, "a text");
    *ret_text = skr_json_value_text(member);
    return SKR_OK;
}

static int bool_of(skr_people_reader *r, const skr_json_value *object, const char *where,
                   const char *name, bool *ret_value)
{
    const skr_json_value *member = skr_json_value_find(object, name);
    if (member != NULL && !skr_json_value_is_bool(member))
        return wrong_type(r, where, name, "true or false");
    *ret_value = *ret_value || skr_json_value_is_true(member);
    return SKR_OK;
}

/* ------------------------------------------------------------------ ages */

/* A duration, a range, or a date of somebody whose date of birth is known. */
static int age_of_text(skr_people_reader *r, const char *text, const char *where, skr_age *ret_age)
{
    double years;
    if (text[0] == '\0' || skr_age_range_parse(text, ret_age))
        return SKR_OK;
    if (r->birth != NULL && skr_age_on_date(r->birth, text, &years))
        *ret_age = skr_age_at(years);
    else
        skr_people_reader_skip(r, "%s: \"%.40s\" is no age that is understood", where, text);
    return SKR_OK;
}

/* HP:0003581 is at 16 years or later. */
static int age_of_class(skr_people_reader *r, const skr_json_value *term, const char *where,
                        skr_age *ret_age)
{
    char curie[SKR_CURIE_MAX];
    const char *id = NULL;
    int status = skr_people_values_text(r, term, where, "id", &id);
    if (status != SKR_OK || id == NULL)
        return status;
    if (!skr_curie_read(id, curie) || !skr_age_of_class(curie, ret_age))
        skr_people_reader_skip(r, "%s: \"%.40s\" is no class of ages", where, id);
    return SKR_OK;
}

static int age_of(skr_people_reader *r, const skr_json_value *age, const char *where, int depth,
                  skr_age *ret_age);

/* {start, end}, each an age; one may be missing. */
static int age_of_ends(skr_people_reader *r, const skr_json_value *range, const char *where,
                       int depth, skr_age *ret_age)
{
    skr_age start = SKR_AGE_NONE;
    skr_age end = SKR_AGE_NONE;
    SKR_TRY(age_of(r, skr_json_value_find(range, "start"), where, depth, &start));
    SKR_TRY(age_of(r, skr_json_value_find(range, "end"), where, depth, &end));
    const skr_age both = {start.low, end.high};
    if (skr_people_age_is_sound(both))
        *ret_age = both;
    else
        skr_people_reader_skip(r, "%s: a range of ages that ends before it starts", where);
    return SKR_OK;
}

/* What an object says of an age by one of its members. */
static int age_of_object(skr_people_reader *r, const skr_json_value *age, const char *where,
                         int depth, skr_age *ret_age)
{
    static const char *const inner[] = {"iso8601duration", "ontologyClass", "ageClass", "ageGroup",
                                        "timestamp",       "ageRange",      "interval", "age"};
    if (skr_json_value_find(age, "id") != NULL)
        return age_of_class(r, age, where, ret_age);
    if (skr_json_value_find(age, "gestationalAge") != NULL ||
        skr_json_value_find(age, "weeks") != NULL) {
        *ret_age = (skr_age){NAN, 0}; /* before birth */
        return SKR_OK;
    }
    if (skr_json_value_find(age, "start") != NULL || skr_json_value_find(age, "end") != NULL)
        return age_of_ends(r, age, where, depth, ret_age);
    for (size_t i = 0; i < COUNT(inner); i++)
        if (skr_json_value_find(age, inner[i]) != NULL)
            return age_of(r, skr_json_value_find(age, inner[i]), where, depth, ret_age);
    if (skr_json_value_n_members(age) > 0)
        skr_people_reader_skip(r, "%s: nothing in it says an age", where);
    return SKR_OK;
}

static int age_of(skr_people_reader *r, const skr_json_value *age, const char *where, int depth,
                  skr_age *ret_age)
{
    if (age == NULL || depth == AGE_DEPTH_MAX)
        return SKR_OK;
    if (skr_json_value_text(age) != NULL)
        return age_of_text(r, skr_json_value_text(age), where, ret_age);
    if (!skr_json_value_is_object(age))
        return skr_people_reader_fail(r, "%s must be an object or a duration", where);
    return age_of_object(r, age, where, depth + 1, ret_age);
}

int skr_people_values_age(skr_people_reader *r, const skr_json_value *age, const char *where,
                          skr_age *ret_age)
{
    return age_of(r, age, where, 0, ret_age);
}

/* When something began, under the names that it has in phenopackets 1 and 2 and in Beacon. */
static int onset_of(skr_people_reader *r, const skr_json_value *item, const char *where,
                    skr_age *ret_age)
{
    static const char *const names[] = {"ageOfOnset", "onset", "ageRangeOfOnset", "classOfOnset"};
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < COUNT(names) && !skr_age_is_said(*ret_age); i++)
        status = skr_people_values_age(r, skr_json_value_find(item, names[i]), where, ret_age);
    return status;
}

/* ------------------------------------------------------------------ facts */

int skr_people_values_terms(skr_people_reader *r, const skr_json_value *term, const char *where,
                            skr_said_terms *ret_terms)
{
    ret_terms->n = 0;
    ret_terms->label = NULL;
    if (term == NULL) {
        skr_people_reader_skip(r, "%s: no term", where);
        return SKR_OK;
    }
    if (!skr_json_value_is_object(term))
        return skr_people_reader_fail(r, "%s: a term must be an object with an id", where);
    const char *id = NULL;
    SKR_TRY(skr_people_values_text(r, term, where, "id", &id));
    SKR_TRY(skr_people_values_text(r, term, where, "label", &ret_terms->label));
    ret_terms->n = id == NULL ? 0 : skr_curies_read(id, ret_terms->curies);
    if (ret_terms->n == 0)
        skr_people_reader_skip(r, "%s: \"%.40s\" is no term id (PREFIX:ID)", where,
                               id == NULL ? "" : id);
    if (ret_terms->n != 1)
        ret_terms->label = NULL; /* of which? */
    return SKR_OK;
}

/* Says the fact of each of the terms. A number can belong to one of them only. */
static int say_each(skr_people_reader *r, const char *where, const skr_said_terms *terms,
                    skr_fact *fact)
{
    if (terms->n > 1 && fact->has_value) {
        skr_people_reader_skip(r, "%s: one value of several terms", where);
        return SKR_OK;
    }
    fact->curie = terms->curies;
    fact->label = terms->label;
    int status = SKR_OK;
    for (size_t i = 0; i < terms->n && status == SKR_OK; i++) {
        status = skr_people_reader_fact(r, fact);
        fact->curie += strlen(fact->curie) + 1;
    }
    return status;
}

/* A bare term. */
int skr_people_values_say_term(skr_people_reader *r, const skr_json_value *term, const char *where,
                               skr_term_kind kind)
{
    skr_said_terms terms;
    skr_fact fact = {.kind = kind, .onset = SKR_AGE_NONE};
    SKR_TRY(skr_people_values_terms(r, term, where, &terms));
    return say_each(r, where, &terms, &fact);
}

/* A quantity's number; it may be missing. */
static int number_of(skr_people_reader *r, const skr_json_value *quantity, const char *where,
                     skr_fact *fact)
{
    if (quantity != NULL && !skr_json_value_is_object(quantity))
        return skr_people_reader_fail(r, "%s must be an object", where);
    const skr_json_value *value = skr_json_value_find(quantity, "value");
    if (value == NULL)
        return SKR_OK;
    if (!skr_json_value_is_number(value))
        return skr_people_reader_fail(r, "%s: value must be a number", where);
    fact->value = skr_json_value_number(value);
    fact->has_value = isfinite(fact->value);
    return SKR_OK;
}

/* Parts of a measure that is made of several, each with a term of its own. */
static int say_typed_quantities(skr_people_reader *r, const skr_json_value *value,
                                const char *where)
{
    const skr_json_value *parts = NULL;
    SKR_TRY(skr_people_values_array(r, value, where, "typedQuantities", &parts));
    for (size_t i = 0; i < skr_json_value_n_items(parts); i++) {
        const skr_json_value *part = skr_json_value_item(parts, i);
        skr_said_terms terms;
        skr_fact fact = {.kind = SKR_TERM_MEASURE, .onset = SKR_AGE_NONE};
        const skr_json_value *type = skr_json_value_find(part, "type");
        SKR_TRY(skr_people_values_terms(
            r, type == NULL ? skr_json_value_find(part, "quantityType") : type, where, &terms));
        SKR_TRY(number_of(r, skr_json_value_find(part, "quantity"), where, &fact));
        SKR_TRY(say_each(r, where, &terms, &fact));
    }
    return SKR_OK;
}

/* value.quantity.value, measurementValue.quantity.value, or measurementValue.value. */
static int measured_value(skr_people_reader *r, const skr_json_value *item, const char *where,
                          skr_fact *fact, const skr_json_value **ret_complex)
{
    const char *name =
        skr_json_value_find(item, "measurementValue") != NULL ? "measurementValue" : "value";
    const skr_json_value *value = NULL;
    const skr_json_value *quantity = NULL;
    SKR_TRY(skr_people_values_object(r, item, where, name, &value));
    SKR_TRY(skr_people_values_object(r, value, where, "quantity", &quantity));
    SKR_TRY(skr_people_values_object(r, value, where, "complexValue", ret_complex));
    if (*ret_complex == NULL && skr_json_value_find(value, "typedQuantities") != NULL)
        *ret_complex = value;
    return number_of(r, quantity != NULL ? quantity : value, where, fact);
}

static int say_item(skr_people_reader *r, const list_rule *rule, const skr_json_value *item,
                    const char *where)
{
    skr_said_terms terms;
    skr_fact fact = {.kind = rule->kind, .onset = SKR_AGE_NONE};
    const skr_json_value *complex_value = NULL;
    if (!skr_json_value_is_object(item))
        return skr_people_reader_fail(r, "%s must be an object", where);
    const skr_json_value *term = skr_json_value_find(item, rule->term);
    int status = skr_people_values_terms(
        r, term != NULL ? term : skr_json_value_find(item, rule->other_term), where, &terms);
    if (status == SKR_OK)
        status = bool_of(r, item, where, "excluded", &fact.is_excluded);
    if (status == SKR_OK) /* its name in version 1 */
        status = bool_of(r, item, where, "negated", &fact.is_excluded);
    if (status == SKR_OK)
        status = onset_of(r, item, where, &fact.onset);
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

int skr_people_values_say_lists(skr_people_reader *r, const skr_json_value *object)
{
    for (size_t k = 0; k < COUNT(lists); k++) {
        const skr_json_value *list = NULL;
        SKR_TRY(skr_people_values_array(r, object, "", lists[k].list, &list));
        if (list != NULL)
            skr_people_edit_says(r->edit, SKR_SAID(lists[k].kind));
        for (size_t i = 0; i < skr_json_value_n_items(list); i++) {
            const skr_json_value *item = skr_json_value_item(list, i);
            char where[64];
            (void)snprintf(where, sizeof where, "%s[%zu]", lists[k].list, i);
            SKR_TRY(say_item(r, &lists[k], item, where));
        }
    }
    return SKR_OK;
}
