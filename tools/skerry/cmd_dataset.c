/* cmd_dataset.c - skerry dataset: hidden, shown, withdrawn, listed; what is told of them. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/import/face/import.h"
#include "engine/import/face/withdraw.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/progress.h"

static const char *state_text(const skr_dataset_state *state)
{
    return state->is_withdrawn ? "withdrawn" : state->is_hidden ? "hidden" : "shown";
}

static void print_states(const skr_dataset_state *states, uint32_t n, bool is_json)
{
    skr_out json = {.out = stdout};
    for (uint32_t i = 0; i < n && !is_json; i++)
        printf("%s\tversion %" PRIu64 "\t%s\n", states[i].id, states[i].version,
               state_text(&states[i]));
    if (!is_json)
        return;
    skr_out_open(&json, '{');
    skr_out_key(&json, "datasets");
    skr_out_open(&json, '[');
    for (uint32_t i = 0; i < n; i++) {
        skr_out_open(&json, '{');
        skr_out_member_text(&json, "id", states[i].id);
        skr_out_member_number(&json, "version", states[i].version);
        skr_out_member_text(&json, "state", state_text(&states[i]));
        skr_out_close(&json, '}');
    }
    skr_out_close(&json, ']');
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static int list(const skr_arguments *arguments)
{
    skr_err err = {.message = ""};
    skr_dataset_state *states = NULL;
    uint32_t n = 0;
    int status = skr_withdraw_list(arguments->common.store, &states, &n, &err);
    if (status < 0)
        return skr_report_as(arguments->common.is_json, &err);
    print_states(states, n, arguments->common.is_json);
    skr_withdraw_list_done(states, n);
    return 0;
}

static void print_change(const skr_dataset_request *request, uint64_t generation, bool is_noop,
                         bool is_json)
{
    static const char *const done[] = {"hidden", "shown", "withdrawn"};
    const char *state = done[request->change];
    skr_out json = {.out = stdout};
    if (!is_json) {
        printf("dataset '%s' is %s%s; generation %" PRIu64 "\n", request->dataset,
               is_noop ? "already " : "", state, generation);
        return;
    }
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", is_noop ? "noop" : "ok");
    skr_out_member_number(&json, "generation", generation);
    skr_out_member_text(&json, "id", request->dataset);
    skr_out_member_text(&json, "state", state);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

static int change(const skr_arguments *arguments, skr_dataset_request *request)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    uint64_t generation = 0;
    bool is_noop = false;
    skr_interrupt_catch();
    skr_progress_init(&line, "dataset", &arguments->common);
    request->watch = skr_progress_watch(&line);
    request->store = arguments->common.store;
    int status = skr_withdraw_dataset(request, &generation, &is_noop, &err);
    skr_progress_end(&line, true);
    skr_progress_done(&line);
    if (status < 0)
        return skr_report_writing(arguments->common.is_json, &err);
    if (arguments->common.is_json || !arguments->common.is_quiet)
        print_change(request, generation, is_noop, arguments->common.is_json);
    return 0;
}

static void print_set(const skr_load_result *result, bool is_json)
{
    skr_out json = {.out = stdout};
    if (!is_json) {
        printf("%" PRIu64 " %s said, %" PRIu64 " of them anew; generation %" PRIu64 "\n",
               result->n_records, result->n_records == 1 ? "dataset is" : "datasets are",
               result->n_new, result->generation);
        return;
    }
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "status", result->n_new == 0 ? "noop" : "ok");
    skr_out_member_number(&json, "generation", result->generation);
    skr_out_member_number(&json, "datasets", result->n_records);
    skr_out_member_number(&json, "changed", result->n_new);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* Takes in what is told of datasets. */
static int set(const skr_arguments *arguments, const char *file, double wait_s)
{
    skr_err err = {.message = ""};
    skr_progress_line line;
    skr_load_result result = {0};
    skr_interrupt_catch();
    skr_progress_init(&line, "dataset", &arguments->common);
    const skr_load_request request = {.store = arguments->common.store,
                                      .files = &file,
                                      .n_files = 1,
                                      .wait_s = wait_s,
                                      .watch = skr_progress_watch(&line)};
    int status = skr_import_datasets(&request, &result, &err);
    skr_progress_end(&line, true);
    skr_progress_done(&line);
    if (status < 0)
        return skr_report_writing(arguments->common.is_json, &err);
    if (arguments->common.is_json || !arguments->common.is_quiet)
        print_set(&result, arguments->common.is_json);
    return 0;
}

int skr_cmd_dataset(const skr_command *command, int argc, char **argv)
{
    skr_dataset_request request = {0};
    const char *ids[3] = {NULL, NULL, NULL}; /* by skr_dataset_change */
    const char *file = NULL;
    bool is_list = false;
    const skr_option options[] = {
        {"list", SKR_OPTION_FLAG, &is_list, NULL, "all datasets, their versions and states", 0},
        {"set", SKR_OPTION_TEXT, &file, "FILE",
         "JSON: names, descriptions, terms of use ... of datasets: docs/operations.md", 0},
        {"hide", SKR_OPTION_TEXT, &ids[SKR_DATASET_HIDE], "ID",
         "answer as if this dataset were not there", 0},
        {"show", SKR_OPTION_TEXT, &ids[SKR_DATASET_SHOW], "ID", "answer from it again", 0},
        {"withdraw", SKR_OPTION_TEXT, &ids[SKR_DATASET_TAKE], "ID",
         "remove everybody and every genome in it, for good", 0},
        {"reason", SKR_OPTION_TEXT, &request.reason, "WORD",
         "of --withdraw: kept in the note of deletion", 0},
        SKR_WAIT_OPTION(&request.wait_s),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    unsigned n_wanted = (is_list ? 1 : 0) + (file != NULL ? 1 : 0);
    for (unsigned i = 0; i < 3; i++)
        if (ids[i] != NULL) {
            request.dataset = ids[i];
            request.change = (skr_dataset_change)i;
            n_wanted++;
        }
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 0, "no FILE", &err);
    if (status == SKR_OK && n_wanted != 1)
        status = skr_arguments_fail(&arguments, &err,
                                    "expected one of --list, --set FILE, --hide ID, --show ID, "
                                    "--withdraw ID");
    if (status < 0)
        return skr_report_as(arguments.common.is_json, &err);
    if (file != NULL)
        return set(&arguments, file, request.wait_s);
    return is_list ? list(&arguments) : change(&arguments, &request);
}
