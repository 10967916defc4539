/*
 * json_split.c - the JSON values of a document, one at a time.
 */
#include "engine/import/documents/json_split.h"

#include <inttypes.h>
#include <string.h>

#include "storage/base/limits.h"

static int damaged(const skr_json_split *split, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s, line %" PRIu64 ": %s",
                    skr_archive_name(split->archive), split->line_at + 1, what);
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The next byte that is no space, which stays; -1 at the end. */
static int skip_spaces(skr_json_split *split, int *ret_byte, skr_err *err)
{
    for (;;) {
        const uint8_t *bytes;
        size_t n;
        SKR_TRY(skr_archive_peek(split->archive, &bytes, &n, err));
        if (n == 0) {
            *ret_byte = -1;
            return SKR_OK;
        }
        size_t at = 0;
        for (; at < n && is_space(bytes[at]); at++)
            split->line_at += bytes[at] == '\n';
        if (at < n)
            *ret_byte = bytes[at];
        skr_archive_skip(split->archive, at);
        if (at < n)
            return SKR_OK;
    }
}

/* A byte order mark in front of the document is no part of it. */
static int skip_mark(skr_json_split *split, skr_err *err)
{
    const uint8_t *bytes;
    size_t n;
    int status = skr_archive_peek(split->archive, &bytes, &n, err);
    if (status == SKR_OK && n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        skr_archive_skip(split->archive, 3);
    return status;
}

/* Where we are within a value. */
typedef struct state {
    int depth;
    bool is_string;
    bool is_escaped;
    bool is_done;
    bool has_any;
} state;

/* Takes one byte; false when it is after the value's end and does not belong to it. */
static bool take_byte(state *s, uint8_t byte)
{
    if (s->is_string) {
        s->is_string = s->is_escaped || byte != '"';
        s->is_escaped = !s->is_escaped && byte == '\\';
        s->is_done = !s->is_string && s->depth == 0;
        return true;
    }
    bool is_open = byte == '{' || byte == '[';
    bool is_close = byte == '}' || byte == ']';
    if (s->depth == 0 && s->has_any && (is_space(byte) || byte == ',' || is_close || is_open)) {
        s->is_done = true; /* a number or a word ended */
        return false;
    }
    s->has_any = true;
    s->is_string = byte == '"';
    s->depth += is_open - is_close;
    s->is_done = is_close && s->depth <= 0;
    return true;
}

/* Takes bytes up to the end of the value, or all there are. */
static int take_some(skr_json_split *split, state *s, skr_err *err)
{
    const uint8_t *bytes;
    size_t n;
    SKR_TRY(skr_archive_peek(split->archive, &bytes, &n, err));
    if (n == 0) {
        if (s->depth > 0 || s->is_string)
            return damaged(split, "the file ends in the middle of a JSON value", err);
        s->is_done = true;
        return SKR_OK;
    }
    size_t at = 0;
    while (at < n && !s->is_done) {
        if (!take_byte(s, bytes[at]))
            break;
        if (s->depth > SKR_DOCUMENT_DEPTH_MAX)
            return damaged(split, "JSON nested more than 200 deep", err);
        split->line_at += bytes[at] == '\n';
        at++;
    }
    if (at > split->n_max - split->value.n)
        return damaged(split, "a JSON value that is too long", err);
    int status = skr_buffer_put(&split->value, bytes, at, err);
    skr_archive_skip(split->archive, at);
    return status;
}

/* Goes past the comma or the end of the array. */
static int next_element(skr_json_split *split, int *byte, skr_err *err)
{
    if (split->has_element && *byte == ',') {
        skr_archive_skip(split->archive, 1);
        SKR_TRY(skip_spaces(split, byte, err));
        if (*byte == ']' || *byte == ',')
            return damaged(split, "a comma without a value behind it", err);
    } else if (*byte == ']') {
        skr_archive_skip(split->archive, 1);
        split->is_over = true;
        SKR_TRY(skip_spaces(split, byte, err));
        if (*byte >= 0)
            return damaged(split, "something behind the end of the JSON array", err);
    } else if (split->has_element && *byte >= 0) {
        return damaged(split, "a comma is missing between two values", err);
    }
    if (*byte < 0 && !split->is_over)
        return damaged(split, "the file ends in the middle of a JSON array", err);
    return SKR_OK;
}

int skr_json_split_next(skr_json_split *split, const char **ret_text, size_t *ret_n,
                        bool *ret_is_there, skr_err *err)
{
    int byte = -1;
    SKR_TRY(split->has_begun ? SKR_OK : skip_mark(split, err));
    SKR_TRY(skip_spaces(split, &byte, err));
    int status = SKR_OK;
    if (!split->has_begun && byte == '[' && !split->is_whole) {
        split->is_array = true;
        skr_archive_skip(split->archive, 1);
        status = skip_spaces(split, &byte, err);
    }
    split->has_begun = true;
    if (status == SKR_OK && split->is_array && !split->is_over)
        status = next_element(split, &byte, err);
    if (status != SKR_OK)
        return status;
    *ret_is_there = byte >= 0;
    if (byte < 0)
        return SKR_OK;
    split->has_element = true;
    split->line = split->line_at + 1;
    split->value.n = 0;
    state s = {0};
    while (status == SKR_OK && !s.is_done)
        status = take_some(split, &s, err);
    if (status != SKR_OK)
        return status;
    if (split->value.n == 0)
        return damaged(split, "a JSON value was expected", err);
    *ret_text = (const char *)split->value.bytes;
    *ret_n = split->value.n;
    return SKR_OK;
}

void skr_json_split_done(skr_json_split *split)
{
    skr_buffer_done(&split->value);
}
