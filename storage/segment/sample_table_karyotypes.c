/*
 * sample_table_karyotypes.c - what follows from the karyotypes of samples: copies expected,
 * classes.
 *
 * As in sample_table.c, what is made first is made under the table's lock.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/kernel.h"
#include "storage/segment/sample_table_int.h"

/* Reads the planes of karyotypes if nobody did. */
static int read_planes(skr_sample_table *table, skr_err *err)
{
    if (table->karyotype_refs == NULL || atomic_load(&table->planes) != NULL)
        return SKR_OK;
    SKR_TRY(skr_block_reader_may_read(err));
    (void)pthread_mutex_lock(&table->lock);
    int status = skr_sample_table_need_planes(table, err);
    (void)pthread_mutex_unlock(&table->lock);
    return status;
}

/* Sets a byte of each sample that has karyotype number k. */
static void fill_samples(const skr_sample_table *table, uint32_t k, uint8_t n, uint8_t *copies)
{
    const uint64_t *planes = atomic_load(&((skr_sample_table *)table)->planes);
    for (size_t w = 0; w < skr_sample_table_n_words(table); w++)
        for (uint64_t word = skr_sample_table_word(table, planes, k, w); word != 0;
             word &= word - 1)
            copies[w * 64 + (size_t)__builtin_ctzll(word)] = n;
}

static int load_copies(skr_sample_table *table, skr_ploidy ploidy, skr_err *err)
{
    uint8_t first = skr_copies_expected(ploidy, table->karyotypes[0]);
    bool is_same = true;
    for (uint32_t k = 1; k < table->n_karyotypes; k++)
        is_same = is_same && skr_copies_expected(ploidy, table->karyotypes[k]) == first;
    SKR_TRY(is_same ? SKR_OK : skr_sample_table_need_planes(table, err));
    uint8_t *copies = malloc(table->n_samples);
    if (copies == NULL)
        return skr_fail_nomem(err, "segment");
    memset(copies, first, table->n_samples);
    for (uint32_t k = 1; k < table->n_karyotypes; k++) {
        uint8_t n = skr_copies_expected(ploidy, table->karyotypes[k]);
        if (n != first)
            fill_samples(table, k, n, copies);
    }
    atomic_store_explicit(&table->copies[ploidy], copies, memory_order_release);
    return SKR_OK;
}

int skr_sample_table_need_copies(const skr_sample_table *table, skr_ploidy ploidy, skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    SKR_CHECK(ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    if (atomic_load_explicit(&mine->copies[ploidy], memory_order_acquire) != NULL)
        return SKR_OK;
    SKR_TRY(skr_block_reader_may_read(err));
    (void)pthread_mutex_lock(&mine->lock);
    int status =
        atomic_load(&mine->copies[ploidy]) != NULL ? SKR_OK : load_copies(mine, ploidy, err);
    (void)pthread_mutex_unlock(&mine->lock);
    return status;
}

const uint8_t *skr_sample_table_copies(const skr_sample_table *table, skr_ploidy ploidy)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    SKR_CHECK(ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    const uint8_t *copies = atomic_load_explicit(&mine->copies[ploidy], memory_order_acquire);
    SKR_CHECK(copies != NULL);
    return copies;
}

static int load_classes(skr_sample_table *table, skr_err *err)
{
    SKR_TRY(table->n_karyotypes == 1 ? SKR_OK : skr_sample_table_need_planes(table, err));
    uint8_t *classes = malloc(table->n_samples);
    if (classes == NULL)
        return skr_fail_nomem(err, "segment");
    memset(classes, (int)skr_sex_class_of(table->karyotypes[0]), table->n_samples);
    for (uint32_t k = 1; k < table->n_karyotypes; k++)
        fill_samples(table, k, (uint8_t)skr_sex_class_of(table->karyotypes[k]), classes);
    atomic_store_explicit(&table->classes, classes, memory_order_release);
    return SKR_OK;
}

int skr_sample_table_need_classes(const skr_sample_table *table, skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    if (atomic_load_explicit(&mine->classes, memory_order_acquire) != NULL)
        return SKR_OK;
    SKR_TRY(skr_block_reader_may_read(err));
    (void)pthread_mutex_lock(&mine->lock);
    int status = atomic_load(&mine->classes) != NULL ? SKR_OK : load_classes(mine, err);
    (void)pthread_mutex_unlock(&mine->lock);
    return status;
}

const uint8_t *skr_sample_table_classes(const skr_sample_table *table)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    const uint8_t *classes = atomic_load_explicit(&mine->classes, memory_order_acquire);
    SKR_CHECK(classes != NULL);
    return classes;
}

uint32_t skr_sample_table_n_karyotypes(const skr_sample_table *table)
{
    return table->n_karyotypes;
}

int skr_sample_table_karyotype_count(const skr_sample_table *table, uint32_t number,
                                     const uint64_t *bits, skr_karyotype_count *ret_count,
                                     skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    SKR_CHECK(number < table->n_karyotypes);
    *ret_count = (skr_karyotype_count){table->karyotypes[number], table->n_with[number]};
    if (bits == NULL)
        return SKR_OK;
    if (table->n_karyotypes == 1) {
        ret_count->n =
            (uint32_t)skr_kernels_chosen()->count_and(bits, bits, skr_sample_table_n_words(table));
        return SKR_OK;
    }
    int status = read_planes(mine, err);
    SKR_TRY(status);
    const uint64_t *planes = atomic_load_explicit(&mine->planes, memory_order_acquire);
    ret_count->n = 0;
    for (size_t w = 0; w < skr_sample_table_n_words(table); w++)
        ret_count->n += (uint32_t)__builtin_popcountll(
            skr_sample_table_word(table, planes, number, w) & bits[w]);
    return SKR_OK;
}

int skr_sample_table_karyotypes(const skr_sample_table *table, skr_karyotype *karyotypes,
                                skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    int status = read_planes(mine, err);
    SKR_TRY(status);
    const uint64_t *planes = atomic_load(&mine->planes);
    for (uint32_t s = 0; s < table->n_samples; s++)
        karyotypes[s] = table->karyotypes[0];
    for (uint32_t k = 1; k < table->n_karyotypes; k++)
        for (size_t w = 0; w < skr_sample_table_n_words(table); w++)
            for (uint64_t word = skr_sample_table_word(table, planes, k, w); word != 0;
                 word &= word - 1)
                karyotypes[w * 64 + (size_t)__builtin_ctzll(word)] = table->karyotypes[k];
    return SKR_OK;
}

uint64_t skr_sample_table_n_copies(const skr_sample_table *table, skr_ploidy ploidy)
{
    SKR_CHECK(ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    uint64_t n = 0;
    for (uint32_t k = 0; k < table->n_karyotypes; k++)
        n += (uint64_t)table->n_with[k] * skr_copies_expected(ploidy, table->karyotypes[k]);
    return n;
}

/*
 * How many of the bits' samples have karyotype number k, which is not 0. Of up to three karyotypes,
 * 1 and 2 have a plane each: nobody has a number that is both, as was checked when they were read.
 */
static uint64_t count_with(const skr_sample_table *table, const uint64_t *planes, uint32_t k,
                           const uint64_t *bits)
{
    size_t n_words = skr_sample_table_n_words(table);
    if (table->n_karyotypes <= 3)
        return skr_kernels_chosen()->count_and(planes + (k - 1) * n_words, bits, n_words);
    uint64_t n = 0;
    for (size_t w = 0; w < n_words; w++)
        n += (uint64_t)__builtin_popcountll(skr_sample_table_word(table, planes, k, w) & bits[w]);
    return n;
}

int skr_sample_table_count_copies(const skr_sample_table *table, skr_ploidy ploidy,
                                  const uint64_t *bits, uint64_t *ret_n, skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    uint64_t n = 0;
    SKR_CHECK(ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    if (ploidy == SKR_PLOIDY_DIPLOID || ploidy == SKR_PLOIDY_MT || table->n_karyotypes == 1) {
        n = skr_kernels_chosen()->count_and(bits, bits, skr_sample_table_n_words(table));
        *ret_n = n * skr_copies_expected(ploidy, table->karyotypes[0]);
        return SKR_OK;
    }
    int status = read_planes(mine, err);
    if (status != SKR_OK)
        return status;
    const uint64_t *planes = atomic_load_explicit(&mine->planes, memory_order_acquire);
    uint64_t n_left = skr_kernels_chosen()->count_and(bits, bits, skr_sample_table_n_words(table));
    for (uint32_t k = 1; k < table->n_karyotypes; k++) {
        uint64_t n_with = count_with(table, planes, k, bits);
        n += n_with * skr_copies_expected(ploidy, table->karyotypes[k]);
        n_left -= n_with;
    }
    *ret_n = n + n_left * skr_copies_expected(ploidy, table->karyotypes[0]);
    return SKR_OK;
}
