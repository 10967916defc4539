/* cmd_compact.c - skerry compact: fewer segments, and the withdrawn gone from the files. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "engine/import/face/compact.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

static void print_json(const char *status, const skr_compact_result *result)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", status);
    skr_out_member_number(&json, "generation", result->generation);
    skr_out_member_number(&json, "merges", result->n_merges);
    skr_out_member_number(&json, "segments_before", result->n_segments_before);
    skr_out_member_number(&json, "segments_after", result->n_segments_after);
    skr_out_member_number(&json, "bytes_before", result->n_bytes_before);
    skr_out_member_number(&json, "bytes_after", result->n_bytes_after);
    skr_out_member_number(&json, "bytes_read", result->n_bytes_read);
    skr_out_member_number(&json, "bytes_written", result->n_bytes_written);
    skr_out_member_number(&json, "lost", result->n_lost);
    skr_out_key(&json, "warnings");
    skr_out_open(&json, '[');
    skr_out_close(&json, ']');
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* "1 segment", "3 segments". text has room for COUNTED_MAX bytes; returns it. */
#define COUNTED_MAX 40
static const char *counted(uint64_t n, const char *what, char *text)
{
    (void)snprintf(text, COUNTED_MAX, "%" PRIu64 " %s%s", n, what, n == 1 ? "" : "s");
    return text;
}

static void print_text(const skr_compact_result *result)
{
    char merges[COUNTED_MAX];
    char segments[COUNTED_MAX];
    (void)counted(result->n_segments_before, "segment", segments);
    if (result->n_merges == 0) {
        printf("nothing to merge: %s; generation %" PRIu64 "\n", segments, result->generation);
        return;
    }
    printf("%s: %s, %" PRIu64 " bytes, became %" PRIu64 ", %" PRIu64 " bytes; %" PRIu64
           " bytes written; generation %" PRIu64 "\n",
           counted(result->n_merges, "merge", merges), segments, result->n_bytes_before,
           result->n_segments_after, result->n_bytes_after, result->n_bytes_written,
           result->generation);
}

static int compact(const skr_arguments *arguments, skr_compact_request *request)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_compact_result result = {0};
    skr_interrupt_catch();
    skr_progress_init(&line, "compact", &arguments->common);
    request->watch = skr_progress_watch(&line);
    int status = skr_compact_store(request, &result, &err);
    skr_progress_end(&line, arguments->common.is_verbose);
    skr_progress_done(&line);
    if (status < 0)
        return skr_report_writing(arguments->common.is_json, &err);
    if (arguments->common.is_json)
        print_json(result.n_merges > 0 ? "ok" : "noop", &result);
    else if (!arguments->common.is_quiet)
        print_text(&result);
    return 0;
}

int skr_cmd_compact(const skr_command *command, int argc, char **argv)
{
    skr_compact_request request = {.wait_s = HUGE_VAL};
    uint32_t bandwidth_mib = 0;
    bool is_into_one = false;
    int withdrawn = 0;
    const skr_option options[] = {
        {"dataset", SKR_OPTION_TEXT, &request.dataset, "ID", "only this dataset (default: all)", 0},
        {"all", SKR_OPTION_FLAG, &is_into_one, NULL,
         "into one segment for each dataset and assembly, whatever their sizes", 0},
        {"withdrawn", SKR_OPTION_CHOICE, &withdrawn, "now|due",
         "take them out of the files now, or when it is due within a week (default: now)", 0},
        {"memory", SKR_OPTION_NUMBER, &request.memory_mib, "MiB",
         "what segments may take, beside their samples (default: 512)", 0},
        {"bandwidth", SKR_OPTION_NUMBER, &bandwidth_mib, "MiB",
         "a second, read and written together (default: no limit)", 0},
        SKR_WAIT_OPTION(&request.wait_s),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 0, NULL, &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    request.store = arguments.common.store;
    request.is_into_one = is_into_one;
    request.waits_till_due = withdrawn == 1;
    request.bandwidth = (double)bandwidth_mib * 1048576.0;
    return compact(&arguments, &request);
}
