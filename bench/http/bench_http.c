/*
 * bench_http.c - a load of requests over connections that are kept open.
 *
 *   bench_http [-c CONNECTIONS] [-s SECONDS] [-p PID] ADDR:PORT FILE
 *
 * Each line of FILE is a request: a target for a GET, or a target, a space and a body for a POST
 * of JSON. Connections take the lines in turn, and each sends one as soon as it has the answer to
 * the one before. Prints one line: requests, those that were not answered with 200, requests a
 * second, latency in us (median, 99 of 100, longest), and with -p the CPU time of that process,
 * in us a request. Exit status 0: all answers were whole.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define N_ANSWER_MAX (1u << 20)
#define N_BUCKETS (1u << 20) /* of a microsecond; the last holds what is longer */

typedef struct request {
    char *text;
    size_t n;
} request;

typedef struct connection {
    int fd;
    uint64_t sent_ns;
    char *answer;
    size_t n_answer;
} connection;

typedef struct load {
    request *requests;
    size_t n_requests;
    size_t next;
    uint64_t n_done;
    uint64_t n_wrong; /* not 200 */
    uint64_t sum_bytes;
    uint32_t *buckets;
    bool is_over;
    bool is_broken;
} load;

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_http: %s: %s\n", what, strerror(errno));
    exit(6);
}

/* A whole number, or the end of the program. */
static int number_of(const char *text)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || number < 0 || number > INT32_MAX) {
        (void)fprintf(stderr, "bench_http: '%s' is no number\n", text);
        exit(2);
    }
    return (int)number;
}

/* ------------------------------------------------------------------ requests */

static request make_request(char *line)
{
    request made = {NULL, 0};
    char *body = strchr(line, ' ');
    int n = 0;
    if (body != NULL)
        *body++ = '\0';
    if (body == NULL)
        n = asprintf(&made.text, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", line);
    else
        n = asprintf(&made.text,
                     "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     line, strlen(body), body);
    if (n < 0)
        die("memory");
    made.n = (size_t)n;
    return made;
}

static void read_requests(load *all, const char *name)
{
    FILE *file = fopen(name, "r");
    char *line = NULL;
    size_t room = 0;
    size_t n_max = 0;
    if (file == NULL)
        die(name);
    for (ssize_t n = getline(&line, &room, file); n >= 0; n = getline(&line, &room, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        if (all->n_requests == n_max) {
            n_max = n_max == 0 ? 64 : 2 * n_max;
            all->requests = realloc(all->requests, n_max * sizeof *all->requests);
            if (all->requests == NULL)
                die("memory");
        }
        all->requests[all->n_requests++] = make_request(line);
    }
    free(line);
    (void)fclose(file);
    if (all->n_requests == 0) {
        (void)fprintf(stderr, "bench_http: %s holds no request\n", name);
        exit(2);
    }
}

/* ------------------------------------------------------------------ connections */

static void open_connection(connection *one, const char *host, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)number_of(port))};
    int yes = 1;
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    one->answer = malloc(N_ANSWER_MAX + 1);
    if (one->answer == NULL || one->fd < 0 || inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        connect(one->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die(host);
    (void)setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/* Requests are shorter than the buffer of a socket that has sent all others. */
static void send_next(load *all, connection *one)
{
    const request *next = &all->requests[all->next];
    all->next = all->next + 1 == all->n_requests ? 0 : all->next + 1;
    one->n_answer = 0;
    one->sent_ns = clock_ns(CLOCK_MONOTONIC);
    if (send(one->fd, next->text, next->n, MSG_NOSIGNAL) != (ssize_t)next->n)
        die("send");
}

/* How long the answer is altogether; 0 as long as its head is not whole. */
static size_t n_whole(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    if (end == NULL)
        return 0;
    const char *length = strcasestr(answer, "\r\nContent-Length:");
    size_t n = length == NULL || length > end ? 0 : strtoul(length + 17, NULL, 10);
    return (size_t)(end - answer) + 4 + n;
}

static void keep(load *all, const connection *one)
{
    uint64_t us = (clock_ns(CLOCK_MONOTONIC) - one->sent_ns) / 1000;
    all->buckets[us < N_BUCKETS ? us : N_BUCKETS - 1]++;
    all->n_done++;
    all->sum_bytes += one->n_answer;
    all->n_wrong += strncmp(one->answer, "HTTP/1.1 200", 12) != 0;
}

static void receive(load *all, connection *one)
{
    ssize_t n = recv(one->fd, one->answer + one->n_answer, N_ANSWER_MAX - one->n_answer, 0);
    if (n <= 0) {
        all->is_broken = true;
        return;
    }
    one->n_answer += (size_t)n;
    one->answer[one->n_answer] = '\0';
    size_t whole = n_whole(one->answer);
    if (whole == 0 || one->n_answer < whole)
        return;
    keep(all, one);
    if (!all->is_over)
        send_next(all, one);
}

/* ------------------------------------------------------------------ the whole */

static void run(load *all, connection *connections, int n, int seconds)
{
    struct epoll_event events[64];
    int waiter = epoll_create1(EPOLL_CLOEXEC);
    uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + (uint64_t)seconds * 1000000000u;
    for (int i = 0; i < n; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        if (epoll_ctl(waiter, EPOLL_CTL_ADD, connections[i].fd, &event) != 0)
            die("epoll");
        send_next(all, &connections[i]);
    }
    while (!all->is_over && !all->is_broken) {
        int n_ready = epoll_wait(waiter, events, 64, 1000);
        for (int i = 0; i < n_ready; i++)
            receive(all, events[i].data.ptr);
        all->is_over = clock_ns(CLOCK_MONOTONIC) >= end_ns;
    }
    (void)close(waiter);
}

static uint64_t percentile_us(const load *all, double part)
{
    uint64_t wanted = (uint64_t)(part * (double)all->n_done);
    uint64_t seen = 0;
    for (uint32_t us = 0; us < N_BUCKETS; us++) {
        seen += all->buckets[us];
        if (seen > wanted)
            return us;
    }
    uint32_t us = N_BUCKETS - 1;
    while (us > 0 && all->buckets[us] == 0)
        us--;
    return us;
}

int main(int argc, char **argv)
{
    int n_connections = 64;
    int seconds = 5;
    pid_t pid = 0;
    for (int c = getopt(argc, argv, "c:s:p:"); c != -1; c = getopt(argc, argv, "c:s:p:")) {
        if (c == '?')
            return 2;
        n_connections = c == 'c' ? number_of(optarg) : n_connections;
        seconds = c == 's' ? number_of(optarg) : seconds;
        pid = c == 'p' ? number_of(optarg) : pid;
    }
    char *port = optind + 2 == argc ? strrchr(argv[optind], ':') : NULL;
    if (port == NULL || n_connections < 1) {
        (void)fprintf(stderr,
                      "usage: bench_http [-c CONNECTIONS] [-s SECONDS] [-p PID] ADDR:PORT FILE\n");
        return 2;
    }
    *port++ = '\0';
    load all = {.buckets = calloc(N_BUCKETS, sizeof(uint32_t))};
    connection *connections = calloc((size_t)n_connections, sizeof *connections);
    clockid_t clock = CLOCK_MONOTONIC;
    if (all.buckets == NULL || connections == NULL)
        die("memory");
    if (pid != 0 && clock_getcpuclockid(pid, &clock) != 0)
        die("process");
    read_requests(&all, argv[optind + 1]);
    for (int i = 0; i < n_connections; i++)
        open_connection(&connections[i], argv[optind], port);
    uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);
    uint64_t used_ns = clock_ns(clock);
    run(&all, connections, n_connections, seconds);
    used_ns = clock_ns(clock) - used_ns;
    double took_s = (double)(clock_ns(CLOCK_MONOTONIC) - began_ns) / 1e9;
    if (all.is_broken || all.n_done == 0) {
        (void)fprintf(stderr, "bench_http: a connection ended\n");
        return 1;
    }
    (void)printf("requests %" PRIu64 "  wrong %" PRIu64 "  per_s %.0f  p50_us %" PRIu64
                 "  p99_us %" PRIu64 "  max_us %" PRIu64 "  bytes %" PRIu64,
                 all.n_done, all.n_wrong, (double)all.n_done / took_s, percentile_us(&all, 0.5),
                 percentile_us(&all, 0.99), percentile_us(&all, 1), all.sum_bytes / all.n_done);
    if (pid != 0)
        (void)printf("  cpu_us %.2f", (double)used_ns / 1e3 / (double)all.n_done);
    (void)printf("\n");
    return 0;
}
