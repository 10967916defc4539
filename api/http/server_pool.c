/*
 * server_pool.c - the workers that answer, and the bounded queue before them.
 *
 * Nobody waits longer than queue_wait_ms: who does is told to come again, and knows it in time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/http/client_queue_int.h"
#include "api/http/server_int.h"
#include "storage/base/thread.h"

static uint64_t wait_ns_max(const skr_server *server)
{
    return server->config.queue_wait_ms * (uint64_t)1000000;
}

skr_exchange *skr_server_pool_expired(skr_server *server, uint64_t now_ns)
{
    uint64_t wait_ns = wait_ns_max(server);
    return now_ns < wait_ns ? NULL : skr_client_queue_take_old(&server->queue, now_ns - wait_ns);
}

uint64_t skr_server_pool_next_expiry(const skr_server *server)
{
    uint64_t begin_ns = skr_client_queue_oldest(&server->queue);
    return begin_ns == UINT64_MAX ? UINT64_MAX : begin_ns + wait_ns_max(server);
}

/* ------------------------------------------------------------------ workers */

/* The next exchange, or NULL when the server stops and the queue is empty. */
static skr_exchange *take(skr_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    while (server->queue.n == 0 && !server->is_stopping)
        (void)pthread_cond_wait(&server->has_work, &server->mutex);
    skr_exchange *exchange = skr_client_queue_take(&server->queue);
    (void)pthread_mutex_unlock(&server->mutex);
    return exchange;
}

static void *work(void *context)
{
    skr_server *server = context;
    for (skr_exchange *exchange = take(server); exchange != NULL; exchange = take(server)) {
        skr_server_answer_make(exchange);
        server->on_answered(exchange);
    }
    return NULL;
}

skr_exchange *skr_server_pool_put(skr_server *server, skr_exchange *exchange)
{
    skr_exchange *refused = NULL;
    (void)pthread_mutex_lock(&server->mutex);
    if (server->is_stopping) {
        refused = exchange;
    } else {
        skr_client_queue_put(&server->queue, exchange);
        if (server->queue.n > server->config.n_queue_max)
            refused = skr_client_queue_take_least(&server->queue);
        (void)pthread_cond_signal(&server->has_work);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return refused;
}

void skr_server_turn_away(skr_exchange *exchange)
{
    atomic_fetch_add(&exchange->server->metrics.n_turned_away, 1);
    skr_server_answer_refuse(exchange, 503, "too many questions at once; try again");
    exchange->server->on_answered(exchange);
}

int skr_server_pool_start(skr_server *server, skr_err *err)
{
    long n_processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = server->config.n_workers;
    if (n == 0)
        n = n_processors < 1 ? 1 : (unsigned)n_processors;
    server->workers = calloc(n, sizeof *server->workers);
    if (server->workers == NULL)
        return skr_fail_nomem(err, "workers");
    for (; server->n_workers < n; server->n_workers++)
        if (!skr_thread_start(&server->workers[server->n_workers], work, server))
            return skr_fail(err, SKR_ERR_NOMEM, "no thread for worker %u", server->n_workers + 1);
    return SKR_OK;
}

void skr_server_pool_stop(skr_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->is_stopping = true;
    (void)pthread_cond_broadcast(&server->has_work);
    (void)pthread_mutex_unlock(&server->mutex);
    for (unsigned i = 0; i < server->n_workers; i++)
        (void)pthread_join(server->workers[i], NULL);
    free(server->workers);
    server->workers = NULL;
    server->n_workers = 0;
}
