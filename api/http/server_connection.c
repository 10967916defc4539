/*
 * server_connection.c - libmicrohttpd's calls: a request read in pieces, suspended while a worker
 * has it, and its answer written.
 *
 * The library takes much that others after or before it may read differently; what could make two
 * parties see two different requests is refused here (check_headers).
 */
#include <ctype.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "api/http/server_int.h"
#include "storage/base/clock.h"
#include "storage/base/limits.h"

/* A body that is too long but not monstrous is read to its end before it is refused: a client that
 * is still writing would see a broken connection instead of the reason. */
#define SWALLOW 8u

/* ------------------------------------------------------------------ exchanges begin and end */

void skr_server_exchange_free(skr_exchange *exchange)
{
    if (exchange == NULL)
        return;
    if (exchange->is_counted)
        atomic_fetch_sub(&exchange->server->metrics.n_exchanges, 1);
    skr_server_answer_done(exchange);
    free(exchange->body);
    free(exchange->content_type);
    free(exchange->if_none_match);
    free(exchange->path);
    free(exchange);
}

static skr_socket *socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/*
 * The request line is there. What is made here is the socket's as well: the library tells of the
 * end of a request only when it had told of its headers, and may refuse them before.
 *
 * The library would read the words after the '?' into memory that it has little of, and answer
 * nothing when they are many. We read them ourselves, so for it they end where they begin.
 */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    skr_server *server = context;
    skr_socket *socket = socket_of(connection);
    if (socket == NULL)
        return NULL; /* on_request closes the connection */
    skr_server_exchange_free(socket->begun);
    socket->begun = NULL;
    skr_exchange *exchange = calloc(1, sizeof *exchange);
    char *path = strdup(target);
    if (exchange == NULL || path == NULL) {
        free(path);
        free(exchange);
        return NULL;
    }
    exchange->server = server;
    exchange->connection = connection;
    exchange->socket = socket;
    exchange->path = path;
    char *mark = strchr(path, '?');
    if (mark != NULL) {
        *mark = '\0';
        exchange->words = mark + 1;
        ((char *)(uintptr_t)target)[exchange->words - path] = '\0';
    }
    socket->begun = exchange;
    return exchange;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange_at,
                         enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    skr_exchange *exchange = *exchange_at;
    *exchange_at = NULL;
    if (exchange == NULL)
        return;
    skr_server_watch_hurry(context, exchange->socket, SKR_STEP_IDLE, skr_clock_ns());
    exchange->socket->begun = NULL;
    skr_server_exchange_free(exchange);
}

static void on_socket(void *context, struct MHD_Connection *connection, void **socket_at,
                      enum MHD_ConnectionNotificationCode what)
{
    skr_server *server = context;
    skr_socket *socket = *socket_at;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        const union MHD_ConnectionInfo *from =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        if (info != NULL)
            *socket_at = skr_server_watch_add(server, info->connect_fd,
                                              from == NULL ? NULL : from->client_addr);
    } else if (socket != NULL) {
        skr_server_exchange_free(socket->begun);
        skr_server_watch_remove(server, socket);
        *socket_at = NULL;
    }
}

/* ------------------------------------------------------------------ headers */

/* Headers of which each may stand once: two parties might go by different ones. */
static const char *const once[] = {"Host", "Content-Length", "Transfer-Encoding", "Content-Type",
                                   "Authorization"};
#define N_ONCE (sizeof once / sizeof *once)

typedef struct header_counts {
    unsigned n;
    unsigned n_of[N_ONCE];
    bool has_bad_name;
    bool has_bad_value;
    const char *length;
    const char *coding;
} header_counts;

/* A name is a token; a blank before the colon makes another name of it for some. */
static bool is_token(const char *text, size_t n)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]) &&
            (text[i] == '\0' || strchr(others, text[i]) == NULL))
            return false;
    return n > 0;
}

static bool has_control(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return true;
    return false;
}

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name,
                                    size_t n_name, const char *value, size_t n_value)
{
    (void)kind;
    header_counts *counts = context;
    counts->n++;
    counts->has_bad_name |= !is_token(name, n_name);
    counts->has_bad_value |= value != NULL && has_control(value, n_value);
    for (size_t i = 0; i < N_ONCE; i++)
        counts->n_of[i] += strcasecmp(name, once[i]) == 0;
    if (strcasecmp(name, "Content-Length") == 0)
        counts->length = value;
    if (strcasecmp(name, "Transfer-Encoding") == 0)
        counts->coding = value;
    return MHD_YES;
}

static void refuse(skr_exchange *exchange, unsigned status, const char *message)
{
    if (exchange->refusal != 0)
        return;
    exchange->refusal = status;
    exchange->refusal_message = message;
}

/* Returns whether it can be told where the request ends. */
static bool check_headers(skr_exchange *exchange)
{
    header_counts counts = {0};
    bool is_framed = true;
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, count_header, &counts);
    for (size_t i = 0; i < N_ONCE; i++)
        if (counts.n_of[i] > 1)
            refuse(exchange, 400, "a header that may stand once stands twice");
    if (counts.has_bad_name)
        refuse(exchange, 400, "the name of a header is none; no blank stands before its colon");
    if (counts.has_bad_value)
        refuse(exchange, 400, "a header holds a control character");
    if (counts.length != NULL && counts.coding != NULL)
        refuse(exchange, 400, "Content-Length and Transfer-Encoding contradict each other");
    if (counts.length != NULL && counts.length[strspn(counts.length, "0123456789")] != '\0')
        refuse(exchange, 400, "Content-Length is not a number");
    is_framed = exchange->refusal == 0;
    if (counts.coding != NULL && strcasecmp(counts.coding, "chunked") != 0) {
        refuse(exchange, 501, "no Transfer-Encoding but chunked is understood here");
        is_framed = false;
    }
    if (counts.n > 100)
        refuse(exchange, 431, "more than 100 headers");
    if (strlen(exchange->path) > SKR_URI_MAX ||
        (exchange->words != NULL && strlen(exchange->words) > SKR_URI_MAX))
        refuse(exchange, 414, "the address is too long; use POST");
    return is_framed;
}

static skr_method method_of(const char *method)
{
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return SKR_METHOD_GET;
    if (strcmp(method, "POST") == 0)
        return SKR_METHOD_POST;
    return strcmp(method, "OPTIONS") == 0 ? SKR_METHOD_OPTIONS : SKR_METHOD_OTHER;
}

static const char *header(skr_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* False: no memory. */
static bool keep_header(skr_exchange *exchange, const char *name, char **ret_value)
{
    const char *value = header(exchange, name);
    *ret_value = value == NULL ? NULL : strdup(value);
    return value == NULL || *ret_value != NULL;
}

/* ------------------------------------------------------------------ answering */

static enum MHD_Result send_answer(skr_exchange *exchange)
{
    skr_server *server = exchange->server;
    if (exchange->is_sent)
        return MHD_NO;
    bool is_last = exchange->refusal != 0 || atomic_load(&server->metrics.is_draining);
    struct MHD_Response *response = skr_server_answer_response(exchange, is_last);
    if (response == NULL)
        return MHD_NO; /* no memory even for an error: the connection is closed */
    enum MHD_Result result =
        MHD_queue_response(exchange->connection, skr_server_answer_status(exchange), response);
    if (response != exchange->ready->response)
        MHD_destroy_response(response);
    return result;
}

/* What is wrong was seen while it was read. */
static enum MHD_Result send_refusal(skr_exchange *exchange, unsigned status, const char *message)
{
    skr_server_answer_refuse(exchange, status, message);
    exchange->state = SKR_EXCHANGE_ANSWERED;
    return send_answer(exchange);
}

/* ------------------------------------------------------------------ reading */

/* The headers are there. */
static enum MHD_Result begin(skr_exchange *exchange, const char *method)
{
    skr_server *server = exchange->server;
    exchange->state = SKR_EXCHANGE_READING;
    exchange->method = method_of(method);
    exchange->is_head = strcmp(method, "HEAD") == 0;
    exchange->begin_ns = skr_clock_ns();
    if (!keep_header(exchange, "Content-Type", &exchange->content_type) ||
        !keep_header(exchange, "If-None-Match", &exchange->if_none_match))
        refuse(exchange, 503, SKR_SAID_BUSY);
    atomic_fetch_add(&server->metrics.n_exchanges, 1);
    exchange->is_counted = true;
    atomic_fetch_add(&server->n_begun, 1);
    skr_server_watch_hurry(server, exchange->socket, SKR_STEP_BODY, exchange->begin_ns);
    if (!check_headers(exchange))
        return send_refusal(exchange, exchange->refusal, exchange->refusal_message);

    const char *length = header(exchange, "Content-Length");
    unsigned long long n = length == NULL ? 0 : strtoull(length, NULL, 10);
    unsigned long long max = server->config.n_body_max;
    if (n > max && (n > max * SWALLOW || header(exchange, "Expect") != NULL)) {
        exchange->refusal = 413;
        return send_refusal(exchange, 413, "the body is too long");
    }
    return MHD_YES;
}

/* Keeps a piece of the body. False: the connection is to be closed. */
static bool read_piece(skr_exchange *exchange, const char *bytes, size_t n)
{
    size_t max = exchange->server->config.n_body_max;
    size_t n_all = exchange->n_body + n;
    if (n_all > max) {
        refuse(exchange, 413, "the body is too long");
        exchange->n_body = n_all;
        return n_all <= max * SWALLOW;
    }
    if (n_all > exchange->n_body_room) {
        size_t room = exchange->n_body_room * 2 > n_all ? exchange->n_body_room * 2 : n_all;
        char *body = realloc(exchange->body, room);
        if (body == NULL)
            return false;
        exchange->body = body;
        exchange->n_body_room = room;
    }
    memcpy(exchange->body + exchange->n_body, bytes, n);
    exchange->n_body = n_all;
    return true;
}

/* The request is whole: it is answered with what is kept, at once, or by a worker. */
static enum MHD_Result dispatch(skr_exchange *exchange)
{
    skr_server *server = exchange->server;
    if (exchange->refusal != 0)
        return send_refusal(exchange, exchange->refusal, exchange->refusal_message);
    exchange->begin_ns = skr_clock_ns();
    if (skr_server_answer_health(exchange) || skr_server_answer_find(exchange) ||
        skr_server_answer_at_once(exchange)) {
        skr_server_watch_hurry(server, exchange->socket, SKR_STEP_READING, exchange->begin_ns);
        exchange->state = SKR_EXCHANGE_ANSWERED;
        return send_answer(exchange);
    }
    exchange->state = SKR_EXCHANGE_WORKING;
    skr_server_watch_set(server, exchange->socket, exchange);
    MHD_suspend_connection(exchange->connection);
    skr_exchange *refused = skr_server_pool_put(server, exchange);
    if (refused != NULL)
        skr_server_turn_away(refused);
    return MHD_YES;
}

void skr_server_resume(skr_exchange *exchange)
{
    struct MHD_Connection *connection = exchange->connection;
    skr_server_answer_half_closed(exchange);
    skr_server_watch_set(exchange->server, exchange->socket, NULL);
    skr_server_watch_hurry(exchange->server, exchange->socket, SKR_STEP_READING, skr_clock_ns());
    exchange->state = SKR_EXCHANGE_ANSWERED;
    MHD_resume_connection(connection); /* from here on the exchange is not ours */
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *n_upload, void **exchange_at)
{
    (void)context;
    (void)connection;
    (void)url;
    (void)version;
    skr_exchange *exchange = *exchange_at;
    if (exchange == NULL)
        return MHD_NO;
    switch (exchange->state) {
    case SKR_EXCHANGE_NEW:
        return begin(exchange, method);
    case SKR_EXCHANGE_READING:
        if (*n_upload == 0)
            return dispatch(exchange);
        if (!read_piece(exchange, upload, *n_upload))
            return MHD_NO;
        *n_upload = 0;
        return MHD_YES;
    case SKR_EXCHANGE_ANSWERED:
        return send_answer(exchange);
    default:
        return MHD_YES;
    }
}

/* ------------------------------------------------------------------ the daemon */

/* The library says much about clients that hang up; none of it is for an operator. */
static void ignore(void *context, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args;
}

int skr_server_daemon_start(skr_server *server, skr_err *err)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT,
         (intptr_t)(server->config.n_connections_max + SKR_CONNECTIONS_SPARE), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, SKR_HEADERS_MAX, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)server->config.timeout_s, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_socket, server},
        {MHD_OPTION_END, 0, NULL},
    };
    server->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
                         ignore, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (server->daemon == NULL)
        return skr_fail(err, SKR_ERR_IO, "%s: libmicrohttpd does not start", server->address);
    return SKR_OK;
}

void skr_server_daemon_quiesce(skr_server *server)
{
    if (server->daemon == NULL)
        return;
    (void)MHD_quiesce_daemon(server->daemon);
    /* Refuses what comes from now on; the number is freed when no thread can be using it. */
    (void)shutdown(server->listen_fd, SHUT_RDWR);
}

void skr_server_daemon_stop(skr_server *server)
{
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}
