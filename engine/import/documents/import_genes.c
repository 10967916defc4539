/*
 * import_genes.c - a delivery of genes: GTF, GFF3, and tables of transcripts or genes.
 *
 * GTF and GFF3 count from 1; tables (UCSC's genePred family, BED, and those with a header) count
 * from 0 and are half open.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/documents/genes_contigs.h"
#include "engine/import/documents/genes_exons.h"
#include "engine/import/documents/genes_features.h"
#include "engine/import/documents/genes_table.h"
#include "engine/import/documents/text_lines.h"
#include "index/contigs/assembly.h"
#include "storage/base/limits.h"
#include "storage/store.h"

static const char *const endings[] = {".gtf", ".gff", ".gff3", ".txt", ".tsv", ".bed", NULL};

/* ------------------------------------------------------------------ documents */

/* Which of the formats the first line of data is; comments were passed over. */
static bool is_features(char *const *fields, size_t n)
{
    uint64_t number;
    return n == 9 && skr_genes_reader_number(fields[3], &number) &&
           skr_genes_reader_number(fields[4], &number) && strlen(fields[6]) == 1 &&
           strchr("+-.?", fields[6][0]) != NULL;
}

static int read_row(skr_genes_reader *reader, char *line)
{
    char *fields[SKR_GENES_FIELDS_MAX];
    size_t n = skr_lines_split(line, '\t', fields, SKR_GENES_FIELDS_MAX);
    if (n > SKR_GENES_FIELDS_MAX)
        return skr_lines_fail(&reader->lines, reader->err, "more than %d columns",
                              SKR_GENES_FIELDS_MAX);
    if (reader->shape == SKR_GENES_UNKNOWN && is_features(fields, n))
        reader->shape = SKR_GENES_FEATURES;
    if (reader->shape == SKR_GENES_FEATURES)
        return skr_genes_features_read(reader, fields, n);
    return skr_genes_table_read(reader, fields, n);
}

/* "#" alone begins the header of UCSC's tables; other comments say nothing. */
static bool is_comment(const skr_genes_reader *reader, const char *line)
{
    bool is_header = line[0] == '#' && line[1] != '#' && line[1] != '!' &&
                     reader->shape == SKR_GENES_UNKNOWN && strchr(line, '\t') != NULL;
    return line[0] == '\0' || (line[0] == '#' && !is_header) || strncmp(line, "track ", 6) == 0 ||
           strncmp(line, "browser ", 8) == 0;
}

static int read_document(skr_genes_reader *reader)
{
    reader->lines = (skr_lines){.archive = reader->archive, .line = reader->lines.line};
    reader->shape = SKR_GENES_UNKNOWN;
    uint32_t n_before = reader->n_genes;
    SKR_TRY(skr_genes_exons_begin(reader));
    int status = SKR_OK;
    for (;;) {
        char *line;
        bool is_there;
        SKR_TRY(skr_lines_next(&reader->lines, &line, &is_there, reader->err));
        if (!is_there || strcmp(line, "##FASTA") == 0)
            break;
        if (is_comment(reader, line)) {
            SKR_TRY(skr_genes_contigs_comment(reader, line));
            continue;
        }
        SKR_TRY(read_row(reader, line));
    }
    status = skr_genes_exons_end(reader);
    if (status == SKR_OK && reader->n_genes == n_before)
        status = skr_fail(reader->err, SKR_ERR_INPUT, "%s: no genes in this file",
                          skr_archive_name(reader->archive));
    skr_archive_count(reader->archive, reader->n_genes - n_before);
    return status;
}

static int read_documents(skr_genes_reader *reader)
{
    for (;;) {
        bool is_there;
        int status = skr_archive_next(reader->archive, &is_there, reader->err);
        if (status != SKR_OK || !is_there)
            return status;
        SKR_TRY(read_document(reader));
    }
}

/* ------------------------------------------------------------------ the delivery */

static int write_genes(skr_genes_reader *reader, skr_txn *txn, uint32_t assembly)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(txn, "genes", name);
    return skr_gene_table_write(reader->genes, reader->n_genes, skr_txn_folder(txn), name,
                                &skr_txn_manifest(txn)->assemblies[assembly].genes, reader->err);
}

static int reader_init(skr_genes_reader *reader, const skr_load_request *request)
{
    skr_archive_options options = {.files = request->files,
                                   .n_files = request->n_files,
                                   .endings = endings,
                                   .watch = &request->watch,
                                   .unsealing = &request->unsealing};
    SKR_TRY(skr_names_new(&reader->texts, reader->err));
    SKR_TRY(skr_names_new(&reader->proven, reader->err));
    return skr_archive_new(&options, &reader->archive, reader->err);
}

static void reader_done(skr_genes_reader *reader)
{
    skr_names_free(reader->texts);
    skr_names_free(reader->wholes);
    free(reader->exons);
    skr_names_free(reader->proven);
    free(reader->genes);
    skr_lines_done(&reader->lines);
    skr_archive_free(reader->archive);
}

/* An assembly that nobody knows and that nothing was imported of: a slip of the pen? */
static void warn_of_assembly(const skr_load_request *request, const skr_assembly *assembly,
                             const skr_build *build)
{
    char text[1024];
    if (build != NULL || assembly->n_contigs > 0 || request->watch.on_warning == NULL)
        return;
    (void)snprintf(text, sizeof text,
                   "assembly '%.300s' is not known here, and nothing of it was imported yet: these "
                   "genes belong to an assembly of its own",
                   assembly->name);
    request->watch.on_warning(request->watch.context, text);
}

int skr_import_genes(const skr_load_request *request, skr_load_result *ret_result, skr_err *err)
{
    skr_err own_err;
    skr_genes_reader reader = {.err = err == NULL ? &own_err : err};
    skr_txn *txn = NULL;
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    uint32_t assembly;
    if (request->n_files == 0)
        return skr_fail(reader.err, SKR_ERR_USAGE, "no file to read");
    SKR_TRY(skr_store_wait_begin(request->store, &wait, &txn, reader.err));
    int status = skr_assembly_choose(skr_txn_manifest(txn), request->assembly, "genes", &assembly,
                                     reader.err);
    if (status == SKR_OK) {
        const skr_assembly *own = &skr_txn_manifest(txn)->assemblies[assembly];
        reader.build = skr_assembly_build_find(own->name);
        warn_of_assembly(request, own, reader.build);
        status = reader_init(&reader, request);
    }
    if (status == SKR_OK)
        status = read_documents(&reader);
    if (status == SKR_OK)
        status = write_genes(&reader, txn, assembly);
    if (status == SKR_OK) {
        status = skr_txn_commit(txn, &reader.result.generation, reader.err);
        txn = NULL;
    }
    if (status == SKR_OK) {
        reader.result.n_records = reader.n_genes;
        reader.result.n_files = skr_archive_n_documents(reader.archive);
        *ret_result = reader.result;
    }
    reader_done(&reader);
    skr_txn_abort(txn);
    return status;
}
