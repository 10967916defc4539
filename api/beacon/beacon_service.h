/*
 * beacon_service.h - what every document needs, and the documents: from a request over HTTP,
 * through the engine, to the body of its response.
 *
 * Threads: a service is not changed after it is made; any number of requests may be answered at
 * once.
 */
#ifndef SKR_API_BEACON_BEACON_SERVICE_H
#define SKR_API_BEACON_BEACON_SERVICE_H

#include "api/message/message.h"
#include "engine/face/engine.h"

/* Where the version of the specification stands, that answers follow. */
#define SKR_BEACON_VERSION "v2.2.0"

/* What the operator says of this Beacon. Texts are borrowed. */
typedef struct skr_beacon_texts {
    const char *beacon_id;
    const char *name;
    const char *description;
    const char *organization_id;
    const char *organization_name;
    const char *organization_url;
    const char *environment; /* prod, test, dev, staging */
} skr_beacon_texts;

typedef struct skr_service {
    skr_engine *engine;
    skr_policy policy;
    char policy_text[96];
    const skr_beacon_texts *texts;
    const char *base_url; /* absolute, without a '/' at its end: http://127.0.0.1:8080/api */
} skr_service;

/*
 * id is what stands for {id} in the path, decoded, or NULL. Success sets status, body and what the
 * log needs. Errors: those of the engine and of requests; response->status may say which HTTP
 * status the error is, 0 leaves it to its code.
 */
typedef int (*skr_document_fn)(const skr_service *service, const skr_http_request *request,
                               const char *id, skr_http_response *response, skr_err *err);

/* The fixed documents. */
int skr_beacon_info(const skr_service *service, const skr_http_request *request, const char *id,
                    skr_http_response *response, skr_err *err);
int skr_beacon_service_info(const skr_service *service, const skr_http_request *request,
                            const char *id, skr_http_response *response, skr_err *err);
int skr_beacon_configuration(const skr_service *service, const skr_http_request *request,
                             const char *id, skr_http_response *response, skr_err *err);
int skr_beacon_map(const skr_service *service, const skr_http_request *request, const char *id,
                   skr_http_response *response, skr_err *err);
int skr_beacon_entry_types(const skr_service *service, const skr_http_request *request,
                           const char *id, skr_http_response *response, skr_err *err);

/* The terms that may be asked for; id: of one dataset. */
int skr_beacon_filtering_terms(const skr_service *service, const skr_http_request *request,
                               const char *id, skr_http_response *response, skr_err *err);

/* Datasets, all or one. */
int skr_beacon_datasets(const skr_service *service, const skr_http_request *request, const char *id,
                        skr_http_response *response, skr_err *err);

/* Counts of people and of alleles; id: in one dataset. */
int skr_beacon_individuals(const skr_service *service, const skr_http_request *request,
                           const char *id, skr_http_response *response, skr_err *err);
int skr_beacon_variants(const skr_service *service, const skr_http_request *request, const char *id,
                        skr_http_response *response, skr_err *err);

/* The error document. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_problem(const skr_service *service, unsigned status,
                                    const char *message, char **ret_text, size_t *ret_n,
                                    skr_err *err);

#endif
