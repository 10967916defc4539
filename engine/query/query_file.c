/* query_file.c - files that questions name, line by line. */
#include "engine/query/query_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/base/utf8.h"

/* Reads all of an open file, with a NUL behind it. */
static int read_bytes(FILE *file, const char *path, char **ret_bytes, size_t *ret_n, skr_err *err)
{
    size_t n = 0;
    size_t n_max = 0;
    char *bytes = NULL;
    int status = SKR_OK;
    for (;;) {
        if (n_max - n < 2) {
            n_max = n_max == 0 ? 65536 : 2 * n_max;
            char *more = n_max > SKR_QUERY_FILE_MAX ? NULL : realloc(bytes, n_max);
            if (more == NULL) {
                status = n_max > SKR_QUERY_FILE_MAX
                             ? skr_fail(err, SKR_ERR_INPUT, "%s: longer than a gigabyte", path)
                             : skr_fail_nomem(err, path);
                break;
            }
            bytes = more;
        }
        size_t n_read = fread(bytes + n, 1, n_max - n - 1, file);
        n += n_read;
        if (n_read == 0)
            break;
    }
    if (status == SKR_OK && ferror(file))
        status = skr_fail(err, SKR_ERR_IO, "%s: %s", path, strerror(errno));
    if (status < 0) {
        free(bytes);
        return status;
    }
    bytes[n] = '\0';
    *ret_bytes = bytes;
    *ret_n = n;
    return SKR_OK;
}

static int read_named(const skr_parser *parser, const char *name, skr_query_file *file,
                      char **ret_bytes, skr_err *err)
{
    bool is_stdin = strcmp(name, "-") == 0;
    file->path = is_stdin ? "standard input" : name;
    if (is_stdin && !skr_query_take_stdin(parser->query))
        return skr_fail(err, SKR_ERR_QUERY,
                        "standard input is read already: @- may stand once in a command");
    FILE *opened = is_stdin ? stdin : fopen(name, "rbe");
    if (opened == NULL)
        return skr_fail(err, skr_err_of_input(errno), "%s: %s", name, strerror(errno));
    int status = read_bytes(opened, file->path, ret_bytes, &file->n, err);
    if (!is_stdin)
        (void)fclose(opened);
    return status;
}

int skr_query_file_read(const skr_parser *parser, const skr_token *token, skr_query_file *ret_file,
                        skr_err *err)
{
    skr_query_file file = {.n = 0};
    char *bytes = NULL;
    const char *kept = NULL;
    if (!parser->allow_files)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "files are read on the command line only");
    int status = read_named(parser, token->text + 1, &file, &bytes, err);
    if (status == SKR_OK)
        status = skr_query_text(parser->query, bytes, file.n, &kept, err);
    free(bytes);
    if (status < 0) {
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
        return status;
    }
    file.bytes = (char *)kept;
    if (file.n >= 3 && memcmp(file.bytes, "\xef\xbb\xbf", 3) == 0)
        file.at = 3; /* a byte order mark */
    *ret_file = file;
    return SKR_OK;
}

bool skr_query_file_next(skr_query_file *file, char **ret_line, size_t *ret_n)
{
    if (file->at >= file->n)
        return false;
    char *line = file->bytes + file->at;
    const char *newline = memchr(line, '\n', file->n - file->at);
    size_t n = newline == NULL ? file->n - file->at : (size_t)(newline - line);
    file->at += n + 1;
    file->number++;
    if (n > 0 && line[n - 1] == '\r')
        n--;
    line[n] = '\0';
    *ret_line = line;
    *ret_n = n;
    return true;
}

bool skr_query_file_is_text(const char *line, size_t n)
{
    size_t i = 0;
    while (i < n && line[i] >= 0x20 && line[i] < 0x7f)
        i++;
    while (i < n) {
        size_t n_character = skr_utf8_length(line + i, n - i);
        if (n_character == 0 || (unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            return false;
        i += n_character;
    }
    return true;
}

int skr_query_file_bed(const skr_parser *parser, const char *line, const char **ret_text,
                       skr_err *err)
{
    char contig[SKR_NAME_MAX + 1];
    char text[SKR_NAME_MAX + 32];
    unsigned long start0 = 0;
    unsigned long end0 = 0;
    size_t n = strcspn(line, "\t");
    char *end = NULL;
    bool is_bed = n > 0 && n <= SKR_NAME_MAX && line[n] == '\t';
    if (is_bed) {
        start0 = strtoul(line + n + 1, &end, 10);
        is_bed = end != line + n + 1 && *end == '\t' && line[n + 1] >= '0' && line[n + 1] <= '9';
    }
    if (is_bed) {
        const char *third = end + 1;
        end0 = strtoul(third, &end, 10);
        is_bed = *third >= '0' && *third <= '9' && (*end == '\t' || *end == '\0') &&
                 end0 > start0 && end0 <= INT32_MAX;
    }
    if (!is_bed)
        return skr_fail(err, SKR_ERR_QUERY,
                        "a region, or a line of BED (contig, start, end), was expected");
    (void)snprintf(contig, sizeof contig, "%.*s", (int)n, line);
    int n_text = snprintf(text, sizeof text, "%s:%lu-%lu", contig, start0 + 1, end0);
    return skr_query_text(parser->query, text, (size_t)n_text, ret_text, err);
}
