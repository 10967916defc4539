/*
 * import_people_values.c - members of JSON objects, each of the type that it must be, and the facts
 * that lists of them state. A door to jansson.
 */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/documents/import_people_values_int.h"
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

/* A duration, a range, or a date of somebody whose date of birth is known. */
static int age_of_text(skr_people_reader *r, const char *text, const char *where, skr_age *ret_age)
{
    double years;
    if (text[0] == '\0' || skr_age_range_parse(text, ret_age))
        return SKR_OK;
    if (r->birth != NULL && skr_age_on_date(r->birth, text, &years))
        *ret_age = skr_age_at(years);
    else
        skr_reader_skip(r, "%s: \"%.40s\" is no age that is understood", where, text);
    return SKR_OK;
}

/* HP:0003581 is at 16 years or later. */
static int age_of_class(skr_people_reader *r, const json_t *term, const char *where,
                        skr_age *ret_age)
{
    char curie[SKR_CURIE_MAX];
    const char *id = NULL;
    int status = skr_member_text(r, term, where, "id", &id);
    if (status < 0 || id == NULL)
        return status;
    if (!skr_curie_read(id, curie) || !skr_age_of_class(curie, ret_age))
        skr_reader_skip(r, "%s: \"%.40s\" is no class of ages", where, id);
    return SKR_OK;
}

static int age_of(skr_people_reader *r, const json_t *age, const char *where, int depth,
                  skr_age *ret_age);

/* {start, end}, each an age; one may be missing. */
static int age_of_ends(skr_people_reader *r, const json_t *range, const char *where, int depth,
                       skr_age *ret_age)
{
    skr_age start = SKR_AGE_NONE;
    skr_age end = SKR_AGE_NONE;
    int status = age_of(r, skr_member_find(range, "start"), where, depth, &start);
    if (status == SKR_OK)
        status = age_of(r, skr_member_find(range, "end"), where, depth, &end);
    if (status < 0)
        return status;
    const skr_age both = {start.low, end.high};
    if (skr_age_is_sound(both))
        *ret_age = both;
    else
        skr_reader_skip(r, "%s: a range of ages that ends before it starts", where);
    return SKR_OK;
}

/* What an object says of an age by one of its members. */
static int age_of_object(skr_people_reader *r, const json_t *age, const char *where, int depth,
                         skr_age *ret_age)
{
    static const char *const inner[] = {"iso8601duration", "ontologyClass", "ageClass", "ageGroup",
                                        "timestamp",       "ageRange",      "interval", "age"};
    if (skr_member_find(age, "id") != NULL)
        return age_of_class(r, age, where, ret_age);
    if (skr_member_find(age, "gestationalAge") != NULL || skr_member_find(age, "weeks") != NULL) {
        *ret_age = (skr_age){NAN, 0}; /* before birth */
        return SKR_OK;
    }
    if (skr_member_find(age, "start") != NULL || skr_member_find(age, "end") != NULL)
        return age_of_ends(r, age, where, depth, ret_age);
    for (size_t i = 0; i < COUNT(inner); i++)
        if (skr_member_find(age, inner[i]) != NULL)
            return age_of(r, skr_member_find(age, inner[i]), where, depth, ret_age);
    if (json_object_size(age) > 0)
        skr_reader_skip(r, "%s: nothing in it says an age", where);
    return SKR_OK;
}

static int age_of(skr_people_reader *r, const json_t *age, const char *where, int depth,
                  skr_age *ret_age)
{
    if (age == NULL || depth == AGE_DEPTH_MAX)
        return SKR_OK;
    if (json_is_string(age))
        return age_of_text(r, json_string_value(age), where, ret_age);
    if (!json_is_object(age))
        return skr_reader_fail(r, "%s must be an object or a duration", where);
    return age_of_object(r, age, where, depth + 1, ret_age);
}

int skr_member_age(skr_people_reader *r, const json_t *age, const char *where, skr_age *ret_age)
{
    return age_of(r, age, where, 0, ret_age);
}

/* When something began, under the names that it has in phenopackets 1 and 2 and in Beacon. */
static int onset_of(skr_people_reader *r, const json_t *item, const char *where, skr_age *ret_age)
{
    static const char *const names[] = {"ageOfOnset", "onset", "ageRangeOfOnset", "classOfOnset"};
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < COUNT(names) && !skr_age_is_said(*ret_age); i++)
        status = skr_member_age(r, skr_member_find(item, names[i]), where, ret_age);
    return status;
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
    skr_fact fact = {.kind = kind, .onset = SKR_AGE_NONE};
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
        skr_fact fact = {.kind = SKR_TERM_MEASURE, .onset = SKR_AGE_NONE};
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
    skr_fact fact = {.kind = rule->kind, .onset = SKR_AGE_NONE};
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
