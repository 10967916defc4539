/*
 * ontology.c - an open ontology: what an id means today, and everything below a term.
 */
#include "index/ontology.h"

#include <stdlib.h>
#include <string.h>

#include "index/ontology_int.h"
#include "storage/base/check.h"

static int corrupt(const skr_ontology *ontology, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(ontology->file), what);
}

static int fail_nomem(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "ontology: out of memory");
}

static char *take_text(skr_cursor *directory)
{
    size_t n = 0;
    const char *text = skr_cursor_text(directory, &n);
    return text == NULL || memchr(text, 0, n) != NULL ? NULL : strndup(text, n);
}

static int read_release(skr_ontology *ontology, skr_cursor *directory, skr_stored_release *stored,
                        skr_err *err)
{
    for (int i = 0; i < 3; i++) {
        stored->texts[i] = take_text(directory);
        if (stored->texts[i] == NULL)
            return corrupt(ontology, "a release without a name", err);
    }
    stored->n_names = (uint32_t)skr_cursor_varint_max(directory, SKR_NONE - 1);
    stored->shown = (skr_ontology_release){
        .prefix = stored->texts[0],
        .name = stored->texts[1],
        .version = stored->texts[2],
        .n_terms = (uint32_t)skr_cursor_varint_max(directory, stored->n_names),
    };
    int status = skr_blob_take(ontology->file, directory, &stored->names, err);
    if (status == SKR_OK)
        status = skr_blob_take(ontology->file, directory, &stored->table, err);
    return status;
}

static int read_releases(skr_ontology *ontology, skr_cursor *directory, skr_err *err)
{
    uint64_t n_max = (uint64_t)(directory->end - directory->at);
    uint32_t n = (uint32_t)skr_cursor_varint_max(directory, n_max);
    ontology->stored = calloc(n + 1u, sizeof *ontology->stored);
    ontology->releases = calloc(n + 1u, sizeof *ontology->releases);
    if (ontology->stored == NULL || ontology->releases == NULL)
        return fail_nomem(err);
    ontology->n_releases = n;
    for (uint32_t i = 0; i < n; i++) {
        int status = read_release(ontology, directory, &ontology->stored[i], err);
        if (status < 0)
            return status;
        ontology->releases[i] = ontology->stored[i].shown;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the graph */

/* Rows of texts, each ended by NUL, into one list a column; the first column ascends. */
static int split_texts(const skr_ontology *ontology, const skr_buffer *part, uint32_t n,
                       uint32_t n_columns, const char **columns[], skr_err *err)
{
    size_t at = 0;
    for (uint32_t i = 0; i < n * n_columns; i++) {
        const uint8_t *from = at < part->n ? part->bytes + at : NULL;
        const uint8_t *nul = from == NULL ? NULL : memchr(from, 0, part->n - at);
        if (nul == NULL)
            return corrupt(ontology, "names cut short", err);
        columns[i % n_columns][i / n_columns] = (const char *)from;
        at += (size_t)(nul - from) + 1;
    }
    for (uint32_t i = 1; i < n; i++)
        if (strcmp(columns[0][i - 1], columns[0][i]) >= 0)
            return corrupt(ontology, "names out of order", err);
    return at == part->n ? SKR_OK : corrupt(ontology, "bytes behind the last name", err);
}

static int adjacency_new(skr_adjacency *adjacency, uint32_t n_terms, uint32_t n, skr_err *err)
{
    adjacency->offsets = calloc(n_terms + 2u, sizeof *adjacency->offsets);
    adjacency->list = calloc(n + 1u, sizeof *adjacency->list);
    return adjacency->offsets == NULL || adjacency->list == NULL ? fail_nomem(err) : SKR_OK;
}

/* Counts came to offsets[term + 2]; after filling through offsets[term + 1]++ all is in place. */
static void add_up(skr_adjacency *adjacency, uint32_t n_terms)
{
    for (uint32_t i = 1; i <= n_terms; i++)
        adjacency->offsets[i + 1] += adjacency->offsets[i];
}

static int turn_parents(skr_ontology *ontology, skr_err *err)
{
    const skr_buffer *part = &ontology->parts[SKR_ONT_PARENTS];
    size_t n_offsets = (size_t)ontology->n_terms + 1;
    if (part->n % 4 != 0 || part->n / 4 < n_offsets || part->n / 4 - n_offsets > SKR_NONE - 1)
        return corrupt(ontology, "parents cut short", err);
    const uint32_t *offsets = (const uint32_t *)(const void *)part->bytes;
    const uint32_t *parents = offsets + n_offsets;
    uint32_t n = (uint32_t)(part->n / 4 - n_offsets);
    int status = adjacency_new(&ontology->children, ontology->n_terms, n, err);
    if (status < 0)
        return status;
    if (offsets[0] != 0 || offsets[ontology->n_terms] != n)
        return corrupt(ontology, "parents that are not as many as stated", err);
    for (uint32_t i = 0; i < ontology->n_terms; i++)
        if (offsets[i] > offsets[i + 1])
            return corrupt(ontology, "parents out of order", err);
    for (uint32_t i = 0; i < n; i++) {
        if (parents[i] >= ontology->n_terms)
            return corrupt(ontology, "a parent that is no term", err);
        ontology->children.offsets[parents[i] + 2]++;
    }
    add_up(&ontology->children, ontology->n_terms);
    for (uint32_t term = 0; term < ontology->n_terms; term++)
        for (uint32_t k = offsets[term]; k < offsets[term + 1]; k++)
            ontology->children.list[ontology->children.offsets[parents[k] + 1]++] = term;
    return SKR_OK;
}

static int turn_meanings(skr_ontology *ontology, skr_err *err)
{
    const skr_buffer *part = &ontology->parts[SKR_ONT_MEANINGS];
    if (part->n != 4 * (size_t)ontology->n_aliases)
        return corrupt(ontology, "other ids that are not as many as stated", err);
    const uint32_t *meanings = (const uint32_t *)(const void *)part->bytes;
    int status = adjacency_new(&ontology->names, ontology->n_terms, ontology->n_aliases, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < ontology->n_aliases; i++) {
        if (meanings[i] >= ontology->n_terms && meanings[i] != SKR_NONE)
            return corrupt(ontology, "an id that means no term", err);
        if (meanings[i] != SKR_NONE)
            ontology->names.offsets[meanings[i] + 2]++;
    }
    add_up(&ontology->names, ontology->n_terms);
    for (uint32_t i = 0; i < ontology->n_aliases; i++)
        if (meanings[i] != SKR_NONE)
            ontology->names.list[ontology->names.offsets[meanings[i] + 1]++] = i;
    return SKR_OK;
}

static int read_graph(skr_ontology *ontology, skr_cursor *directory, skr_block_reader *reader,
                      skr_err *err)
{
    ontology->n_terms = (uint32_t)skr_cursor_varint_max(directory, SKR_NONE / 2 - 2);
    ontology->n_aliases = (uint32_t)skr_cursor_varint_max(directory, SKR_NONE / 2 - 2);
    for (int part = 0; part < SKR_N_ONT_PARTS; part++) {
        int status = skr_blob_take(ontology->file, directory, &ontology->blobs[part], err);
        if (status == SKR_OK)
            status = skr_blob_read(reader, ontology->file, &ontology->blobs[part],
                                   &ontology->parts[part], err);
        if (status < 0)
            return status;
    }
    if (!skr_cursor_is_done(directory))
        return corrupt(ontology, "a directory that is not as long as stated", err);
    if (ontology->n_terms > ontology->parts[SKR_ONT_TERMS].n ||
        ontology->n_aliases > ontology->parts[SKR_ONT_ALIASES].n)
        return corrupt(ontology, "fewer names than terms", err);
    ontology->curies = calloc(ontology->n_terms + 1u, sizeof *ontology->curies);
    ontology->labels = calloc(ontology->n_terms + 1u, sizeof *ontology->labels);
    ontology->aliases = calloc(ontology->n_aliases + 1u, sizeof *ontology->aliases);
    if (ontology->curies == NULL || ontology->labels == NULL || ontology->aliases == NULL)
        return fail_nomem(err);
    const char **terms[] = {ontology->curies, ontology->labels};
    int status =
        split_texts(ontology, &ontology->parts[SKR_ONT_TERMS], ontology->n_terms, 2, terms, err);
    if (status == SKR_OK)
        status = split_texts(ontology, &ontology->parts[SKR_ONT_ALIASES], ontology->n_aliases, 1,
                             &ontology->aliases, err);
    if (status == SKR_OK)
        status = turn_parents(ontology, err);
    if (status == SKR_OK)
        status = turn_meanings(ontology, err);
    return status;
}

static int read_file(skr_ontology *ontology, skr_err *err)
{
    skr_block_reader *reader = NULL;
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(ontology->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != SKR_ONTOLOGY_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: an ontology of another version of Skerry",
                        skr_block_file_name(ontology->file));
    int status = read_releases(ontology, &directory, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = read_graph(ontology, &directory, reader, err);
    skr_block_reader_free(reader);
    return status;
}

int skr_ontology_open(const char *folder, const skr_file_id *id, skr_ontology **ret_ontology,
                      skr_err *err)
{
    skr_ontology *ontology = calloc(1, sizeof *ontology);
    if (ontology == NULL)
        return fail_nomem(err);
    int status = SKR_OK;
    if (id->name[0] != '\0') {
        status = skr_block_file_open(folder, id, SKR_FILE_ONTOLOGY, &ontology->file, err);
        if (status == SKR_OK)
            status = read_file(ontology, err);
    }
    if (status < 0) {
        skr_ontology_close(ontology);
        return status;
    }
    *ret_ontology = ontology;
    return SKR_OK;
}

void skr_ontology_close(skr_ontology *ontology)
{
    if (ontology == NULL)
        return;
    for (uint32_t i = 0; i < ontology->n_releases; i++) {
        for (int k = 0; k < 3; k++)
            free(ontology->stored[i].texts[k]);
        skr_blob_done(&ontology->stored[i].names);
        skr_blob_done(&ontology->stored[i].table);
    }
    for (int part = 0; part < SKR_N_ONT_PARTS; part++) {
        skr_blob_done(&ontology->blobs[part]);
        skr_buffer_done(&ontology->parts[part]);
    }
    free(ontology->stored);
    free(ontology->releases);
    free(ontology->curies);
    free(ontology->labels);
    free(ontology->aliases);
    free(ontology->children.offsets);
    free(ontology->children.list);
    free(ontology->names.offsets);
    free(ontology->names.list);
    skr_block_file_close(ontology->file);
    free(ontology);
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

uint32_t skr_ontology_resolve(const skr_ontology *ontology, const char *curie)
{
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
    return search(ontology->curies, ontology->n_terms, curie) != SKR_NONE ||
           search(ontology->aliases, ontology->n_aliases, curie) != SKR_NONE;
}

const char *skr_ontology_curie(const skr_ontology *ontology, uint32_t term)
{
    SKR_CHECK(term < ontology->n_terms);
    return ontology->curies[term];
}

const char *skr_ontology_label(const skr_ontology *ontology, uint32_t term)
{
    SKR_CHECK(term < ontology->n_terms);
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
