/*
 * server_watch.c - closes connections that are too slow, stops questions whose asker has gone, and
 * turns away those that wait too long for a worker.
 *
 * libmicrohttpd's own timeout is of inactivity: a client that sends a byte a second would live for
 * ever. Here each step has its time: the first headers since the connection, those of another
 * request since the last answer, the body since the headers, the reading of the answer since it was
 * ready. A suspended connection is not looked at by the library at all, so this asks the socket
 * whether the other side hung up. One that only says that it will send no more may still read: its
 * question goes on as long as nobody else waits for a worker.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "api/http/server_int.h"
#include "storage/base/clock.h"
#include "storage/base/thread.h"

#define INTERVAL_NS 250000000

/* How long a question goes on though others wait, when its asker sends no more. */
#define HALF_CLOSED_NS 1000000000

skr_socket *skr_server_watch_add(skr_server *server, int fd, const struct sockaddr *address)
{
    skr_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return NULL;
    uint64_t now_ns = skr_clock_ns();
    uint64_t wait_ns = server->config.queue_wait_ms * (uint64_t)1000000;
    socket->fd = fd;
    socket->served_ns = now_ns > wait_ns ? now_ns - wait_ns : 0;
    skr_server_watch_hurry(server, socket, SKR_STEP_HEADERS, now_ns);
    (void)pthread_mutex_lock(&server->mutex);
    socket->client = skr_server_client_add(server, address);
    if (socket->client == NULL) {
        (void)pthread_mutex_unlock(&server->mutex);
        free(socket);
        return NULL;
    }
    socket->next = server->sockets;
    if (socket->next != NULL)
        socket->next->before = socket;
    server->sockets = socket;
    atomic_fetch_add(&server->metrics.n_connections, 1);
    skr_server_make_room(server, socket);
    (void)pthread_mutex_unlock(&server->mutex);
    return socket;
}

void skr_server_watch_remove(skr_server *server, skr_socket *socket)
{
    if (socket == NULL)
        return;
    (void)pthread_mutex_lock(&server->mutex);
    if (socket->before == NULL)
        server->sockets = socket->next;
    else
        socket->before->next = socket->next;
    if (socket->next != NULL)
        socket->next->before = socket->before;
    server->n_leaving -= socket->is_leaving ? 1 : 0;
    socket->client->n_leaving -= socket->is_leaving ? 1 : 0;
    skr_server_client_remove(server, socket->client);
    atomic_fetch_sub(&server->metrics.n_connections, 1);
    (void)pthread_mutex_unlock(&server->mutex);
    free(socket);
}

void skr_server_watch_hurry(skr_server *server, skr_socket *socket, skr_step step, uint64_t now_ns)
{
    const skr_server_config *config = &server->config;
    bool is_short = step == SKR_STEP_HEADERS && config->headers_timeout_s < config->timeout_s;
    uint64_t time_s = is_short ? config->headers_timeout_s : config->timeout_s;
    atomic_store_explicit(&socket->since_ns, now_ns, memory_order_relaxed);
    atomic_store_explicit(&socket->deadline_ns, now_ns + time_s * 1000000000, memory_order_relaxed);
}

void skr_server_watch_set(skr_server *server, skr_socket *socket, skr_exchange *exchange)
{
    (void)pthread_mutex_lock(&server->mutex);
    socket->exchange = exchange;
    if (exchange != NULL)
        atomic_store_explicit(&socket->deadline_ns, 0, memory_order_relaxed);
    else
        socket->served_ns = skr_clock_ns();
    (void)pthread_mutex_unlock(&server->mutex);
}

void skr_server_watch_stop_all(skr_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    for (skr_socket *socket = server->sockets; socket != NULL; socket = socket->next)
        if (socket->exchange != NULL)
            atomic_store(&socket->exchange->stop, true);
    (void)pthread_mutex_unlock(&server->mutex);
}

/* Has the asker of a question gone, or will it send no more while others wait? */
static bool is_given_up(const skr_server *server, skr_socket *socket, uint64_t now_ns)
{
    struct pollfd asked = {.fd = socket->fd, .events = POLLRDHUP};
    if (poll(&asked, 1, 0) <= 0)
        return false;
    if ((asked.revents & (POLLHUP | POLLERR)) != 0)
        return true;
    if ((asked.revents & POLLRDHUP) != 0 && socket->half_closed_ns == 0)
        socket->half_closed_ns = now_ns;
    return socket->half_closed_ns != 0 && server->queue.n > 0 &&
           now_ns > socket->half_closed_ns + HALF_CLOSED_NS;
}

static void look(const skr_server *server, skr_socket *socket, uint64_t now_ns)
{
    uint64_t deadline_ns = atomic_load_explicit(&socket->deadline_ns, memory_order_relaxed);
    if (deadline_ns != 0 && now_ns > deadline_ns)
        (void)shutdown(socket->fd, SHUT_RDWR); /* the library sees its end and closes it */
    if (socket->exchange != NULL && is_given_up(server, socket, now_ns))
        atomic_store(&socket->exchange->stop, true);
}

/* Until it is time to look again, or somebody has waited for a worker as long as anybody may. With
 * the mutex, which is let go meanwhile. */
static void wait_to_look(skr_server *server)
{
    uint64_t now_ns = skr_clock_ns();
    uint64_t expiry_ns = skr_server_pool_next_expiry(server);
    uint64_t wait_ns = INTERVAL_NS;
    if (expiry_ns < now_ns + wait_ns)
        wait_ns = expiry_ns > now_ns ? expiry_ns - now_ns : 0;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)wait_ns;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&server->has_watch, &server->mutex, &until);
}

static void *watch(void *context)
{
    skr_server *server = context;
    (void)pthread_mutex_lock(&server->mutex);
    while (!server->is_watch_over) {
        wait_to_look(server);
        uint64_t now_ns = skr_clock_ns();
        for (skr_socket *socket = server->sockets; socket != NULL; socket = socket->next)
            look(server, socket, now_ns);
        skr_exchange *expired = skr_server_pool_expired(server, now_ns);
        (void)pthread_mutex_unlock(&server->mutex);
        while (expired != NULL) {
            skr_exchange *next = expired->next; /* once resumed it is not ours */
            skr_server_turn_away(expired);
            expired = next;
        }
        (void)pthread_mutex_lock(&server->mutex);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return NULL;
}

int skr_server_watch_start(skr_server *server, skr_err *err)
{
    if (!skr_thread_start(&server->watch, watch, server))
        return skr_fail(err, SKR_ERR_NOMEM, "no thread for the watch over connections");
    server->has_watch_thread = true;
    return SKR_OK;
}

void skr_server_watch_stop(skr_server *server)
{
    if (!server->has_watch_thread)
        return;
    (void)pthread_mutex_lock(&server->mutex);
    server->is_watch_over = true;
    (void)pthread_cond_signal(&server->has_watch);
    (void)pthread_mutex_unlock(&server->mutex);
    (void)pthread_join(server->watch, NULL);
    server->has_watch_thread = false;
}
