/*
 * json_value.c - a JSON text as values: the door to jansson.
 */
#include "engine/import/documents/json_value.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>

/* A value is the library's own, under a name that its users need no header for. */
static const json_t *own(const skr_json_value *value)
{
    return (const json_t *)value;
}

/* null is no value. */
static const skr_json_value *value_of(const json_t *own_value)
{
    return json_is_null(own_value) ? NULL : (const skr_json_value *)own_value;
}

int skr_json_value_parse(const char *text, size_t n, skr_json_value **ret_value,
                         uint64_t *ret_n_lines, skr_err *err)
{
    json_error_t why;
    errno = 0;
    json_t *value = json_loadb(
        text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &why);
    *ret_n_lines = 0;
    if (value == NULL && errno == ENOMEM) /* the library may call it a syntax error */
        return skr_fail_nomem(err, "JSON");
    if (value == NULL) {
        *ret_n_lines = why.line > 1 ? (uint64_t)why.line - 1 : 0;
        return skr_fail(err, SKR_ERR_INPUT, "malformed JSON: %s", why.text);
    }
    *ret_value = (skr_json_value *)value;
    return SKR_OK;
}

void skr_json_value_free(skr_json_value *value)
{
    json_decref((json_t *)value);
}

bool skr_json_value_is_object(const skr_json_value *value)
{
    return json_is_object(own(value));
}

bool skr_json_value_is_array(const skr_json_value *value)
{
    return json_is_array(own(value));
}

bool skr_json_value_is_bool(const skr_json_value *value)
{
    return json_is_boolean(own(value));
}

bool skr_json_value_is_true(const skr_json_value *value)
{
    return json_is_true(own(value));
}

bool skr_json_value_is_number(const skr_json_value *value)
{
    return json_is_number(own(value));
}

double skr_json_value_number(const skr_json_value *value)
{
    return json_number_value(own(value));
}

const char *skr_json_value_text(const skr_json_value *value)
{
    return json_string_value(own(value));
}

size_t skr_json_value_n_members(const skr_json_value *object)
{
    return json_object_size(own(object));
}

const char *skr_json_value_member_name(const skr_json_value *object, size_t i)
{
    json_t *all = (json_t *)object;
    void *at = json_object_iter(all);
    for (; i > 0; i--)
        at = json_object_iter_next(all, at);
    return json_object_iter_key(at);
}

const skr_json_value *skr_json_value_member(const skr_json_value *object, const char *name)
{
    return value_of(json_object_get(own(object), name));
}

/* phenotypicFeatures as phenotypic_features. */
static void snake_case(const char *name, char *snake, size_t n_snake)
{
    size_t n = 0;
    for (; *name != '\0' && n + 2 < n_snake; name++) {
        if (isupper((unsigned char)*name))
            snake[n++] = '_';
        snake[n++] = (char)tolower((unsigned char)*name);
    }
    snake[n] = '\0';
}

const skr_json_value *skr_json_value_find(const skr_json_value *object, const char *name)
{
    char snake[64];
    if (object == NULL || name == NULL)
        return NULL;
    const json_t *member = json_object_get(own(object), name);
    if (member == NULL) {
        snake_case(name, snake, sizeof snake);
        member = json_object_get(own(object), snake);
    }
    return value_of(member);
}

size_t skr_json_value_n_items(const skr_json_value *array)
{
    return json_array_size(own(array));
}

const skr_json_value *skr_json_value_item(const skr_json_value *array, size_t i)
{
    return (const skr_json_value *)json_array_get(own(array), i);
}
