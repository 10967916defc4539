/*
 * route_int.h - from a request over HTTP to its response: which document it asks for, whether it
 * may be asked so, and what a failure looks like.
 *
 * Threads: a router is not changed after it is made; any number of requests may be answered at
 * once.
 */
#ifndef SKR_API_HTTP_ROUTE_INT_H
#define SKR_API_HTTP_ROUTE_INT_H

#include "api/beacon/beacon_service.h"
#include "api/http/metrics_int.h"

typedef struct skr_router {
    skr_service service;
    skr_metrics *const *metrics; /* of all servers that it tells of; NULL: they are not told */
    size_t n_metrics;
    bool has_beacon; /* false: /metrics and /health alone */
    bool has_health;
} skr_router;

/* Answers, always: what fails becomes a Beacon error. response->status 0: out of memory. */
void skr_route_answer(const skr_router *router, const skr_http_request *request,
                      skr_http_response *response);

/* What a 503 says. */
#define SKR_SAID_BUSY "the server is too busy or stopping; try again"

/* Answers with a Beacon error of this HTTP status. */
void skr_route_refuse(const skr_service *service, unsigned status, const char *message,
                      skr_http_response *response);

#endif
