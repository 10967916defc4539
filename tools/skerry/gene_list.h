/* gene_list.h - the genes of a store, a line each: for skerry genes --list and skerry fields gene.
 */
#ifndef SKR_TOOLS_GENE_LIST_H
#define SKR_TOOLS_GENE_LIST_H

#include "engine/face/engine.h"
#include "tools/skerry/options.h"

/*
 * Writes the genes whose symbol or id has the word in it, in any case, or all with NULL. Errors:
 * QUERY (none has it; the nearest), those of skr_engine_genes, IO.
 */
SKR_MUST_USE int skr_gene_list_write(skr_engine *engine, const skr_access *access, const char *word,
                                     const skr_common *common, bool is_tsv, skr_err *err);

#endif
