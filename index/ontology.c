/*
 * ontology.c - an open ontology: what an id means today, and everything below a term.
 */
#include "index/ontology.h"

#include <stdlib.h>
#include <string.h>

#include "index/ontology_int.h"
#include "storage/base/check.h"

static int fail_nomem(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "ontology: out of memory");
}

const skr_ontology_release *skr_ontology_releases(const skr_ontology *ontology, uint32_t *ret_n)
{
    *ret_n = ontology->n_releases;
    return ontology->releases;
}

/* ------------------------------------------------------------------ names */

static uint32_t search(const char *const *names, uint32_t n, const char *name)
{
    uint32_t from = 0;
    uint32_t to = n;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = strcmp(names[middle], name);
        if (order == 0)
            return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return SKR_NONE;
}

/* Were the terms read, or are there none? */
static bool is_ready(const skr_ontology *ontology)
{
    return ontology->file == NULL ||
           atomic_load_explicit(&ontology->is_loaded, memory_order_acquire);
}

uint32_t skr_ontology_resolve(const skr_ontology *ontology, const char *curie)
{
    SKR_CHECK(is_ready(ontology));
    uint32_t term = search(ontology->curies, ontology->n_terms, curie);
    if (term != SKR_NONE)
        return term;
    uint32_t alias = search(ontology->aliases, ontology->n_aliases, curie);
    if (alias == SKR_NONE)
        return SKR_NONE;
    return ((const uint32_t *)(const void *)ontology->parts[SKR_ONT_MEANINGS].bytes)[alias];
}

size_t skr_curie_prefix(const char *curie)
{
    const char *colon = strchr(curie, ':');
    return colon == NULL ? 0 : (size_t)(colon - curie);
}

bool skr_ontology_has_prefix(const skr_ontology *ontology, const char *curie)
{
    size_t n = skr_curie_prefix(curie);
    for (uint32_t i = 0; i < ontology->n_releases; i++) {
        const char *prefix = ontology->releases[i].prefix;
        if (n > 0 && strlen(prefix) == n && strncmp(prefix, curie, n) == 0)
            return true;
    }
    return false;
}

bool skr_ontology_knows(const skr_ontology *ontology, const char *curie)
{
    SKR_CHECK(is_ready(ontology));
    return search(ontology->curies, ontology->n_terms, curie) != SKR_NONE ||
           search(ontology->aliases, ontology->n_aliases, curie) != SKR_NONE;
}

const char *skr_ontology_curie(const skr_ontology *ontology, uint32_t term)
{
    SKR_CHECK(term < ontology->n_terms && is_ready(ontology));
    return ontology->curies[term];
}

const char *skr_ontology_label(const skr_ontology *ontology, uint32_t term)
{
    SKR_CHECK(term < ontology->n_terms && ontology->labels != NULL);
    return ontology->labels[term];
}

uint32_t skr_ontology_n_terms(const skr_ontology *ontology)
{
    return ontology->n_terms;
}

/* ------------------------------------------------------------------ closure */

/* Terms to go, each once: what was put is found again in seen. */
typedef struct walk {
    uint64_t *seen;
    uint32_t *todo;
    uint32_t n;
} walk;

static void put(walk *w, uint32_t term)
{
    uint64_t bit = UINT64_C(1) << term % 64;
    if ((w->seen[term / 64] & bit) == 0)
        w->todo[w->n++] = term;
    w->seen[term / 64] |= bit;
}

/* From the term along next, where those of a term lie from offsets[term] to offsets[term + 1]. */
static int visit_all(const skr_ontology *ontology, uint32_t term, const uint32_t *offsets,
                     const uint32_t *next, skr_term_fn visit, void *context, skr_err *err)
{
    SKR_CHECK(term < ontology->n_terms);
    walk w = {0};
    w.seen = calloc(ontology->n_terms / 64 + 1u, sizeof *w.seen);
    w.todo = calloc(ontology->n_terms, sizeof *w.todo);
    int status = w.seen == NULL || w.todo == NULL ? fail_nomem(err) : SKR_OK;
    if (status == SKR_OK)
        put(&w, term);
    /* No term is put twice, so those done may stay below the ones to come. */
    for (uint32_t i = 0; status == SKR_OK && i < w.n; i++) {
        uint32_t at = w.todo[i];
        for (uint32_t k = offsets[at]; k < offsets[at + 1]; k++)
            put(&w, next[k]);
        status = visit(context, ontology->curies[at], err);
    }
    free(w.seen);
    free(w.todo);
    return status;
}

int skr_ontology_descendants(const skr_ontology *ontology, uint32_t term, skr_term_fn visit,
                             void *context, skr_err *err)
{
    return visit_all(ontology, term, ontology->children.offsets, ontology->children.list, visit,
                     context, err);
}

int skr_ontology_ancestors(const skr_ontology *ontology, uint32_t term, skr_term_fn visit,
                           void *context, skr_err *err)
{
    const skr_buffer *part = &ontology->parts[SKR_ONT_PARENTS];
    const uint32_t *offsets = (const uint32_t *)(const void *)part->bytes;
    return visit_all(ontology, term, offsets, offsets + ontology->n_terms + 1, visit, context, err);
}

int skr_ontology_synonyms(const skr_ontology *ontology, uint32_t term, skr_term_fn visit,
                          void *context, skr_err *err)
{
    SKR_CHECK(term < ontology->n_terms);
    int status = SKR_OK;
    for (uint32_t k = ontology->names.offsets[term];
         status == SKR_OK && k < ontology->names.offsets[term + 1]; k++)
        status = visit(context, ontology->aliases[ontology->names.list[k]], err);
    return status;
}
