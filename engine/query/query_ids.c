/*
 * query_ids.c - individuals by id: one, a list, or a file of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/query/query_syntax.h"
#include "storage/base/limits.h"
#include "storage/base/utf8.h"

static int read_file(const char *path, char **ret_bytes, size_t *ret_n, skr_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return skr_fail(err, skr_err_of_input(errno), "%s: %s", path, strerror(errno));
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
                             : skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", path);
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
    (void)fclose(file);
    if (status < 0) {
        free(bytes);
        return status;
    }
    bytes[n] = '\0';
    *ret_bytes = bytes;
    *ret_n = n;
    return SKR_OK;
}

/* Is it plain text, as ids are? */
static bool is_text(const char *line, size_t n)
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

/* One line, its end cut off: an id, or nothing. */
static int take_id(const char *path, uint32_t number, char *line, size_t n, skr_expr *node,
                   skr_id_text *ids, skr_err *err)
{
    if (n > 0 && line[n - 1] == '\r')
        n--;
    if (n == 0)
        return SKR_OK;
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: longer than %u bytes, not an id", path, number,
                        SKR_NAME_MAX);
    if (!is_text(line, n))
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: expected one id a line, as plain text", path,
                        number);
    line[n] = '\0';
    ids[node->n_ids++] = (skr_id_text){line, (uint32_t)n, number};
    return SKR_OK;
}

/* bytes[0, n] belong to the query; its lines become texts where they stand. */
static int take_ids(skr_parser *parser, const char *path, char *bytes, size_t n, skr_expr *node,
                    skr_err *err)
{
    size_t n_lines = 1;
    for (size_t i = 0; i < n; i++)
        n_lines += bytes[i] == '\n';
    void *memory = NULL;
    int status = n_lines < UINT32_MAX
                     ? skr_query_alloc(parser->query, n_lines * sizeof(skr_id_text), &memory, err)
                     : skr_fail(err, SKR_ERR_LIMIT, "%s: too many lines", path);
    if (status < 0)
        return status;
    skr_id_text *ids = memory;
    size_t from = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */
    for (uint32_t number = 1; from < n && status == SKR_OK; number++) {
        const char *newline = memchr(bytes + from, '\n', n - from);
        size_t to = newline == NULL ? n : (size_t)(newline - bytes);
        status = take_id(path, number, bytes + from, to - from, node, ids, err);
        from = to + 1;
    }
    node->ids = ids;
    node->text = path;
    return status;
}

static int read_ids(skr_parser *parser, const skr_token *token, skr_expr *node, skr_err *err)
{
    if (!parser->allow_files)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "files of ids are read on the command line only");
    const char *path = token->text + 1;
    char *bytes = NULL;
    size_t n = 0;
    int status = read_file(path, &bytes, &n, err);
    const char *kept = NULL;
    if (status == SKR_OK)
        status = skr_query_text(parser->query, bytes, n, &kept, err);
    if (status == SKR_OK)
        status = take_ids(parser, path, (char *)kept, n, node, err);
    free(bytes);
    if (status < 0)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}

static int read_id(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                   skr_err *err)
{
    if (!comparison->is_file)
        return SKR_OK;
    node->op = SKR_E_ID_FILE;
    return read_ids(parser, &comparison->value, node, err);
}

static int print_id(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return skr_query_put_field(text, skr_query_expr_word(node->op), SKR_EQ, node->text, err);
}

/* Ids of a file are printed one by one (query_print.c): this is a list of nobody. */
static int print_nobody(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    (void)node;
    return skr_query_put(text, "not all", err);
}

const skr_syntax skr_syntax_id = {
    .read = read_id, .print = print_id, .unequal = SKR_UNEQUAL_NOT, .takes_files = true};
const skr_syntax skr_syntax_id_file = {.print = print_nobody};
