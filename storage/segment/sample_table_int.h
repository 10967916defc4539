/*
 * sample_table_int.h - what the writer and the reader of sample tables share: the twin of
 * docs/format.md, "Sample table".
 */
#ifndef SKR_STORAGE_SEGMENT_SAMPLE_TABLE_INT_H
#define SKR_STORAGE_SEGMENT_SAMPLE_TABLE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "storage/base/limits.h"
#include "storage/base/zigzag.h"
#include "storage/segment/sample_table.h"

/* Samples in a block: of names, which stay below a block's limit, and of everything else. */
#define SKR_NAMES_A_BLOCK 32768u
#define SKR_SAMPLES_A_BLOCK (1u << 20)

/* What the table says of itself: the sum of these. */
#define SKR_SAMPLES_REPEAT 1u      /* two samples belong to one individual */
#define SKR_SAMPLES_INDIVIDUALS 2u /* they are not individuals first, first + 1 ... */
#define SKR_SAMPLES_NAMES 4u       /* their names are not the ids of their individuals */
#define SKR_SAMPLES_FACTS 8u       /* facts about them are stored */
#define SKR_SAMPLES_PARTS 15u      /* all of these */

/* Samples in a block of facts: with the longest varints it stays below a block's limit. */
#define SKR_FACTS_A_BLOCK 32768u

struct skr_sample_table {
    const skr_block_file *file;
    uint32_t n_samples;
    uint32_t first;
    uint32_t last;
    unsigned parts;
    skr_karyotype karyotypes[SKR_KARYOTYPES_MAX];
    uint32_t n_with[SKR_KARYOTYPES_MAX];
    uint32_t n_karyotypes;
    skr_block_ref *individual_refs; /* NULL where the part is not stored */
    skr_block_ref *karyotype_refs;
    skr_block_ref *name_refs;
    skr_block_ref *fact_refs;

    pthread_mutex_t lock;
    _Atomic(uint32_t *) individuals;
    _Atomic(uint64_t *) planes; /* one after the other, n_words each */
    _Atomic(uint8_t *) copies[SKR_N_PLOIDIES];
    _Atomic(uint8_t *) classes;
};

/* Words of a bitmap of the samples. */
static inline size_t skr_sample_table_n_words(const skr_sample_table *table)
{
    return (table->n_samples + 63u) / 64;
}

/* Reads the planes of karyotypes if they were not read; the table's lock is held. Errors: CORRUPT,
 * IO, NOMEM. */
SKR_MUST_USE int skr_sample_table_need_planes(skr_sample_table *table, skr_err *err);

/* Word w of the bitmap of those who have karyotype number k. */
uint64_t skr_sample_table_word(const skr_sample_table *table, const uint64_t *planes, uint32_t k,
                               size_t w);

/* The planes of the places of n karyotypes, n above 0. */
static inline unsigned skr_karyotype_planes(uint32_t n)
{
    return n == 1 ? 0 : 32u - (unsigned)__builtin_clz(n - 1);
}

#endif
