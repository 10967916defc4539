/*
 * genes_table.h - genes from tables: with a header, or one of UCSC's shapes without.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_GENES_TABLE_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_GENES_TABLE_H

#include "engine/import/documents/genes_reader.h"

/* A row of a table, or its header. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_genes_table_read(skr_genes_reader *reader, char **fields, size_t n);

#endif
