/*
 * cmd_doctor.c - skerry doctor: would this store be served by this configuration as is meant?
 *
 * What serve would refuse is refused in the same words; what it would take, and what people regret
 * later, is told as advice.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/skerry/command.h"
#include "tools/skerry/mounts.h"
#include "tools/skerry/output.h"

typedef struct doctor_files {
    const char *config;
    const char *policy;
} doctor_files;

static bool is_loopback(const char *listen)
{
    return strncmp(listen, "127.", 4) == 0 || strncmp(listen, "localhost:", 10) == 0 ||
           strncmp(listen, "[::1]:", 6) == 0;
}

/* Does an address end with the path that is answered? */
static bool ends_with(const char *url, const char *path)
{
    size_t n = strlen(url);
    size_t n_path = strlen(path);
    while (n > 0 && url[n - 1] == '/')
        n--;
    return n >= n_path && memcmp(url + n - n_path, path, n_path) == 0;
}

/* Says what may not be meant. */
static void advise(const skr_mount *mount)
{
    const skr_server_config *config = &mount->settings.server;
    const char *name = mount->name == NULL ? "beacon" : mount->name;
    if (strcmp(config->texts.beacon_id, skr_server_config_default().texts.beacon_id) == 0)
        printf("advice  %s: beacon_id is the default, and has to be the same for "
               "ever\n",
               name);
    if (config->base_url == NULL && strcmp(config->texts.environment, "prod") == 0)
        printf("advice  %s: without base_url /map names %s, where networks cannot "
               "ask\n",
               name, config->listen);
    if (config->base_url != NULL && !ends_with(config->base_url, config->texts.base_path))
        printf("advice  %s: base_url %s does not end with base_path %s: does the "
               "proxy change paths?\n",
               name, config->base_url, config->texts.base_path);
    if (mount->policy.is_exact && !is_loopback(config->listen))
        printf("advice  %s: %s tells exact counts to whoever reaches it\n", name, config->listen);
}

static void print_mounts(const skr_mounts *mounts)
{
    char policy[96];
    for (size_t i = 0; i < mounts->n; i++) {
        const skr_mount *mount = &mounts->mounts[i];
        const skr_server_config *config = &mount->settings.server;
        const char *types = config->texts.entry_types;
        if (mounts->has_management && i + 1 == mounts->n) {
            printf("ok      management: /metrics and /health at %s\n", config->listen);
            continue;
        }
        skr_policy_text(&mount->policy, policy);
        printf("ok      %s: %s%s, %s, up to %s, policy: %s\n",
               mount->name == NULL ? "beacon" : mount->name, config->listen,
               config->texts.base_path, types == NULL ? "all entry types" : types,
               config->texts.granularity, policy);
        advise(mount);
    }
}

static int examine(const skr_arguments *arguments, const doctor_files *files, skr_err *err)
{
    skr_mounts mounts = {0};
    skr_engine *engine = NULL;
    skr_engine_stats stats = {0};
    SKR_TRY(skr_mounts_read(files->config, files->policy, NULL, &mounts, err));
    int status = skr_open_engine(&arguments->common, 0, true, &engine, err);
    if (status == SKR_OK)
        status = skr_engine_stats_read(engine, &stats, err);
    if (status == SKR_OK) {
        printf("ok      store: generation %" PRIu64 "\n", stats.generation);
        if (stats.n_deletions_overdue > 0)
            printf("advice  store: people of %" PRIu64
                   " withdrawals should be gone from the files by "
                   "now: skerry compact\n",
                   stats.n_deletions_overdue);
        print_mounts(&mounts);
    }
    skr_engine_close(engine);
    skr_mounts_done(&mounts, 0);
    return status;
}

int skr_cmd_doctor(const skr_command *command, int argc, char **argv)
{
    doctor_files files = {0};
    const skr_option options[] = {
        {"config", SKR_OPTION_TEXT, &files.config, "FILE", "as of serve: docs/http-api.md", 0},
        {"policy", SKR_OPTION_TEXT, &files.policy, "FILE", "as of serve", 0},
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
        status = examine(&arguments, &files, &err);
    return status < 0 ? skr_report(&err) : 0;
}
