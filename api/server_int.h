/*
 * server_int.h - the parts of the server: connections and exchanges, the pool of workers, the
 * watch.
 *
 * An exchange is one request and its answer. The thread of libmicrohttpd owns it while it is read
 * and written; a worker owns it from the moment when it is queued until it is resumed. One mutex
 * guards what both look at: the queue, the list of connections, the counters.
 */
#ifndef SKR_API_SERVER_INT_H
#define SKR_API_SERVER_INT_H

#include <pthread.h>

#include "api/answer_cache_int.h"
#include "api/route_int.h"
#include "storage/base/buffer.h"

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

typedef enum skr_exchange_state {
    SKR_EXCHANGE_NEW,      /* the request line is there */
    SKR_EXCHANGE_READING,  /* the headers are there */
    SKR_EXCHANGE_WORKING,  /* queued or being answered; the connection is suspended */
    SKR_EXCHANGE_ANSWERED, /* to be sent */
} skr_exchange_state;

/* An answer as it is sent. One that is kept is not changed any more. */
typedef struct skr_ready_answer {
    struct MHD_Response *response; /* owns the body of what is said */
    skr_http_answer said;
} skr_ready_answer;

/* A socket, for the watch. */
typedef struct skr_socket {
    struct skr_socket *next;
    struct skr_socket *before;
    int fd;
    atomic_uint_fast64_t deadline_ns; /* by when what it is at must be done; 0: no limit */
    struct skr_exchange *exchange;    /* while a worker has it, so that it can be stopped */
} skr_socket;

typedef struct skr_exchange {
    struct skr_exchange *next; /* in the queue */
    struct skr_server *server;
    struct MHD_Connection *connection;
    skr_socket *socket;
    skr_exchange_state state;
    bool is_counted; /* among those that a drain waits for */
    char *path;      /* the request target up to '?', which is overwritten with NUL */
    char *words;     /* into path's memory, or NULL */
    char *content_type;
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

struct skr_server {
    skr_server_config config;
    skr_service service;
    char address[300];
    char *base_url;
    int listen_fd;
    struct MHD_Daemon *daemon;
    skr_metrics metrics; /* and what the server itself goes by: draining, exchanges, the cache */
    atomic_uint_fast64_t n_begun; /* requests */
    skr_buffer key;               /* of the thread of libmicrohttpd, for looking up */

    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t has_work;
    pthread_cond_t has_watch;
    skr_exchange *first;
    skr_exchange *last;
    size_t n_queued;
    skr_socket *sockets;
    bool is_stopping; /* workers end when the queue is empty */
    bool is_watch_over;

    pthread_mutex_t log_mutex;
    pthread_t *workers;
    unsigned n_workers;
    pthread_t watch;
    bool has_watch_thread;
};

/* Gives a line to the log. */
void skr_server_log(skr_server *server, const char *line);

/* The question of an exchange that was read. */
skr_http_question skr_server_question(const skr_exchange *exchange);

/* Is the answer kept? Then exchange->ready is it, and its line is in the log. */
bool skr_server_answer_find(skr_exchange *exchange);

/* Makes the answer, writes its line, keeps it where that may be. A worker's. */
void skr_server_answer_make(skr_exchange *exchange);

/* Makes an answer that refuses, and its line. */
void skr_server_answer_refuse(skr_exchange *exchange, unsigned status, const char *message);

/* The response to queue, to be destroyed; is_last: that tells the client that the connection ends.
 * NULL: no memory. */
struct MHD_Response *skr_server_answer_response(const skr_exchange *exchange, bool is_last);

/* Lets go of the answer. */
void skr_server_answer_done(skr_exchange *exchange);

/* Frees a skr_ready_answer; NULL is allowed. */
void skr_ready_answer_free(void *ready);

/* Starts and ends the workers. Ending waits for the queue to be empty. Errors: NOMEM. */
SKR_MUST_USE int skr_server_pool_start(skr_server *server, skr_err *err);
void skr_server_pool_stop(skr_server *server);

/* Queues an exchange whose connection is suspended. False when the queue is full: resume it. */
bool skr_server_pool_put(skr_server *server, skr_exchange *exchange);

/* Hands an answered exchange back to the thread that writes it. */
void skr_server_resume(skr_exchange *exchange);

/* Starts and ends the watch over slow and vanished clients. Errors: NOMEM. */
SKR_MUST_USE int skr_server_watch_start(skr_server *server, skr_err *err);
void skr_server_watch_stop(skr_server *server);

/* A socket comes and goes; fd stays open until after it went. NULL: no memory. */
skr_socket *skr_server_watch_add(skr_server *server, int fd);
void skr_server_watch_remove(skr_server *server, skr_socket *socket);

/* What the socket is at must be done within the configured time from now_ns on. */
void skr_server_watch_hurry(skr_server *server, skr_socket *socket, uint64_t now_ns);

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
