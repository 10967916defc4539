/*
 * beacon_record_quote.c - texts within the JSON of records.
 */
#include <stdio.h>

#include "api/beacon/beacon_record_text.h"
#include "storage/base/utf8.h"

/* Does a byte stand in a JSON text as it is? */
static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static int put_escaped(const char *value, size_t n, skr_buffer *text, skr_err *err)
{
    for (size_t i = 0, n_this; i < n; i += n_this) {
        char code[8];
        size_t n_code = 0;
        n_this = skr_utf8_length(value + i, n - i);
        if (n_this == 0) {
            n_this = 1;
            code[n_code++] = '?';
        } else if ((unsigned char)value[i] < ' ') {
            n_code = (size_t)snprintf(code, sizeof code, "\\u%04x", (unsigned)value[i]);
        } else if (value[i] == '"' || value[i] == '\\') {
            code[n_code++] = '\\';
            code[n_code++] = value[i];
        }
        SKR_TRY(n_code > 0 ? skr_buffer_put(text, code, n_code, err)
                           : skr_buffer_put(text, value + i, n_this, err));
    }
    return SKR_OK;
}

int skr_beacon_record_bare(const char *value, size_t n, skr_buffer *text, skr_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!is_plain(value[i]))
            return put_escaped(value, n, text, err);
    return skr_buffer_put(text, value, n, err);
}

int skr_beacon_record_quote(const char *value, size_t n, skr_buffer *text, skr_err *err)
{
    SKR_TRY(skr_buffer_put(text, "\"", 1, err));
    SKR_TRY(skr_beacon_record_bare(value, n, text, err));
    SKR_TRY(skr_buffer_put(text, "\"", 1, err));
    return SKR_OK;
}
