/*
 * genes_features.h - genes from the lines of GTF and GFF3.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_GENES_FEATURES_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_GENES_FEATURES_H

#include "engine/import/documents/genes_reader.h"

/* A line of GTF or GFF3. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_genes_features_read(skr_genes_reader *reader, char **fields, size_t n);

#endif
