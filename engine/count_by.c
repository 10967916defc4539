/*
 * count_by.c - the people whom a question finds, cut by the classes of fields.
 *
 * The set of the question is made once. Fields but terms have few classes, which are held; of a
 * term only one class is, since there are thousands: so terms are gone through first, and the
 * others are cut within each. Under exact counts an empty piece is not cut further.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_int.h"
#include "engine/face/breakdown.h"
#include "engine/people/people_classes.h"
#include "engine/tell/disclose.h"
#include "engine/tell/suppress.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

_Static_assert(SKR_N_FIELD_KINDS <= SKR_TABLE_FIELDS_MAX, "a table has a field of each kind");

typedef struct cutter {
    const skr_question *question;
    const skr_field *fields;
    size_t n_fields;
    size_t n_words;
    bool hides;                                    /* the policy does */
    skr_people_classes classes[SKR_N_FIELD_KINDS]; /* of each field; of a term names alone */
    skr_people_sets pieces[SKR_N_FIELD_KINDS + 1]; /* at each depth: who is left */
    size_t order[SKR_N_FIELD_KINDS];               /* the field that is cut by at each depth */
    uint32_t path[SKR_N_FIELD_KINDS];              /* the class of each field at hand */
    uint32_t *cells;                               /* the classes of each */
    size_t n_cells_max;                            /* numbers that there is room for */
    uint64_t *raw; /* of each cell: of each slot, then of the union */
    size_t n_raw_max;
    size_t n;
} cutter;

/* ------------------------------------------------------------------ cutting */

static bool is_empty(const cutter *of, const skr_people_sets *people)
{
    for (uint32_t i = 0; i < people->n; i++)
        for (size_t w = 0; w < of->n_words; w++)
            if (people->sets[i][w] != 0)
                return false;
    return true;
}

static int add_cell(cutter *of, const skr_people_sets *people, skr_err *err)
{
    uint32_t n_slots = people->n;
    if (of->n == SKR_CELLS_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "more than %u cells: ask with fewer fields",
                        SKR_CELLS_MAX);
    SKR_TRY(
        SKR_ARRAY_RESERVE(&of->cells, &of->n_cells_max, (of->n + 1) * of->n_fields, "cells", err));
    SKR_TRY(
        SKR_ARRAY_RESERVE(&of->raw, &of->n_raw_max, (of->n + 1) * (n_slots + 1u), "cells", err));
    memcpy(of->cells + of->n * of->n_fields, of->path, of->n_fields * sizeof *of->path);
    uint64_t *raw = of->raw + of->n * (n_slots + 1u);
    for (uint32_t i = 0; i < n_slots; i++)
        raw[i] = skr_bits_count(people->sets[i], of->n_words);
    raw[n_slots] = n_slots == 1 ? raw[0] : skr_people_sets_count(people, of->n_words);
    of->n++;
    return SKR_OK;
}

/* Cuts who is left at a depth by the fields from there on. */
static int cut(cutter *of, size_t depth, skr_err *err)
{
    const skr_people_sets *whole = &of->pieces[depth];
    if (!of->hides && is_empty(of, whole))
        return SKR_OK;
    if (depth == of->n_fields || depth == SKR_N_FIELD_KINDS)
        return add_cell(of, whole, err);
    size_t field = of->order[depth];
    const skr_people_classes *classes = &of->classes[field];
    for (size_t c = 0; c < classes->n; c++) {
        const skr_people_sets *piece = &of->pieces[depth + 1];
        of->path[field] = (uint32_t)c;
        for (uint32_t i = 0; i < whole->n; i++)
            for (size_t w = 0; w < of->n_words; w++)
                piece->sets[i][w] = whole->sets[i][w] & classes->items[c].people.sets[i][w];
        SKR_TRY(cut(of, depth + 1, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ classes */

/* May the name of a class be told: are there more people of it than are hidden, in some dataset? */
static bool may_name(const cutter *of, skr_field_kind kind, const char *name,
                     const skr_people_sets *people)
{
    bool is_known = kind != SKR_FIELD_COUNTRY && kind != SKR_FIELD_ANCESTRY &&
                    kind != SKR_FIELD_TERM && kind != SKR_FIELD_KARYOTYPE;
    if (!of->hides || is_known || strcmp(name, SKR_FIELDS_UNDEFINED) == 0)
        return true;
    for (uint32_t i = 0; i < people->n; i++)
        if (skr_engine_may_tell(of->question, skr_bits_count(people->sets[i], of->n_words)))
            return true;
    return false;
}

typedef struct adder {
    cutter *of;
    size_t field;
} adder;

/* A class that may not be named goes. */
static void drop_class(skr_people_classes *classes, size_t at)
{
    free(classes->items[at].name);
    free(classes->items[at].label);
    skr_people_sets_done(&classes->items[at].people);
    memmove(classes->items + at, classes->items + at + 1,
            (classes->n - at - 1) * sizeof *classes->items);
    classes->n--;
}

static int find_classes(cutter *of, size_t field, skr_err *err)
{
    skr_people_classes *classes = &of->classes[field];
    SKR_TRY(skr_people_classes_find(of->question, &of->fields[field], classes, err));
    for (size_t c = classes->n; c > 0; c--)
        if (!may_name(of, of->fields[field].kind, classes->items[c - 1].name,
                      &classes->items[c - 1].people))
            drop_class(classes, c - 1);
    return SKR_OK;
}

/* Cuts the people of one term by the other fields. */
static int on_term(void *context, const skr_class_name *name, const skr_people_sets *people,
                   skr_err *err)
{
    const adder *add = context;
    cutter *of = add->of;
    skr_people_classes *classes = &of->classes[add->field];
    const skr_people_sets *piece = &of->pieces[1];
    if (!may_name(of, SKR_FIELD_TERM, name->text, people))
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&classes->items, &classes->n_max, classes->n + 1, "classes", err));
    skr_people_class *class = &classes->items[classes->n];
    *class = (skr_people_class){.name = strdup(name->text), .label = strdup(name->label)};
    of->path[add->field] = (uint32_t)classes->n++;
    if (class->name == NULL || class->label == NULL)
        return skr_fail_nomem(err, "classes");
    for (uint32_t i = 0; i < people->n; i++)
        for (size_t w = 0; w < of->n_words; w++)
            piece->sets[i][w] = of->pieces[0].sets[i][w] & people->sets[i][w];
    return cut(of, 1, err);
}

/* Finds the classes, and cuts; a term comes first. */
static int cut_all(cutter *of, skr_err *err)
{
    size_t n = 0;
    size_t term = of->n_fields;
    for (size_t f = 0; f < of->n_fields; f++)
        if (of->fields[f].kind == SKR_FIELD_TERM)
            of->order[n++] = term = f;
    for (size_t f = 0; f < of->n_fields; f++) {
        if (f == term)
            continue;
        of->order[n++] = f;
        SKR_TRY(find_classes(of, f, err));
    }
    for (size_t depth = 1; depth <= of->n_fields; depth++)
        SKR_TRY(skr_people_sets_new(of->question, &of->pieces[depth], err));
    if (term == of->n_fields)
        return cut(of, 0, err);
    adder add = {of, term};
    return skr_people_classes_each(of->question, &of->fields[term], on_term, &add, err);
}

/* ------------------------------------------------------------------ telling */

static int compare_cells(const void *a, const void *b, void *context)
{
    const cutter *of = context;
    const uint32_t *x = of->cells + *(const size_t *)a * of->n_fields;
    const uint32_t *y = of->cells + *(const size_t *)b * of->n_fields;
    for (size_t f = 0; f < of->n_fields; f++)
        if (x[f] != y[f])
            return x[f] < y[f] ? -1 : 1;
    return 0;
}

/* Is a cell of people of a slot? The classes of datasets are the slots. */
static bool is_of_slot(const cutter *of, size_t cell, uint32_t slot)
{
    for (size_t f = 0; f < of->n_fields; f++)
        if (of->fields[f].kind == SKR_FIELD_DATASET && of->cells[cell * of->n_fields + f] != slot)
            return false;
    return true;
}

/* What is told of the cells of a slot: told[cell * n_slots + slot]. */
static int tell_slot(const cutter *of, uint32_t slot, skr_told_count *told, skr_err *err)
{
    uint32_t n_slots = of->question->n_slots;
    skr_raw_table table = {.n_fields = of->n_fields};
    uint32_t *classes = calloc(of->n * of->n_fields + 1, sizeof *classes);
    uint64_t *raw = calloc(of->n + 1, sizeof *raw);
    skr_told_count *of_table = calloc(of->n + 1, sizeof *of_table);
    int status =
        classes == NULL || raw == NULL || of_table == NULL ? skr_fail_nomem(err, "cells") : SKR_OK;
    for (size_t f = 0; f < of->n_fields; f++)
        table.is_summed[f] = of->fields[f].kind != SKR_FIELD_TERM;
    for (size_t i = 0; status == SKR_OK && i < of->n; i++) {
        if (!is_of_slot(of, i, slot))
            continue;
        memcpy(classes + table.n_cells * of->n_fields, of->cells + i * of->n_fields,
               of->n_fields * sizeof *classes);
        raw[table.n_cells++] = of->raw[i * (n_slots + 1u) + slot];
    }
    table.classes = classes;
    table.raw = raw;
    if (status == SKR_OK)
        status = skr_suppress_table(&of->question->access->policy, &table, of_table, err);
    size_t next = 0;
    for (size_t i = 0; status == SKR_OK && i < of->n; i++)
        told[i * n_slots + slot] =
            is_of_slot(of, i, slot) ? of_table[next++] : (skr_told_count){.is_hidden = true};
    free(classes);
    free(raw);
    free(of_table);
    return status;
}

/* Makes the names of all classes the answer's; starts[f] is the first of a field. */
static int take_names(cutter *of, skr_cells_answer *answer, size_t *starts, skr_err *err)
{
    size_t n = 0;
    for (size_t f = 0; f < of->n_fields; f++)
        n += of->classes[f].n;
    answer->names = calloc(n + 1, sizeof *answer->names);
    answer->name_labels = calloc(n + 1, sizeof *answer->name_labels);
    answer->values = calloc(2 * of->n * of->n_fields + 1, sizeof *answer->values);
    answer->cells = calloc(of->n + 1, sizeof *answer->cells);
    if (answer->names == NULL || answer->name_labels == NULL || answer->values == NULL ||
        answer->cells == NULL)
        return skr_fail_nomem(err, "cells");
    for (size_t f = 0; f < of->n_fields; f++) {
        starts[f] = answer->n_names;
        for (size_t c = 0; c < of->classes[f].n; c++) {
            skr_people_class *class = &of->classes[f].items[c];
            answer->names[answer->n_names] = class->name;
            answer->name_labels[answer->n_names++] = class->label;
            class->name = class->label = NULL;
        }
    }
    return SKR_OK;
}

static int tell(cutter *of, skr_cells_answer *answer, skr_err *err)
{
    uint32_t n_slots = of->question->n_slots;
    const skr_policy *policy = &of->question->access->policy;
    size_t starts[SKR_N_FIELD_KINDS] = {0};
    skr_told_count *told = calloc(of->n * n_slots + 1, sizeof *told);
    size_t *order = calloc(of->n + 1, sizeof *order);
    int status = told == NULL || order == NULL ? skr_fail_nomem(err, "cells")
                                               : take_names(of, answer, starts, err);
    for (size_t i = 0; status == SKR_OK && i < of->n; i++)
        order[i] = i;
    if (status == SKR_OK && of->n > 0)
        qsort_r(order, of->n, sizeof *order, compare_cells, of);
    for (uint32_t slot = 0; status == SKR_OK && slot < n_slots; slot++)
        status = tell_slot(of, slot, told, err);
    for (size_t i = 0; status == SKR_OK && i < of->n; i++) {
        size_t at = order[i];
        const char **values = answer->values + i * of->n_fields;
        const char **labels = values + of->n * of->n_fields;
        for (size_t f = 0; f < of->n_fields; f++) {
            size_t name = starts[f] + of->cells[at * of->n_fields + f];
            values[f] = answer->names[name];
            labels[f] = of->hides ? "" : answer->name_labels[name];
        }
        answer->cells[answer->n++] =
            (skr_cell){values, labels,
                       skr_disclose_total(policy, told + at * n_slots, n_slots,
                                          of->raw[at * (n_slots + 1u) + n_slots])};
    }
    free(told);
    free(order);
    return status;
}

/* ------------------------------------------------------------------ the question */

static int count_by(const skr_question *question, const skr_expr *expr, cutter *of,
                    skr_cells_answer *answer, skr_err *err)
{
    skr_people_answer people = {0};
    int status = skr_people_check_all(question, expr, err);
    if (status == SKR_OK)
        status = skr_people_eval(question, expr, NULL, &people, err);
    of->pieces[0] = people.people;
    if (status == SKR_OK)
        status = cut_all(of, err);
    if (status == SKR_OK)
        status = tell(of, answer, err);
    if (status == SKR_OK)
        status = skr_engine_answer_tell(question, &people, &answer->count, err);
    skr_people_answer_done(&people);
    for (size_t f = 0; f < of->n_fields; f++) {
        skr_people_classes_done(&of->classes[f]);
        skr_people_sets_done(&of->pieces[f + 1]);
    }
    free(of->cells);
    free(of->raw);
    return status;
}

int skr_engine_count_by(skr_engine *engine, const skr_expr *expr, const skr_field *fields,
                        size_t n_fields, const skr_access *access, skr_cells_answer *ret_answer,
                        skr_err *err)
{
    SKR_CHECK(n_fields <= SKR_N_FIELD_KINDS);
    uint64_t began_ns = skr_clock_ns();
    skr_question question;
    skr_cells_answer answer = {0};
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    cutter of = {.question = &question,
                 .fields = fields,
                 .n_fields = n_fields,
                 .n_words = skr_bits_words(question.snapshot->n_people),
                 .hides = !access->policy.is_exact};
    question.warnings = &answer.count.warnings;
    status = skr_question_warn_hidden(&question, err);
    if (status == SKR_OK)
        status = skr_engine_answer_init(&question, &answer.count, err);
    if (status == SKR_OK)
        status = count_by(&question, expr, &of, &answer, err);
    skr_engine_end(&question);
    if (status < 0) {
        skr_engine_cells_done(&answer);
        return status;
    }
    answer.count.n_ns = skr_clock_ns() - began_ns;
    *ret_answer = answer;
    return SKR_OK;
}

void skr_engine_cells_done(skr_cells_answer *answer)
{
    skr_engine_count_done(&answer->count);
    for (size_t i = 0; i < answer->n_names; i++) {
        free(answer->names[i]);
        free(answer->name_labels[i]);
    }
    free(answer->names);
    free(answer->name_labels);
    free(answer->values);
    free(answer->cells);
    *answer = (skr_cells_answer){0};
}
