/*
 * people_classes.c - people told apart by a field, one field after the other.
 */
#include "engine/people/people_classes.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/people/people_eval.h"
#include "engine/people/people_sex.h"
#include "engine/plan/access_check.h"
#include "index/contigs/contig.h"
#include "index/people/country.h"
#include "storage/base/array.h"
#include "storage/carriers/bits.h"

/* Who is told apart, into what. */
typedef struct divider {
    const skr_question *question;
    size_t n_words;
    skr_people_sets members; /* of each slot: everybody of the dataset */
    skr_people_sets rest;    /* of them: who is in no class so far */
    skr_people_sets people;  /* of the class at hand */
    skr_people_class_fn on_class;
    void *context;
} divider;

static int find_members(const divider *of, skr_err *err)
{
    const skr_snapshot *snapshot = of->question->snapshot;
    for (uint32_t i = 0; i < of->question->n_slots; i++) {
        const skr_people_set *set = NULL;
        SKR_TRY(skr_people_of_dataset(snapshot->people, of->question->slots[i].dataset, &set, err));
        if (set == NULL)
            continue;
        skr_people_set_mark(set, of->members.sets[i], snapshot->n_people);
        skr_people_set_mark(set, of->rest.sets[i], snapshot->n_people);
    }
    return SKR_OK;
}

/* The class at hand has all its bits: hands it out, and empties it for the next. */
static int give_labelled(divider *of, const skr_class_name *name, skr_err *err)
{
    int status = skr_access_check(of->question->access, err);
    for (uint32_t i = 0; i < of->people.n; i++) {
        skr_bits_and(of->people.sets[i], of->members.sets[i], of->n_words);
        skr_bits_and_not(of->rest.sets[i], of->people.sets[i], of->n_words);
    }
    if (status == SKR_OK)
        status = of->on_class(of->context, name, &of->people, err);
    for (uint32_t i = 0; i < of->people.n; i++)
        memset(of->people.sets[i], 0, of->n_words * sizeof **of->people.sets);
    return status;
}

static int give(divider *of, const char *text, skr_err *err)
{
    const skr_class_name name = {text, ""};
    return give_labelled(of, &name, err);
}

/* ------------------------------------------------------------------ sex, age, dataset */

static int divide_by_sex(divider *of, const skr_field *field, skr_err *err)
{
    static const skr_sex sexes[] = {SKR_SEX_FEMALE, SKR_SEX_MALE, SKR_SEX_OTHER};
    (void)field;
    for (size_t s = 0; s < sizeof sexes / sizeof *sexes; s++) {
        for (uint32_t i = 0; i < of->people.n; i++)
            SKR_TRY(skr_people_mark_sex(of->question, of->question->slots[i].dataset, sexes[s],
                                        of->people.sets[i], err));
        SKR_TRY(give(of, skr_sex_name(sexes[s]), err));
    }
    return SKR_OK;
}

/* Whose age is a range that lies in a band: both ends do. to below 0: no end. */
static int mark_ranges(const divider *of, uint32_t slot, double from, double to, uint64_t *bits,
                       skr_err *err)
{
    const skr_people *people = of->question->snapshot->people;
    uint32_t dataset = of->question->slots[slot].dataset;
    const skr_people_comparison at_least = {SKR_COLUMN_AGE, NULL, SKR_GE, from};
    const skr_people_comparison below = {SKR_COLUMN_AGE, NULL, SKR_LT, to};
    uint64_t *old = NULL;
    uint64_t *young = NULL;
    if (to < 0)
        return skr_people_compare(people, dataset, &at_least, bits, err);
    int status = skr_bits_new(of->question->snapshot->n_people, &old, err);
    if (status == SKR_OK)
        status = skr_bits_new(of->question->snapshot->n_people, &young, err);
    if (status == SKR_OK)
        status = skr_people_compare(people, dataset, &at_least, old, err);
    if (status == SKR_OK)
        status = skr_people_compare(people, dataset, &below, young, err);
    if (status == SKR_OK) {
        skr_bits_and(old, young, of->n_words);
        skr_bits_or(bits, old, of->n_words);
    }
    free(old);
    free(young);
    return status;
}

/* Whose age lies in a band. Ages as such lie side by side in their column, so that all bands
 * together look at each once; ranges are compared with both ends of the band. */
static int mark_band(const divider *of, uint32_t slot, double from, double to, uint64_t *bits,
                     skr_err *err)
{
    bool has_ranges = false;
    uint32_t dataset = of->question->slots[slot].dataset;
    SKR_TRY(skr_people_mark_ages(of->question->snapshot->people, dataset, from,
                                 to < 0 ? (double)INFINITY : to, bits, &has_ranges, err));
    return has_ranges ? mark_ranges(of, slot, from, to, bits, err) : SKR_OK;
}

static int divide_by_age(divider *of, const skr_field *field, skr_err *err)
{
    const skr_age_bounds bounds = field->bounds.n > 0 ? field->bounds : skr_fields_age_bounds();
    char name[48];
    for (size_t b = 0; b <= bounds.n; b++) {
        uint32_t from = b == 0 ? 0 : bounds.years[b - 1];
        uint32_t to = b == bounds.n ? 0 : bounds.years[b];
        if (b == bounds.n)
            (void)snprintf(name, sizeof name, "%" PRIu32 "+", from);
        else
            (void)snprintf(name, sizeof name, "%" PRIu32 "-%" PRIu32, from, to - 1);
        for (uint32_t i = 0; i < of->people.n; i++)
            SKR_TRY(mark_band(of, i, from, b == bounds.n ? -1.0 : to, of->people.sets[i], err));
        SKR_TRY(give(of, name, err));
    }
    return SKR_OK;
}

static int divide_by_dataset(divider *of, const skr_field *field, skr_err *err)
{
    (void)field;
    for (uint32_t i = 0; i < of->people.n; i++) {
        memcpy(of->people.sets[i], of->members.sets[i], of->n_words * sizeof **of->people.sets);
        SKR_TRY(give(of,
                     of->question->snapshot->manifest->datasets[of->question->slots[i].dataset].id,
                     err));
    }
    return SKR_OK;
}

/* The karyotypes of the samples of all slots, each once: texts[n], ascending. */
#define KARYOTYPES_MAX 256u
typedef struct karyotypes {
    char texts[KARYOTYPES_MAX][16];
    size_t n;
} karyotypes;

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int list_karyotypes(const divider *of, karyotypes *list, skr_err *err)
{
    const skr_people *people = of->question->snapshot->people;
    for (uint32_t i = 0; i < of->people.n; i++) {
        uint32_t dataset = of->question->slots[i].dataset;
        for (uint32_t k = 0; k < skr_people_n_karyotypes(people, dataset); k++) {
            const skr_people_set *set = NULL;
            skr_karyotype karyotype;
            char text[16];
            size_t n = 0;
            SKR_TRY(skr_people_of_karyotype(people, dataset, k, &karyotype, &set, err));
            skr_contig_karyotype_text(karyotype, text);
            while (n < list->n && strcmp(list->texts[n], text) != 0)
                n++;
            if (n == list->n && n < KARYOTYPES_MAX && karyotype.n_x != SKR_KARYOTYPE_UNKNOWN)
                memcpy(list->texts[list->n++], text, sizeof text);
        }
    }
    qsort(list->texts, list->n, sizeof *list->texts, compare_texts);
    return SKR_OK;
}

static int divide_by_karyotype(divider *of, const skr_field *field, skr_err *err)
{
    karyotypes list = {.n = 0};
    (void)field;
    SKR_TRY(list_karyotypes(of, &list, err));
    for (size_t k = 0; k < list.n; k++) {
        const skr_expr node = {.op = SKR_E_KARYOTYPE, .text = list.texts[k]};
        for (uint32_t i = 0; i < of->people.n; i++)
            SKR_TRY(skr_people_mark(of->question, &node, i, of->people.sets[i], err));
        SKR_TRY(give(of, list.texts[k], err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ country, ancestry, terms */

/* A term that somebody of a slot has. */
typedef struct value {
    const char *name; /* of the class: the curie, or the code of a country */
    const char *curie;
    const char *label;
    uint32_t slot;
} value;

typedef struct value_list {
    value *items;
    size_t n;
    size_t n_max;
} value_list;

/* Words differ in no more than their case where the language takes them for one. */
static int compare_values(const void *a, const void *b)
{
    const value *x = a;
    const value *y = b;
    int order = strcasecmp(x->name, y->name);
    if (order == 0)
        order = x->slot < y->slot ? -1 : x->slot > y->slot;
    return order != 0 ? order : strcmp(x->curie, y->curie);
}

static bool is_of_field(skr_field_kind field, skr_term_kind kind)
{
    switch (field) {
    case SKR_FIELD_COUNTRY:
        return kind == SKR_TERM_COUNTRY;
    case SKR_FIELD_ANCESTRY:
        return kind == SKR_TERM_ANCESTRY;
    default:
        return kind != SKR_TERM_COUNTRY && kind != SKR_TERM_ANCESTRY;
    }
}

/* Countries are told by their codes, by whatever they were stated. */
static value value_of(const skr_stated_term *term, skr_field_kind field, uint32_t slot)
{
    const char *code =
        field == SKR_FIELD_COUNTRY ? skr_country_of_stated(term->curie, term->label) : NULL;
    if (code != NULL)
        return (value){code, term->curie, "", slot};
    return (value){term->curie, term->curie, term->label, slot};
}

static int list_values(const divider *of, skr_field_kind field, value_list *list, skr_err *err)
{
    for (uint32_t i = 0; i < of->people.n; i++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        SKR_TRY(skr_people_terms(of->question->snapshot->people, of->question->slots[i].dataset,
                                 &terms, &n, err));
        SKR_TRY(SKR_ARRAY_RESERVE(&list->items, &list->n_max, list->n + n, "values", err));
        for (uint32_t t = 0; t < n; t++)
            if (is_of_field(field, terms[t].kind))
                list->items[list->n++] = value_of(&terms[t], field, i);
    }
    if (list->n > 0)
        qsort(list->items, list->n, sizeof *list->items, compare_values);
    return SKR_OK;
}

/* Of a country or an ancestry: as it is stated, in the slots that state it. */
static int mark_origins(const divider *of, const value *values, size_t n, skr_err *err)
{
    for (size_t i = 0; i < n; i++)
        SKR_TRY(skr_people_mark_stated(of->question->snapshot->people,
                                       of->question->slots[values[i].slot].dataset, values[i].curie,
                                       of->people.sets[values[i].slot], err));
    return SKR_OK;
}

/* Of a term: with those below it, in every slot. */
static int mark_terms(const divider *of, const value *values, skr_err *err)
{
    const skr_expr node = {.op = SKR_E_TERM, .text = values[0].curie};
    for (uint32_t i = 0; i < of->people.n; i++)
        SKR_TRY(skr_people_mark(of->question, &node, i, of->people.sets[i], err));
    return SKR_OK;
}

static int divide_by_stated(divider *of, const skr_field *field, skr_err *err)
{
    value_list list = {0};
    int status = list_values(of, field->kind, &list, err);
    for (size_t from = 0, to; status == SKR_OK && from < list.n; from = to) {
        for (to = from + 1; to < list.n; to++)
            if (strcasecmp(list.items[to].name, list.items[from].name) != 0)
                break;
        status = field->kind == SKR_FIELD_TERM
                     ? mark_terms(of, &list.items[from], err)
                     : mark_origins(of, &list.items[from], to - from, err);
        const skr_class_name name = {list.items[from].name, list.items[from].label};
        if (status == SKR_OK)
            status = give_labelled(of, &name, err);
    }
    free(list.items);
    return status;
}

/* ------------------------------------------------------------------ genotypes */

/* Adds those whom a condition on people finds. */
static int mark_expr(const divider *of, const skr_expr *expr, skr_err *err)
{
    skr_people_answer answer = {0};
    SKR_TRY(skr_people_eval(of->question, expr, NULL, &answer, err));
    for (uint32_t i = 0; i < of->people.n; i++)
        skr_bits_or(of->people.sets[i], answer.people.sets[i], of->n_words);
    skr_people_answer_done(&answer);
    return SKR_OK;
}

/*
 * By the copies that somebody has of an allele: 0 are those called there and without it, 2 those of
 * copies=2, 1 all other carriers. Who was not called there is in no class.
 */
static int divide_by_genotype(divider *of, const skr_field *field, skr_err *err)
{
    const skr_expr copies = {.op = SKR_A_COPIES, .compare = SKR_EQ, .number = 2};
    const skr_expr both = {.op = SKR_E_AND, .left = field->allele, .right = &copies};
    const skr_expr two = {.op = SKR_E_CARRIES, .alleles = &both};
    const skr_expr any = {.op = SKR_E_CARRIES, .alleles = field->allele};
    const skr_expr not_two = {.op = SKR_E_NOT, .left = &two};
    const skr_expr one = {.op = SKR_E_AND, .left = &any, .right = &not_two};
    skr_expr none = *field->allele;
    none.op = SKR_E_ABSENT;
    SKR_TRY(mark_expr(of, &none, err));
    SKR_TRY(give(of, "0", err));
    SKR_TRY(mark_expr(of, &one, err));
    SKR_TRY(give(of, "1", err));
    SKR_TRY(mark_expr(of, &two, err));
    return give(of, "2", err);
}

/* ------------------------------------------------------------------ all of them */

typedef int (*divide_fn)(divider *of, const skr_field *field, skr_err *err);

static const divide_fn dividers[SKR_N_FIELD_KINDS] = {
    [SKR_FIELD_SEX] = divide_by_sex,
    [SKR_FIELD_AGE] = divide_by_age,
    [SKR_FIELD_COUNTRY] = divide_by_stated,
    [SKR_FIELD_ANCESTRY] = divide_by_stated,
    [SKR_FIELD_DATASET] = divide_by_dataset,
    [SKR_FIELD_TERM] = divide_by_stated,
    [SKR_FIELD_KARYOTYPE] = divide_by_karyotype,
    [SKR_FIELD_GENOTYPE] = divide_by_genotype,
};

int skr_people_classes_each(const skr_question *question, const skr_field *field,
                            skr_people_class_fn on_class, void *context, skr_err *err)
{
    divider of = {.question = question,
                  .n_words = skr_bits_words(question->snapshot->n_people),
                  .on_class = on_class,
                  .context = context};
    int status = skr_people_sets_new(question, &of.members, err);
    if (status == SKR_OK)
        status = skr_people_sets_new(question, &of.rest, err);
    if (status == SKR_OK)
        status = skr_people_sets_new(question, &of.people, err);
    if (status == SKR_OK)
        status = find_members(&of, err);
    if (status == SKR_OK)
        status = dividers[field->kind](&of, field, err);
    const skr_class_name undefined = {SKR_FIELDS_UNDEFINED, ""};
    if (status == SKR_OK && field->kind != SKR_FIELD_DATASET)
        status = on_class(context, &undefined, &of.rest, err);
    skr_people_sets_done(&of.members);
    skr_people_sets_done(&of.rest);
    skr_people_sets_done(&of.people);
    return status;
}

typedef struct keeper {
    const skr_question *question;
    skr_people_classes *classes;
} keeper;

static int keep(void *context, const skr_class_name *name, const skr_people_sets *people,
                skr_err *err)
{
    const keeper *of = context;
    skr_people_classes *classes = of->classes;
    size_t n_words = skr_bits_words(of->question->snapshot->n_people);
    SKR_TRY(SKR_ARRAY_RESERVE(&classes->items, &classes->n_max, classes->n + 1, "classes", err));
    skr_people_class *class = &classes->items[classes->n++];
    *class = (skr_people_class){.name = strdup(name->text), .label = strdup(name->label)};
    if (class->name == NULL || class->label == NULL)
        return skr_fail_nomem(err, "classes");
    SKR_TRY(skr_people_sets_new(of->question, &class->people, err));
    for (uint32_t i = 0; i < people->n; i++)
        memcpy(class->people.sets[i], people->sets[i], n_words * sizeof **people->sets);
    return SKR_OK;
}

int skr_people_classes_find(const skr_question *question, const skr_field *field,
                            skr_people_classes *ret_classes, skr_err *err)
{
    skr_people_classes classes = {0};
    keeper of = {question, &classes};
    int status = skr_people_classes_each(question, field, keep, &of, err);
    if (status < 0)
        skr_people_classes_done(&classes);
    else
        *ret_classes = classes;
    return status;
}

void skr_people_classes_done(skr_people_classes *classes)
{
    for (size_t i = 0; i < classes->n; i++) {
        free(classes->items[i].name);
        free(classes->items[i].label);
        skr_people_sets_done(&classes->items[i].people);
    }
    free(classes->items);
    *classes = (skr_people_classes){0};
}
