/*
 * metrics_int.h - numbers for the operator, as Prometheus reads them.
 *
 * None of them is a number of people or follows from one answer alone; what was read for a question
 * does tell of it to somebody who asks alone and looks before and after, so who may ask need not be
 * who may see the metrics (docs/http-api.md).
 *
 * Threads: every number is added to by any thread.
 */
#ifndef SKR_API_HTTP_METRICS_INT_H
#define SKR_API_HTTP_METRICS_INT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/http/answer_cache_int.h"
#include "api/http/log_ring_int.h"
#include "engine/face/engine.h"
#include "storage/base/buffer.h"

#define SKR_METRICS_ROUTES 72u /* room for every route of route.c */
#define SKR_METRICS_STATUSES 16u
#define SKR_METRICS_STEPS 14u

/* Zero-initialise. */
typedef struct skr_metrics {
    const char *name; /* of the server, where there are several; or NULL */
    atomic_uint_fast64_t n_requests[SKR_METRICS_ROUTES][SKR_METRICS_STATUSES];
    atomic_uint_fast64_t n_took[SKR_METRICS_STEPS + 1]; /* by how long they took */
    atomic_uint_fast64_t took_ns;
    atomic_size_t n_connections;
    atomic_size_t n_exchanges;            /* requests that are read, answered or written */
    atomic_uint_fast64_t n_sent_away;     /* connections closed to make room for others */
    atomic_uint_fast64_t n_turned_away;   /* questions that no worker had time for */
    atomic_uint_fast64_t n_reload_failed; /* generations that could not be taken up */
    atomic_bool is_draining;
    skr_answer_cache *cache; /* NULL: no answers are kept */
    skr_log_ring *log;       /* NULL: none is written */
} skr_metrics;

/* One request was answered. route: its number, 0 for none. */
void skr_metrics_add(skr_metrics *metrics, unsigned route, unsigned status, uint64_t took_ns);

/* The servers of a process, and the names of their routes. */
typedef struct skr_metrics_list {
    skr_metrics *const *of;
    size_t n;
    const char *const *route_names;
    unsigned n_routes;
} skr_metrics_list;

/* Appends all of them as text: requests by server where those have names, else their sums. Errors:
 * NOMEM. */
SKR_MUST_USE int skr_metrics_print(const skr_metrics_list *list, const skr_engine_stats *engine,
                                   skr_buffer *text, skr_err *err);

#endif
