/* server.c - starting, listening, draining. */
#include "api/http/server.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "api/beacon/beacon_json.h"
#include "api/http/server_int.h"
#include "storage/base/thread.h"

#define BACKLOG 511

/* Of lines that wait to be written, and how long a server that ends waits for whoever reads them.
 */
#define LOG_BYTES (1u << 20)
#define LOG_WAIT_MS 1000u

/* Files that are opened beside connections and the store: another generation is opened before the
 * old one is closed, and threads read by themselves. */
#define FILES_MORE 128u

/* Of the address space, that must be left when all threads are there. */
#define ROOM_BYTES ((size_t)48 << 20)

/* When a server stops: how often it looks, and how long nothing may have come. */
#define STEP_MS 10u
#define QUIET_MS 300u

void skr_server_note_reload_failed(skr_server *server)
{
    atomic_fetch_add(&server->metrics.n_reload_failed, 1);
}

const char *skr_server_address(const skr_server *server)
{
    return server->address;
}

/* ------------------------------------------------------------------ limits */

/* Descriptors that are open now; at least some when that cannot be told. */
static rlim_t count_open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    rlim_t n = 0;
    if (folder == NULL)
        return FILES_MORE;
    while (readdir(folder) != NULL)
        n++;
    (void)closedir(folder);
    return n;
}

/* What the store needs: all files but segments twice, for another generation of it; of segments as
 * many as may be open. */
static int count_kept_files(const skr_server *server, rlim_t *ret_n, skr_err *err)
{
    skr_engine_stats stats = {0};
    SKR_TRY(skr_engine_stats_read(server->router.service.engine, &stats, err));
    rlim_t n_open = count_open_files();
    rlim_t n_others = n_open > stats.n_files_open ? n_open - stats.n_files_open : 0;
    rlim_t n_segments = 2 * stats.n_segments; /* a generation, and the next */
    if (n_segments > stats.n_files_open_max)
        n_segments = stats.n_files_open_max;
    *ret_n = 2 * n_others + n_segments + FILES_MORE + SKR_CONNECTIONS_SPARE;
    return SKR_OK;
}

/* No more connections than the system lets us open files beside those of the store. */
static int limit_connections(skr_server *server, skr_err *err)
{
    struct rlimit limit;
    rlim_t n_kept = 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return SKR_OK;
    SKR_TRY(count_kept_files(server, &n_kept, err));
    rlim_t n_left = limit.rlim_cur > n_kept ? limit.rlim_cur - n_kept : 0;
    n_left /= server->config.n_servers == 0 ? 1 : server->config.n_servers;
    if (n_left >= server->config.n_connections_max)
        return SKR_OK;
    if (n_left == 0)
        return skr_fail(err, SKR_ERR_LIMIT,
                        "%ju open files are allowed, and %ju are kept for the store: raise the "
                        "limit (ulimit -n)",
                        (uintmax_t)limit.rlim_cur, (uintmax_t)n_kept);
    char line[160];
    (void)snprintf(line, sizeof line,
                   "skerry: connections_max is %ju, not %u: %ju open files are allowed",
                   (uintmax_t)n_left, server->config.n_connections_max, (uintmax_t)limit.rlim_cur);
    server->config.n_connections_max = (uint32_t)n_left;
    skr_server_say(server, line);
    return SKR_OK;
}

/* ------------------------------------------------------------------ listening */

/* Splits ADDR:PORT; [ADDR]:PORT for addresses that hold colons. host has room for n. */
static bool split_address(const char *listen, char *host, size_t n, const char **ret_port)
{
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    size_t n_host = (size_t)(colon - listen);
    if (n_host >= 2 && listen[0] == '[' && listen[n_host - 1] == ']') {
        listen++;
        n_host -= 2;
    }
    if (n_host >= n)
        return false;
    memcpy(host, listen, n_host);
    host[n_host] = '\0';
    *ret_port = colon + 1;
    return true;
}

static void write_address(skr_server *server)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    char host[200] = "?";
    char port[16] = "?";
    if (getsockname(server->listen_fd, (struct sockaddr *)&address, &n) == 0)
        (void)getnameinfo((struct sockaddr *)&address, n, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    bool is_v6 = strchr(host, ':') != NULL;
    (void)snprintf(server->address, sizeof server->address, is_v6 ? "[%s]:%s" : "%s:%s", host,
                   port);
}

static int open_socket(skr_server *server, const struct addrinfo *info)
{
    int yes = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int saved = errno;
        (void)close(fd);
        errno = saved;
        return -1;
    }
    server->listen_fd = fd;
    return 0;
}

static int listen_at(skr_server *server, skr_err *err)
{
    char host[256];
    const char *port = NULL;
    const char *where = server->config.listen;
    if (!split_address(where, host, sizeof host, &port))
        return skr_fail(err, SKR_ERR_USAGE, "listen '%.200s' is not ADDR:PORT", where);
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int why = getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, &found);
    if (why != 0)
        return skr_fail(err, SKR_ERR_IO, "%s: %s", where, gai_strerror(why));
    int saved = 0;
    for (const struct addrinfo *at = found; at != NULL && server->listen_fd < 0; at = at->ai_next)
        if (open_socket(server, at) != 0)
            saved = errno;
    freeaddrinfo(found);
    if (server->listen_fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: %s", where, strerror(saved));
    write_address(server);
    return SKR_OK;
}

/* What stands before the paths of /map, without a '/' at its end. */
static int make_base_url(skr_server *server, skr_err *err)
{
    const char *given = server->config.base_url;
    size_t n = strlen(given == NULL ? server->address : given) +
               strlen(server->config.texts.base_path) + 16;
    server->base_url = malloc(n);
    if (server->base_url == NULL)
        return skr_fail_nomem(err, "the server");
    if (given == NULL)
        (void)snprintf(server->base_url, n, "http://%s%s", server->address,
                       server->config.texts.base_path);
    else
        (void)snprintf(server->base_url, n, "%s", given);
    for (size_t i = strlen(server->base_url); i > 0 && server->base_url[i - 1] == '/'; i--)
        server->base_url[i - 1] = '\0';
    return SKR_OK;
}

/* ------------------------------------------------------------------ the whole */

static void free_server(skr_server *server)
{
    if (server->listen_fd >= 0)
        (void)close(server->listen_fd);
    (void)pthread_cond_destroy(&server->has_watch);
    (void)pthread_cond_destroy(&server->has_work);
    (void)pthread_mutex_destroy(&server->mutex);
    skr_answer_cache_free(server->metrics.cache);
    skr_log_ring_free(server->metrics.log, LOG_WAIT_MS);
    skr_buffer_done(&server->key);
    free(server->base_url);
    free(server->told);
    free(server);
}

/* Whose metrics the server tells: its own, if any; the management's are those of all. */
static int list_metrics(skr_server *server, skr_err *err)
{
    const skr_server_config *config = &server->config;
    bool is_management = config->managed != NULL;
    server->metrics.name = config->name;
    server->router.has_beacon = !is_management;
    server->router.has_health = is_management || !config->has_management;
    if (!is_management && (config->has_management || strcmp(config->metrics, "on") != 0))
        return SKR_OK;
    server->told = calloc(config->n_managed + 1, sizeof(skr_metrics *));
    if (server->told == NULL)
        return skr_fail_nomem(err, "the server");
    for (size_t i = 0; i < config->n_managed; i++)
        server->told[i] = &config->managed[i]->metrics;
    server->told[config->n_managed] = &server->metrics;
    server->router.metrics = server->told;
    server->router.n_metrics = config->n_managed + 1;
    return SKR_OK;
}

int skr_server_start(skr_engine *engine, const skr_policy *policy, const skr_server_config *config,
                     skr_server **ret_server, skr_err *err)
{
    int status = skr_server_config_check(config, err);
    if (status < 0)
        return status;
    skr_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return skr_fail_nomem(err, "the server");
    skr_json_init();
    server->config = *config;
    server->listen_fd = -1;
    server->router.service.engine = engine;
    server->router.service.policy = *policy;
    server->router.service.texts = &server->config.texts;
    server->on_answered = skr_server_resume;
    status = list_metrics(server, err);
    if (status < 0) {
        free(server);
        return status;
    }
    skr_policy_text(policy, server->router.service.policy_text);
    (void)pthread_mutex_init(&server->mutex, NULL);
    (void)pthread_cond_init(&server->has_work, NULL);
    (void)pthread_cond_init(&server->has_watch, NULL);

    if (config->on_log != NULL)
        status = skr_log_ring_new(LOG_BYTES, config->on_log, config->log_context,
                                  &server->metrics.log, err);
    if (status == SKR_OK)
        status = limit_connections(server, err);
    if (status == SKR_OK)
        status = listen_at(server, err);
    if (status == SKR_OK)
        status = make_base_url(server, err);
    server->router.service.base_url = server->base_url;
    if (status == SKR_OK && config->n_answer_cache_mib > 0)
        status = skr_answer_cache_new((uint64_t)config->n_answer_cache_mib << 20,
                                      skr_server_answer_free, &server->metrics.cache, err);
    if (status == SKR_OK)
        status = skr_server_pool_start(server, err);
    if (status == SKR_OK)
        status = skr_server_watch_start(server, err);
    if (status == SKR_OK)
        status = skr_server_daemon_start(server, err);
    /* the library's thread, and each question, have yet to ask for memory */
    if (status == SKR_OK && !skr_thread_has_room(ROOM_BYTES))
        status = skr_fail(err, SKR_ERR_NOMEM, "no room in memory to answer anybody");
    if (status < 0) {
        skr_server_daemon_stop(server);
        skr_server_pool_stop(server);
        skr_server_watch_stop(server);
        free_server(server);
        return status;
    }
    *ret_server = server;
    return SKR_OK;
}

/*
 * Waits until every connection is closed or nothing was under way for QUIET_MS, at most wait_ms.
 * Who keeps a connection may be sending the next request: it is let in, answered, and told that it
 * was the last one.
 */
static void wait_quiet(skr_server *server, uint32_t wait_ms)
{
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000};
    uint64_t n_begun = atomic_load(&server->n_begun);
    uint32_t quiet_ms = 0;
    for (uint32_t ms = 0; ms < wait_ms && quiet_ms < QUIET_MS; ms += STEP_MS) {
        if (atomic_load(&server->metrics.n_connections) == 0)
            return;
        (void)nanosleep(&step, NULL);
        uint64_t n_now = atomic_load(&server->n_begun);
        bool is_quiet = n_now == n_begun && atomic_load(&server->metrics.n_exchanges) == 0;
        quiet_ms = is_quiet ? quiet_ms + STEP_MS : 0;
        n_begun = n_now;
    }
}

void skr_server_drain(skr_server *server, uint32_t wait_ms)
{
    if (server == NULL)
        return;
    skr_server_daemon_quiesce(server);
    atomic_store(&server->metrics.is_draining, true);
    wait_quiet(server, wait_ms);
    skr_server_watch_stop_all(server);
    skr_server_pool_stop(server);
    wait_quiet(server, 500); /* those just stopped get their answer */
    skr_server_daemon_stop(server);
    skr_server_watch_stop(server);
    free_server(server);
}
