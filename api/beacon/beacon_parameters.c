/* beacon_parameters.c - requestParameters, flat or nested, into words of ours. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_request_int.h"
#include "storage/base/limits.h"

/* A position beyond every contig is clamped later; beyond this it is no position. */
#define POSITION_MAX ((uint64_t)1 << 53)

typedef enum parameter_kind {
    PARAMETER_TEXT,
    PARAMETER_PLACES,
    PARAMETER_LENGTH,
} parameter_kind;

/* Every spelling: the OpenAPI file, the schema and the documentation name some differently. */
static const struct parameter {
    const char *spelling;
    const char *name;
    parameter_kind kind;
    size_t offset;
} known[] = {
    {"assemblyId", "assemblyId", PARAMETER_TEXT, offsetof(skr_variant_words, assembly)},
    {"referenceName", "referenceName", PARAMETER_TEXT, offsetof(skr_variant_words, reference_name)},
    {"referenceBases", "referenceBases", PARAMETER_TEXT,
     offsetof(skr_variant_words, reference_bases)},
    {"alternateBases", "alternateBases", PARAMETER_TEXT,
     offsetof(skr_variant_words, alternate_bases)},
    {"variantType", "variantType", PARAMETER_TEXT, offsetof(skr_variant_words, variant_type)},
    {"geneId", "geneId", PARAMETER_TEXT, offsetof(skr_variant_words, gene)},
    {"geneid", "geneId", PARAMETER_TEXT, offsetof(skr_variant_words, gene)},
    {"aminoacidChange", "aminoacidChange", PARAMETER_TEXT,
     offsetof(skr_variant_words, aminoacid_change)},
    {"genomicAlleleShortForm", "genomicAlleleShortForm", PARAMETER_TEXT,
     offsetof(skr_variant_words, short_form)},
    {"variantInternalId", "genomicAlleleShortForm", PARAMETER_TEXT,
     offsetof(skr_variant_words, short_form)},
    {"variantId", "genomicAlleleShortForm", PARAMETER_TEXT,
     offsetof(skr_variant_words, short_form)},
    {"allele", "genomicAlleleShortForm", PARAMETER_TEXT, offsetof(skr_variant_words, short_form)},
    {"mateName", "mateName", PARAMETER_TEXT, offsetof(skr_variant_words, mate_name)},
    {"start", "start", PARAMETER_PLACES, offsetof(skr_variant_words, start)},
    {"end", "end", PARAMETER_PLACES, offsetof(skr_variant_words, end)},
    {"variantMinLength", "variantMinLength", PARAMETER_LENGTH,
     offsetof(skr_variant_words, min_length)},
    {"variantMaxLength", "variantMaxLength", PARAMETER_LENGTH,
     offsetof(skr_variant_words, max_length)},
};

typedef struct parameter_reader {
    skr_beacon_request *request;
    skr_variant_words words;
    json_t *echo; /* what was understood, under one spelling */
    bool has_variant;
} parameter_reader;

static const struct parameter *find_parameter(const char *spelling)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].spelling, spelling) == 0)
            return &known[i];
    return NULL;
}

static int read_text(parameter_reader *reader, const struct parameter *parameter,
                     const json_t *value, skr_err *err)
{
    const char **field = (const char **)((char *)&reader->words + parameter->offset);
    const char *text = json_string_value(value);
    char number[24];
    if (json_is_integer(value)) { /* "referenceName": 17 */
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = number;
    }
    char shown[80];
    if (text == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "%s: %s is not a text", parameter->spelling,
                        skr_json_shown(value, shown));
    bool may_be_empty =
        field == &reader->words.reference_bases || field == &reader->words.alternate_bases;
    if (text[0] == '\0' && !may_be_empty)
        return skr_fail(err, SKR_ERR_QUERY, "%s is empty", parameter->spelling);
    if (strlen(text) > SKR_ALLELE_MAX || (!may_be_empty && strlen(text) > SKR_NAME_MAX))
        return skr_fail(err, SKR_ERR_QUERY, "%s is too long", parameter->spelling);
    skr_json_set(reader->echo, parameter->name, json_string(text));
    return skr_query_text(reader->request->query, text, strlen(text), field, err);
}

static int add_place(const struct parameter *parameter, const json_t *value, uint64_t *places,
                     size_t *n_places, skr_err *err)
{
    if (*n_places == 2)
        return skr_fail(err, SKR_ERR_QUERY, "%s has more than two values", parameter->spelling);
    int status = skr_json_whole(value, parameter->spelling, POSITION_MAX, &places[*n_places], err);
    if (status == SKR_OK)
        ++*n_places;
    return status;
}

/* One place or a list of one or two, also as a comma list. */
static int read_places(parameter_reader *reader, const struct parameter *parameter,
                       const json_t *value, skr_err *err)
{
    uint64_t *places = (uint64_t *)(void *)((char *)&reader->words + parameter->offset);
    size_t *n_places =
        places == reader->words.start ? &reader->words.n_start : &reader->words.n_end;
    int status = SKR_OK;
    if (json_is_array(value)) {
        size_t at;
        json_t *place;
        json_array_foreach(value, at, place)
        {
            if (status == SKR_OK && !json_is_null(place))
                status = add_place(parameter, place, places, n_places, err);
        }
    } else if (json_is_string(value) && strchr(json_string_value(value), ',') != NULL) {
        const char *text = json_string_value(value);
        for (bool is_more = true; is_more && status == SKR_OK;) {
            size_t n = strcspn(text, ",");
            json_t *part = json_stringn(text, n);
            status = add_place(parameter, part, places, n_places, err);
            json_decref(part);
            is_more = text[n] == ',';
            text += n + is_more;
        }
    } else {
        status = add_place(parameter, value, places, n_places, err);
    }
    json_t *echo = json_array();
    for (size_t i = 0; i < *n_places; i++)
        skr_json_append(echo, json_integer((json_int_t)places[i]));
    skr_json_set(reader->echo, parameter->name, echo);
    return status;
}

static int read_length(parameter_reader *reader, const struct parameter *parameter,
                       const json_t *value, skr_err *err)
{
    uint64_t *length = (uint64_t *)(void *)((char *)&reader->words + parameter->offset);
    if (length == &reader->words.min_length)
        reader->words.has_min_length = true;
    else
        reader->words.has_max_length = true;
    int status = skr_json_whole(value, parameter->spelling, POSITION_MAX, length, err);
    if (status == SKR_OK)
        skr_json_set(reader->echo, parameter->name, json_integer((json_int_t)*length));
    return status;
}

/* A field of a form that nobody filled in. Bases are another matter: none of them is an insertion
 * or a deletion. */
static bool is_blank(const struct parameter *parameter, const json_t *value)
{
    bool may_be_empty = parameter->offset == offsetof(skr_variant_words, reference_bases) ||
                        parameter->offset == offsetof(skr_variant_words, alternate_bases);
    if (json_is_array(value))
        return json_array_size(value) == 0 ||
               (json_array_size(value) == 1 && is_blank(parameter, json_array_get(value, 0)));
    return !may_be_empty && json_is_string(value) && json_string_length(value) == 0;
}

/* Filters are joined by AND; whoever wants that may say so. */
static bool is_and(const char *name, const json_t *value)
{
    bool is_logic = strcmp(name, "filterLogic") == 0 || strcmp(name, "filtersLogic") == 0;
    return is_logic && json_is_string(value) && strcasecmp(json_string_value(value), "AND") == 0;
}

static int read_unknown(skr_beacon_request *request, const char *name, const json_t *value,
                        skr_err *err)
{
    char text[512];
    size_t n = 0;
    if (is_and(name, value))
        return SKR_OK;
    if (skr_beacon_is_harmless(name)) {
        skr_beacon_request_warn(request, "ignored", "%s was left out", name);
        return SKR_OK;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known && n < sizeof text; i++)
        if (strcmp(known[i].spelling, known[i].name) == 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s, ", known[i].name);
    return skr_fail(err, SKR_ERR_QUERY, "parameter '%s' is unknown; there are %sdatasetIds", name,
                    text);
}

static int read_parameter(parameter_reader *reader, const char *name, const json_t *value,
                          skr_err *err)
{
    const struct parameter *parameter = find_parameter(name);
    if (parameter == NULL)
        return read_unknown(reader->request, name, value, err);
    if (is_blank(parameter, value)) {
        skr_beacon_request_warn(reader->request, "ignored", "%s is empty and was left out", name);
        return SKR_OK;
    }
    if (json_object_get(reader->echo, parameter->name) != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "%s is given twice", parameter->name);
    reader->has_variant = true;
    switch (parameter->kind) {
    case PARAMETER_TEXT:
        return read_text(reader, parameter, value, err);
    case PARAMETER_PLACES:
        return read_places(reader, parameter, value, err);
    default:
        return read_length(reader, parameter, value, err);
    }
}

static int read_dataset_ids(skr_beacon_request *request, const json_t *ids, skr_err *err)
{
    if (request->datasets != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "datasetIds is given twice");
    size_t n = json_is_array(ids) ? json_array_size(ids) : 1;
    if (n == 0)
        return SKR_OK;
    const char **datasets = calloc(n, sizeof *datasets);
    if (datasets == NULL)
        return skr_fail_nomem(err, "dataset ids");
    request->datasets = datasets;
    json_t *echo = json_array();
    for (size_t i = 0; i < n; i++) {
        const json_t *id = json_is_array(ids) ? json_array_get(ids, i) : ids;
        const char *text = json_string_value(id);
        if (text == NULL || text[0] == '\0') {
            json_decref(echo);
            return skr_fail(err, SKR_ERR_QUERY, "datasetIds: want texts that are not empty");
        }
        skr_json_append(echo, json_string(text));
        int status = skr_query_text(request->query, text, strlen(text), &datasets[i], err);
        if (status < 0) {
            json_decref(echo);
            return status;
        }
        request->n_datasets++;
    }
    json_t *set = json_object();
    skr_json_set(set, "datasetIds", echo);
    skr_json_set(json_object_get(request->summary, "requestParameters"), "datasets", set);
    return SKR_OK;
}

/* "datasets": {"datasetIds": [...]}, or the list itself. */
static int read_datasets(skr_beacon_request *request, const json_t *datasets, skr_err *err)
{
    if (!json_is_object(datasets))
        return read_dataset_ids(request, datasets, err);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)datasets, name, value)
    {
        if (json_is_null(value))
            continue;
        if (strcmp(name, "datasetIds") != 0 && strcmp(name, "ids") != 0)
            return skr_fail(err, SKR_ERR_QUERY, "parameter 'datasets.%s' is unknown", name);
        int status = read_dataset_ids(request, value, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

static bool is_variant_group(const char *name)
{
    static const char *const names[] = {"g_variant", "g_variants", "genomicVariant",
                                        "genomicVariation", "genomicVariations"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static int read_members(parameter_reader *reader, const json_t *parameters, bool is_nested,
                        skr_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)parameters, name, value)
    {
        int status = SKR_OK;
        if (json_is_null(value) || strcmp(name, "$schema") == 0)
            continue;
        if (!is_nested && json_is_object(value) && is_variant_group(name))
            status = read_members(reader, value, true, err);
        else if (!is_nested && strcmp(name, "datasets") == 0)
            status = read_datasets(reader->request, value, err);
        else if (!is_nested && strcmp(name, "datasetIds") == 0)
            status = read_dataset_ids(reader->request, value, err);
        else
            status = read_parameter(reader, name, value, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

int skr_beacon_read_parameters(skr_beacon_request *request, const json_t *parameters, skr_err *err)
{
    if (json_is_array(parameters) && json_array_size(parameters) == 0) { /* PHP's empty object */
        skr_beacon_request_warn(request, "misplaced",
                                "query.requestParameters is a list, and empty");
        return SKR_OK;
    }
    if (!json_is_object(parameters))
        return skr_fail(err, SKR_ERR_QUERY, "query.requestParameters is not an object");
    json_t *summary = json_object();
    skr_json_set(request->summary, "requestParameters", summary);
    parameter_reader reader = {.request = request, .echo = json_object()};
    int status = read_members(&reader, parameters, false, err);
    if (status == SKR_OK && reader.has_variant)
        skr_json_set(summary, "g_variant", json_incref(reader.echo));
    json_decref(reader.echo);
    if (status == SKR_OK && reader.has_variant)
        status = skr_beacon_read_variant(request, &reader.words, err);
    return status;
}
