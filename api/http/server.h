/*
 * server.h - Beacon v2 over HTTP.
 *
 * Threads: one thread of libmicrohttpd reads, writes, and answers what was answered before; other
 * answers are made by a pool of workers while the connection is suspended, so that no handler waits
 * for the store; one more thread closes connections
 * that are too slow and stops questions whose asker has gone (limits: docs/http-api.md).
 */
#ifndef SKR_API_HTTP_SERVER_H
#define SKR_API_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/beacon/beacon_service.h"
#include "engine/face/engine.h"
#include "engine/face/policy.h"
#include "storage/base/err.h"

/*
 * Is given n bytes for the log: whole lines, one for each question (when, what, status, what was
 * told, how long) and one for each fault of ours. Called by one thread of the server's, that may
 * wait: nobody is answered later for it, and lines that find no room meanwhile are lost and
 * counted.
 */
typedef void (*skr_log_fn)(void *context, const char *lines, size_t n);

/* What the configuration file sets; docs/http-api.md lists keys and defaults. Texts are borrowed.
 */
typedef struct skr_server skr_server;

typedef struct skr_server_config {
    const char *name;   /* of several servers of a process, in the metrics; or NULL */
    const char *listen; /* ADDR:PORT; port 0: any */
    skr_beacon_texts texts;
    const char *base_url; /* absolute, as clients see texts.base_path; NULL: made from listen */
    const char *metrics;  /* on: /metrics is answered; off */
    uint32_t n_connections_max;
    uint32_t n_address_max; /* connections from one address; 0: no limit */
    uint32_t n_queue_max; /* questions that wait for a worker; the next one is told to come back */
    uint32_t queue_wait_ms; /* how long a question waits for a worker before it is told so */
    uint32_t n_body_max;
    uint32_t n_answer_cache_mib; /* of answers that are kept; 0: none are */
    uint32_t n_block_cache_mib;  /* of decoded blocks, for whoever opens the engine; 0: no cache */
    uint32_t headers_timeout_s;  /* of a first request's headers; no longer than timeout_s */
    uint32_t timeout_s; /* of an idle connection, of a request to arrive, of an answer to be read */
    uint32_t query_timeout_ms;
    uint32_t n_workers;  /* 0: as many as processors */
    uint32_t n_servers;  /* that share the open files of the process; 0 is 1 */
    bool has_management; /* another server answers /metrics and /health */
    /* Set, it is that other server: it tells of these, which outlive it, and answers nothing else.
     */
    skr_server *const *managed;
    size_t n_managed;
    bool is_quiet;     /* the log has no line of a request that was answered */
    skr_log_fn on_log; /* NULL: no log */
    void *log_context;
} skr_server_config;

/* The defaults that docs/http-api.md lists. */
skr_server_config skr_server_config_default(void);

/* Errors: USAGE for what no server can be told. */
SKR_MUST_USE int skr_server_config_check(const skr_server_config *config, skr_err *err);

/* Listens. engine and config must outlive it. The caller owns it. Errors: IO naming the address;
 * USAGE when listen is no ADDR:PORT, or a text that Beacon requires is empty; NOMEM. */
SKR_MUST_USE int skr_server_start(skr_engine *engine, const skr_policy *policy,
                                  const skr_server_config *config, skr_server **ret_server,
                                  skr_err *err);

/* ADDR:PORT as it listens; belongs to the server. */
const char *skr_server_address(const skr_server *server);

/* Puts a line of the operator's into the log; never waits. */
void skr_server_say(skr_server *server, const char *line);

/* One reload of the engine failed: for the metrics. */
void skr_server_note_reload_failed(skr_server *server);

/* Takes no more connections, waits for the questions that run (at most wait_ms, then stops them),
 * frees. NULL is allowed. */
void skr_server_drain(skr_server *server, uint32_t wait_ms);

#endif
