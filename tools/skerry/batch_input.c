/* batch_input.c - lines to questions; a template gets the values of its columns. */
#include "tools/skerry/batch_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/beacon/beacon_row.h"
#include "storage/base/buffer.h"
#include "storage/base/suggest.h"

#define LINE_MAX_BYTES ((size_t)4 << 20) /* longer than any question may be */

void skr_batch_row_done(skr_batch_row *row)
{
    free(row->id);
    free(row->query);
    *row = (skr_batch_row){0};
}

/* ------------------------------------------------------------------ lines */

static int fail_line(const skr_batch_input *input, skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s:%" PRIu64 ": %s", input->path, input->number, what);
}

/* Reads the next line that is not blank, without its end. *ret_has false: there is none. */
static int read_line(skr_batch_input *input, bool *ret_has, skr_err *err)
{
    for (;;) {
        errno = 0;
        ssize_t n = getline(&input->line, &input->n_line_max, input->file);
        if (n < 0 && (ferror(input->file) || errno == ENOMEM))
            return skr_fail(err, SKR_ERR_IO, "%s: %s", input->path, strerror(errno));
        *ret_has = n >= 0;
        if (n < 0)
            return SKR_OK;
        input->number++;
        input->n_bytes_done += (uint64_t)n;
        if ((size_t)n > LINE_MAX_BYTES)
            return fail_line(input, err, "the line is longer than 4 MiB");
        size_t n_line = (size_t)n;
        while (n_line > 0 && (input->line[n_line - 1] == '\n' || input->line[n_line - 1] == '\r'))
            n_line--;
        input->line[n_line] = '\0';
        input->n_line = n_line;
        if (input->number == 1 && strncmp(input->line, "\xef\xbb\xbf", 3) == 0)
            memmove(input->line, input->line + 3, (input->n_line -= 3) + 1);
        if (strspn(input->line, " \t") < input->n_line)
            return SKR_OK;
    }
}

/* Cuts a text at its tabs; the list is the caller's. */
static int cut_tabs(char *text, char ***ret_fields, size_t *ret_n, skr_err *err)
{
    size_t n = 1;
    for (const char *at = text; *at != '\0'; at++)
        n += *at == '\t';
    char **fields = calloc(n, sizeof *fields);
    if (fields == NULL)
        return skr_fail_nomem(err, "a row");
    for (size_t i = 0; i < n; i++) {
        fields[i] = text;
        text += strcspn(text, "\t");
        if (*text == '\t')
            *text++ = '\0';
    }
    *ret_fields = fields;
    *ret_n = n;
    return SKR_OK;
}

static const char *value_of(const skr_batch_values *values, const char *name, size_t n_name)
{
    for (size_t i = 0; i < values->n; i++)
        if (strlen(values->names[i]) == n_name && memcmp(values->names[i], name, n_name) == 0)
            return values->texts[i];
    return NULL;
}

/* ------------------------------------------------------------------ the template */

static int fail_column(const skr_batch_values *values, const char *name, size_t n_name,
                       skr_err *err)
{
    char word[64];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    (void)snprintf(word, sizeof word, "%.*s", (int)(n_name < 60 ? n_name : 60), name);
    skr_suggest_init(&suggest, word);
    for (size_t i = 0; i < values->n; i++)
        skr_suggest_offer(&suggest, values->names[i]);
    return skr_fail(err, SKR_ERR_QUERY, "there is no column '%s'%s", word,
                    skr_suggest_text(&suggest, nearest));
}

/* Within double quotes a quote or a backslash of a value is one. */
static int put_value(skr_buffer *text, const char *value, bool is_quoted, skr_err *err)
{
    for (; *value != '\0'; value++) {
        if (is_quoted && (*value == '"' || *value == '\\'))
            SKR_TRY(skr_buffer_put_u8(text, '\\', err));
        SKR_TRY(skr_buffer_put_u8(text, (uint8_t)*value, err));
    }
    return SKR_OK;
}

/* Puts the values into the template. text NULL: only looks whether the columns are there. */
static int fill_template(const char *template, const skr_batch_values *values, skr_buffer *text,
                         skr_err *err)
{
    bool is_quoted = false;
    for (const char *at = template; *at != '\0'; at++) {
        if (*at != '{') {
            is_quoted ^= *at == '"' && (at == template || at[-1] != '\\');
            if (text != NULL)
                SKR_TRY(skr_buffer_put_u8(text, (uint8_t)*at, err));
            continue;
        }
        size_t n = strcspn(at + 1, "}");
        const char *value = value_of(values, at + 1, n);
        if (at[1 + n] == '\0')
            return skr_fail(err, SKR_ERR_QUERY, "the template has a '{' without a '}'");
        if (value == NULL)
            return fail_column(values, at + 1, n, err);
        if (text != NULL)
            SKR_TRY(put_value(text, value, is_quoted, err));
        at += 1 + n;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows */

static int make_query(const skr_batch_input *input, const skr_batch_values *values,
                      skr_batch_row *row, skr_err *err)
{
    skr_buffer text = {0};
    const char *query = value_of(values, "query", 5);
    int status = SKR_OK;
    if (input->template != NULL)
        status = fill_template(input->template, values, &text, err);
    else if (query == NULL)
        status = fail_column(values, "query", 5, err);
    else
        status = skr_buffer_put(&text, query, strlen(query), err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&text, 0, err);
    if (status == SKR_OK)
        row->query = (char *)text.bytes;
    else
        skr_buffer_done(&text);
    return status;
}

static int make_id(const skr_batch_input *input, const skr_batch_values *values, skr_batch_row *row,
                   skr_err *err)
{
    const char *id = value_of(values, "id", 2);
    char number[32];
    (void)snprintf(number, sizeof number, "%" PRIu64, input->n_rows);
    row->id = strdup(id != NULL && *id != '\0' ? id : number);
    return row->id == NULL ? skr_fail_nomem(err, "a row") : SKR_OK;
}

static int next_json(skr_batch_input *input, skr_batch_row *row, skr_err *err)
{
    skr_beacon_row members = {0};
    int status = skr_beacon_row_read(input->line, input->n_line, &members, err);
    const skr_batch_values values = {members.names, members.texts, members.n};
    int status_of_id = make_id(input, &values, row, err);
    if (status == SKR_OK && status_of_id == SKR_OK)
        status = make_query(input, &values, row, err);
    skr_beacon_row_done(&members);
    return status_of_id < 0 ? status_of_id : status;
}

static int next_tsv(skr_batch_input *input, skr_batch_row *row, skr_err *err)
{
    size_t n = 0;
    bool has_nul = strlen(input->line) != input->n_line;
    free(input->texts);
    input->texts = NULL;
    SKR_TRY(cut_tabs(input->line, &input->texts, &n, err));
    const skr_batch_values values = {input->names, input->texts,
                                     n < input->n_names ? n : input->n_names};
    SKR_TRY(make_id(input, &values, row, err));
    if (has_nul)
        return skr_fail(err, SKR_ERR_QUERY, "line %" PRIu64 " holds a zero byte", input->number);
    if (n != input->n_names)
        return skr_fail(err, SKR_ERR_QUERY, "line %" PRIu64 " has %zu columns, the header %zu",
                        input->number, n, input->n_names);
    return make_query(input, &values, row, err);
}

int skr_batch_input_next(skr_batch_input *input, skr_batch_row *row, bool *ret_has, skr_err *err)
{
    /* the first line of JSON was read to see that it is */
    bool has = input->is_json && input->n_rows == 0 && input->number > 0 && input->line != NULL &&
               input->is_begun;
    input->is_begun = false;
    if (!has)
        SKR_TRY(read_line(input, &has, err));
    *ret_has = has;
    if (!has)
        return SKR_OK;
    input->n_rows++;
    return input->is_json ? next_json(input, row, err) : next_tsv(input, row, err);
}

/* ------------------------------------------------------------------ opening */

static int read_header(skr_batch_input *input, skr_err *err)
{
    input->header = strdup(input->line);
    if (input->header == NULL)
        return skr_fail_nomem(err, "a header");
    SKR_TRY(cut_tabs(input->header, &input->names, &input->n_names, err));
    const skr_batch_values values = {input->names, input->names, input->n_names};
    if (input->template == NULL && value_of(&values, "query", 5) == NULL)
        return fail_line(input, err,
                         "no column query: the first line names the columns, with tabs between "
                         "them; or give --template 'TEXT' with {column}");
    if (input->template != NULL && fill_template(input->template, &values, NULL, err) < 0) {
        char message[SKR_ERR_MESSAGE_MAX];
        (void)snprintf(message, sizeof message, "%s", err->message);
        return fail_line(input, err, message);
    }
    return SKR_OK;
}

int skr_batch_input_open(skr_batch_input *input, const char *path, const char *template,
                         skr_err *err)
{
    struct stat state;
    bool has = false;
    bool is_stdin = strcmp(path, "-") == 0;
    *input = (skr_batch_input){.path = is_stdin ? "standard input" : path, .template = template};
    input->file = is_stdin ? stdin : fopen(path, "rbe");
    if (input->file == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s: %s", path, strerror(errno));
    if (fstat(fileno(input->file), &state) == 0 && S_ISREG(state.st_mode))
        input->n_bytes = (uint64_t)state.st_size;
    SKR_TRY(read_line(input, &has, err));
    if (!has)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: no rows: a TSV with the columns id and query, or "
                        "JSON lines, were expected",
                        input->path);
    input->is_json = input->line[strspn(input->line, " \t")] == '{';
    input->is_begun = input->is_json;
    return input->is_json ? SKR_OK : read_header(input, err);
}

void skr_batch_input_done(skr_batch_input *input)
{
    if (input->file != NULL && input->file != stdin)
        (void)fclose(input->file);
    free(input->header);
    free(input->names);
    free(input->texts);
    free(input->line);
    *input = (skr_batch_input){0};
}
