/*
 * import_ontology.c - a delivery of ontologies: documents in, one generation out.
 */
#include <string.h>

#include "engine/import/documents/ontology_graphs.h"
#include "engine/import/documents/ontology_obo.h"
#include "storage/store.h"

static const char *const endings[] = {".obo", ".json", ".owl", ".tsv", NULL};

/* ------------------------------------------------------------------ documents */

static int not_yet(const skr_ontology_reader *reader, const char *what)
{
    return skr_fail(reader->err, SKR_ERR_NOT_YET,
                    "%s: %s is not read yet; take the OBO or the OBO graphs JSON of the same "
                    "release",
                    skr_archive_name(reader->archive), what);
}

static int read_document(skr_ontology_reader *reader)
{
    const uint8_t *bytes;
    size_t n;
    int first;
    SKR_TRY(skr_archive_first(reader->archive, &first, reader->err));
    if (first < 0)
        return skr_fail(reader->err, SKR_ERR_INPUT, "%s: an empty file",
                        skr_archive_name(reader->archive));
    if (first == '<')
        return not_yet(reader, "OWL (RDF/XML)");
    if (first == '{')
        return skr_ontology_graphs_read(reader);
    SKR_TRY(skr_archive_peek(reader->archive, &bytes, &n, reader->err));
    const uint8_t *newline = memchr(bytes, '\n', n);
    size_t n_line = newline == NULL ? n : (size_t)(newline - bytes);
    if (memchr(bytes, '\t', n_line) != NULL)
        return not_yet(reader, "a table of edges");
    return skr_ontology_obo_read(reader);
}

static int read_documents(skr_ontology_reader *reader)
{
    for (;;) {
        bool is_there;
        int status = skr_archive_next(reader->archive, &is_there, reader->err);
        if (status != SKR_OK || !is_there)
            return status;
        uint64_t n_before = reader->n_terms;
        reader->line = 0;
        SKR_TRY(read_document(reader));
        if (reader->n_terms == n_before)
            return skr_fail(reader->err, SKR_ERR_INPUT, "%s: no terms in this file",
                            skr_archive_name(reader->archive));
        skr_archive_count(reader->archive, reader->n_terms - n_before);
    }
}

/* ------------------------------------------------------------------ the delivery */

static int write_ontology(skr_ontology_reader *reader, skr_txn *txn, const char *file)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(txn, "ontology", name);
    int status = skr_ontology_edit_write(reader->edit, skr_txn_folder(txn), name,
                                         &skr_txn_manifest(txn)->ontology, reader->err);
    /* Several files may have made the circle together: the last one named stands for them. */
    return status == SKR_ERR_INPUT ? skr_fail_in(reader->err, status, "%s", file) : status;
}

int skr_import_ontology(const skr_load_request *request, skr_load_result *ret_result, skr_err *err)
{
    skr_err own_err;
    skr_ontology_reader reader = {.watch = &request->watch, .err = err == NULL ? &own_err : err};
    skr_archive_options options = {.files = request->files,
                                   .n_files = request->n_files,
                                   .endings = endings,
                                   .watch = &request->watch,
                                   .unsealing = &request->unsealing};
    skr_txn *txn = NULL;
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    skr_ontology *ontology = NULL;
    if (request->n_files == 0)
        return skr_fail(reader.err, SKR_ERR_USAGE, "no file to read");
    SKR_TRY(skr_store_wait_begin(request->store, &wait, &txn, reader.err));
    int status = skr_ontology_open(skr_txn_folder(txn), &skr_txn_manifest(txn)->ontology, &ontology,
                                   reader.err);
    if (status == SKR_OK)
        status = skr_ontology_edit_new(ontology, &reader.edit, reader.err);
    if (status == SKR_OK)
        status = skr_archive_new(&options, &reader.archive, reader.err);
    if (status == SKR_OK)
        status = read_documents(&reader);
    if (status == SKR_OK)
        status = write_ontology(&reader, txn, request->files[request->n_files - 1]);
    if (status == SKR_OK) {
        status = skr_txn_commit(txn, &reader.result.generation, reader.err);
        txn = NULL;
    }
    if (status == SKR_OK) {
        reader.result.n_files = skr_archive_n_documents(reader.archive);
        skr_ontology_edit_count(reader.edit, &reader.result.n_records, &reader.result.n_obsolete);
        *ret_result = reader.result;
    }
    skr_archive_free(reader.archive);
    skr_ontology_edit_free(reader.edit);
    skr_ontology_close(ontology);
    skr_txn_abort(txn);
    return status;
}
