/* cmd_terms.c - skerry terms: the terms that a question may name, and how many people have each. */
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/term_values.h"

static int write_terms(const skr_arguments *arguments, const skr_asking *asking, bool is_tsv,
                       skr_err *err)
{
    const char *word = arguments->n_operands > 0 ? arguments->operands[0] : NULL;
    skr_value_writer writer = {.field = "term", .common = &arguments->common, .is_tsv = is_tsv};
    skr_engine *engine = NULL;
    skr_access access;
    SKR_TRY(skr_asking_access(asking, &access, err));
    SKR_TRY(skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err));
    int status = skr_term_values_write(engine, &access, word, &writer, err);
    skr_engine_close(engine);
    return status;
}

int skr_cmd_terms(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    bool is_tsv = false;
    const skr_option options[] = {
        SKR_ASKING_OPTIONS(&asking),
        {"tsv", SKR_OPTION_FLAG, &is_tsv, NULL, "with a header", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 1, "one word", &err);
    skr_interrupt_catch();
    if (status == SKR_OK)
        status = write_terms(&arguments, &asking, is_tsv, &err);
    return status < 0 ? skr_report_as(arguments.common.is_json, &err) : 0;
}
