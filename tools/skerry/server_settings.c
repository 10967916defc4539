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
    {"listen", offsetof(skr_server_settings, server.listen), NULL},
    {"beacon_id", offsetof(skr_server_settings, server.texts.beacon_id), NULL},
    {"name", offsetof(skr_server_settings, server.texts.name), NULL},
    {"description", offsetof(skr_server_settings, server.texts.description), NULL},
    {"organization_id", offsetof(skr_server_settings, server.texts.organization_id), NULL},
    {"organization_name", offsetof(skr_server_settings, server.texts.organization_name), NULL},
    {"organization_url", offsetof(skr_server_settings, server.texts.organization_url), NULL},
    {"organization_description",
     offsetof(skr_server_settings, server.texts.organization_description), NULL},
    {"organization_address", offsetof(skr_server_settings, server.texts.organization_address),
     NULL},
    {"organization_contact_url",
     offsetof(skr_server_settings, server.texts.organization_contact_url), NULL},
    {"organization_logo_url", offsetof(skr_server_settings, server.texts.organization_logo_url),
     NULL},
    {"welcome_url", offsetof(skr_server_settings, server.texts.welcome_url), NULL},
    {"alternative_url", offsetof(skr_server_settings, server.texts.alternative_url), NULL},
    {"create_date", offsetof(skr_server_settings, server.texts.create_date), NULL},
    {"policy", offsetof(skr_server_settings, policy), NULL},
    {"cohorts", offsetof(skr_server_settings, cohorts), NULL},
    {"base_url", offsetof(skr_server_settings, server.base_url), NULL},
    {"environment", offsetof(skr_server_settings, server.texts.environment),
     "prod, test, dev, staging"},
    {"sequence_id", offsetof(skr_server_settings, server.texts.sequence_id), "hgvs, refseq"},
    {"base_path", offsetof(skr_server_settings, server.texts.base_path), NULL},
    {"entry_types", offsetof(skr_server_settings, server.texts.entry_types), NULL},
    {"granularity", offsetof(skr_server_settings, server.texts.granularity),
     "boolean, count, record"},
    {"compact", offsetof(skr_server_settings, compact.is_auto), "auto, off"},
    {"compact_hours", offsetof(skr_server_settings, compact.hours), NULL},
    {"metrics", offsetof(skr_server_settings, server.metrics), "on, off"},
};

static const struct number_key {
    const char *name;
    size_t offset;
    uint32_t min;
    uint32_t max;
} number_keys[] = {
    {"compact_bandwidth_mib", offsetof(skr_server_settings, compact.bandwidth_mib), 0, 65535},
    {"compact_every_s", offsetof(skr_server_settings, compact.every_s), 1, 86400 * 7},
    {"connections_max", offsetof(skr_server_settings, server.n_connections_max), 1, 100000},
    {"address_connections_max", offsetof(skr_server_settings, server.n_address_max), 0, 100000},
    {"queue_max", offsetof(skr_server_settings, server.n_queue_max), 1, 100000},
    {"queue_wait_ms", offsetof(skr_server_settings, server.queue_wait_ms), 1, 3600000},
    {"body_max", offsetof(skr_server_settings, server.n_body_max), 1024, 1u << 26},
    {"answer_cache_mib", offsetof(skr_server_settings, server.n_answer_cache_mib), 0, 1u << 20},
    {"block_cache_mib", offsetof(skr_server_settings, server.n_block_cache_mib), 0, 1u << 24},
    {"headers_timeout_s", offsetof(skr_server_settings, server.headers_timeout_s), 1, 3600},
    {"timeout_s", offsetof(skr_server_settings, server.timeout_s), 1, 3600},
    {"query_timeout_ms", offsetof(skr_server_settings, server.query_timeout_ms), 1, 3600000},
    {"workers", offsetof(skr_server_settings, server.n_workers), 0, 1024},
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
                      skr_server_settings *settings, skr_err *err)
{
    const char *names[N_TEXTS + N_NUMBERS];
    char *bytes = (char *)settings;
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

int skr_server_settings_apply(const skr_config_file *file, const char *section,
                              skr_server_settings *settings, skr_err *err)
{
    for (size_t i = 0; i < file->n_lines; i++) {
        const char *of = file->lines[i].section;
        if (of != section && (of == NULL || section == NULL || strcmp(of, section) != 0))
            continue;
        int status = apply_line(file, &file->lines[i], settings, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}
