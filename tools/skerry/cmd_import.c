/* cmd_import.c - skerry import: genomes into a store. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/verify.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

typedef struct choices {
    int format;
    int absent_is;
    int calls;
    const char *gate;
} choices;

/* line: whose warnings are told. */
static void print_json(const char *status, uint64_t generation, const skr_import_result *result,
                       const skr_progress_line *line, const char *message)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_key(&json, "status");
    skr_out_text(&json, status);
    skr_out_key(&json, "generation");
    skr_out_number(&json, generation);
    skr_out_key(&json, "samples");
    skr_out_number(&json, result->n_samples);
    skr_out_key(&json, "alleles");
    skr_out_number(&json, result->n_alleles);
    skr_out_key(&json, "records");
    skr_out_number(&json, result->n_records);
    skr_out_key(&json, "counters");
    skr_out_open(&json, '{');
    for (uint32_t i = 0; i < result->n_counters; i++) {
        skr_out_key(&json, result->counters[i].name);
        skr_out_number(&json, result->counters[i].value);
    }
    skr_out_close(&json, '}');
    if (result->n_spooled_read > 0) {
        skr_out_key(&json, "spooled");
        skr_out_open(&json, '{');
        skr_out_key(&json, "read");
        skr_out_number(&json, result->n_spooled_read);
        skr_out_key(&json, "kept");
        skr_out_number(&json, result->n_spooled_kept);
        skr_out_close(&json, '}');
    }
    skr_progress_put_warnings(line, &json);
    if (message != NULL) {
        skr_out_key(&json, "message");
        skr_out_text(&json, message);
    }
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_text(const skr_import_request *request, const skr_import_result *result)
{
    if (result->is_noop) {
        printf("nothing new: these bytes were imported under these options already; generation "
               "%" PRIu64 "\n",
               result->generation);
        return;
    }
    printf("imported %zu %s: %" PRIu32 " samples, %" PRIu64 " records, %" PRIu64
           " alleles; generation %" PRIu64 "\n",
           request->n_files, request->n_files == 1 ? "file" : "files", result->n_samples,
           result->n_records, result->n_alleles, result->generation);
    for (uint32_t i = 0; i < result->n_counters; i++)
        printf("  %-20s %" PRIu64 "\n", result->counters[i].name, result->counters[i].value);
    if (result->n_spooled_read > 0)
        printf("  a pipe was kept in the store's folder while it was read: %" PRIu64
               " bytes, packed %" PRIu64 "\n",
               result->n_spooled_read, result->n_spooled_kept);
}

/* A delivery that was refused for what it holds is an answer too; other failures are not. */
static void report_rejection(const skr_import_request *request, const skr_progress_line *line,
                             const skr_err *err)
{
    uint64_t generation = 0;
    const skr_import_result nothing = {0};
    if (skr_engine_generation_now(request->store, &generation, NULL) < 0)
        generation = 0;
    print_json("rejected", generation, &nothing, line, err->message);
}

static int import_files(const skr_arguments *arguments, skr_import_request *request)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_import_result result = {0};

    skr_interrupt_catch();
    skr_progress_init(&line, "import", &arguments->common);
    request->watch = skr_progress_watch(&line);
    int status = skr_import_genomes(request, &result, &err);
    bool are_warnings_wanted = status == SKR_OK && !arguments->common.is_quiet;
    skr_progress_end(&line, are_warnings_wanted || arguments->common.is_verbose);
    if (status == SKR_ERR_NOT_YET && strstr(err.message, request->files[0]) == NULL)
        status = skr_fail_in(&err, status, "%s", request->files[0]);
    if (status < 0) {
        bool is_rejection = status == SKR_ERR_INPUT;
        if (arguments->common.is_json && is_rejection)
            report_rejection(request, &line, &err);
        skr_progress_done(&line);
        return skr_report_writing(arguments->common.is_json && !is_rejection, &err);
    }
    if (arguments->common.is_json)
        print_json(result.is_noop ? "noop" : "ok", result.generation, &result, &line, NULL);
    else if (!arguments->common.is_quiet)
        print_text(request, &result);
    skr_import_result_done(&result);
    skr_progress_done(&line);
    return 0;
}

int skr_cmd_import(const skr_command *command, int argc, char **argv)
{
    skr_import_request request = {0};
    skr_unsealing_words words = {0};
    choices chosen = {.gate = "adj"};
    const skr_option options[] = {
        {"dataset", SKR_OPTION_TEXT, &request.dataset, "ID", "the dataset they belong to", 0},
        {"assembly", SKR_OPTION_TEXT, &request.assembly, "NAME", "GRCh38, GRCh37 ...", 0},
        {"reference", SKR_OPTION_TEXT, &request.reference, "FASTA",
         "left-align indels and check REF against it", 0},
        {"samples", SKR_OPTION_TEXT, &request.samples, "TSV",
         "sample, and any of file, individual, biosample, sex, primary", 0},
        {"format", SKR_OPTION_CHOICE, &chosen.format, "auto|vcf|gvcf|cram|bam",
         "what the files are (default: auto)", 0},
        {"gate", SKR_OPTION_TEXT, &chosen.gate, "adj|none|KEY=N,...",
         "which genotypes count (default: adj)", 0},
        {"absent-is", SKR_OPTION_CHOICE, &chosen.absent_is, "no-call|hom-ref",
         "what silence of a file means (default: no-call)", 0},
        {"calls", SKR_OPTION_CHOICE, &chosen.calls, "all|none",
         "of reads: genotypes too, or only where they are deep enough (default: all)", 0},
        {"callable", SKR_OPTION_TEXT, &request.callable, "BED",
         "where silence of all samples is reference", 0},
        {"memory", SKR_OPTION_NUMBER, &request.memory_mib, "MiB",
         "what the files may take, beside their samples (default: 512)", 0},
        {"replace", SKR_OPTION_FLAG, &request.is_replacing, NULL,
         "put these calls in the place of earlier ones", 0},
        {"shared-people", SKR_OPTION_FLAG, &request.allow_shared_people, NULL,
         "ids of other datasets are the same people", 0},
        SKR_UNSEALING_OPTIONS(&words),
        SKR_WAIT_OPTION(&request.wait_s),
        {"readmit", SKR_OPTION_NOT_YET, NULL, NULL, "", 0},
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
    if (status == SKR_OK && request.assembly == NULL)
        status = skr_arguments_fail(&arguments, &err, "--assembly NAME is missing");
    if (status == SKR_OK)
        status = skr_gate_parse(chosen.gate, &request.gate, &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);

    request.unsealing = skr_unsealing_of(&words);
    request.store = arguments.common.store;
    request.format = (skr_genome_format)chosen.format;
    request.absent_is_hom_ref = chosen.absent_is == 1;
    request.has_no_calls = chosen.calls == 1;
    request.files = (const char *const *)arguments.operands;
    request.n_files = arguments.n_operands;
    request.n_threads = arguments.common.n_threads;
    int exit_status = import_files(&arguments, &request);
    skr_gate_done(&request.gate);
    return exit_status;
}
