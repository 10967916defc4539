/* cmd_count.c - skerry count: how many people. */
#include "tools/skerry/command.h"
#include "tools/skerry/count_print.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

typedef struct count_options {
    skr_asking asking;
    bool is_exists;
    bool is_tsv;
    const char *by;        /* fields, or NULL */
    const char *age_bands; /* or NULL */
    bool is_attrition;
} count_options;

/* What one run answers: a number, cells, or steps. */
typedef struct counted {
    skr_count_answer answer;
    skr_fields fields;
    skr_cells_answer cells;
    skr_attrition_answer attrition;
} counted;

static void counted_done(counted *got)
{
    skr_engine_count_done(&got->answer);
    skr_engine_cells_done(&got->cells);
    skr_engine_attrition_done(&got->attrition);
}

/* Reads the fields of --by. */
static int read_fields(const count_options *options, skr_query *query, skr_fields *ret_fields,
                       skr_err *err)
{
    skr_age_bounds bounds = skr_fields_age_bounds();
    SKR_TRY(skr_fields_parse(query, options->by, ret_fields, err));
    if (options->age_bands != NULL)
        SKR_TRY(skr_fields_parse_bounds(options->age_bands, &bounds, err));
    for (size_t i = 0; i < ret_fields->n; i++)
        ret_fields->items[i].bounds = bounds;
    return SKR_OK;
}

static int ask_engine(skr_engine *engine, const count_options *options, const skr_expr *expr,
                      const skr_query_parts *parts, const skr_access *access, counted *got,
                      skr_err *err)
{
    if (options->by != NULL)
        return skr_engine_count_by(engine, expr, got->fields.items, got->fields.n, access,
                                   &got->cells, err);
    if (options->is_attrition)
        return skr_engine_attrition(engine, parts, access, &got->attrition, err);
    return skr_engine_count(engine, expr, access, &got->answer, err);
}

static int ask(const skr_arguments *arguments, const count_options *options, skr_query *query,
               const skr_access *access, counted *got, skr_err *err)
{
    skr_engine *engine = NULL;
    const skr_expr *expr = NULL;
    skr_query_parts parts = {0};

    int status = skr_query_parse_parts(query, arguments->operands[0], true, &expr, &parts, err);
    if (status == SKR_OK && options->by != NULL)
        status = read_fields(options, query, &got->fields, err);
    if (status == SKR_OK)
        status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status == SKR_OK)
        status = ask_engine(engine, options, expr, &parts, access, got, err);
    skr_engine_close(engine);
    skr_query_parts_done(&parts);
    return status;
}

static void print(const skr_arguments *arguments, const count_options *options,
                  const skr_access *access, const counted *got)
{
    const skr_count_print how = {&arguments->common, &access->policy, options->is_tsv,
                                 options->is_exists};
    if (options->by != NULL)
        skr_count_print_cells(&how, &got->fields, &got->cells);
    else if (options->is_attrition)
        skr_count_print_steps(&how, &got->attrition);
    else
        skr_count_print_answer(&how, &got->answer);
}

/* Options that do not go together. */
static int check_options(const skr_arguments *arguments, const count_options *options, skr_err *err)
{
    if (options->by != NULL && options->is_attrition)
        return skr_arguments_fail(arguments, err, "--by and --attrition: one of them");
    if (options->is_exists && (options->by != NULL || options->is_attrition))
        return skr_arguments_fail(arguments, err, "--exists is for a question alone");
    if (options->age_bands != NULL && options->by == NULL)
        return skr_arguments_fail(arguments, err, "--age-bands is of --by age");
    return SKR_OK;
}

int skr_cmd_count(const skr_command *command, int argc, char **argv)
{
    count_options chosen = {0};
    const skr_option options[] = {
        SKR_ASKING_OPTIONS(&chosen.asking),
        {"exists", SKR_OPTION_FLAG, &chosen.is_exists, NULL,
         "only the exit status: 0 somebody, 1 nobody", 0},
        {"tsv", SKR_OPTION_FLAG, &chosen.is_tsv, NULL, "a row a dataset, and * for all", 0},
        {"by", SKR_OPTION_TEXT, &chosen.by, "FIELD,...",
         "a row for each value: sex, age, country, ancestry, dataset, term, karyotype, "
         "genotype=ALLELE",
         0},
        {"age-bands", SKR_OPTION_TEXT, &chosen.age_bands, "YEARS,...",
         "where bands of --by age begin (default: 18,40,65)", 0},
        {"attrition", SKR_OPTION_FLAG, &chosen.is_attrition, NULL,
         "a row for each part of the outermost and: whom it leaves", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    skr_access access = {.deadline_ns = 0};
    skr_query *query = NULL;
    counted got = {0};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1, "one question in quotes", &err);
    if (status == SKR_OK)
        status = check_options(&arguments, &chosen, &err);
    skr_interrupt_catch();
    if (status == SKR_OK)
        status = skr_asking_access(&chosen.asking, &access, &err);
    if (status == SKR_OK)
        status = skr_query_new(&query, &err);
    if (status == SKR_OK)
        status = ask(&arguments, &chosen, query, &access, &got, &err);
    if (status == SKR_OK)
        print(&arguments, &chosen, &access, &got);
    int exit_status = status < 0 ? skr_report_as(arguments.common.is_json, &err)
                      : chosen.is_exists && !got.answer.total.exists ? 1
                                                                     : 0;
    counted_done(&got);
    skr_query_free(query);
    return exit_status;
}
