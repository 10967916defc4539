/*
 * gene_table_int.h - what reading and writing a gene table share: its order and its lists.
 *
 * docs/format.md, "Genes", says every byte. A table has two lists in blocks, one of genes by name
 * and one of ids; the directory has the first text of each block, so that one lookup reads one
 * block of a list.
 */
#ifndef SKR_INDEX_GENES_GENE_TABLE_INT_H
#define SKR_INDEX_GENES_GENE_TABLE_INT_H

#include "index/genes/gene_table.h"

#define SKR_GENES_FORMAT 2u

/* A block ends with the entry that reaches this many bytes; smaller ones compress worse. */
#define SKR_GENES_BLOCK_BYTES (32u << 10)

enum skr_gene_order {
    SKR_GENES_BY_NAME, /* per gene: name NUL id NUL contig NUL, u32 start0, u32 end0 */
    SKR_GENES_BY_ID, /* per gene that has an id, ascending by it: id NUL, u32 number of the gene */
    SKR_N_GENE_ORDERS,
};

/* The order of the table: negative, 0 or positive. */
int skr_gene_compare(const skr_gene *a, const skr_gene *b);

#endif
