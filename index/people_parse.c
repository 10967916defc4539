/*
 * people_parse.c - from the stored parts of a dataset to sets and columns, each proved.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people_int.h"
#include "index/people_set_int.h"

typedef struct parse {
    skr_people_dataset *dataset;
    uint32_t n_people;
    const char *file_name;
    size_t sets_at;
    size_t values_at;
    skr_err *err;
} parse;

static int corrupt(const parse *p, const char *what)
{
    return skr_fail(p->err, SKR_ERR_CORRUPT, "%s: %s", p->file_name, what);
}

static int fail_nomem(const parse *p)
{
    return skr_fail(p->err, SKR_ERR_NOMEM, "people: out of memory");
}

/* The next set of the part, of as many bytes as the table says. */
static int take_set(parse *p, skr_cursor *table, skr_lazy_set *set)
{
    const skr_buffer *sets = &p->dataset->parts[SKR_PART_SETS];
    set->n_bytes = (size_t)skr_cursor_varint_max(table, sets->n - p->sets_at);
    if (set->n_bytes == 0)
        return SKR_OK;
    set->bytes = sets->bytes + p->sets_at;
    p->sets_at += set->n_bytes;
    int status =
        skr_people_set_check(set->bytes, set->n_bytes, p->n_people, &set->n_members, p->err);
    return status < 0 ? skr_fail_in(p->err, status, "%s", p->file_name) : SKR_OK;
}

static int parse_people(parse *p, skr_cursor *table)
{
    skr_people_dataset *dataset = p->dataset;
    int status = take_set(p, table, &dataset->members);
    for (uint32_t i = 0; status == SKR_OK && i < SKR_N_SEXES; i++)
        status = take_set(p, table, &dataset->sexes[i]);
    if (status < 0)
        return status;
    uint32_t n = (uint32_t)skr_cursor_varint_max(table, (uint64_t)(table->end - table->at));
    dataset->karyotypes = calloc(n + 1u, sizeof *dataset->karyotypes);
    if (dataset->karyotypes == NULL)
        return fail_nomem(p);
    dataset->n_karyotypes = n;
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        dataset->karyotypes[i].karyotype.n_x = skr_cursor_u8(table);
        dataset->karyotypes[i].karyotype.n_y = skr_cursor_u8(table);
        status = take_set(p, table, &dataset->karyotypes[i].set);
    }
    return status;
}

/* The next NUL-ended text of the part, or NULL. */
static const char *take_name(const skr_buffer *names, size_t *at)
{
    if (*at >= names->n)
        return NULL;
    const uint8_t *from = names->bytes + *at;
    const uint8_t *nul = memchr(from, 0, names->n - *at);
    if (nul == NULL)
        return NULL;
    *at += (size_t)(nul - from) + 1;
    return (const char *)from;
}

static int parse_terms(parse *p, skr_cursor *table)
{
    skr_people_dataset *dataset = p->dataset;
    const skr_buffer *names = &dataset->parts[SKR_PART_NAMES];
    if (dataset->n_terms > names->n / 2)
        return corrupt(p, "fewer names than terms");
    dataset->terms = calloc(dataset->n_terms + 1u, sizeof *dataset->terms);
    if (dataset->terms == NULL)
        return fail_nomem(p);
    size_t at = 0;
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        skr_people_term *term = &dataset->terms[i];
        term->curie = take_name(names, &at);
        term->label = take_name(names, &at);
        if (term->curie == NULL || term->label == NULL || term->curie[0] == '\0')
            return corrupt(p, "a term without a name");
        term->kind = skr_cursor_u8(table);
        uint8_t has_values = skr_cursor_u8(table);
        term->has_values = has_values == 1;
        term->n_stated = (uint32_t)skr_cursor_varint_max(table, UINT32_MAX);
        int status = take_set(p, table, &term->set);
        if (status < 0)
            return status;
        if (term->kind >= SKR_N_TERM_KINDS || has_values > 1)
            return corrupt(p, "a term of an unknown kind");
    }
    return at == names->n ? SKR_OK : corrupt(p, "names behind the last term");
}

static int parse_order(parse *p)
{
    skr_people_dataset *dataset = p->dataset;
    const skr_buffer *part = &dataset->parts[SKR_PART_ORDER];
    if (part->n != 4 * (size_t)dataset->n_terms)
        return corrupt(p, "an order of terms that is not as long as they are many");
    const uint32_t *order = (const uint32_t *)(const void *)part->bytes;
    uint32_t n_stated = 0;
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        if (order[i] >= dataset->n_terms)
            return corrupt(p, "an order of terms that names none");
        if (i > 0 &&
            strcmp(dataset->terms[order[i - 1]].curie, dataset->terms[order[i]].curie) >= 0)
            return corrupt(p, "terms out of order");
        n_stated += dataset->terms[order[i]].set.n_bytes != 0;
    }
    dataset->stated = calloc(n_stated + 1u, sizeof *dataset->stated);
    if (dataset->stated == NULL)
        return fail_nomem(p);
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        const skr_people_term *term = &dataset->terms[order[i]];
        if (term->set.n_bytes != 0)
            dataset->stated[dataset->n_stated++] =
                (skr_stated_term){.curie = term->curie,
                                  .label = term->label,
                                  .kind = term->kind,
                                  .n_people = term->set.n_members,
                                  .has_values = term->has_values};
    }
    return SKR_OK;
}

/* Values ascend and owners exist. */
static int check_values(const parse *p, const skr_people_values *values)
{
    for (uint32_t i = 0; i < values->n; i++) {
        if (!isfinite(values->values[i]) || values->owners[i] >= p->n_people)
            return corrupt(p, "a column with a value of nobody");
        if (i > 0 && values->values[i] < values->values[i - 1])
            return corrupt(p, "a column out of order");
    }
    return SKR_OK;
}

static int parse_column(parse *p, skr_cursor *table, skr_people_values *values)
{
    skr_people_dataset *dataset = p->dataset;
    size_t n_left = dataset->parts[SKR_PART_VALUES].n / 8 - p->values_at;
    values->column = (skr_column)skr_cursor_varint_max(table, SKR_COLUMN_ANY_ONSET);
    uint32_t term = (uint32_t)skr_cursor_varint_max(table, dataset->n_terms);
    values->term = term == 0 ? SKR_NONE : term - 1;
    values->n = (uint32_t)skr_cursor_varint_max(table, n_left);
    if (table->is_bad || values->n == 0)
        return corrupt(p, "an empty column");
    const uint8_t *numbers = dataset->parts[SKR_PART_VALUES].bytes + 8 * p->values_at;
    const uint8_t *owners = dataset->parts[SKR_PART_OWNERS].bytes + 4 * p->values_at;
    values->values = (const double *)(const void *)numbers;
    values->owners = (const uint32_t *)(const void *)owners;
    p->values_at += values->n;
    return check_values(p, values);
}

static int parse_columns(parse *p, skr_cursor *table)
{
    skr_people_dataset *dataset = p->dataset;
    size_t n_values = dataset->parts[SKR_PART_VALUES].n;
    if (n_values % 8 != 0 || dataset->parts[SKR_PART_OWNERS].n != n_values / 2)
        return corrupt(p, "columns whose values and owners differ in number");
    uint32_t n = (uint32_t)skr_cursor_varint_max(table, (uint64_t)(table->end - table->at));
    dataset->columns = calloc(n + 1u, sizeof *dataset->columns);
    if (dataset->columns == NULL)
        return fail_nomem(p);
    dataset->n_columns = n;
    for (uint32_t i = 0; i < n; i++) {
        skr_people_values *values = &dataset->columns[i];
        int status = parse_column(p, table, values);
        if (status < 0)
            return status;
        if (i > 0 && (values[-1].column > values->column ||
                      (values[-1].column == values->column && values[-1].term >= values->term)))
            return corrupt(p, "columns that do not ascend");
    }
    return 8 * p->values_at == n_values ? SKR_OK : corrupt(p, "values behind the last column");
}

int skr_people_dataset_parse(skr_people_dataset *dataset, uint32_t n_people, const char *file_name,
                             skr_err *err)
{
    parse p = {.dataset = dataset, .n_people = n_people, .file_name = file_name, .err = err};
    const skr_buffer *bytes = &dataset->parts[SKR_PART_TABLE];
    skr_cursor table = skr_cursor_of(bytes->bytes, bytes->n);
    int status = parse_people(&p, &table);
    if (status == SKR_OK)
        status = parse_terms(&p, &table);
    if (status == SKR_OK)
        status = parse_order(&p);
    if (status == SKR_OK)
        status = parse_columns(&p, &table);
    if (status < 0)
        return status;
    if (!skr_cursor_is_done(&table) || p.sets_at != dataset->parts[SKR_PART_SETS].n)
        return corrupt(&p, "a table of sets that is not as long as stated");
    return SKR_OK;
}

static void lazy_done(skr_lazy_set *set)
{
    skr_people_set_free(atomic_load(&set->set));
}

void skr_people_dataset_done(skr_people_dataset *dataset)
{
    lazy_done(&dataset->members);
    for (uint32_t i = 0; i < SKR_N_SEXES; i++)
        lazy_done(&dataset->sexes[i]);
    for (uint32_t i = 0; i < dataset->n_karyotypes; i++)
        lazy_done(&dataset->karyotypes[i].set);
    for (uint32_t i = 0; dataset->terms != NULL && i < dataset->n_terms; i++)
        lazy_done(&dataset->terms[i].set);
    for (int part = 0; part < SKR_N_PARTS; part++) {
        skr_blob_done(&dataset->blobs[part]);
        skr_buffer_done(&dataset->parts[part]);
    }
    free(dataset->karyotypes);
    free(dataset->terms);
    free(dataset->columns);
    free(dataset->stated);
}
