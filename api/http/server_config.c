/* server_config.c - what the server is told: its defaults, and what cannot be. */
#include <stdio.h>
#include <string.h>

#include "api/http/server.h"

skr_server_config skr_server_config_default(void)
{
    skr_server_config config = {
        .listen = "127.0.0.1:8080",
        .texts.beacon_id = "org.example.skerry",
        .texts.name = "Skerry",
        .texts.description = "Counts of people and alleles",
        .texts.organization_id = "org.example",
        .texts.organization_name = "An organisation that has not set its name",
        .texts.organization_url = "https://example.org",
        .texts.environment = "dev",
        .texts.sequence_id = "hgvs",
        .texts.granularity = "record",
        .texts.base_path = "/api",
        .metrics = "off",
        .n_connections_max = 1024,
        .n_address_max = 256,
        .n_queue_max = 256,
        .queue_wait_ms = 800,
        .n_body_max = 1u << 20,
        .n_answer_cache_mib = 64,
        .n_block_cache_mib = 512,
        .headers_timeout_s = 8,
        .timeout_s = 30,
        .query_timeout_ms = 4500,
    };
    return config;
}

/* "/api", or "" for none: plain words, none of which could be one of ours. */
static int check_base_path(const char *path, skr_err *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    size_t n = path == NULL ? 0 : strlen(path);
    bool is_sound = path != NULL && n <= 200 && strspn(path, letters) == n &&
                    strstr(path, "//") == NULL && strstr(path, "..") == NULL &&
                    strncmp(path, "/health", 7) != 0 && strncmp(path, "/metrics", 8) != 0 &&
                    (n == 0 || (path[0] == '/' && path[n - 1] != '/'));
    if (is_sound)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_USAGE, "base_path '%.200s' is not like /api or /beacon/v2",
                    path == NULL ? "" : path);
}

int skr_server_config_check(const skr_server_config *config, skr_err *err)
{
    static const char *const environments[] = {"prod", "test", "dev", "staging"};
    const char *const texts[] = {config->listen,
                                 config->texts.beacon_id,
                                 config->texts.name,
                                 config->texts.description,
                                 config->texts.organization_id,
                                 config->texts.organization_name,
                                 config->texts.organization_url};
    static const char *const names[] = {"listen",          "beacon_id",       "name",
                                        "description",     "organization_id", "organization_name",
                                        "organization_url"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] == NULL || texts[i][0] == '\0')
            return skr_fail(err, SKR_ERR_USAGE, "%s is empty", names[i]);
    bool is_known = false;
    for (size_t i = 0; i < 4 && config->texts.environment != NULL; i++)
        is_known = is_known || strcmp(config->texts.environment, environments[i]) == 0;
    if (!is_known)
        return skr_fail(err, SKR_ERR_USAGE, "environment is none of prod, test, dev, staging");
    if (config->texts.sequence_id == NULL || (strcmp(config->texts.sequence_id, "hgvs") != 0 &&
                                              strcmp(config->texts.sequence_id, "refseq") != 0))
        return skr_fail(err, SKR_ERR_USAGE, "sequence_id is none of hgvs, refseq");
    if (config->metrics == NULL ||
        (strcmp(config->metrics, "on") != 0 && strcmp(config->metrics, "off") != 0))
        return skr_fail(err, SKR_ERR_USAGE, "metrics is none of on, off");
    if (config->base_url != NULL && strncmp(config->base_url, "http://", 7) != 0 &&
        strncmp(config->base_url, "https://", 8) != 0)
        return skr_fail(err, SKR_ERR_USAGE, "base_url '%.200s' does not begin with http",
                        config->base_url);
    if (config->n_connections_max == 0 || config->n_queue_max == 0 || config->n_body_max == 0 ||
        config->timeout_s == 0 || config->headers_timeout_s == 0 || config->query_timeout_ms == 0 ||
        config->queue_wait_ms == 0)
        return skr_fail(err, SKR_ERR_USAGE, "a limit of the server is 0");
    SKR_TRY(check_base_path(config->texts.base_path, err));
    return skr_beacon_offer_check(&config->texts, err);
}
