/* load.c - what people, ontology and genes have in common: a request, progress, a summary. */
#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

static void print_people_json(skr_out *json, const skr_load_result *result)
{
    skr_out_member_number(json, "people", result->n_people);
    skr_out_member_number(json, "with_genomes", result->n_with_genomes);
    skr_out_member_number(json, "genomes", result->n_genomes);
    skr_out_member_number(json, "genomes_with_people", result->n_genomes_with_people);
    skr_out_member_number(json, "withdrawn", result->n_withdrawn);
    skr_out_member_number(json, "united", result->n_united);
    skr_out_key(json, "replaced");
    skr_out_open(json, '{');
    for (uint32_t i = 0; i < result->n_replaced; i++) {
        skr_out_member_number(json, result->replaced[i].kind, result->replaced[i].n);
    }
    skr_out_close(json, '}');
}

static void print_json(const skr_load_result *result, const skr_progress_line *line,
                       bool is_of_people)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", "ok");
    skr_out_member_number(&json, "generation", result->generation);
    skr_out_member_number(&json, "files", result->n_files);
    skr_out_member_number(&json, "records", result->n_records);
    skr_out_member_number(&json, "new", result->n_new);
    skr_out_member_number(&json, "skipped", result->n_skipped);
    skr_out_member_number(&json, "sex_conflicts", result->n_sex_conflicts);
    if (is_of_people)
        print_people_json(&json, result);
    if (result->n_obsolete > 0) {
        skr_out_member_number(&json, "obsolete", result->n_obsolete);
    }
    skr_progress_put_warnings(line, &json);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_people_text(const skr_load_result *result, const char *dataset)
{
    printf("  %" PRIu64 " of %" PRIu64 " people have genomes; %" PRIu64 " of %" PRIu64
           " genomes of dataset '%s' have people\n",
           result->n_with_genomes, result->n_people, result->n_genomes_with_people,
           result->n_genomes, dataset);
    const char *before = "  replaced             ";
    for (uint32_t i = 0; i < result->n_replaced; i++) {
        printf("%s%s of %" PRIu64, before, result->replaced[i].kind, result->replaced[i].n);
        before = ", ";
    }
    if (before[0] == ',')
        printf("\n");
    if (result->n_united > 0)
        printf("  %-20s %" PRIu64 " packets with others of the same subject.id\n", "united",
               result->n_united);
}

static void print_text(const skr_load_result *result, const skr_load_request *request,
                       const char *noun)
{
    printf("imported %" PRIu64 " %s", result->n_files, result->n_files == 1 ? "file" : "files");
    if (result->n_files != request->n_files)
        printf(" (%zu %s named)", request->n_files,
               request->n_files == 1 ? "folder or archive" : "files, folders or archives");
    printf(": %" PRIu64 " %s", result->n_records, noun);
    if (result->n_obsolete > 0)
        printf(" and %" PRIu64 " obsolete ones", result->n_obsolete);
    if (request->dataset != NULL)
        printf(", %" PRIu64 " new individuals", result->n_new);
    printf("; generation %" PRIu64 "\n", result->generation);
    if (request->dataset != NULL)
        print_people_text(result, request->dataset);
    if (result->n_withdrawn > 0)
        printf("  %-20s %" PRIu64 "\n", "withdrawn", result->n_withdrawn);
    if (result->n_skipped > 0)
        printf("  %-20s %" PRIu64 "\n", "skipped", result->n_skipped);
    if (result->n_sex_conflicts > 0)
        printf("  %-20s %" PRIu32 "\n", "sex_conflict", result->n_sex_conflicts);
}

int skr_load_files(const skr_arguments *arguments, const skr_load_request *request,
                   skr_load_fn load, const char *noun)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_load_result result = {0};
    skr_load_request watched = *request;

    skr_interrupt_catch();
    skr_progress_init(&line, arguments->command->name, &arguments->common);
    watched.watch = skr_progress_watch(&line);
    watched.store = arguments->common.store;
    watched.files = (const char *const *)arguments->operands;
    watched.n_files = arguments->n_operands;
    int status = load(&watched, &result, &err);
    bool are_warnings_wanted = status == SKR_OK && !arguments->common.is_quiet;
    skr_progress_end(&line, are_warnings_wanted || arguments->common.is_verbose);
    if (status == SKR_OK && arguments->common.is_json)
        print_json(&result, &line, watched.dataset != NULL);
    else if (status == SKR_OK && !arguments->common.is_quiet)
        print_text(&result, &watched, noun);
    skr_progress_done(&line);
    return status < 0 ? skr_report_writing(arguments->common.is_json, &err) : 0;
}
