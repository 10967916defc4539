/* cmd_verify.c - skerry verify: every fault of a store. */
#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/output.h"

typedef struct listing {
    bool is_json;
    skr_out json;
} listing;

static void on_fault(void *context, const char *text)
{
    listing *list = context;
    if (list->is_json)
        skr_out_text(&list->json, text);
    else
        printf("%s\n", text);
}

int skr_cmd_verify(const skr_command *command, int argc, char **argv)
{
    bool is_quick = false;
    const skr_option options[] = {
        {"quick", SKR_OPTION_FLAG, &is_quick, NULL,
         "only the manifest and the head, end and directory of each file", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    uint64_t n_faults = 0;

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 0, "no operands", &err);
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);

    listing list = {.is_json = arguments.common.is_json, .json = {.out = stdout}};
    if (list.is_json) {
        skr_out_open(&list.json, '{');
        skr_out_key(&list.json, "faults");
        skr_out_open(&list.json, '[');
    }
    status = skr_engine_verify(arguments.common.store, is_quick, on_fault, &list, &n_faults, &err);
    if (list.is_json) {
        if (status < 0)
            skr_out_text(&list.json, err.message);
        skr_out_close(&list.json, ']');
        skr_out_member_boolean(&list.json, "sound", status == SKR_OK && n_faults == 0);
        skr_out_member_boolean(&list.json, "quick", is_quick);
        skr_out_key(&list.json, "warnings");
        skr_out_open(&list.json, '[');
        skr_out_close(&list.json, ']');
        skr_out_close(&list.json, '}');
        skr_out_end(&list.json);
    }
    if (status < 0)
        return skr_report(&err);
    if (n_faults == 0) {
        if (!list.is_json)
            printf(is_quick ? "sound, as far as a quick look tells\n" : "sound\n");
        return 0;
    }
    (void)fprintf(stderr,
                  "skerry: %" PRIu64 " %s in %s; bring the named files back from a "
                  "backup of this generation\n",
                  n_faults, n_faults == 1 ? "fault" : "faults", arguments.common.store);
    return skr_err_exit_status(SKR_ERR_CORRUPT);
}
