/* config_file.c - reads KEY = VALUE files strictly: what is not understood is refused. */
#include "engine/face/config_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/base/suggest.h"

static int read_bytes(const char *path, char **ret_bytes, size_t *ret_n, skr_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return skr_fail(err, errno == ENOENT ? SKR_ERR_INPUT : SKR_ERR_IO, "%s: %s", path,
                        strerror(errno));
    int status = SKR_OK;
    char *bytes = malloc(SKR_CONFIG_MAX + 1);
    size_t n = 0;
    if (bytes == NULL) {
        status = skr_fail_nomem(err, path);
        goto out;
    }
    n = fread(bytes, 1, SKR_CONFIG_MAX, file);
    if (ferror(file)) {
        status = skr_fail(err, SKR_ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (n == SKR_CONFIG_MAX)
        status = skr_fail(err, SKR_ERR_INPUT, "%s: longer than a megabyte, not a file of settings",
                          path);
    else if (memchr(bytes, '\0', n) != NULL)
        status =
            skr_fail(err, SKR_ERR_INPUT, "%s: holds a zero byte, not a file of settings", path);
    bytes[n] = '\0';
out:
    (void)fclose(file);
    if (status < 0) {
        free(bytes);
        return status;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return SKR_OK;
}

/* Takes blanks off both ends, in place. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

static void cut_comment(char *text)
{
    bool is_quoted = false;
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        if (*at == '#' && !is_quoted && (at == text || isspace((unsigned char)at[-1]))) {
            *at = '\0';
            return;
        }
    }
}

static int split_line(skr_config_file *config, char *text, skr_config_line *line, skr_err *err)
{
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return skr_config_fail(config, line, err, "expected KEY = VALUE, got '%.60s'", text);
    *equals = '\0';
    char *key = trim(text);
    char *value = trim(equals + 1);
    if (*key == '\0')
        return skr_config_fail(config, line, err, "expected a key before '='");
    size_t n = strlen(value);
    if (value[0] == '"') {
        if (n < 2 || value[n - 1] != '"' || memchr(value + 1, '"', n - 2) != NULL)
            return skr_config_fail(config, line, err, "a quote is not closed");
        value[n - 1] = '\0';
        value++;
    }
    for (size_t i = 0; i < config->n_lines; i++)
        if (config->lines[i].section == line->section && strcmp(config->lines[i].key, key) == 0)
            return skr_config_fail(config, line, err, "'%.60s' stands in line %u already", key,
                                   config->lines[i].number);
    line->key = key;
    line->value = value;
    return SKR_OK;
}

/* "[NAME]"; each name once, so that a section is one piece of the file. */
static int begin_section(const skr_config_file *config, char *text, const skr_config_line *line,
                         const char **ret_section, skr_err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n = strspn(text + 1, letters);
    if (n == 0 || strcmp(text + 1 + n, "]") != 0)
        return skr_config_fail(config, line, err,
                               "a section is [name], of small letters, digits, - and _");
    text[1 + n] = '\0';
    for (size_t i = 0; i < config->n_lines; i++)
        if (config->lines[i].section != NULL && strcmp(config->lines[i].section, text + 1) == 0)
            return skr_config_fail(config, line, err, "[%.60s] stands twice", text + 1);
    *ret_section = text + 1;
    return SKR_OK;
}

static int split_lines(skr_config_file *config, size_t n_bytes, skr_err *err)
{
    size_t n_max = 1;
    for (size_t i = 0; i < n_bytes; i++)
        n_max += config->bytes[i] == '\n';
    config->lines = calloc(n_max, sizeof *config->lines);
    if (config->lines == NULL)
        return skr_fail_nomem(err, config->path);

    unsigned number = 0;
    const char *section = NULL;
    char *rest = config->bytes;
    while (rest != NULL) {
        char *text = strsep(&rest, "\n");
        skr_config_line line = {.section = section, .number = ++number};
        cut_comment(text);
        text = trim(text);
        if (*text == '\0')
            continue;
        if (config->has_sections && *text == '[') {
            SKR_TRY(begin_section(config, text, &line, &section, err));
            continue;
        }
        int status = split_line(config, text, &line, err);
        if (status < 0)
            return status;
        config->lines[config->n_lines++] = line;
    }
    return SKR_OK;
}

static int read_file(const char *path, bool has_sections, skr_config_file *ret_config, skr_err *err)
{
    skr_config_file config = {.has_sections = has_sections};
    size_t n_bytes = 0;
    config.path = strdup(path);
    int status = config.path == NULL ? skr_fail_nomem(err, path)
                                     : read_bytes(path, &config.bytes, &n_bytes, err);
    if (status == SKR_OK)
        status = split_lines(&config, n_bytes, err);
    if (status < 0) {
        skr_config_done(&config);
        return status;
    }
    *ret_config = config;
    return SKR_OK;
}

int skr_config_read(const char *path, skr_config_file *ret_config, skr_err *err)
{
    return read_file(path, false, ret_config, err);
}

int skr_config_read_sections(const char *path, skr_config_file *ret_config, skr_err *err)
{
    return read_file(path, true, ret_config, err);
}

void skr_config_done(skr_config_file *config)
{
    free(config->lines);
    free(config->bytes);
    free(config->path);
    *config = (skr_config_file){0};
}

int skr_config_fail(const skr_config_file *config, const skr_config_line *line, skr_err *err,
                    const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return skr_fail(err, SKR_ERR_INPUT, "%s:%u: %s", config->path, line->number, text);
}

int skr_config_number(const skr_config_file *config, const skr_config_line *line, uint32_t min,
                      uint32_t max, uint32_t *ret_number, skr_err *err)
{
    uint64_t number = 0;
    const char *at = line->value;
    while (isdigit((unsigned char)*at) && number <= max)
        number = number * 10 + (uint64_t)(*at++ - '0');
    if (at == line->value || *at != '\0' || number < min || number > max)
        return skr_config_fail(config, line, err,
                               "%.60s is a whole number from %u to %u, not '%.40s'", line->key, min,
                               max, line->value);
    *ret_number = (uint32_t)number;
    return SKR_OK;
}

int skr_config_unknown(const skr_config_file *config, const skr_config_line *line,
                       const char *const *keys, size_t n_keys, skr_err *err)
{
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest_init(&suggest, line->key);
    for (size_t i = 0; i < n_keys; i++)
        skr_suggest_offer(&suggest, keys[i]);
    return skr_config_fail(config, line, err, "unknown key '%.60s'%.160s", line->key,
                           skr_suggest_text(&suggest, nearest));
}
