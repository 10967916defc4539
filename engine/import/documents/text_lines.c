/*
 * text_lines.c - the lines of a document.
 */
#include "engine/import/documents/text_lines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/limits.h"

int skr_lines_fail(const skr_lines *lines, skr_err *err, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return skr_fail(err, SKR_ERR_INPUT, "%s, line %" PRIu64 ": %s",
                    skr_archive_name(lines->archive), lines->number, text);
}

/* Takes what there is up to a newline; *ret_is_whole when one came. */
static int take_part(skr_lines *lines, bool *ret_is_whole, bool *ret_is_end, skr_err *err)
{
    const uint8_t *bytes;
    size_t n;
    SKR_TRY(skr_archive_peek(lines->archive, &bytes, &n, err));
    int status = SKR_OK;
    *ret_is_end = n == 0;
    const uint8_t *newline = n == 0 ? NULL : memchr(bytes, '\n', n);
    size_t n_part = newline == NULL ? n : (size_t)(newline - bytes);
    if (n_part > SKR_TEXT_LINE_MAX - lines->line.n)
        return skr_lines_fail(lines, err, "a line of more than %u bytes", SKR_TEXT_LINE_MAX);
    if (n_part > 0 && memchr(bytes, 0, n_part) != NULL)
        return skr_lines_fail(lines, err, "a NUL byte; this is not a text file");
    if (n_part > 0)
        status = skr_buffer_put(&lines->line, bytes, n_part, err);
    *ret_is_whole = newline != NULL;
    skr_archive_skip(lines->archive, n_part + (newline != NULL));
    return status;
}

int skr_lines_next(skr_lines *lines, char **ret_line, bool *ret_is_there, skr_err *err)
{
    bool is_whole = false;
    bool is_end = false;
    int status = SKR_OK;
    lines->line.n = 0;
    lines->number++;
    while (status == SKR_OK && !is_whole && !is_end)
        status = take_part(lines, &is_whole, &is_end, err);
    if (status != SKR_OK)
        return status;
    *ret_is_there = is_whole || lines->line.n > 0;
    if (lines->line.n > 0 && lines->line.bytes[lines->line.n - 1] == '\r')
        lines->line.n--;
    SKR_TRY(skr_buffer_put_u8(&lines->line, 0, err));
    char *line = (char *)lines->line.bytes;
    bool has_mark = lines->number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0;
    *ret_line = has_mark ? line + 3 : line;
    return SKR_OK;
}

size_t skr_lines_split(char *line, char separator, char **fields, size_t n_max)
{
    size_t n = 0;
    char *from = line;
    for (;;) {
        char *end = strchr(from, separator);
        if (n < n_max)
            fields[n] = from;
        n++;
        if (end == NULL)
            return n;
        *end = '\0';
        from = end + 1;
    }
}

void skr_lines_done(skr_lines *lines)
{
    skr_buffer_done(&lines->line);
}
