/* cmd_count.c - skerry count: how many people. */
#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

typedef struct count_options {
    skr_asking asking;
    bool is_exists;
    bool is_tsv;
} count_options;

static void print_json(const skr_count_answer *answer)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_key(&json, "count");
    skr_out_told(&json, &answer->total);
    skr_out_key(&json, "exists");
    skr_out_boolean(&json, answer->total.exists);
    skr_out_key(&json, "datasets");
    skr_out_open(&json, '[');
    for (size_t i = 0; i < answer->n_datasets; i++) {
        skr_out_open(&json, '{');
        skr_out_key(&json, "id");
        skr_out_text(&json, answer->datasets[i].id);
        skr_out_key(&json, "count");
        skr_out_told(&json, &answer->datasets[i].told);
        skr_out_close(&json, '}');
    }
    skr_out_close(&json, ']');
    if (answer->total.precision != SKR_PRECISION_EXACT) {
        skr_out_key(&json, "precision");
        skr_out_text(&json,
                     answer->total.precision == SKR_PRECISION_ROUNDED ? "rounded" : "imprecise");
    }
    if (answer->has_unassessed) {
        skr_out_key(&json, "unassessed");
        skr_out_told(&json, &answer->unassessed);
    }
    skr_out_warnings(&json, &answer->warnings);
    skr_out_key(&json, "generation");
    skr_out_number(&json, answer->generation);
    skr_out_key(&json, "ms");
    skr_out_real(&json, (double)(answer->n_ns / 1000) / 1000);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_tsv(const skr_count_answer *answer)
{
    char text[40];
    printf("dataset\tcount\n");
    for (size_t i = 0; i < answer->n_datasets; i++) {
        skr_told_text(&answer->datasets[i].told, text);
        printf("%s\t%s\n", answer->datasets[i].id, text);
    }
    skr_told_text(&answer->total, text);
    printf("*\t%s\n", text);
}

/* The number alone, so that a script can take it; the rest goes to standard error. */
static void print_text(const skr_count_answer *answer, const skr_common *common,
                       const skr_policy *policy)
{
    char text[96];
    skr_told_text(&answer->total, text);
    printf("%s\n", text);
    if (common->is_quiet)
        return;
    if (answer->has_unassessed && (answer->unassessed.is_hidden || answer->unassessed.count > 0)) {
        skr_told_text(&answer->unassessed, text);
        (void)fprintf(stderr, "skerry: %s of them were never assessed there\n", text);
    }
    if (!policy->is_exact) {
        skr_policy_text(policy, text);
        (void)fprintf(stderr, "skerry: policy: %s\n", text);
    }
    if (answer->n_datasets > 1 || common->is_verbose) {
        for (size_t i = 0; i < answer->n_datasets; i++) {
            skr_told_text(&answer->datasets[i].told, text);
            (void)fprintf(stderr, "skerry: dataset %s: %s\n", answer->datasets[i].id, text);
        }
    }
    if (common->is_verbose)
        (void)fprintf(stderr, "skerry: generation %" PRIu64 ", %.3f ms\n", answer->generation,
                      (double)answer->n_ns / 1e6);
}

static int ask(const skr_arguments *arguments, const count_options *options,
               skr_count_answer *ret_answer, skr_access *access, skr_err *err)
{
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    const skr_expr *expr = NULL;

    int status = skr_asking_access(&options->asking, access, err);
    if (status < 0)
        goto out;
    status = skr_query_new(&query, err);
    if (status < 0)
        goto out;
    status = skr_query_parse(query, arguments->operands[0], true, &expr, err);
    if (status < 0)
        goto out;
    status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status < 0)
        goto out;
    status = skr_engine_count(engine, expr, access, ret_answer, err);
out:
    skr_engine_close(engine);
    skr_query_free(query);
    return status;
}

int skr_cmd_count(const skr_command *command, int argc, char **argv)
{
    count_options chosen = {0};
    const skr_option options[] = {
        SKR_ASKING_OPTIONS(&chosen.asking),
        {"exists", SKR_OPTION_FLAG, &chosen.is_exists, NULL,
         "only the exit status: 0 somebody, 1 nobody", 0},
        {"tsv", SKR_OPTION_FLAG, &chosen.is_tsv, NULL, "a row a dataset, and * for all", 0},
        {"by", SKR_OPTION_NOT_YET, NULL, "FIELD,...", "", 0},
        {"attrition", SKR_OPTION_NOT_YET, NULL, NULL, "", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1, "one question in quotes", &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);

    skr_count_answer answer = {0};
    skr_access access;
    skr_interrupt_catch();
    status = ask(&arguments, &chosen, &answer, &access, &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    if (!arguments.common.is_quiet)
        skr_report_warnings(&answer.warnings);
    if (arguments.common.is_json)
        print_json(&answer);
    else if (chosen.is_tsv)
        print_tsv(&answer);
    else if (!chosen.is_exists)
        print_text(&answer, &arguments.common, &access.policy);
    int exit_status = chosen.is_exists && !answer.total.exists ? 1 : 0;
    skr_engine_count_done(&answer);
    return exit_status;
}
