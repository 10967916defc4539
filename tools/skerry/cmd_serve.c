/*
 * cmd_serve.c - skerry serve: Beacon v2 over HTTP.
 *
 * Signals are blocked in every thread and taken one after the other by the main thread, which does
 * nothing else: no handler runs in the midst of anything.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "api/server.h"
#include "tools/skerry/command.h"
#include "tools/skerry/output.h"
#include "tools/skerry/server_settings.h"

#define DRAIN_MS 30000u

/* One call of the system: a line stays whole, and costs little. */
static void on_log(void *context, const char *line)
{
    (void)context;
    char end = '\n';
    const struct iovec parts[] = {{(void *)(uintptr_t)line, strlen(line)}, {&end, 1}};
    ssize_t n = writev(STDERR_FILENO, parts, 2);
    (void)n; /* a log that cannot be written stops nobody from being answered */
}

static void block_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, signals, NULL);
}

static void reload(skr_engine *engine)
{
    skr_err err = {.message = ""};
    if (skr_engine_reload(engine, &err) < 0) {
        (void)fprintf(stderr, "skerry: the old generation stays: %s\n", err.message);
        return;
    }
    (void)fprintf(stderr, "skerry: reloaded\n");
}

/* Until somebody says stop. */
static void wait_for_signals(skr_engine *engine, const sigset_t *signals)
{
    for (;;) {
        int number = sigwaitinfo(signals, NULL);
        if (number == SIGINT || number == SIGTERM)
            return;
        if (number == SIGHUP)
            reload(engine);
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
    if (!arguments->common.is_quiet)
        config.on_log = on_log;
    status =
        skr_open_engine(&arguments->common, (size_t)config.n_block_cache_mib << 20, &engine, err);
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
    wait_for_signals(engine, &signals);
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
