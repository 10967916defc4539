/* term_values.c - the terms of a store, each with how many people a count of it would tell. */
#include "tools/skerry/term_values.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/suggest.h"

/* A term whose texts are kept: counting may read other parts of the store. */
typedef struct kept_term {
    char *curie;
    char *label;
    bool has_values;
} kept_term;

typedef struct term_list {
    const char *word; /* or NULL */
    kept_term *items;
    size_t n;
    size_t n_max;
    skr_suggest suggest;
} term_list;

static int keep_term(void *context, const skr_term_info *term, skr_err *err)
{
    term_list *list = context;
    if (strchr(term->curie, ':') == NULL)
        return SKR_OK; /* the word of a country or an ancestry */
    if (list->word != NULL && strcasestr(term->curie, list->word) == NULL &&
        strcasestr(term->label, list->word) == NULL) {
        skr_suggest_offer(&list->suggest, term->label);
        skr_suggest_offer(&list->suggest, term->curie);
        return SKR_OK;
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&list->items, &list->n_max, list->n + 1, "terms", err));
    kept_term *kept = &list->items[list->n++];
    *kept = (kept_term){strdup(term->curie), strdup(term->label), term->has_values};
    return kept->curie == NULL || kept->label == NULL ? skr_fail_nomem(err, "terms") : SKR_OK;
}

static int write_term(skr_engine *engine, const skr_access *access, const kept_term *term,
                      skr_value_writer *writer, uint64_t *ret_generation, skr_err *err)
{
    const skr_expr node = {.op = SKR_E_TERM, .text = term->curie};
    skr_count_answer answer = {0};
    SKR_TRY(skr_engine_count(engine, &node, access, &answer, err));
    const skr_value value = {term->curie, term->label, &answer.total, &term->has_values};
    *ret_generation = answer.generation;
    int status = skr_value_put(writer, &value, err);
    skr_engine_count_done(&answer);
    return status;
}

int skr_term_values_write(skr_engine *engine, const skr_access *access, const char *word,
                          skr_value_writer *writer, skr_err *err)
{
    char nearest[SKR_SUGGEST_TEXT_MAX];
    uint64_t generation = 0;
    term_list list = {.word = word};
    skr_suggest_init(&list.suggest, word == NULL ? "" : word);
    int status = skr_engine_terms(engine, access, keep_term, &list, err);
    if (status == SKR_OK && list.n == 0)
        status = word == NULL
                     ? skr_fail(err, SKR_ERR_QUERY, "no term would be told")
                     : skr_fail(err, SKR_ERR_QUERY, "no term has '%.60s' in its id or its label%s",
                                word, skr_suggest_text(&list.suggest, nearest));
    for (size_t i = 0; status == SKR_OK && i < list.n; i++)
        status = write_term(engine, access, &list.items[i], writer, &generation, err);
    if (status == SKR_OK)
        skr_value_end(writer, generation);
    for (size_t i = 0; i < list.n; i++) {
        free(list.items[i].curie);
        free(list.items[i].label);
    }
    free(list.items);
    return status;
}
