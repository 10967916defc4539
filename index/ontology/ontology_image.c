/*
 * ontology_image.c - one graph from all releases: who speaks for which term, what each id means,
 * and a check that nothing is its own ancestor.
 */
#include <stdlib.h>
#include <string.h>

#include "index/ontology/ontology_int.h"
#include "storage/base/limits.h"
#include "storage/manifest.h"

typedef struct merge {
    const skr_ontology_edit *edit;
    skr_names *names;
    uint32_t *speakers; /* per name: the release that speaks for it alone, or SKR_NONE: all do */
    uint8_t *flags;     /* per name */
    const char **labels;
    uint32_t *meanings[2]; /* per name: its one replacement; the one term whose other id it is */
    uint32_t *numbers;     /* per name: its term, or SKR_NONE */
    uint32_t *order;       /* names, as a list of CURIEs has them */
    skr_name_pair *edges;  /* child and parent as terms, ascending, each once */
    uint32_t n_edges;
    uint32_t n; /* names */
    uint32_t n_terms;
    skr_err *err;
} merge;

#define SEVERAL (SKR_NONE - 1) /* more than one meaning: none */

static int collect_names(merge *m)
{
    int status = skr_names_new(&m->names, m->err);
    for (uint32_t r = 0; r < m->edit->n_releases; r++) {
        const skr_names *names = m->edit->releases[r].names;
        for (uint32_t i = 0; status == SKR_OK && i < skr_names_count(names); i++) {
            uint32_t number;
            status = skr_names_add(m->names, skr_names_at(names, i), &number, m->err);
        }
    }
    if (status != SKR_OK)
        return status;
    m->n = skr_names_count(m->names);
    m->speakers = calloc(m->n + 1u, sizeof *m->speakers);
    m->flags = calloc(m->n + 1u, sizeof *m->flags);
    m->labels = calloc(m->n + 1u, sizeof *m->labels);
    m->numbers = calloc(m->n + 1u, sizeof *m->numbers);
    m->order = calloc(m->n + 1u, sizeof *m->order);
    for (int i = 0; i < 2; i++)
        m->meanings[i] = calloc(m->n + 1u, sizeof *m->meanings[i]);
    if (m->speakers == NULL || m->flags == NULL || m->labels == NULL || m->numbers == NULL ||
        m->order == NULL || m->meanings[0] == NULL || m->meanings[1] == NULL)
        return skr_fail_nomem(m->err, "ontology");
    for (uint32_t i = 0; i < m->n; i++)
        m->speakers[i] = m->meanings[0][i] = m->meanings[1][i] = m->numbers[i] = SKR_NONE;
    return SKR_OK;
}

/* The merged number of a name of a release. */
static uint32_t merged(const merge *m, const skr_release_draft *release, uint32_t number)
{
    return skr_names_find(m->names, skr_names_at(release->names, number));
}

static bool is_own(const skr_release_draft *release, const char *curie)
{
    size_t n = skr_ontology_curie_prefix(curie);
    return strlen(release->prefix) == n && strncmp(release->prefix, curie, n) == 0;
}

static void find_speakers(merge *m)
{
    for (uint32_t r = 0; r < m->edit->n_releases; r++) {
        const skr_release_draft *release = &m->edit->releases[r];
        for (uint32_t i = 0; i < skr_names_count(release->names); i++)
            if (release->flags[i] != 0 && is_own(release, skr_names_at(release->names, i)))
                m->speakers[merged(m, release, i)] = r;
    }
}

static bool speaks(const merge *m, uint32_t release, uint32_t name)
{
    return m->speakers[name] == SKR_NONE || m->speakers[name] == release;
}

static void declare_all(merge *m)
{
    for (uint32_t r = 0; r < m->edit->n_releases; r++) {
        const skr_release_draft *release = &m->edit->releases[r];
        for (uint32_t i = 0; i < skr_names_count(release->names); i++) {
            uint32_t name = merged(m, release, i);
            if (release->flags[i] == 0 || !speaks(m, r, name))
                continue;
            if (m->flags[name] != SKR_NAME_ACTIVE)
                m->flags[name] = release->flags[i];
            if (m->labels[name] == NULL)
                m->labels[name] = release->labels[i];
        }
    }
}

static int compare_names(const void *a, const void *b, void *context)
{
    const skr_names *names = context;
    return skr_curie_compare(skr_names_at(names, *(const uint32_t *)a),
                             skr_names_at(names, *(const uint32_t *)b));
}

static void number_terms(merge *m)
{
    for (uint32_t i = 0; i < m->n; i++)
        m->order[i] = i;
    qsort_r(m->order, m->n, sizeof *m->order, compare_names, m->names);
    for (uint32_t i = 0; i < m->n; i++)
        if (m->flags[m->order[i]] == SKR_NAME_ACTIVE)
            m->numbers[m->order[i]] = m->n_terms++;
}

/* ------------------------------------------------------------------ edges */

static int compare_pairs(const void *a, const void *b)
{
    const skr_name_pair *x = a;
    const skr_name_pair *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* Edges between terms in force; what points at an unknown or retired id, or at itself, is left
 * out. */
static int collect_edges(merge *m)
{
    size_t n_max = 1;
    for (uint32_t r = 0; r < m->edit->n_releases; r++)
        n_max += m->edit->releases[r].pairs[SKR_PAIR_PARENT].n;
    m->edges = calloc(n_max, sizeof *m->edges);
    if (m->edges == NULL)
        return skr_fail_nomem(m->err, "ontology");
    for (uint32_t r = 0; r < m->edit->n_releases; r++) {
        const skr_release_draft *release = &m->edit->releases[r];
        const skr_pair_list *list = &release->pairs[SKR_PAIR_PARENT];
        for (uint32_t i = 0; i < list->n; i++) {
            uint32_t child = merged(m, release, list->pairs[i].from);
            uint32_t parent = merged(m, release, list->pairs[i].to);
            skr_name_pair edge = {m->numbers[child], m->numbers[parent]};
            if (speaks(m, r, child) && edge.from != SKR_NONE && edge.to != SKR_NONE &&
                edge.from != edge.to)
                m->edges[m->n_edges++] = edge;
        }
    }
    qsort(m->edges, m->n_edges, sizeof *m->edges, compare_pairs);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_edges; i++)
        if (n == 0 || compare_pairs(&m->edges[i], &m->edges[n - 1]) != 0)
            m->edges[n++] = m->edges[i];
    m->n_edges = n;
    return SKR_OK;
}

static const char *term_name(const merge *m, uint32_t term)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (m->numbers[i] == term)
            return skr_names_at(m->names, i);
    return "";
}

/*
 * A term of a circle. Every term that is left over has a child that is; down has room for one of
 * each. Going down as many steps as there are terms ends inside a circle.
 */
static uint32_t find_circle(const merge *m, const uint32_t *n_children, uint32_t *down)
{
    uint32_t at = 0;
    for (uint32_t k = 0; k < m->n_edges; k++) {
        if (n_children[m->edges[k].from] > 0 && n_children[m->edges[k].to] > 0) {
            at = m->edges[k].to;
            down[at] = m->edges[k].from;
        }
    }
    for (uint32_t step = 0; step < m->n_terms; step++)
        at = down[at];
    return at;
}

/* Takes terms without children away until none is left. */
static int check_circles(merge *m)
{
    uint32_t *n_children = calloc(m->n_terms + 1u, sizeof *n_children);
    uint32_t *first = calloc(m->n_terms + 2u, sizeof *first);
    uint32_t *todo = calloc(m->n_terms + 1u, sizeof *todo);
    int status = SKR_OK;
    uint32_t n_todo = 0;
    uint32_t n_done = 0;
    if (n_children == NULL || first == NULL || todo == NULL) {
        status = skr_fail_nomem(m->err, "ontology");
        goto out;
    }
    for (uint32_t k = 0; k < m->n_edges; k++) {
        n_children[m->edges[k].to]++;
        first[m->edges[k].from + 1]++;
    }
    for (uint32_t i = 0; i < m->n_terms; i++) {
        first[i + 1] += first[i];
        if (n_children[i] == 0)
            todo[n_todo++] = i;
    }
    for (; n_done < n_todo; n_done++)
        for (uint32_t k = first[todo[n_done]]; k < first[todo[n_done] + 1]; k++)
            if (--n_children[m->edges[k].to] == 0)
                todo[n_todo++] = m->edges[k].to;
    if (n_done < m->n_terms)
        status = skr_fail(m->err, SKR_ERR_INPUT, "%s is its own ancestor: is_a goes in a circle",
                          term_name(m, find_circle(m, n_children, todo)));
out:
    free(n_children);
    free(first);
    free(todo);
    return status;
}

/* ------------------------------------------------------------------ other ids */

static void note_meaning(uint32_t *meaning, uint32_t term)
{
    *meaning = *meaning == SKR_NONE || *meaning == term ? term : SEVERAL;
}

static void collect_meanings(merge *m)
{
    for (uint32_t r = 0; r < m->edit->n_releases; r++) {
        const skr_release_draft *release = &m->edit->releases[r];
        for (int kind = SKR_PAIR_ALTERNATIVE; kind < SKR_N_PAIR_KINDS; kind++) {
            const skr_pair_list *list = &release->pairs[kind];
            bool is_replacement = kind == SKR_PAIR_REPLACEMENT;
            for (uint32_t i = 0; i < list->n; i++) {
                uint32_t other = merged(m, release, list->pairs[i].from);
                uint32_t term = merged(m, release, list->pairs[i].to);
                /* A replacement is said of the retired id, an alternative of the term. */
                if (speaks(m, r, is_replacement ? other : term))
                    note_meaning(&m->meanings[is_replacement ? 0 : 1][other], term);
            }
        }
    }
}

static uint32_t meaning_of(const merge *m, uint32_t name)
{
    for (int hop = 0; hop < SKR_RETIRED_HOPS_MAX; hop++) {
        if (m->numbers[name] != SKR_NONE)
            return m->numbers[name];
        uint32_t next = m->meanings[0][name];
        if (next == SKR_NONE)
            next = m->meanings[1][name];
        if (next == SKR_NONE || next == SEVERAL)
            return SKR_NONE;
        name = next;
    }
    return SKR_NONE;
}

/* ------------------------------------------------------------------ the parts */

static int put_text(const merge *m, skr_buffer *part, const char *text)
{
    return skr_buffer_put(part, text, strlen(text) + 1, m->err);
}

/* Terms, other ids and what belongs to each; lists has room for all names. */
static int put_names(const merge *m, skr_ontology_image *image, const char **lists[2])
{
    uint32_t n_terms = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t name = m->order[i];
        const char *curie = skr_names_at(m->names, name);
        bool is_term = m->numbers[name] != SKR_NONE;
        bool is_alias = m->flags[name] == SKR_NAME_OBSOLETE || m->meanings[0][name] != SKR_NONE ||
                        m->meanings[1][name] != SKR_NONE;
        if (is_term) {
            lists[0][n_terms++] = curie;
            SKR_TRY(put_text(m, &image->parts[SKR_ONT_LABELS],
                             m->labels[name] == NULL ? "" : m->labels[name]));
        } else if (is_alias) {
            lists[1][image->n_aliases++] = curie;
            SKR_TRY(
                skr_buffer_put_u32(&image->parts[SKR_ONT_MEANINGS], meaning_of(m, name), m->err));
        }
    }
    SKR_TRY(skr_curie_list_encode(lists[0], n_terms, &image->parts[SKR_ONT_TERMS], m->err));
    return skr_curie_list_encode(lists[1], image->n_aliases, &image->parts[SKR_ONT_ALIASES],
                                 m->err);
}

static int put_lists(const merge *m, skr_ontology_image *image)
{
    const char **lists[2] = {calloc(m->n + 1u, sizeof **lists), calloc(m->n + 1u, sizeof **lists)};
    int status = lists[0] == NULL || lists[1] == NULL ? skr_fail_nomem(m->err, "ontology")
                                                      : put_names(m, image, lists);
    free(lists[0]);
    free(lists[1]);
    return status;
}

/* Of each term those that the edges, which ascend, lead to. */
static int put_edges(const merge *m, skr_buffer *part)
{
    uint32_t at = 0;
    for (uint32_t term = 0; term <= m->n_terms; term++) {
        while (at < m->n_edges && m->edges[at].from < term)
            at++;
        SKR_TRY(skr_buffer_put_u32(part, at, m->err));
    }
    for (uint32_t k = 0; k < m->n_edges; k++)
        SKR_TRY(skr_buffer_put_u32(part, m->edges[k].to, m->err));
    return SKR_OK;
}

/* Parents, then the same edges turned round. */
static int put_graph(merge *m, skr_ontology_image *image)
{
    int status = put_edges(m, &image->parts[SKR_ONT_PARENTS]);
    for (uint32_t k = 0; k < m->n_edges; k++)
        m->edges[k] = (skr_name_pair){m->edges[k].to, m->edges[k].from};
    qsort(m->edges, m->n_edges, sizeof *m->edges, compare_pairs);
    return status != SKR_OK ? status : put_edges(m, &image->parts[SKR_ONT_CHILDREN]);
}

static void merge_done(merge *m)
{
    skr_names_free(m->names);
    free(m->speakers);
    free(m->flags);
    free(m->labels);
    free(m->numbers);
    free(m->order);
    free(m->edges);
    free(m->meanings[0]);
    free(m->meanings[1]);
}

int skr_ontology_image_make(const skr_ontology_edit *edit, skr_ontology_image *image, skr_err *err)
{
    merge m = {.edit = edit, .err = err};
    int status = collect_names(&m);
    if (status != SKR_OK)
        goto out;
    find_speakers(&m);
    declare_all(&m);
    number_terms(&m);
    image->n_terms = m.n_terms;
    status = collect_edges(&m);
    if (status == SKR_OK)
        status = check_circles(&m);
    if (status != SKR_OK)
        goto out;
    collect_meanings(&m);
    status = put_lists(&m, image);
    if (status == SKR_OK)
        status = put_graph(&m, image);
out:
    merge_done(&m);
    return status;
}

void skr_ontology_image_done(skr_ontology_image *image)
{
    for (int part = 0; part < SKR_N_ONT_PARTS; part++)
        skr_buffer_done(&image->parts[part]);
}
