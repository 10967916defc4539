/*
 * people.c - an open people table: who the individuals are, and the sets that questions use.
 *
 * Every set is proved well-formed when the table is opened, and decoded when it is first asked for:
 * a table holds tens of thousands, a question needs a few.
 */
#include "index/people.h"

#include <stdlib.h>
#include <string.h>

#include "index/people_int.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* Numbers of sorted lists and columns are used where they lie. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored numbers are little-endian");

static int corrupt(const skr_people *people, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(people->file), what);
}

static int read_dataset(skr_people *people, skr_cursor *directory, skr_block_reader *reader,
                        skr_people_dataset *dataset, skr_err *err)
{
    dataset->n_terms = (uint32_t)skr_cursor_varint_max(directory, UINT32_MAX - 1);
    for (int part = 0; part < SKR_N_PARTS; part++) {
        int status = skr_blob_take(people->file, directory, &dataset->blobs[part], err);
        if (status == SKR_OK && part != SKR_PART_RECORDS)
            status = skr_blob_read(reader, people->file, &dataset->blobs[part],
                                   &dataset->parts[part], err);
        if (status < 0)
            return status;
    }
    return skr_people_dataset_parse(dataset, people->n, skr_block_file_name(people->file), err);
}

static int read_ids(skr_people *people, skr_cursor *directory, skr_block_reader *reader,
                    skr_err *err)
{
    int status = skr_blob_take(people->file, directory, &people->id_blob, err);
    if (status == SKR_OK)
        status = skr_blob_take(people->file, directory, &people->sorted_blob, err);
    if (status == SKR_OK)
        status = skr_blob_read(reader, people->file, &people->id_blob, &people->ids, err);
    if (status == SKR_OK)
        status = skr_blob_read(reader, people->file, &people->sorted_blob, &people->sorted, err);
    if (status < 0)
        return status;
    if (people->sorted.n != 4 * (size_t)people->n || people->ids.n < 2 * (size_t)people->n)
        return corrupt(people, "ids are not as many as people", err);
    people->id_offsets = calloc(people->n + 1u, sizeof *people->id_offsets);
    if (people->id_offsets == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "people: out of memory");
    size_t at = 0;
    for (uint32_t i = 0; i < people->n; i++) {
        const uint8_t *nul =
            at < people->ids.n ? memchr(people->ids.bytes + at, 0, people->ids.n - at) : NULL;
        if (nul == NULL || nul == people->ids.bytes + at)
            return corrupt(people, "an id that is empty or cut short", err);
        people->id_offsets[i] = at;
        at = (size_t)(nul - people->ids.bytes) + 1;
        uint32_t ordinal;
        memcpy(&ordinal, people->sorted.bytes + 4 * (size_t)i, 4);
        if (ordinal >= people->n)
            return corrupt(people, "an order of ids that names nobody", err);
    }
    if (at != people->ids.n)
        return corrupt(people, "bytes behind the last id", err);
    return SKR_OK;
}

static int read_table(skr_people *people, skr_block_reader *reader, skr_err *err)
{
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(people->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != SKR_PEOPLE_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: people of another version of Skerry",
                        skr_block_file_name(people->file));
    people->n = (uint32_t)skr_cursor_varint_max(&directory, SKR_INDIVIDUALS_MAX);
    int status = read_ids(people, &directory, reader, err);
    if (status < 0)
        return status;
    uint64_t n_datasets_max = (uint64_t)(directory.end - directory.at);
    uint32_t n_datasets = (uint32_t)skr_cursor_varint_max(&directory, n_datasets_max);
    people->datasets = calloc(n_datasets + 1u, sizeof *people->datasets);
    if (people->datasets == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "people: out of memory");
    people->n_datasets = n_datasets;
    for (uint32_t i = 0; status == SKR_OK && i < n_datasets; i++)
        status = read_dataset(people, &directory, reader, &people->datasets[i], err);
    if (status == SKR_OK && !skr_cursor_is_done(&directory))
        status = corrupt(people, "a directory that is not as long as stated", err);
    return status;
}

int skr_people_open(const char *folder, const skr_file_id *id, skr_people **ret_people,
                    skr_err *err)
{
    skr_block_reader *reader = NULL;
    skr_people *people = calloc(1, sizeof *people);
    if (people == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "people: out of memory");
    int status = SKR_OK;
    if (id->name[0] == '\0')
        goto out;
    status = skr_block_file_open(folder, id, SKR_FILE_PEOPLE, &people->file, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = read_table(people, reader, err);
out:
    skr_block_reader_free(reader);
    if (status < 0) {
        skr_people_close(people);
        return status;
    }
    *ret_people = people;
    return SKR_OK;
}

void skr_people_close(skr_people *people)
{
    if (people == NULL)
        return;
    for (uint32_t i = 0; i < people->n_datasets; i++)
        skr_people_dataset_done(&people->datasets[i]);
    free(people->datasets);
    free(people->id_offsets);
    skr_buffer_done(&people->ids);
    skr_buffer_done(&people->sorted);
    skr_blob_done(&people->id_blob);
    skr_blob_done(&people->sorted_blob);
    skr_block_file_close(people->file);
    free(people);
}

uint32_t skr_people_count(const skr_people *people)
{
    return people->n;
}

const char *skr_people_id(const skr_people *people, uint32_t individual)
{
    SKR_CHECK(individual < people->n);
    return (const char *)people->ids.bytes + people->id_offsets[individual];
}

uint32_t skr_people_find(const skr_people *people, const char *id)
{
    const uint32_t *sorted = (const uint32_t *)(const void *)people->sorted.bytes;
    uint32_t from = 0;
    uint32_t to = people->n;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = strcmp(skr_people_id(people, sorted[middle]), id);
        if (order == 0)
            return sorted[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return SKR_NONE;
}

/* ------------------------------------------------------------------ sets */

int skr_lazy_set_need(skr_lazy_set *lazy, uint32_t n_people, const skr_people_set **ret_set,
                      skr_err *err)
{
    skr_people_set *set = atomic_load_explicit(&lazy->set, memory_order_acquire);
    if (set == NULL && lazy->n_bytes > 0) {
        int status = skr_people_set_decode(lazy->bytes, lazy->n_bytes, n_people, &set, err);
        if (status < 0)
            return status;
        skr_people_set *other = NULL;
        if (!atomic_compare_exchange_strong_explicit(&lazy->set, &other, set, memory_order_acq_rel,
                                                     memory_order_acquire)) {
            skr_people_set_free(set); /* another thread was quicker */
            set = other;
        }
    }
    *ret_set = set;
    return SKR_OK;
}

const skr_people_set *skr_lazy_set_get(skr_lazy_set *lazy, uint32_t n_people)
{
    /* The bytes were proved at open: only memory can fail, as in any call that grows a set. */
    const skr_people_set *set;
    int status = skr_lazy_set_need(lazy, n_people, &set, NULL);
    SKR_CHECK(status == SKR_OK);
    return set;
}

static skr_people_dataset *dataset_of(const skr_people *people, uint32_t dataset)
{
    return dataset < people->n_datasets ? &people->datasets[dataset] : NULL;
}

const skr_people_set *skr_people_of_dataset(const skr_people *people, uint32_t dataset)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    return of == NULL ? NULL : skr_lazy_set_get(&of->members, people->n);
}

const skr_people_set *skr_people_of_sex(const skr_people *people, uint32_t dataset, skr_sex sex)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    return of == NULL ? NULL : skr_lazy_set_get(&of->sexes[sex], people->n);
}

skr_karyotype skr_people_karyotype(const skr_people *people, uint32_t dataset, uint32_t individual)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    for (uint32_t i = 0; of != NULL && i < of->n_karyotypes; i++) {
        const skr_people_set *set = skr_lazy_set_get(&of->karyotypes[i].set, people->n);
        if (set != NULL && skr_people_set_contains(set, individual))
            return of->karyotypes[i].karyotype;
    }
    return (skr_karyotype){SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN};
}

uint32_t skr_people_n_karyotypes(const skr_people *people, uint32_t dataset)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    return of == NULL ? 0 : of->n_karyotypes;
}

const skr_people_set *skr_people_of_karyotype(const skr_people *people, uint32_t dataset,
                                              uint32_t number, skr_karyotype *ret_karyotype)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    SKR_CHECK(of != NULL && number < of->n_karyotypes);
    *ret_karyotype = of->karyotypes[number].karyotype;
    return skr_lazy_set_get(&of->karyotypes[number].set, people->n);
}

uint32_t skr_people_find_term(const skr_people_dataset *dataset, const char *curie)
{
    const uint32_t *order = (const uint32_t *)(const void *)dataset->parts[SKR_PART_ORDER].bytes;
    uint32_t from = 0;
    uint32_t to = dataset->n_terms;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int compared = strcmp(dataset->terms[order[middle]].curie, curie);
        if (compared == 0)
            return order[middle];
        if (compared < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return SKR_NONE;
}

const skr_people_set *skr_people_of_term(const skr_people *people, uint32_t dataset,
                                         const char *curie)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    uint32_t term = of == NULL ? SKR_NONE : skr_people_find_term(of, curie);
    return term == SKR_NONE ? NULL : skr_lazy_set_get(&of->terms[term].set, people->n);
}

const skr_stated_term *skr_people_terms(const skr_people *people, uint32_t dataset, uint32_t *ret_n)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    *ret_n = of == NULL ? 0 : of->n_stated;
    return of == NULL ? NULL : of->stated;
}

bool skr_people_knows_term(const skr_people *people, const char *curie)
{
    for (uint32_t i = 0; i < people->n_datasets; i++) {
        uint32_t term = skr_people_find_term(&people->datasets[i], curie);
        if (term != SKR_NONE && people->datasets[i].terms[term].n_stated > 0)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ columns */

/* The column, or NULL. They are few, and ascend by column and term. */
static const skr_people_values *find_values(const skr_people_dataset *of, skr_column column,
                                            uint32_t term)
{
    uint32_t from = 0;
    uint32_t to = of->n_columns;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const skr_people_values *at = &of->columns[middle];
        if (at->column < column || (at->column == column && at->term < term))
            from = middle + 1;
        else
            to = middle;
    }
    const skr_people_values *at = &of->columns[from];
    return from < of->n_columns && at->column == column && at->term == term ? at : NULL;
}

/* The first row whose value is not below the bound, or, with is_above, above it. */
static uint32_t first_row(const skr_people_values *values, double bound, bool is_above)
{
    uint32_t from = 0;
    uint32_t to = values->n;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        double value = values->values[middle];
        if (value < bound || (is_above && value == bound))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void mark_rows(const skr_people_values *values, uint32_t from, uint32_t to, uint64_t *bitmap)
{
    for (uint32_t i = from; i < to; i++)
        bitmap[values->owners[i] / 64] |= UINT64_C(1) << values->owners[i] % 64;
}

void skr_people_compare(const skr_people *people, uint32_t dataset, skr_column column,
                        const char *curie, skr_compare compare, double value, uint64_t *bitmap)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    if (of == NULL || value != value)
        return;
    uint32_t term = SKR_NONE;
    if (column == SKR_COLUMN_VALUE || column == SKR_COLUMN_ONSET) {
        term = skr_people_find_term(of, curie);
        if (term == SKR_NONE)
            return;
    }
    const skr_people_values *values = find_values(of, column, term);
    if (values == NULL)
        return;
    uint32_t from = first_row(values, value, false); /* rows below value end here */
    uint32_t to = first_row(values, value, true);    /* rows equal to it end here */
    if (compare == SKR_LT || compare == SKR_LE || compare == SKR_NE)
        mark_rows(values, 0, from, bitmap);
    if (compare == SKR_EQ || compare == SKR_LE || compare == SKR_GE)
        mark_rows(values, from, to, bitmap);
    if (compare == SKR_GT || compare == SKR_GE || compare == SKR_NE)
        mark_rows(values, to, values->n, bitmap);
}

bool skr_people_has_values(const skr_people *people, const char *curie)
{
    for (uint32_t i = 0; i < people->n_datasets; i++) {
        uint32_t term = skr_people_find_term(&people->datasets[i], curie);
        if (term != SKR_NONE && people->datasets[i].terms[term].has_values)
            return true;
    }
    return false;
}
