/* beacon_openapi.c - paths with their methods, parameters and the schemas of their answers. */
#include "api/beacon/beacon_openapi.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_response_int.h"

#define FRAMEWORK "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/v2.2.0/framework/json/"
#define RESPONSES FRAMEWORK "responses/"

/* Of a GET; docs/http-api.md says what each means. */
typedef struct parameter {
    const char *name;
    const char *type;  /* of its value, which lists have with commas between */
    const char *words; /* that it may be, "a b c"; NULL: any */
} parameter;

static const parameter of_questions[] = {
    {"requestedSchema", "string", NULL},
    {"skip", "integer", NULL},
    {"limit", "integer", NULL},
    {"requestedGranularity", "string", "boolean count record"},
    {"includeResultsetResponses", "string", "ALL HIT MISS NONE"},
    {"testMode", "boolean", NULL},
    {"filters", "string", NULL},
    {"datasetIds", "string", NULL},
    {"assemblyId", "string", NULL},
    {"referenceName", "string", NULL},
    {"start", "string", NULL},
    {"end", "string", NULL},
    {"referenceBases", "string", NULL},
    {"alternateBases", "string", NULL},
    {"variantType", "string", NULL},
    {"variantMinLength", "integer", NULL},
    {"variantMaxLength", "integer", NULL},
    {"geneId", "string", NULL},
    {"aminoacidChange", "string", NULL},
    {"genomicAlleleShortForm", "string", NULL},
};

/* The first so many of these are of lists of terms, too. */
#define N_OF_TERMS 3u

/* The schemas that an answer fits one of. */
static const char *const *schemas_of(skr_beacon_answer answer)
{
    static const char *const schemas[][4] = {
        [SKR_ANSWER_INFO] = {RESPONSES "beaconInfoResponse.json"},
        [SKR_ANSWER_SERVICE_INFO] = {RESPONSES "ga4gh-service-info-1-0-0-schema.json"},
        [SKR_ANSWER_CONFIGURATION] = {RESPONSES "beaconConfigurationResponse.json"},
        [SKR_ANSWER_MAP] = {RESPONSES "beaconMapResponse.json"},
        [SKR_ANSWER_ENTRY_TYPES] = {RESPONSES "beaconEntryTypesResponse.json"},
        [SKR_ANSWER_TERMS] = {RESPONSES "beaconFilteringTermsResponse.json"},
        [SKR_ANSWER_COLLECTIONS] = {RESPONSES "beaconBooleanResponse.json",
                                    RESPONSES "beaconCountResponse.json",
                                    RESPONSES "beaconCollectionsResponse.json"},
        [SKR_ANSWER_COUNTS] = {RESPONSES "beaconBooleanResponse.json",
                               RESPONSES "beaconCountResponse.json",
                               RESPONSES "beaconResultsetsResponse.json"},
        [SKR_ANSWER_OPENAPI] = {NULL},
    };
    return schemas[answer];
}

static json_t *reference(const char *schema)
{
    return json_pack("{s:s}", "$ref", schema);
}

static json_t *schema_of(skr_beacon_answer answer)
{
    const char *const *schemas = schemas_of(answer);
    if (schemas[0] == NULL)
        return json_pack("{s:s}", "type", "object");
    if (schemas[1] == NULL)
        return reference(schemas[0]);
    json_t *any = json_array();
    for (size_t i = 0; i < 4 && schemas[i] != NULL; i++)
        skr_json_append(any, reference(schemas[i]));
    return json_pack("{s:o}", "anyOf", any);
}

static json_t *content(json_t *schema)
{
    return json_pack("{s:{s:o}}", "application/json", "schema", schema);
}

static json_t *responses_of(const skr_beacon_operation *operation, bool is_get)
{
    json_t *responses =
        json_pack("{s:{s:s, s:o}, s:{s:s, s:o}}", "200", "description", "What was asked for",
                  "content", content(schema_of(operation->answer)), "default", "description",
                  "An error, with its reason", "content",
                  content(reference(RESPONSES "beaconErrorResponse.json")));
    if (is_get)
        skr_json_set(responses, "304",
                     json_pack("{s:s}", "description", "It is what If-None-Match names"));
    return responses;
}

static json_t *parameter_of(const parameter *one)
{
    json_t *schema = json_pack("{s:s}", "type", one->type);
    if (one->words != NULL) {
        json_t *words = json_array();
        for (const char *at = one->words; *at != '\0'; at += strspn(at, " ")) {
            size_t n = strcspn(at, " ");
            skr_json_append(words, json_stringn(at, n));
            at += n;
        }
        skr_json_set(schema, "enum", words);
    }
    return json_pack("{s:s, s:s, s:o}", "name", one->name, "in", "query", "schema", schema);
}

static json_t *parameters_of(const skr_beacon_operation *operation)
{
    json_t *parameters = json_array();
    size_t n = sizeof of_questions / sizeof *of_questions;
    if (operation->answer == SKR_ANSWER_TERMS)
        n = N_OF_TERMS;
    else if (!operation->is_query)
        n = operation->answer == SKR_ANSWER_OPENAPI ? 0 : 1;
    for (size_t i = 0; i < n; i++)
        skr_json_append(parameters, parameter_of(&of_questions[i]));
    return parameters;
}

static json_t *get_of(const skr_beacon_operation *operation)
{
    return json_pack("{s:o, s:o}", "parameters", parameters_of(operation), "responses",
                     responses_of(operation, true));
}

static json_t *post_of(const skr_beacon_operation *operation)
{
    return json_pack("{s:{s:o}, s:o}", "requestBody", "content",
                     content(reference(FRAMEWORK "requests/beaconRequestBody.json")), "responses",
                     responses_of(operation, false));
}

static json_t *path_of(const skr_beacon_operation *operation)
{
    json_t *path = json_pack("{s:o}", "get", get_of(operation));
    if (operation->is_query)
        skr_json_set(path, "post", post_of(operation));
    if (strstr(operation->path, "{id}") != NULL)
        skr_json_set(path, "parameters",
                     json_pack("[{s:s, s:s, s:b, s:{s:s}}]", "name", "id", "in", "path", "required",
                               1, "schema", "type", "string"));
    return path;
}

int skr_beacon_openapi(const skr_service *service, const skr_beacon_operation *operations, size_t n,
                       skr_http_response *response, skr_err *err)
{
    const skr_beacon_texts *texts = service->texts;
    json_t *paths = json_object();
    for (size_t i = 0; i < n; i++)
        skr_json_set(paths, operations[i].path, path_of(&operations[i]));
    json_t *document =
        json_pack("{s:s, s:{s:o, s:o, s:s}, s:[{s:s}], s:o}", "openapi", "3.0.3", "info", "title",
                  skr_json_text(texts->name), "description", skr_json_text(texts->description),
                  "version", SKR_VERSION, "servers", "url", service->base_url, "paths", paths);
    int status = skr_json_print(document, &response->body, &response->n_body, err);
    if (status == SKR_OK)
        response->status = 200;
    return status;
}
