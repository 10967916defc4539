/*
 * ontology_read.c - opens an ontology, and reads and proves its terms when they are asked for.
 */
#include "index/ontology/ontology.h"

#include <stdlib.h>
#include <string.h>

#include "index/ontology/ontology_int.h"
#include "storage/base/clock.h"

static int corrupt(const skr_ontology *ontology, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(ontology->file), what);
}

static int take_text(skr_ontology *ontology, skr_cursor *directory, char **ret_text, skr_err *err)
{
    size_t n = 0;
    const char *text = skr_cursor_text(directory, &n);
    if (text == NULL || memchr(text, 0, n) != NULL)
        return corrupt(ontology, "a release without a name", err);
    *ret_text = strndup(text, n);
    return *ret_text == NULL ? skr_fail_nomem(err, "ontology") : SKR_OK;
}

static int read_release(skr_ontology *ontology, skr_cursor *directory, skr_stored_release *stored,
                        skr_err *err)
{
    for (int i = 0; i < 3; i++)
        SKR_TRY(take_text(ontology, directory, &stored->texts[i], err));
    stored->n_names = (uint32_t)skr_cursor_varint_max(directory, SKR_NONE - 1);
    stored->shown = (skr_ontology_release){
        .prefix = stored->texts[0],
        .name = stored->texts[1],
        .version = stored->texts[2],
        .n_terms = (uint32_t)skr_cursor_varint_max(directory, stored->n_names),
    };
    SKR_TRY(skr_blob_take(ontology->file, directory, &stored->names, err));
    return skr_blob_take(ontology->file, directory, &stored->table, err);
}

static int read_releases(skr_ontology *ontology, skr_cursor *directory, skr_err *err)
{
    uint64_t n_max = (uint64_t)(directory->end - directory->at);
    uint32_t n = (uint32_t)skr_cursor_varint_max(directory, n_max);
    ontology->stored = calloc(n + 1u, sizeof *ontology->stored);
    ontology->releases = calloc(n + 1u, sizeof *ontology->releases);
    if (ontology->stored == NULL || ontology->releases == NULL)
        return skr_fail_nomem(err, "ontology");
    ontology->n_releases = n;
    for (uint32_t i = 0; i < n; i++) {
        SKR_TRY(read_release(ontology, directory, &ontology->stored[i], err));
        ontology->releases[i] = ontology->stored[i].shown;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the graph */

/* n texts, each ended by NUL, into a list. The caller owns *ret_texts. */
static int split_texts(const skr_ontology *ontology, const skr_buffer *part, uint32_t n,
                       const char ***ret_texts, skr_err *err)
{
    const char **texts = calloc(n + 1u, sizeof *texts);
    size_t at = 0;
    if (texts == NULL)
        return skr_fail_nomem(err, "ontology");
    *ret_texts = texts;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *from = at < part->n ? part->bytes + at : NULL;
        const uint8_t *nul = from == NULL ? NULL : memchr(from, 0, part->n - at);
        if (nul == NULL)
            return corrupt(ontology, "names cut short", err);
        texts[i] = (const char *)from;
        at += (size_t)(nul - from) + 1;
    }
    return at == part->n ? SKR_OK : corrupt(ontology, "bytes behind the last name", err);
}

/* A part of the graph: of each term a run of the list of terms that lies after the offsets. */
static int check_edges(const skr_ontology *ontology, enum skr_ontology_part which, skr_err *err)
{
    const skr_buffer *part = &ontology->parts[which];
    size_t n_offsets = (size_t)ontology->n_terms + 1;
    if (part->n % 4 != 0 || part->n / 4 < n_offsets || part->n / 4 - n_offsets > SKR_NONE - 1)
        return corrupt(ontology, "parents or children cut short", err);
    const uint32_t *offsets = (const uint32_t *)(const void *)part->bytes;
    const uint32_t *terms = offsets + n_offsets;
    uint32_t n = (uint32_t)(part->n / 4 - n_offsets);
    if (offsets[0] != 0 || offsets[ontology->n_terms] != n)
        return corrupt(ontology, "parents or children that are not as many as stated", err);
    bool is_sound = true;
    for (uint32_t i = 0; i < ontology->n_terms; i++)
        is_sound &= offsets[i] <= offsets[i + 1];
    for (uint32_t i = 0; i < n; i++)
        is_sound &= terms[i] < ontology->n_terms;
    return is_sound ? SKR_OK
                    : corrupt(ontology, "parents or children out of order, or no terms", err);
}

static int check_meanings(const skr_ontology *ontology, skr_err *err)
{
    const skr_buffer *part = &ontology->parts[SKR_ONT_MEANINGS];
    if (part->n != 4 * (size_t)ontology->n_aliases)
        return corrupt(ontology, "other ids that are not as many as stated", err);
    const uint32_t *meanings = (const uint32_t *)(const void *)part->bytes;
    for (uint32_t i = 0; i < ontology->n_aliases; i++)
        if (meanings[i] >= ontology->n_terms && meanings[i] != SKR_NONE)
            return corrupt(ontology, "an id that means no term", err);
    return SKR_OK;
}

static int take_graph(skr_ontology *ontology, skr_cursor *directory, skr_err *err)
{
    ontology->n_terms = (uint32_t)skr_cursor_varint_max(directory, SKR_NONE / 2 - 2);
    ontology->n_aliases = (uint32_t)skr_cursor_varint_max(directory, SKR_NONE / 2 - 2);
    for (int part = 0; part < SKR_N_ONT_PARTS; part++) {
        SKR_TRY(skr_blob_take(ontology->file, directory, &ontology->blobs[part], err));
    }
    if (!skr_cursor_is_done(directory))
        return corrupt(ontology, "a directory that is not as long as stated", err);
    if (ontology->n_terms > ontology->blobs[SKR_ONT_TERMS].n_bytes ||
        ontology->n_terms > ontology->blobs[SKR_ONT_LABELS].n_bytes ||
        ontology->n_aliases > ontology->blobs[SKR_ONT_ALIASES].n_bytes)
        return corrupt(ontology, "fewer names than terms", err);
    return SKR_OK;
}

static int take_directory(skr_ontology *ontology, skr_err *err)
{
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(ontology->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != SKR_ONTOLOGY_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: an ontology of another version of Skerry",
                        skr_block_file_name(ontology->file));
    SKR_TRY(read_releases(ontology, &directory, err));
    return take_graph(ontology, &directory, err);
}

int skr_ontology_open(const char *folder, const skr_file_id *id, skr_ontology **ret_ontology,
                      skr_err *err)
{
    skr_ontology *ontology = calloc(1, sizeof *ontology);
    if (ontology == NULL || pthread_mutex_init(&ontology->lock, NULL) != 0) {
        free(ontology);
        return skr_fail_nomem(err, "ontology");
    }
    int status = SKR_OK;
    if (id->name[0] != '\0') {
        status = skr_block_file_open(folder, id, SKR_FILE_ONTOLOGY, &ontology->file, err);
        if (status == SKR_OK)
            status = take_directory(ontology, err);
    }
    if (status != SKR_OK) {
        skr_ontology_close(ontology);
        return status;
    }
    *ret_ontology = ontology;
    return SKR_OK;
}

/* ------------------------------------------------------------------ reading when asked */

static void forget_part(skr_ontology *ontology, enum skr_ontology_part part)
{
    skr_buffer_done(&ontology->parts[part]);
}

static void forget_list(const char ***list)
{
    free(*list);
    *list = NULL;
}

static void forget_texts(skr_ontology *ontology)
{
    forget_part(ontology, SKR_ONT_LABELS);
    forget_part(ontology, SKR_ONT_PARENTS);
    forget_list(&ontology->labels);
    forget_list(&ontology->curies);
}

static void forget_graph(skr_ontology *ontology)
{
    forget_part(ontology, SKR_ONT_CHILDREN);
    forget_part(ontology, SKR_ONT_MEANINGS);
    skr_curie_list_done(&ontology->terms);
    skr_curie_list_done(&ontology->aliases);
}

static int read_part(skr_ontology *ontology, skr_block_reader *reader, enum skr_ontology_part part,
                     skr_err *err)
{
    return skr_blob_read(reader, ontology->file, &ontology->blobs[part], &ontology->parts[part],
                         err);
}

static int read_curies(skr_ontology *ontology, skr_block_reader *reader,
                       enum skr_ontology_part part, uint32_t n, skr_curie_list *list, skr_err *err)
{
    SKR_TRY(skr_blob_read(reader, ontology->file, &ontology->blobs[part], &list->bytes, err));
    int status = skr_curie_list_read(list, n, err);
    return status == SKR_ERR_CORRUPT
               ? skr_fail_in(err, status, "%s", skr_block_file_name(ontology->file))
               : status;
}

static int read_graph(skr_ontology *ontology, skr_block_reader *reader, skr_err *err)
{
    int status =
        read_curies(ontology, reader, SKR_ONT_TERMS, ontology->n_terms, &ontology->terms, err);
    if (status == SKR_OK)
        status = read_part(ontology, reader, SKR_ONT_CHILDREN, err);
    if (status == SKR_OK)
        status = read_curies(ontology, reader, SKR_ONT_ALIASES, ontology->n_aliases,
                             &ontology->aliases, err);
    if (status == SKR_OK)
        status = read_part(ontology, reader, SKR_ONT_MEANINGS, err);
    if (status == SKR_OK)
        status = check_edges(ontology, SKR_ONT_CHILDREN, err);
    if (status == SKR_OK)
        status = check_meanings(ontology, err);
    if (status != SKR_OK)
        forget_graph(ontology);
    return status;
}

static int read_texts(skr_ontology *ontology, skr_block_reader *reader, skr_err *err)
{
    int status = read_part(ontology, reader, SKR_ONT_LABELS, err);
    if (status == SKR_OK)
        status = split_texts(ontology, &ontology->parts[SKR_ONT_LABELS], ontology->n_terms,
                             &ontology->labels, err);
    if (status == SKR_OK)
        status = read_part(ontology, reader, SKR_ONT_PARENTS, err);
    if (status == SKR_OK)
        status = check_edges(ontology, SKR_ONT_PARENTS, err);
    if (status == SKR_OK)
        status = skr_curie_list_texts(&ontology->terms, &ontology->curies, err);
    if (status != SKR_OK)
        forget_texts(ontology);
    return status;
}

/* What is not reading and unpacking of a load was taking its bytes apart. */
static void add_totals(skr_ontology *ontology, skr_reader_totals *load, uint64_t ns)
{
    uint64_t known_ns = load->read_ns + load->unpack_ns;
    load->decode_ns += ns > known_ns ? ns - known_ns : 0;
    skr_reader_totals_add(&ontology->totals, load);
}

/* Reads what one of the flags speaks of, unless it was read. */
static int load(const skr_ontology *ontology, atomic_bool *is_read,
                int (*read)(skr_ontology *, skr_block_reader *, skr_err *), skr_err *err)
{
    skr_ontology *mine = (skr_ontology *)ontology;
    skr_block_reader *reader = NULL;
    int status = SKR_OK;
    if (mine->file == NULL || atomic_load_explicit(is_read, memory_order_acquire))
        return SKR_OK;
    (void)pthread_mutex_lock(&mine->lock);
    if (!atomic_load(is_read)) {
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
        uint64_t began_ns = skr_clock_ns();
        if (status == SKR_OK)
            status = read(mine, reader, err);
        if (reader != NULL)
            add_totals(mine, skr_block_reader_totals(reader), skr_clock_ns() - began_ns);
        skr_block_reader_free(reader);
        if (status == SKR_OK)
            atomic_store_explicit(is_read, true, memory_order_release);
    }
    (void)pthread_mutex_unlock(&mine->lock);
    return status;
}

int skr_ontology_load(const skr_ontology *ontology, skr_err *err)
{
    return load(ontology, &((skr_ontology *)ontology)->is_loaded, read_graph, err);
}

int skr_ontology_load_texts(const skr_ontology *ontology, skr_err *err)
{
    SKR_TRY(skr_ontology_load(ontology, err));
    return load(ontology, &((skr_ontology *)ontology)->has_texts, read_texts, err);
}

skr_reader_totals skr_ontology_totals(const skr_ontology *ontology)
{
    skr_ontology *mine = (skr_ontology *)ontology;
    (void)pthread_mutex_lock(&mine->lock);
    skr_reader_totals totals = mine->totals;
    (void)pthread_mutex_unlock(&mine->lock);
    return totals;
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
    for (int part = 0; part < SKR_N_ONT_PARTS; part++)
        skr_blob_done(&ontology->blobs[part]);
    forget_graph(ontology);
    forget_texts(ontology);
    free(ontology->stored);
    free(ontology->releases);
    skr_block_file_close(ontology->file);
    (void)pthread_mutex_destroy(&ontology->lock);
    free(ontology);
}
