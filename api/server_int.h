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

#include "api/route_int.h"

struct MHD_Connection;
struct MHD_Daemon;

typedef enum skr_exchange_state {
    SKR_EXCHANGE_NEW,      /* the request line is there */
    SKR_EXCHANGE_READING,  /* the headers are there */
    SKR_EXCHANGE_WORKING,  /* queued or being answered; the connection is suspended */
    SKR_EXCHANGE_ANSWERED, /* to be sent */
} skr_exchange_state;

/* A socket, for the watch. */
typedef struct skr_socket {
    struct skr_socket *next;
    struct skr_socket *before;
    int fd;
    uint64_t deadline_ns;          /* by when what it is at must be done; 0: no limit */
    struct skr_exchange *exchange; /* while a worker has it, so that it can be stopped */
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
    skr_http_answer answer;
} skr_exchange;

struct skr_server {
    skr_server_config config;
    skr_service service;
    char address[300];
    char *base_url;
    int listen_fd;
    struct MHD_Daemon *daemon;

    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t has_work;
    pthread_cond_t is_quiet; /* an exchange ended */
    pthread_cond_t has_watch;
    skr_exchange *first;
    skr_exchange *last;
    size_t n_queued;
    size_t n_exchanges;
    skr_socket *sockets;
    bool is_draining;
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

/* What the socket is at must be done within the configured time; exchange NULL. Or a worker has the
 * exchange: no limit but its own. */
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
