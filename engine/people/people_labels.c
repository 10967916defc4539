/*
 * people_labels.c - who of a dataset has which value of a field.
 */
#include "engine/people/people_labels.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/carriers/bits.h"

void skr_people_labels_done(skr_people_labels *labels)
{
    for (size_t i = 0; i < labels->n; i++) {
        free(labels->items[i].text);
        free(labels->items[i].bits);
    }
    free(labels->items);
    *labels = (skr_people_labels){0};
}

/* The set of a label, which is added when it is new. */
static int label_set(const skr_question *question, skr_people_labels *labels, const char *text,
                     uint64_t **ret_bits, skr_err *err)
{
    for (size_t i = 0; i < labels->n; i++) {
        if (strcmp(labels->items[i].text, text) == 0) {
            *ret_bits = labels->items[i].bits;
            return SKR_OK;
        }
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&labels->items, &labels->n_max, labels->n + 1, "labels", err));
    skr_people_label label = {.text = strdup(text)};
    if (label.text == NULL)
        return skr_fail_nomem(err, "labels");
    int status = skr_bits_new(question->snapshot->n_people, &label.bits, err);
    if (status < 0) {
        free(label.text);
        return status;
    }
    labels->items[labels->n++] = label;
    *ret_bits = label.bits;
    return SKR_OK;
}

typedef struct labeller {
    const skr_question *question; /* of the one slot */
    skr_field_kind kind;
    skr_people_labels *labels;
} labeller;

/* What is told of a country that somebody stated. */
static const char *country_label(const skr_class_name *name)
{
    return name->label[0] != '\0' ? name->label : name->text; /* a code has no label */
}

/* Two classes may have one label. */
static int on_class(void *context, const skr_class_name *name, const skr_people_sets *people,
                    skr_err *err)
{
    const labeller *of = context;
    size_t n_words = skr_bits_words(of->question->snapshot->n_people);
    uint64_t *bits = NULL;
    if (strcmp(name->text, SKR_FIELDS_UNDEFINED) == 0)
        return SKR_OK;
    const char *text = of->kind == SKR_FIELD_COUNTRY ? country_label(name) : name->text;
    SKR_TRY(label_set(of->question, of->labels, text, &bits, err));
    skr_bits_or(bits, people->sets[0], n_words);
    return SKR_OK;
}

static int compare_labels(const void *a, const void *b)
{
    const skr_people_label *x = a;
    const skr_people_label *y = b;
    return strcmp(x->text, y->text);
}

/* Takes out the labels that nobody has. */
static void drop_empty(const skr_question *question, skr_people_labels *labels)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    size_t n = 0;
    for (size_t i = 0; i < labels->n; i++) {
        if (skr_bits_count(labels->items[i].bits, n_words) > 0) {
            labels->items[n++] = labels->items[i];
            continue;
        }
        free(labels->items[i].text);
        free(labels->items[i].bits);
    }
    labels->n = n;
}

int skr_people_labels_find(const skr_question *question, skr_field_kind kind, uint32_t slot,
                           skr_people_labels *ret_labels, skr_err *err)
{
    skr_people_labels labels = {0};
    skr_question one = *question;
    one.slots = &question->slots[slot];
    one.n_slots = 1;
    labeller of = {&one, kind, &labels};
    const skr_field field = {.kind = kind};
    int status = skr_people_classes_each(&one, &field, on_class, &of, err);
    if (status < 0) {
        skr_people_labels_done(&labels);
        return status;
    }
    if (kind != SKR_FIELD_SEX && labels.n > 1)
        qsort(labels.items, labels.n, sizeof *labels.items, compare_labels);
    drop_empty(question, &labels);
    *ret_labels = labels;
    return SKR_OK;
}
