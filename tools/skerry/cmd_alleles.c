/* cmd_alleles.c - skerry alleles: the numbers of alleles, one row each. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/row_writer.h"

/* Stops the scan as soon as nobody reads what it finds. */
static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    return row->is_told ? skr_row_put(context, row, err) : SKR_OK;
}

static int ask(const skr_arguments *arguments, const skr_asking *asking, const char *within,
               skr_row_writer *writer, skr_alleles_answer *ret_answer, skr_err *err)
{
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    skr_access access;
    skr_alleles_request request = {0};

    int status = skr_asking_access(asking, &access, err);
    if (status < 0)
        goto out;
    status = skr_query_new(&query, err);
    if (status < 0)
        goto out;
    status = skr_query_parse_alleles(query, arguments->operands[0], &request.alleles, err);
    if (status < 0)
        goto out;
    if (within != NULL) {
        status = skr_query_parse(query, within, true, &request.within, err);
        if (status < 0)
            goto out;
    }
    status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status < 0)
        goto out;
    status = skr_engine_alleles(engine, &request, &access, on_row, writer, ret_answer, err);
    if (status < 0)
        goto out;
    status = skr_row_put_header(writer, err);
out:
    skr_engine_close(engine);
    skr_query_free(query);
    return status;
}

/* What is said of the rows, after the last of them. */
static void tell_rest(const skr_common *common, const skr_alleles_answer *answer)
{
    if (common->is_verbose)
        (void)fprintf(stderr, "skerry: %" PRIu64 " alleles, generation %" PRIu64 "\n",
                      answer->n_rows, answer->generation);
    if (!common->is_quiet)
        skr_report_warnings(&answer->warnings);
}

int skr_cmd_alleles(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    const char *within = NULL;
    bool is_tsv = false;
    const skr_option options[] = {
        {"in", SKR_OPTION_TEXT, &within, "QUESTION", "count only these people", 0},
        SKR_ASKING_OPTIONS(&asking),
        {"tsv", SKR_OPTION_FLAG, &is_tsv, NULL, "tab-separated, with a header", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1, "one condition on alleles in quotes", &err);
    if (status == SKR_OK && arguments.common.is_json && is_tsv)
        status = skr_arguments_fail(&arguments, &err, "--json and --tsv: one of them is meant");
    if (status < 0)
        return skr_report(&err);

    skr_row_writer writer = {.fd = STDOUT_FILENO, .form = SKR_ROW_COLUMNS};
    skr_err err_of_writing = {.message = ""};
    if (arguments.common.is_json)
        writer.form = SKR_ROW_JSON;
    else if (is_tsv)
        writer.form = SKR_ROW_TSV;
    skr_interrupt_catch();
    skr_alleles_answer answer = {0};
    status = ask(&arguments, &asking, within, &writer, &answer, &err);
    /* What was found before a fault is told too. */
    int status_of_writing = skr_row_end(&writer, &answer.warnings, &err_of_writing);
    if (status_of_writing == SKR_OK)
        status_of_writing = skr_row_flush(&writer, &err_of_writing);
    if (status == SKR_OK && status_of_writing < 0) {
        status = status_of_writing;
        err = err_of_writing;
    }
    skr_row_writer_done(&writer);
    if (status == SKR_OK)
        tell_rest(&arguments.common, &answer);
    skr_engine_alleles_done(&answer);
    return status < 0 ? skr_report(&err) : 0;
}
