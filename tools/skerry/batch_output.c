/*
 * batch_output.c - rows out, in the order of the rows in.
 *
 * What is written reaches the file at least once a second, so that a run that is killed loses no
 * more. Whoever resumes reads the rows that are there beside the questions, and takes away a last
 * line that was cut.
 */
#include "tools/skerry/batch_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/beacon/beacon_row.h"
#include "storage/base/clock.h"
#include "tools/skerry/output.h"

#define SECOND_NS 1000000000ull
#define HEADER "id\tcount\tstatus\tmessage\n"

static int fail_write(const skr_batch_output *output, skr_err *err)
{
    int number = errno;
    return output->path == NULL
               ? skr_output_fail(number, err)
               : skr_fail(err, SKR_ERR_IO, "%s: %s", output->path, strerror(number));
}

/* ------------------------------------------------------------------ what an earlier run wrote */

/* Reads a whole line of what is there. NULL: there is none, and what is cut is taken away. */
static int read_before(skr_batch_output *output, const char **ret_line, skr_err *err)
{
    *ret_line = NULL;
    if (output->before == NULL)
        return SKR_OK;
    off_t at = ftello(output->before);
    ssize_t n = getline(&output->line, &output->n_line_max, output->before);
    if (n > 0 && output->line[n - 1] == '\n') {
        output->line[n - 1] = '\0';
        *ret_line = output->line;
        return SKR_OK;
    }
    (void)fclose(output->before);
    output->before = NULL;
    if (at < 0 || ftruncate(fileno(output->file), at) != 0 ||
        fseeko(output->file, at, SEEK_SET) != 0)
        return fail_write(output, err);
    return SKR_OK;
}

static int fail_other(const skr_batch_output *output, skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s: cannot go on with it: %s", output->path, what);
}

static int check_header(skr_batch_output *output, bool *ret_has, skr_err *err)
{
    const char *line = NULL;
    SKR_TRY(read_before(output, &line, err));
    *ret_has = line != NULL;
    if (line != NULL &&
        (strncmp(line, HEADER, strlen(line)) != 0 || strlen(line) != strlen(HEADER) - 1))
        return fail_other(output, err, "its first line is not the header of a batch");
    return SKR_OK;
}

/* The id and the status of a row that is there. */
static int judge_before(const skr_batch_output *output, char *line, const char *id, bool *ret_is_it,
                        const char **ret_status, skr_err *err)
{
    static const char *const statuses[] = {"ok", "hidden", "error"};
    skr_beacon_row row = {0};
    const char *status = "";
    if (output->is_json) {
        if (skr_beacon_row_read(line, strlen(line), &row, err) < 0)
            return fail_other(output, err, "a line is no row of a batch");
        for (size_t i = 0; i < row.n; i++) {
            if (strcmp(row.names[i], "id") == 0)
                *ret_is_it = strcmp(row.texts[i], id) == 0;
            if (strcmp(row.names[i], "status") == 0)
                status = row.texts[i];
        }
    } else {
        char *count = strchr(line, '\t');
        char *second = count == NULL ? NULL : strchr(count + 1, '\t');
        if (second == NULL)
            return fail_other(output, err, "a line is no row of a batch");
        *count = '\0';
        *ret_is_it = strcmp(line, id) == 0;
        status = second + 1;
    }
    *ret_status = NULL;
    for (size_t i = 0; i < 3; i++)
        if (strncmp(status, statuses[i], strlen(statuses[i])) == 0)
            *ret_status = statuses[i];
    skr_beacon_row_done(&row);
    return *ret_status == NULL ? fail_other(output, err, "a line is no row of a batch") : SKR_OK;
}

/* An id as it stands in a row. */
static char *row_id(const skr_batch_output *output, const char *id)
{
    char *copy = strdup(id);
    for (char *at = copy; !output->is_json && at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    return copy;
}

int skr_batch_output_has(skr_batch_output *output, const char *id, bool *ret_has, skr_err *err)
{
    const char *line = NULL;
    const char *status_of_row = NULL;
    bool is_it = false;
    SKR_TRY(read_before(output, &line, err));
    *ret_has = line != NULL;
    if (line == NULL)
        return SKR_OK;
    char *expected = row_id(output, id);
    if (expected == NULL)
        return skr_fail_nomem(err, "a row");
    int status = judge_before(output, output->line, expected, &is_it, &status_of_row, err);
    free(expected);
    if (status < 0)
        return status;
    if (!is_it)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: cannot go on with it: its row %llu is not of '%.60s', as the input "
                        "has it",
                        output->path, (unsigned long long)output->n_rows + 1, id);
    output->n_rows++;
    output->n_kept++;
    output->n_errors += status_of_row[0] == 'e';
    output->n_hidden += status_of_row[0] == 'h';
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows */

/* A text on one line, without tabs; only the first line of a message, whose others point. */
static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0' && *text != '\n'; text++)
        (void)fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
}

/* Why it was refused; otherwise what there is to say beside the number. */
static char *message_of(const skr_count_answer *answer, const skr_err *refusal)
{
    skr_buffer text = {0};
    skr_err ignored;
    int status = SKR_OK;
    const char *message = refusal == NULL ? "" : refusal->message;
    status = skr_buffer_put(&text, message, strcspn(message, "\n"), &ignored);
    for (size_t i = 0; refusal == NULL && i < answer->warnings.n && status == SKR_OK; i++) {
        const char *warning = answer->warnings.items[i].text;
        status = i == 0 ? skr_buffer_put(&text, "warning: ", 9, &ignored)
                        : skr_buffer_put(&text, "; ", 2, &ignored);
        if (status == SKR_OK)
            status = skr_buffer_put(&text, warning, strcspn(warning, "\n"), &ignored);
    }
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&text, 0, &ignored);
    if (status < 0)
        skr_buffer_done(&text);
    return (char *)text.bytes;
}

static void put_json(skr_batch_output *output, const char *id, const skr_count_answer *answer,
                     const char *status, const char *message)
{
    skr_out json = {.out = output->file};
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "id", id);
    skr_out_key(&json, "count");
    if (answer == NULL)
        skr_out_null(&json);
    else
        skr_out_told(&json, &answer->total);
    skr_out_member_text(&json, "status", status);
    skr_out_member_text(&json, "message", message);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void put_tsv(skr_batch_output *output, const char *id, const skr_count_answer *answer,
                    const char *status, const char *message)
{
    char count[40] = "";
    if (answer != NULL)
        skr_told_text(&answer->total, count);
    for (; *id != '\0'; id++)
        (void)fputc((unsigned char)*id < ' ' ? ' ' : *id, output->file);
    (void)fprintf(output->file, "\t%s\t%s\t", count, status);
    put_text(output->file, message);
    (void)fputc('\n', output->file);
}

int skr_batch_output_put(skr_batch_output *output, const char *id, const skr_count_answer *answer,
                         const skr_err *refusal, skr_err *err)
{
    const skr_count_answer *told = refusal == NULL ? answer : NULL;
    const char *status = told == NULL ? "error" : told->total.is_hidden ? "hidden" : "ok";
    char *message = message_of(answer, refusal);
    if (message == NULL)
        return skr_fail_nomem(err, "a row");
    errno = 0;
    if (output->is_json)
        put_json(output, id, told, status, message);
    else
        put_tsv(output, id, told, status, message);
    free(message);
    output->n_rows++;
    output->n_errors += told == NULL;
    output->n_hidden += status[0] == 'h';
    uint64_t now = skr_clock_ns();
    if (now - output->flushed_ns > SECOND_NS) {
        (void)fflush(output->file);
        output->flushed_ns = now;
    }
    return ferror(output->file) ? fail_write(output, err) : SKR_OK;
}

/* ------------------------------------------------------------------ opening, ending */

int skr_batch_output_open(skr_batch_output *output, const char *path, bool is_json, bool resumes,
                          skr_err *err)
{
    bool has_header = false;
    *output = (skr_batch_output){
        .path = path, .file = stdout, .is_json = is_json, .flushed_ns = skr_clock_ns()};
    if (path != NULL) {
        output->file = fopen(path, resumes ? "abe" : "wbe");
        if (output->file == NULL)
            return skr_fail(err, SKR_ERR_IO, "%s: %s", path, strerror(errno));
        output->before = resumes ? fopen(path, "rbe") : NULL;
        if (resumes && output->before == NULL)
            return skr_fail(err, SKR_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (!is_json)
        SKR_TRY(check_header(output, &has_header, err));
    if (!is_json && !has_header)
        (void)fputs(HEADER, output->file);
    return SKR_OK;
}

int skr_batch_output_end(skr_batch_output *output, skr_err *err)
{
    const char *line = NULL;
    SKR_TRY(read_before(output, &line, err));
    if (line != NULL)
        return fail_other(output, err, "it has more rows than the input");
    errno = 0;
    if (fflush(output->file) != 0 || ferror(output->file))
        return fail_write(output, err);
    return SKR_OK;
}

void skr_batch_output_done(skr_batch_output *output)
{
    if (output->before != NULL)
        (void)fclose(output->before);
    if (output->file != NULL && output->file != stdout)
        (void)fclose(output->file);
    free(output->line);
    *output = (skr_batch_output){0};
}
