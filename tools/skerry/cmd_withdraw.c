/* cmd_withdraw.c - skerry withdraw: people out of the store. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/face/withdraw.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

/* Ids from the words of the command and from files; the texts are the list's. */
typedef struct id_list {
    char **ids;
    size_t n;
    size_t n_max;
} id_list;

static void ids_done(id_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->ids[i]);
    free(list->ids);
}

static int add_id(id_list *list, const char *id, skr_err *err)
{
    char *copy = strdup(id);
    int status = copy == NULL ? skr_fail_nomem(err, "ids") : SKR_OK;
    if (status == SKR_OK)
        status = SKR_ARRAY_RESERVE(&list->ids, &list->n_max, list->n + 1, "ids", err);
    if (status != SKR_OK) {
        free(copy);
        return status;
    }
    list->ids[list->n++] = copy;
    return SKR_OK;
}

/* One id a line; lines without one are passed over. */
static int read_file(id_list *list, const char *path, skr_err *err)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t n_max = 0;
    int status = SKR_OK;
    if (file == NULL)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot open: %s", path, strerror(errno));
    for (uint64_t number = 1; status == SKR_OK; number++) {
        ssize_t n = getline(&line, &n_max, file);
        if (n <= 0)
            break;
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            line[--n] = '\0';
        char *id = number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
        if (strlen(id) > SKR_NAME_MAX || (size_t)n != strlen(line))
            status = skr_fail(err, SKR_ERR_INPUT, "%s:%" PRIu64 ": expected one id a line", path,
                              number);
        else if (*id != '\0')
            status = add_id(list, id, err);
    }
    if (status == SKR_OK && ferror(file))
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot read", path);
    free(line);
    (void)fclose(file);
    return status;
}

static int add_words(id_list *list, const char *const *words, size_t n, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < n && status == SKR_OK; i++)
        status =
            words[i][0] == '@' ? read_file(list, words[i] + 1, err) : add_id(list, words[i], err);
    return status;
}

static void print_json(const skr_withdraw_result *result)
{
    char day[SKR_OUTPUT_DAY_MAX];
    skr_out json = {.out = stdout};
    skr_output_day(result->due_s, day);
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", "ok");
    skr_out_member_number(&json, "generation", result->generation);
    skr_out_member_number(&json, "people", result->n_people);
    skr_out_member_number(&json, "datasets", result->n_datasets);
    skr_out_member_number(&json, "samples", result->n_samples);
    skr_out_member_number(&json, "segments_left", result->n_segments);
    if (result->n_segments > 0) {
        skr_out_member_text(&json, "due", day);
    }
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static void print_text(const skr_withdraw_result *result)
{
    char day[SKR_OUTPUT_DAY_MAX];
    printf("withdrawn: %" PRIu32 " %s with %" PRIu32 " %s; generation %" PRIu64 "\n",
           result->n_people, result->n_people == 1 ? "person" : "people", result->n_samples,
           result->n_samples == 1 ? "sample" : "samples", result->generation);
    if (result->n_segments == 0) {
        printf("  no file of the store holds them any more\n");
        return;
    }
    skr_output_day(result->due_s, day);
    printf("  %" PRIu32 " %s their bytes until compacted, which is due on %s\n", result->n_segments,
           result->n_segments == 1 ? "segment holds" : "segments hold", day);
}

static int withdraw(const skr_arguments *arguments, skr_withdraw_request *request)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_withdraw_result result = {0};
    skr_interrupt_catch();
    skr_progress_init(&line, "withdraw", &arguments->common);
    request->watch = skr_progress_watch(&line);
    request->store = arguments->common.store;
    int status = skr_withdraw_people(request, &result, &err);
    skr_progress_end(&line, true);
    skr_progress_done(&line);
    if (status < 0)
        return skr_report_writing(arguments->common.is_json, &err);
    if (arguments->common.is_json)
        print_json(&result);
    else if (!arguments->common.is_quiet)
        print_text(&result);
    return 0;
}

int skr_cmd_withdraw(const skr_command *command, int argc, char **argv)
{
    skr_withdraw_request request = {0};
    skr_texts words = {0};
    id_list ids = {0};
    const skr_option options[] = {
        {"dataset", SKR_OPTION_TEXT, &request.dataset, "ID",
         "take them out of this dataset (default: of every one that has them)", 0},
        {"individual", SKR_OPTION_TEXTS, &words, "ID|@FILE",
         "who; may be given again; @FILE has one id a line", 0},
        {"reason", SKR_OPTION_TEXT, &request.reason, "WORD", "kept in the note of deletion", 0},
        {"days", SKR_OPTION_NUMBER, &request.n_days, "N",
         "until their bytes are due to be gone (default: 30)", 0},
        SKR_WAIT_OPTION(&request.wait_s),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK && words.n == 0)
        status = skr_arguments_fail(&arguments, &err, "--individual ID is missing");
    if (status == SKR_OK)
        status = add_words(&ids, words.texts, words.n, &err);
    if (status == SKR_OK)
        status =
            add_words(&ids, (const char *const *)arguments.operands, arguments.n_operands, &err);
    if (status == SKR_OK && ids.n == 0)
        status = skr_fail(&err, SKR_ERR_INPUT, "withdraw: no file names anybody");
    request.ids = (const char *const *)ids.ids;
    request.n_ids = ids.n;
    int exit_status =
        status < 0 ? skr_report_as(arguments.common.is_json, &err) : withdraw(&arguments, &request);
    ids_done(&ids);
    return exit_status;
}
