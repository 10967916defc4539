/*
 * import_people.c - a delivery of people: documents in, one generation out.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/documents/json_split.h"
#include "engine/import/documents/people_genomes.h"
#include "engine/import/documents/people_json.h"
#include "engine/import/documents/people_tsv.h"
#include "storage/base/limits.h"
#include "storage/gone.h"
#include "storage/store.h"

static const char *const endings[] = {".json", ".jsonl", ".ndjson", ".tsv", NULL};

/* ------------------------------------------------------------------ documents */

static int read_json(skr_people_reader *reader)
{
    skr_json_split split = {.archive = reader->archive, .n_max = SKR_RECORD_MAX};
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
            status = skr_people_json_read(reader, text, n);
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
    int first;
    SKR_TRY(skr_archive_first(reader->archive, &first, reader->err));
    *ret_is_table = first >= 0 && first != '{' && first != '[';
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
            status = is_tsv ? skr_people_tsv_read(reader) : read_json(reader);
    } while (status == SKR_OK && is_there);
    return status;
}

/* ------------------------------------------------------------------ the delivery */

static int reader_init(skr_people_reader *reader)
{
    skr_archive_options options = {.files = reader->request->files,
                                   .n_files = reader->request->n_files,
                                   .endings = endings,
                                   .watch = &reader->request->watch,
                                   .unsealing = &reader->request->unsealing};
    int status = skr_names_new(&reader->record_names, reader->err);
    if (status == SKR_OK)
        status = skr_names_new(&reader->documents, reader->err);
    if (status == SKR_OK)
        status = skr_archive_new(&options, &reader->archive, reader->err);
    return status == SKR_OK ? skr_people_genomes_find(reader) : status;
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
    skr_gone_free(reader->gone);
}

/* What is told of the facts that are gone. */
static void tell_replaced(const skr_people_replaced *replaced, skr_load_result *result)
{
    _Static_assert(SKR_N_SAID <= SKR_REPLACED_MAX, "no room for the kinds");
    for (unsigned kind = 0; kind < SKR_N_SAID; kind++)
        if (replaced->n[kind] > 0)
            result->replaced[result->n_replaced++] =
                (skr_replaced){skr_people_said_name(kind), replaced->n[kind]};
}

static int write_people(skr_people_reader *reader, skr_txn *txn)
{
    skr_people_replaced replaced = {{0}};
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(txn, "people", name);
    SKR_TRY(skr_people_edit_settle(reader->edit, reader->request->is_replacing, &replaced,
                                   reader->err));
    tell_replaced(&replaced, &reader->result);
    SKR_TRY(skr_people_genomes_match(reader));
    SKR_TRY(
        skr_people_edit_sex_conflicts(reader->edit, &reader->result.n_sex_conflicts, reader->err));
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
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    skr_people *people = NULL;
    SKR_TRY(check_request(request, reader.err));
    SKR_TRY(skr_store_wait_begin(request->store, &wait, &txn, reader.err));
    skr_manifest *manifest = skr_txn_manifest(txn);
    int status = skr_manifest_add_dataset(manifest, request->dataset, &reader.dataset, reader.err);
    if (status == SKR_OK)
        status =
            skr_gone_check_dataset(manifest, reader.dataset, request->is_readmitting, reader.err);
    if (status == SKR_OK)
        status = skr_gone_new(manifest, &reader.gone, reader.err);
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
    if (status == SKR_OK && reader.result.n_records == 0 && reader.result.n_withdrawn > 0) {
        reader.result.generation = manifest->generation; /* nobody is left: nothing changes */
        *ret_result = reader.result;
        goto out;
    }
    if (status == SKR_OK && reader.result.n_records == 0)
        status = skr_fail(reader.err, SKR_ERR_INPUT, "%s: no people in it", request->files[0]);
    if (status == SKR_OK)
        status = write_people(&reader, txn);
    if (status == SKR_OK) {
        status = skr_txn_commit(txn, &reader.result.generation, reader.err);
        txn = NULL;
    }
    if (status == SKR_OK) {
        reader.result.n_files = skr_archive_n_documents(reader.archive);
        *ret_result = reader.result;
    }
out:
    reader_done(&reader);
    skr_people_close(people);
    skr_txn_abort(txn);
    return status;
}
