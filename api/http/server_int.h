/*
 * server_int.h - the parts of the server: connections and exchanges, the clients whose they are,
 * the pool of workers, the watch.
 *
 * A client is an address: all connections from it, and all its questions that wait for a worker.
 *
 * An exchange is one request and its answer. The thread of libmicrohttpd owns it while it is read
 * and written; a worker owns it from the moment when it is queued until it is resumed. One mutex
 * guards what both look at: the queue, the list of connections, the counters.
 */
#ifndef SKR_API_HTTP_SERVER_INT_H
#define SKR_API_HTTP_SERVER_INT_H

#include <pthread.h>

#include "api/http/answer_cache_int.h"
#include "api/http/etag_int.h"
#include "api/http/log_ring_int.h"
#include "api/http/route_int.h"
#include "api/http/server.h"
#include "storage/base/buffer.h"

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;
struct sockaddr;

typedef enum skr_exchange_state {
    SKR_EXCHANGE_NEW,      /* the request line is there */
    SKR_EXCHANGE_READING,  /* the headers are there */
    SKR_EXCHANGE_WORKING,  /* queued or being answered; the connection is suspended */
    SKR_EXCHANGE_ANSWERED, /* to be sent */
} skr_exchange_state;

/* An answer as it is sent. One that is kept is not changed any more. */
typedef struct skr_ready_answer {
    struct MHD_Response *response; /* owns the body of what is said */
    skr_http_response said;
    char etag[SKR_ETAG_MAX]; /* ""; it has none: no answer to a GET, or none that may be kept */
} skr_ready_answer;

/* An address in 16 bytes, as of IPv6; of those only the network of 64 bits, which is one
 * customer's.
 */
#define SKR_ADDRESS_BYTES 16u

typedef struct skr_client {
    struct skr_client *next;
    struct skr_client *before;
    uint8_t address[SKR_ADDRESS_BYTES];
    size_t n_sockets;
    size_t n_leaving; /* of them, shut down and not yet closed by the library */
    /* its questions that wait, and its place among the clients that have some */
    struct skr_exchange *first;
    struct skr_exchange *last;
    size_t n_waiting;
    struct skr_client *next_turn;
    struct skr_client *before_turn;
} skr_client;

/* Connections that the library takes beyond connections_max, while others are closed for them. */
#define SKR_CONNECTIONS_SPARE 64u

/* What a connection is given time for. */
typedef enum skr_step {
    SKR_STEP_HEADERS, /* the first ones, or those of a request whose first line is there */
    SKR_STEP_IDLE,    /* the next request may come */
    SKR_STEP_BODY,
    SKR_STEP_READING, /* the client reads the answer */
} skr_step;

/* A connection, for the watch. */
typedef struct skr_socket {
    struct skr_socket *next;
    struct skr_socket *before;
    skr_client *client;
    int fd;
    bool is_leaving;                  /* shut down to make room */
    atomic_uint_fast64_t deadline_ns; /* by when what it is at must be done; 0: no limit */
    atomic_uint_fast64_t since_ns;    /* when that step began */
    uint64_t served_ns;               /* when its last answer was ready; its coming, before */
    uint64_t half_closed_ns;       /* when it was seen that the client sends no more; 0: it may */
    struct skr_exchange *exchange; /* while a worker has it, so that it can be stopped */
    struct skr_exchange *begun;    /* made for the request that is read or answered */
} skr_socket;

typedef struct skr_exchange {
    struct skr_exchange *next; /* in the queue of its client */
    struct skr_exchange *before;
    struct skr_server *server;
    struct MHD_Connection *connection;
    skr_socket *socket;
    skr_exchange_state state;
    bool is_sent;    /* the answer went past the library; the connection is to be closed */
    bool is_head;    /* HEAD: the answer has no body */
    bool is_counted; /* among those that a drain waits for */
    char *path;      /* the request target up to '?', which is overwritten with NUL */
    char *words;     /* into path's memory, or NULL */
    char *content_type;
    char *if_none_match; /* or NULL */
    skr_method method;
    unsigned refusal; /* the status with which it is refused once it is read; 0: none */
    const char *refusal_message;
    char *body;
    size_t n_body;
    size_t n_body_room;
    uint64_t begin_ns;
    atomic_bool stop;
    skr_buffer key;          /* under which the answer will be kept; empty: it will not */
    skr_ready_answer *ready; /* NULL while there is no answer, and when there is no memory */
    skr_kept *kept;          /* what holds `ready`, when it is kept; NULL: the exchange owns it */
} skr_exchange;

/* Questions that wait for a worker: client_queue_int.h. Zero-initialise. */
typedef struct skr_client_queue {
    skr_client *turn; /* a ring of the clients that have some; whose turn it is */
    size_t n;         /* of all */
} skr_client_queue;

struct skr_server {
    skr_server_config config;
    skr_router router;
    char address[300];
    char *base_url;
    int listen_fd;
    struct MHD_Daemon *daemon;
    skr_metrics **told;  /* those that /metrics tells */
    skr_metrics metrics; /* and what the server itself goes by: draining, exchanges, the cache */
    atomic_uint_fast64_t n_begun; /* requests */
    skr_buffer key;               /* of the thread of libmicrohttpd, for looking up */

    /* Hands an answered exchange back to the thread that writes it; skr_server_resume. */
    void (*on_answered)(skr_exchange *exchange);

    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t has_work;
    pthread_cond_t has_watch;
    skr_client *clients;
    skr_client_queue queue;
    size_t n_leaving; /* sockets shut down to make room, and not yet closed */
    skr_socket *sockets;
    bool is_stopping; /* workers end when the queue is empty */
    bool is_watch_over;

    pthread_t *workers;
    unsigned n_workers;
    pthread_t watch;
    bool has_watch_thread;
};

/* The request of an exchange that was read. */
skr_http_request skr_server_request(const skr_exchange *exchange);

/* The request of an exchange is answered: it is counted, and its line written. */
void skr_server_log_answered(const skr_exchange *exchange, const skr_http_request *request);

/* Is the answer kept? Then exchange->ready is it, and its line is in the log. */
bool skr_server_answer_find(skr_exchange *exchange);

/* Is it a look at the server's health? Then it is answered at once. */
bool skr_server_answer_health(skr_exchange *exchange);

/*
 * Makes the answer where it was read, if nobody waits and memory holds what tells it; false: a
 * worker's. For what costs no more than the way to a worker and back: counts of one allele.
 */
bool skr_server_answer_at_once(skr_exchange *exchange);

/* Makes the answer, writes its line, keeps it where that may be. A worker's. */
void skr_server_answer_make(skr_exchange *exchange);

/* Makes an answer that refuses, and its line. */
void skr_server_answer_refuse(skr_exchange *exchange, unsigned status, const char *message);

/* The response to queue, to be destroyed; is_last: that tells the client that the connection ends.
 * NULL: no memory. */
/* The status of an answer that is there: its own, or 304 when the client has its bytes already. */
static inline unsigned skr_server_answer_status(const skr_exchange *exchange)
{
    const skr_ready_answer *ready = exchange->ready;
    bool is_known =
        ready->said.status == 200 && skr_etag_matches(exchange->if_none_match, ready->etag);
    return is_known ? 304 : ready->said.status;
}
struct MHD_Response *skr_server_answer_response(const skr_exchange *exchange, bool is_last);

/* Sends the answer to a client that has closed its own side, and whom libmicrohttpd would therefore
 * not answer; before the connection is resumed. */
void skr_server_answer_half_closed(skr_exchange *exchange);

/* Lets go of the answer. */
void skr_server_answer_done(skr_exchange *exchange);

/* Frees a skr_ready_answer; NULL is allowed. */
void skr_server_answer_free(void *ready);

/* Starts and ends the workers. Ending waits for the queue to be empty. Errors: NOMEM. */
SKR_MUST_USE int skr_server_pool_start(skr_server *server, skr_err *err);
void skr_server_pool_stop(skr_server *server);

/*
 * Queues an exchange whose connection is suspended. Clients take turns; of one client the
 * connection goes first that was served longest ago, new ones before those. Returns an exchange for
 * which there is no room, to be refused and resumed, perhaps this one; or NULL.
 */
skr_exchange *skr_server_pool_put(skr_server *server, skr_exchange *exchange);

/* Takes out of the queue who has waited longer than anybody may; under the mutex. Linked by next.
 */
skr_exchange *skr_server_pool_expired(skr_server *server, uint64_t now_ns);

/* When the next one will have waited too long; under the mutex. UINT64_MAX: nobody waits. */
uint64_t skr_server_pool_next_expiry(const skr_server *server);

/* Tells the asker to come again, of an exchange that was taken out of the queue. */
void skr_server_turn_away(skr_exchange *exchange);

/* Hands an answered exchange back to the thread that writes it. */
void skr_server_resume(skr_exchange *exchange);

/* Starts and ends the watch over slow and vanished clients. Errors: NOMEM. */
SKR_MUST_USE int skr_server_watch_start(skr_server *server, skr_err *err);
void skr_server_watch_stop(skr_server *server);

/* A socket comes and goes; fd stays open until after it went. A new one beyond the limits shuts
 * down the one that has waited longest. NULL: no memory. */
skr_socket *skr_server_watch_add(skr_server *server, int fd, const struct sockaddr *address);
void skr_server_watch_remove(skr_server *server, skr_socket *socket);

/* The socket is at this step from now_ns on. NULL is allowed. */
void skr_server_watch_hurry(skr_server *server, skr_socket *socket, skr_step step, uint64_t now_ns);

/* The client of an address, with one more socket; under the mutex. NULL: no memory. And one less.
 */
skr_client *skr_server_client_add(skr_server *server, const struct sockaddr *address);
void skr_server_client_remove(skr_server *server, skr_client *client);

/* Shuts down sockets that wait until the limits are kept, or none is left that may go; under the
 * mutex. newest is the one that came last. */
void skr_server_make_room(skr_server *server, const skr_socket *newest);

/* Frees what on_target made. NULL is allowed. */
void skr_server_exchange_free(skr_exchange *exchange);

/* A worker has the exchange: no limit but its own. NULL: it has not any more. */
void skr_server_watch_set(skr_server *server, skr_socket *socket, skr_exchange *exchange);

/* Sets the stop of every exchange that a worker has. */
void skr_server_watch_stop_all(skr_server *server);

/* libmicrohttpd's daemon over server->listen_fd, with the handlers of server_connection.c. Errors:
 * IO. */
SKR_MUST_USE int skr_server_daemon_start(skr_server *server, skr_err *err);

/* No new connections; the listening socket is ours again, and closed. */
void skr_server_daemon_quiesce(skr_server *server);

/* Closes every connection. No exchange may be with a worker. */
void skr_server_daemon_stop(skr_server *server);

#endif
