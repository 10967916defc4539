/*
 * genes_reader.h - where the genes of a delivery are kept while its documents are read, and what
 * all its formats have in common: ranges, numbers, names that live as long as the reader.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_GENES_READER_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_GENES_READER_H

#include "engine/import/documents/archive.h"
#include "engine/import/documents/text_lines.h"
#include "engine/import/face/import.h"
#include "index/contigs/assembly.h"
#include "index/genes/gene_table.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"

typedef enum skr_genes_shape {
    SKR_GENES_UNKNOWN,
    SKR_GENES_FEATURES, /* GTF or GFF3 */
    SKR_GENES_TABLE,    /* the columns are known */
} skr_genes_shape;

/* Which column of a table has what; SKR_NONE: none has. */
typedef struct skr_genes_columns {
    uint32_t name;
    uint32_t id;
    uint32_t contig;
    uint32_t start;
    uint32_t end;
} skr_genes_columns;

typedef struct skr_genes_exon skr_genes_exon; /* genes_exons.c */

typedef struct skr_genes_reader {
    skr_archive *archive;
    skr_lines lines;
    skr_genes_shape shape; /* of this document */
    skr_genes_columns columns;
    skr_names *texts;
    skr_gene *genes;
    uint32_t n_genes;
    uint32_t n_genes_max;
    skr_names *wholes; /* genes and transcripts that have lines of their own, in this document */
    skr_genes_exon *exons; /* of the others */
    size_t n_exons;
    size_t n_exons_max;
    const skr_build *build; /* of the assembly; NULL: it is not known */
    skr_names *proven;      /* numbers that stand for X, Y or MT, as their lengths say */
    char last_written[SKR_NAME_MAX + 1];
    const char *last_contig; /* what it is; NULL: none yet */
    skr_load_result result;
    skr_err *err;
} skr_genes_reader;

/* Adds a range of a gene; one without name and id is counted as skipped. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_genes_reader_add(skr_genes_reader *reader, const char *name, const char *id,
                                      const char *contig, uint32_t start0, uint32_t end0);

/* Digits only, at most 12. */
bool skr_genes_reader_number(const char *text, uint64_t *ret_number);

/* A range whose first base is counted as `first`, its end being the last base. Errors: INPUT. */
SKR_MUST_USE int skr_genes_reader_range(skr_genes_reader *reader, const char *start,
                                        const char *end, uint64_t first, uint32_t *ret_start0,
                                        uint32_t *ret_end0);

#endif
