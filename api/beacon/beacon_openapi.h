/*
 * beacon_openapi.h - the description of what a Beacon answers, in the form of OpenAPI 3.0.
 *
 * Threads: no state.
 */
#ifndef SKR_API_BEACON_BEACON_OPENAPI_H
#define SKR_API_BEACON_BEACON_OPENAPI_H

#include "api/beacon/beacon_service.h"

/* What is answered at a path, as the schemas of the specification have it. */
typedef enum skr_beacon_answer {
    SKR_ANSWER_INFO,
    SKR_ANSWER_SERVICE_INFO,
    SKR_ANSWER_CONFIGURATION,
    SKR_ANSWER_MAP,
    SKR_ANSWER_ENTRY_TYPES,
    SKR_ANSWER_TERMS,
    SKR_ANSWER_COLLECTIONS,
    SKR_ANSWER_COUNTS,
    SKR_ANSWER_OPENAPI,
} skr_beacon_answer;

/* A path that is answered. */
typedef struct skr_beacon_operation {
    const char *path; /* below the base path, "{id}" in it for an id */
    skr_beacon_answer answer;
    bool is_query; /* POST asks it too */
} skr_beacon_operation;

/* The document of n operations; sets status and body. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_openapi(const skr_service *service,
                                    const skr_beacon_operation *operations, size_t n,
                                    skr_http_response *response, skr_err *err);

#endif
