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

/* What a path counts, or lists. */
typedef enum skr_entity {
    SKR_ENTITY_NONE, /* documents about the Beacon itself */
    SKR_ENTITY_DATASET,
    SKR_ENTITY_COHORT,
    SKR_ENTITY_INDIVIDUAL,
    SKR_ENTITY_BIOSAMPLE,
    SKR_ENTITY_RUN,
    SKR_ENTITY_ANALYSIS,
    SKR_ENTITY_VARIANT,
    SKR_N_ENTITIES,
} skr_entity;

/* A path of a document: /individuals, /individuals/{id}, /individuals/{id}/biosamples. */
typedef struct skr_beacon_path {
    skr_entity entity; /* what it counts */
    skr_entity parent; /* whose id stands in it; NONE: it has none. The same as entity: one entry */
    const char *id;    /* decoded; NULL with parent NONE */
} skr_beacon_path;

/* People whom the operator names by a question. */
typedef struct skr_beacon_cohort {
    const char *id;
    const char *name;        /* NULL: the id */
    const char *description; /* NULL: none */
    const char *question;    /* in the language */
} skr_beacon_cohort;

/* What the operator says of this Beacon. Texts are borrowed; NULL: not said. */
typedef struct skr_beacon_texts {
    const char *beacon_id;
    const char *name;
    const char *description;
    const char *organization_id;
    const char *organization_name;
    const char *organization_url;
    const char *organization_description;
    const char *organization_address;
    const char *organization_contact_url;
    const char *organization_logo_url;
    const char *welcome_url;
    const char *alternative_url; /* NULL: base_url */
    const char *create_date;
    const skr_beacon_cohort *cohorts;
    size_t n_cohorts;
    const char *environment; /* prod, test, dev, staging */
    const char *sequence_id; /* of locations: hgvs (HGVSid:3:g....), refseq (refseq:NC_000003.12) */
    const char *entry_types; /* that it speaks of: "dataset, genomicVariant"; NULL: all */
    const char *granularity; /* the most that it tells: boolean, count, record; NULL: record */
    const char *base_path;   /* what its paths begin with: "/api", "" */
} skr_beacon_texts;

typedef struct skr_service {
    skr_engine *engine;
    skr_policy policy;
    char policy_text[96];
    const skr_beacon_texts *texts;
    const char *base_url; /* absolute, without a '/' at its end: http://127.0.0.1:8080/api */
} skr_service;

/* Does a Beacon speak of an entry type at all? Of NONE always. */
bool skr_beacon_offers(const skr_service *service, skr_entity entity);

/* Which entry type the list of a path below base_path is of ("individuals" and what stands behind
 * a '/'); NONE: of none. */
skr_entity skr_beacon_list_of(const char *path);

/* Are the words of entry_types entry types? Errors: USAGE, with the nearest. */
SKR_MUST_USE int skr_beacon_offer_check(const skr_beacon_texts *texts, skr_err *err);

/*
 * Success sets status, body and what the
 * log needs. Errors: those of the engine and of requests; response->status may say which HTTP
 * status the error is, 0 leaves it to its code.
 */
typedef int (*skr_document_fn)(const skr_service *service, const skr_http_request *request,
                               const skr_beacon_path *path, skr_http_response *response,
                               skr_err *err);

/* The fixed documents. */
int skr_beacon_info(const skr_service *service, const skr_http_request *request,
                    const skr_beacon_path *path, skr_http_response *response, skr_err *err);
int skr_beacon_service_info(const skr_service *service, const skr_http_request *request,
                            const skr_beacon_path *path, skr_http_response *response, skr_err *err);
int skr_beacon_configuration(const skr_service *service, const skr_http_request *request,
                             const skr_beacon_path *path, skr_http_response *response,
                             skr_err *err);
int skr_beacon_map(const skr_service *service, const skr_http_request *request,
                   const skr_beacon_path *path, skr_http_response *response, skr_err *err);
int skr_beacon_entry_types(const skr_service *service, const skr_http_request *request,
                           const skr_beacon_path *path, skr_http_response *response, skr_err *err);

/* The terms that may be asked for, of all datasets or of one. */
int skr_beacon_filtering_terms(const skr_service *service, const skr_http_request *request,
                               const skr_beacon_path *path, skr_http_response *response,
                               skr_err *err);

/* Datasets, all or one; cohorts, all or one. */
int skr_beacon_datasets(const skr_service *service, const skr_http_request *request,
                        const skr_beacon_path *path, skr_http_response *response, skr_err *err);
int skr_beacon_cohorts(const skr_service *service, const skr_http_request *request,
                       const skr_beacon_path *path, skr_http_response *response, skr_err *err);

/* How many of an entity, in all or of what the path names. */
int skr_beacon_counts(const skr_service *service, const skr_http_request *request,
                      const skr_beacon_path *path, skr_http_response *response, skr_err *err);

/* The error document. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_problem(const skr_service *service, unsigned status,
                                    const char *message, char **ret_text, size_t *ret_n,
                                    skr_err *err);

#endif
