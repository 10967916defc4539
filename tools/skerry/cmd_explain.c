/* cmd_explain.c - skerry explain: what a question, or a Beacon request, means to this store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_request.h"
#include "api/beacon/beacon_text.h"
#include "storage/base/limits.h"
#include "tools/skerry/analysis.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

static bool is_request_file(const char *operand)
{
    size_t n = strlen(operand);
    return n > 5 && strcmp(operand + n - 5, ".json") == 0;
}

static int read_file(const char *path, char **ret_bytes, size_t *ret_n, skr_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s: %s", path, strerror(errno));
    char *bytes = malloc(SKR_EXPLAIN_REQUEST_MAX);
    size_t n = bytes == NULL ? 0 : fread(bytes, 1, SKR_EXPLAIN_REQUEST_MAX, file);
    int status = SKR_OK;
    if (bytes == NULL)
        status = skr_fail_nomem(err, path);
    else if (ferror(file))
        status = skr_fail(err, SKR_ERR_IO, "%s: %s", path, strerror(errno));
    else if (n == SKR_EXPLAIN_REQUEST_MAX)
        status = skr_fail(err, SKR_ERR_INPUT, "%s: too long for a Beacon request", path);
    (void)fclose(file);
    if (status < 0) {
        free(bytes);
        return status;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return SKR_OK;
}

/* The question of a file with a Beacon request; it lives in the request. */
static int read_request(const char *path, skr_beacon_request *request, const skr_expr **ret_expr,
                        skr_err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    int status = read_file(path, &bytes, &n, err);
    if (status == SKR_OK)
        status = skr_beacon_request_read(bytes, n, request, err);
    if (status == SKR_OK)
        status = skr_beacon_request_people(request, ret_expr, err);
    else if (bytes != NULL)
        status = skr_fail_in(err, status, "%s", path);
    free(bytes);
    return status;
}

/* analysis NULL: the question was not asked. */
static void print_text(const skr_buffer *text, const skr_analysis *analysis,
                       const skr_warnings *warnings, bool is_json)
{
    if (!is_json) {
        (void)fwrite(text->bytes, 1, text->n, stdout);
        if (analysis != NULL)
            skr_analysis_print(analysis);
        return;
    }
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "text", (const char *)text->bytes);
    if (analysis != NULL) {
        skr_out_key(&json, "analysis");
        skr_analysis_json(&json, analysis);
    }
    skr_out_warnings(&json, warnings);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static int explain(const skr_arguments *arguments, const skr_asking *asking, bool analyzes,
                   skr_err *err)
{
    const char *operand = arguments->operands[0];
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    skr_beacon_request request = {0};
    const skr_expr *expr = NULL;
    skr_access access;
    skr_buffer text = {0};
    skr_analysis analysis;
    skr_warnings warnings = {0};

    int status = skr_asking_access(asking, &access, err);
    if (status < 0)
        goto out;
    status = skr_query_new(&query, err);
    if (status < 0)
        goto out;
    if (is_request_file(operand)) {
        status = read_request(operand, &request, &expr, err);
        if (access.assembly == NULL)
            access.assembly = request.assembly;
    } else {
        status = skr_query_parse(query, operand, true, &expr, err);
    }
    if (status < 0)
        goto out;
    status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status < 0)
        goto out;
    if (analyzes) /* first: an explanation reads tables that the question then finds read */
        status = skr_engine_analyze(engine, expr, &access, &analysis, err);
    if (status == SKR_OK)
        status = skr_engine_explain(engine, expr, &access, &text, &warnings, err);
    if (status == SKR_OK && !is_request_file(operand))
        status = skr_beacon_text(expr, access.assembly, &text, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&text, 0, err);
    if (status < 0)
        goto out;
    text.n--;
    print_text(&text, analyzes ? &analysis : NULL, &warnings, arguments->common.is_json);
out:
    skr_warnings_done(&warnings);
    skr_buffer_done(&text);
    skr_engine_close(engine);
    skr_beacon_request_done(&request);
    skr_query_free(query);
    return status;
}

int skr_cmd_explain(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    bool analyzes = false;
    const skr_option options[] = {
        {"analyze", SKR_OPTION_FLAG, &analyzes, NULL,
         "ask it, and say what was done and how long it took", 0},
        SKR_ASKING_OPTIONS(&asking),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1,
                                     "one question in quotes, or a file BEACON.json", &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    skr_interrupt_catch();
    status = explain(&arguments, &asking, analyzes, &err);
    return status < 0 ? skr_report_as(arguments.common.is_json, &err) : 0;
}
