/*
 * beacon_json_print.c - the text of a document.
 *
 * Not jansson's own printing, which is most of what an answer costs: to find objects that hold
 * themselves it keeps a table of all that it is in. Nothing that is printed here does: documents
 * are made from values that are new, and from what was parsed. The bytes are the same.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "storage/base/buffer.h"

/* As jansson prints a number that is not whole. */
#define REAL_FLAGS (JSON_ENCODE_ANY | JSON_REAL_PRECISION(12))

/* What stands for a byte that may not stand in a text; "": it may. */
static size_t escape(unsigned char c, char escaped[7])
{
    static const char hex[] = "0123456789ABCDEF";
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* a byte, and what follows the stroke */
    if (c >= 0x20 && c != '"' && c != '\\')
        return 0;
    escaped[0] = '\\';
    for (size_t i = 0; i + 1 < sizeof named; i += 2) {
        escaped[1] = named[i + 1];
        if ((unsigned char)named[i] == c)
            return 2;
    }
    memcpy(escaped + 1, "u00", 3);
    escaped[4] = hex[c >> 4];
    escaped[5] = hex[c & 15];
    return 6;
}

static int put_text(const char *text, size_t n, skr_buffer *bytes, skr_err *err)
{
    size_t from = 0;
    SKR_TRY(skr_buffer_put_u8(bytes, '"', err));
    for (size_t i = 0; i < n; i++) {
        char escaped[7];
        size_t n_escaped = escape((unsigned char)text[i], escaped);
        if (n_escaped == 0)
            continue;
        SKR_TRY(skr_buffer_put(bytes, text + from, i - from, err));
        SKR_TRY(skr_buffer_put(bytes, escaped, n_escaped, err));
        from = i + 1;
    }
    SKR_TRY(skr_buffer_put(bytes, text + from, n - from, err));
    return skr_buffer_put_u8(bytes, '"', err);
}

static int put_whole(json_int_t value, skr_buffer *bytes, skr_err *err)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t n = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    if (value < 0)
        *--at = '-';
    return skr_buffer_put(bytes, at, (size_t)(digits + sizeof digits - at), err);
}

static int put_real(const json_t *json, skr_buffer *bytes, skr_err *err)
{
    char *text = json_dumps(json, REAL_FLAGS);
    if (text == NULL)
        return skr_fail_nomem(err, "an answer");
    int status = skr_buffer_put(bytes, text, strlen(text), err);
    free(text);
    return status;
}

static int put_object(json_t *json, skr_buffer *bytes, skr_err *err)
{
    uint8_t between = '{';
    for (void *at = json_object_iter(json); at != NULL; at = json_object_iter_next(json, at)) {
        const char *name = json_object_iter_key(at);
        SKR_TRY(skr_buffer_put_u8(bytes, between, err));
        SKR_TRY(put_text(name, strlen(name), bytes, err));
        SKR_TRY(skr_buffer_put_u8(bytes, ':', err));
        SKR_TRY(skr_json_put(json_object_iter_value(at), bytes, err));
        between = ',';
    }
    return skr_buffer_put(bytes, between == '{' ? "{}" : "}", between == '{' ? 2 : 1, err);
}

static int put_array(json_t *json, skr_buffer *bytes, skr_err *err)
{
    SKR_TRY(skr_buffer_put_u8(bytes, '[', err));
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (i > 0)
            SKR_TRY(skr_buffer_put_u8(bytes, ',', err));
        SKR_TRY(skr_json_put(json_array_get(json, i), bytes, err));
    }
    return skr_buffer_put_u8(bytes, ']', err);
}

int skr_json_put(json_t *json, skr_buffer *bytes, skr_err *err)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return put_object(json, bytes, err);
    case JSON_ARRAY:
        return put_array(json, bytes, err);
    case JSON_STRING:
        return put_text(json_string_value(json), json_string_length(json), bytes, err);
    case JSON_INTEGER:
        return put_whole(json_integer_value(json), bytes, err);
    case JSON_TRUE:
        return skr_buffer_put(bytes, "true", 4, err);
    case JSON_FALSE:
        return skr_buffer_put(bytes, "false", 5, err);
    case JSON_NULL:
        return skr_buffer_put(bytes, "null", 4, err);
    default:
        return put_real(json, bytes, err);
    }
}

int skr_json_print(json_t *json, char **ret_text, size_t *ret_n, skr_err *err)
{
    skr_buffer bytes = {0};
    int status = json == NULL ? skr_fail_nomem(err, "an answer") : skr_json_check(err);
    if (status == SKR_OK)
        status = skr_buffer_reserve(&bytes, 1024, err); /* most are shorter */
    if (status == SKR_OK)
        status = skr_json_put(json, &bytes, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&bytes, '\0', err);
    if (status == SKR_OK)
        status = skr_json_check(err);
    json_decref(json);
    if (status < 0) {
        skr_buffer_done(&bytes);
        return status;
    }
    *ret_text = (char *)bytes.bytes;
    *ret_n = bytes.n - 1;
    return SKR_OK;
}
