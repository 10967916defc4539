/*
 * people.c - an open people table: who the individuals are, and the sets that questions use.
 *
 * A table holds tens of thousands of sets and most questions need a few, so each is read when it is
 * first asked for. A question for everything below a root needs most of them, so they are used as
 * they are stored.
 */
#include "index/people/people.h"

#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* Numbers of sorted lists and columns are used where they lie. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored numbers are little-endian");

static int corrupt(const skr_people *people, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(people->file), what);
}

static int read_table(skr_people *people, skr_err *err)
{
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(people->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != SKR_PEOPLE_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: people of another version of Skerry",
                        skr_block_file_name(people->file));
    people->n = (uint32_t)skr_cursor_varint_max(&directory, SKR_INDIVIDUALS_MAX);
    SKR_TRY(skr_people_ids_take(people->file, &directory, people->n, &people->ids, err));
    uint64_t n_datasets_max = (uint64_t)(directory.end - directory.at);
    uint32_t n_datasets = (uint32_t)skr_cursor_varint_max(&directory, n_datasets_max);
    people->datasets = calloc(n_datasets + 1u, sizeof *people->datasets);
    if (people->datasets == NULL)
        return skr_fail_nomem(err, "people");
    people->n_datasets = n_datasets;
    for (uint32_t i = 0; i < n_datasets; i++)
        SKR_TRY(skr_people_dataset_take(people, &directory, &people->datasets[i], err));
    if (!skr_cursor_is_done(&directory))
        return corrupt(people, "a directory that is not as long as stated", err);
    return SKR_OK;
}

int skr_people_open(const char *folder, const skr_file_id *id, skr_people **ret_people,
                    skr_err *err)
{
    skr_people *people = calloc(1, sizeof *people);
    if (people == NULL || pthread_mutex_init(&people->lock, NULL) != 0) {
        free(people);
        return skr_fail_nomem(err, "people");
    }
    int status = SKR_OK;
    if (id->name[0] != '\0') {
        status = skr_block_file_open(folder, id, SKR_FILE_PEOPLE, &people->file, err);
        if (status == SKR_OK)
            status = read_table(people, err);
    }
    if (status != SKR_OK) {
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
    for (uint32_t i = 0; people->datasets != NULL && i < people->n_datasets; i++)
        skr_people_dataset_done(&people->datasets[i]);
    free(people->datasets);
    skr_people_ids_free(people->ids);
    skr_blob_window_done(&people->window);
    skr_block_reader_free(people->reader);
    skr_block_file_close(people->file);
    (void)pthread_mutex_destroy(&people->lock);
    free(people);
}

uint32_t skr_people_count(const skr_people *people)
{
    return people->n;
}

/* ------------------------------------------------------------------ reading when asked */

/* Takes the lock, and makes the reader that the first one needs. On failure it is not held. */
static int begin_read(const skr_people *people, skr_err *err)
{
    skr_people *mine = (skr_people *)people;
    (void)pthread_mutex_lock(&mine->lock);
    int status = SKR_OK;
    if (mine->reader == NULL)
        status = skr_block_reader_new(SKR_IO_PREAD, &mine->reader, err);
    mine->window.reader = mine->reader;
    mine->window.file = mine->file;
    if (status != SKR_OK)
        (void)pthread_mutex_unlock(&mine->lock);
    return status;
}

static void end_read(const skr_people *people)
{
    (void)pthread_mutex_unlock(&((skr_people *)people)->lock);
}

skr_reader_totals skr_people_totals(const skr_people *people)
{
    skr_people *mine = (skr_people *)people;
    skr_reader_totals totals = {0};
    (void)pthread_mutex_lock(&mine->lock);
    if (mine->reader != NULL)
        totals = *skr_block_reader_totals(mine->reader);
    (void)pthread_mutex_unlock(&mine->lock);
    return totals;
}

static int read_set(const skr_people *people, const skr_blob *blob, skr_lazy_set *lazy,
                    skr_err *err)
{
    skr_buffer bytes = {0};
    skr_people_set *set = NULL;
    skr_blob_window *window = &((skr_people *)people)->window;
    int status = skr_blob_read_part(window, blob, lazy->at, lazy->n_bytes, &bytes, err);
    if (status == SKR_OK) {
        status = skr_people_set_decode(bytes.bytes, bytes.n, people->n, &set, err);
        if (status != SKR_OK)
            status = skr_fail_in(err, status, "%s", skr_block_file_name(people->file));
    }
    skr_buffer_done(&bytes);
    if (status != SKR_OK)
        return status;
    atomic_store_explicit(&lazy->set, set, memory_order_release);
    return SKR_OK;
}

int skr_people_lazy_set_need(const skr_people *people, const skr_people_dataset *dataset,
                             enum skr_people_part part, skr_lazy_set *lazy,
                             const skr_people_set **ret_set, skr_err *err)
{
    if (lazy->n_bytes > 0 && atomic_load_explicit(&lazy->set, memory_order_acquire) == NULL) {
        int status = begin_read(people, err);
        if (status != SKR_OK)
            return status;
        if (atomic_load(&lazy->set) == NULL)
            status = read_set(people, &dataset->blobs[part], lazy, err);
        end_read(people);
        if (status != SKR_OK)
            return status;
    }
    *ret_set = atomic_load_explicit(&lazy->set, memory_order_acquire);
    return SKR_OK;
}

int skr_people_need_terms(const skr_people *people, skr_people_dataset *dataset, skr_err *err)
{
    if (atomic_load_explicit(&dataset->has_terms, memory_order_acquire))
        return SKR_OK;
    SKR_TRY(begin_read(people, err));
    int status = SKR_OK;
    if (!atomic_load(&dataset->has_terms))
        status = skr_people_terms_read(people, dataset, err);
    end_read(people);
    return status;
}

int skr_people_need_texts(const skr_people *people, skr_people_dataset *dataset, skr_err *err)
{
    int status = skr_people_need_terms(people, dataset, err);
    if (status < 0 || atomic_load_explicit(&dataset->has_texts, memory_order_acquire))
        return status;
    status = begin_read(people, err);
    if (status != SKR_OK)
        return status;
    if (!atomic_load(&dataset->has_texts))
        status = skr_people_texts_read(people, dataset, err);
    end_read(people);
    return status;
}

static int need_values(const skr_people *people, const skr_people_dataset *dataset,
                       skr_people_values *values, skr_err *err)
{
    if (atomic_load_explicit(&values->is_loaded, memory_order_acquire))
        return SKR_OK;
    SKR_TRY(begin_read(people, err));
    int status = SKR_OK;
    if (!atomic_load(&values->is_loaded))
        status = skr_people_values_read(people, dataset, values, err);
    end_read(people);
    return status;
}

/* ------------------------------------------------------------------ ids */

int skr_people_find_all(const skr_people *people, const skr_id_text *ids, size_t n,
                        uint32_t *ret_individuals, skr_err *err)
{
    if (people->ids == NULL) {
        memset(ret_individuals, 0xff, n * sizeof *ret_individuals);
        return SKR_OK;
    }
    SKR_TRY(begin_read(people, err));
    int status = skr_people_ids_find(people->ids, people->reader, ids, n, ret_individuals, err);
    end_read(people);
    return status;
}

int skr_people_find(const skr_people *people, const char *id, uint32_t *ret_individual,
                    skr_err *err)
{
    const skr_id_text text = {id, (uint32_t)strlen(id), 0};
    return skr_people_find_all(people, &text, 1, ret_individual, err);
}

int skr_people_load_ids(const skr_people *people, skr_err *err)
{
    if (people->ids == NULL || skr_people_ids_are_loaded(people->ids))
        return SKR_OK;
    SKR_TRY(begin_read(people, err));
    int status = skr_people_ids_load(people->ids, people->reader, err);
    end_read(people);
    return status;
}

const char *skr_people_id(const skr_people *people, uint32_t individual)
{
    SKR_CHECK(individual < people->n);
    return skr_people_ids_at(people->ids, individual);
}

/* ------------------------------------------------------------------ sets */

static skr_people_dataset *dataset_of(const skr_people *people, uint32_t dataset)
{
    return dataset < people->n_datasets ? &people->datasets[dataset] : NULL;
}

/* A set of SKR_PART_PEOPLE. */
static int need_people(const skr_people *people, const skr_people_dataset *of, skr_lazy_set *lazy,
                       const skr_people_set **ret_set, skr_err *err)
{
    return skr_people_lazy_set_need(people, of, SKR_PART_PEOPLE, lazy, ret_set, err);
}

int skr_people_of_dataset(const skr_people *people, uint32_t dataset,
                          const skr_people_set **ret_set, skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    *ret_set = NULL;
    return of == NULL ? SKR_OK : need_people(people, of, &of->members, ret_set, err);
}

int skr_people_of_sex(const skr_people *people, uint32_t dataset, skr_sex sex,
                      const skr_people_set **ret_set, skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    *ret_set = NULL;
    return of == NULL ? SKR_OK : need_people(people, of, &of->sexes[sex], ret_set, err);
}

uint32_t skr_people_n_karyotypes(const skr_people *people, uint32_t dataset)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    return of == NULL ? 0 : of->n_karyotypes;
}

int skr_people_of_karyotype(const skr_people *people, uint32_t dataset, uint32_t number,
                            skr_karyotype *ret_karyotype, const skr_people_set **ret_set,
                            skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    SKR_CHECK(of != NULL && number < of->n_karyotypes);
    *ret_karyotype = of->karyotypes[number].karyotype;
    return need_people(people, of, &of->karyotypes[number].set, ret_set, err);
}

/* ------------------------------------------------------------------ terms */

/* The term at a place; after skr_people_need_terms. */
static skr_people_term *term_at(const skr_people_dataset *of, uint32_t place)
{
    SKR_CHECK(of != NULL && place < of->n_terms);
    return &of->terms[place];
}

/* The term of a dataset, or NULL. */
static int find_term(const skr_people *people, skr_people_dataset *of, const char *curie,
                     skr_people_term **ret_term, skr_err *err)
{
    *ret_term = NULL;
    SKR_TRY(of == NULL ? SKR_OK : skr_people_need_terms(people, of, err));
    if (of == NULL)
        return SKR_OK;
    uint32_t place = skr_curie_list_find(&of->curies, curie);
    if (place != SKR_NONE)
        *ret_term = &of->terms[place];
    return SKR_OK;
}

int skr_people_curies(const skr_people *people, uint32_t dataset, const skr_curie_list **ret_curies,
                      skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    int status = of == NULL ? SKR_OK : skr_people_need_terms(people, of, err);
    *ret_curies = status < 0 || of == NULL ? NULL : &of->curies;
    return status;
}

/* Reads those of the blocks from first to last that were not. */
static int need_blocks(const skr_people *people, skr_people_dataset *of, uint32_t first,
                       uint32_t last, skr_err *err)
{
    if (skr_blob_kept_has(&of->sets, first, last))
        return SKR_OK;
    int status = begin_read(people, err);
    if (status != SKR_OK)
        return status;
    status = skr_blob_kept_read(people->reader, people->file, &of->blobs[SKR_PART_SETS], &of->sets,
                                first, last, err);
    end_read(people);
    return status;
}

/* Marks the set that the stored bytes are, after they were proved. */
static int mark_bytes(const skr_people *people, const skr_people_term *term, const uint8_t *bytes,
                      uint64_t *bitmap, skr_err *err)
{
    uint32_t n_members = 0;
    int status = skr_people_set_mark_stored(bytes, (size_t)(term[1].at - term->at), people->n,
                                            bitmap, &n_members, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s", skr_block_file_name(people->file));
    return n_members == term->n_members
               ? SKR_OK
               : corrupt(people, "a set of as many people as stated was expected", err);
}

/* The same of a set that lies in more than one block. */
static int mark_split(const skr_people *people, const skr_people_dataset *of,
                      const skr_people_term *term, uint64_t *bitmap, skr_err *err)
{
    skr_buffer bytes = {0};
    size_t n_a_block = of->blobs[SKR_PART_SETS].refs[0].n_raw;
    int status = SKR_OK;
    for (uint64_t at = term->at; status == SKR_OK && at < term[1].at;) {
        const skr_buffer *block = &of->sets.blocks[at / n_a_block];
        size_t skipped = (size_t)(at % n_a_block);
        size_t n = block->n - skipped;
        n = n < term[1].at - at ? n : (size_t)(term[1].at - at);
        status = skr_buffer_put(&bytes, block->bytes + skipped, n, err);
        at += n;
    }
    if (status == SKR_OK)
        status = mark_bytes(people, term, bytes.bytes, bitmap, err);
    skr_buffer_done(&bytes);
    return status;
}

int skr_people_mark_at(const skr_people *people, uint32_t dataset, uint32_t place, uint64_t *bitmap,
                       skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    const skr_people_term *term = term_at(of, place);
    uint32_t first = 0;
    uint32_t last = 0;
    if (term->n_members == 0)
        return SKR_OK;
    skr_blob_blocks_of(&of->blobs[SKR_PART_SETS], term->at, term[1].at, &first, &last);
    int status = need_blocks(people, of, first, last, err);
    if (status != SKR_OK)
        return status;
    if (first < last)
        return mark_split(people, of, term, bitmap, err);
    size_t skipped = (size_t)(term->at % of->blobs[SKR_PART_SETS].refs[0].n_raw);
    return mark_bytes(people, term, of->sets.blocks[first].bytes + skipped, bitmap, err);
}

int skr_people_mark_stated(const skr_people *people, uint32_t dataset, const char *curie,
                           uint64_t *bitmap, skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    skr_people_term *term = NULL;
    SKR_TRY(find_term(people, of, curie, &term, err));
    if (term == NULL)
        return SKR_OK;
    return skr_people_mark_at(people, dataset, (uint32_t)(term - of->terms), bitmap, err);
}

int skr_people_terms(const skr_people *people, uint32_t dataset, const skr_stated_term **ret_terms,
                     uint32_t *ret_n, skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    *ret_n = 0;
    *ret_terms = NULL;
    SKR_TRY(of == NULL ? SKR_OK : skr_people_need_texts(people, of, err));
    if (of != NULL) {
        *ret_n = of->n_stated;
        *ret_terms = of->stated;
    }
    return SKR_OK;
}

int skr_people_knows_term(const skr_people *people, const char *curie, bool *ret_knows,
                          skr_err *err)
{
    *ret_knows = false;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < people->n_datasets && !*ret_knows; i++) {
        skr_people_term *term = NULL;
        status = find_term(people, &people->datasets[i], curie, &term, err);
        *ret_knows = term != NULL && term->is_stated;
    }
    return status;
}

int skr_people_has_values(const skr_people *people, const char *curie, bool *ret_has, skr_err *err)
{
    *ret_has = false;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < people->n_datasets && !*ret_has; i++) {
        skr_people_term *term = NULL;
        status = find_term(people, &people->datasets[i], curie, &term, err);
        *ret_has = term != NULL && term->has_values;
    }
    return status;
}

/* ------------------------------------------------------------------ columns */

/* Columns, and the one that is looked for. */
typedef struct column_search {
    const skr_people_values *columns;
    unsigned column;
    uint32_t term;
} column_search;

static bool is_column_before(const void *context, size_t at)
{
    const column_search *search = context;
    const skr_people_values *values = &search->columns[at];
    return values->column < search->column ||
           (values->column == search->column && values->term < search->term);
}

/* The column, or NULL. They are few, and ascend by column and term. */
static skr_people_values *find_values(const skr_people_dataset *of, unsigned column, uint32_t term)
{
    const column_search search = {of->columns, column, term};
    size_t at = skr_array_search(of->n_columns, is_column_before, &search);
    if (at == of->n_columns || of->columns[at].column != column || of->columns[at].term != term)
        return NULL;
    return &of->columns[at];
}

/* Values of a column, and the bound that is looked for. */
typedef struct row_search {
    const double *values;
    double bound;
    bool is_above;
} row_search;

static bool is_row_before(const void *context, size_t at)
{
    const row_search *search = context;
    double value = search->values[at];
    return value < search->bound || (search->is_above && value == search->bound);
}

/* The first row whose value is not below the bound, or, with is_above, above it. */
static uint32_t first_row(const skr_people_values *column, double bound, bool is_above)
{
    const double *values = (const double *)(const void *)column->values.bytes;
    const row_search search = {values, bound, is_above};
    return (uint32_t)skr_array_search(column->n, is_row_before, &search);
}

static void mark_rows(const skr_people_values *column, uint32_t from, uint32_t to, uint64_t *bitmap)
{
    const uint32_t *owners = (const uint32_t *)(const void *)column->owners.bytes;
    for (uint32_t i = from; i < to; i++)
        bitmap[owners[i] / 64] |= UINT64_C(1) << owners[i] % 64;
}

static void mark_values(const skr_people_values *values, unsigned outcomes, double value,
                        uint64_t *bitmap)
{
    uint32_t from = first_row(values, value, false); /* rows below value end here */
    uint32_t to = first_row(values, value, true);    /* rows equal to it end here */
    if ((outcomes & SKR_BELOW) != 0)
        mark_rows(values, 0, from, bitmap);
    if ((outcomes & SKR_EQUAL) != 0)
        mark_rows(values, from, to, bitmap);
    if ((outcomes & SKR_ABOVE) != 0)
        mark_rows(values, to, values->n, bitmap);
}

/* Marks who has a row of a stored column that lies so beside the value. */
static int mark_column(const skr_people *people, const skr_people_dataset *of, unsigned column,
                       uint32_t term, unsigned outcomes, double value, uint64_t *bitmap,
                       skr_err *err)
{
    skr_people_values *values = find_values(of, column, term);
    SKR_TRY(values == NULL ? SKR_OK : need_values(people, of, values, err));
    if (values != NULL)
        mark_values(values, outcomes, value, bitmap);
    return SKR_OK;
}

/* A range is below a value if its high end is, above it if its low end is, and other than it if it
 * is either; it never equals one. */
static int mark_ranges(const skr_people *people, const skr_people_dataset *of, uint32_t term,
                       const skr_people_comparison *comparison, uint64_t *bitmap, skr_err *err)
{
    unsigned outcomes = skr_compare_outcomes(comparison->compare);
    bool is_any = outcomes == SKR_OUTCOMES; /* also of a range around the value */
    if ((outcomes & SKR_BELOW) != 0)
        SKR_TRY(mark_column(people, of, SKR_HIGH_COLUMN(comparison->column), term,
                            is_any ? outcomes : outcomes & ~(unsigned)SKR_ABOVE, comparison->value,
                            bitmap, err));
    if ((outcomes & SKR_ABOVE) != 0)
        SKR_TRY(mark_column(people, of, SKR_LOW_COLUMN(comparison->column), term,
                            is_any ? outcomes : outcomes & ~(unsigned)SKR_BELOW, comparison->value,
                            bitmap, err));
    return SKR_OK;
}

/* Of a term by its place, or of none. */
static int compare_place(const skr_people *people, const skr_people_dataset *of, uint32_t place,
                         const skr_people_comparison *comparison, uint64_t *bitmap, skr_err *err)
{
    if (comparison->value != comparison->value)
        return SKR_OK;
    SKR_TRY(mark_column(people, of, comparison->column, place,
                        skr_compare_outcomes(comparison->compare), comparison->value, bitmap, err));
    return mark_ranges(people, of, place, comparison, bitmap, err);
}

int skr_people_compare_at(const skr_people *people, uint32_t dataset, uint32_t place,
                          const skr_people_comparison *comparison, uint64_t *bitmap, skr_err *err)
{
    const skr_people_dataset *of = dataset_of(people, dataset);
    (void)term_at(of, place);
    return compare_place(people, of, place, comparison, bitmap, err);
}

int skr_people_compare(const skr_people *people, uint32_t dataset,
                       const skr_people_comparison *comparison, uint64_t *bitmap, skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    skr_column column = comparison->column;
    SKR_TRY(of == NULL ? SKR_OK : skr_people_need_terms(people, of, err));
    if (of == NULL)
        return SKR_OK;
    uint32_t place = SKR_NONE;
    if (column == SKR_COLUMN_VALUE || column == SKR_COLUMN_ONSET) {
        place = skr_curie_list_find(&of->curies, comparison->curie);
        if (place == SKR_NONE)
            return SKR_OK;
    }
    return compare_place(people, of, place, comparison, bitmap, err);
}

int skr_people_mark_ages(const skr_people *people, uint32_t dataset, double from, double to,
                         uint64_t *bitmap, bool *ret_has_ranges, skr_err *err)
{
    skr_people_dataset *of = dataset_of(people, dataset);
    *ret_has_ranges = false;
    SKR_TRY(of == NULL ? SKR_OK : skr_people_need_terms(people, of, err));
    skr_people_values *ages = of == NULL ? NULL : find_values(of, SKR_COLUMN_AGE, SKR_NONE);
    SKR_TRY(ages == NULL ? SKR_OK : need_values(people, of, ages, err));
    if (ages != NULL)
        mark_rows(ages, first_row(ages, from, false), first_row(ages, to, false), bitmap);
    *ret_has_ranges =
        of != NULL && (find_values(of, SKR_LOW_COLUMN(SKR_COLUMN_AGE), SKR_NONE) != NULL ||
                       find_values(of, SKR_HIGH_COLUMN(SKR_COLUMN_AGE), SKR_NONE) != NULL);
    return SKR_OK;
}
