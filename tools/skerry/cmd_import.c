/* cmd_import.c - skerry import: genomes into a store. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/verify.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"
#include "tools/skerry/spool.h"
#include "tools/skerry/who.h"

typedef struct choices {
    int format;
    int absent_is;
    int calls;
    int qc_fail;
    const char *gate;
    const char *qc;
} choices;

/* file: of a spool, or NULL. line: whose warnings are told. */
static void print_json(const char *file, const char *status, uint64_t generation,
                       const skr_import_result *result, const skr_progress_line *line,
                       const char *message)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    if (file != NULL) {
        skr_out_member_text(&json, "file", file);
    }
    skr_out_member_text(&json, "status", status);
    skr_out_member_number(&json, "generation", generation);
    skr_out_member_number(&json, "samples", result->n_samples);
    skr_out_member_number(&json, "alleles", result->n_alleles);
    skr_out_member_number(&json, "records", result->n_records);
    skr_out_key(&json, "counters");
    skr_out_open(&json, '{');
    for (uint32_t i = 0; i < result->n_counters; i++) {
        skr_out_member_number(&json, result->counters[i].name, result->counters[i].value);
    }
    skr_out_close(&json, '}');
    if (result->n_spooled_read > 0) {
        skr_out_key(&json, "spooled");
        skr_out_open(&json, '{');
        skr_out_member_number(&json, "read", result->n_spooled_read);
        skr_out_member_number(&json, "kept", result->n_spooled_kept);
        skr_out_close(&json, '}');
    }
    skr_progress_put_warnings(line, &json);
    if (message != NULL) {
        skr_out_member_text(&json, "message", message);
    }
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_text(const char *file, const skr_import_request *request,
                       const skr_import_result *result)
{
    if (file != NULL)
        printf("%s: ", file);
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
static void report_rejection(const char *file, const skr_import_request *request,
                             const skr_progress_line *line, const skr_err *err)
{
    uint64_t generation = 0;
    const skr_import_result nothing = {0};
    if (skr_engine_generation_now(request->store, &generation, NULL) < 0)
        generation = 0;
    print_json(file, "rejected", generation, &nothing, line, err->message);
}

/* file: of a spool, or NULL. Prints what came of it, but for the line of an error. Returns SKR_OK
 * or the status of err; *ret_is_answered: with --json an object was printed. */
static int import_files(const skr_arguments *arguments, skr_import_request *request,
                        const char *file, bool *ret_is_answered, skr_err *err)
{
    skr_progress_line line;
    skr_import_result result = {0};
    bool is_json = arguments->common.is_json;

    skr_progress_init(&line, "import", &arguments->common);
    request->watch = skr_progress_watch(&line);
    int status = skr_import_genomes(request, &result, err);
    bool are_warnings_wanted = status == SKR_OK && !arguments->common.is_quiet;
    skr_progress_end(&line, are_warnings_wanted || arguments->common.is_verbose);
    if (status == SKR_ERR_NOT_YET && strstr(err->message, request->files[0]) == NULL)
        status = skr_fail_in(err, status, "%s", request->files[0]);
    *ret_is_answered = is_json && (status == SKR_OK || status == SKR_ERR_INPUT);
    if (is_json && status == SKR_ERR_INPUT)
        report_rejection(file, request, &line, err);
    else if (is_json && status == SKR_OK)
        print_json(file, result.is_noop ? "noop" : "ok", result.generation, &result, &line, NULL);
    else if (status == SKR_OK && !arguments->common.is_quiet)
        print_text(file, request, &result);
    skr_import_result_done(&result);
    skr_progress_done(&line);
    return status;
}

static int import_once(const skr_arguments *arguments, skr_import_request *request)
{
    skr_err err = {.message = ""};
    bool is_answered = false;
    skr_interrupt_catch();
    int status = import_files(arguments, request, NULL, &is_answered, &err);
    return status < 0 ? skr_report_writing(arguments->common.is_json && !is_answered, &err) : 0;
}

/* ------------------------------------------------------------------ a spool */

typedef struct spooled_import {
    const skr_arguments *arguments;
    const skr_import_request *request;
} spooled_import;

static int take_spooled(void *context, const skr_spooled *file, skr_err *err)
{
    const spooled_import *spooling = context;
    skr_import_request request = *spooling->request;
    bool is_answered = false;
    if (atomic_load(skr_interrupt_flag()))
        return skr_fail(err, SKR_ERR_INTERRUPTED, "stopped before %s", file->name);
    request.files = &file->path;
    request.n_files = 1;
    request.samples = file->sheet != NULL ? file->sheet : request.samples;
    request.checksums = file->checksums != NULL ? file->checksums : request.checksums;
    int status = import_files(spooling->arguments, &request, file->name, &is_answered, err);
    if (status == SKR_ERR_INPUT || status == SKR_ERR_NOT_YET)
        (void)fprintf(stderr, "skerry: %s (%s was refused)\n", err->message, file->name);
    return status;
}

static void print_spool(const skr_spool_result *result, bool is_json)
{
    if (!is_json) {
        printf("spool: %" PRIu64 " taken, %" PRIu64 " refused", result->n_taken, result->n_refused);
        if (result->n_young > 0)
            printf(", %" PRIu64 " left because they may not be whole (--settle)", result->n_young);
        printf("\n");
        return;
    }
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_number(&json, "taken", result->n_taken);
    skr_out_member_number(&json, "refused", result->n_refused);
    skr_out_member_number(&json, "left", result->n_young);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* Refused files make the exit status that of refused input. */
static int import_spool(const skr_arguments *arguments, const skr_import_request *request,
                        const char *folder, double settle_s)
{
    skr_err err = {.message = ""};
    skr_spool_result result = {0};
    spooled_import spooling = {arguments, request};
    skr_interrupt_catch();
    int status = skr_spool_run(folder, settle_s > 0 ? settle_s : SKR_SPOOL_SETTLE_S, take_spooled,
                               &spooling, &result, &err);
    if (status < 0)
        return skr_report_writing(arguments->common.is_json, &err);
    if (arguments->common.is_json || !arguments->common.is_quiet)
        print_spool(&result, arguments->common.is_json);
    return result.n_refused > 0 ? skr_err_exit_status(SKR_ERR_INPUT) : 0;
}

/* ------------------------------------------------------------------ the command */

static int check_words(const skr_arguments *arguments, const skr_import_request *request,
                       const char *spool, double settle_s, skr_err *err)
{
    size_t n_max = spool == NULL ? SIZE_MAX : 0;
    SKR_TRY(skr_arguments_check(arguments, spool == NULL, n_max,
                                spool == NULL ? "FILE" : "no FILE: --spool names the folder", err));
    if (request->dataset == NULL)
        return skr_arguments_fail(arguments, err, "--dataset ID is missing");
    if (request->assembly == NULL)
        return skr_arguments_fail(arguments, err, "--assembly NAME is missing");
    if (spool == NULL && settle_s > 0)
        return skr_arguments_fail(arguments, err, "--settle goes with --spool");
    return SKR_OK;
}

/* What the command line says, into the request, whose gate the caller frees. */
static int take_choices(const skr_arguments *arguments, const choices *chosen,
                        skr_import_request *request, skr_err *err)
{
    if (chosen->qc == NULL && chosen->qc_fail != 0)
        return skr_arguments_fail(arguments, err, "--qc-fail goes with --qc");
    if (chosen->qc != NULL)
        SKR_TRY(skr_qc_parse(chosen->qc, &request->qc, err));
    request->qc.is_refusing = chosen->qc_fail == 1;
    request->format = (skr_genome_format)chosen->format;
    request->absent_is_hom_ref = chosen->absent_is == 1;
    request->has_no_calls = chosen->calls == 1;
    request->store = arguments->common.store;
    request->files = (const char *const *)arguments->operands;
    request->n_files = arguments->n_operands;
    request->n_threads = arguments->common.n_threads;
    return skr_gate_parse(chosen->gate, &request->gate, err);
}

int skr_cmd_import(const skr_command *command, int argc, char **argv)
{
    skr_import_request request = {0};
    skr_unsealing_words words = {0};
    choices chosen = {.gate = "adj"};
    char who[SKR_WHO_MAX];
    const char *spool = NULL;
    double settle_s = 0;
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
        {"qc", SKR_OPTION_TEXT, &chosen.qc, "network|KEY=N,...",
         "what a sample has to reach (default: nothing)", 0},
        {"qc-fail", SKR_OPTION_CHOICE, &chosen.qc_fail, "set-aside|refuse",
         "what becomes of one that does not, or of the delivery (default: set-aside)", 0},
        {"absent-is", SKR_OPTION_CHOICE, &chosen.absent_is, "no-call|hom-ref",
         "what silence of a file means (default: no-call)", 0},
        {"calls", SKR_OPTION_CHOICE, &chosen.calls, "all|none",
         "of reads: genotypes too, or only where they are deep enough (default: all)", 0},
        {"callable", SKR_OPTION_TEXT, &request.callable, "BED",
         "where silence of all samples is reference", 0},
        {"checksums", SKR_OPTION_TEXT, &request.checksums, "FILE",
         "what sha256sum wrote of the files: others are refused", 0},
        {"htsget-hosts", SKR_OPTION_TEXT, &request.htsget_hosts, "FILE", "hosts of htsget://", 0},
        {"memory", SKR_OPTION_NUMBER, &request.memory_mib, "MiB",
         "what the files may take, beside their samples (default: 512)", 0},
        {"replace", SKR_OPTION_FLAG, &request.is_replacing, NULL,
         "put these calls in the place of earlier ones", 0},
        {"spool", SKR_OPTION_TEXT, &spool, "FOLDER",
         "take the files of this folder, each a delivery, and move them to done or refused", 0},
        {"settle", SKR_OPTION_SECONDS, &settle_s, "SECONDS",
         "of --spool: leave files that changed less long ago (default: 60)", 0},
        {"shared-people", SKR_OPTION_FLAG, &request.allow_shared_people, NULL,
         "ids of other datasets are the same people", 0},
        {"readmit", SKR_OPTION_FLAG, &request.is_readmitting, NULL, "take back who withdrew", 0},
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
        status = check_words(&arguments, &request, spool, settle_s, &err);
    if (status == SKR_OK)
        status = take_choices(&arguments, &chosen, &request, &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);

    request.by = skr_who(who);
    request.unsealing = skr_unsealing_of(&words);
    int exit_status = spool != NULL ? import_spool(&arguments, &request, spool, settle_s)
                                    : import_once(&arguments, &request);
    skr_gate_done(&request.gate);
    return exit_status;
}
