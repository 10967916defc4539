/*
 * genes_table.c - genes from tables: with a header, or one of UCSC's shapes without.
 */
#include "engine/import/documents/genes_table.h"

#include <string.h>
#include <strings.h>

#include "storage/manifest.h"

static bool is_number(const char *text)
{
    uint64_t number;
    return skr_genes_reader_number(text, &number);
}

static bool is_strand(const char *text)
{
    return strcmp(text, "+") == 0 || strcmp(text, "-") == 0;
}

/* ------------------------------------------------------------------ a header */

static uint32_t find_name(char *const *fields, size_t n, const char *const *names)
{
    for (; *names != NULL; names++)
        for (uint32_t i = 0; i < n; i++)
            if (strcasecmp(fields[i], *names) == 0)
                return i;
    return SKR_NONE;
}

/* Column names in use, the best first: name2 of UCSC is the gene, name the transcript. */
static bool read_header(skr_genes_columns *columns, char *const *fields, size_t n)
{
    static const char *const names[] = {"gene_symbol", "gene_name", "symbol", "name2",
                                        "geneName",    "gene",      "name",   NULL};
    static const char *const ids[] = {"gene_id", "geneid", "id", NULL};
    static const char *const contigs[] = {"chrom",   "chr",      "contig", "chromosome",
                                          "seqname", "seqnames", NULL};
    static const char *const starts[] = {"txStart", "chromStart", "start0", "start", NULL};
    static const char *const ends[] = {"txEnd", "chromEnd", "end0", "end", NULL};
    *columns = (skr_genes_columns){
        .name = find_name(fields, n, names),
        .id = find_name(fields, n, ids),
        .contig = find_name(fields, n, contigs),
        .start = find_name(fields, n, starts),
        .end = find_name(fields, n, ends),
    };
    return (columns->name != SKR_NONE || columns->id != SKR_NONE) && columns->contig != SKR_NONE &&
           columns->start != SKR_NONE && columns->end != SKR_NONE;
}

/* ------------------------------------------------------------------ no header */

static bool guess_columns(skr_genes_columns *columns, char *const *fields, size_t n)
{
    *columns = (skr_genes_columns){.id = SKR_NONE};
    if (n >= 10 && is_strand(fields[3]) && is_number(fields[4]) && is_number(fields[5])) {
        /* bin name chrom strand txStart txEnd ... name2, or refFlat: gene name chrom strand ... */
        bool has_bin = is_number(fields[0]);
        *columns = (skr_genes_columns){has_bin ? (n > 12 ? 12 : 1) : 0, SKR_NONE, 2, 4, 5};
        return true;
    }
    if (n >= 10 && is_strand(fields[2]) && is_number(fields[3]) && is_number(fields[4])) {
        *columns = (skr_genes_columns){n > 11 ? 11 : 0, SKR_NONE, 1, 3, 4}; /* genePred */
        return true;
    }
    /* Contigs that are numbers make the second look like the first: BED has no word for its score.
     */
    bool has_word = n >= 5 && !is_number(fields[4]) && strcmp(fields[4], ".") != 0;
    if (n >= 5 && is_number(fields[2]) && is_number(fields[3]) &&
        (has_word || !is_number(fields[1]))) {
        *columns = (skr_genes_columns){4, SKR_NONE, 1, 2, 3}; /* transcript chrom start end gene */
        return true;
    }
    if (n >= 4 && is_number(fields[1]) && is_number(fields[2])) {
        *columns = (skr_genes_columns){3, SKR_NONE, 0, 1, 2}; /* BED */
        return true;
    }
    return false;
}

static int find_columns(skr_genes_reader *reader, char **fields, size_t n, bool *ret_is_header)
{
    fields[0] += fields[0][0] == '#';
    *ret_is_header = read_header(&reader->columns, fields, n);
    if (!*ret_is_header && !guess_columns(&reader->columns, fields, n))
        return skr_lines_fail(&reader->lines, reader->err,
                              "this is neither GTF, GFF3, BED, a genePred table nor one whose "
                              "header names gene, chrom, start and end");
    reader->shape = SKR_GENES_TABLE;
    return SKR_OK;
}

int skr_genes_table_read(skr_genes_reader *reader, char **fields, size_t n)
{
    bool is_header = false;
    uint32_t start0;
    uint32_t end0;
    int status = SKR_OK;
    if (reader->shape == SKR_GENES_UNKNOWN)
        status = find_columns(reader, fields, n, &is_header);
    if (status != SKR_OK || is_header)
        return status;
    const skr_genes_columns *c = &reader->columns;
    if ((c->name != SKR_NONE && c->name >= n) || (c->id != SKR_NONE && c->id >= n) ||
        c->contig >= n || c->start >= n || c->end >= n)
        return skr_lines_fail(&reader->lines, reader->err, "only %zu columns", n);
    SKR_TRY(skr_genes_reader_range(reader, fields[c->start], fields[c->end], 0, &start0, &end0));
    return skr_genes_reader_add(reader, c->name == SKR_NONE ? "" : fields[c->name],
                                c->id == SKR_NONE ? "" : fields[c->id], fields[c->contig], start0,
                                end0);
}
