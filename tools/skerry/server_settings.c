/* server_settings.c - from KEY = VALUE lines to the settings of the server. */
#include "tools/skerry/server_settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct text_key {
    const char *name;
    size_t offset;
    const char *choices; /* the words that it may be, or NULL: any text */
} text_keys[] = {
    {"listen", offsetof(skr_server_config, listen), NULL},
    {"beacon_id", offsetof(skr_server_config, texts.beacon_id), NULL},
    {"name", offsetof(skr_server_config, texts.name), NULL},
    {"description", offsetof(skr_server_config, texts.description), NULL},
    {"organization_id", offsetof(skr_server_config, texts.organization_id), NULL},
    {"organization_name", offsetof(skr_server_config, texts.organization_name), NULL},
    {"organization_url", offsetof(skr_server_config, texts.organization_url), NULL},
    {"base_url", offsetof(skr_server_config, base_url), NULL},
    {"environment", offsetof(skr_server_config, texts.environment), "prod, test, dev, staging"},
    {"metrics", offsetof(skr_server_config, metrics), "on, off"},
};

static const struct number_key {
    const char *name;
    size_t offset;
    uint32_t min;
    uint32_t max;
} number_keys[] = {
    {"connections_max", offsetof(skr_server_config, n_connections_max), 1, 100000},
    {"address_connections_max", offsetof(skr_server_config, n_address_max), 0, 100000},
    {"queue_max", offsetof(skr_server_config, n_queue_max), 1, 100000},
    {"queue_wait_ms", offsetof(skr_server_config, queue_wait_ms), 1, 3600000},
    {"body_max", offsetof(skr_server_config, n_body_max), 1024, 1u << 26},
    {"answer_cache_mib", offsetof(skr_server_config, n_answer_cache_mib), 0, 1u << 20},
    {"block_cache_mib", offsetof(skr_server_config, n_block_cache_mib), 0, 1u << 24},
    {"headers_timeout_s", offsetof(skr_server_config, headers_timeout_s), 1, 3600},
    {"timeout_s", offsetof(skr_server_config, timeout_s), 1, 3600},
    {"query_timeout_ms", offsetof(skr_server_config, query_timeout_ms), 1, 3600000},
    {"workers", offsetof(skr_server_config, n_workers), 0, 1024},
};

#define N_TEXTS (sizeof text_keys / sizeof *text_keys)
#define N_NUMBERS (sizeof number_keys / sizeof *number_keys)

/* Is a word one of a list that is written "a, b, c"? */
static bool is_choice(const char *choices, const char *word)
{
    for (const char *at = choices; *at != '\0'; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ",");
        if (strlen(word) == n && memcmp(word, at, n) == 0)
            return true;
        at += n;
    }
    return false;
}

static int apply_line(const skr_config_file *file, const skr_config_line *line,
                      skr_server_config *config, skr_err *err)
{
    const char *names[N_TEXTS + N_NUMBERS];
    char *bytes = (char *)config;
    for (size_t i = 0; i < N_TEXTS; i++) {
        names[i] = text_keys[i].name;
        if (strcmp(line->key, text_keys[i].name) == 0) {
            if (text_keys[i].choices != NULL && !is_choice(text_keys[i].choices, line->value))
                return skr_config_fail(file, line, err, "%s is one of %s, not '%.60s'", line->key,
                                       text_keys[i].choices, line->value);
            memcpy(bytes + text_keys[i].offset, &line->value, sizeof line->value);
            return SKR_OK;
        }
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number_key *key = &number_keys[i];
        names[N_TEXTS + i] = key->name;
        if (strcmp(line->key, key->name) == 0)
            return skr_config_number(file, line, key->min, key->max,
                                     (uint32_t *)(void *)(bytes + key->offset), err);
    }
    return skr_config_unknown(file, line, names, N_TEXTS + N_NUMBERS, err);
}

int skr_server_settings_apply(const skr_config_file *file, skr_server_config *config, skr_err *err)
{
    for (size_t i = 0; i < file->n_lines; i++) {
        int status = apply_line(file, &file->lines[i], config, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}
