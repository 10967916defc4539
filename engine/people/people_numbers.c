/*
 * people_numbers.c - conditions on numbers of people: age, age of onset, measured values.
 */
#include <math.h>

#include "engine/people/people_condition.h"

static int mark_column(const skr_question *question, const skr_expr *node, skr_column column,
                       uint32_t slot, uint64_t *bits, skr_err *err)
{
    const skr_people_comparison comparison = {column, NULL, node->compare, node->number};
    uint32_t dataset = question->slots[slot].dataset;
    if (column == SKR_COLUMN_AGE || column == SKR_COLUMN_ANY_ONSET)
        return skr_people_compare(question->snapshot->people, dataset, &comparison, bits, err);
    return skr_people_mark_term(question, node, dataset, &comparison, bits, err);
}

static int mark_age(const skr_question *question, const skr_expr *node,
                    const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)found;
    return mark_column(question, node, SKR_COLUMN_AGE, slot, bits, err);
}

static const char *age_value(const skr_expr *node, skr_expr *any)
{
    (void)node;
    any->number = -1;
    return "an age";
}

const skr_people_condition skr_people_by_age = {.mark = mark_age, .value = age_value};

static int mark_onset(const skr_question *question, const skr_expr *node,
                      const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)found;
    return mark_column(question, node, node->text == NULL ? SKR_COLUMN_ANY_ONSET : SKR_COLUMN_ONSET,
                       slot, bits, err);
}

static const char *onset_value(const skr_expr *node, skr_expr *any)
{
    any->number = -1;
    return node->text == NULL ? "an age of onset" : "an age of onset of it";
}

const skr_people_condition skr_people_by_onset = {
    .check = skr_people_check_term, .mark = mark_onset, .value = onset_value};

static int mark_value(const skr_question *question, const skr_expr *node,
                      const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)found;
    return mark_column(question, node, SKR_COLUMN_VALUE, slot, bits, err);
}

static const char *measured_value(const skr_expr *node, skr_expr *any)
{
    (void)node;
    any->number = -(double)INFINITY;
    return "a value of it";
}

const skr_people_condition skr_people_by_value = {
    .check = skr_people_check_value, .mark = mark_value, .value = measured_value};
