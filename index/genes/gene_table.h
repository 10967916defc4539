/*
 * gene_table.h - from a gene's name or id to its ranges, for one assembly.
 *
 * A gene is every range that its transcripts cover on one contig, from the first base to the last;
 * one name may have several (pseudo-autosomal genes, copies), and a question means all of them.
 *
 * Opening reads no genes: a question reads the block in which its gene lies, which then stays. So
 * whoever asks may learn that the file is damaged.
 *
 * Threads: an open table may be read by any number.
 */
#ifndef SKR_INDEX_GENES_GENE_TABLE_H
#define SKR_INDEX_GENES_GENE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/block/block_file.h"

typedef struct skr_gene {
    const char *name;   /* symbol as written: RYR1 */
    const char *id;     /* gene id without its version, or "": ENSG00000196218 */
    const char *contig; /* canonical name */
    uint32_t start0;
    uint32_t end0;
} skr_gene;

typedef struct skr_gene_table skr_gene_table;

/* Opens; id->name "" gives an empty one. The caller owns it. Errors: as block files. */
SKR_MUST_USE int skr_gene_table_open(const char *folder, const skr_file_id *id,
                                     skr_gene_table **ret_table, skr_err *err);

/* Closes. NULL is allowed. */
void skr_gene_table_close(skr_gene_table *table);

/* The number of genes. */
uint32_t skr_gene_table_count(const skr_gene_table *table);

/* Genes that were found; zero-initialised. Their texts belong to the table. */
typedef struct skr_gene_list {
    skr_gene *genes;
    uint32_t n;
    uint32_t n_max;
} skr_gene_list;
void skr_gene_list_done(skr_gene_list *list);

/*
 * The genes of this name (any case) or, failing that, of this id (a version is ignored), in the
 * order of the table; none when there is none. *list is zeroed or done. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_gene_table_find(const skr_gene_table *table, const char *name_or_id,
                                     skr_gene_list *list, skr_err *err);

/*
 * Calls visit, unless it is NULL, for every gene, ascending by name without regard to case, then
 * id, then place; reads the whole table and proves it. Errors: CORRUPT, IO, NOMEM.
 */
typedef void (*skr_gene_fn)(void *context, const skr_gene *gene);
SKR_MUST_USE int skr_gene_table_visit(const skr_gene_table *table, skr_gene_fn visit, void *context,
                                      skr_err *err);

/* What questions have read so far. */
skr_reader_totals skr_gene_table_totals(const skr_gene_table *table);

/* How many bytes of an id are left without its version: ENSG00000196218.12, also _PAR_Y. */
size_t skr_gene_id_length(const char *id);

/*
 * Merges transcripts into genes and writes a file: ranges of the same name, id and contig that
 * overlap or touch become one gene. Ids come without their versions. genes is reordered; texts are
 * borrowed. Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_gene_table_write(skr_gene *genes, uint32_t n_genes, const char *folder,
                                      const char *name, skr_file_id *ret_id, skr_err *err);

/* Reports every fault of a stored table. Errors (beyond faults): IO, NOMEM. */
SKR_MUST_USE int skr_gene_table_verify(const char *folder, const skr_file_id *id,
                                       skr_fault_fn on_fault, void *context, skr_err *err);

#endif
