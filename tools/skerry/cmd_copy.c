/* cmd_copy.c - skerry copy: the generation in force, to another folder. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/face/verify.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

static void on_bytes(void *context, uint64_t n_done, uint64_t n)
{
    const skr_watch *watch = context;
    const skr_progress progress = {
        .step = "copying", .file_number = 1, .n_files = 1, .n_bytes_done = n_done, .n_bytes = n};
    if (watch->on_progress != NULL) /* with --quiet nobody looks */
        watch->on_progress(watch->context, &progress);
}

static void print_json(const char *to, const skr_copied *copied)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", "ok");
    skr_out_member_text(&json, "store", to);
    skr_out_member_number(&json, "generation", copied->generation);
    skr_out_member_number(&json, "files", copied->n_files);
    skr_out_member_number(&json, "bytes", copied->n_bytes);
    skr_out_member_number(&json, "linked", copied->n_linked);
    skr_out_member_number(&json, "cloned", copied->n_cloned);
    skr_out_key(&json, "warnings");
    skr_out_open(&json, '[');
    skr_out_close(&json, ']');
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_text(const char *to, const skr_copied *copied)
{
    printf("copied generation %" PRIu64 " to %s: %" PRIu64 " files, %" PRIu64 " bytes\n",
           copied->generation, to, copied->n_files, copied->n_bytes);
    if (copied->n_linked > 0)
        printf("  %" PRIu64 " are hard links: they share their bytes with the store, so damage to "
               "one is damage to both (--bytes copies)\n",
               copied->n_linked);
    if (copied->n_cloned > 0)
        printf("  %" PRIu64 " are clones: they share blocks of the disk with the store (--bytes "
               "copies)\n",
               copied->n_cloned);
}

static int copy_store(const skr_arguments *arguments, bool copies_bytes)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_copied copied = {0};
    const char *to = arguments->operands[0];

    skr_interrupt_catch();
    skr_progress_init(&line, "copy", &arguments->common);
    skr_watch watch = skr_progress_watch(&line);
    int status = skr_engine_copy(arguments->common.store, to, copies_bytes, watch.stop, on_bytes,
                                 &watch, &copied, &err);
    skr_progress_end(&line, true);
    skr_progress_done(&line);
    if (status < 0)
        return skr_report_as(arguments->common.is_json, &err);
    if (arguments->common.is_json)
        print_json(to, &copied);
    else if (!arguments->common.is_quiet)
        print_text(to, &copied);
    return 0;
}

int skr_cmd_copy(const skr_command *command, int argc, char **argv)
{
    bool copies_bytes = false;
    const skr_option options[] = {
        {"bytes", SKR_OPTION_FLAG, &copies_bytes, NULL, "copy all bytes: no hard links, no clones",
         0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1, "the folder of the copy", &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    return copy_store(&arguments, copies_bytes);
}
