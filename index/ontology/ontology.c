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

uint32_t skr_ontology_resolve(const skr_ontology *ontology, const char *curie)
{
    skr_ontology_place place = {0};
    return skr_ontology_resolve_next(ontology, curie, &place);
}

/* Names from one on, and the name that is looked for among them. */
typedef struct name_search {
    const char *const *names;
    const char *name;
} name_search;

static bool is_name_below(const void *context, size_t at)
{
    const name_search *search = context;
    return strcmp(search->names[at], search->name) < 0;
}

/*
 * The place of a name from *place on, or SKR_NONE; then *place is that of the first one above it.
 * Steps grow, so that names near each other are found fast and one far away no slower than twice.
 */
static uint32_t search_on(const char *const *names, uint32_t n, const char *name, uint32_t *place)
{
    uint32_t from = *place;
    uint32_t step = 1;
    uint32_t to = from;
    while (to < n && strcmp(names[to], name) < 0) {
        from = to + 1;
        to = n - to <= step ? n : to + step;
        step *= 2;
    }
    const name_search search = {names + from, name};
    from += (uint32_t)skr_array_search(to - from, is_name_below, &search);
    *place = from;
    return from < n && strcmp(names[from], name) == 0 ? from : SKR_NONE;
}

uint32_t skr_ontology_resolve_next(const skr_ontology *ontology, const char *curie,
                                   skr_ontology_place *place)
{
    SKR_CHECK(is_ready(ontology));
    uint32_t term = search_on(ontology->curies, ontology->n_terms, curie, &place->term);
    if (term != SKR_NONE)
        return term;
    uint32_t alias = search_on(ontology->aliases, ontology->n_aliases, curie, &place->alias);
    if (alias == SKR_NONE)
        return SKR_NONE;
    return ((const uint32_t *)(const void *)ontology->parts[SKR_ONT_MEANINGS].bytes)[alias];
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
    skr_ontology_place place = {0};
    return search_on(ontology->curies, ontology->n_terms, curie, &place.term) != SKR_NONE ||
           search_on(ontology->aliases, ontology->n_aliases, curie, &place.alias) != SKR_NONE;
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

/*
 * From the term along next, where those of a term lie from offsets[term] to offsets[term + 1]: all
 * that are met, in the order of discovery, in w->todo. seen has a bit for each term.
 */
static int walk_all(const skr_ontology *ontology, uint32_t term, const uint32_t *offsets,
                    const uint32_t *next, walk *w, skr_err *err)
{
    SKR_CHECK(is_ready(ontology) && term < ontology->n_terms);
    w->todo = malloc((size_t)ontology->n_terms * sizeof *w->todo);
    if (w->todo == NULL)
        return skr_fail_nomem(err, "ontology");
    put(w, term);
    /* No term is put twice, so those done may stay below the ones to come. */
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t at = w->todo[i];
        for (uint32_t k = offsets[at]; k < offsets[at + 1]; k++)
            put(w, next[k]);
    }
    return SKR_OK;
}

int skr_ontology_mark_below(const skr_ontology *ontology, uint32_t term, uint64_t *terms,
                            skr_err *err)
{
    walk w = {.seen = terms};
    int status =
        walk_all(ontology, term, ontology->children.offsets, ontology->children.list, &w, err);
    free(w.todo);
    return status;
}

int skr_ontology_ancestors(const skr_ontology *ontology, uint32_t term, skr_term_fn visit,
                           void *context, skr_err *err)
{
    const skr_buffer *part = &ontology->parts[SKR_ONT_PARENTS];
    const uint32_t *offsets = (const uint32_t *)(const void *)part->bytes;
    walk w = {.seen = calloc(ontology->n_terms / 64 + 1u, sizeof *w.seen)};
    int status = w.seen == NULL
                     ? skr_fail_nomem(err, "ontology")
                     : walk_all(ontology, term, offsets, offsets + ontology->n_terms + 1, &w, err);
    for (uint32_t i = 0; status == SKR_OK && i < w.n; i++)
        status = visit(context, ontology->curies[w.todo[i]], err);
    free(w.seen);
    free(w.todo);
    return status;
}
