/*
 * annotation_table.h - what programs of annotation say of alleles: genes, effects, changes of
 * proteins, what they mean for health. One release, for one assembly.
 *
 * An annotation belongs to the key of an allele, never to a row or a sample. It is told in lines,
 * one a transcript: what is asked of a gene, an effect, an impact and a protein together is asked
 * of one line.
 *
 * Alleles ascend and lie in chunks; opening reads none. A map of each chunk says what occurs in it,
 * and each gene and each name knows its chunks, so that most questions read a few. A name may be of
 * several alleles, and an allele may have several.
 *
 * Threads: an open table may be read by any number; a chunk has one owner.
 */
#ifndef SKR_INDEX_ANNOTATIONS_ANNOTATION_TABLE_H
#define SKR_INDEX_ANNOTATIONS_ANNOTATION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/effects/effect.h"
#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/block/block_file.h"
#include "storage/segment/segment.h"

/* A line: what is said of an allele and one transcript, or one gene. */
typedef struct skr_annotation_line {
    uint32_t gene; /* number in the table; SKR_NONE: it names none */
    skr_impact impact;
    uint32_t first_effect; /* in the chunk's numbers: those of effects of the table, ascending */
    uint32_t n_effects;
    const char *protein; /* as protein.h, without a NUL; n_protein 0: none */
    uint32_t n_protein;
} skr_annotation_line;

/* A name of an allele, such as rs1801133, as it was written; without a NUL. */
typedef struct skr_annotation_name {
    const char *text;
    uint32_t n;
} skr_annotation_name;

/* An allele of a chunk. */
typedef struct skr_annotated {
    skr_allele allele; /* its ploidy is not set */
    uint32_t first_line;
    uint32_t n_lines;
    uint32_t first_significance; /* in the chunk's numbers, ascending */
    uint32_t n_significances;
    uint32_t first_name; /* in the chunk's names */
    uint32_t n_names;
} skr_annotated;

/* Alleles of a table that lie together; zero-initialised, freed with skr_annotation_chunk_done. */
typedef struct skr_annotation_chunk {
    skr_buffer bytes;
    skr_annotated *alleles;
    uint32_t n;
    uint32_t n_max;
    skr_annotation_line *lines;
    uint32_t n_lines;
    uint32_t n_lines_max;
    uint32_t *numbers;
    uint32_t n_numbers;
    uint32_t n_numbers_max;
    skr_annotation_name *names;
    uint32_t n_names;
    uint32_t n_names_max;
    uint32_t number; /* of the chunk, plus 1; 0: none was read */
} skr_annotation_chunk;
void skr_annotation_chunk_done(skr_annotation_chunk *chunk);

/* What the table knows of a chunk without reading it. */
typedef struct skr_annotation_map {
    uint32_t contig;
    uint32_t first0; /* starts of its first and its last allele */
    uint32_t last0;
    uint32_t end0;   /* the largest end */
    uint32_t n;      /* alleles, 1 or more */
    uint8_t impacts; /* a bit for each skr_impact that occurs */
    bool has_proteins;
    uint32_t *effects; /* numbers of those that occur, ascending */
    uint32_t n_effects;
    uint32_t *significances;
    uint32_t n_significances;
    skr_block_ref ref;
} skr_annotation_map;

typedef struct skr_annotation_gene {
    const char *symbol; /* or "" */
    const char *id;     /* without its version, or "" */
    uint32_t *chunks;   /* that have it, ascending */
    uint32_t n_chunks;
} skr_annotation_gene;

typedef struct skr_annotation_table skr_annotation_table;

/* Opens; contigs of the assembly: n_contigs. The caller owns *ret_table. Errors: as block files. */
SKR_MUST_USE int skr_annotation_table_open(const char *folder, const skr_file_id *id,
                                           uint32_t n_contigs, skr_annotation_table **ret_table,
                                           skr_err *err);

/* Closes. NULL is allowed. */
void skr_annotation_table_close(skr_annotation_table *table);

/* What the files say made them: "VEP v110", or "". */
const char *skr_annotation_table_tool(const skr_annotation_table *table);

uint64_t skr_annotation_table_count(const skr_annotation_table *table);   /* alleles */
uint64_t skr_annotation_table_n_names(const skr_annotation_table *table); /* different ones */

/* The names of effects and the words of significance that occur, by number. */
const char *const *skr_annotation_table_effects(const skr_annotation_table *table, uint32_t *ret_n);
const char *const *skr_annotation_table_significances(const skr_annotation_table *table,
                                                      uint32_t *ret_n);

/* The maps of all chunks, in their order; read when they are first needed, as genes are. Errors:
 * CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_table_maps(const skr_annotation_table *table,
                                           const skr_annotation_map **ret_maps, uint32_t *ret_n,
                                           skr_err *err);

/* The genes; they belong to the table. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_table_genes(const skr_annotation_table *table,
                                            const skr_annotation_gene **ret_genes, uint32_t *ret_n,
                                            skr_err *err);

/* The chunks that hold alleles of a name, which may be written in any case; none: no allele has it.
 * The caller frees *ret_chunks. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_table_find_name(const skr_annotation_table *table, const char *name,
                                                uint32_t **ret_chunks, uint32_t *ret_n,
                                                skr_err *err);

/* Does an allele of a chunk have a name, in any case? */
bool skr_annotation_is_named(const skr_annotation_chunk *chunk, const skr_annotated *allele,
                             const char *name);

/* Reads a chunk, in place of what is there. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_table_read(const skr_annotation_table *table, uint32_t number,
                                           skr_annotation_chunk *chunk, skr_err *err);

/*
 * What is said of an allele; *ret_found NULL: nothing. It lies in chunk, which is read unless it
 * has the place already. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_annotation_table_find(const skr_annotation_table *table,
                                           const skr_allele *allele, skr_annotation_chunk *chunk,
                                           const skr_annotated **ret_found, skr_err *err);

/* Reports every fault of a stored table. Errors (beyond faults): IO, NOMEM. */
SKR_MUST_USE int skr_annotation_table_verify(const char *folder, const skr_file_id *id,
                                             skr_fault_fn on_fault, void *context, skr_err *err);

/* ------------------------------------------------------------------ making one */

/* One line, as a file of annotation says it; texts without a NUL, none of them longer than
 * SKR_NAME_MAX. */
typedef struct skr_annotation_said {
    const char *symbol;
    size_t n_symbol;
    const char *id;
    size_t n_id;
    const char *effects; /* names or words of terms, joined by & */
    size_t n_effects;
    skr_impact impact;   /* UNKNOWN: that of the gravest of the effects */
    const char *protein; /* as protein.h, with its NUL; "": none */
} skr_annotation_said;

typedef struct skr_annotation_draft skr_annotation_draft;

/* The caller owns *ret_draft. Errors: NOMEM. */
SKR_MUST_USE int skr_annotation_draft_new(skr_annotation_draft **ret_draft, skr_err *err);
void skr_annotation_draft_free(skr_annotation_draft *draft);

/* Adds a line, or a word of significance, to the allele at hand. Errors: NOMEM, LIMIT. */
SKR_MUST_USE int skr_annotation_draft_line(skr_annotation_draft *draft,
                                           const skr_annotation_said *said, skr_err *err);
SKR_MUST_USE int skr_annotation_draft_significance(skr_annotation_draft *draft, const char *word,
                                                   size_t n, skr_err *err);

/* Adds a name of 1 to SKR_NAME_MAX bytes without a NUL. Errors: NOMEM, LIMIT. */
SKR_MUST_USE int skr_annotation_draft_name(skr_annotation_draft *draft, const char *name, size_t n,
                                           skr_err *err);

/* The lines, words and names since the last time are of this allele; of no allele that counts
 * (NULL): they are dropped. What is said of an allele twice is kept once. Errors: NOMEM. */
SKR_MUST_USE int skr_annotation_draft_allele(skr_annotation_draft *draft, const skr_allele *allele,
                                             skr_err *err);

/* How many effects were no term that is known here, and the first of them, or "". */
uint64_t skr_annotation_draft_unknown(const skr_annotation_draft *draft, const char **ret_first);

/* Writes the file; *ret_n: how many alleles there are. Errors: LIMIT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_draft_write(skr_annotation_draft *draft, const char *tool,
                                            const char *folder, const char *name,
                                            skr_file_id *ret_id, uint64_t *ret_n, skr_err *err);

#endif
