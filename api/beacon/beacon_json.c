/* beacon_json.c - JSON in and out, with limits on what comes in. */
#include "api/beacon/beacon_json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"
#include "storage/base/utf8.h"

/* Something could not be made since skr_json_begin. One of each thread: a document has one maker.
 */
static _Thread_local bool has_failed;

static void *get_memory(size_t n)
{
    void *memory = malloc(n);
    has_failed = has_failed || memory == NULL;
    return memory;
}

void skr_json_init(void)
{
    json_set_alloc_funcs(get_memory, free);
}

void skr_json_begin(void)
{
    has_failed = false;
}

int skr_json_check(skr_err *err)
{
    return has_failed ? skr_fail_nomem(err, "a request or its answer") : SKR_OK;
}

void skr_json_set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        has_failed = true;
}

void skr_json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        has_failed = true;
}

/* Counts nesting and tokens outside of texts. Malformed JSON may pass: the parser judges it. */
static int check_size(const char *text, size_t n, skr_err *err)
{
    unsigned depth = 0;
    unsigned n_tokens = 0;
    bool is_text = false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (is_text) {
            i += c == '\\';
            is_text = c != '"';
            continue;
        }
        is_text = c == '"';
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth -= depth > 0;
        n_tokens += c == ',' || c == ':' || c == '{' || c == '[';
        if (depth > SKR_JSON_DEPTH_MAX)
            return skr_fail(err, SKR_ERR_QUERY, "the body nests deeper than %u levels",
                            SKR_JSON_DEPTH_MAX);
        if (n_tokens > SKR_JSON_TOKENS_MAX)
            return skr_fail(err, SKR_ERR_QUERY, "the body holds more than %u values",
                            SKR_JSON_TOKENS_MAX);
    }
    return SKR_OK;
}

int skr_json_parse(const char *text, size_t n, json_t **ret_json, skr_err *err)
{
    int status = check_size(text, n, err);
    if (status < 0)
        return status;
    json_error_t why;
    json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL && json_error_code(&why) == json_error_out_of_memory)
        has_failed = true;
    if (has_failed) {
        json_decref(json);
        return skr_json_check(err);
    }
    if (json == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "the body is not JSON: line %d, column %d: %s",
                        why.line, why.column, why.text);
    *ret_json = json;
    return SKR_OK;
}

bool skr_json_is_utf8(const char *text)
{
    for (size_t n = strlen(text), at = 0; at < n;) {
        size_t n_letter = skr_utf8_length(text + at, n - at);
        if (n_letter == 0)
            return false;
        at += n_letter;
    }
    return true;
}

json_t *skr_json_text(const char *text)
{
    json_t *json = json_string(text);
    if (json != NULL)
        return json;
    char *plain = strdup(text);
    if (plain == NULL) {
        has_failed = true;
        return NULL;
    }
    for (char *at = plain; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    json = json_string(plain);
    free(plain);
    return json;
}

const char *skr_json_shown(const json_t *json, char *shown)
{
    if (json_is_string(json)) {
        const char *text = json_string_value(json);
        (void)snprintf(shown, 80, "'%.60s'%s", text, strlen(text) > 60 ? "..." : "");
    } else if (json_is_integer(json)) {
        (void)snprintf(shown, 80, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    } else if (json_is_real(json)) {
        (void)snprintf(shown, 80, "%g", json_real_value(json));
    } else if (json_is_boolean(json)) {
        (void)snprintf(shown, 80, "%s", json_is_true(json) ? "true" : "false");
    } else {
        const char *kind = json_is_object(json) ? "an object" : "an array";
        (void)snprintf(shown, 80, "%s", json_is_null(json) ? "null" : kind);
    }
    return shown;
}

int skr_json_whole(const json_t *json, const char *what, uint64_t max, uint64_t *ret_value,
                   skr_err *err)
{
    uint64_t value = 0;
    bool is_good = false;
    if (json_is_integer(json)) {
        is_good = json_integer_value(json) >= 0;
        value = (uint64_t)json_integer_value(json);
    } else if (json_is_real(json)) {
        /* 100.0 is a whole number to clients that know only one kind of number */
        double real = json_real_value(json);
        is_good = real >= 0 && real < 9e15 && real == (double)(uint64_t)real;
        value = is_good ? (uint64_t)real : 0;
    } else if (json_is_string(json)) {
        const char *text = json_string_value(json);
        char *end = NULL;
        errno = 0;
        value = strtoull(text, &end, 10);
        is_good = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    }
    char shown[80];
    if (!is_good)
        return skr_fail(err, SKR_ERR_QUERY, "%s: %s is not a whole number", what,
                        skr_json_shown(json, shown));
    if (value > max)
        return skr_fail(err, SKR_ERR_QUERY, "%s: %s is above %" PRIu64, what,
                        skr_json_shown(json, shown), max);
    *ret_value = value;
    return SKR_OK;
}

int skr_json_bool(const json_t *json, const char *what, bool *ret_value, skr_err *err)
{
    const char *text = json_string_value(json);
    char shown[80];
    if (json_is_boolean(json))
        *ret_value = json_is_true(json);
    else if (text != NULL && strcasecmp(text, "true") == 0)
        *ret_value = true;
    else if (text != NULL && strcasecmp(text, "false") == 0)
        *ret_value = false;
    else
        return skr_fail(err, SKR_ERR_QUERY, "%s: %s is neither true nor false", what,
                        skr_json_shown(json, shown));
    return SKR_OK;
}

int skr_json_word(const json_t *json, const char *what, const char *const *words, size_t n,
                  size_t *ret_at, skr_err *err)
{
    const char *text = json_string_value(json);
    for (size_t i = 0; i < n && text != NULL; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *ret_at = i;
            return SKR_OK;
        }
    }
    char all[200] = "";
    size_t n_all = 0;
    for (size_t i = 0; i < n && n_all < sizeof all; i++)
        n_all +=
            (size_t)snprintf(all + n_all, sizeof all - n_all, "%s%s", i > 0 ? ", " : "", words[i]);
    char shown[80];
    return skr_fail(err, SKR_ERR_QUERY, "%s: %s is none of %s", what, skr_json_shown(json, shown),
                    all);
}
