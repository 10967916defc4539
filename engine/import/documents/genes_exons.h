/*
 * genes_exons.h - genes from the exons of transcripts that have no line of their own.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_GENES_EXONS_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_GENES_EXONS_H

#include "engine/import/documents/genes_reader.h"

/* A line of GTF or GFF3: what of it is looked at, as written; "" when it does not say. */
typedef struct skr_genes_line {
    const char *name; /* of the gene */
    const char *id;
    const char *transcript;
    const char *exon_number;
    const char *contig;
    const char *start;
    const char *end;
    char strand;
} skr_genes_line;

/*
 * Exons of a document, and what has lines of its own in it: a gene speaks for all its transcripts
 * and exons, a transcript for its exons, wherever the lines stand. What nothing else speaks for
 * becomes ranges at the end. Errors: INPUT, NOMEM.
 */
SKR_MUST_USE int skr_genes_exons_begin(skr_genes_reader *reader);
SKR_MUST_USE int skr_genes_exons_add_whole(skr_genes_reader *reader, const char *name,
                                           const char *id, const char *transcript);
SKR_MUST_USE int skr_genes_exons_add(skr_genes_reader *reader, const skr_genes_line *line);
SKR_MUST_USE int skr_genes_exons_end(skr_genes_reader *reader);

#endif
