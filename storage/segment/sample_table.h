/*
 * sample_table.h - the samples of a segment: whose they are, their karyotypes, their names.
 *
 * A question needs to know which individual a sample is, and seldom its karyotype; it never needs a
 * name. So the table is opened without reading any of its blocks, and each part is read when it is
 * first needed, once. A segment whose samples are individuals i, i + 1, i + 2 ... stores nothing of
 * them, and none of their names where these are the individuals' ids.
 *
 * docs/format.md, "Sample table", says every byte.
 *
 * Threads: an open table may be read by any number of threads.
 */
#ifndef SKR_STORAGE_SEGMENT_SAMPLE_TABLE_H
#define SKR_STORAGE_SEGMENT_SAMPLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/block/block_file.h"
#include "storage/carriers/copies.h"
#include "storage/segment/sample_facts.h"

/* A sample, for whoever writes a segment. */
typedef struct skr_sample {
    const char *name;
    uint32_t individual; /* ordinal in the store */
    skr_karyotype karyotype;
} skr_sample;

/* Which individual each sample is. */
typedef struct skr_individuals {
    const uint32_t *of; /* by sample; NULL: sample s is individual first + s */
    uint32_t first;
} skr_individuals;

/* The individual of a sample, which must be there. */
static inline uint32_t skr_individual_of(const skr_individuals *individuals, uint32_t sample)
{
    return individuals->of == NULL ? individuals->first + sample : individuals->of[sample];
}

/*
 * From a set of individuals (n_people bits, the bits after them 0) to the samples that are
 * theirs: bits has room for n_samples bits and is overwritten.
 */
void skr_individuals_gather(const skr_individuals *individuals, uint32_t n_samples,
                            const uint64_t *people, uint32_t n_people, uint64_t *bits);

/* From a set of samples to their individuals: sets bits in people, which has n_people bits. All
 * individuals must be below n_people. */
void skr_individuals_scatter(const skr_individuals *individuals, uint32_t n_samples,
                             const uint64_t *bits, uint64_t *people, uint32_t n_people);

/* ------------------------------------------------------------------ writing */

/*
 * Writes the blocks of the table and appends its part of the directory. names_are_ids: every sample
 * has the name that is the id of its individual, and none is stored. facts: of each sample. Errors:
 * IO, NOMEM.
 */
typedef struct skr_sample_plan {
    const skr_sample *samples;
    uint32_t n_samples; /* 1 or more */
    bool names_are_ids;
    skr_facts_source facts; /* none: none are stored */
} skr_sample_plan;
SKR_MUST_USE int skr_sample_table_write(skr_block_writer *writer, const skr_sample_plan *plan,
                                        skr_buffer *directory, skr_err *err);

/* ------------------------------------------------------------------ reading */

typedef struct skr_sample_table skr_sample_table;

/* Takes the table's part of a directory; file must outlive it. The caller owns *ret_table. Errors:
 * CORRUPT, NOMEM. */
SKR_MUST_USE int skr_sample_table_take(const skr_block_file *file, skr_cursor *directory,
                                       uint32_t n_samples, skr_sample_table **ret_table,
                                       skr_err *err);

/* Frees. NULL is allowed. */
void skr_sample_table_free(skr_sample_table *table);

/* The lowest and the highest individual that has a sample. Costs nothing. */
void skr_sample_table_range(const skr_sample_table *table, uint32_t *ret_first, uint32_t *ret_last);

/* Do two samples belong to one individual? Costs nothing. */
bool skr_sample_table_has_repeats(const skr_sample_table *table);

/* Whose the samples are; belongs to the table. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_individuals(const skr_sample_table *table,
                                              skr_individuals *ret_individuals, skr_err *err);

/* The copies expected of all samples in a ploidy. Costs nothing. */
uint64_t skr_sample_table_n_copies(const skr_sample_table *table, skr_ploidy ploidy);

/* The copies expected in a ploidy of the samples whose bits are set. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_count_copies(const skr_sample_table *table, skr_ploidy ploidy,
                                               const uint64_t *bits, uint64_t *ret_n, skr_err *err);

/* Makes skr_sample_table_copies ready for a ploidy. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_need_copies(const skr_sample_table *table, skr_ploidy ploidy,
                                              skr_err *err);

/* The copies expected of each sample in a ploidy that was made ready; belongs to the table. */
const uint8_t *skr_sample_table_copies(const skr_sample_table *table, skr_ploidy ploidy);

/* Makes skr_sample_table_classes ready. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_need_classes(const skr_sample_table *table, skr_err *err);

/* The sex class of each sample, once they were made ready; belongs to the table. */
const uint8_t *skr_sample_table_classes(const skr_sample_table *table);

/* Samples of one karyotype. */
typedef struct skr_karyotype_count {
    skr_karyotype karyotype;
    uint32_t n;
} skr_karyotype_count;

/* How many karyotypes occur. Costs nothing. */
uint32_t skr_sample_table_n_karyotypes(const skr_sample_table *table);

/*
 * One of them, and how many samples have it: of those whose bits are set, or of all with bits NULL,
 * which costs nothing. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_sample_table_karyotype_count(const skr_sample_table *table, uint32_t number,
                                                  const uint64_t *bits,
                                                  skr_karyotype_count *ret_count, skr_err *err);

/* The karyotype of each sample, into karyotypes, which has room for all. Errors: CORRUPT, IO,
 * NOMEM.
 */
SKR_MUST_USE int skr_sample_table_karyotypes(const skr_sample_table *table,
                                             skr_karyotype *karyotypes, skr_err *err);

/* Are the samples named as their individuals, so that no names are stored? */
bool skr_sample_table_names_are_ids(const skr_sample_table *table);

/* The names that are stored. */
typedef struct skr_sample_names {
    skr_buffer text;   /* each name and a NUL */
    uint64_t *offsets; /* n_samples of them */
} skr_sample_names;

/* Reads the names, which must be stored (checked). ret_names is freed with skr_sample_names_done.
 * Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_names(const skr_sample_table *table, skr_sample_names *ret_names,
                                        skr_err *err);
void skr_sample_names_done(skr_sample_names *names);

/* Are there facts of the samples? */
bool skr_sample_table_has_facts(const skr_sample_table *table);

/* Tells the facts of every sample, in order, if there are any; on_facts NULL: only reads them.
 * Errors: CORRUPT, IO, NOMEM; those of on_facts, at which it ends. */
SKR_MUST_USE int skr_sample_table_facts(const skr_sample_table *table, skr_facts_fn on_facts,
                                        void *context, skr_err *err);

/* Reads all that is stored of the table. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_check(const skr_sample_table *table, skr_err *err);

/* Calls on_ref with every block of the table. */
typedef int (*skr_ref_fn)(void *context, const skr_block_ref *ref, skr_err *err);
SKR_MUST_USE int skr_sample_table_refs(const skr_sample_table *table, skr_ref_fn on_ref,
                                       void *context, skr_err *err);

#endif
