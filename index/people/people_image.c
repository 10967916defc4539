/*
 * people_image.c - the stored parts of a dataset, made from its draft: records that are in force,
 * and the sets and sorted columns that follow from them.
 *
 * The same draft always gives the same bytes: a verify makes the image again and compares.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"

#include "storage/base/array.h"

typedef struct pair {
    double value;
    uint32_t owner;
} pair;

typedef struct pair_list {
    pair *pairs;
    size_t n;
    size_t n_max;
} pair_list;

/* Ages known as such, and the ends of ranges. */
typedef struct age_lists {
    pair_list exact;
    pair_list low;
    pair_list high;
} age_lists;

typedef struct term_build {
    skr_people_set *set; /* NULL: nobody */
    uint32_t n_stated;
    uint8_t kind;
    pair_list values;
    age_lists onsets;
} term_build;

typedef struct build {
    const skr_people_draft *draft;
    skr_people_image *image;
    uint32_t n_people;
    uint32_t n_terms;
    term_build *terms; /* by number, as in the records */
    uint32_t *order;   /* by place the number */
    skr_people_set *members;
    uint8_t *sexes; /* by individual */
    age_lists ages;
    age_lists any_onsets;
    skr_buffer columns; /* the rows of the table for columns */
    uint32_t n_columns;
    skr_err *err;
} build;

static int add_pair(build *b, pair_list *list, double value, uint32_t owner)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&list->pairs, &list->n_max, list->n + 1, "people", b->err));
    list->pairs[list->n++] = (pair){value, owner};
    return SKR_OK;
}

static int add_age(build *b, age_lists *lists, skr_age age, uint32_t owner)
{
    if (age.low == age.high)
        return add_pair(b, &lists->exact, age.low, owner);
    int status = isnan(age.low) ? SKR_OK : add_pair(b, &lists->low, age.low, owner);
    return status != SKR_OK || isnan(age.high) ? status
                                               : add_pair(b, &lists->high, age.high, owner);
}

static void ages_done(age_lists *lists)
{
    free(lists->exact.pairs);
    free(lists->low.pairs);
    free(lists->high.pairs);
}

/* ------------------------------------------------------------------ one pass over the records */

static int add_fact(build *b, uint32_t individual, const skr_stored_fact *fact)
{
    term_build *term = &b->terms[fact->term];
    term->n_stated++;
    if (term->n_stated == 1 || fact->kind < term->kind)
        term->kind = (uint8_t)fact->kind;
    if (fact->is_excluded)
        return SKR_OK;
    if (term->set == NULL)
        SKR_TRY(skr_people_set_new(&term->set, b->err));
    skr_people_set_add(term->set, individual);
    if (fact->has_value)
        SKR_TRY(add_pair(b, &term->values, fact->value, individual));
    SKR_TRY(add_age(b, &term->onsets, fact->onset, individual));
    if (fact->kind == SKR_TERM_DISEASE)
        SKR_TRY(add_age(b, &b->any_onsets, fact->onset, individual));
    return SKR_OK;
}

static int add_record(build *b, const skr_people_record *record)
{
    uint32_t individual = record->individual;
    skr_people_set_add(b->members, individual);
    /* What the individual's own record says of sex goes before what another one says. */
    bool is_first = record->kind == SKR_RECORD_INDIVIDUAL || b->sexes[individual] == 0;
    if (record->sex != SKR_SEX_UNKNOWN && is_first)
        b->sexes[individual] = (uint8_t)record->sex;
    SKR_TRY(add_age(b, &b->ages, record->age, individual));
    skr_cursor facts = record->facts;
    skr_stored_fact fact;
    while (skr_people_fact_next(&facts, &fact))
        SKR_TRY(add_fact(b, individual, &fact));
    return SKR_OK;
}

static int add_records(build *b)
{
    skr_buffer *kept = &b->image->parts[SKR_PART_RECORDS];
    skr_cursor cursor = skr_cursor_of(b->draft->records.bytes, b->draft->records.n);
    const uint8_t *from = cursor.at;
    skr_people_record record;
    int status = skr_buffer_reserve(kept, b->draft->records.n, b->err);
    while (status == SKR_OK && skr_people_record_next(&cursor, &record)) {
        if (record.individual != SKR_NONE) {
            status = skr_buffer_put(kept, from, (size_t)(cursor.at - from), b->err);
            if (status == SKR_OK)
                status = add_record(b, &record);
        }
        from = cursor.at;
    }
    return status;
}

/* Without the records: members and sexes as they were, and whoever came since. */
static int add_said(build *b, const skr_people_edit *edit)
{
    uint64_t *bitmap = calloc(b->n_people / 64 + 1u, sizeof *bitmap);
    int status = bitmap == NULL ? skr_fail_nomem(b->err, "people") : SKR_OK;
    skr_people_set_add_all(b->members, b->draft->members);
    for (unsigned sex = SKR_SEX_UNKNOWN + 1; status == SKR_OK && sex < SKR_N_SEXES; sex++) {
        memset(bitmap, 0, b->n_people / 64 * 8 + 8);
        status = skr_people_draft_mark(edit, b->draft, &b->draft->base->sexes[sex], bitmap,
                                       b->n_people, b->err);
        for (uint32_t i = 0; status == SKR_OK && i < b->n_people; i++)
            if ((bitmap[i / 64] >> i % 64 & 1) != 0)
                b->sexes[i] = (uint8_t)sex;
    }
    free(bitmap);
    return status;
}

/* ------------------------------------------------------------------ sets */

/* Appends a set, or nothing for nobody, and its length to what says so. */
static int put_set_in(build *b, skr_people_set *set, skr_buffer *sets, skr_buffer *lengths)
{
    size_t n_before = sets->n;
    if (set != NULL && skr_people_set_count(set) > 0)
        SKR_TRY(skr_people_set_encode(set, sets, b->err));
    return skr_buffer_put_varint(lengths, sets->n - n_before, b->err);
}

/* A set of SKR_PART_PEOPLE. */
static int put_set(build *b, skr_people_set *set)
{
    return put_set_in(b, set, &b->image->parts[SKR_PART_PEOPLE], &b->image->head);
}

static int put_sexes(build *b, const uint64_t *members)
{
    for (unsigned sex = 0; sex < SKR_N_SEXES; sex++) {
        skr_people_set *set = NULL;
        int status = skr_people_set_new(&set, b->err);
        if (status != SKR_OK)
            return status;
        for (uint32_t i = 0; i < b->n_people; i++)
            if (b->sexes[i] == sex && (members[i / 64] >> i % 64 & 1) != 0)
                skr_people_set_add(set, i);
        status = put_set(b, set);
        skr_people_set_free(set);
        if (status != SKR_OK)
            return status;
    }
    return SKR_OK;
}

static int put_one_karyotype(build *b, uint16_t code)
{
    skr_buffer *head = &b->image->head;
    skr_people_set *set = NULL;
    SKR_TRY(skr_people_set_new(&set, b->err));
    for (uint32_t i = 0; i < b->n_people && i < b->draft->n_people_max; i++)
        if (b->draft->karyotypes[i] == code)
            skr_people_set_add(set, i);
    int status = skr_buffer_put_u8(head, (uint8_t)(code >> 8), b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(head, (uint8_t)code, b->err);
    if (status == SKR_OK)
        status = put_set(b, set);
    skr_people_set_free(set);
    return status;
}

static int put_karyotypes(build *b)
{
    const skr_people_draft *draft = b->draft;
    uint64_t *seen = calloc(65536 / 64, sizeof *seen);
    if (seen == NULL)
        return skr_fail_nomem(b->err, "people");
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n_people && i < draft->n_people_max; i++) {
        uint16_t code = draft->karyotypes[i];
        uint64_t bit = UINT64_C(1) << code % 64;
        n += code != SKR_NO_SAMPLE && (seen[code / 64] & bit) == 0;
        seen[code / 64] |= code == SKR_NO_SAMPLE ? 0 : bit;
    }
    int status = skr_buffer_put_varint(&b->image->head, n, b->err);
    for (uint32_t code = 0; status == SKR_OK && code < 65536; code++)
        if ((seen[code / 64] >> code % 64 & 1) != 0)
            status = put_one_karyotype(b, (uint16_t)code);
    free(seen);
    return status;
}

static int put_people(build *b)
{
    for (uint32_t i = 0; i < b->n_people && i < b->draft->n_people_max; i++)
        if (b->draft->karyotypes[i] != SKR_NO_SAMPLE)
            skr_people_set_add(b->members, i);
    uint64_t *members = calloc(b->n_people / 64 + 1u, sizeof *members);
    if (members == NULL)
        return skr_fail_nomem(b->err, "people");
    skr_people_set_mark(b->members, members, b->n_people);
    int status = put_set(b, b->members);
    if (status == SKR_OK)
        status = put_sexes(b, members);
    if (status == SKR_OK)
        status = put_karyotypes(b);
    free(members);
    return status;
}

static int compare_terms(const void *a, const void *b, void *context)
{
    const skr_names *terms = context;
    return skr_curie_compare(skr_names_at(terms, *(const uint32_t *)a),
                             skr_names_at(terms, *(const uint32_t *)b));
}

/* The numbers of the terms in the order of a list of CURIEs, and that list. */
static int put_order(build *b)
{
    const char **curies = calloc(b->n_terms + 1u, sizeof *curies);
    b->order = calloc(b->n_terms + 1u, sizeof *b->order);
    if (curies == NULL || b->order == NULL) {
        free(curies);
        return skr_fail_nomem(b->err, "people");
    }
    for (uint32_t i = 0; i < b->n_terms; i++)
        b->order[i] = i;
    qsort_r(b->order, b->n_terms, sizeof *b->order, compare_terms, b->draft->terms);
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < b->n_terms; i++) {
        curies[i] = skr_names_at(b->draft->terms, b->order[i]);
        status = skr_buffer_put_u32(&b->image->parts[SKR_PART_ORDER], b->order[i], b->err);
    }
    if (status == SKR_OK)
        status =
            skr_curie_list_encode(curies, b->n_terms, &b->image->parts[SKR_PART_CURIES], b->err);
    free(curies);
    return status;
}

static int put_term(build *b, uint32_t number, const char *label)
{
    const term_build *term = &b->terms[number];
    skr_buffer *table = &b->image->parts[SKR_PART_TABLE];
    int status =
        skr_buffer_put(&b->image->parts[SKR_PART_LABELS], label, strlen(label) + 1, b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(table, term->kind, b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(table, term->values.n > 0, b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(table, term->n_stated, b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(
            table, term->set == NULL ? 0 : skr_people_set_count(term->set), b->err);
    return status != SKR_OK ? status
                            : put_set_in(b, term->set, &b->image->parts[SKR_PART_SETS], table);
}

static int put_terms(build *b, const skr_names *labels)
{
    for (uint32_t i = 0; i < b->n_terms; i++) {
        uint32_t label = b->draft->labels[b->order[i]];
        SKR_TRY(put_term(b, b->order[i], label == SKR_NONE ? "" : skr_names_at(labels, label)));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ columns */

static int compare_pairs(const void *a, const void *b)
{
    const pair *x = a;
    const pair *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->owner < y->owner ? -1 : x->owner > y->owner;
}

static int put_column(build *b, unsigned column, uint32_t term, pair_list *list)
{
    if (list->n == 0)
        return SKR_OK;
    qsort(list->pairs, list->n, sizeof *list->pairs, compare_pairs);
    uint32_t n = 0;
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < list->n; i++) {
        const pair *at = &list->pairs[i];
        if (i > 0 && compare_pairs(at, at - 1) == 0)
            continue;
        status = skr_buffer_put(&b->image->parts[SKR_PART_VALUES], &at->value, 8, b->err);
        if (status == SKR_OK)
            status = skr_buffer_put_u32(&b->image->parts[SKR_PART_OWNERS], at->owner, b->err);
        n++;
    }
    b->n_columns++;
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&b->columns, column, b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&b->columns, term == SKR_NONE ? 0 : term + 1u, b->err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&b->columns, n, b->err);
    return status;
}

/* The columns of ranges: all of low ends, then all of high ones, as their numbers ascend. */
static int put_ranges(build *b)
{
    SKR_TRY(put_column(b, SKR_LOW_COLUMN(SKR_COLUMN_AGE), SKR_NONE, &b->ages.low));
    SKR_TRY(put_column(b, SKR_HIGH_COLUMN(SKR_COLUMN_AGE), SKR_NONE, &b->ages.high));
    for (uint32_t i = 0; i < b->n_terms; i++)
        SKR_TRY(
            put_column(b, SKR_LOW_COLUMN(SKR_COLUMN_ONSET), i, &b->terms[b->order[i]].onsets.low));
    for (uint32_t i = 0; i < b->n_terms; i++)
        SKR_TRY(put_column(b, SKR_HIGH_COLUMN(SKR_COLUMN_ONSET), i,
                           &b->terms[b->order[i]].onsets.high));
    SKR_TRY(put_column(b, SKR_LOW_COLUMN(SKR_COLUMN_ANY_ONSET), SKR_NONE, &b->any_onsets.low));
    return put_column(b, SKR_HIGH_COLUMN(SKR_COLUMN_ANY_ONSET), SKR_NONE, &b->any_onsets.high);
}

static int put_columns(build *b)
{
    SKR_TRY(put_column(b, SKR_COLUMN_AGE, SKR_NONE, &b->ages.exact));
    for (uint32_t i = 0; i < b->n_terms; i++)
        SKR_TRY(put_column(b, SKR_COLUMN_VALUE, i, &b->terms[b->order[i]].values));
    for (uint32_t i = 0; i < b->n_terms; i++)
        SKR_TRY(put_column(b, SKR_COLUMN_ONSET, i, &b->terms[b->order[i]].onsets.exact));
    SKR_TRY(put_column(b, SKR_COLUMN_ANY_ONSET, SKR_NONE, &b->any_onsets.exact));
    SKR_TRY(put_ranges(b));
    skr_buffer *table = &b->image->parts[SKR_PART_TABLE];
    SKR_TRY(skr_buffer_put_varint(table, b->n_columns, b->err));
    if (b->columns.n > 0)
        SKR_TRY(skr_buffer_put(table, b->columns.bytes, b->columns.n, b->err));
    return SKR_OK;
}

/* ------------------------------------------------------------------ */

static int build_init(build *b)
{
    b->terms = calloc(b->n_terms + 1u, sizeof *b->terms);
    b->sexes = calloc(b->n_people + 1u, 1);
    if (b->terms == NULL || b->sexes == NULL)
        return skr_fail_nomem(b->err, "people");
    return skr_people_set_new(&b->members, b->err);
}

static void build_done(build *b)
{
    for (uint32_t i = 0; b->terms != NULL && i < b->n_terms; i++) {
        skr_people_set_free(b->terms[i].set);
        free(b->terms[i].values.pairs);
        ages_done(&b->terms[i].onsets);
    }
    free(b->terms);
    free(b->order);
    free(b->sexes);
    ages_done(&b->ages);
    ages_done(&b->any_onsets);
    skr_buffer_done(&b->columns);
    skr_people_set_free(b->members);
}

int skr_people_image_make(const skr_people_edit *edit, const skr_people_draft *draft,
                          skr_people_image *image, skr_err *err)
{
    build b = {.draft = draft, .image = image, .err = err};
    b.n_people = skr_people_edit_count(edit);
    b.n_terms = skr_names_count(draft->terms);
    image->n_terms = b.n_terms;
    int status = build_init(&b);
    if (status == SKR_OK)
        status = draft->has_facts ? add_records(&b) : add_said(&b, edit);
    if (status == SKR_OK)
        status = put_people(&b);
    if (!draft->has_facts || status != SKR_OK)
        goto out;
    status = put_order(&b);
    if (status == SKR_OK)
        status = put_terms(&b, edit->labels);
    if (status == SKR_OK)
        status = put_columns(&b);
out:
    build_done(&b);
    return status;
}

void skr_people_image_done(skr_people_image *image)
{
    skr_buffer_done(&image->head);
    for (int part = 0; part < SKR_N_PARTS; part++)
        skr_buffer_done(&image->parts[part]);
}
