/* cmd_genes.c - skerry genes: names and places of genes, loaded or listed. */
#include "tools/skerry/command.h"
#include "tools/skerry/gene_list.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

/* The genes that there are, or those of a word. */
static int list_genes(const skr_arguments *arguments, const char *assembly, bool is_tsv,
                      skr_err *err)
{
    const char *word = arguments->n_operands > 0 ? arguments->operands[0] : NULL;
    skr_engine *engine = NULL;
    const skr_access access = {
        .policy = skr_policy_exact(), .assembly = assembly, .stop = skr_interrupt_flag()};
    SKR_TRY(skr_arguments_check(arguments, 0, 1, "one word", err));
    skr_interrupt_catch();
    SKR_TRY(skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err));
    int status = skr_gene_list_write(engine, &access, word, &arguments->common, is_tsv, err);
    skr_engine_close(engine);
    return status;
}

int skr_cmd_genes(const skr_command *command, int argc, char **argv)
{
    skr_load_request request = {0};
    skr_unsealing_words words = {0};
    bool is_list = false;
    bool is_tsv = false;
    const skr_option options[] = {
        {"assembly", SKR_OPTION_TEXT, &request.assembly, "NAME",
         "the assembly of the places (default: the only one with genomes)", 0},
        {"list", SKR_OPTION_FLAG, &is_list, NULL,
         "load nothing: print the genes there are, or those with a WORD in their names", 0},
        {"tsv", SKR_OPTION_FLAG, &is_tsv, NULL, "the list with a header", 0},
        SKR_UNSEALING_OPTIONS(&words),
        SKR_WAIT_OPTION(&request.wait_s),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK && is_list)
        status = list_genes(&arguments, request.assembly, is_tsv, &err);
    else if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, SIZE_MAX, "FILE", &err);
    if (status == SKR_OK && is_tsv && !is_list)
        status = skr_arguments_fail(&arguments, &err, "--tsv is for --list");
    if (status == SKR_OK && is_list)
        return 0;
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    request.unsealing = skr_unsealing_of(&words);
    return skr_load_files(&arguments, &request, skr_import_genes, "genes");
}
