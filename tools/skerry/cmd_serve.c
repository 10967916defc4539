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
#include "tools/skerry/output.h"
#include "tools/skerry/server_settings.h"

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
}

/* Until somebody says stop. */
static void wait_for_signals(skr_engine *engine, skr_server *server, const sigset_t *signals)
{
    for (;;) {
        int number = sigwaitinfo(signals, NULL);
        if (number == SIGINT || number == SIGTERM)
            return;
        if (number == SIGHUP)
            reload(engine, server);
    }
}

typedef struct serve_files {
    const char *config;
    const char *policy;
    const char *listen;
} serve_files;

static int serve(const skr_arguments *arguments, const serve_files *files, skr_err *err)
{
    skr_config_file file = {0};
    skr_server_config config = skr_server_config_default();
    skr_policy policy = skr_policy_default();
    skr_engine *engine = NULL;
    skr_server *server = NULL;
    sigset_t signals;
    int status = SKR_OK;

    block_signals(&signals);
    raise_files();
    if (files->config != NULL) {
        status = skr_config_read(files->config, &file, err);
        if (status == SKR_OK)
            status = skr_server_settings_apply(&file, &config, err);
        if (status < 0)
            goto out;
    }
    if (files->policy != NULL) {
        status = skr_policy_read(files->policy, &policy, err);
        if (status < 0)
            goto out;
    }
    if (files->listen != NULL)
        config.listen = files->listen;
    config.is_quiet = arguments->common.is_quiet;
    config.on_log = on_log;
    status = skr_open_engine(&arguments->common, (size_t)config.n_block_cache_mib << 20, true,
                             &engine, err);
    if (status < 0)
        goto out;
    status = skr_server_start(engine, &policy, &config, &server, err);
    if (status < 0)
        goto out;

    char text[96];
    const char *io = "?";
    skr_policy_text(&policy, text);
    status = skr_engine_io(engine, &io, err);
    if (status < 0)
        goto out;
    (void)fprintf(stderr, "skerry: policy: %s; reading by %s\nlistening on %s\n", text, io,
                  skr_server_address(server));
    wait_for_signals(engine, server, &signals);
out:
    skr_server_drain(server, DRAIN_MS);
    skr_engine_close(engine);
    skr_config_done(&file);
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
