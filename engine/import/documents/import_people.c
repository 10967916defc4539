/*
 * import_people.c - a delivery of people: documents in, one generation out.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/documents/import_people_int.h"
#include "engine/import/documents/json_split.h"
#include "index/people/sex.h"
#include "index/terms/curie.h"
#include "storage/base/limits.h"
#include "storage/store.h"

#define RECORD_MAX (64u << 20) /* bytes of one person's JSON; 4 MB are usual at most */
#define WARNINGS_MAX 5

static const char *const endings[] = {".json", ".jsonl", ".ndjson", ".tsv", NULL};

/* ------------------------------------------------------------------ telling */

static void place(const skr_people_reader *reader, char *text, size_t n_max)
{
    int n = snprintf(text, n_max, "%.300s, line %" PRIu64, skr_archive_name(reader->archive),
                     reader->line);
    if (reader->id != NULL && n > 0 && (size_t)n < n_max)
        (void)snprintf(text + n, n_max - (size_t)n, ", individual %.100s", reader->id);
}

int skr_reader_fail(skr_people_reader *reader, const char *format, ...)
{
    char where[512];
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    place(reader, where, sizeof where);
    return skr_fail(reader->err, SKR_ERR_INPUT, "%s: %s", where, text);
}

void skr_reader_skip(skr_people_reader *reader, const char *format, ...)
{
    const skr_watch *watch = &reader->request->watch;
    reader->result.n_skipped++;
    if (watch->on_warning == NULL || reader->n_warnings++ >= WARNINGS_MAX)
        return;
    char where[512];
    char text[200];
    skr_err line;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    place(reader, where, sizeof where);
    (void)skr_fail(&line, SKR_ERR_INPUT, "%s: left out: %s%s", where, text,
                   reader->n_warnings == WARNINGS_MAX ? " (more such are only counted)" : "");
    watch->on_warning(watch->context, line.message);
}

void skr_reader_warn(skr_people_reader *reader, const char *format, ...)
{
    const skr_watch *watch = &reader->request->watch;
    skr_load_result *result = &reader->result;
    if (result->n_warnings >= SKR_LOAD_WARNINGS_MAX)
        return;
    char *text = result->warnings[result->n_warnings++];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, SKR_LOAD_WARNING_MAX, format, args);
    va_end(args);
    if (watch->on_warning != NULL)
        watch->on_warning(watch->context, text);
}

bool skr_reader_is_missing(const char *text)
{
    return text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "-") == 0 ||
           strcasecmp(text, "NA") == 0;
}

int skr_reader_sex(skr_people_reader *reader, const char *text, const char *label)
{
    char curie[SKR_CURIE_MAX];
    skr_sex_meaning meaning = {SKR_SEX_UNKNOWN, NULL};
    bool is_understood =
        skr_sex_read(text, &meaning) || (label != NULL && skr_sex_read(label, &meaning));
    if (skr_reader_is_missing(text))
        return SKR_OK;
    /* A term that says more goes when another sex is said. */
    skr_people_edit_says(reader->edit, SKR_SAID(SKR_SAID_SEX) | SKR_SAID(SKR_TERM_OTHER));
    skr_fact fact = {.kind = SKR_TERM_OTHER, .curie = meaning.term, .onset = SKR_AGE_NONE};
    if (is_understood)
        skr_people_edit_sex(reader->edit, meaning.sex);
    else
        skr_reader_skip(reader, "sex \"%.40s\" is none of female, male, other, unknown", text);
    /* A code of its own can be asked for by itself. */
    if (!is_understood && skr_curie_read(text, curie)) {
        fact.curie = curie;
        fact.label = label;
    }
    return fact.curie == NULL ? SKR_OK : skr_reader_fact(reader, &fact);
}

int skr_reader_fact(skr_people_reader *reader, const skr_fact *fact)
{
    int status = skr_people_edit_fact(reader->edit, fact, reader->err);
    return status == SKR_ERR_INPUT ? skr_reader_fail(reader, "%s", reader->err->message) : status;
}

/* ------------------------------------------------------------------ records */

/* The place for what is known of a record of this delivery. */
static int find_delivered(skr_people_reader *reader, skr_record_kind kind, const char *record,
                          skr_delivered **ret_delivered)
{
    char name[SKR_NAME_MAX + 2];
    uint32_t number;
    (void)snprintf(name, sizeof name, "%c%s", kind == SKR_RECORD_INDIVIDUAL ? 'i' : 'b', record);
    int status = skr_names_add(reader->record_names, name, &number, reader->err);
    if (status < 0)
        return status;
    if (number >= reader->n_delivered_max) {
        uint32_t n_max = number + number / 2 + 64;
        skr_delivered *delivered = realloc(reader->delivered, n_max * sizeof *delivered);
        if (delivered == NULL)
            return skr_fail(reader->err, SKR_ERR_NOMEM, "people: out of memory");
        for (uint32_t i = reader->n_delivered_max; i < n_max; i++)
            delivered[i] = (skr_delivered){.document = SKR_NONE};
        reader->delivered = delivered;
        reader->n_delivered_max = n_max;
    }
    reader->record = number;
    *ret_delivered = &reader->delivered[number];
    return SKR_OK;
}

/* Makes the individual, and refuses one of another dataset unless that is meant. */
static int begin_individual(skr_people_reader *reader, const char *id, uint32_t *ret_individual)
{
    bool is_new = false;
    int status = skr_people_edit_individual(reader->edit, id, ret_individual, &is_new, reader->err);
    if (status == SKR_ERR_INPUT)
        return skr_reader_fail(reader, "%s", reader->err->message);
    if (status < 0)
        return status;
    reader->result.n_new += is_new;
    if (is_new || reader->request->allow_shared_people)
        return SKR_OK;
    uint32_t other = skr_people_edit_other_dataset(reader->edit, *ret_individual, reader->dataset);
    if (other != SKR_NONE)
        return skr_reader_fail(reader,
                               "dataset '%.60s' has an individual of this id: name it with "
                               "--dataset if these are its people; if the same person is in both, "
                               "say so with --shared-people",
                               reader->manifest->datasets[other]);
    return SKR_OK;
}

int skr_reader_begin(skr_people_reader *reader, const char *individual, skr_record_kind kind,
                     const char *record, bool is_subject)
{
    skr_delivered *delivered;
    uint32_t ordinal;
    reader->id = individual;
    if (strlen(record) > SKR_NAME_MAX)
        return skr_reader_fail(reader, "an id of more than %u bytes", SKR_NAME_MAX);
    int status = find_delivered(reader, kind, record, &delivered);
    if (status == SKR_OK && delivered->document == SKR_NONE) {
        delivered->line = reader->line;
        delivered->is_subject = is_subject;
        status = skr_names_add(reader->documents, skr_archive_name(reader->archive),
                               &delivered->document, reader->err);
        reader->result.n_records++;
        skr_archive_count(reader->archive, 1);
    }
    if (status == SKR_OK)
        status = begin_individual(reader, individual, &ordinal);
    if (status < 0)
        return status;
    delivered->is_subject = delivered->is_subject && is_subject;
    status =
        skr_people_edit_record(reader->edit, reader->dataset, ordinal, kind, record, reader->err);
    return status == SKR_ERR_INPUT ? skr_reader_fail(reader, "%s", reader->err->message) : status;
}

int skr_reader_end(skr_people_reader *reader)
{
    const skr_delivered *delivered = &reader->delivered[reader->record];
    skr_people_again again;
    int status = skr_people_edit_end(reader->edit, delivered->is_subject, &again, reader->err);
    if (status == SKR_ERR_INPUT)
        return skr_reader_fail(reader, "%s: %.200s, line %" PRIu64, reader->err->message,
                               skr_names_at(reader->documents, delivered->document),
                               delivered->line);
    if (status == SKR_OK && delivered->is_subject)
        reader->result.n_united += again.is_again && again.adds;
    return status;
}

/* ------------------------------------------------------------------ documents */

static int read_json(skr_people_reader *reader)
{
    skr_json_split split = {.archive = reader->archive, .n_max = RECORD_MAX};
    uint64_t n_before = reader->result.n_records;
    bool is_there = false;
    bool has_any = false;
    int status;
    do {
        const char *text;
        size_t n;
        status = skr_json_split_next(&split, &text, &n, &is_there, reader->err);
        if (status == SKR_OK && is_there) {
            has_any = true;
            reader->line = split.line;
            reader->id = NULL;
            status = skr_read_people_json(reader, text, n);
        }
    } while (status == SKR_OK && is_there);
    skr_json_split_done(&split);
    if (status == SKR_OK && !has_any && n_before == reader->result.n_records)
        status = skr_fail(reader->err, SKR_ERR_INPUT, "%s: no people in this file",
                          skr_archive_name(reader->archive));
    return status;
}

/* By its ending; a document without a known one by its first character. */
static int is_table(skr_people_reader *reader, bool *ret_is_table)
{
    *ret_is_table =
        skr_archive_ends(reader->archive, ".tsv") || skr_archive_ends(reader->archive, ".txt");
    if (*ret_is_table || skr_archive_ends(reader->archive, ".json") ||
        skr_archive_ends(reader->archive, ".jsonl") || skr_archive_ends(reader->archive, ".ndjson"))
        return SKR_OK;
    const uint8_t *bytes;
    size_t n;
    int status = skr_archive_peek(reader->archive, &bytes, &n, reader->err);
    if (status < 0)
        return status;
    size_t at = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < n && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r'))
        at++;
    *ret_is_table = at < n && bytes[at] != '{' && bytes[at] != '[';
    return SKR_OK;
}

static int read_documents(skr_people_reader *reader)
{
    bool is_there = false;
    int status;
    do {
        bool is_tsv = false;
        status = skr_archive_next(reader->archive, &is_there, reader->err);
        if (status == SKR_OK && is_there)
            status = is_table(reader, &is_tsv);
        if (status == SKR_OK && is_there)
            status = is_tsv ? skr_read_people_tsv(reader) : read_json(reader);
    } while (status == SKR_OK && is_there);
    return status;
}

/* ------------------------------------------------------------------ the delivery */

static int reader_init(skr_people_reader *reader)
{
    skr_archive_options options = {.files = reader->request->files,
                                   .n_files = reader->request->n_files,
                                   .endings = endings,
                                   .watch = &reader->request->watch};
    int status = skr_names_new(&reader->record_names, reader->err);
    if (status == SKR_OK)
        status = skr_names_new(&reader->documents, reader->err);
    if (status == SKR_OK)
        status = skr_archive_new(&options, &reader->archive, reader->err);
    return status == SKR_OK ? skr_reader_find_genomes(reader) : status;
}

static void reader_done(skr_people_reader *reader)
{
    free(reader->genomes);
    for (int which = 0; which < SKR_N_OTHER_IDS; which++)
        free(reader->others[which]);
    skr_names_free(reader->record_names);
    skr_names_free(reader->documents);
    free(reader->delivered);
    skr_archive_free(reader->archive);
    skr_people_edit_free(reader->edit);
}

static int write_people(skr_people_reader *reader, skr_txn *txn)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(txn, "people", name);
    int status = skr_people_edit_settle(reader->edit, reader->request->is_replacing,
                                        &reader->result.replaced, reader->err);
    if (status == SKR_OK)
        status = skr_reader_match_genomes(reader);
    if (status == SKR_OK)
        status = skr_people_edit_sex_conflicts(reader->edit, &reader->result.n_sex_conflicts,
                                               reader->err);
    if (status < 0)
        return status;
    return skr_people_edit_write(reader->edit, skr_txn_folder(txn), name,
                                 &skr_txn_manifest(txn)->people, reader->err);
}

static int check_request(const skr_load_request *request, skr_err *err)
{
    if (request->dataset == NULL || request->dataset[0] == '\0')
        return skr_fail(err, SKR_ERR_USAGE, "--dataset is missing: whose people are these?");
    if (request->n_files == 0)
        return skr_fail(err, SKR_ERR_USAGE, "no file to read");
    return SKR_OK;
}

int skr_import_people(const skr_load_request *request, skr_load_result *ret_result, skr_err *err)
{
    skr_err own_err;
    skr_people_reader reader = {.request = request, .err = err == NULL ? &own_err : err};
    skr_txn *txn = NULL;
    skr_people *people = NULL;
    int status = check_request(request, reader.err);
    if (status == SKR_OK)
        status = skr_txn_begin(request->store, &txn, reader.err);
    if (status < 0)
        return status;
    skr_manifest *manifest = skr_txn_manifest(txn);
    status = skr_manifest_add_dataset(manifest, request->dataset, &reader.dataset, reader.err);
    if (status == SKR_OK)
        status = skr_people_open(skr_txn_folder(txn), &manifest->people, &people, reader.err);
    if (status == SKR_OK)
        status = skr_people_edit_new(people, &reader.edit, reader.err);
    reader.manifest = manifest;
    reader.folder = skr_txn_folder(txn);
    if (status == SKR_OK)
        status = reader_init(&reader);
    if (status == SKR_OK)
        status = read_documents(&reader);
    if (status == SKR_OK && reader.result.n_records == 0)
        status = skr_fail(reader.err, SKR_ERR_INPUT, "%s: no people in it", request->files[0]);
    if (status == SKR_OK)
        status = write_people(&reader, txn);
    if (status == SKR_OK) {
        status = skr_txn_commit(txn, &reader.result.generation, reader.err);
        txn = NULL;
    }
    if (status == SKR_OK)
        *ret_result = reader.result;
    reader_done(&reader);
    skr_people_close(people);
    skr_txn_abort(txn);
    return status;
}
