/*
 * people_doubt.c - conditions on a field that nobody of a dataset has: their 0 means nothing.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/people/people_condition.h"
#include "engine/tell/disclose.h"
#include "storage/carriers/bits.h"

/* Does the policy keep quiet about so many, as about nobody? */
static bool is_nobody(const skr_question *question, uint64_t n)
{
    return n == 0 || skr_disclose(&question->access->policy, n).is_hidden;
}

/*
 * The same field compared so that whoever has a value satisfies: unequal to what no value is. NULL:
 * its 0 says what it says, or "unknown" was asked for.
 */
static const char *any_value(const skr_expr *node, skr_expr *any)
{
    const skr_people_condition *condition = skr_people_condition_of(node->op);
    *any = *node;
    any->compare = SKR_NE;
    return condition->value == NULL ? NULL : condition->value(node, any);
}

static int count_any(const skr_question *question, const skr_expr *any, uint32_t slot,
                     const uint64_t *all, uint64_t *ret_n, skr_err *err)
{
    uint64_t *bits = NULL;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    int status = skr_bits_new(question->snapshot->n_people, &bits, err);
    if (status == SKR_OK)
        status = skr_people_mark(question, any, slot, bits, err);
    if (status == SKR_OK) {
        skr_bits_and(bits, all, n_words);
        *ret_n = skr_bits_count(bits, n_words);
    }
    free(bits);
    return status;
}

static int warn(const skr_question *question, const skr_expr *node, uint32_t slot, const char *what,
                uint64_t n_people, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    const char *dataset = manifest->datasets[question->slots[slot].dataset].id;
    skr_told_count told = skr_disclose(&question->access->policy, n_people);
    skr_figure people = {"people", told.count};
    skr_buffer text = {0};
    int status = skr_query_expr_print(node, &text, err);
    if (status == SKR_OK && question->access->policy.is_exact)
        status = skr_warnings_add(question->warnings, SKR_WARN_NO_VALUES, &people, 1, err,
                                  "%.*s: none of the %" PRIu64 " people of dataset %s has %s",
                                  (int)text.n, (const char *)text.bytes, told.count, dataset, what);
    else if (status == SKR_OK)
        status = skr_warnings_add(question->warnings, SKR_WARN_NO_VALUES, &people,
                                  told.is_hidden ? 0 : 1, err,
                                  "%.*s: in dataset %s nobody who may be told has %s", (int)text.n,
                                  (const char *)text.bytes, dataset, what);
    skr_buffer_done(&text);
    return status;
}

int skr_people_doubt(const skr_question *question, const skr_expr *node, uint32_t slot,
                     const uint64_t *found, const uint64_t *all, skr_err *err)
{
    skr_expr any;
    uint64_t n_any = 0;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    const char *what = question->warnings == NULL ? NULL : any_value(node, &any);
    if (what == NULL || !is_nobody(question, skr_bits_count(found, n_words)))
        return SKR_OK;
    uint64_t n_people = skr_bits_count(all, n_words);
    if (n_people == 0)
        return SKR_OK;
    int status = count_any(question, &any, slot, all, &n_any, err);
    return status < 0 || !is_nobody(question, n_any)
               ? status
               : warn(question, node, slot, what, n_people, err);
}
