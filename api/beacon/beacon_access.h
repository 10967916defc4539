/*
 * beacon_access.h - a request read, and the terms under which it is put to the engine.
 */
#ifndef SKR_API_BEACON_BEACON_ACCESS_H
#define SKR_API_BEACON_BEACON_ACCESS_H

#include "api/beacon/beacon_request.h"
#include "api/beacon/beacon_service.h"

/* Zero-initialised; freed with skr_beacon_case_done. */
typedef struct skr_beacon_case {
    skr_beacon_request request;
    skr_access access;  /* borrows from the request */
    const char *one[1]; /* the dataset of the path */
} skr_beacon_case;

/* The access of a request that names nothing. */
skr_access skr_beacon_access(const skr_service *service, const skr_http_request *http);

/*
 * Reads the Beacon request of one over HTTP, looks up its datasets, and adds what the id of the
 * path asks for; the case borrows the path. A dataset or cohort that is not there, or an id that is
 * no allele, sets response->status to 404. Errors: those of requests and of skr_engine_info.
 */
SKR_MUST_USE int skr_beacon_case_read(const skr_service *service, const skr_http_request *http,
                                      const skr_beacon_path *path, skr_beacon_case *ret_case,
                                      skr_http_response *response, skr_err *err);

/* The cohort with an id; NULL: none. */
const skr_beacon_cohort *skr_beacon_cohort_find(const skr_beacon_texts *texts, const char *id);

/* Adds what the id of a path asks for to the request. Errors: as above. */
SKR_MUST_USE int skr_beacon_path_add(const skr_service *service, const skr_beacon_path *path,
                                     skr_beacon_request *request, skr_http_response *response,
                                     skr_err *err);

/* Frees what a case holds. */
void skr_beacon_case_done(skr_beacon_case *one);

/* Keeps the canonical text of the question for the log. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_keep_canonical(const skr_expr *people, const skr_expr *alleles,
                                           skr_http_response *response, skr_err *err);

/* Where a page begins and ends in a list of n entries. */
void skr_beacon_page(const skr_beacon_request *request, size_t n, size_t *ret_from, size_t *ret_to);

#endif
