/*
 * server_answer.c - an answer as libmicrohttpd sends it: made by a worker, or found among those
 * that are kept, and its line in the log.
 */
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "api/beacon/beacon_access.h"
#include "api/http/answer_key_int.h"
#include "api/http/server_int.h"
#include "storage/base/clock.h"

/* What libmicrohttpd and the allocator need for a response and its headers, about. */
#define RESPONSE_BYTES 1024

/* How long a worker waits for a client to read, that has closed its own side. */
#define HALF_CLOSED_NS 500000000

void skr_server_answer_free(void *context)
{
    skr_ready_answer *ready = context;
    if (ready == NULL)
        return;
    if (ready->response != NULL) {
        MHD_destroy_response(ready->response);
        ready->said.body = NULL;
    }
    skr_message_response_done(&ready->said);
    free(ready);
}

void skr_server_answer_done(skr_exchange *exchange)
{
    if (exchange->kept != NULL)
        skr_answer_cache_release(exchange->server->metrics.cache, exchange->kept);
    else
        skr_server_answer_free(exchange->ready);
    exchange->kept = NULL;
    exchange->ready = NULL;
    skr_buffer_done(&exchange->key);
}

/* ------------------------------------------------------------------ responses */

typedef struct header {
    const char *name;
    const char *value;
} header;

#define HEADERS_MAX 14u

/*
 * Fills in the headers of an answer; seconds has room for 16 bytes. Every answer may be read from
 * any origin. What has a tag may be kept by who asked, and by nobody in between, and is asked for
 * again by its tag before it is used: who may see what, and the store, change.
 */
static size_t list_headers(const skr_ready_answer *ready, skr_method method, bool is_last,
                           char *seconds, header *headers)
{
    const skr_http_response *response = &ready->said;
    const char *type = response->content_type == NULL ? "application/json" : response->content_type;
    bool has_etag = ready->etag[0] != '\0';
    bool is_preflight = method == SKR_METHOD_OPTIONS;
    (void)snprintf(seconds, 16, "%u", response->retry_after_s);
    const header all[] = {
        {"Access-Control-Allow-Origin", "*"},
        {"Access-Control-Expose-Headers", "ETag, Retry-After"},
        {"Cache-Control", has_etag ? "private, no-cache" : "no-store"},
        {"ETag", has_etag ? ready->etag : NULL},
        {"Vary", has_etag ? "Authorization" : NULL},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Type", response->n_body > 0 ? type : NULL},
        {"Allow", response->allow},
        {"Access-Control-Allow-Methods", is_preflight ? "GET, HEAD, POST, OPTIONS" : NULL},
        {"Access-Control-Allow-Headers",
         is_preflight ? "Content-Type, Authorization, If-None-Match" : NULL},
        {"Retry-After", response->retry_after_s > 0 ? seconds : NULL},
        {"Connection", is_last ? "close" : NULL},
    };
    _Static_assert(sizeof all / sizeof *all <= HEADERS_MAX, "no room for the headers");
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].value != NULL)
            headers[n++] = all[i];
    return n;
}

static bool add_headers(struct MHD_Response *response, const skr_ready_answer *ready,
                        skr_method method, bool is_last)
{
    char seconds[16];
    header headers[HEADERS_MAX];
    size_t n = list_headers(ready, method, is_last, seconds, headers);
    for (size_t i = 0; i < n; i++)
        if (MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
            return false; /* no memory: an answer is sent whole or not at all */
    return true;
}

/* The response takes the body. False: no memory, and the body is freed or still the answer's. */
static bool make_response(skr_ready_answer *ready, skr_method method)
{
    skr_http_response *said = &ready->said;
    if (said->status == 0)
        return false; /* no memory even for an error */
    if (said->status == 200 && method == SKR_METHOD_GET && said->content_type == NULL)
        skr_etag_make(said->body, said->n_body, ready->etag);
    ready->response =
        MHD_create_response_from_buffer(said->n_body, said->body, MHD_RESPMEM_MUST_FREE);
    if (ready->response == NULL)
        return false;
    if (add_headers(ready->response, ready, method, false))
        return true;
    MHD_destroy_response(ready->response);
    ready->response = NULL;
    said->body = NULL;
    said->n_body = 0;
    return false;
}

struct MHD_Response *skr_server_answer_response(const skr_exchange *exchange, bool is_last)
{
    const skr_ready_answer *ready = exchange->ready;
    if (ready == NULL || ready->response == NULL)
        return NULL;
    bool is_known = skr_server_answer_status(exchange) == 304;
    if (!is_last && !is_known)
        return ready->response;
    skr_ready_answer bare = *ready;
    if (is_known)
        bare.said.n_body = 0;
    /* others may be sending the one that is kept */
    struct MHD_Response *copy =
        MHD_create_response_from_buffer(bare.said.n_body, bare.said.body, MHD_RESPMEM_MUST_COPY);
    if (copy == NULL)
        return NULL;
    if (add_headers(copy, &bare, exchange->method, is_last))
        return copy;
    MHD_destroy_response(copy);
    return NULL;
}

/* ------------------------------------------------------------------ clients that send no more */

/*
 * Has the client closed its side, so that the library would close ours, unanswered, as soon as it
 * looks? A client that does so in the instant between this look and the library's is not answered;
 * most that half-close do it together with the request.
 */
static bool is_half_closed(int fd)
{
    struct pollfd asked = {.fd = fd, .events = POLLRDHUP};
    int n_unread = 0;
    if (poll(&asked, 1, 0) <= 0 || (asked.revents & POLLRDHUP) == 0 ||
        (asked.revents & (POLLHUP | POLLERR)) != 0)
        return false;
    return ioctl(fd, FIONREAD, &n_unread) == 0 && n_unread == 0;
}

/* Sends all of it, as long as the client reads; who does not loses the rest. */
static void send_bytes(int fd, const char *bytes, size_t n, uint64_t until_ns)
{
    while (n > 0 && skr_clock_ns() < until_ns) {
        ssize_t n_sent = send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n_sent < 0 && errno == EAGAIN) {
            struct pollfd full = {.fd = fd, .events = POLLOUT};
            (void)poll(&full, 1, 100);
        } else if (n_sent < 0 && errno != EINTR) {
            return;
        }
        bytes += n_sent > 0 ? n_sent : 0;
        n -= n_sent > 0 ? (size_t)n_sent : 0;
    }
}

void skr_server_answer_half_closed(skr_exchange *exchange)
{
    const skr_ready_answer *ready = exchange->ready;
    int fd = exchange->socket->fd;
    if (ready == NULL || ready->response == NULL || !is_half_closed(fd))
        return;
    const skr_http_response *said = &ready->said;
    unsigned status = skr_server_answer_status(exchange);
    char head[1024];
    char seconds[16];
    header headers[HEADERS_MAX];
    size_t n_headers = list_headers(ready, exchange->method, true, seconds, headers);
    size_t n = (size_t)snprintf(head, sizeof head, "HTTP/1.1 %u %s\r\n", status,
                                MHD_get_reason_phrase_for(status));
    for (size_t i = 0; i < n_headers && n < sizeof head; i++)
        n += (size_t)snprintf(head + n, sizeof head - n, "%s: %s\r\n", headers[i].name,
                              headers[i].value);
    if (n < sizeof head)
        n += (size_t)snprintf(head + n, sizeof head - n, "Content-Length: %zu\r\n\r\n",
                              said->n_body);
    if (n >= sizeof head)
        return;
    uint64_t until_ns = skr_clock_ns() + HALF_CLOSED_NS;
    exchange->is_sent = true;
    send_bytes(fd, head, n, until_ns);
    if (!exchange->is_head && status != 304)
        send_bytes(fd, said->body, said->n_body, until_ns);
}

/* ------------------------------------------------------------------ answering */

skr_http_request skr_server_request(const skr_exchange *exchange)
{
    return (skr_http_request){
        .method = exchange->method,
        .path = exchange->path,
        .words = exchange->words,
        .content_type = exchange->content_type,
        .body = exchange->body,
        .n_body = exchange->n_body,
        .deadline_ns =
            exchange->begin_ns + exchange->server->config.query_timeout_ms * (uint64_t)1000000,
        .stop = &exchange->stop,
    };
}

static bool make_key(const skr_server *server, const skr_http_request *request, skr_buffer *key)
{
    skr_err err;
    const skr_access access = skr_beacon_access(&server->router.service, request);
    key->n = 0;
    return skr_answer_key_put(request, &access, key, &err) == SKR_OK;
}

bool skr_server_answer_find(skr_exchange *exchange)
{
    skr_server *server = exchange->server;
    const skr_http_request request = skr_server_request(exchange);
    if (server->metrics.cache == NULL || !skr_answer_key_is_for(&request) ||
        !make_key(server, &request, &server->key))
        return false;
    exchange->kept = skr_answer_cache_find(server->metrics.cache,
                                           skr_engine_state(server->router.service.engine),
                                           server->key.bytes, server->key.n);
    if (exchange->kept != NULL) {
        exchange->ready = skr_answer_cache_value(exchange->kept);
        skr_server_log_answered(exchange, &request);
        return true;
    }
    skr_err err;
    if (skr_buffer_put(&exchange->key, server->key.bytes, server->key.n, &err) < 0)
        exchange->key.n = 0;
    return false;
}

/* Errors are not kept: what was wrong may be right the next time. */
static void keep(skr_exchange *exchange, uint64_t state)
{
    skr_server *server = exchange->server;
    const skr_ready_answer *ready = exchange->ready;
    const skr_http_response *said = &ready->said;
    if (exchange->key.n == 0 || said->status != 200 || ready->response == NULL ||
        skr_engine_state(server->router.service.engine) != state)
        return;
    size_t n = sizeof *ready + RESPONSE_BYTES + said->n_body +
               (said->canonical == NULL ? 0 : strlen(said->canonical) + 1);
    exchange->kept = skr_answer_cache_keep(server->metrics.cache, state, exchange->key.bytes,
                                           exchange->key.n, exchange->ready, n);
    if (exchange->kept == NULL)
        exchange->ready = NULL;
}

/*
 * Whether the server lives, and whether it takes questions: answered without a worker, so that a
 * full queue does not look like a dead server.
 */
bool skr_server_answer_health(skr_exchange *exchange)
{
    const skr_server *server = exchange->server;
    bool is_live = strcmp(exchange->path, "/health/live") == 0;
    bool is_ready = strcmp(exchange->path, "/health/ready") == 0;
    if (exchange->method != SKR_METHOD_GET || (!is_live && !is_ready) || !server->router.has_health)
        return false;
    bool is_stopping = is_ready && atomic_load(&server->metrics.is_draining);
    const skr_http_request request = skr_server_request(exchange);
    exchange->ready = calloc(1, sizeof *exchange->ready);
    if (exchange->ready == NULL)
        return true;
    skr_http_response *said = &exchange->ready->said;
    said->status = is_stopping ? 503 : 200;
    said->retry_after_s = is_stopping ? 1 : 0;
    said->body = strdup(is_stopping ? "{\"status\":\"stopping\"}"
                        : is_live   ? "{\"status\":\"live\"}"
                                    : "{\"status\":\"ready\"}");
    said->n_body = said->body == NULL ? 0 : strlen(said->body);
    said->status = said->body == NULL ? 0 : said->status;
    (void)make_response(exchange->ready, exchange->method);
    skr_server_log_answered(exchange, &request);
    return true;
}

/* Many who come at once mostly ask the same: who waited takes the answer that another got. */
static bool find_again(skr_exchange *exchange, const skr_http_request *request, uint64_t state)
{
    skr_answer_cache *cache = exchange->server->metrics.cache;
    if (cache == NULL || exchange->key.n == 0)
        return false;
    exchange->kept =
        skr_answer_cache_find_again(cache, state, exchange->key.bytes, exchange->key.n);
    if (exchange->kept == NULL)
        return false;
    exchange->ready = skr_answer_cache_value(exchange->kept);
    skr_server_log_answered(exchange, request);
    return true;
}

void skr_server_answer_make(skr_exchange *exchange)
{
    skr_server *server = exchange->server;
    const skr_http_request request = skr_server_request(exchange);
    uint64_t state = skr_engine_state(server->router.service.engine);
    if (find_again(exchange, &request, state))
        return;
    exchange->ready = calloc(1, sizeof *exchange->ready);
    if (exchange->ready == NULL)
        return;
    skr_http_response *said = &exchange->ready->said;
    skr_route_answer(&server->router, &request, said);
    if (!make_response(exchange->ready, exchange->method) && said->status != 0) {
        skr_route_refuse(&server->router.service, 503, SKR_SAID_BUSY, said);
        (void)make_response(exchange->ready, exchange->method);
    }
    skr_server_log_answered(exchange, &request);
    keep(exchange, state);
}

static bool is_queue_empty(skr_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    bool is_empty = server->queue.n == 0;
    (void)pthread_mutex_unlock(&server->mutex);
    return is_empty;
}

bool skr_server_answer_at_once(skr_exchange *exchange)
{
    skr_server *server = exchange->server;
    skr_http_request request = skr_server_request(exchange);
    uint64_t state = skr_engine_state(server->router.service.engine);
    if (!is_queue_empty(server))
        return false;
    request.is_at_once = true;
    exchange->ready = calloc(1, sizeof *exchange->ready);
    if (exchange->ready == NULL)
        return false;
    skr_http_response *said = &exchange->ready->said;
    skr_route_answer(&server->router, &request, said);
    /* whatever went wrong is told by a worker, who may look for what was meant */
    if (said->status != 200 || !make_response(exchange->ready, exchange->method)) {
        skr_server_answer_free(exchange->ready);
        exchange->ready = NULL;
        return false;
    }
    skr_server_log_answered(exchange, &request);
    keep(exchange, state);
    return true;
}

void skr_server_answer_refuse(skr_exchange *exchange, unsigned status, const char *message)
{
    const skr_http_request request = {.method = exchange->method, .path = exchange->path};
    exchange->ready = calloc(1, sizeof *exchange->ready);
    if (exchange->ready == NULL)
        return;
    skr_route_refuse(&exchange->server->router.service, status, message, &exchange->ready->said);
    (void)make_response(exchange->ready, exchange->method);
    skr_server_log_answered(exchange, &request);
}
