/*
 * terms.c - the terms that may be asked for and would be told.
 *
 * A term is listed when the number of people who have it, descendants included, would be told; so
 * are the classes above it in the loaded ontologies. Whether a term is stated at all would tell of
 * a single person otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/bits_int.h"
#include "engine/engine_int.h"

typedef struct listed {
    const char *curie; /* of the ontology or the people table */
    const char *label;
    skr_term_kind kind;
    bool has_values;
    bool is_ancestor;
} listed;

typedef struct lister {
    const skr_question *question;
    listed *terms;
    size_t n;
    size_t n_max;
} lister;

static int add(lister *list, listed term, skr_err *err)
{
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 256 : 2 * list->n_max;
        listed *terms = realloc(list->terms, n_max * sizeof *terms);
        if (terms == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for terms");
        list->terms = terms;
        list->n_max = n_max;
    }
    list->terms[list->n++] = term;
    return SKR_OK;
}

/* The better of two entries of one term comes first: stated before inferred, labelled first. */
static int compare_listed(const void *a, const void *b)
{
    const listed *x = a;
    const listed *y = b;
    int order = strcmp(x->curie, y->curie);
    if (order != 0)
        return order;
    if (x->is_ancestor != y->is_ancestor)
        return x->is_ancestor ? 1 : -1;
    if (x->has_values != y->has_values)
        return x->has_values ? -1 : 1;
    return (x->label[0] == '\0') - (y->label[0] == '\0');
}

/* Would the number of people with a term be told, in some dataset? */
static int is_told(const skr_question *question, const char *curie, uint64_t *bits, bool *ret_told,
                   skr_err *err)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    skr_expr node = {.op = SKR_E_TERM, .text = curie};
    *ret_told = false;
    for (uint32_t i = 0; i < question->n_slots && !*ret_told; i++) {
        memset(bits, 0, n_words * sizeof *bits);
        int status = skr_people_leaf(question, &node, i, bits, err);
        if (status < 0)
            return status;
        skr_told_count told =
            skr_disclose(&question->access->policy, skr_bits_count(bits, n_words));
        *ret_told = !told.is_hidden && told.exists;
    }
    return SKR_OK;
}

/* The terms that datasets state. */
static int list_stated(lister *list, uint64_t *bits, skr_err *err)
{
    const skr_question *question = list->question;
    const skr_snapshot *snapshot = question->snapshot;
    int status = SKR_OK;
    for (uint32_t slot = 0; status == SKR_OK && slot < question->n_slots; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        status = skr_people_terms(snapshot->people, question->slots[slot].dataset, &terms, &n, err);
        for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
            bool told = false;
            status = is_told(question, terms[i].curie, bits, &told, err);
            if (status < 0 || !told)
                continue;
            const char *label = terms[i].label;
            uint32_t term = skr_ontology_resolve(snapshot->ontology, terms[i].curie);
            if (label[0] == '\0' && term != SKR_NONE)
                label = skr_ontology_label(snapshot->ontology, term);
            status = add(list,
                         (listed){.curie = terms[i].curie,
                                  .label = label,
                                  .kind = terms[i].kind,
                                  .has_values = terms[i].has_values},
                         err);
        }
    }
    return status;
}

/* Looks for stated descendants of one class. */
typedef struct descent {
    const lister *list;
    size_t n_stated;
    const listed *found;
} descent;

static int find_stated(void *context, const char *curie, skr_err *err)
{
    (void)err;
    descent *down = context;
    if (down->found != NULL)
        return SKR_OK;
    const listed *terms = down->list->terms;
    size_t from = 0;
    size_t to = down->n_stated;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(terms[middle].curie, curie);
        if (order == 0) {
            down->found = &terms[middle];
            return SKR_OK;
        }
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return SKR_OK;
}

/* Whoever is above a told term is told too: at least as many people have it. */
static int list_ancestors(lister *list, skr_err *err)
{
    const skr_ontology *ontology = list->question->snapshot->ontology;
    uint32_t n = skr_ontology_n_terms(ontology);
    size_t n_stated = list->n;
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK && n_stated > 0; i++) {
        descent down = {.list = list, .n_stated = n_stated};
        const char *curie = skr_ontology_curie(ontology, i);
        if (skr_ontology_resolve(ontology, curie) != i)
            continue;
        status = skr_ontology_descendants(ontology, i, find_stated, &down, err);
        if (status == SKR_OK && down.found != NULL && strcmp(down.found->curie, curie) != 0)
            status = add(list,
                         (listed){.curie = curie,
                                  .label = skr_ontology_label(ontology, i),
                                  .kind = down.found->kind,
                                  .is_ancestor = true},
                         err);
    }
    return status;
}

static void sort_terms(lister *list)
{
    size_t n = 0;
    if (list->n == 0)
        return;
    qsort(list->terms, list->n, sizeof *list->terms, compare_listed);
    for (size_t i = 0; i < list->n; i++)
        if (n == 0 || strcmp(list->terms[n - 1].curie, list->terms[i].curie) != 0)
            list->terms[n++] = list->terms[i];
    list->n = n;
}

int skr_engine_terms(skr_engine *engine, const skr_access *access, skr_term_info_fn on_term,
                     void *context, skr_err *err)
{
    skr_question question;
    uint64_t *bits = NULL;
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    lister list = {.question = &question};
    status = skr_bits_new(question.snapshot->n_people, &bits, err);
    if (status == SKR_OK)
        status = list_stated(&list, bits, err);
    if (status == SKR_OK) {
        sort_terms(&list);
        status = list_ancestors(&list, err);
    }
    if (status == SKR_OK)
        sort_terms(&list);
    for (size_t i = 0; i < list.n && status >= 0; i++) {
        skr_term_info info = {.curie = list.terms[i].curie,
                              .label = list.terms[i].label,
                              .kind = list.terms[i].kind,
                              .has_values = list.terms[i].has_values,
                              .is_ancestor = list.terms[i].is_ancestor};
        status = on_term(context, &info, err);
    }
    free(list.terms);
    free(bits);
    skr_engine_end(&question);
    return status < 0 ? status : SKR_OK;
}
