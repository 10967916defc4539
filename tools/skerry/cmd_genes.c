/* cmd_genes.c - skerry genes: names and places of genes. */
#include "tools/skerry/command.h"
#include "tools/skerry/output.h"

int skr_cmd_genes(const skr_command *command, int argc, char **argv)
{
    skr_load_request request = {0};
    skr_unsealing_words words = {0};
    const skr_option options[] = {
        {"assembly", SKR_OPTION_TEXT, &request.assembly, "NAME",
         "the assembly of the places (default: the only one with genomes)", 0},
        SKR_UNSEALING_OPTIONS(&words),
        SKR_WAIT_OPTION(&request.wait_s),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, SIZE_MAX, "FILE", &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    request.unsealing = skr_unsealing_of(&words);
    return skr_load_files(&arguments, &request, skr_import_genes, "genes");
}
