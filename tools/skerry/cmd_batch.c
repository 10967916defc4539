/* cmd_batch.c - skerry batch: many counts, a row each. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/beacon/beacon_request.h"
#include "storage/base/clock.h"
#include "tools/skerry/batch_input.h"
#include "tools/skerry/batch_output.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

/* What is kept between questions: decoded blocks, and whom conditions found. */
#define BLOCK_BYTES ((size_t)192 << 20)
#define KEPT_BYTES ((size_t)384 << 20)

typedef struct batch_options {
    skr_asking asking;
    const char *template;
    const char *out;
    bool resumes;
} batch_options;

typedef struct batch {
    const skr_common *common;
    const batch_options *options;
    skr_engine *engine;
    skr_access access;
    skr_batch_input input;
    skr_batch_output output;
    skr_progress_line line;
} batch;

/* The question of a Beacon request: in the datasets that it names. */
static int read_request(const char *body, skr_beacon_request *request, const skr_expr **ret_expr,
                        skr_err *err)
{
    const skr_expr *datasets = NULL;
    SKR_TRY(skr_beacon_request_read(body, strlen(body), request, err));
    SKR_TRY(skr_beacon_request_people(request, ret_expr, err));
    for (size_t i = 0; i < request->n_datasets; i++) {
        const skr_expr one = {.op = SKR_E_DATASET, .compare = SKR_EQ, .text = request->datasets[i]};
        const skr_expr *node = NULL;
        SKR_TRY(skr_query_expr(request->query, &one, &node, err));
        SKR_TRY(skr_query_join(request->query, SKR_E_OR, datasets, node, &datasets, err));
    }
    return skr_query_join(request->query, SKR_E_AND, datasets, *ret_expr, ret_expr, err);
}

/* Answers one row's question. */
static int answer_row(batch *of, const char *text, skr_count_answer *answer, skr_err *err)
{
    skr_query *query = NULL;
    skr_beacon_request request = {0};
    const skr_expr *expr = NULL;
    skr_access access = of->access;
    int status = SKR_OK;
    if (of->options->asking.deadline_s > 0)
        access.deadline_ns = skr_clock_ns() + (uint64_t)(of->options->asking.deadline_s * 1e9);
    if (text[strspn(text, " ")] == '{') {
        status = read_request(text, &request, &expr, err);
        if (access.assembly == NULL)
            access.assembly = request.assembly;
    } else {
        status = skr_query_new(&query, err);
        if (status == SKR_OK) {
            skr_query_allow_files(query, false); /* a row has no standard input of its own */
            status = skr_query_parse(query, text, true, &expr, err);
        }
    }
    if (status == SKR_OK)
        status = skr_engine_count(of->engine, expr, &access, answer, err);
    skr_beacon_request_done(&request);
    skr_query_free(query);
    return status;
}

/* Is it this question that failed, and not the whole run? */
static bool is_of_row(int status)
{
    return status <= SKR_ERR_QUERY || status == SKR_ERR_INPUT || status == SKR_ERR_DEADLINE;
}

static int take_row(batch *of, const skr_batch_row *row, int status_of_row, skr_err *refusal,
                    skr_err *err)
{
    bool is_there = false;
    skr_count_answer answer = {0};
    SKR_TRY(skr_batch_output_has(&of->output, row->id, &is_there, err));
    if (is_there)
        return SKR_OK;
    if (status_of_row == SKR_OK)
        status_of_row = answer_row(of, row->query, &answer, refusal);
    if (status_of_row < 0 && !is_of_row(status_of_row)) {
        *err = *refusal;
        return status_of_row;
    }
    int status = skr_batch_output_put(&of->output, row->id, &answer,
                                      status_of_row < 0 ? refusal : NULL, err);
    skr_engine_count_done(&answer);
    return status;
}

static void say_progress(batch *of, const skr_watch *watch)
{
    const skr_progress progress = {.step = "answering",
                                   .file = of->input.path,
                                   .file_number = 1,
                                   .n_files = 1,
                                   .n_bytes_done = of->input.n_bytes_done,
                                   .n_bytes = of->input.n_bytes,
                                   .n_records = of->output.n_rows};
    if (watch->on_progress != NULL)
        watch->on_progress(watch->context, &progress);
}

static int take_rows(batch *of, skr_err *err)
{
    const skr_watch watch = skr_progress_watch(&of->line);
    for (;;) {
        skr_batch_row row = {0};
        skr_err refusal = {.message = ""};
        bool has = false;
        int status_of_row = skr_batch_input_next(&of->input, &row, &has, &refusal);
        if (status_of_row == SKR_OK && !has)
            return skr_batch_output_end(&of->output, err);
        int status = status_of_row;
        if (row.id != NULL && (status_of_row == SKR_OK || status_of_row == SKR_ERR_QUERY))
            status = take_row(of, &row, status_of_row, &refusal, err);
        else
            *err = refusal;
        skr_batch_row_done(&row);
        if (status < 0)
            return status;
        say_progress(of, &watch);
    }
}

static int run(batch *of, const char *path, skr_err *err)
{
    const batch_options *options = of->options;
    const skr_engine_options engine = {.n_threads = of->common->n_threads,
                                       .io = (skr_io_choice)of->common->io,
                                       .n_cache_bytes = BLOCK_BYTES,
                                       .n_kept_bytes = KEPT_BYTES};
    skr_asking asking = options->asking;
    asking.deadline_s = 0; /* it is of each row */
    SKR_TRY(skr_asking_access(&asking, &of->access, err));
    SKR_TRY(skr_batch_input_open(&of->input, path, options->template, err));
    SKR_TRY(skr_engine_open(of->common->store, &engine, &of->engine, err));
    SKR_TRY(skr_batch_output_open(&of->output, options->out,
                                  of->common->is_json || of->input.is_json, options->resumes, err));
    return take_rows(of, err);
}

/* What there is to say at the end, or at the stop. */
static void report(const batch *of, int status)
{
    const skr_batch_output *output = &of->output;
    if (of->common->is_quiet || output->file == NULL)
        return;
    if (output->n_kept > 0)
        (void)fprintf(stderr, "skerry: %" PRIu64 " rows were there already\n", output->n_kept);
    (void)fprintf(stderr,
                  "skerry: %" PRIu64 " rows: %" PRIu64 " answered, %" PRIu64 " hidden, %" PRIu64
                  " errors\n",
                  output->n_rows, output->n_rows - output->n_errors - output->n_hidden,
                  output->n_hidden, output->n_errors);
    if (status < 0 && of->options->out != NULL)
        (void)fprintf(stderr, "skerry: --resume goes on from here\n");
}

int skr_cmd_batch(const skr_command *command, int argc, char **argv)
{
    batch_options chosen = {0};
    const skr_option options[] = {
        {"template", SKR_OPTION_TEXT, &chosen.template, "TEXT",
         "the question of every row, with {column} for the values of the row", 0},
        {"out", SKR_OPTION_TEXT, &chosen.out, "FILE", "write the rows here", 0},
        {"resume", SKR_OPTION_FLAG, &chosen.resumes, NULL,
         "go on after the rows that --out has already", 0},
        SKR_ASKING_OPTIONS(&chosen.asking),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 1, "FILE", &err);
    if (status == SKR_OK && chosen.resumes && chosen.out == NULL)
        status = skr_arguments_fail(&arguments, &err, "--resume needs --out FILE");
    if (status < 0)
        return skr_report(&err);
    batch of = {.common = &arguments.common, .options = &chosen};
    skr_interrupt_catch();
    skr_progress_init(&of.line, "batch", &arguments.common);
    status = run(&of, arguments.n_operands == 0 ? "-" : arguments.operands[0], &err);
    skr_progress_end(&of.line, false);
    if (status < 0 && of.output.file != NULL)
        (void)fflush(of.output.file);
    report(&of, status);
    int exit_status = status < 0 ? skr_report(&err) : of.output.n_errors > 0 ? 1 : 0;
    skr_progress_done(&of.line);
    skr_batch_output_done(&of.output);
    skr_batch_input_done(&of.input);
    skr_engine_close(of.engine);
    return exit_status;
}
