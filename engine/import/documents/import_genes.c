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

#include "engine/import/documents/import_genes_int.h"
#include "engine/import/documents/text_lines.h"
#include "index/contigs/assembly.h"
#include "storage/base/limits.h"
#include "storage/store.h"

static const char *const endings[] = {".gtf", ".gff", ".gff3", ".txt", ".tsv", ".bed", NULL};

static int fail_nomem(const skr_genes_reader *reader)
{
    return skr_fail(reader->err, SKR_ERR_NOMEM, "genes: out of memory");
}

/* ------------------------------------------------------------------ genes */

/* A text that lives as long as the reader. */
static int keep(skr_genes_reader *reader, const char *text, size_t n, const char **ret_text)
{
    char name[SKR_NAME_MAX + 1];
    uint32_t number;
    if (n > SKR_NAME_MAX)
        return skr_lines_fail(&reader->lines, reader->err, "a name of more than %u bytes",
                              SKR_NAME_MAX);
    memcpy(name, text, n);
    name[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return skr_lines_fail(&reader->lines, reader->err, "a name with a control character");
    int status = skr_names_add(reader->texts, name, &number, reader->err);
    if (status == SKR_OK)
        *ret_text = skr_names_at(reader->texts, number);
    return status;
}

int skr_reader_gene(skr_genes_reader *reader, const char *name, const char *id, const char *contig,
                    uint32_t start0, uint32_t end0)
{
    skr_gene gene = {.start0 = start0, .end0 = end0};
    if (name[0] == '\0')
        name = id;
    if (name[0] == '\0') {
        reader->result.n_skipped++;
        return SKR_OK;
    }
    int status = skr_genes_contig(reader, contig, &gene.contig);
    if (status == SKR_OK)
        status = keep(reader, name, strlen(name), &gene.name);
    if (status == SKR_OK)
        status = keep(reader, id, skr_gene_id_length(id), &gene.id);
    if (status < 0)
        return status;
    if (reader->n_genes == reader->n_genes_max) {
        uint32_t n_max = reader->n_genes_max == 0 ? 1024 : 2 * reader->n_genes_max;
        skr_gene *genes = realloc(reader->genes, n_max * sizeof *genes);
        if (genes == NULL)
            return fail_nomem(reader);
        reader->genes = genes;
        reader->n_genes_max = n_max;
    }
    reader->genes[reader->n_genes++] = gene;
    return SKR_OK;
}

bool skr_genes_number(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t n = 0;
    for (; isdigit((unsigned char)text[n]); n++) {
        if (n == 12)
            return false;
        number = 10 * number + (uint64_t)(text[n] - '0');
    }
    *ret_number = number;
    return n > 0 && text[n] == '\0';
}

int skr_genes_range(skr_genes_reader *reader, const char *start, const char *end, uint64_t first,
                    uint32_t *ret_start0, uint32_t *ret_end0)
{
    uint64_t from;
    uint64_t to;
    if (!skr_genes_number(start, &from) || !skr_genes_number(end, &to))
        return skr_lines_fail(&reader->lines, reader->err, "\"%.30s\" to \"%.30s\" is no range",
                              start, end);
    if (from < first || from - first >= to || to > SKR_CONTIG_LENGTH_MAX)
        return skr_lines_fail(&reader->lines, reader->err, "%.30s to %.30s is no range", start,
                              end);
    *ret_start0 = (uint32_t)(from - first);
    *ret_end0 = (uint32_t)to;
    return SKR_OK;
}

/* ------------------------------------------------------------------ documents */

/* Which of the formats the first line of data is; comments were passed over. */
static bool is_features(char *const *fields, size_t n)
{
    uint64_t number;
    return n == 9 && skr_genes_number(fields[3], &number) && skr_genes_number(fields[4], &number) &&
           strlen(fields[6]) == 1 && strchr("+-.?", fields[6][0]) != NULL;
}

static int read_row(skr_genes_reader *reader, char *line)
{
    char *fields[SKR_GENES_FIELDS_MAX];
    size_t n = skr_line_split(line, '\t', fields, SKR_GENES_FIELDS_MAX);
    if (n > SKR_GENES_FIELDS_MAX)
        return skr_lines_fail(&reader->lines, reader->err, "more than %d columns",
                              SKR_GENES_FIELDS_MAX);
    if (reader->shape == SKR_GENES_UNKNOWN && is_features(fields, n))
        reader->shape = SKR_GENES_FEATURES;
    if (reader->shape == SKR_GENES_FEATURES)
        return skr_genes_read_feature(reader, fields, n);
    return skr_genes_read_table_row(reader, fields, n);
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
    int status = skr_genes_begin_exons(reader);
    if (status < 0)
        return status;
    for (;;) {
        char *line;
        bool is_there;
        status = skr_lines_next(&reader->lines, &line, &is_there, reader->err);
        if (status < 0)
            return status;
        if (!is_there || strcmp(line, "##FASTA") == 0)
            break;
        if (is_comment(reader, line)) {
            status = skr_genes_read_comment(reader, line);
            if (status < 0)
                return status;
            continue;
        }
        status = read_row(reader, line);
        if (status < 0)
            return status;
    }
    status = skr_genes_end_exons(reader);
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
        if (status < 0 || !is_there)
            return status;
        status = read_document(reader);
        if (status < 0)
            return status;
    }
}

/* ------------------------------------------------------------------ the delivery */

/* The assembly that was named, or the only one that has genomes. */
static int find_assembly(skr_manifest *manifest, const char *name, uint32_t *ret_assembly,
                         skr_err *err)
{
    if (name != NULL)
        return skr_assembly_add(manifest, name, ret_assembly, err);
    uint32_t found = SKR_NONE;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        uint32_t assembly = manifest->segments[i].assembly;
        if (found != SKR_NONE && found != assembly)
            return skr_fail(err, SKR_ERR_USAGE, "--assembly is missing: %s, or %s?",
                            manifest->assemblies[found].name, manifest->assemblies[assembly].name);
        found = assembly;
    }
    if (found == SKR_NONE)
        return skr_fail(err, SKR_ERR_USAGE,
                        "--assembly is missing: these genes are of GRCh37, GRCh38 ...?");
    *ret_assembly = found;
    return SKR_OK;
}

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
                                   .watch = &request->watch};
    int status = skr_names_new(&reader->texts, reader->err);
    if (status == SKR_OK)
        status = skr_names_new(&reader->proven, reader->err);
    if (status == SKR_OK)
        status = skr_archive_new(&options, &reader->archive, reader->err);
    return status;
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
    uint32_t assembly;
    if (request->n_files == 0)
        return skr_fail(reader.err, SKR_ERR_USAGE, "no file to read");
    int status = skr_txn_begin(request->store, &txn, reader.err);
    if (status < 0)
        return status;
    status = find_assembly(skr_txn_manifest(txn), request->assembly, &assembly, reader.err);
    if (status == SKR_OK) {
        const skr_assembly *own = &skr_txn_manifest(txn)->assemblies[assembly];
        reader.build = skr_build_find(own->name);
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
        *ret_result = reader.result;
    }
    reader_done(&reader);
    skr_txn_abort(txn);
    return status;
}
