/*
 * message.h - a request over HTTP and the response to it, without any library's types: the server
 * reads and writes the bytes, and the documents of a protocol stand between the two.
 *
 * Threads: a message has one owner.
 */
#ifndef SKR_API_MESSAGE_MESSAGE_H
#define SKR_API_MESSAGE_MESSAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/policy.h"

typedef enum skr_method {
    SKR_METHOD_GET, /* HEAD too: the server leaves the body out */
    SKR_METHOD_POST,
    SKR_METHOD_OPTIONS,
    SKR_METHOD_OTHER,
} skr_method;

typedef struct skr_http_request {
    skr_method method;
    const char *path;         /* as it came, up to the '?': "/api/individuals" */
    const char *words;        /* after the '?', or NULL */
    const char *content_type; /* or NULL */
    const char *body;
    size_t n_body;
    uint64_t deadline_ns;
    const atomic_bool *stop;
    bool is_at_once; /* only if it can be answered from memory; otherwise the status stays 0 */
} skr_http_request;

/* Zero-initialised; freed with skr_message_response_done. */
typedef struct skr_http_response {
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
} skr_http_response;

/* Frees what a response holds. */
void skr_message_response_done(skr_http_response *response);

#endif
