/*
 * people_prefix.c - is the prefix of a CURIE one that means something here?
 *
 * Asked over HTTP. A count of 0 for a term of which nothing here could know is no answer: it is a
 * question that cannot be meant. What is hidden must not show: a prefix is known by the ontologies
 * that are loaded, by what is built in, and by terms that would be told, never by hidden ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_eval.h"
#include "engine/tell/disclose.h"
#include "index/terms/curie.h"

#define PREFIXES_MAX 64 /* in a message */

/* Sexes are built in; NCIT:C16576 means women whether or not NCIT is loaded. */
static const char *const built_in[] = {"NCIT:", "PATO:"};

static bool is_told(const skr_question *question, const skr_stated_term *term)
{
    skr_told_count told = skr_disclose(&question->access->policy, term->n_people);
    return !told.is_hidden && told.exists;
}

/* The first of n ascending terms that is not before a text. */
static uint32_t first_from(const skr_stated_term *terms, uint32_t n, const char *text)
{
    uint32_t from = 0;
    while (from < n) {
        uint32_t middle = from + (n - from) / 2;
        if (strcmp(terms[middle].curie, text) < 0)
            from = middle + 1;
        else
            n = middle;
    }
    return from;
}

/* Is a term with this prefix, colon included, stated of as many people as may be told? */
static int is_stated(const skr_question *question, const char *prefix, bool *ret_is, skr_err *err)
{
    size_t n_prefix = strlen(prefix);
    *ret_is = false;
    for (uint32_t slot = 0; slot < question->n_slots && !*ret_is; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        int status = skr_people_terms(question->snapshot->people, question->slots[slot].dataset,
                                      &terms, &n, err);
        if (status < 0)
            return status;
        for (uint32_t i = first_from(terms, n, prefix);
             i < n && !*ret_is && strncmp(terms[i].curie, prefix, n_prefix) == 0; i++)
            *ret_is = is_told(question, &terms[i]);
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the message */

typedef struct prefix_list {
    char *prefixes[PREFIXES_MAX];
    size_t n;
} prefix_list;

/* Adds the first n bytes of a text, once. More than a message holds are left out. */
static int add_prefix(prefix_list *list, const char *text, size_t n, skr_err *err)
{
    for (size_t i = 0; i < list->n; i++)
        if (strlen(list->prefixes[i]) == n && strncmp(list->prefixes[i], text, n) == 0)
            return SKR_OK;
    if (list->n == PREFIXES_MAX)
        return SKR_OK;
    char *copy = strndup(text, n);
    if (copy == NULL)
        return skr_fail_nomem(err, "a question");
    list->prefixes[list->n++] = copy;
    return SKR_OK;
}

static int add_stated(const skr_question *question, prefix_list *list, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t slot = 0; status == SKR_OK && slot < question->n_slots; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        status = skr_people_terms(question->snapshot->people, question->slots[slot].dataset, &terms,
                                  &n, err);
        for (uint32_t i = 0; status == SKR_OK && i < n; i++)
            if (strchr(terms[i].curie, ':') != NULL && is_told(question, &terms[i]))
                status =
                    add_prefix(list, terms[i].curie, skr_curie_prefix_length(terms[i].curie), err);
    }
    return status;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int fail_unknown(const skr_question *question, const skr_expr *node, skr_err *err)
{
    char known[SKR_ERR_MESSAGE_MAX / 2] = "";
    prefix_list list = {.n = 0};
    uint32_t n = 0;
    const skr_ontology_release *releases = skr_ontology_releases(question->snapshot->ontology, &n);
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < sizeof built_in / sizeof *built_in; i++)
        status = add_prefix(&list, built_in[i], skr_curie_prefix_length(built_in[i]), err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        status = add_prefix(&list, releases[i].prefix, strlen(releases[i].prefix), err);
    if (status == SKR_OK)
        status = add_stated(question, &list, err);
    qsort(list.prefixes, list.n, sizeof *list.prefixes, compare_texts);
    for (size_t i = 0, at = 0; i < list.n && at < sizeof known; i++) {
        int n_more =
            snprintf(known + at, sizeof known - at, "%s%s", i == 0 ? "" : ", ", list.prefixes[i]);
        at += n_more > 0 ? (size_t)n_more : 0;
    }
    for (size_t i = 0; i < list.n; i++)
        free(list.prefixes[i]);
    if (status < 0)
        return status;
    (void)skr_fail(err, SKR_ERR_QUERY,
                   "nothing here knows terms like %.100s: the prefixes known here are %s",
                   node->text, known);
    skr_query_point(err, node->source, node->at, node->n_at);
    return SKR_ERR_QUERY;
}

int skr_people_check_prefix(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    char prefix[SKR_CURIE_MAX + 1];
    size_t n = skr_curie_prefix_length(node->text);
    if (node->text[n] != ':' || n + 2 > sizeof prefix)
        return SKR_OK; /* a word: a country without a code */
    memcpy(prefix, node->text, n + 1);
    prefix[n + 1] = '\0';
    int status = SKR_OK;
    bool is_known = skr_ontology_has_prefix(ontology, node->text);
    if (!is_known)
        status = skr_ontology_load(ontology, err);
    if (status < 0)
        return status;
    is_known = is_known || skr_ontology_knows(ontology, node->text);
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        is_known = is_known || strcmp(prefix, built_in[i]) == 0;
    if (is_known)
        return SKR_OK;
    status = is_stated(question, prefix, &is_known, err);
    return status < 0 || is_known ? status : fail_unknown(question, node, err);
}
