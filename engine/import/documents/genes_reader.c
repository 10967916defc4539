/*
 * genes_reader.c - where the genes of a delivery are kept while its documents are read.
 */
#include "engine/import/documents/genes_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/documents/genes_contigs.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

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

int skr_genes_reader_add(skr_genes_reader *reader, const char *name, const char *id,
                         const char *contig, uint32_t start0, uint32_t end0)
{
    skr_gene gene = {.start0 = start0, .end0 = end0};
    if (name[0] == '\0')
        name = id;
    if (name[0] == '\0') {
        reader->result.n_skipped++;
        return SKR_OK;
    }
    SKR_TRY(skr_genes_contigs_find(reader, contig, &gene.contig));
    SKR_TRY(keep(reader, name, strlen(name), &gene.name));
    SKR_TRY(keep(reader, id, skr_gene_id_length(id), &gene.id));
    SKR_TRY(SKR_ARRAY_RESERVE(&reader->genes, &reader->n_genes_max, reader->n_genes + 1, "genes",
                              reader->err));
    reader->genes[reader->n_genes++] = gene;
    return SKR_OK;
}

bool skr_genes_reader_number(const char *text, uint64_t *ret_number)
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

int skr_genes_reader_range(skr_genes_reader *reader, const char *start, const char *end,
                           uint64_t first, uint32_t *ret_start0, uint32_t *ret_end0)
{
    uint64_t from;
    uint64_t to;
    if (!skr_genes_reader_number(start, &from) || !skr_genes_reader_number(end, &to))
        return skr_lines_fail(&reader->lines, reader->err, "\"%.30s\" to \"%.30s\" is no range",
                              start, end);
    if (from < first || from - first >= to || to > SKR_CONTIG_LENGTH_MAX)
        return skr_lines_fail(&reader->lines, reader->err, "%.30s to %.30s is no range", start,
                              end);
    *ret_start0 = (uint32_t)(from - first);
    *ret_end0 = (uint32_t)to;
    return SKR_OK;
}
