/*
 * fetch_http.h - one answer of one host over HTTPS: the door to libcurl.
 *
 * The library is loaded when the first host is asked; nothing else of the program needs it. No
 * redirect is followed, no proxy, no netrc and no cookie is used, and an address of a private
 * network is connected only where the host's line says so, whatever name led to it.
 *
 * Threads: one at a time.
 */
#ifndef SKR_ENGINE_IMPORT_FETCH_FETCH_HTTP_H
#define SKR_ENGINE_IMPORT_FETCH_FETCH_HTTP_H

#include <stdint.h>

#include "engine/import/fetch/fetch_hosts.h"

typedef struct skr_fetch_request {
    const char *name; /* for messages */
    const char *url;
    const skr_fetch_hosts *hosts;
    const char *const *headers; /* "Name: value" */
    size_t n_headers;
    uint64_t n_most;   /* bytes that may come */
    uint64_t n_wanted; /* that must come, 0: as many as the answer says */
    bool is_part;      /* a part of a file is asked for: the answer must be one */
    void *context;     /* of the functions */
    /* Called with the bytes in turn. */
    int (*on_bytes)(void *context, const uint8_t *bytes, size_t n, skr_err *err);
    /* Called now and then: shall it go on? Or NULL. */
    int (*check_stop)(void *context, skr_err *err);
} skr_fetch_request;

/* The host of an address, if it may be asked. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_fetch_http_host(const skr_fetch_hosts *hosts, const char *name,
                                     const char *url, const skr_fetch_host **ret_host,
                                     skr_err *err);

/*
 * Asks. *ret_is_worth_again: the host or the way to it failed, and may not fail again. Errors:
 * INPUT (a host that may not be asked, an answer that is none, too long or too short), NOMEM; those
 * of the functions.
 */
SKR_MUST_USE int skr_fetch_http(const skr_fetch_request *request, bool *ret_is_worth_again,
                                skr_err *err);

#endif
