/* cmd_an.c - skerry an: how many are called, stretch by stretch. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "storage/base/number_text.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

typedef enum an_form {
    AN_COLUMNS,
    AN_TSV,
    AN_BED,
    AN_JSON,
} an_form;

/* What was asked for. */
typedef struct an_options {
    const char *region;
    const char *dataset;
    const char *within;
    int by; /* 0: sex; -1: all together */
    an_form form;
    uint64_t n_stretches;
} an_options;

/* ------------------------------------------------------------------ text */

static void put_told(const char *before, skr_told_count told)
{
    if (told.is_hidden)
        printf("%s.", before);
    else
        printf("%s%" PRIu64, before, told.count);
}

static void put_numbers(const an_options *options, const skr_an_numbers *numbers)
{
    char share[SKR_REAL_TEXT_MAX] = ".";
    const char *tab = options->form == AN_COLUMNS ? " " : "\t";
    if (isfinite(numbers->share))
        share[skr_number_text_six(numbers->share, share)] = '\0';
    put_told(tab, numbers->an);
    put_told(tab, numbers->people);
    put_told(tab, numbers->expected);
    printf("%s%s", tab, share);
}

static void put_header(const an_options *options)
{
    const char *tab = options->form == AN_COLUMNS ? " " : "\t";
    bool is_bed = options->form == AN_BED;
    printf("%scontig%s%s%s%s", is_bed ? "#" : "", tab, is_bed ? "start0" : "start1", tab,
           is_bed ? "end0" : "end1");
    printf("%san%speople%sexpected%sshare", tab, tab, tab, tab);
    for (unsigned c = 0; options->by >= 0 && c < SKR_N_AN_CLASSES; c++) {
        const char *name = skr_an_class_name((skr_an_class)c);
        printf("%san_%s%speople_%s%sexpected_%s%sshare_%s", tab, name, tab, name, tab, name, tab,
               name);
    }
    printf("\n");
}

static void put_text(const an_options *options, const skr_an_stretch *stretch)
{
    const char *tab = options->form == AN_COLUMNS ? " " : "\t";
    uint32_t start = stretch->start0 + (options->form == AN_BED ? 0 : 1);
    printf("%s%s%" PRIu32 "%s%" PRIu32, stretch->contig, tab, start, tab, stretch->end0);
    put_numbers(options, &stretch->all);
    for (unsigned c = 0; options->by >= 0 && c < SKR_N_AN_CLASSES; c++)
        put_numbers(options, &stretch->by_class[c]);
    printf("\n");
}

/* ------------------------------------------------------------------ JSON */

static void json_numbers(skr_out *json, const skr_an_numbers *numbers)
{
    skr_out_key(json, "an");
    skr_out_told(json, &numbers->an);
    skr_out_key(json, "people");
    skr_out_told(json, &numbers->people);
    skr_out_key(json, "expected");
    skr_out_told(json, &numbers->expected);
    skr_out_key(json, "share");
    skr_out_real(json, numbers->share);
}

static void put_json(const an_options *options, const skr_an_stretch *stretch)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_key(&json, "contig");
    skr_out_text(&json, stretch->contig);
    skr_out_key(&json, "start1");
    skr_out_number(&json, (uint64_t)stretch->start0 + 1);
    skr_out_key(&json, "end1");
    skr_out_number(&json, stretch->end0);
    json_numbers(&json, &stretch->all);
    if (options->by >= 0) {
        skr_out_key(&json, "by_sex");
        skr_out_open(&json, '{');
        for (unsigned c = 0; c < SKR_N_AN_CLASSES; c++) {
            skr_out_key(&json, skr_an_class_name((skr_an_class)c));
            skr_out_open(&json, '{');
            json_numbers(&json, &stretch->by_class[c]);
            skr_out_close(&json, '}');
        }
        skr_out_close(&json, '}');
    }
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* ------------------------------------------------------------------ asking */

/* Ends the track as soon as nobody reads it. */
static int on_stretch(void *context, const skr_an_stretch *stretch, skr_err *err)
{
    an_options *options = context;
    if (options->n_stretches++ == 0 && options->form != AN_JSON)
        put_header(options);
    if (options->form == AN_JSON)
        put_json(options, stretch);
    else
        put_text(options, stretch);
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

/* The place as a condition. Within quotes a name may hold anything. */
static int read_region(const char *text, skr_query *query, const skr_expr **ret_place, skr_err *err)
{
    char question[2048];
    size_t n = (size_t)snprintf(question, sizeof question, "region=\"");
    for (const char *at = text; *at != '\0' && n + 4 < sizeof question; at++) {
        if (*at == '"' || *at == '\\')
            question[n++] = '\\';
        question[n++] = *at;
    }
    question[n++] = '"';
    question[n] = '\0';
    return skr_query_parse_alleles(query, question, ret_place, err);
}

static int read_question(const an_options *options, skr_query *query, skr_an_request *request,
                         skr_err *err)
{
    SKR_TRY(read_region(options->region, query, &request->place, err));
    request->wants_classes = options->by >= 0;
    return options->within == NULL
               ? SKR_OK
               : skr_query_parse(query, options->within, true, &request->within, err);
}

static int check_dataset(skr_engine *engine, const skr_access *access, const char *dataset,
                         skr_err *err)
{
    if (dataset == NULL || skr_engine_has_dataset(engine, access, dataset))
        return SKR_OK;
    return skr_fail(err, SKR_ERR_QUERY, "the store has no dataset '%.60s'", dataset);
}

static int ask(const skr_arguments *arguments, const skr_asking *asking, an_options *options,
               skr_err *err)
{
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    skr_access access;
    skr_an_request request = {0};
    int status = skr_asking_access(asking, &access, err);
    if (status < 0)
        return status;
    access.datasets = options->dataset == NULL ? NULL : &options->dataset;
    access.n_datasets = options->dataset == NULL ? 0 : 1;
    status = skr_query_new(&query, err);
    if (status == SKR_OK)
        status = read_question(options, query, &request, err);
    if (status == SKR_OK)
        status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status == SKR_OK)
        status = check_dataset(engine, &access, options->dataset, err);
    if (status == SKR_OK)
        status = skr_engine_an(engine, &request, &access, on_stretch, options, err);
    if (status == SKR_OK && options->n_stretches == 0 && options->form != AN_JSON)
        put_header(options);
    skr_engine_close(engine);
    skr_query_free(query);
    return status;
}

static int check(const skr_arguments *arguments, const an_options *options, bool is_bed,
                 bool is_tsv, skr_err *err)
{
    SKR_TRY(skr_arguments_check(arguments, 0, 0, "no operands", err));
    if (options->region == NULL)
        return skr_arguments_fail(arguments, err, "--region says where");
    if (is_bed + is_tsv + arguments->common.is_json > 1)
        return skr_arguments_fail(arguments, err, "--bed, --tsv and --json: one of them is meant");
    return SKR_OK;
}

int skr_cmd_an(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    an_options asked = {.by = -1};
    bool is_bed = false;
    bool is_tsv = false;
    const skr_option options[] = {
        {"region", SKR_OPTION_TEXT, &asked.region, "CONTIG:START-END",
         "where, counted from 1; or a whole contig", 0},
        {"dataset", SKR_OPTION_TEXT, &asked.dataset, "ID", "only this dataset", 0},
        {"in", SKR_OPTION_TEXT, &asked.within, "QUESTION", "count only these people", 0},
        {"by", SKR_OPTION_CHOICE, &asked.by, "sex", "also by karyotype: XX, XY, other, unknown", 0},
        SKR_ASKING_OPTIONS(&asking),
        {"bed", SKR_OPTION_FLAG, &is_bed, NULL, "BED: places from 0, half open", 0},
        {"tsv", SKR_OPTION_FLAG, &is_tsv, NULL, "tab-separated: places from 1, both included", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = check(&arguments, &asked, is_bed, is_tsv, &err);
    if (status < 0)
        return skr_report(&err);
    asked.form = arguments.common.is_json ? AN_JSON
                 : is_bed                 ? AN_BED
                 : is_tsv                 ? AN_TSV
                                          : AN_COLUMNS;
    skr_interrupt_catch();
    status = ask(&arguments, &asking, &asked, &err);
    if (status == SKR_OK)
        status = skr_output_check(&err);
    return status < 0 ? skr_report(&err) : 0;
}
