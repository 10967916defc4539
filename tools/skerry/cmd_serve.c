/*
 * cmd_serve.c - skerry serve: Beacon v2 over HTTP.
 *
 * Signals are blocked in every thread and taken one after the other by the main thread, which does
 * nothing else: no handler runs in the midst of anything.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/http/server.h"
#include "tools/skerry/command.h"
#include "tools/skerry/mounts.h"
#include "tools/skerry/output.h"
#include "tools/skerry/serve_compact.h"

#define DRAIN_MS 30000u

/* Waits for whoever reads; a log that cannot be written stops nobody from being answered. */
static void on_log(void *context, const char *lines, size_t n)
{
    (void)context;
    while (n > 0) {
        ssize_t n_written = write(STDERR_FILENO, lines, n);
        if (n_written < 0 && errno == EAGAIN) {
            struct pollfd full = {.fd = STDERR_FILENO, .events = POLLOUT};
            (void)poll(&full, 1, -1);
        } else if (n_written < 0 && errno != EINTR) {
            return;
        }
        lines += n_written > 0 ? n_written : 0;
        n -= n_written > 0 ? (size_t)n_written : 0;
    }
}

/* As many files as the system allows: connections and segments are files, and another generation is
 * opened beside the old one. */
static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* what is allowed is looked at by the server */
}

static void block_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, signals, NULL);
}

/* Tells of withdrawals whose people should be gone from the files by now. */
static void say_overdue(skr_server *server, const skr_engine_stats *stats)
{
    char line[160];
    if (stats->n_deletions_overdue == 0)
        return;
    (void)snprintf(line, sizeof line,
                   "skerry: OVERDUE: people of %" PRIu64
                   " withdrawals are still in files: run skerry compact",
                   stats->n_deletions_overdue);
    skr_server_say(server, line);
}

static void reload(skr_engine *engine, skr_server *server)
{
    skr_err err = {.message = ""};
    char line[SKR_ERR_MESSAGE_MAX + 64];
    if (skr_engine_reload(engine, &err) < 0) {
        skr_server_note_reload_failed(server);
        (void)snprintf(line, sizeof line, "skerry: the old generation stays: %s", err.message);
        skr_server_say(server, line);
        return;
    }
    skr_engine_stats stats = {0};
    if (skr_engine_stats_read(engine, &stats, &err) < 0)
        (void)snprintf(line, sizeof line, "skerry: reloaded");
    else
        (void)snprintf(line, sizeof line, "skerry: reloaded, generation %" PRIu64,
                       stats.generation);
    skr_server_say(server, line);
    say_overdue(server, &stats);
}

/* How often it is looked whether the system refused files. */
#define LOOK_S 10

/* Says so when there were too few descriptors since the last look; questions go on. */
static void watch_files(skr_engine *engine, skr_server *server, uint64_t *n_refused)
{
    skr_engine_stats stats = {0};
    skr_err err = {.message = ""};
    char line[160];
    if (skr_engine_stats_read(engine, &stats, &err) < 0 || stats.n_files_refused == *n_refused)
        return;
    *n_refused = stats.n_files_refused;
    (void)snprintf(
        line, sizeof line,
        "skerry: the limit of %" PRIu64
        " open files is reached; files are closed and opened again; raise it (ulimit -n)",
        stats.n_descriptors);
    skr_server_say(server, line);
}

/* Tells of a compaction that began or ended, and takes up what it made. */
static void look_at_compaction(skr_engine *engine, skr_server *server, skr_serve_compact *compact)
{
    switch (skr_serve_compact_look(compact)) {
    case SKR_SERVE_COMPACT_NONE:
        return;
    case SKR_SERVE_COMPACT_BEGUN:
        skr_server_say(server, "skerry: compaction begun");
        return;
    case SKR_SERVE_COMPACT_FAILED:
        skr_server_say(server, "skerry: compaction failed; the store is sound, and it is tried "
                               "again later");
        break;
    case SKR_SERVE_COMPACT_DONE:
    case SKR_SERVE_COMPACT_STOPPED:
        skr_server_say(server, "skerry: compaction ended");
        break;
    }
    reload(engine, server);
}

/* Until somebody says stop. */
static void wait_for_signals(skr_engine *engine, skr_server *server, const sigset_t *signals,
                             skr_serve_compact *compact)
{
    const struct timespec pause = {.tv_sec = skr_serve_compact_is_on(compact) ? 1 : LOOK_S};
    uint64_t n_refused = 0;
    for (;;) {
        int number = sigtimedwait(signals, NULL, &pause);
        watch_files(engine, server, &n_refused);
        if (number == SIGINT || number == SIGTERM)
            return;
        if (number == SIGHUP)
            reload(engine, server);
        if (skr_serve_compact_is_on(compact))
            look_at_compaction(engine, server, compact);
    }
}

/* Tells where each Beacon listens; who started the server waits for this. */
static void say_listening(const skr_mounts *mounts, const char *io)
{
    for (size_t i = 0; i < mounts->n; i++) {
        const skr_mount *mount = &mounts->mounts[i];
        bool is_management = mounts->has_management && i + 1 == mounts->n;
        char text[96];
        skr_policy_text(&mount->policy, text);
        if (is_management)
            (void)fprintf(stderr, "listening on %s for management\n",
                          skr_server_address(mount->server));
        else if (mount->name != NULL)
            (void)fprintf(stderr, "skerry: %s: policy: %s; reading by %s\nlistening on %s for %s\n",
                          mount->name, text, io, skr_server_address(mount->server), mount->name);
        else
            (void)fprintf(stderr, "skerry: policy: %s; reading by %s\nlistening on %s\n", text, io,
                          skr_server_address(mount->server));
    }
}

typedef struct serve_files {
    const char *config;
    const char *policy;
    const char *listen;
} serve_files;

static int serve(const skr_arguments *arguments, const serve_files *files, skr_err *err)
{
    skr_mounts mounts = {0};
    skr_serve_compact compact = {0};
    skr_engine *engine = NULL;
    const char *io = "?";
    sigset_t signals;

    block_signals(&signals);
    raise_files();
    SKR_TRY(skr_mounts_read(files->config, files->policy, files->listen, &mounts, err));
    int status = skr_serve_compact_init(&compact, &mounts.compact, arguments->common.store, err);
    if (status == SKR_OK)
        status = skr_open_engine(&arguments->common, (size_t)mounts.n_block_cache_mib << 20, true,
                                 &engine, err);
    if (status == SKR_OK)
        status = skr_mounts_start(&mounts, engine, on_log, arguments->common.is_quiet, err);
    if (status == SKR_OK)
        status = skr_engine_io(engine, &io, err);
    if (status == SKR_OK) {
        say_listening(&mounts, io);
        wait_for_signals(engine, mounts.mounts[0].server, &signals, &compact);
    }
    skr_serve_compact_end(&compact);
    skr_mounts_done(&mounts, DRAIN_MS);
    skr_engine_close(engine);
    return status;
}

int skr_cmd_serve(const skr_command *command, int argc, char **argv)
{
    serve_files files = {0};
    const skr_option options[] = {
        {"config", SKR_OPTION_TEXT, &files.config, "FILE", "KEY = VALUE lines: docs/http-api.md",
         0},
        {"policy", SKR_OPTION_TEXT, &files.policy, "FILE",
         "what may be told (default: below 10 hidden, rounded to tens)", 0},
        {"listen", SKR_OPTION_TEXT, &files.listen, "ADDR:PORT",
         "where to listen; port 0: any (default: 127.0.0.1:8080)", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 0, "no operands", &err);
    if (status == SKR_OK)
        status = serve(&arguments, &files, &err);
    return status < 0 ? skr_report(&err) : 0;
}
