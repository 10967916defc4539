/*
 * A server over a small store, asked through a socket: what comes back byte for byte, what is kept,
 * what ends a connection, and what the log has of it.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/server.h"
#include "tests/support/beacon_store.h"

#define N_TEXT (1u << 16)

static beacon_store store;
static skr_server_config config;
static skr_server *server;
static char said[N_TEXT];
static char logged[N_TEXT];
static size_t n_logged;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void on_log(void *context, const char *lines, size_t n)
{
    (void)context;
    (void)pthread_mutex_lock(&lock);
    size_t room = sizeof logged - 1 - n_logged;
    memcpy(logged + n_logged, lines, n < room ? n : room);
    n_logged += n < room ? n : room;
    (void)pthread_mutex_unlock(&lock);
}

static void set_up(void)
{
    beacon_store_init(&store);
    config = skr_server_config_default();
    config.listen = "127.0.0.1:0";
    config.base_url = "http://127.0.0.1/api/";
    config.metrics = "on";
    config.n_workers = 1;
    config.queue_wait_ms = 60000;
    config.on_log = on_log;
}

static void start(void)
{
    const skr_policy policy = skr_policy_exact();
    skr_err err = {0};
    cr_assert(eq(int, skr_server_start(store.engine, &policy, &config, &server, &err), SKR_OK),
              "%s", err.message);
}

static void tear_down(void)
{
    skr_server_drain(server, 1000);
    beacon_store_done(&store);
}

TestSuite(server, .init = set_up, .fini = tear_down, .timeout = 60);

static int call(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *colon = strrchr(skr_server_address(server), ':');
    to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(eq(int, connect(fd, (struct sockaddr *)&to, sizeof to), 0));
    return fd;
}

/* All that comes until the other side closes. */
static const char *hear(int fd)
{
    size_t n = 0;
    for (ssize_t got = 1; got > 0 && n + 1 < sizeof said; n += got > 0 ? (size_t)got : 0)
        got = recv(fd, said + n, sizeof said - 1 - n, 0);
    said[n] = '\0';
    (void)close(fd);
    return said;
}

static const char *ask_over(int fd, const char *request)
{
    cr_assert(eq(sz, (size_t)send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request)));
    return hear(fd);
}

static const char *ask(const char *request)
{
    return ask_over(call(), request);
}

static void expect(const char *request, const char *text)
{
    cr_expect(ne(ptr, strstr(ask(request), text), NULL), "%s\n%s\nis not in\n%s", request, text,
              said);
}

#define END "Host: x\r\nConnection: close\r\n\r\n"

Test(server, answers_and_keeps_its_answers)
{
    start();
    for (int i = 0; i < 3; i++) {
        expect("GET /api/individuals?filters=HP:0001250 HTTP/1.1\r\n" END, "\"numTotalResults\":2");
        cr_expect(ne(ptr, strstr(said, "Cache-Control: private, no-cache"), NULL));
        cr_expect(ne(ptr, strstr(said, "ETag: \""), NULL));
        cr_expect(ne(ptr, strstr(said, "Access-Control-Allow-Origin: *"), NULL));
    }
    expect("POST /api/individuals HTTP/1.1\r\nContent-Type: application/json\r\n"
           "Content-Length: 2\r\n" END "{}",
           "\"numTotalResults\":3");
    expect("POST /api/individuals HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
           "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
           "\"numTotalResults\":3");
    expect("OPTIONS /api/individuals HTTP/1.1\r\n" END, "Allow: GET, HEAD, POST, OPTIONS");
    expect("HEAD /api/info HTTP/1.1\r\n" END, "HTTP/1.1 200 OK");
    cr_expect(eq(ptr, strchr(said, '{'), NULL));
    expect("GET /metrics HTTP/1.1\r\n" END, "skerry_answer_cache_hits_total 2\n");
}

Test(server, refuses_what_two_parties_could_read_differently)
{
    config.n_body_max = 100;
    start();
    expect("GET /api HTTP/1.1\r\nHost: y\r\n" END, " 400 ");
    expect(
        "POST /api/individuals HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n" END,
        " 400 ");
    expect("POST /api/individuals HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" END, " 501 ");
    expect("GET /api HTTP/1.1\r\nX: a\1b\r\n" END, " 400 ");
    expect("POST /api/individuals HTTP/1.1\r\nContent-Length: 5000\r\n" END, " 413 ");
    expect("BREW /api HTTP/1.1\r\n" END, " 405 ");
    static char many[N_TEXT / 2];
    size_t n = (size_t)snprintf(many, sizeof many, "GET /api HTTP/1.1\r\n");
    for (int i = 0; i < 110; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "X-%d: y\r\n", i);
    (void)snprintf(many + n, sizeof many - n, END);
    expect(many, " 431 ");
    n = (size_t)snprintf(many, sizeof many, "GET /api/individuals?filters=");
    memset(many + n, 'a', 20000);
    (void)snprintf(many + n + 20000, sizeof many - n - 20000, " HTTP/1.1\r\n" END);
    expect(many, " 414 ");
}

/* A body a little too long is read to its end; then the reason is heard. */
Test(server, reads_a_body_to_its_end_before_it_refuses)
{
    char request[400];
    config.n_body_max = 100;
    start();
    int n = snprintf(request, sizeof request,
                     "POST /api/individuals HTTP/1.1\r\nContent-Length: 120\r\n" END "%120s", "");
    cr_assert(n < (int)sizeof request);
    expect(request, " 413 ");
}

Test(server, answers_who_sends_no_more)
{
    static const char request[] = "GET /api/individuals HTTP/1.1\r\nHost: x\r\n\r\n";
    start();
    int fd = call();
    cr_assert(eq(sz, (size_t)send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request)));
    cr_assert(eq(int, shutdown(fd, SHUT_WR), 0));
    cr_expect(ne(ptr, strstr(hear(fd), "\"numTotalResults\":3"), NULL), "%s", said);
}

/* The others are asked, not closed: when the server notices an end is up to it. */
Test(server, sends_away_who_has_waited_longest)
{
    config.n_address_max = 2;
    config.headers_timeout_s = 60;
    config.timeout_s = 60;
    start();
    int first = call();
    int second = call();
    int third = call();
    cr_expect(eq(str, (char *)(uintptr_t)hear(first), ""));
    (void)ask_over(third, "GET /metrics HTTP/1.1\r\n" END);
    cr_expect(ne(ptr, strstr(said, "skerry_connections_sent_away_total 1\n"), NULL), "%s", said);
    cr_expect(ne(ptr, strstr(ask_over(second, "GET /api/info HTTP/1.1\r\n" END), " 200 "), NULL),
              "%s", said);
}

Test(server, closes_who_is_too_slow)
{
    config.headers_timeout_s = 1;
    config.timeout_s = 1;
    start();
    int fd = call();
    cr_assert(eq(sz, (size_t)send(fd, "GET /api", 8, MSG_NOSIGNAL), 8));
    (void)hear(fd); /* ends, which is what is asked */
}

Test(server, writes_a_line_for_each_request)
{
    start();
    skr_server_say(server, "the operator's own");
    skr_server_note_reload_failed(server);
    expect("GET /metrics HTTP/1.1\r\n" END, "skerry_reloads_failed_total 1\n");
    (void)ask("GET /api/individuals?filters=HP:0001250 HTTP/1.1\r\n" END);
    (void)ask("GET /nothing HTTP/1.1\r\n" END);
    skr_server_drain(server, 1000);
    server = NULL;
    cr_expect(ne(ptr, strstr(logged, "the operator's own\n"), NULL));
    cr_expect(ne(ptr, strstr(logged, "GET /api/individuals 200 told=2 "), NULL), "%s", logged);
    cr_expect(ne(ptr, strstr(logged, "GET /nothing 404 told=- "), NULL), "%s", logged);
}

Test(server, listens_nowhere_else_than_it_is_told)
{
    const skr_policy policy = skr_policy_exact();
    skr_err err = {0};
    skr_server *none = NULL;
    config.listen = "nowhere";
    cr_expect(
        eq(int, skr_server_start(store.engine, &policy, &config, &none, &err), SKR_ERR_USAGE));
    config.listen = "192.0.2.1:0"; /* of nobody */
    cr_expect(eq(int, skr_server_start(store.engine, &policy, &config, &none, &err), SKR_ERR_IO));
    config.listen = "[::1:80";
    cr_expect(eq(int, skr_server_start(store.engine, &policy, &config, &none, &err), SKR_ERR_IO));
    config.texts.name = "";
    cr_expect(
        eq(int, skr_server_start(store.engine, &policy, &config, &none, &err), SKR_ERR_USAGE));
}
