/*
 * beacon_request.h - from a Beacon request to the question that it asks.
 *
 * Every spelling in use is taken (docs/http-api.md lists them): parameters flat or below
 * "g_variant", numbers as texts, one value or a list, GET and POST. What is not understood and
 * might change a count is refused by name; what cannot is taken and told in a warning: nothing is
 * ignored silently. Names (datasets, assemblies, terms, genes) are looked up later, by the engine.
 *
 * Threads: a request has one owner.
 */
#ifndef SKR_API_BEACON_BEACON_REQUEST_H
#define SKR_API_BEACON_BEACON_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/query.h"
#include "storage/base/err.h"

typedef enum skr_granularity {
    SKR_GRANULARITY_BOOLEAN,
    SKR_GRANULARITY_COUNT,
    SKR_GRANULARITY_RECORD,
} skr_granularity;

typedef enum skr_include {
    SKR_INCLUDE_HIT,
    SKR_INCLUDE_MISS,
    SKR_INCLUDE_ALL,
    SKR_INCLUDE_NONE,
} skr_include;

typedef struct skr_beacon_request {
    skr_query *query;            /* holds the nodes and texts below */
    const skr_expr *people;      /* the filters; NULL: none */
    const skr_expr *alleles;     /* the variant asked for; NULL: none */
    const char *assembly;        /* as written, or as an accession says; NULL: neither */
    const char *const *datasets; /* ids as written; NULL: all */
    size_t n_datasets;
    skr_granularity granularity;
    bool has_granularity; /* otherwise it is COUNT */
    skr_include include;
    uint64_t n_skip;  /* pages */
    uint64_t n_limit; /* entries of a page; 0: all */
    bool has_limit;   /* otherwise it is 10, as in the specification */
    bool is_test;
    bool wants_aggregated;      /* granularity aggregated; elsewhere than of people it is COUNT */
    struct json_t *aggregators; /* as written; NULL: none */
    struct json_t *aggregated;  /* by dataset, once they are found; NULL */
    struct json_t *summary;     /* receivedRequestSummary: what was understood */
    struct json_t *warnings;    /* what was taken although it should not stand there, or left out */
} skr_beacon_request;

/*
 * Reads the body of a POST; an empty one asks for everything. *ret_request is zeroed, and freed
 * with skr_beacon_request_done, also after a failure. Errors: QUERY naming the member, NOT_YET,
 * NOMEM.
 */
SKR_MUST_USE int skr_beacon_request_read(const char *body, size_t n_body,
                                         skr_beacon_request *ret_request, skr_err *err);

/* Reads what stands after the '?' of a GET, still percent-encoded; NULL is "". As above. */
SKR_MUST_USE int skr_beacon_request_read_get(const char *words, skr_beacon_request *ret_request,
                                             skr_err *err);

/* Frees what the request holds. */
void skr_beacon_request_done(skr_beacon_request *request);

/*
 * The question about people: the filters and, if there is one, the variant that they carry. The
 * node lives in the request's query. Errors: NOMEM.
 */
SKR_MUST_USE int skr_beacon_request_people(skr_beacon_request *request, const skr_expr **ret_expr,
                                           skr_err *err);

#endif
