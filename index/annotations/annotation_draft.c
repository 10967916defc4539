/*
 * annotation_draft.c - lines of annotation are gathered by allele, and become a file.
 *
 * Files say them in any order, an allele in several records, and a line twice. So all are kept in
 * memory, sorted by allele at the end, and each is written once.
 */
#include <stdlib.h>
#include <string.h>

#include "index/annotations/annotation_int.h"
#include "index/blob.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"

/* What is said of an allele at one time: items, each a varint length and that many bytes. */
typedef struct said_entry {
    skr_allele allele; /* its texts and the items lie in the draft's memory */
    const uint8_t *items;
    uint32_t n_items; /* bytes */
} said_entry;

typedef struct memory_block {
    struct memory_block *next;
    uint8_t bytes[];
} memory_block;

/* An item begins with one of these. */
enum {
    ITEM_LINE,
    ITEM_SIGNIFICANCE,
    ITEM_NAME
};

struct skr_annotation_draft {
    skr_names genes; /* symbol, a tab, id */
    skr_names effects;
    skr_names significances;
    skr_names unknown; /* effects that are no terms */
    uint64_t n_unknown;
    said_entry *entries;
    size_t n;
    size_t n_max;
    memory_block *blocks;
    size_t n_left; /* in the newest block */
    size_t n_block;
    skr_buffer items; /* of the allele at hand */
    skr_buffer item;
};

#define BLOCK_BYTES (1u << 20)

int skr_annotation_draft_new(skr_annotation_draft **ret_draft, skr_err *err)
{
    skr_annotation_draft *draft = calloc(1, sizeof *draft);
    if (draft == NULL)
        return skr_fail_nomem(err, "annotations");
    *ret_draft = draft;
    return SKR_OK;
}

void skr_annotation_draft_free(skr_annotation_draft *draft)
{
    if (draft == NULL)
        return;
    while (draft->blocks != NULL) {
        memory_block *next = draft->blocks->next;
        free(draft->blocks);
        draft->blocks = next;
    }
    skr_names_done(&draft->genes);
    skr_names_done(&draft->effects);
    skr_names_done(&draft->significances);
    skr_names_done(&draft->unknown);
    skr_buffer_done(&draft->items);
    skr_buffer_done(&draft->item);
    free(draft->entries);
    free(draft);
}

/* A copy of n bytes that lives as long as the draft. */
static int keep(skr_annotation_draft *draft, const void *bytes, size_t n, const void **ret_kept,
                skr_err *err)
{
    if (n > draft->n_left) {
        size_t n_block = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        memory_block *block = malloc(sizeof *block + n_block);
        if (block == NULL)
            return skr_fail_nomem(err, "annotations");
        block->next = draft->blocks;
        draft->blocks = block;
        draft->n_block = n_block;
        draft->n_left = n_block;
    }
    uint8_t *to =
        draft->blocks == NULL ? NULL : draft->blocks->bytes + (draft->n_block - draft->n_left);
    if (n > 0)
        memcpy(to, bytes, n);
    draft->n_left -= n;
    *ret_kept = n > 0 ? to : (const uint8_t *)"";
    return SKR_OK;
}

/* ------------------------------------------------------------------ lines */

static int put_item(skr_annotation_draft *draft, skr_err *err)
{
    return skr_buffer_put_text(&draft->items, (const char *)draft->item.bytes, draft->item.n, err);
}

static int gene_number(skr_annotation_draft *draft, const skr_annotation_said *said,
                       uint32_t *ret_gene, skr_err *err)
{
    char key[2 * SKR_NAME_MAX + 2];
    SKR_CHECK(said->n_symbol <= SKR_NAME_MAX && said->n_id <= SKR_NAME_MAX);
    if (said->n_symbol + said->n_id == 0) {
        *ret_gene = SKR_NONE;
        return SKR_OK;
    }
    memcpy(key, said->symbol, said->n_symbol);
    key[said->n_symbol] = '\t';
    if (said->n_id > 0)
        memcpy(key + said->n_symbol + 1, said->id, said->n_id);
    return skr_names_add_n(&draft->genes, key, said->n_symbol + 1 + said->n_id, ret_gene, NULL,
                           err);
}

/* The number of one effect in the file, under the name of its term. */
static int effect_number(skr_annotation_draft *draft, const char *word, size_t n,
                         uint32_t *ret_effect, skr_impact *impact, skr_err *err)
{
    uint32_t term = skr_effect_find(word, n);
    if (term == SKR_NONE) {
        draft->n_unknown++;
        SKR_TRY(skr_names_add_n(&draft->unknown, word, n, ret_effect, NULL, err));
        return skr_names_add_n(&draft->effects, word, n, ret_effect, NULL, err);
    }
    if (skr_effect_impact(term) > *impact)
        *impact = skr_effect_impact(term);
    return skr_names_add(&draft->effects, skr_effect_name(term), ret_effect, err);
}

#define EFFECTS_MAX 64u /* of one line; real ones have up to eight */

static int put_effects(skr_annotation_draft *draft, const skr_annotation_said *said,
                       skr_impact *impact, skr_err *err)
{
    uint32_t numbers[EFFECTS_MAX];
    uint32_t n = 0;
    for (size_t at = 0; at < said->n_effects && n < EFFECTS_MAX;) {
        const char *word = said->effects + at;
        const char *end = memchr(word, '&', said->n_effects - at);
        size_t n_word = end != NULL ? (size_t)(end - word) : said->n_effects - at;
        if (n_word > 0 && n_word <= SKR_NAME_MAX)
            SKR_TRY(effect_number(draft, word, n_word, &numbers[n++], impact, err));
        at += n_word + 1;
    }
    return skr_annotation_put_ascending(&draft->item, numbers, n, err);
}

int skr_annotation_draft_line(skr_annotation_draft *draft, const skr_annotation_said *said,
                              skr_err *err)
{
    uint32_t gene = SKR_NONE;
    skr_impact gravest = SKR_IMPACT_UNKNOWN;
    draft->item.n = 0;
    SKR_TRY(gene_number(draft, said, &gene, err));
    SKR_TRY(skr_buffer_put_u8(&draft->item, ITEM_LINE, err));
    SKR_TRY(skr_buffer_put_varint(&draft->item, gene == SKR_NONE ? 0 : (uint64_t)gene + 1, err));
    SKR_TRY(put_effects(draft, said, &gravest, err));
    skr_impact impact = said->impact != SKR_IMPACT_UNKNOWN ? said->impact : gravest;
    SKR_TRY(skr_buffer_put_u8(&draft->item, (uint8_t)impact, err));
    SKR_TRY(skr_buffer_put_text(&draft->item, said->protein, strlen(said->protein), err));
    return put_item(draft, err);
}

int skr_annotation_draft_significance(skr_annotation_draft *draft, const char *word, size_t n,
                                      skr_err *err)
{
    uint32_t number;
    draft->item.n = 0;
    SKR_TRY(skr_names_add_n(&draft->significances, word, n, &number, NULL, err));
    SKR_TRY(skr_buffer_put_u8(&draft->item, ITEM_SIGNIFICANCE, err));
    SKR_TRY(skr_buffer_put_varint(&draft->item, number, err));
    return put_item(draft, err);
}

int skr_annotation_draft_name(skr_annotation_draft *draft, const char *name, size_t n, skr_err *err)
{
    SKR_CHECK(n > 0 && n <= SKR_NAME_MAX);
    draft->item.n = 0;
    SKR_TRY(skr_buffer_put_u8(&draft->item, ITEM_NAME, err));
    SKR_TRY(skr_buffer_put_text(&draft->item, name, n, err));
    return put_item(draft, err);
}

int skr_annotation_draft_allele(skr_annotation_draft *draft, const skr_allele *allele, skr_err *err)
{
    if (allele == NULL)
        draft->items.n = 0;
    if (draft->items.n == 0)
        return SKR_OK;
    const void *ref = NULL;
    const void *alt = NULL;
    const void *items = NULL;
    SKR_TRY(SKR_ARRAY_RESERVE(&draft->entries, &draft->n_max, draft->n + 1, "annotations", err));
    SKR_TRY(keep(draft, allele->ref, allele->n_ref, &ref, err));
    SKR_TRY(keep(draft, allele->alt, allele->n_alt, &alt, err));
    SKR_TRY(keep(draft, draft->items.bytes, draft->items.n, &items, err));
    said_entry *entry = &draft->entries[draft->n++];
    *entry = (said_entry){*allele, items, (uint32_t)draft->items.n};
    entry->allele.ref = ref;
    entry->allele.alt = alt;
    draft->items.n = 0;
    return SKR_OK;
}

uint64_t skr_annotation_draft_unknown(const skr_annotation_draft *draft, const char **ret_first)
{
    *ret_first = draft->unknown.n > 0 ? draft->unknown.texts[0] : "";
    return draft->n_unknown;
}

/* ------------------------------------------------------------------ writing */

/* A gene that occurs in a chunk. */
typedef struct gene_place {
    uint32_t gene;
    uint32_t chunk;
} gene_place;

typedef struct an_item {
    const uint8_t *bytes;
    size_t n;
} an_item;

/* The file being written: the chunk at hand, and what the directory says of those before it. */
typedef struct chunk_write {
    const skr_annotation_draft *draft;
    skr_block_writer *writer;
    skr_buffer maps;
    uint32_t n_chunks;
    uint64_t n_alleles;
    skr_buffer bytes;
    uint32_t n;
    uint32_t contig;
    uint32_t first0;
    uint32_t last0;
    uint32_t end0;
    uint8_t impacts;
    bool has_proteins;
    uint32_t *effects; /* that occur, more than once */
    uint32_t n_effects;
    uint32_t n_effects_max;
    uint32_t *significances;
    uint32_t n_significances;
    uint32_t n_significances_max;
    gene_place *places;
    size_t n_places;
    size_t n_places_max;
    uint32_t *last_of_gene;      /* the last chunk that has it, plus 1 */
    skr_annotation_named *names; /* of all chunks */
    size_t n_names;
    size_t n_names_max;
    an_item *items; /* of the allele at hand */
    uint32_t n_items_max;
} chunk_write;

static void chunk_write_done(chunk_write *w)
{
    skr_buffer_done(&w->maps);
    skr_buffer_done(&w->bytes);
    free(w->effects);
    free(w->significances);
    free(w->places);
    free(w->last_of_gene);
    free(w->names);
    free(w->items);
    skr_block_writer_free(w->writer);
}

static int end_chunk(chunk_write *w, skr_err *err)
{
    skr_block_ref ref;
    if (w->n == 0)
        return SKR_OK;
    SKR_TRY(skr_block_writer_put(w->writer, w->bytes.bytes, w->bytes.n, SKR_CODEC_ZSTD, &ref, err));
    const uint64_t numbers[] = {w->contig, w->first0,  w->last0 - w->first0, w->end0 - w->first0,
                                w->n,      w->impacts, w->has_proteins};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        SKR_TRY(skr_buffer_put_varint(&w->maps, numbers[i], err));
    SKR_TRY(skr_annotation_put_ascending(&w->maps, w->effects, w->n_effects, err));
    SKR_TRY(skr_annotation_put_ascending(&w->maps, w->significances, w->n_significances, err));
    SKR_TRY(skr_block_ref_put(&w->maps, &ref, err));
    w->n_chunks++;
    w->bytes.n = 0;
    w->n = 0;
    w->end0 = 0;
    w->impacts = 0;
    w->has_proteins = false;
    w->n_effects = 0;
    w->n_significances = 0;
    return SKR_OK;
}

/* Notes a gene of the chunk at hand. */
static int note_gene(chunk_write *w, uint32_t gene, skr_err *err)
{
    if (w->last_of_gene[gene] == w->n_chunks + 1)
        return SKR_OK;
    w->last_of_gene[gene] = w->n_chunks + 1;
    SKR_TRY(SKR_ARRAY_RESERVE(&w->places, &w->n_places_max, w->n_places + 1, "annotations", err));
    w->places[w->n_places++] = (gene_place){gene, w->n_chunks};
    return SKR_OK;
}

/* Notes what a line holds, which was written above. */
static int note_line(chunk_write *w, const an_item *item, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(item->bytes + 1, item->n - 1);
    uint64_t gene = skr_cursor_varint(&cursor);
    if (gene > 0)
        SKR_TRY(note_gene(w, (uint32_t)gene - 1, err));
    uint32_t n = (uint32_t)skr_cursor_varint(&cursor);
    SKR_TRY(
        SKR_ARRAY_RESERVE(&w->effects, &w->n_effects_max, w->n_effects + n, "annotations", err));
    for (uint32_t i = 0, next = 0; i < n; i++) {
        w->effects[w->n_effects] = next + (uint32_t)skr_cursor_varint(&cursor);
        next = w->effects[w->n_effects++] + 1;
    }
    w->impacts = (uint8_t)(w->impacts | 1u << skr_cursor_u8(&cursor));
    w->has_proteins = w->has_proteins || skr_cursor_varint(&cursor) > 0;
    return SKR_OK;
}

static int compare_items(const void *a, const void *b)
{
    const an_item *x = a;
    const an_item *y = b;
    int order = memcmp(x->bytes, y->bytes, x->n < y->n ? x->n : y->n);
    return order != 0 ? order : x->n < y->n ? -1 : x->n > y->n;
}

/* The items of entries first .. first + n, which are of one allele, sorted and each once. */
static int gather_items(chunk_write *w, const said_entry *first, size_t n, uint32_t *ret_n,
                        skr_err *err)
{
    uint32_t n_items = 0;
    for (size_t i = 0; i < n; i++) {
        skr_cursor cursor = skr_cursor_of(first[i].items, first[i].n_items);
        while (cursor.at < cursor.end) {
            an_item item;
            SKR_TRY(SKR_ARRAY_RESERVE(&w->items, &w->n_items_max, n_items + 1, "annotations", err));
            item.bytes = (const uint8_t *)skr_cursor_text(&cursor, &item.n);
            w->items[n_items++] = item;
        }
    }
    uint32_t n_kept = 0;
    qsort(w->items, n_items, sizeof *w->items, compare_items);
    for (uint32_t i = 0; i < n_items; i++)
        if (n_kept == 0 || compare_items(&w->items[n_kept - 1], &w->items[i]) != 0)
            w->items[n_kept++] = w->items[i];
    *ret_n = n_kept;
    return SKR_OK;
}

/* Names, each of which is noted with the chunk at hand. */
static int put_names_of(chunk_write *w, const an_item *items, uint32_t n, skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(&w->bytes, n, err));
    SKR_TRY(SKR_ARRAY_RESERVE(&w->names, &w->n_names_max, w->n_names + n, "annotations", err));
    for (uint32_t i = 0; i < n; i++) {
        skr_cursor cursor = skr_cursor_of(items[i].bytes + 1, items[i].n - 1);
        size_t n_text = 0;
        const char *text = skr_cursor_text(&cursor, &n_text);
        SKR_TRY(skr_buffer_put_text(&w->bytes, text, n_text, err));
        w->names[w->n_names++] = (skr_annotation_named){text, (uint32_t)n_text, w->n_chunks};
    }
    return SKR_OK;
}

/* How many of the items from one on are of a kind. */
static uint32_t count_items(const chunk_write *w, uint32_t from, uint32_t n, uint8_t kind)
{
    uint32_t at = from;
    while (at < n && w->items[at].bytes[0] == kind)
        at++;
    return at - from;
}

/* Lines sort before words of significance, whose numbers ascend, and those before names. */
static int put_items(chunk_write *w, uint32_t n_all, skr_err *err)
{
    uint32_t n_lines = count_items(w, 0, n_all, ITEM_LINE);
    uint32_t n = n_lines + count_items(w, n_lines, n_all, ITEM_SIGNIFICANCE);
    SKR_TRY(skr_buffer_put_varint(&w->bytes, n_lines, err));
    for (uint32_t i = 0; i < n_lines; i++) {
        SKR_TRY(skr_buffer_put(&w->bytes, w->items[i].bytes + 1, w->items[i].n - 1, err));
        SKR_TRY(note_line(w, &w->items[i], err));
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&w->significances, &w->n_significances_max,
                              w->n_significances + (n - n_lines) + 1, "annotations", err));
    uint32_t *own = w->significances + w->n_significances;
    for (uint32_t i = n_lines; i < n; i++) {
        skr_cursor cursor = skr_cursor_of(w->items[i].bytes + 1, w->items[i].n - 1);
        own[i - n_lines] = (uint32_t)skr_cursor_varint(&cursor);
    }
    w->n_significances += n - n_lines;
    SKR_TRY(skr_annotation_put_ascending(&w->bytes, own, n - n_lines, err));
    return put_names_of(w, w->items + n, n_all - n, err);
}

static int put_allele(chunk_write *w, const said_entry *first, size_t n, skr_err *err)
{
    const skr_allele *allele = &first->allele;
    uint32_t n_items = 0;
    if (w->n > 0 && (w->contig != allele->contig || w->n >= SKR_ANNOTATIONS_CHUNK_ALLELES ||
                     w->bytes.n >= SKR_ANNOTATIONS_CHUNK_BYTES))
        SKR_TRY(end_chunk(w, err));
    if (w->n == 0) {
        w->contig = allele->contig;
        w->first0 = allele->start0;
        w->last0 = allele->start0;
    }
    SKR_TRY(skr_buffer_put_varint(&w->bytes, allele->start0 - w->last0, err));
    SKR_TRY(skr_buffer_put_varint(&w->bytes, allele->end0 - allele->start0, err));
    SKR_TRY(skr_buffer_put_u8(&w->bytes, (uint8_t)allele->kind, err));
    SKR_TRY(skr_buffer_put_text(&w->bytes, allele->ref, allele->n_ref, err));
    SKR_TRY(skr_buffer_put_text(&w->bytes, allele->alt, allele->n_alt, err));
    SKR_TRY(gather_items(w, first, n, &n_items, err));
    SKR_TRY(put_items(w, n_items, err));
    w->last0 = allele->start0;
    w->end0 = allele->end0 > w->end0 ? allele->end0 : w->end0;
    w->n++;
    w->n_alleles++;
    return SKR_OK;
}

static int compare_entries(const void *a, const void *b)
{
    return skr_segment_allele_compare(&((const said_entry *)a)->allele,
                                      &((const said_entry *)b)->allele);
}

static int put_alleles(chunk_write *w, skr_err *err)
{
    said_entry *entries = w->draft->entries;
    size_t n = w->draft->n;
    if (n > 1)
        qsort(entries, n, sizeof *entries, compare_entries);
    for (size_t i = 0, next = 0; i < n; i = next) {
        for (next = i + 1; next < n && compare_entries(&entries[i], &entries[next]) == 0;)
            next++;
        SKR_TRY(put_allele(w, &entries[i], next - i, err));
    }
    return end_chunk(w, err);
}

static int compare_places(const void *a, const void *b)
{
    const gene_place *x = a;
    const gene_place *y = b;
    if (x->gene != y->gene)
        return x->gene < y->gene ? -1 : 1;
    return x->chunk < y->chunk ? -1 : x->chunk > y->chunk;
}

/* Each gene: symbol, id, and the chunks that have it. */
static int put_genes(chunk_write *w, skr_buffer *directory, skr_err *err)
{
    skr_buffer bytes = {0};
    const skr_names *genes = &w->draft->genes;
    uint32_t *chunks = malloc((w->n_chunks + 1u) * sizeof *chunks);
    int status = chunks == NULL ? skr_fail_nomem(err, "annotations") : SKR_OK;
    if (w->n_places > 1)
        qsort(w->places, w->n_places, sizeof *w->places, compare_places);
    for (size_t i = 0, g = 0; status == SKR_OK && g < genes->n; g++) {
        const char *key = genes->texts[g];
        size_t n_symbol = strcspn(key, "\t");
        uint32_t n = 0;
        for (; i < w->n_places && w->places[i].gene == g; i++)
            chunks[n++] = w->places[i].chunk;
        status = skr_buffer_put_text(&bytes, key, n_symbol, err);
        if (status == SKR_OK)
            status =
                skr_buffer_put_text(&bytes, key + n_symbol + 1, strlen(key + n_symbol + 1), err);
        if (status == SKR_OK)
            status = skr_annotation_put_ascending(&bytes, chunks, n, err);
    }
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, genes->n, err);
    if (status == SKR_OK)
        status = skr_blob_put(w->writer, bytes.bytes, bytes.n, SKR_CODEC_ZSTD, directory, err);
    free(chunks);
    skr_buffer_done(&bytes);
    return status;
}

static int put_names(const skr_names *names, skr_buffer *directory, skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(directory, names->n, err));
    for (uint32_t i = 0; i < names->n; i++)
        SKR_TRY(skr_buffer_put_text(directory, names->texts[i], strlen(names->texts[i]), err));
    return SKR_OK;
}

static int put_all(chunk_write *w, const char *tool, skr_buffer *directory, skr_err *err)
{
    w->last_of_gene = calloc(w->draft->genes.n + 1u, sizeof *w->last_of_gene);
    if (w->last_of_gene == NULL)
        return skr_fail_nomem(err, "annotations");
    SKR_TRY(put_alleles(w, err));
    SKR_TRY(skr_buffer_put_varint(directory, SKR_ANNOTATIONS_FORMAT, err));
    SKR_TRY(skr_buffer_put_text(directory, tool, strlen(tool), err));
    SKR_TRY(put_names(&w->draft->effects, directory, err));
    SKR_TRY(put_names(&w->draft->significances, directory, err));
    SKR_TRY(put_genes(w, directory, err));
    SKR_TRY(skr_buffer_put_varint(directory, w->n_alleles, err));
    SKR_TRY(skr_buffer_put_varint(directory, w->n_chunks, err));
    SKR_TRY(skr_blob_put(w->writer, w->maps.bytes, w->maps.n, SKR_CODEC_ZSTD, directory, err));
    return skr_annotation_names_put(w->names, w->n_names, w->writer, directory, err);
}

int skr_annotation_draft_write(skr_annotation_draft *draft, const char *tool, const char *folder,
                               const char *name, skr_file_id *ret_id, uint64_t *ret_n, skr_err *err)
{
    chunk_write w = {.draft = draft};
    skr_buffer directory = {0};
    int status = skr_block_writer_new(folder, name, SKR_FILE_ANNOTATIONS, &w.writer, err);
    if (status == SKR_OK)
        status = put_all(&w, tool, &directory, err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(w.writer, directory.bytes, directory.n, ret_id, err);
    if (status == SKR_OK)
        *ret_n = w.n_alleles;
    skr_buffer_done(&directory);
    chunk_write_done(&w);
    return status;
}
