/* route.c - a table from method and path to the function that makes the document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_openapi.h"
#include "api/http/route_int.h"

/* '*' stands for one id. is_query: POST asks it too. make: NULL for the metrics. */
struct route {
    const char *path;
    bool is_query;
    skr_document_fn make;
    skr_entity entity;
    skr_entity parent;
};

static int openapi(const skr_service *service, const skr_http_request *request,
                   const skr_beacon_path *path, skr_http_response *response, skr_err *err);

#define TERMS(path, parent)                                                                        \
    {                                                                                              \
        path "/filtering_terms", true, skr_beacon_filtering_terms, SKR_ENTITY_NONE, parent         \
    }
#define ENTRIES(path, make, entity)                                                                \
    TERMS(path, SKR_ENTITY_NONE), {path, true, make, entity, SKR_ENTITY_NONE},                     \
    {                                                                                              \
        path "/*", true, make, entity, entity                                                      \
    }
#define BELOW(path, parent, entity)                                                                \
    {                                                                                              \
        path, true, skr_beacon_counts, entity, parent                                              \
    }
#define SAMPLES_BELOW(path, parent)                                                                \
    BELOW(path "/*/g_variants", parent, SKR_ENTITY_VARIANT),                                       \
        BELOW(path "/*/runs", parent, SKR_ENTITY_RUN),                                             \
        BELOW(path "/*/analyses", parent, SKR_ENTITY_ANALYSIS),                                    \
        BELOW(path "/*/biosamples", parent, SKR_ENTITY_BIOSAMPLE)
#define PEOPLE_BELOW(path, parent) BELOW(path "/*/individuals", parent, SKR_ENTITY_INDIVIDUAL)

/* What skr_beacon_is_below says stands below an entry of each type. */
static const struct route routes[] = {
    {"/", false, skr_beacon_info, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    {"/info", false, skr_beacon_info, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    {"/service-info", false, skr_beacon_service_info, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    {"/configuration", false, skr_beacon_configuration, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    {"/map", false, skr_beacon_map, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    {"/openapi.json", false, openapi, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    {"/entry_types", false, skr_beacon_entry_types, SKR_ENTITY_NONE, SKR_ENTITY_NONE},
    TERMS("", SKR_ENTITY_NONE),
    ENTRIES("/datasets", skr_beacon_datasets, SKR_ENTITY_DATASET),
    TERMS("/datasets/*", SKR_ENTITY_DATASET),
    PEOPLE_BELOW("/datasets", SKR_ENTITY_DATASET),
    SAMPLES_BELOW("/datasets", SKR_ENTITY_DATASET),
    ENTRIES("/cohorts", skr_beacon_cohorts, SKR_ENTITY_COHORT),
    PEOPLE_BELOW("/cohorts", SKR_ENTITY_COHORT),
    SAMPLES_BELOW("/cohorts", SKR_ENTITY_COHORT),
    ENTRIES("/individuals", skr_beacon_counts, SKR_ENTITY_INDIVIDUAL),
    SAMPLES_BELOW("/individuals", SKR_ENTITY_INDIVIDUAL),
    ENTRIES("/biosamples", skr_beacon_counts, SKR_ENTITY_BIOSAMPLE),
    PEOPLE_BELOW("/biosamples", SKR_ENTITY_BIOSAMPLE),
    SAMPLES_BELOW("/biosamples", SKR_ENTITY_BIOSAMPLE),
    ENTRIES("/runs", skr_beacon_counts, SKR_ENTITY_RUN),
    PEOPLE_BELOW("/runs", SKR_ENTITY_RUN),
    SAMPLES_BELOW("/runs", SKR_ENTITY_RUN),
    ENTRIES("/analyses", skr_beacon_counts, SKR_ENTITY_ANALYSIS),
    PEOPLE_BELOW("/analyses", SKR_ENTITY_ANALYSIS),
    SAMPLES_BELOW("/analyses", SKR_ENTITY_ANALYSIS),
    ENTRIES("/g_variants", skr_beacon_counts, SKR_ENTITY_VARIANT),
    PEOPLE_BELOW("/g_variants", SKR_ENTITY_VARIANT),
    SAMPLES_BELOW("/g_variants", SKR_ENTITY_VARIANT),
};

#define N_ROUTES (sizeof routes / sizeof *routes)

/* Numbers of routes in the metrics: what is no path, what is not below PREFIX, and the table. */
#define ROUTE_METRICS 1u
#define ROUTE_FIRST 2u

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);
    return at == NULL || (c < '0') ? -1 : (int)(at - digits);
}

/* Stands for a coded '/', which belongs to an id: addresses are ids too. */
#define SLASH '\1'

/* Decodes %XX in place. False when a code is broken or means a control character. */
static bool decode_path(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        char c = *at;
        if (c == '%') {
            int high = hex_digit(at[1]);
            int low = high < 0 ? -1 : hex_digit(at[2]);
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            if ((unsigned char)c < ' ')
                return false;
            c = c == '/' ? SLASH : c;
            at += 2;
        } else if (c == SLASH) {
            return false;
        }
        *to++ = c;
    }
    *to = '\0';
    return true;
}

/* Does a decoded path fit a pattern? *ret_id is where its id begins and *ret_n how long it is. */
static bool fits(const char *pattern, const char *path, const char **ret_id, size_t *ret_n)
{
    while (*pattern != '\0') {
        if (*pattern == '*') {
            size_t n = strcspn(path, "/");
            if (n == 0)
                return false;
            *ret_id = path;
            *ret_n = n;
            path += n;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

/* Is it of an entry type that this Beacon speaks of? */
static bool is_offered(const skr_service *service, const struct route *route)
{
    return skr_beacon_offers(service, route->entity) &&
           skr_beacon_offers(service, skr_beacon_list_of(route->path + 1));
}

/* *ret_id is the caller's. Errors: NOMEM; no route is NULL and none. */
static int find_route(const char *path, const struct route **ret_route, char **ret_id, skr_err *err)
{
    for (size_t i = 0; i < N_ROUTES; i++) {
        const char *id = NULL;
        size_t n_id = 0;
        if (fits(routes[i].path, path, &id, &n_id)) {
            *ret_id = id == NULL ? NULL : strndup(id, n_id);
            if (id != NULL && *ret_id == NULL)
                return skr_fail_nomem(err, "a path");
            for (char *at = *ret_id; at != NULL && *at != '\0'; at++)
                *at = *at == SLASH ? '/' : *at;
            *ret_route = &routes[i];
            return SKR_OK;
        }
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ OpenAPI */

static skr_beacon_answer answer_of(const struct route *route)
{
    static const struct {
        skr_document_fn make;
        skr_beacon_answer answer;
    } answers[] = {{skr_beacon_info, SKR_ANSWER_INFO},
                   {skr_beacon_service_info, SKR_ANSWER_SERVICE_INFO},
                   {skr_beacon_configuration, SKR_ANSWER_CONFIGURATION},
                   {skr_beacon_map, SKR_ANSWER_MAP},
                   {skr_beacon_entry_types, SKR_ANSWER_ENTRY_TYPES},
                   {skr_beacon_filtering_terms, SKR_ANSWER_TERMS},
                   {skr_beacon_datasets, SKR_ANSWER_COLLECTIONS},
                   {skr_beacon_cohorts, SKR_ANSWER_COLLECTIONS},
                   {skr_beacon_counts, SKR_ANSWER_COUNTS}};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answers[i].make == route->make)
            return answers[i].answer;
    return SKR_ANSWER_OPENAPI;
}

#define OPENAPI_PATH_MAX 64u

/* Writes a pattern as OpenAPI does. */
static const char *described(const char *pattern, char *path)
{
    size_t n = strcspn(pattern, "*");
    (void)snprintf(path, OPENAPI_PATH_MAX, pattern[n] == '*' ? "%.*s{id}%s" : "%.*s%s", (int)n,
                   pattern, pattern[n] == '*' ? pattern + n + 1 : "");
    return path;
}

/* All routes that this Beacon has: made of their table, so that none is left out. */
static int openapi(const skr_service *service, const skr_http_request *request,
                   const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    skr_beacon_operation operations[N_ROUTES];
    char paths[N_ROUTES][OPENAPI_PATH_MAX];
    size_t n = 0;
    (void)request;
    (void)path;
    for (size_t i = 0; i < N_ROUTES; i++)
        if (is_offered(service, &routes[i])) {
            operations[n] = (skr_beacon_operation){.path = described(routes[i].path, paths[n]),
                                                   .answer = answer_of(&routes[i]),
                                                   .is_query = routes[i].is_query};
            n++;
        }
    return skr_beacon_openapi(service, operations, n, response, err);
}

/* The HTTP status of a failure. */
static unsigned status_of(int code)
{
    switch (code) {
    case SKR_ERR_DEADLINE:
        return 504;
    case SKR_ERR_POLICY:
        return 403;
    case SKR_ERR_NOMEM:
    case SKR_ERR_IO:
    case SKR_ERR_LIMIT:
    case SKR_ERR_LOCKED:
    case SKR_ERR_INTERRUPTED:
        return 503;
    default:
        return code <= SKR_ERR_QUERY ? 400 : 500;
    }
}

void skr_route_refuse(const skr_service *service, unsigned status, const char *message,
                      skr_http_response *response)
{
    free(response->body);
    response->body = NULL;
    response->status = status;
    response->has_told = false;
    if (status == 503)
        response->retry_after_s = 1;
    skr_err err;
    if (skr_beacon_problem(service, status, message, &response->body, &response->n_body, &err) < 0)
        response->status = 0;
}

/* What went wrong inside is for the operator's log; the asker is told what the asker can mend. */
static void refuse_error(const skr_service *service, const skr_err *err,
                         skr_http_response *response)
{
    unsigned status = response->status != 0 ? response->status : status_of(err->code);
    const char *message = err->message;
    if (status >= 500) {
        response->fault = strdup(err->message);
        message = status == 504   ? "the question took longer than it may"
                  : status == 503 ? SKR_SAID_BUSY
                                  : "a fault of the server; its log says which";
    }
    char first[SKR_ERR_MESSAGE_MAX]; /* an error of the language goes on with a caret */
    (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(message, "\n"), message);
    skr_route_refuse(service, status, first, response);
}

/* A body, if there is one, must say that it is JSON, or nothing of what it is. */
static bool is_json(const char *content_type)
{
    if (content_type == NULL)
        return true;
    size_t n = strcspn(content_type, "; \t");
    return n == 16 && strncasecmp(content_type, "application/json", n) == 0;
}

/* ------------------------------------------------------------------ metrics */

static int print_metrics(const skr_router *router, skr_http_response *response, skr_err *err)
{
    const char *names[ROUTE_FIRST + N_ROUTES] = {"other", "/metrics"};
    _Static_assert(ROUTE_FIRST + N_ROUTES <= SKR_METRICS_ROUTES, "no room for the routes");
    skr_engine_stats engine;
    skr_buffer text = {0};
    for (size_t i = 0; i < N_ROUTES; i++)
        names[ROUTE_FIRST + i] = routes[i].path;
    const skr_metrics_list list = {router->metrics, router->n_metrics, names,
                                   ROUTE_FIRST + N_ROUTES};
    int status = skr_engine_stats_read(router->service.engine, &engine, err);
    if (status == SKR_OK)
        status = skr_metrics_print(&list, &engine, &text, err);
    if (status < 0) {
        skr_buffer_done(&text);
        return status;
    }
    response->status = 200;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    response->body = (char *)text.bytes;
    response->n_body = text.n;
    return SKR_OK;
}

static const struct route metrics_route = {"/metrics", false, NULL, SKR_ENTITY_NONE,
                                           SKR_ENTITY_NONE};

/* ------------------------------------------------------------------ the whole */

static void answer_route(const skr_router *router, const skr_http_request *request,
                         const struct route *route, const char *id, skr_http_response *response)
{
    const skr_service *service = &router->service;
    const char *allow = route->is_query ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS";
    bool is_for_people = route->make == skr_beacon_counts &&
                         route->entity == SKR_ENTITY_INDIVIDUAL && route->parent == SKR_ENTITY_NONE;
    if (request->is_at_once && !is_for_people)
        return;
    if (request->method == SKR_METHOD_OPTIONS) {
        response->status = 204;
        response->allow = allow;
        return;
    }
    bool is_post = request->method == SKR_METHOD_POST;
    if (request->method == SKR_METHOD_OTHER || (is_post && !route->is_query)) {
        response->allow = allow;
        skr_route_refuse(service, 405, "this method is not supported here", response);
        return;
    }
    if (!is_post && request->n_body > 0) {
        skr_route_refuse(service, 400, "a GET has no body; use POST", response);
        return;
    }
    if (request->n_body > 0 && !is_json(request->content_type)) {
        skr_route_refuse(service, 415, "the body must be application/json", response);
        return;
    }
    if (is_post && request->words != NULL && request->words[0] != '\0') {
        skr_route_refuse(service, 400, "a POST says everything in its body: leave out the '?'",
                         response);
        return;
    }
    skr_err err = {0};
    skr_json_begin();
    const skr_beacon_path path = {route->entity, route->parent, id};
    int status = route->make == NULL ? print_metrics(router, response, &err)
                                     : route->make(service, request, &path, response, &err);
    if (skr_json_check(&err) < 0) { /* whatever else it says, it was made of half a request */
        status = SKR_ERR_NOMEM;
        response->status = 0;
    }
    if (status < 0 && request->is_at_once)
        response->status = 0;
    else if (status < 0)
        refuse_error(service, &err, response);
}

static void refuse_path(const skr_router *router, skr_http_response *response)
{
    char message[SKR_ERR_MESSAGE_MAX] = "no such path; here are /metrics and /health/ready alone";
    if (router->has_beacon)
        (void)snprintf(message, sizeof message, "no such path; see %.200s/map",
                       router->service.texts->base_path);
    skr_route_refuse(&router->service, 404, message, response);
}

void skr_route_answer(const skr_router *router, const skr_http_request *request,
                      skr_http_response *response)
{
    const skr_service *service = &router->service;
    const char *prefix = service->texts->base_path;
    size_t n_prefix = strlen(prefix);
    char *path = strdup(request->path);
    char *id = NULL;
    if (path == NULL)
        return;
    size_t n = strlen(path);
    while (n > n_prefix + 1 && path[n - 1] == '/') /* "/api/individuals/" is meant well */
        path[--n] = '\0';
    const struct route *route = NULL;
    skr_err err = {0};
    int status = SKR_OK;
    if (decode_path(path) && strncmp(path, prefix, n_prefix) == 0)
        status = find_route(path[n_prefix] == '\0' ? "/" : path + n_prefix, &route, &id, &err);
    if (route != NULL && (!router->has_beacon || !is_offered(service, route)))
        route = NULL;
    if (route != NULL)
        response->route = ROUTE_FIRST + (unsigned)(route - routes);
    if (router->metrics != NULL && strcmp(path, metrics_route.path) == 0) {
        route = &metrics_route;
        response->route = ROUTE_METRICS;
    }
    if (status < 0)
        refuse_error(service, &err, response);
    else if (route == NULL)
        refuse_path(router, response);
    else
        answer_route(router, request, route, id, response);
    free(id);
    free(path);
}
