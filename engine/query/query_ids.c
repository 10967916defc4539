/*
 * query_ids.c - individuals by id: one, a list, or a file of them.
 */
#include "engine/query/query_file.h"
#include "engine/query/query_syntax.h"
#include "storage/base/limits.h"

/* One line, its end cut off: an id, or nothing. */
static int take_id(const skr_query_file *file, char *line, size_t n, skr_expr *node,
                   skr_id_text *ids, skr_err *err)
{
    if (n == 0)
        return SKR_OK;
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: longer than %u bytes, not an id", file->path,
                        file->number, SKR_NAME_MAX);
    if (!skr_query_file_is_text(line, n))
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: expected one id a line, as plain text",
                        file->path, file->number);
    line[n] = '\0';
    ids[node->n_ids++] = (skr_id_text){line, (uint32_t)n, file->number};
    return SKR_OK;
}

/* The lines become texts where they stand. */
static int take_ids(skr_parser *parser, skr_query_file *file, skr_expr *node, skr_err *err)
{
    size_t n_lines = 1;
    size_t n = 0;
    char *line = NULL;
    void *memory = NULL;
    for (size_t i = 0; i < file->n; i++)
        n_lines += file->bytes[i] == '\n';
    int status = n_lines < UINT32_MAX
                     ? skr_query_alloc(parser->query, n_lines * sizeof(skr_id_text), &memory, err)
                     : skr_fail(err, SKR_ERR_LIMIT, "%s: too many lines", file->path);
    skr_id_text *ids = memory;
    while (status == SKR_OK && skr_query_file_next(file, &line, &n))
        status = take_id(file, line, n, node, ids, err);
    node->ids = ids;
    node->text = file->path;
    return status;
}

static int read_ids(skr_parser *parser, const skr_token *token, skr_expr *node, skr_err *err)
{
    skr_query_file file = {.n = 0};
    SKR_TRY(skr_query_file_read(parser, token, &file, err));
    int status = take_ids(parser, &file, node, err);
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
