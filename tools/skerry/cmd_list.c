/* cmd_list.c - skerry list: the people whom a question finds, one by one. */
#include <errno.h>
#include <stdio.h>

#include "engine/face/people_rows.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

typedef struct list_options {
    skr_asking asking;
    bool is_tsv;
} list_options;

/* The rows on their way; what stands before them is written with the first, because a question
 * that is refused prints none of it. */
typedef struct lister {
    bool is_tsv;
    bool is_json;
    bool has_begun;
    skr_out json;
} lister;

static void begin(lister *list)
{
    if (list->has_begun)
        return;
    list->has_begun = true;
    if (list->is_tsv)
        printf("individual\tdatasets\n");
    if (!list->is_json)
        return;
    skr_out_open(&list->json, '{');
    skr_out_key(&list->json, "people");
    skr_out_open(&list->json, '[');
}

static void put_json(skr_out *json, const skr_person_row *row)
{
    skr_out_open(json, '{');
    skr_out_member_text(json, "individual", row->individual);
    skr_out_key(json, "datasets");
    skr_out_open(json, '[');
    for (size_t i = 0; i < row->n_datasets; i++)
        skr_out_text(json, row->datasets[i]);
    skr_out_close(json, ']');
    skr_out_close(json, '}');
}

static int put_person(void *context, const skr_person_row *row, skr_err *err)
{
    lister *list = context;
    begin(list);
    if (list->is_json) {
        put_json(&list->json, row);
    } else {
        (void)fputs(row->individual, stdout);
        for (size_t i = 0; list->is_tsv && i < row->n_datasets; i++)
            printf("%c%s", i == 0 ? '\t' : ',', row->datasets[i]);
        (void)putchar('\n');
    }
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

static void end(lister *list, const skr_common *common, const skr_count_answer *answer)
{
    begin(list);
    if (!list->is_json) {
        if (!common->is_quiet)
            skr_report_warnings(&answer->warnings);
        return;
    }
    skr_out_close(&list->json, ']');
    skr_out_member_number(&list->json, "count", answer->total.count);
    skr_out_warnings(&list->json, &answer->warnings);
    skr_out_member_number(&list->json, "generation", answer->generation);
    skr_out_close(&list->json, '}');
    skr_out_end(&list->json);
}

static int list_people(const skr_arguments *arguments, const list_options *options, skr_err *err)
{
    lister list = {options->is_tsv, arguments->common.is_json, false, {.out = stdout}};
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_access access;
    skr_count_answer answer = {0};

    int status = skr_asking_access(&options->asking, &access, err);
    if (status == SKR_OK)
        status = skr_query_new(&query, err);
    if (status == SKR_OK)
        status = skr_query_parse(query, arguments->operands[0], true, &expr, err);
    if (status == SKR_OK)
        status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status == SKR_OK)
        status = skr_engine_people(engine, expr, &access, put_person, &list, &answer, err);
    if (status == SKR_OK)
        end(&list, &arguments->common, &answer);
    skr_engine_count_done(&answer);
    skr_engine_close(engine);
    skr_query_free(query);
    return status;
}

int skr_cmd_list(const skr_command *command, int argc, char **argv)
{
    list_options chosen = {0};
    const skr_option options[] = {
        SKR_ASKING_OPTIONS(&chosen.asking),
        {"tsv", SKR_OPTION_FLAG, &chosen.is_tsv, NULL, "with a header, and the datasets", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1, "one question in quotes", &err);
    skr_interrupt_catch();
    if (status == SKR_OK)
        status = list_people(&arguments, &chosen, &err);
    return status < 0 ? skr_report_as(arguments.common.is_json, &err) : 0;
}
