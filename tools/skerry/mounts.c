/* mounts.c - from sections of the configuration to servers. */
#include "tools/skerry/mounts.h"

#include <stdlib.h>
#include <string.h>

static const char management[] = "management";

/* ------------------------------------------------------------------ sections */

static bool is_of(const skr_config_line *line, const char *section)
{
    if (line->section == NULL || section == NULL)
        return line->section == section;
    return strcmp(line->section, section) == 0;
}

static bool is_known(const skr_mounts *mounts, const char *section)
{
    for (size_t i = 0; i < mounts->n; i++)
        if (strcmp(mounts->mounts[i].name, section) == 0)
            return true;
    return false;
}

/* The Beacons in the order of the file, the management behind them. */
static int list_mounts(skr_mounts *mounts, skr_err *err)
{
    const skr_config_file *file = &mounts->file;
    mounts->mounts = calloc(file->n_lines + 2, sizeof *mounts->mounts);
    if (mounts->mounts == NULL)
        return skr_fail_nomem(err, "the configuration");
    for (size_t i = 0; i < file->n_lines; i++) {
        const char *section = file->lines[i].section;
        if (section != NULL && strcmp(section, management) == 0)
            mounts->has_management = true;
        else if (section != NULL && !is_known(mounts, section))
            mounts->mounts[mounts->n++].name = section;
    }
    if (mounts->n == 0)
        mounts->n = 1; /* nameless */
    if (mounts->has_management)
        mounts->mounts[mounts->n++].name = management;
    return SKR_OK;
}

/* What a section must say, or may not. */
static int check_section(const skr_mounts *mounts, const char *section, skr_err *err)
{
    const skr_config_file *file = &mounts->file;
    bool has_listen = section == NULL;
    for (size_t i = 0; i < file->n_lines; i++) {
        const skr_config_line *line = &file->lines[i];
        if (section == NULL || !is_of(line, section))
            continue;
        bool is_listen = strcmp(line->key, "listen") == 0;
        has_listen = has_listen || is_listen;
        if (strcmp(section, management) == 0 && !is_listen)
            return skr_config_fail(file, line, err, "[management] has no key but listen");
        if (strncmp(line->key, "compact", 7) == 0 || strcmp(line->key, "block_cache_mib") == 0)
            return skr_config_fail(file, line, err,
                                   "%s is of the whole process: it stands before the first [...]",
                                   line->key);
    }
    if (!has_listen)
        return skr_fail(err, SKR_ERR_INPUT, "%s: [%.60s] has no listen, and needs one of its own",
                        file->path, section);
    return SKR_OK;
}

/* ------------------------------------------------------------------ reading */

/* What no server can be told is told with the file and the section. */
static int check_server(const skr_mounts *mounts, const skr_mount *mount, skr_err *err)
{
    int status = skr_server_config_check(&mount->settings.server, err);
    if (status == SKR_ERR_USAGE && mount->name != NULL)
        return skr_fail_in(err, SKR_ERR_INPUT, "%s: [%.60s]", mounts->file.path, mount->name);
    if (status == SKR_ERR_USAGE && mounts->file.path != NULL)
        return skr_fail_in(err, SKR_ERR_INPUT, "%s", mounts->file.path);
    return status;
}

static int read_mount(const skr_mounts *mounts, skr_mount *mount, const char *policy, skr_err *err)
{
    mount->settings = (skr_server_settings){.server = skr_server_config_default(),
                                            .compact = skr_serve_compact_default()};
    mount->policy = skr_policy_default();
    SKR_TRY(check_section(mounts, mount->name, err));
    SKR_TRY(skr_server_settings_apply(&mounts->file, NULL, &mount->settings, err));
    if (mount->name != NULL)
        SKR_TRY(skr_server_settings_apply(&mounts->file, mount->name, &mount->settings, err));
    const skr_server_settings *settings = &mount->settings;
    if (settings->policy != NULL || policy != NULL)
        SKR_TRY(skr_policy_read(settings->policy != NULL ? settings->policy : policy,
                                &mount->policy, err));
    if (settings->cohorts != NULL)
        SKR_TRY(skr_cohort_file_read(settings->cohorts, &mount->cohorts, err));
    mount->settings.server.texts.cohorts = mount->cohorts.cohorts;
    mount->settings.server.texts.n_cohorts = mount->cohorts.n_cohorts;
    mount->settings.server.has_management = mounts->has_management;
    return check_server(mounts, mount, err);
}

/* The network tells nodes apart by their beaconId. */
static int check_ids(const skr_mounts *mounts, skr_err *err)
{
    size_t n = mounts->n - (mounts->has_management ? 1 : 0);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(mounts->mounts[i].settings.server.texts.beacon_id,
                       mounts->mounts[k].settings.server.texts.beacon_id) == 0)
                return skr_fail(err, SKR_ERR_INPUT,
                                "%s: [%.60s] and [%.60s] have one beacon_id, by which a network "
                                "tells Beacons apart",
                                mounts->file.path, mounts->mounts[k].name, mounts->mounts[i].name);
    return SKR_OK;
}

int skr_mounts_read(const char *config, const char *policy, const char *listen,
                    skr_mounts *ret_mounts, skr_err *err)
{
    skr_mounts mounts = {0};
    int status = config == NULL ? SKR_OK : skr_config_read_sections(config, &mounts.file, err);
    if (status == SKR_OK)
        status = list_mounts(&mounts, err);
    for (size_t i = 0; i < mounts.n && status == SKR_OK; i++)
        status = read_mount(&mounts, &mounts.mounts[i], policy, err);
    if (status == SKR_OK)
        status = check_ids(&mounts, err);
    if (status == SKR_OK && listen != NULL && mounts.mounts[0].name != NULL)
        status =
            skr_fail(err, SKR_ERR_USAGE, "--listen is of one Beacon, and %s has several", config);
    if (status < 0) {
        skr_mounts_done(&mounts, 0);
        return status;
    }
    if (listen != NULL)
        mounts.mounts[0].settings.server.listen = listen;
    mounts.compact = mounts.mounts[0].settings.compact;
    mounts.n_block_cache_mib = mounts.mounts[0].settings.server.n_block_cache_mib;
    *ret_mounts = mounts;
    return SKR_OK;
}

/* ------------------------------------------------------------------ servers */

int skr_mounts_start(skr_mounts *mounts, skr_engine *engine, skr_log_fn on_log, bool is_quiet,
                     skr_err *err)
{
    mounts->servers = calloc(mounts->n + 1, sizeof(skr_server *));
    if (mounts->servers == NULL)
        return skr_fail_nomem(err, "the servers");
    for (size_t i = 0; i < mounts->n; i++) {
        skr_mount *mount = &mounts->mounts[i];
        skr_server_config *config = &mount->settings.server;
        config->name = mount->name;
        config->is_quiet = is_quiet;
        config->on_log = on_log;
        config->n_servers = (uint32_t)mounts->n;
        if (mounts->has_management && i + 1 == mounts->n) {
            config->managed = mounts->servers;
            config->n_managed = i;
        }
        SKR_TRY(skr_server_start(engine, &mount->policy, config, &mount->server, err));
        mounts->servers[i] = mount->server;
    }
    return SKR_OK;
}

void skr_mounts_done(skr_mounts *mounts, uint32_t wait_ms)
{
    if (mounts->has_management && mounts->n > 0) { /* it looks at the others */
        skr_server_drain(mounts->mounts[mounts->n - 1].server, wait_ms);
        mounts->mounts[mounts->n - 1].server = NULL;
    }
    for (size_t i = 0; i < mounts->n; i++) {
        skr_server_drain(mounts->mounts[i].server, wait_ms);
        skr_cohort_file_done(&mounts->mounts[i].cohorts);
    }
    free(mounts->servers);
    free(mounts->mounts);
    skr_config_done(&mounts->file);
    *mounts = (skr_mounts){0};
}
