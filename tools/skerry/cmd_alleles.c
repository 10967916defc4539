/* cmd_alleles.c - skerry alleles: the numbers of alleles, one row each. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

typedef enum row_form {
    FORM_COLUMNS,
    FORM_TSV,
    FORM_JSON,
} row_form;

typedef struct printer {
    row_form form;
    bool has_header;
} printer;

static const char *const answers[] = {"not-assessed", "absent", "present"};

static const char *const columns[] = {"variant", "ac",  "an",   "af",      "carriers",
                                      "hom",     "het", "hemi", "partial", "answer"};
#define N_COLUMNS (sizeof columns / sizeof *columns)
static const int widths[N_COLUMNS] = {-32, 8, 8, 12, 8, 8, 8, 8, 8, -1};

/* The numbers of a row, in the order of the columns between variant and af, and behind af. */
static void print_json(const skr_allele_row *row)
{
    const uint64_t numbers[] = {row->n_carriers, row->n_hom, row->n_het, row->n_hemi,
                                row->n_partial};
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_key(&json, "variant");
    skr_out_text(&json, row->variant);
    skr_out_key(&json, "ac");
    skr_out_number(&json, row->ac);
    skr_out_key(&json, "an");
    skr_out_number(&json, row->an);
    skr_out_key(&json, "af");
    skr_out_real(&json, row->af);
    for (size_t i = 0; i < 5; i++) {
        skr_out_key(&json, columns[4 + i]);
        skr_out_number(&json, numbers[i]);
    }
    skr_out_key(&json, "answer");
    skr_out_text(&json, answers[row->answer]);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_cell(const printer *out, size_t column, const char *text)
{
    if (out->form == FORM_TSV)
        printf("%s%s", text, column + 1 < N_COLUMNS ? "\t" : "\n");
    else if (column + 1 < N_COLUMNS)
        printf("%*s ", widths[column], text);
    else
        printf("%s\n", text);
}

static void print_number(const printer *out, size_t column, uint64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    print_cell(out, column, text);
}

static void print_header(printer *out)
{
    if (out->form == FORM_JSON || out->has_header)
        return;
    for (size_t i = 0; i < N_COLUMNS; i++)
        print_cell(out, i, columns[i]);
    out->has_header = true;
}

static void print_row(const printer *out, const skr_allele_row *row)
{
    char af[40] = ".";
    if (isfinite(row->af) && out->form == FORM_TSV)
        skr_real_text(row->af, af);
    else if (isfinite(row->af))
        (void)snprintf(af, sizeof af, "%.6g", row->af);
    print_cell(out, 0, row->variant);
    print_number(out, 1, row->ac);
    print_number(out, 2, row->an);
    print_cell(out, 3, af);
    print_number(out, 4, row->n_carriers);
    print_number(out, 5, row->n_hom);
    print_number(out, 6, row->n_het);
    print_number(out, 7, row->n_hemi);
    print_number(out, 8, row->n_partial);
    print_cell(out, 9, answers[row->answer]);
}

/* Stops the scan as soon as nobody reads what it finds. */
static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    printer *out = context;
    if (!row->is_told)
        return SKR_OK;
    print_header(out);
    if (out->form == FORM_JSON)
        print_json(row);
    else
        print_row(out, row);
    return ferror(stdout) ? skr_output_check(err) : SKR_OK;
}

static int ask(const skr_arguments *arguments, const skr_asking *asking, const char *within,
               printer *out, skr_err *err)
{
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    skr_access access;
    skr_alleles_request request = {0};
    uint64_t n_rows = 0;
    uint64_t generation = 0;

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
    status = skr_open_engine(&arguments->common, &engine, err);
    if (status < 0)
        goto out;
    status = skr_engine_alleles(engine, &request, &access, on_row, out, &n_rows, &generation, err);
    if (status < 0)
        goto out;
    print_header(out);
    if (arguments->common.is_verbose)
        (void)fprintf(stderr, "skerry: %" PRIu64 " alleles, generation %" PRIu64 "\n", n_rows,
                      generation);
out:
    skr_engine_close(engine);
    skr_query_free(query);
    return status;
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
    if (status < 0)
        return skr_report(&err);

    printer out = {.form = FORM_COLUMNS};
    if (arguments.common.is_json)
        out.form = FORM_JSON;
    else if (is_tsv)
        out.form = FORM_TSV;
    skr_interrupt_catch();
    status = ask(&arguments, &asking, within, &out, &err);
    return status < 0 ? skr_report(&err) : 0;
}
