/* cmd_people.c - skerry people: individuals and what is said of them. */
#include "tools/skerry/command.h"
#include "tools/skerry/output.h"

int skr_cmd_people(const skr_command *command, int argc, char **argv)
{
    skr_load_request request = {0};
    skr_unsealing_words words = {0};
    int id = 0;
    const skr_option options[] = {
        {"dataset", SKR_OPTION_TEXT, &request.dataset, "ID", "the dataset they belong to", 0},
        {"shared-people", SKR_OPTION_FLAG, &request.allow_shared_people, NULL,
         "ids of other datasets are the same people", 0},
        {"id", SKR_OPTION_CHOICE, &id, "packet|subject",
         "whom a phenopacket is of: its own id, or subject.id (default: packet)", 0},
        {"replace", SKR_OPTION_FLAG, &request.is_replacing, NULL,
         "drop all former facts of these people, not only those of the kinds that come", 0},
        {"readmit", SKR_OPTION_FLAG, &request.is_readmitting, NULL,
         "take back people of these files who have withdrawn", 0},
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
    if (status == SKR_OK && request.dataset == NULL)
        status = skr_arguments_fail(&arguments, &err, "--dataset ID is missing");
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    request.ids_are_subjects = id == 1;
    request.unsealing = skr_unsealing_of(&words);
    return skr_load_files(&arguments, &request, skr_import_people, "records");
}
