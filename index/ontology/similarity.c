/*
 * similarity.c - the terms that are as alike as asked: below each ancestor, from the most general
 * to the most special, so that what was found last is the best common ancestor.
 */
#include "index/ontology/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/ontology/ontology_int.h"
#include "storage/base/array.h"

/* An ancestor and its information content. */
typedef struct ancestor {
    uint32_t term;
    double content;
} ancestor;

typedef struct search {
    const skr_ontology *ontology;
    uint32_t term;
    double n_release; /* log of the number of terms in it */
    ancestor *above;
    uint32_t n_above;
    uint32_t n_above_max;
    double *best;    /* per term: the content of the best common ancestor so far */
    uint32_t *seen;  /* per term: the number of the walk that saw it last */
    uint32_t n_walk; /* walks so far */
    uint32_t *todo;
    uint32_t n_todo;
} search;

/* Puts the term and all below it in todo, each once. */
static void walk_below(search *s, uint32_t term)
{
    const uint32_t *offsets =
        (const uint32_t *)(const void *)s->ontology->parts[SKR_ONT_CHILDREN].bytes;
    const uint32_t *children = offsets + s->ontology->n_terms + 1;
    s->n_walk++;
    s->todo[0] = term;
    s->n_todo = 1;
    s->seen[term] = s->n_walk;
    for (uint32_t i = 0; i < s->n_todo; i++)
        for (uint32_t k = offsets[s->todo[i]]; k < offsets[s->todo[i] + 1]; k++) {
            uint32_t child = children[k];
            if (s->seen[child] == s->n_walk)
                continue;
            s->seen[child] = s->n_walk;
            s->todo[s->n_todo++] = child;
        }
}

/* n_below: the terms below it. */
static double content_of(const search *s, uint32_t n_below)
{
    double content = s->n_release <= 0 ? 0 : 1 - log(1 + (double)n_below) / s->n_release;
    return content < 0 ? 0 : content;
}

static double content_of_term(search *s, uint32_t term)
{
    walk_below(s, term);
    return content_of(s, s->n_todo - 1);
}

static int add_ancestor(void *context, uint32_t term, skr_err *err)
{
    search *s = context;
    SKR_TRY(
        SKR_ARRAY_RESERVE(&s->above, &s->n_above_max, (size_t)s->n_above + 1, "similarity", err));
    s->above[s->n_above++] = (ancestor){term, content_of_term(s, term)};
    return SKR_OK;
}

static int compare_ancestors(const void *a, const void *b)
{
    const ancestor *x = a;
    const ancestor *y = b;
    if (x->content != y->content)
        return x->content < y->content ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

/* The number of terms of the release that the term is of; of all, where it is of none. */
static uint32_t release_of(const skr_ontology *ontology, uint32_t term)
{
    const char *curie = skr_ontology_curie(ontology, term);
    size_t n = skr_ontology_curie_prefix(curie);
    for (uint32_t i = 0; i < ontology->n_releases; i++) {
        const char *prefix = ontology->releases[i].prefix;
        if (strlen(prefix) == n && strncmp(prefix, curie, n) == 0)
            return ontology->releases[i].n_terms;
    }
    return ontology->n_terms;
}

/* The best common ancestor of each term that may be alike enough. */
static void find_best(search *s, double own, double least)
{
    if (s->n_above > 1)
        qsort(s->above, s->n_above, sizeof *s->above, compare_ancestors);
    for (uint32_t i = 0; i < s->n_above; i++) {
        double content = s->above[i].content;
        /* What lies below has at least as much content, so it is at most so much alike. */
        if (content <= 0 || 2 * content < least * (own + content))
            continue;
        walk_below(s, s->above[i].term);
        for (uint32_t k = 0; k < s->n_todo; k++)
            s->best[s->todo[k]] = content;
    }
}

static int search_init(search *s, const skr_ontology *ontology, uint32_t term, skr_err *err)
{
    size_t n = (size_t)ontology->n_terms + 1;
    *s = (search){.ontology = ontology, .term = term};
    s->n_release = log((double)release_of(ontology, term));
    s->best = calloc(n, sizeof *s->best);
    s->seen = calloc(n, sizeof *s->seen);
    s->todo = malloc(n * sizeof *s->todo);
    if (s->best == NULL || s->seen == NULL || s->todo == NULL)
        return skr_fail_nomem(err, "similarity");
    return skr_ontology_ancestors(ontology, term, add_ancestor, s, err);
}

static void search_done(search *s)
{
    free(s->above);
    free(s->best);
    free(s->seen);
    free(s->todo);
}

int skr_similarity_mark(const skr_ontology *ontology, uint32_t term, skr_similarity level,
                        uint64_t *terms, uint32_t *ret_n, skr_err *err)
{
    search s;
    double least = skr_similarity_least(level);
    uint32_t n = 0;
    int status = search_init(&s, ontology, term, err);
    if (status == SKR_OK) {
        double own = content_of_term(&s, term);
        find_best(&s, own, least);
        walk_below(&s, term);
        for (uint32_t i = 0; i < s.n_todo; i++, n++)
            terms[s.todo[i] / 64] |= UINT64_C(1) << s.todo[i] % 64;
        for (uint32_t i = 0; i < ontology->n_terms; i++) {
            if (s.best[i] <= 0 || (terms[i / 64] >> i % 64 & 1) != 0 ||
                2 * s.best[i] < least * (own + content_of_term(&s, i)))
                continue;
            terms[i / 64] |= UINT64_C(1) << i % 64;
            n++;
        }
        *ret_n = n;
    }
    search_done(&s);
    return status;
}
