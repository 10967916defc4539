/* cmd_alleles.c - skerry alleles: the numbers of alleles, one row each. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/skerry/by_writer.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/related.h"
#include "tools/skerry/row_writer.h"

/* Stops the scan as soon as nobody reads what it finds. */
static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    return row->is_told ? skr_row_put(context, row, err) : SKR_OK;
}

/* Whom the numbers are of. */
typedef struct choices {
    const char *within;
    const char *related;
    const char *by; /* NULL: one row an allele */
} choices;

static int on_row_by(void *context, const skr_allele_row *row, skr_err *err)
{
    return skr_by_put(context, row, err);
}

/* Asks by population. Frequencies of a cohort that a policy hides would be told one by one. */
static int ask_by(skr_engine *engine, const skr_alleles_request *all, const skr_alleles_by *by,
                  const skr_access *access, skr_by_writer *writer, skr_alleles_answer *ret_answer,
                  skr_err *err)
{
    skr_alleles_request request = *all;
    request.by = by;
    if (all->within != NULL && !access->policy.frequencies.is_exact)
        return skr_fail(err, SKR_ERR_POLICY,
                        "--by with --in is answered under a policy of exact frequencies alone: the "
                        "people of two questions may differ by one");
    return skr_engine_alleles(engine, &request, access, on_row_by, writer, ret_answer, err);
}

static int keep_row(void *context, const skr_allele_row *row, skr_err *err)
{
    return row->is_told ? skr_beside_keep(context, row, err) : SKR_OK;
}

/* Asks for the numbers of the unrelated, as far as they are in the cohort, which go first. */
static int ask_unrelated(skr_engine *engine, skr_query *query, const char *path,
                         const skr_alleles_request *all, const skr_access *access,
                         skr_beside *beside, skr_err *err)
{
    skr_alleles_request request = *all;
    const skr_expr *unrelated = NULL;
    if (!access->policy.is_exact)
        return skr_fail(err, SKR_ERR_POLICY,
                        "--related is answered under an exact policy alone: what it leaves out is "
                        "a few people");
    SKR_TRY(skr_related_read(query, path, &unrelated, err));
    SKR_TRY(skr_query_join(query, SKR_E_AND, all->within, unrelated, &request.within, err));
    return skr_engine_alleles(engine, &request, access, keep_row, beside, NULL, err);
}

/* Where the rows go: one of them. */
typedef struct writers {
    skr_row_writer rows;
    skr_by_writer by;
} writers;

static int ask(const skr_arguments *arguments, const skr_asking *asking, const choices *chosen,
               writers *to, skr_alleles_answer *ret_answer, skr_err *err)
{
    skr_row_writer *writer = &to->rows;
    skr_alleles_by by = {0};
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    skr_access access;
    skr_alleles_request request = {0};

    int status = skr_asking_access(asking, &access, err);
    if (status == SKR_OK && chosen->by != NULL)
        status = skr_by_read(chosen->by, &by, err);
    if (status < 0)
        goto out;
    status = skr_query_new(&query, err);
    if (status < 0)
        goto out;
    skr_query_allow_files(query, true);
    status = skr_query_parse_alleles(query, arguments->operands[0], &request.alleles, err);
    if (status < 0)
        goto out;
    if (chosen->within != NULL) {
        status = skr_query_parse(query, chosen->within, true, &request.within, err);
        if (status < 0)
            goto out;
    }
    status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status < 0)
        goto out;
    if (chosen->related != NULL)
        status =
            ask_unrelated(engine, query, chosen->related, &request, &access, writer->beside, err);
    if (status < 0)
        goto out;
    if (chosen->by != NULL) {
        status = ask_by(engine, &request, &by, &access, &to->by, ret_answer, err);
        goto out;
    }
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

/* What was found before a fault is told too. Returns the status of the whole. */
static int end_rows(writers *to, const choices *chosen, const skr_alleles_answer *answer,
                    int status, skr_err *err)
{
    skr_err err_of_writing = {.message = ""};
    int written = SKR_OK;
    if (chosen->by == NULL) {
        written = skr_row_end(&to->rows, &answer->warnings, &err_of_writing);
        if (written == SKR_OK)
            written = skr_row_flush(&to->rows, &err_of_writing);
    } else if (status == SKR_OK || to->by.has_header) {
        written = skr_by_end(&to->by, &answer->warnings, &err_of_writing);
    }
    if (status == SKR_OK && written < 0) {
        *err = err_of_writing;
        return written;
    }
    return status;
}

int skr_cmd_alleles(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    choices chosen = {0};
    bool is_tsv = false;
    const skr_option options[] = {
        {"in", SKR_OPTION_TEXT, &chosen.within, "QUESTION", "count only these people", 0},
        {"related", SKR_OPTION_TEXT, &chosen.related, "FILE",
         "pairs of related people, or a list of unrelated ones: their numbers beside all", 0},
        {"by", SKR_OPTION_TEXT, &chosen.by, "FIELD,...",
         "a line for each dataset and population: sex, country", 0},
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
    if (status == SKR_OK && chosen.by != NULL && chosen.related != NULL)
        status = skr_arguments_fail(&arguments, &err, "--by and --related: one of them is meant");
    if (status < 0)
        return skr_report(&err);

    skr_beside beside = {0};
    writers to = {.rows = {.fd = STDOUT_FILENO,
                           .form = SKR_ROW_COLUMNS,
                           .beside = chosen.related != NULL ? &beside : NULL}};
    if (arguments.common.is_json)
        to.rows.form = SKR_ROW_JSON;
    else if (is_tsv)
        to.rows.form = SKR_ROW_TSV;
    to.by.form = to.rows.form;
    skr_interrupt_catch();
    skr_alleles_answer answer = {0};
    status = ask(&arguments, &asking, &chosen, &to, &answer, &err);
    status = end_rows(&to, &chosen, &answer, status, &err);
    skr_row_writer_done(&to.rows);
    skr_beside_done(&beside);
    if (status == SKR_OK)
        tell_rest(&arguments.common, &answer);
    skr_engine_alleles_done(&answer);
    return status < 0 ? skr_report(&err) : 0;
}
