/*
 * annotation_int.h - what reading and writing annotations share; docs/format.md, "Annotations".
 */
#ifndef SKR_INDEX_ANNOTATIONS_ANNOTATION_INT_H
#define SKR_INDEX_ANNOTATIONS_ANNOTATION_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "index/annotations/annotation_table.h"
#include "index/blob.h"
#include "storage/base/names.h"

#define SKR_ANNOTATIONS_FORMAT 2u

/* A chunk ends with the allele that reaches one of these. */
#define SKR_ANNOTATIONS_CHUNK_ALLELES 2048u
#define SKR_ANNOTATIONS_CHUNK_BYTES (1u << 20)

/* A block of names ends with the one that reaches this. */
#define SKR_ANNOTATIONS_NAMES_BYTES (1u << 16)

/* A block of names: the first of them, folded, and where it lies. */
typedef struct skr_annotation_names_block {
    const char *first; /* not ended by a NUL */
    size_t n_first;
    skr_block_ref ref;
} skr_annotation_names_block;

struct skr_annotation_table {
    skr_block_file *file;
    char *tool;
    skr_names effects;
    skr_names significances;
    skr_blob genes_blob;
    skr_blob maps_blob;
    skr_blob names_blob;
    uint32_t n_genes;
    uint64_t n_alleles;
    uint64_t n_names;
    uint32_t n_contigs;
    skr_annotation_map *maps;
    uint32_t n_maps;
    uint32_t *numbers; /* effects and significances of all maps */
    uint32_t n_numbers;
    uint32_t n_numbers_max;
    pthread_mutex_t lock; /* of what is read: by the reader, NULL at first */
    skr_block_reader *reader;
    skr_annotation_gene *genes;
    uint32_t *gene_chunks;
    skr_buffer gene_texts;
    skr_annotation_names_block *names;
    uint32_t n_names_blocks;
    skr_buffer names_texts;
    atomic_bool is_read; /* maps, genes and the list of blocks of names are there */
};

/* Says what of a table is damaged. Returns CORRUPT. */
int skr_annotation_table_corrupt(const skr_annotation_table *table, const char *what, skr_err *err);

/* Reads a block of a table, with its lock or without a second thread. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_annotation_table_block(const skr_annotation_table *table,
                                            const skr_block_ref *ref, skr_buffer *bytes,
                                            skr_err *err);

/* Maps and genes, if nobody read them yet. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_table_need(const skr_annotation_table *table, skr_err *err);

/* An ascending list of numbers below n_all, behind those of an array; *ret_n: how many. What is
 * wrong with it shows in the cursor. Errors: NOMEM. */
SKR_MUST_USE int skr_annotation_take_ascending(skr_cursor *cursor, uint32_t n_all,
                                               uint32_t **numbers, uint32_t *n, uint32_t *n_max,
                                               uint32_t *ret_n, skr_err *err);

/* The same for writing; values are sorted and made distinct. Errors: NOMEM. */
SKR_MUST_USE int skr_annotation_put_ascending(skr_buffer *bytes, uint32_t *values, uint32_t n,
                                              skr_err *err);

/* A name, as it was written, of an allele of a chunk. */
typedef struct skr_annotation_named {
    const char *name;
    uint32_t n;
    uint32_t chunk;
} skr_annotation_named;

/* Writes the blocks of names, and of them what the directory says; sorts the names. Errors: LIMIT,
 * IO, NOMEM. */
SKR_MUST_USE int skr_annotation_names_put(skr_annotation_named *all, size_t n,
                                          skr_block_writer *writer, skr_buffer *directory,
                                          skr_err *err);

/* What the directory says of names. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_annotation_names_take(skr_annotation_table *table, skr_cursor *directory,
                                           skr_err *err);

/* Their list of blocks, whose bytes are given and are the table's then. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_annotation_names_list(skr_annotation_table *table, skr_buffer *bytes,
                                           skr_err *err);

/* A name of an allele, and a chunk that holds such an allele, in a number that is added up: so two
 * lists of them are compared in any order. */
uint64_t skr_annotation_names_mark(const char *name, size_t n, uint32_t chunk);

/* The sum of the marks of all names; refuses what is out of order. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_annotation_names_sum(const skr_annotation_table *table, uint64_t *ret_sum,
                                          skr_err *err);

/* The order of names: letter by letter, in any case. */
int skr_annotation_names_compare(const char *a, size_t n_a, const char *b, size_t n_b);

/* Appends the references of all blocks of a table. Errors: NOMEM. */
SKR_MUST_USE int skr_annotation_table_refs(const skr_annotation_table *table, skr_ref_list *list,
                                           skr_err *err);

#endif
