/* server_pool.c - the workers that answer, and the bounded queue before them. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/server_int.h"

/* The next exchange, or NULL when the server stops and the queue is empty. */
static skr_exchange *take(skr_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    while (server->first == NULL && !server->is_stopping)
        (void)pthread_cond_wait(&server->has_work, &server->mutex);
    skr_exchange *exchange = server->first;
    if (exchange != NULL) {
        server->first = exchange->next;
        if (server->first == NULL)
            server->last = NULL;
        server->n_queued--;
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return exchange;
}

static void *work(void *context)
{
    skr_server *server = context;
    for (skr_exchange *exchange = take(server); exchange != NULL; exchange = take(server)) {
        skr_server_answer_make(exchange);
        skr_server_resume(exchange);
    }
    return NULL;
}

bool skr_server_pool_put(skr_server *server, skr_exchange *exchange)
{
    (void)pthread_mutex_lock(&server->mutex);
    bool is_taken = server->n_queued < server->config.n_queue_max && !server->is_stopping;
    if (is_taken) {
        exchange->next = NULL;
        if (server->last == NULL)
            server->first = exchange;
        else
            server->last->next = exchange;
        server->last = exchange;
        server->n_queued++;
        (void)pthread_cond_signal(&server->has_work);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return is_taken;
}

int skr_server_pool_start(skr_server *server, skr_err *err)
{
    long n_processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = server->config.n_workers;
    if (n == 0)
        n = n_processors < 1 ? 1 : (unsigned)n_processors;
    server->workers = calloc(n, sizeof *server->workers);
    if (server->workers == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "out of memory for %u workers", n);
    for (; server->n_workers < n; server->n_workers++)
        if (pthread_create(&server->workers[server->n_workers], NULL, work, server) != 0)
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
