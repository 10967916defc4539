/*
 * route.h - from a question over HTTP to its answer, without any library's types: the server
 * reads the bytes, this decides, and the files called beacon_* make the document.
 *
 * Threads: a service is not changed after it is made; any number of questions may be answered at
 * once.
 */
#ifndef SKR_API_HTTP_ROUTE_H
#define SKR_API_HTTP_ROUTE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/http/metrics_int.h"
#include "api/http/server.h"

/* Where the version of the specification stands, that answers follow. */
#define SKR_BEACON_VERSION "v2.2.0"

/* What every answer needs. */
typedef struct skr_service {
    skr_engine *engine;
    skr_policy policy;
    char policy_text[96];
    const skr_server_config *config;
    skr_metrics *metrics; /* NULL: they are not told */
    const char *base_url; /* absolute, without a '/' at its end: http://127.0.0.1:8080/api */
} skr_service;

typedef enum skr_method {
    SKR_METHOD_GET, /* HEAD too: the server leaves the body out */
    SKR_METHOD_POST,
    SKR_METHOD_OPTIONS,
    SKR_METHOD_OTHER,
} skr_method;

typedef struct skr_http_question {
    skr_method method;
    const char *path;         /* as it came, up to the '?': "/api/individuals" */
    const char *words;        /* behind the '?', or NULL */
    const char *content_type; /* or NULL */
    const char *body;
    size_t n_body;
    uint64_t deadline_ns;
    const atomic_bool *stop;
} skr_http_question;

/* Zero-initialised; freed with skr_http_answer_done. */
typedef struct skr_http_answer {
    unsigned status;
    char *body; /* NULL: none */
    size_t n_body;
    const char *content_type; /* NULL: JSON */
    const char *allow;        /* methods, for 405 and OPTIONS; or NULL */
    unsigned route;           /* which it was, for the metrics; 0: none */
    unsigned retry_after_s;   /* 0: not said */
    /* for the log */
    char *canonical; /* the question, or NULL when none was put to the engine; freed with free */
    bool has_told;
    skr_told_count told;
    char *fault; /* what is not for the asker: a fault of ours; or NULL; freed with free */
} skr_http_answer;

/* Frees what an answer holds. */
void skr_http_answer_done(skr_http_answer *answer);

/* Answers, always: what fails becomes a Beacon error. answer->status 0: out of memory. */
void skr_route_answer(const skr_service *service, const skr_http_question *question,
                      skr_http_answer *answer);

/* What a 503 says. */
#define SKR_SAID_BUSY "the server is too busy or stopping; try again"

/* Answers with a Beacon error of this HTTP status. */
void skr_route_refuse(const skr_service *service, unsigned status, const char *message,
                      skr_http_answer *answer);

/* When a question was answered, and how long that took. */
typedef struct skr_audit_times {
    uint64_t since_1970_s;
    uint64_t took_ns;
} skr_audit_times;

/* The line for the log: when, what, status, what was told, how long. line has room for n bytes;
 * what does not fit is left out. */
void skr_audit_line(const skr_http_question *question, const skr_http_answer *answer,
                    const skr_audit_times *times, char *line, size_t n);

/* CLOCK_MONOTONIC. */
uint64_t skr_now_ns(void);

/* ------------------------------------------------------------------ the documents */

/*
 * id is what stands for {id} in the path, decoded, or NULL. Success sets status, body and what the
 * log needs. Errors: those of the engine and of requests; answer->status may say which HTTP status
 * the error is, 0 leaves it to its code.
 */
typedef int (*skr_document_fn)(const skr_service *service, const skr_http_question *question,
                               const char *id, skr_http_answer *answer, skr_err *err);

/* The fixed documents. */
int skr_beacon_info(const skr_service *service, const skr_http_question *question, const char *id,
                    skr_http_answer *answer, skr_err *err);
int skr_beacon_service_info(const skr_service *service, const skr_http_question *question,
                            const char *id, skr_http_answer *answer, skr_err *err);
int skr_beacon_configuration(const skr_service *service, const skr_http_question *question,
                             const char *id, skr_http_answer *answer, skr_err *err);
int skr_beacon_map(const skr_service *service, const skr_http_question *question, const char *id,
                   skr_http_answer *answer, skr_err *err);
int skr_beacon_entry_types(const skr_service *service, const skr_http_question *question,
                           const char *id, skr_http_answer *answer, skr_err *err);

/* The terms that may be asked for; id: of one dataset. */
int skr_beacon_filtering_terms(const skr_service *service, const skr_http_question *question,
                               const char *id, skr_http_answer *answer, skr_err *err);

/* Datasets, all or one. */
int skr_beacon_datasets(const skr_service *service, const skr_http_question *question,
                        const char *id, skr_http_answer *answer, skr_err *err);

/* Counts of people and of alleles; id: in one dataset. */
int skr_beacon_individuals(const skr_service *service, const skr_http_question *question,
                           const char *id, skr_http_answer *answer, skr_err *err);
int skr_beacon_variants(const skr_service *service, const skr_http_question *question,
                        const char *id, skr_http_answer *answer, skr_err *err);

/* The error document. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_problem(const skr_service *service, unsigned status,
                                    const char *message, char **ret_text, size_t *ret_n,
                                    skr_err *err);

#endif
