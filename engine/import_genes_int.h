/*
 * import_genes_int.h - what the readers of genes share.
 */
#ifndef SKR_ENGINE_IMPORT_GENES_INT_H
#define SKR_ENGINE_IMPORT_GENES_INT_H

#include "engine/archive.h"
#include "engine/import.h"
#include "engine/text_lines.h"
#include "index/gene_table.h"
#include "index/names.h"

#define SKR_GENES_FIELDS_MAX 64

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

/* The exons of a transcript so far, in files that give no transcripts. */
typedef struct skr_genes_part {
    const char *name;
    const char *id;
    const char *contig;
    uint32_t start0;
    uint32_t end0;
} skr_genes_part;

typedef struct skr_genes_reader {
    skr_archive *archive;
    skr_lines lines;
    skr_genes_shape shape; /* of this document */
    skr_genes_columns columns;
    skr_names *texts;
    skr_gene *genes;
    uint32_t n_genes;
    uint32_t n_genes_max;
    bool has_whole; /* this document gives genes or transcripts, so exons say nothing new */
    skr_names *transcripts;
    skr_genes_part *parts; /* by transcript */
    uint32_t n_parts_max;
    skr_load_result result;
    skr_err *err;
} skr_genes_reader;

/* Adds a range of a gene; one without name and id is counted as skipped. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_reader_gene(skr_genes_reader *reader, const char *name, const char *id,
                                 const char *contig, uint32_t start0, uint32_t end0);

/* Digits only, at most 12. */
bool skr_genes_number(const char *text, uint64_t *ret_number);

/* A range whose first base is counted as `first`, its end being the last base. Errors: INPUT. */
SKR_MUST_USE int skr_genes_range(skr_genes_reader *reader, const char *start, const char *end,
                                 uint64_t first, uint32_t *ret_start0, uint32_t *ret_end0);

/* GTF and GFF3, line by line, between begin and end of a document. Errors: INPUT, NOMEM. */
void skr_genes_begin_features(skr_genes_reader *reader);
SKR_MUST_USE int skr_genes_read_feature(skr_genes_reader *reader, char **fields, size_t n);
SKR_MUST_USE int skr_genes_end_features(skr_genes_reader *reader);

/* A row of a table, or its header. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_genes_read_table_row(skr_genes_reader *reader, char **fields, size_t n);

#endif
