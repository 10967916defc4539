/*
 * server_pool.c - the workers that answer, and the bounded queue before them.
 *
 * Clients take turns, one question each, so that who asks much waits and not who asks little. Of
 * one client the question goes first whose connection was served longest ago: round by round, and a
 * new connection before those that have just been served. Nobody waits longer than queue_wait_ms:
 * who does is told to come again, and knows it in time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/http/server_int.h"
#include "storage/base/thread.h"

/* ------------------------------------------------------------------ the queue, under the mutex */

static void add_turn(skr_server *server, skr_client *client)
{
    skr_client *turn = server->turn;
    if (turn == NULL) {
        client->next_turn = client;
        client->before_turn = client;
        server->turn = client;
        return;
    }
    client->next_turn = turn; /* behind everybody else */
    client->before_turn = turn->before_turn;
    turn->before_turn->next_turn = client;
    turn->before_turn = client;
}

static void remove_turn(skr_server *server, skr_client *client)
{
    if (client->next_turn == client) {
        server->turn = NULL;
    } else {
        client->before_turn->next_turn = client->next_turn;
        client->next_turn->before_turn = client->before_turn;
        if (server->turn == client)
            server->turn = client->next_turn;
    }
    client->next_turn = NULL;
    client->before_turn = NULL;
}

static void put_last(skr_server *server, skr_exchange *exchange)
{
    skr_client *client = exchange->socket->client;
    if (client->n_waiting++ == 0)
        add_turn(server, client);
    exchange->next = NULL;
    exchange->before = client->last;
    if (client->last == NULL)
        client->first = exchange;
    else
        client->last->next = exchange;
    client->last = exchange;
    server->n_queued++;
}

static void take_out(skr_server *server, skr_exchange *exchange)
{
    skr_client *client = exchange->socket->client;
    if (exchange->before == NULL)
        client->first = exchange->next;
    else
        exchange->before->next = exchange->next;
    if (exchange->next == NULL)
        client->last = exchange->before;
    else
        exchange->next->before = exchange->before;
    exchange->next = NULL;
    exchange->before = NULL;
    if (--client->n_waiting == 0)
        remove_turn(server, client);
    server->n_queued--;
}

/* The exchange of a client whose connection was served longest ago, or last. */
static skr_exchange *by_service(const skr_client *client, bool is_last)
{
    skr_exchange *found = client->first;
    for (skr_exchange *at = found->next; at != NULL; at = at->next)
        if (is_last ? at->socket->served_ns >= found->socket->served_ns
                    : at->socket->served_ns < found->socket->served_ns)
            found = at;
    return found;
}

static skr_exchange *take_next(skr_server *server)
{
    skr_client *client = server->turn;
    if (client == NULL)
        return NULL;
    skr_exchange *exchange = by_service(client, false);
    server->turn = client->next_turn;
    take_out(server, exchange);
    return exchange;
}

/* Of the client that has the most questions waiting, the one that has the least claim. */
static skr_exchange *least_claim(const skr_server *server)
{
    const skr_client *most = server->turn;
    for (const skr_client *at = most->next_turn; at != server->turn; at = at->next_turn)
        if (at->n_waiting > most->n_waiting)
            most = at;
    return by_service(most, true);
}

skr_exchange *skr_server_pool_expired(skr_server *server, uint64_t now_ns)
{
    uint64_t wait_ns = server->config.queue_wait_ms * (uint64_t)1000000;
    skr_exchange *expired = NULL;
    for (skr_client *client = server->clients; client != NULL; client = client->next)
        for (skr_exchange *at = client->first, *next; at != NULL; at = next) {
            next = at->next;
            if (now_ns < at->begin_ns + wait_ns)
                continue;
            take_out(server, at);
            at->next = expired;
            expired = at;
        }
    return expired;
}

uint64_t skr_server_pool_next_expiry(const skr_server *server)
{
    uint64_t begin_ns = UINT64_MAX;
    for (const skr_client *client = server->clients; client != NULL; client = client->next)
        if (client->first != NULL && client->first->begin_ns < begin_ns)
            begin_ns = client->first->begin_ns;
    if (begin_ns == UINT64_MAX)
        return UINT64_MAX;
    return begin_ns + server->config.queue_wait_ms * (uint64_t)1000000;
}

/* ------------------------------------------------------------------ workers */

/* The next exchange, or NULL when the server stops and the queue is empty. */
static skr_exchange *take(skr_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    while (server->n_queued == 0 && !server->is_stopping)
        (void)pthread_cond_wait(&server->has_work, &server->mutex);
    skr_exchange *exchange = take_next(server);
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

skr_exchange *skr_server_pool_put(skr_server *server, skr_exchange *exchange)
{
    skr_exchange *refused = NULL;
    (void)pthread_mutex_lock(&server->mutex);
    if (server->is_stopping) {
        refused = exchange;
    } else {
        put_last(server, exchange);
        if (server->n_queued > server->config.n_queue_max) {
            refused = least_claim(server);
            take_out(server, refused);
        }
        (void)pthread_cond_signal(&server->has_work);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return refused;
}

void skr_server_turn_away(skr_exchange *exchange)
{
    atomic_fetch_add(&exchange->server->metrics.n_turned_away, 1);
    skr_server_answer_refuse(exchange, 503, "too many questions at once; try again");
    skr_server_resume(exchange);
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
