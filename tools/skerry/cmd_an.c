/* cmd_an.c - skerry an: how many are called, stretch by stretch. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
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

/* Lines are written when so many bytes have come together. */
#define N_PIECE (64u << 10)

/* Room for a line: the name of a contig, places, and the numbers of all classes. */
#define NUMBERS_MAX (4 * (SKR_NUMBER_TEXT_MAX + 1) + SKR_REAL_TEXT_MAX + 1)
#define LINE_MAX_BYTES (SKR_NAME_MAX + 64 + (SKR_N_AN_CLASSES + 1) * NUMBERS_MAX)

/* The text of some numbers, for the next time that they hold: in a joint file two take turns. */
typedef struct an_text {
    skr_an_numbers numbers;
    size_t n; /* 0: none yet */
    char text[NUMBERS_MAX];
} an_text;

#define N_TEXTS 2u

/* What was asked for, and how far it is told. */
typedef struct an_options {
    const char *region;
    const char *dataset;
    const char *within;
    int by; /* 0: sex; -1: all together */
    an_form form;
    uint64_t n_stretches;
    an_text texts[N_TEXTS];
    unsigned i_text; /* the one that is made anew next */
} an_options;

/* ------------------------------------------------------------------ text */

static char *put_told(char *at, char before, skr_told_count told)
{
    *at++ = before;
    if (told.is_hidden)
        *at++ = '.';
    else
        at += skr_number_text(told.count, at);
    return at;
}

static char *put_numbers(char *at, char tab, const skr_an_numbers *numbers)
{
    at = put_told(at, tab, numbers->an);
    at = put_told(at, tab, numbers->people);
    at = put_told(at, tab, numbers->expected);
    *at++ = tab;
    if (isfinite(numbers->share))
        at += skr_number_text_six(numbers->share, at);
    else
        *at++ = '.';
    return at;
}

static bool same_told(skr_told_count a, skr_told_count b)
{
    return a.is_hidden == b.is_hidden && a.count == b.count;
}

static bool same_numbers(const skr_an_numbers *a, const skr_an_numbers *b)
{
    return same_told(a->an, b->an) && same_told(a->people, b->people) &&
           same_told(a->expected, b->expected) &&
           memcmp(&a->share, &b->share, sizeof a->share) == 0;
}

/* The numbers of all, whose text was often made before. */
static char *put_all(char *at, char tab, an_options *options, const skr_an_numbers *numbers)
{
    an_text *text = options->texts;
    while (text < options->texts + N_TEXTS &&
           (text->n == 0 || !same_numbers(&text->numbers, numbers)))
        text++;
    if (text == options->texts + N_TEXTS) {
        text = &options->texts[options->i_text];
        options->i_text = (options->i_text + 1) % N_TEXTS;
        text->numbers = *numbers;
        text->n = (size_t)(put_numbers(text->text, tab, numbers) - text->text);
    }
    memcpy(at, text->text, text->n);
    return at + text->n;
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

static void put_text(an_options *options, const skr_an_stretch *stretch)
{
    char line[LINE_MAX_BYTES];
    char tab = options->form == AN_COLUMNS ? ' ' : '\t';
    size_t n_contig = strlen(stretch->contig);
    char *at = line;
    SKR_CHECK(n_contig <= SKR_NAME_MAX);
    memcpy(at, stretch->contig, n_contig);
    at += n_contig;
    *at++ = tab;
    at += skr_number_text((uint64_t)stretch->start0 + (options->form == AN_BED ? 0 : 1), at);
    *at++ = tab;
    at += skr_number_text(stretch->end0, at);
    at = put_all(at, tab, options, &stretch->all);
    for (unsigned c = 0; options->by >= 0 && c < SKR_N_AN_CLASSES; c++)
        at = put_numbers(at, tab, &stretch->by_class[c]);
    *at++ = '\n';
    (void)fwrite_unlocked(line, 1, (size_t)(at - line), stdout);
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
    skr_out_member_text(&json, "contig", stretch->contig);
    skr_out_member_number(&json, "start1", (uint64_t)stretch->start0 + 1);
    skr_out_member_number(&json, "end1", stretch->end0);
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
    if (!isatty(STDOUT_FILENO)) /* nobody watches */
        (void)setvbuf(stdout, NULL, _IOFBF, N_PIECE);
    status = ask(&arguments, &asking, &asked, &err);
    if (status == SKR_OK)
        status = skr_output_check(&err);
    return status < 0 ? skr_report(&err) : 0;
}
