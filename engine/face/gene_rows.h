/*
 * gene_rows.h - the genes that a question may name, one by one.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_GENE_ROWS_H
#define SKR_ENGINE_FACE_GENE_ROWS_H

#include <stdint.h>

#include "engine/face/access.h"
#include "storage/base/err.h"

/* A range of a gene in an assembly; a gene may have several. Texts hold until the function that is
 * told returns. */
typedef struct skr_gene_row {
    const char *symbol;
    const char *id; /* "" when the table has none */
    const char *assembly;
    const char *contig; /* canonical name */
    uint32_t start0;
    uint32_t end0;
} skr_gene_row;
typedef int (*skr_gene_row_fn)(void *context, const skr_gene_row *row, skr_err *err);

/*
 * The genes of every assembly, or of the one that access names, ascending by symbol in each. Says
 * nothing of people. *ret_generation: whose they are. Errors: QUERY (no such assembly), CORRUPT,
 * IO, NOMEM; those of on_gene, at which it ends.
 */
SKR_MUST_USE int skr_engine_genes(skr_engine *engine, const skr_access *access,
                                  skr_gene_row_fn on_gene, void *context, uint64_t *ret_generation,
                                  skr_err *err);

#endif
