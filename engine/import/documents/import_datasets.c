/*
 * import_datasets.c - what is told of datasets: JSON documents in, one generation out.
 *
 * A document is a dataset as Beacon's default model has it, or a list of them. Its text goes into
 * the manifest as it came, in the place of what was said of the dataset before.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/documents/archive.h"
#include "engine/import/documents/json_split.h"
#include "engine/import/documents/json_value.h"
#include "engine/import/face/import.h"
#include "storage/base/suggest.h"
#include "storage/store.h"

static const char *const endings[] = {".json", NULL};

typedef struct reader {
    skr_archive *archive;
    skr_manifest *manifest;
    bool *is_said; /* of each dataset of the manifest, by this delivery */
    uint64_t line; /* of the document that is being read, from 1 */
    skr_load_result result;
    skr_err *err;
} reader;

/* What a member has to be; what: for people. */
typedef struct member_kind {
    const char *name;
    bool (*is_sound)(const skr_json_value *value);
    const char *what;
} member_kind;

static int refuse(reader *r, const char *format, ...) SKR_PRINTF(2, 3);
static int refuse(reader *r, const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return skr_fail(r->err, SKR_ERR_INPUT, "%s:%" PRIu64 ": %s", skr_archive_name(r->archive),
                    r->line, text);
}

/* ------------------------------------------------------------------ members */

static bool is_text(const skr_json_value *value)
{
    return skr_json_value_text(value) != NULL;
}

static bool is_address(const skr_json_value *value)
{
    const char *text = skr_json_value_text(value);
    return text != NULL && (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0);
}

/* Does a text fit a pattern, in which 0 stands for any digit? Returns what follows, or NULL. */
static const char *after_digits(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; pattern++, text++) {
        bool is_digit = *text >= '0' && *text <= '9';
        if (*pattern == '0' ? !is_digit : *pattern != *text)
            return NULL;
    }
    return text;
}

/* A time of RFC 3339: 2026-01-31T12:00:00Z. */
static bool is_time(const skr_json_value *value)
{
    const char *text = skr_json_value_text(value);
    const char *rest = text == NULL ? NULL : after_digits(text, "0000-00-00T00:00:00");
    if (rest == NULL)
        return false;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") == 0)
        return true;
    const char *end = *rest == '+' ? after_digits(rest, "+00:00") : after_digits(rest, "-00:00");
    return end != NULL && *end == '\0';
}

/* An id with a label, or without. */
static bool is_term(const skr_json_value *value)
{
    const char *id = skr_json_value_text(skr_json_value_member(value, "id"));
    const skr_json_value *label = skr_json_value_member(value, "label");
    const char *colon = id == NULL ? NULL : strchr(id, ':');
    return colon != NULL && colon != id && colon[1] != '\0' && (label == NULL || is_text(label));
}

static bool is_data_use(const skr_json_value *value)
{
    const char *id = skr_json_value_text(skr_json_value_member(value, "id"));
    const skr_json_value *modifiers = skr_json_value_member(value, "modifiers");
    if (!is_term(value) || strncmp(id, "DUO:", 4) != 0 ||
        !is_text(skr_json_value_member(value, "version")))
        return false;
    for (size_t i = 0; i < skr_json_value_n_items(modifiers); i++)
        if (!is_term(skr_json_value_item(modifiers, i)))
            return false;
    return modifiers == NULL || skr_json_value_is_array(modifiers);
}

static bool is_data_uses(const skr_json_value *value)
{
    const skr_json_value *uses = skr_json_value_member(value, "duoDataUse");
    for (size_t i = 0; i < skr_json_value_n_items(uses); i++)
        if (!is_data_use(skr_json_value_item(uses, i)))
            return false;
    return skr_json_value_n_items(uses) > 0;
}

static bool is_contacts(const skr_json_value *value)
{
    for (size_t i = 0; i < skr_json_value_n_items(value); i++)
        if (!skr_json_value_is_object(skr_json_value_item(value, i)))
            return false;
    return skr_json_value_is_array(value);
}

static const member_kind members[] = {
    {"id", is_text, "a text"},
    {"name", is_text, "a text"},
    {"description", is_text, "a text"},
    {"version", is_text, "a text"},
    {"externalUrl", is_address, "an address that begins with https:// or http://"},
    {"createDateTime", is_time, "a time like 2026-01-31T12:00:00Z"},
    {"updateDateTime", is_time, "a time like 2026-01-31T12:00:00Z"},
    {"dataUseConditions", is_data_uses,
     "{\"duoDataUse\": [{\"id\": \"DUO:0000042\", \"version\": \"2021-02-23\"}]}, each with a DUO "
     "term and its version"},
    {"contacts", is_contacts, "a list of objects"},
    {"info", skr_json_value_is_object, "an object"},
};

#define N_MEMBERS (sizeof members / sizeof *members)

/* Does a value have no more levels than answers may? */
static bool is_flat(const skr_json_value *value, unsigned n_levels)
{
    if (n_levels == 0)
        return false;
    for (size_t i = 0; i < skr_json_value_n_items(value); i++)
        if (!is_flat(skr_json_value_item(value, i), n_levels - 1))
            return false;
    for (size_t i = 0; i < skr_json_value_n_members(value); i++) {
        const char *name = skr_json_value_member_name(value, i);
        if (!is_flat(skr_json_value_member(value, name), n_levels - 1))
            return false;
    }
    return true;
}

static int check_members(reader *r, const skr_json_value *value)
{
    for (size_t i = 0; i < skr_json_value_n_members(value); i++) {
        const char *name = skr_json_value_member_name(value, i);
        skr_suggest near;
        char text[SKR_SUGGEST_TEXT_MAX];
        size_t at = 0;
        skr_suggest_init(&near, name);
        while (at < N_MEMBERS && strcmp(members[at].name, name) != 0)
            skr_suggest_offer(&near, members[at++].name);
        if (at == N_MEMBERS)
            return refuse(r, "a dataset has no member '%.60s'%s; what is your own goes into 'info'",
                          name, skr_suggest_text(&near, text));
        const skr_json_value *given = skr_json_value_member(value, name);
        if (given != NULL && !members[at].is_sound(given))
            return refuse(r, "'%s' is %s", name, members[at].what);
    }
    return is_flat(value, SKR_JSON_DEPTH_MAX - 1) ? SKR_OK : refuse(r, "too many levels of JSON");
}

/* ------------------------------------------------------------------ datasets */

static int find_dataset(reader *r, const skr_json_value *value, uint32_t *ret_dataset)
{
    const skr_manifest *manifest = r->manifest;
    const char *id = skr_json_value_text(skr_json_value_member(value, "id"));
    skr_suggest near;
    char text[SKR_SUGGEST_TEXT_MAX];
    if (id == NULL)
        return refuse(r, "a dataset without an 'id', which says whose words these are");
    skr_suggest_init(&near, id);
    for (uint32_t i = 0; i < manifest->n_datasets; i++)
        skr_suggest_offer(&near, manifest->datasets[i].id);
    uint32_t dataset = skr_manifest_find_dataset(manifest, id);
    if (dataset == SKR_NONE)
        return refuse(r, "there is no dataset '%.100s'%s", id, skr_suggest_text(&near, text));
    if ((manifest->datasets[dataset].flags & SKR_DATASET_WITHDRAWN) != 0)
        return refuse(r, "dataset '%.100s' was withdrawn: nothing of it is left", id);
    if (r->is_said[dataset])
        return refuse(r, "dataset '%.100s' stands twice", id);
    r->is_said[dataset] = true;
    *ret_dataset = dataset;
    return SKR_OK;
}

/* An id alone: nothing is told any more. */
static int set_about(reader *r, uint32_t dataset, const skr_json_value *value, const char *text,
                     size_t n)
{
    skr_dataset_entry *entry = &r->manifest->datasets[dataset];
    bool is_nothing = skr_json_value_n_members(value) == 1;
    char *about = strndup(is_nothing ? "" : text, is_nothing ? 0 : n);
    if (about == NULL)
        return skr_fail_nomem(r->err, "what is told of a dataset");
    bool is_same = strcmp(entry->about == NULL ? "" : entry->about, about) == 0;
    r->result.n_new += is_same ? 0 : 1;
    free(entry->about);
    entry->about = about;
    return SKR_OK;
}

static int read_dataset(reader *r, const char *text, size_t n)
{
    skr_json_value *value = NULL;
    uint64_t n_lines = 0;
    uint32_t dataset = 0;
    int status = skr_json_value_parse(text, n, &value, &n_lines, r->err);
    if (status == SKR_ERR_INPUT) {
        char why[SKR_ERR_MESSAGE_MAX];
        (void)snprintf(why, sizeof why, "%s", r->err->message);
        r->line += n_lines;
        return refuse(r, "%s", why);
    }
    if (status != SKR_OK)
        return status;
    if (!skr_json_value_is_object(value))
        status = refuse(r, "not a dataset: an object with an 'id', or a list of them, is expected");
    if (status == SKR_OK)
        status = find_dataset(r, value, &dataset);
    if (status == SKR_OK)
        status = check_members(r, value);
    if (status == SKR_OK)
        status = set_about(r, dataset, value, text, n);
    r->result.n_records++;
    skr_json_value_free(value);
    return status;
}

static int read_documents(reader *r)
{
    bool is_there = false;
    int status = skr_archive_next(r->archive, &is_there, r->err);
    while (status == SKR_OK && is_there) {
        skr_json_split split = {.archive = r->archive, .n_max = SKR_ABOUT_MAX};
        uint64_t n_before = r->result.n_records;
        while (status == SKR_OK && is_there) {
            const char *text = NULL;
            size_t n = 0;
            status = skr_json_split_next(&split, &text, &n, &is_there, r->err);
            r->line = split.line;
            if (status == SKR_OK && is_there)
                status = read_dataset(r, text, n);
        }
        skr_json_split_done(&split);
        if (status == SKR_OK && r->result.n_records == n_before)
            status = skr_fail(r->err, SKR_ERR_INPUT, "%s: no dataset in this file",
                              skr_archive_name(r->archive));
        if (status == SKR_OK)
            status = skr_archive_next(r->archive, &is_there, r->err);
    }
    return status;
}

int skr_import_datasets(const skr_load_request *request, skr_load_result *ret_result, skr_err *err)
{
    skr_err own_err;
    reader r = {.err = err == NULL ? &own_err : err};
    skr_archive_options options = {.files = request->files,
                                   .n_files = request->n_files,
                                   .endings = endings,
                                   .watch = &request->watch,
                                   .unsealing = &request->unsealing};
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    skr_txn *txn = NULL;
    if (request->n_files == 0)
        return skr_fail(r.err, SKR_ERR_USAGE, "no file to read");
    SKR_TRY(skr_store_wait_begin(request->store, &wait, &txn, r.err));
    r.manifest = skr_txn_manifest(txn);
    r.result.generation = r.manifest->generation;
    r.is_said = calloc((size_t)r.manifest->n_datasets + 1, sizeof *r.is_said);
    int status = r.is_said == NULL ? skr_fail_nomem(r.err, "datasets") : SKR_OK;
    if (status == SKR_OK)
        status = skr_archive_new(&options, &r.archive, r.err);
    if (status == SKR_OK)
        status = read_documents(&r);
    if (status == SKR_OK && r.result.n_new > 0) {
        status = skr_txn_commit(txn, &r.result.generation, r.err);
        txn = NULL;
    }
    if (status == SKR_OK) {
        r.result.n_files = skr_archive_n_documents(r.archive);
        *ret_result = r.result;
    }
    skr_archive_free(r.archive);
    free(r.is_said);
    skr_txn_abort(txn);
    return status;
}
