/*
 * people_parse.c - from the stored parts of a dataset to sets and columns, each proved.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"

static int corrupt(const skr_people *people, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(people->file), what);
}

/* The next set, of as many bytes as the cursor says; *at goes after it. */
static void take_set(skr_cursor *table, uint64_t n_bytes_max, uint64_t *at, skr_lazy_set *set)
{
    set->at = *at;
    set->n_bytes = (size_t)skr_cursor_varint_max(table, n_bytes_max - *at);
    *at += set->n_bytes;
}

/* ------------------------------------------------------------------ the directory */

static int take_karyotypes(skr_people_dataset *dataset, skr_cursor *directory, uint64_t *at,
                           skr_err *err)
{
    uint64_t n_bytes = dataset->blobs[SKR_PART_PEOPLE].n_bytes;
    uint32_t n =
        (uint32_t)skr_cursor_varint_max(directory, (uint64_t)(directory->end - directory->at));
    dataset->karyotypes = calloc(n + 1u, sizeof *dataset->karyotypes);
    if (dataset->karyotypes == NULL)
        return skr_fail_nomem(err, "people");
    dataset->n_karyotypes = n;
    for (uint32_t i = 0; i < n; i++) {
        dataset->karyotypes[i].karyotype.n_x = skr_cursor_u8(directory);
        dataset->karyotypes[i].karyotype.n_y = skr_cursor_u8(directory);
        take_set(directory, n_bytes, at, &dataset->karyotypes[i].set);
    }
    return SKR_OK;
}

int skr_people_dataset_take(const skr_people *people, skr_cursor *directory,
                            skr_people_dataset *dataset, skr_err *err)
{
    uint64_t at = 0;
    SKR_TRY(skr_blob_take(people->file, directory, &dataset->blobs[SKR_PART_PEOPLE], err));
    uint64_t n_bytes = dataset->blobs[SKR_PART_PEOPLE].n_bytes;
    take_set(directory, n_bytes, &at, &dataset->members);
    for (uint32_t i = 0; i < SKR_N_SEXES; i++)
        take_set(directory, n_bytes, &at, &dataset->sexes[i]);
    int status = take_karyotypes(dataset, directory, &at, err);
    if (status == SKR_OK && (directory->is_bad || at != n_bytes))
        status = corrupt(people, "sets of people that are not as long as stated", err);
    dataset->n_terms = (uint32_t)skr_cursor_varint_max(directory, UINT32_MAX - 1);
    for (int part = SKR_PART_CURIES; status == SKR_OK && part < SKR_N_PARTS; part++)
        status = skr_blob_take(people->file, directory, &dataset->blobs[part], err);
    return status;
}

/* ------------------------------------------------------------------ terms */

typedef struct parse {
    const skr_people *people;
    skr_people_dataset *dataset;
    skr_cursor table;
    skr_err *err;
} parse;

static int damaged(const parse *p, const char *what)
{
    return corrupt(p->people, what, p->err);
}

static int parse_terms(parse *p)
{
    skr_people_dataset *dataset = p->dataset;
    uint64_t n_bytes = dataset->blobs[SKR_PART_SETS].n_bytes;
    uint64_t at = 0;
    dataset->terms = calloc(dataset->n_terms + 1u, sizeof *dataset->terms);
    if (dataset->terms == NULL)
        return skr_fail_nomem(p->err, "people");
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        skr_people_term *term = &dataset->terms[i];
        term->kind = skr_cursor_u8(&p->table);
        uint8_t has_values = skr_cursor_u8(&p->table);
        term->has_values = has_values == 1;
        term->is_stated = skr_cursor_varint_max(&p->table, UINT32_MAX) > 0;
        term->n_members = (uint32_t)skr_cursor_varint_max(&p->table, p->people->n);
        term->at = at;
        at += skr_cursor_varint_max(&p->table, n_bytes - at);
        if (term->kind >= SKR_N_TERM_KINDS || has_values > 1 ||
            (term->n_members == 0) != (at == term->at))
            return damaged(p, "a term of an unknown kind, or of a number of people that none has");
    }
    dataset->terms[dataset->n_terms].at = at;
    return at == n_bytes ? SKR_OK : damaged(p, "sets behind the last term");
}

static int parse_columns(parse *p)
{
    skr_people_dataset *dataset = p->dataset;
    uint64_t n_bytes = dataset->blobs[SKR_PART_VALUES].n_bytes;
    uint64_t at = 0;
    if (n_bytes % 8 != 0 || dataset->blobs[SKR_PART_OWNERS].n_bytes != n_bytes / 2)
        return damaged(p, "columns whose values and owners differ in number");
    uint64_t n_max = (uint64_t)(p->table.end - p->table.at);
    uint32_t n = (uint32_t)skr_cursor_varint_max(&p->table, n_max);
    dataset->columns = calloc(n + 1u, sizeof *dataset->columns);
    if (dataset->columns == NULL)
        return skr_fail_nomem(p->err, "people");
    dataset->n_columns = n;
    for (uint32_t i = 0; i < n; i++) {
        skr_people_values *values = &dataset->columns[i];
        values->column = (unsigned)skr_cursor_varint_max(&p->table, SKR_N_STORED_COLUMNS - 1);
        uint32_t term = (uint32_t)skr_cursor_varint_max(&p->table, dataset->n_terms);
        values->term = term == 0 ? SKR_NONE : term - 1;
        values->n = (uint32_t)skr_cursor_varint_max(&p->table, n_bytes / 8 - at);
        values->at = at;
        at += values->n;
        if (p->table.is_bad || values->n == 0)
            return damaged(p, "an empty column");
        if (i > 0 && (values[-1].column > values->column ||
                      (values[-1].column == values->column && values[-1].term >= values->term)))
            return damaged(p, "columns that do not ascend");
    }
    return 8 * at == n_bytes ? SKR_OK : damaged(p, "values behind the last column");
}

static void texts_done(skr_people_dataset *dataset)
{
    skr_buffer_done(&dataset->labels);
    free(dataset->texts);
    free(dataset->label_at);
    free(dataset->stated);
    dataset->texts = NULL;
    dataset->label_at = NULL;
    dataset->stated = NULL;
    dataset->n_stated = 0;
}

static void terms_done(skr_people_dataset *dataset)
{
    for (uint32_t i = 0; dataset->columns != NULL && i < dataset->n_columns; i++) {
        skr_buffer_done(&dataset->columns[i].values);
        skr_buffer_done(&dataset->columns[i].owners);
    }
    skr_curie_list_done(&dataset->curies);
    skr_blob_kept_done(&dataset->sets);
    free(dataset->terms);
    free(dataset->columns);
    dataset->terms = NULL;
    dataset->columns = NULL;
    dataset->n_columns = 0;
}

static int read_curies(parse *p)
{
    skr_people_dataset *dataset = p->dataset;
    int status = skr_blob_read(p->people->reader, p->people->file, &dataset->blobs[SKR_PART_CURIES],
                               &dataset->curies.bytes, p->err);
    if (status != SKR_OK)
        return status;
    status = skr_curie_list_read(&dataset->curies, dataset->n_terms, p->err);
    return status == SKR_ERR_CORRUPT
               ? skr_fail_in(p->err, status, "%s", skr_block_file_name(p->people->file))
               : status;
}

int skr_people_terms_read(const skr_people *people, skr_people_dataset *dataset, skr_err *err)
{
    skr_buffer table = {0};
    parse p = {.people = people, .dataset = dataset, .err = err};
    int status = read_curies(&p);
    if (status == SKR_OK)
        status = skr_blob_read(people->reader, people->file, &dataset->blobs[SKR_PART_TABLE],
                               &table, err);
    if (status == SKR_OK)
        status = skr_blob_kept_init(&dataset->blobs[SKR_PART_SETS], &dataset->sets, err);
    p.table = skr_cursor_of(table.bytes, table.n);
    if (status == SKR_OK)
        status = parse_terms(&p);
    if (status == SKR_OK)
        status = parse_columns(&p);
    if (status == SKR_OK && !skr_cursor_is_done(&p.table))
        status = damaged(&p, "a table of sets that is not as long as stated");
    skr_buffer_done(&table);
    if (status != SKR_OK)
        terms_done(dataset);
    else
        atomic_store_explicit(&dataset->has_terms, true, memory_order_release);
    return status;
}

/* ------------------------------------------------------------------ texts */

static int split_labels(parse *p)
{
    skr_people_dataset *dataset = p->dataset;
    size_t at = 0;
    dataset->label_at = calloc(dataset->n_terms + 1u, sizeof *dataset->label_at);
    if (dataset->label_at == NULL)
        return skr_fail_nomem(p->err, "people");
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        const uint8_t *from = at < dataset->labels.n ? dataset->labels.bytes + at : NULL;
        const uint8_t *nul = from == NULL ? NULL : memchr(from, 0, dataset->labels.n - at);
        if (nul == NULL)
            return damaged(p, "fewer labels than terms");
        dataset->label_at[i] = (const char *)from;
        at += (size_t)(nul - from) + 1;
    }
    return at == dataset->labels.n ? SKR_OK : damaged(p, "labels behind the last term");
}

static int compare_stated(const void *a, const void *b)
{
    return strcmp(((const skr_stated_term *)a)->curie, ((const skr_stated_term *)b)->curie);
}

/* The terms that somebody has. */
static int list_stated(parse *p)
{
    skr_people_dataset *dataset = p->dataset;
    dataset->stated = calloc(dataset->n_terms + 1u, sizeof *dataset->stated);
    if (dataset->stated == NULL)
        return skr_fail_nomem(p->err, "people");
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        const skr_people_term *term = &dataset->terms[i];
        if (term->n_members > 0)
            dataset->stated[dataset->n_stated++] =
                (skr_stated_term){.curie = dataset->texts[i],
                                  .label = dataset->label_at[i],
                                  .kind = term->kind,
                                  .n_people = term->n_members,
                                  .has_values = term->has_values};
    }
    qsort(dataset->stated, dataset->n_stated, sizeof *dataset->stated, compare_stated);
    return SKR_OK;
}

int skr_people_texts_read(const skr_people *people, skr_people_dataset *dataset, skr_err *err)
{
    parse p = {.people = people, .dataset = dataset, .err = err};
    int status = skr_blob_read(people->reader, people->file, &dataset->blobs[SKR_PART_LABELS],
                               &dataset->labels, err);
    if (status == SKR_OK)
        status = skr_curie_list_texts(&dataset->curies, &dataset->texts, err);
    if (status == SKR_OK)
        status = split_labels(&p);
    if (status == SKR_OK)
        status = list_stated(&p);
    if (status != SKR_OK)
        texts_done(dataset);
    else
        atomic_store_explicit(&dataset->has_texts, true, memory_order_release);
    return status;
}

int skr_people_order_read(const skr_people *people, const skr_people_dataset *dataset,
                          skr_block_reader *reader, uint32_t *places, skr_err *err)
{
    skr_buffer order = {0};
    int status = skr_blob_read(reader, people->file, &dataset->blobs[SKR_PART_ORDER], &order, err);
    const uint32_t *numbers = (const uint32_t *)(const void *)order.bytes;
    if (status == SKR_OK && order.n != 4 * (size_t)dataset->n_terms)
        status = corrupt(people, "an order of terms that is not as long as they are many", err);
    memset(places, 0xff, dataset->n_terms * sizeof *places);
    for (uint32_t i = 0; status == SKR_OK && i < dataset->n_terms; i++) {
        if (numbers[i] >= dataset->n_terms || places[numbers[i]] != SKR_NONE)
            status = corrupt(people, "an order of terms that names none, or one twice", err);
        else
            places[numbers[i]] = i;
    }
    skr_buffer_done(&order);
    return status;
}

/* ------------------------------------------------------------------ columns */

int skr_people_values_read(const skr_people *people, const skr_people_dataset *dataset,
                           skr_people_values *values, skr_err *err)
{
    skr_blob_window *window = &((skr_people *)people)->window;
    SKR_TRY(skr_blob_read_part(window, &dataset->blobs[SKR_PART_VALUES], 8 * values->at,
                               8 * (size_t)values->n, &values->values, err));
    SKR_TRY(skr_blob_read_part(window, &dataset->blobs[SKR_PART_OWNERS], 4 * values->at,
                               4 * (size_t)values->n, &values->owners, err));
    const double *numbers = (const double *)(const void *)values->values.bytes;
    const uint32_t *owners = (const uint32_t *)(const void *)values->owners.bytes;
    for (uint32_t i = 0; i < values->n; i++) {
        if (!isfinite(numbers[i]) || owners[i] >= people->n)
            return corrupt(people, "a column with a value of nobody", err);
        if (i > 0 && numbers[i] < numbers[i - 1])
            return corrupt(people, "a column out of order", err);
    }
    atomic_store_explicit(&values->is_loaded, true, memory_order_release);
    return SKR_OK;
}

void skr_people_dataset_done(skr_people_dataset *dataset)
{
    skr_buffer *exclusions = atomic_load(&dataset->exclusions);
    if (exclusions != NULL)
        skr_buffer_done(exclusions);
    free(exclusions);
    skr_people_set_free(atomic_load(&dataset->members.set));
    for (uint32_t i = 0; i < SKR_N_SEXES; i++)
        skr_people_set_free(atomic_load(&dataset->sexes[i].set));
    for (uint32_t i = 0; dataset->karyotypes != NULL && i < dataset->n_karyotypes; i++)
        skr_people_set_free(atomic_load(&dataset->karyotypes[i].set.set));
    free(dataset->karyotypes);
    texts_done(dataset);
    terms_done(dataset);
    for (int part = 0; part < SKR_N_PARTS; part++)
        skr_blob_done(&dataset->blobs[part]);
}
