/* cmd_annotate.c - skerry annotate: what programs of annotation say of alleles. */
#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

static void print_json(const skr_annotate_result *result, const skr_progress_line *line)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", "ok");
    skr_out_member_number(&json, "generation", result->generation);
    skr_out_member_text(&json, "source", result->source);
    skr_out_member_number(&json, "records", result->n_records);
    skr_out_member_number(&json, "alleles", result->n_alleles);
    skr_out_key(&json, "counters");
    skr_out_open(&json, '{');
    for (uint32_t i = 0; i < result->n_counters; i++) {
        skr_out_member_number(&json, result->counters[i].name, result->counters[i].value);
    }
    skr_out_close(&json, '}');
    skr_progress_put_warnings(line, &json);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_text(const skr_annotate_request *request, const skr_annotate_result *result)
{
    printf("read %zu %s: %" PRIu64 " records, %" PRIu64 " alleles with annotations of %s%s; "
           "generation %" PRIu64 "\n",
           request->n_files, request->n_files == 1 ? "file" : "files", result->n_records,
           result->n_alleles, result->source,
           result->has_replaced ? ", in place of those that were there" : "", result->generation);
    for (uint32_t i = 0; i < result->n_counters; i++)
        printf("  %-20s %" PRIu64 "\n", result->counters[i].name, result->counters[i].value);
}

static int annotate(const skr_arguments *arguments, skr_annotate_request *request)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_annotate_result result = {0};

    skr_interrupt_catch();
    skr_progress_init(&line, arguments->command->name, &arguments->common);
    request->watch = skr_progress_watch(&line);
    request->store = arguments->common.store;
    request->n_threads = arguments->common.n_threads;
    request->files = (const char *const *)arguments->operands;
    request->n_files = arguments->n_operands;
    int status = skr_import_annotations(request, &result, &err);
    bool are_warnings_wanted = status == SKR_OK && !arguments->common.is_quiet;
    skr_progress_end(&line, are_warnings_wanted || arguments->common.is_verbose);
    if (status == SKR_OK && arguments->common.is_json)
        print_json(&result, &line);
    else if (status == SKR_OK && !arguments->common.is_quiet)
        print_text(request, &result);
    skr_import_annotations_done(&result);
    skr_progress_done(&line);
    return status < 0 ? skr_report_writing(arguments->common.is_json, &err) : 0;
}

int skr_cmd_annotate(const skr_command *command, int argc, char **argv)
{
    skr_annotate_request request = {0};
    skr_unsealing_words words = {0};
    const skr_option options[] = {
        {"assembly", SKR_OPTION_TEXT, &request.assembly, "NAME",
         "the assembly of the places (default: the only one with genomes)", 0},
        {"source", SKR_OPTION_TEXT, &request.source, "NAME",
         "whose annotations they are; those of the same name are replaced (default: what the files "
         "hold)",
         0},
        {"release", SKR_OPTION_TEXT, &request.release, "NAME", "the name of this release", 0},
        {"names", SKR_OPTION_FLAG, &request.has_names, NULL,
         "the ID column holds names of the alleles (rs1801133), which are taken too", 0},
        {"memory", SKR_OPTION_NUMBER, &request.memory_mib, "MiB",
         "what a record may take (default: 512)", 0},
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
    return annotate(&arguments, &request);
}
