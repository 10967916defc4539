/* beacon_request.c - the body of a request: meta, query, and what was understood of them. */
#include "api/beacon/beacon_request.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_request_int.h"

static const char *const granularities[] = {"boolean", "count", "record", "aggregated"};
static const char *const includes[] = {"HIT", "MISS", "ALL", "NONE"};

/* A page number or size beyond this overflows nothing and is beyond every list. */
#define PAGE_MAX 1000000000u

/* The page size of the specification. */
#define LIMIT_DEFAULT 10u

static int copy_schemas(json_t *summary, const json_t *schemas, skr_err *err)
{
    if (!json_is_array(schemas))
        return skr_fail(err, SKR_ERR_QUERY, "meta.requestedSchemas is not an array");
    size_t at;
    json_t *schema;
    json_array_foreach(schemas, at, schema)
    {
        if (!json_is_object(schema))
            return skr_fail(err, SKR_ERR_QUERY,
                            "meta.requestedSchemas: want {\"entityType\", \"schema\"}");
        json_t *copy = json_object();
        static const char *const names[] = {"entityType", "schema"};
        for (size_t i = 0; i < 2; i++) {
            json_t *value = json_object_get(schema, names[i]);
            if (json_is_string(value))
                skr_json_set(copy, names[i], json_incref(value));
        }
        skr_json_append(json_object_get(summary, "requestedSchemas"), copy);
    }
    return SKR_OK;
}

/* meta decides nothing about a count, so what else stands there may stand there. */
static int read_meta(skr_beacon_request *request, const json_t *meta, skr_err *err)
{
    if (!json_is_object(meta))
        return skr_fail(err, SKR_ERR_QUERY, "meta is not an object");
    json_t *version = json_object_get(meta, "apiVersion");
    if (json_is_string(version))
        skr_json_set(request->summary, "apiVersion", json_incref(version));
    else if (version != NULL && !json_is_null(version))
        return skr_fail(err, SKR_ERR_QUERY, "meta.apiVersion is not a text");
    json_t *schemas = json_object_get(meta, "requestedSchemas");
    if (schemas == NULL || json_is_null(schemas))
        return SKR_OK;
    return copy_schemas(request->summary, schemas, err);
}

static int read_pagination(skr_beacon_request *request, const json_t *pagination, skr_err *err)
{
    if (!json_is_object(pagination))
        return skr_fail(err, SKR_ERR_QUERY, "query.pagination is not an object");
    const char *name;
    json_t *value;
    int status = SKR_OK;
    json_object_foreach((json_t *)pagination, name, value)
    {
        if (json_is_null(value))
            continue;
        if (strcmp(name, "skip") == 0) {
            status = skr_json_whole(value, "skip", PAGE_MAX, &request->n_skip, err);
        } else if (strcmp(name, "limit") == 0) {
            status = skr_json_whole(value, "limit", PAGE_MAX, &request->n_limit, err);
            request->has_limit = true;
        } else {
            status = skr_fail(err, SKR_ERR_QUERY,
                              "pagination.%s is not supported; use skip and limit", name);
        }
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* One above what is ever given is lowered, as the specification has it; one that is not of the
 * release that answers follow is said to be. */
static int read_granularity(skr_beacon_request *request, const json_t *value, skr_err *err)
{
    size_t at = 0;
    SKR_TRY(skr_json_word(value, "requestedGranularity", granularities, 4, &at, err));
    request->wants_aggregated = at > SKR_GRANULARITY_RECORD;
    if (request->wants_aggregated)
        at = SKR_GRANULARITY_COUNT;
    request->granularity = (skr_granularity)at;
    request->has_granularity = true;
    return SKR_OK;
}

static int read_member(skr_beacon_request *request, const char *name, const json_t *value,
                       skr_err *err)
{
    size_t at = 0;
    int status = SKR_OK;
    if (strcmp(name, "requestParameters") == 0) {
        status = skr_beacon_read_parameters(request, value, err);
    } else if (strcmp(name, "filters") == 0) {
        status = skr_beacon_read_filters(request, value, err);
    } else if (strcmp(name, "pagination") == 0) {
        status = read_pagination(request, value, err);
    } else if (strcmp(name, "requestedGranularity") == 0) {
        status = read_granularity(request, value, err);
    } else if (strcmp(name, "includeResultsetResponses") == 0) {
        status = skr_json_word(value, name, includes, 4, &at, err);
        request->include = (skr_include)at;
    } else if (strcmp(name, "testMode") == 0) {
        status = skr_json_bool(value, name, &request->is_test, err);
    } else if (strcmp(name, "aggregators") == 0 || strcmp(name, "aggregationTerms") == 0) {
        json_decref(request->aggregators);
        request->aggregators = json_incref((json_t *)(uintptr_t)value);
    } else if (skr_beacon_is_harmless(name)) {
        skr_beacon_request_warn(request, "ignored", "query.%s was left out", name);
    } else {
        status = skr_fail(err, SKR_ERR_QUERY,
                          "query.%s is unknown; there are requestParameters, filters, pagination, "
                          "includeResultsetResponses, requestedGranularity, testMode",
                          name);
    }
    return status;
}

static int read_query(skr_beacon_request *request, const json_t *query, skr_err *err)
{
    if (!json_is_object(query))
        return skr_fail(err, SKR_ERR_QUERY, "query is not an object");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)query, name, value)
    {
        if (json_is_null(value) || strcmp(name, "$schema") == 0)
            continue;
        int status = read_member(request, name, value, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

static bool belongs_in_query(const char *name)
{
    static const char *const names[] = {"requestParameters",    "filters",
                                        "pagination",           "includeResultsetResponses",
                                        "requestedGranularity", "testMode"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* A member of query that stands beside it, as in examples of the specification. */
static int read_misplaced(skr_beacon_request *request, const json_t *body, const char *name,
                          const json_t *value, skr_err *err)
{
    const json_t *inside = json_object_get(json_object_get(body, "query"), name);
    if (inside != NULL && !json_is_null(inside))
        return skr_fail(err, SKR_ERR_QUERY, "%s stands in query and beside it", name);
    skr_beacon_request_warn(request, "misplaced", "%s belongs inside of query", name);
    return read_member(request, name, value, err);
}

static int read_body(skr_beacon_request *request, const json_t *body, skr_err *err)
{
    if (!json_is_object(body))
        return skr_fail(err, SKR_ERR_QUERY, "the body is not an object");
    bool has_query = json_is_object(json_object_get(body, "query"));
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)body, name, value)
    {
        int status = SKR_OK;
        if (json_is_null(value) || strcmp(name, "$schema") == 0)
            continue;
        if (strcmp(name, "meta") == 0)
            status = read_meta(request, value, err);
        else if (strcmp(name, "query") == 0)
            status = read_query(request, value, err);
        else if (belongs_in_query(name))
            status = read_misplaced(request, body, name, value, err);
        else if (has_query || skr_beacon_is_harmless(name))
            skr_beacon_request_warn(request, "ignored", "%s was left out", name);
        else
            status =
                skr_fail(err, SKR_ERR_QUERY, "%s is unknown; the body has meta and query", name);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* Says in the summary what the request came to, defaults included. */
static void finish_summary(skr_beacon_request *request)
{
    json_t *summary = request->summary;
    json_t *pagination = json_object();
    skr_json_set(pagination, "skip", json_integer((json_int_t)request->n_skip));
    skr_json_set(pagination, "limit", json_integer((json_int_t)request->n_limit));
    skr_json_set(summary, "pagination", pagination);
    skr_json_set(summary, "requestedGranularity", json_string(granularities[request->granularity]));
    skr_json_set(summary, "includeResultsetResponses", json_string(includes[request->include]));
    skr_json_set(summary, "testMode", json_boolean(request->is_test));
}

static int begin(skr_beacon_request *request, skr_err *err)
{
    memset(request, 0, sizeof *request);
    request->granularity = SKR_GRANULARITY_COUNT;
    request->n_limit = LIMIT_DEFAULT;
    request->summary = json_object();
    request->warnings = json_array();
    if (request->summary == NULL || request->warnings == NULL)
        return skr_fail_nomem(err, "a request");
    skr_json_set(request->summary, "apiVersion", json_string("v2.2.0"));
    skr_json_set(request->summary, "requestedSchemas", json_array());
    return skr_query_new(&request->query, err);
}

int skr_beacon_request_read(const char *body, size_t n_body, skr_beacon_request *ret_request,
                            skr_err *err)
{
    json_t *json = NULL;
    int status = begin(ret_request, err);
    if (status < 0)
        goto out;
    if (n_body > 0)
        status = skr_json_parse(body, n_body, &json, err);
    if (status == SKR_OK && json != NULL)
        status = read_body(ret_request, json, err);
    if (status == SKR_OK)
        finish_summary(ret_request);
    if (status == SKR_OK)
        status = skr_json_check(err);
out:
    json_decref(json);
    return status;
}

int skr_beacon_request_read_get(const char *words, skr_beacon_request *ret_request, skr_err *err)
{
    json_t *json = NULL;
    int status = begin(ret_request, err);
    if (status < 0)
        goto out;
    status = skr_beacon_get_to_body(words == NULL ? "" : words, &json, err);
    if (status == SKR_OK)
        status = read_body(ret_request, json, err);
    if (status == SKR_OK)
        finish_summary(ret_request);
    if (status == SKR_OK)
        status = skr_json_check(err);
out:
    json_decref(json);
    return status;
}

void skr_beacon_request_done(skr_beacon_request *request)
{
    json_decref(request->summary);
    json_decref(request->warnings);
    json_decref(request->aggregators);
    json_decref(request->aggregated);
    skr_query_free(request->query);
    free((void *)(uintptr_t)request->datasets);
    memset(request, 0, sizeof *request);
}

int skr_beacon_request_people(skr_beacon_request *request, const skr_expr **ret_expr, skr_err *err)
{
    const skr_expr *carries = NULL;
    if (request->alleles != NULL) {
        skr_expr node = {.op = SKR_E_CARRIES, .alleles = request->alleles};
        int status = skr_query_expr(request->query, &node, &carries, err);
        if (status < 0)
            return status;
    }
    if (carries == NULL && request->people == NULL) {
        skr_expr everybody = {.op = SKR_E_ALL};
        return skr_query_expr(request->query, &everybody, ret_expr, err);
    }
    return skr_query_join(request->query, SKR_E_AND, carries, request->people, ret_expr, err);
}
