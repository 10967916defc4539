/*
 * genes_contigs.h - what a file of genes says of its assembly, and the names of its contigs.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_GENES_CONTIGS_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_GENES_CONTIGS_H

#include "engine/import/documents/genes_reader.h"

/* A comment: refuses what says another assembly. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_genes_contigs_comment(skr_genes_reader *reader, const char *line);

/*
 * The canonical name of a contig; lives as long as the reader. Errors: INPUT for an accession of
 * another assembly and a number for X, Y or MT that no length proves; NOMEM.
 */
SKR_MUST_USE int skr_genes_contigs_find(skr_genes_reader *reader, const char *written,
                                        const char **ret_name);

#endif
