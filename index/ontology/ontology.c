/*
 * ontology.c - an open ontology: what an id means today, and everything below a term.
 */
#include "index/ontology/ontology.h"

#include <stdlib.h>
#include <string.h>

#include "index/ontology/ontology_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

const skr_ontology_release *skr_ontology_releases(const skr_ontology *ontology, uint32_t *ret_n)
{
    *ret_n = ontology->n_releases;
    return ontology->releases;
}

/* ------------------------------------------------------------------ names */

/* Were the terms read, or are there none? */
static bool is_ready(const skr_ontology *ontology)
{
    return ontology->file == NULL ||
           atomic_load_explicit(&ontology->is_loaded, memory_order_acquire);
}

static bool has_texts(const skr_ontology *ontology)
{
    return atomic_load_explicit(&ontology->has_texts, memory_order_acquire);
}

/* Stored numbers are used where they lie. */
static const uint32_t *numbers_of(const skr_ontology *ontology, enum skr_ontology_part part)
{
    return (const uint32_t *)(const void *)ontology->parts[part].bytes;
}

uint32_t skr_ontology_resolve(const skr_ontology *ontology, const char *curie)
{
    SKR_CHECK(is_ready(ontology));
    uint32_t term = skr_curie_list_find(&ontology->terms, curie);
    if (term != SKR_NONE)
        return term;
    uint32_t alias = skr_curie_list_find(&ontology->aliases, curie);
    return alias == SKR_NONE ? SKR_NONE : numbers_of(ontology, SKR_ONT_MEANINGS)[alias];
}

int skr_ontology_resolve_all(const skr_ontology *ontology, const skr_curie_list *curies,
                             uint32_t *meanings, skr_err *err)
{
    SKR_CHECK(is_ready(ontology));
    uint32_t *aliases = malloc((curies->n + 1u) * sizeof *aliases);
    if (aliases == NULL)
        return skr_fail_nomem(err, "ontology");
    skr_curie_list_match(&ontology->terms, curies, meanings);
    skr_curie_list_match(&ontology->aliases, curies, aliases);
    for (uint32_t i = 0; i < curies->n; i++)
        if (meanings[i] == SKR_NONE && aliases[i] != SKR_NONE)
            meanings[i] = numbers_of(ontology, SKR_ONT_MEANINGS)[aliases[i]];
    free(aliases);
    return SKR_OK;
}

size_t skr_ontology_curie_prefix(const char *curie)
{
    const char *colon = strchr(curie, ':');
    return colon == NULL ? 0 : (size_t)(colon - curie);
}

bool skr_ontology_has_prefix(const skr_ontology *ontology, const char *curie)
{
    size_t n = skr_ontology_curie_prefix(curie);
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
    return skr_curie_list_find(&ontology->terms, curie) != SKR_NONE ||
           skr_curie_list_find(&ontology->aliases, curie) != SKR_NONE;
}

const char *skr_ontology_curie(const skr_ontology *ontology, uint32_t term)
{
    SKR_CHECK(term < ontology->n_terms && has_texts(ontology));
    return ontology->curies[term];
}

const char *skr_ontology_label(const skr_ontology *ontology, uint32_t term)
{
    SKR_CHECK(term < ontology->n_terms && has_texts(ontology));
    return ontology->labels[term];
}

uint32_t skr_ontology_n_terms(const skr_ontology *ontology)
{
    return ontology->n_terms;
}

/* ------------------------------------------------------------------ closure */

/*
 * Sets the bits of the term and of all below it; those that have children are put in todo, which
 * has room for all terms and one more. Which of a term's children are new, and have children
 * themselves, is different each time, so nothing is decided by a jump.
 */
static void mark_all(const uint32_t *offsets, const uint32_t *children, uint32_t term,
                     uint64_t *seen, uint32_t *todo)
{
    uint32_t n = 1;
    todo[0] = term;
    seen[term / 64] |= UINT64_C(1) << term % 64;
    /* No term is put twice, so those done may stay below the ones to come. */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t end = offsets[todo[i] + 1];
        for (uint32_t k = offsets[todo[i]]; k < end; k++) {
            uint32_t child = children[k];
            uint64_t *word = &seen[child / 64];
            bool is_new = (*word >> child % 64 & 1) == 0;
            todo[n] = child;
            n += is_new & (offsets[child] < offsets[child + 1]);
            *word |= UINT64_C(1) << child % 64;
        }
    }
}

int skr_ontology_mark_below(const skr_ontology *ontology, uint32_t term, uint64_t *terms,
                            skr_err *err)
{
    SKR_CHECK(is_ready(ontology) && term < ontology->n_terms);
    const uint32_t *offsets = numbers_of(ontology, SKR_ONT_CHILDREN);
    uint32_t *todo = malloc(((size_t)ontology->n_terms + 1) * sizeof *todo);
    if (todo == NULL)
        return skr_fail_nomem(err, "ontology");
    mark_all(offsets, offsets + ontology->n_terms + 1, term, terms, todo);
    free(todo);
    return SKR_OK;
}

int skr_ontology_ancestors(const skr_ontology *ontology, uint32_t term, skr_term_fn visit,
                           void *context, skr_err *err)
{
    SKR_CHECK(has_texts(ontology) && term < ontology->n_terms);
    const uint32_t *offsets = numbers_of(ontology, SKR_ONT_PARENTS);
    const uint32_t *parents = offsets + ontology->n_terms + 1;
    uint64_t *seen = calloc(ontology->n_terms / 64 + 1u, sizeof *seen);
    uint32_t *todo = malloc((size_t)ontology->n_terms * sizeof *todo);
    int status = seen == NULL || todo == NULL ? skr_fail_nomem(err, "ontology") : SKR_OK;
    uint32_t n = 0;
    if (status == SKR_OK) {
        todo[n++] = term;
        seen[term / 64] |= UINT64_C(1) << term % 64;
    }
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        status = visit(context, todo[i], err);
        for (uint32_t k = offsets[todo[i]]; k < offsets[todo[i] + 1]; k++) {
            uint64_t bit = UINT64_C(1) << parents[k] % 64;
            if ((seen[parents[k] / 64] & bit) == 0)
                todo[n++] = parents[k];
            seen[parents[k] / 64] |= bit;
        }
    }
    free(seen);
    free(todo);
    return status;
}
