/*
 * annotation_table.c - a stored release of annotations: its directory, its genes, its chunks.
 */
#include "index/annotations/annotation_table.h"

#include <stdlib.h>
#include <string.h>

#include "index/annotations/annotation_int.h"
#include "index/blob.h"
#include "index/keys/variant_structural.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ the directory */

static int take_names(const skr_annotation_table *table, skr_names *names, skr_cursor *directory,
                      skr_err *err)
{
    uint64_t n_max = (uint64_t)(directory->end - directory->at) / 2;
    uint32_t n = (uint32_t)skr_cursor_varint_max(directory, n_max);
    for (uint32_t i = 0; i < n && !directory->is_bad; i++) {
        size_t n_text = 0;
        uint32_t number = 0;
        bool is_new = false;
        const char *text = skr_cursor_text(directory, &n_text);
        if (text == NULL || n_text == 0 || n_text > SKR_NAME_MAX || memchr(text, 0, n_text) != NULL)
            return skr_annotation_table_corrupt(table, "a word that is empty or too long", err);
        SKR_TRY(skr_names_add_n(names, text, n_text, &number, &is_new, err));
        if (!is_new)
            return skr_annotation_table_corrupt(table, "a word that stands twice", err);
    }
    return directory->is_bad ? skr_annotation_table_corrupt(table, "a directory cut short", err)
                             : SKR_OK;
}

static int take_map(skr_annotation_table *table, uint32_t number, skr_cursor *directory,
                    skr_err *err)
{
    skr_annotation_map *map = &table->maps[number];
    const skr_annotation_map *before = number == 0 ? NULL : map - 1;
    map->contig = (uint32_t)skr_cursor_varint_max(directory, table->n_contigs);
    map->first0 = (uint32_t)skr_cursor_varint_max(directory, SKR_CONTIG_LENGTH_MAX);
    map->last0 = map->first0 +
                 (uint32_t)skr_cursor_varint_max(directory, SKR_CONTIG_LENGTH_MAX - map->first0);
    map->end0 = map->first0 + (uint32_t)skr_cursor_varint_max(directory, UINT32_MAX - map->first0);
    map->n = (uint32_t)skr_cursor_varint_max(directory, SKR_ANNOTATIONS_CHUNK_ALLELES);
    map->impacts = (uint8_t)skr_cursor_varint_max(directory, (1u << SKR_N_IMPACTS) - 1);
    map->has_proteins = skr_cursor_varint_max(directory, 1) == 1;
    SKR_TRY(skr_annotation_take_ascending(directory, table->effects.n, &table->numbers,
                                          &table->n_numbers, &table->n_numbers_max, &map->n_effects,
                                          err));
    SKR_TRY(skr_annotation_take_ascending(directory, table->significances.n, &table->numbers,
                                          &table->n_numbers, &table->n_numbers_max,
                                          &map->n_significances, err));
    map->ref = skr_block_ref_take(directory);
    bool is_in_order = before == NULL || before->contig < map->contig ||
                       (before->contig == map->contig && before->last0 <= map->first0);
    if (directory->is_bad || map->n == 0 || map->contig >= table->n_contigs || !is_in_order ||
        map->end0 < map->last0)
        return skr_annotation_table_corrupt(
            table, "a chunk of alleles that is empty or out of order", err);
    return skr_block_file_check_ref(table->file, &map->ref, err);
}

/* The lists of the maps lie one after the other. */
static void place_lists(skr_annotation_table *table)
{
    uint32_t *at = table->numbers;
    for (uint32_t i = 0; at != NULL && i < table->n_maps; i++) {
        table->maps[i].effects = at;
        at += table->maps[i].n_effects;
        table->maps[i].significances = at;
        at += table->maps[i].n_significances;
    }
}

static int take_maps(skr_annotation_table *table, const skr_buffer *blob, skr_err *err)
{
    uint64_t n_alleles = 0;
    skr_cursor bytes = skr_cursor_of(blob->bytes, blob->n);
    table->maps = calloc(table->n_maps + 1u, sizeof *table->maps);
    if (table->maps == NULL)
        return skr_fail_nomem(err, "annotations");
    for (uint32_t i = 0; i < table->n_maps; i++) {
        SKR_TRY(take_map(table, i, &bytes, err));
        n_alleles += table->maps[i].n;
    }
    if (!skr_cursor_is_done(&bytes) || n_alleles != table->n_alleles)
        return skr_annotation_table_corrupt(table, "maps that are not as long as stated", err);
    place_lists(table);
    return SKR_OK;
}

static int take_directory(skr_annotation_table *table, skr_err *err)
{
    size_t n;
    size_t n_tool = 0;
    const uint8_t *bytes = skr_block_file_directory(table->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != SKR_ANNOTATIONS_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: annotations of another version of Skerry",
                        skr_block_file_name(table->file));
    const char *tool = skr_cursor_text(&directory, &n_tool);
    if (tool == NULL || n_tool > SKR_NAME_MAX || memchr(tool, 0, n_tool) != NULL)
        return skr_annotation_table_corrupt(table, "a name of a program that is none", err);
    table->tool = strndup(tool, n_tool);
    if (table->tool == NULL)
        return skr_fail_nomem(err, "annotations");
    SKR_TRY(take_names(table, &table->effects, &directory, err));
    SKR_TRY(take_names(table, &table->significances, &directory, err));
    table->n_genes = (uint32_t)skr_cursor_varint_max(&directory, UINT32_MAX / 64);
    SKR_TRY(skr_blob_take(table->file, &directory, &table->genes_blob, err));
    if (table->n_genes > table->genes_blob.n_bytes / 3)
        return skr_annotation_table_corrupt(table, "more genes than bytes of them", err);
    table->n_alleles = skr_cursor_varint(&directory);
    table->n_maps = (uint32_t)skr_cursor_varint_max(&directory, UINT32_MAX / 64);
    SKR_TRY(skr_blob_take(table->file, &directory, &table->maps_blob, err));
    SKR_TRY(skr_annotation_names_take(table, &directory, err));
    if (!skr_cursor_is_done(&directory) || table->n_maps > table->maps_blob.n_bytes / 32)
        return skr_annotation_table_corrupt(table, "a directory that is not as long as stated",
                                            err);
    return SKR_OK;
}

int skr_annotation_table_open(const char *folder, const skr_file_id *id, uint32_t n_contigs,
                              skr_annotation_table **ret_table, skr_err *err)
{
    skr_annotation_table *table = calloc(1, sizeof *table);
    if (table == NULL || pthread_mutex_init(&table->lock, NULL) != 0) {
        free(table);
        return skr_fail_nomem(err, "annotations");
    }
    table->n_contigs = n_contigs;
    int status = skr_block_file_open(folder, id, SKR_FILE_ANNOTATIONS, &table->file, err);
    if (status == SKR_OK)
        status = take_directory(table, err);
    if (status != SKR_OK) {
        skr_annotation_table_close(table);
        return status;
    }
    *ret_table = table;
    return SKR_OK;
}

void skr_annotation_table_close(skr_annotation_table *table)
{
    if (table == NULL)
        return;
    skr_block_reader_free(table->reader);
    skr_block_file_close(table->file);
    skr_names_done(&table->effects);
    skr_names_done(&table->significances);
    skr_blob_done(&table->genes_blob);
    skr_blob_done(&table->maps_blob);
    skr_blob_done(&table->names_blob);
    skr_buffer_done(&table->names_texts);
    free(table->names);
    skr_buffer_done(&table->gene_texts);
    free(table->gene_chunks);
    free(table->genes);
    free(table->numbers);
    free(table->maps);
    free(table->tool);
    (void)pthread_mutex_destroy(&table->lock);
    free(table);
}

/* ------------------------------------------------------------------ what is known at once */

const char *skr_annotation_table_tool(const skr_annotation_table *table)
{
    return table->tool;
}

uint64_t skr_annotation_table_count(const skr_annotation_table *table)
{
    return table->n_alleles;
}

uint64_t skr_annotation_table_n_names(const skr_annotation_table *table)
{
    return table->n_names;
}

const char *const *skr_annotation_table_effects(const skr_annotation_table *table, uint32_t *ret_n)
{
    *ret_n = table->effects.n;
    return table->effects.texts;
}

const char *const *skr_annotation_table_significances(const skr_annotation_table *table,
                                                      uint32_t *ret_n)
{
    *ret_n = table->significances.n;
    return table->significances.texts;
}

/* ------------------------------------------------------------------ genes */

/* With the lock. */
static int need_reader(skr_annotation_table *table, skr_err *err)
{
    return table->reader != NULL ? SKR_OK : skr_block_reader_new(SKR_IO_PREAD, &table->reader, err);
}

/* A text that gets a NUL in gene_texts, in whose memory there is room. */
static bool take_gene_text(skr_annotation_table *table, skr_cursor *bytes, const char **ret_text)
{
    size_t n = 0;
    const char *text = skr_cursor_text(bytes, &n);
    if (text == NULL || n > SKR_NAME_MAX || memchr(text, 0, n) != NULL)
        return false;
    char *to = (char *)table->gene_texts.bytes + table->gene_texts.n;
    if (n > 0)
        memcpy(to, text, n);
    to[n] = '\0';
    table->gene_texts.n += n + 1;
    *ret_text = to;
    return true;
}

static int take_genes(skr_annotation_table *table, const skr_buffer *blob, skr_err *err)
{
    uint32_t n = 0;
    uint32_t n_max = 0;
    skr_cursor bytes = skr_cursor_of(blob->bytes, blob->n);
    table->genes = calloc(table->n_genes + 1u, sizeof *table->genes);
    if (table->genes == NULL)
        return skr_fail_nomem(err, "annotations");
    /* each text has a byte of length there, and a NUL here */
    SKR_TRY(skr_buffer_reserve(&table->gene_texts, blob->n + 1, err));
    for (uint32_t i = 0; i < table->n_genes; i++) {
        skr_annotation_gene *gene = &table->genes[i];
        if (!take_gene_text(table, &bytes, &gene->symbol) ||
            !take_gene_text(table, &bytes, &gene->id) ||
            (gene->symbol[0] == '\0' && gene->id[0] == '\0'))
            return skr_annotation_table_corrupt(table, "a gene without a name", err);
        SKR_TRY(skr_annotation_take_ascending(&bytes, table->n_maps, &table->gene_chunks, &n,
                                              &n_max, &gene->n_chunks, err));
        if (bytes.is_bad)
            return skr_annotation_table_corrupt(table, "a gene in chunks that are not there", err);
    }
    if (!skr_cursor_is_done(&bytes))
        return skr_annotation_table_corrupt(table, "genes that are not as long as stated", err);
    uint32_t *at = table->gene_chunks;
    for (uint32_t i = 0; at != NULL && i < table->n_genes; i++) {
        table->genes[i].chunks = at;
        at += table->genes[i].n_chunks;
    }
    return SKR_OK;
}

/* With the lock; what a failure leaves is thrown away. */
static int read_tables(skr_annotation_table *table, skr_err *err)
{
    skr_buffer blob = {0};
    int status = need_reader(table, err);
    if (status == SKR_OK)
        status = skr_blob_read(table->reader, table->file, &table->maps_blob, &blob, err);
    if (status == SKR_OK)
        status = take_maps(table, &blob, err);
    if (status == SKR_OK)
        status = skr_blob_read(table->reader, table->file, &table->genes_blob, &blob, err);
    if (status == SKR_OK)
        status = take_genes(table, &blob, err);
    if (status == SKR_OK)
        status = skr_blob_read(table->reader, table->file, &table->names_blob, &blob, err);
    if (status == SKR_OK)
        status = skr_annotation_names_list(table, &blob, err);
    skr_buffer_done(&blob);
    if (status == SKR_OK)
        return SKR_OK;
    free(table->maps);
    free(table->numbers);
    free(table->genes);
    free(table->gene_chunks);
    free(table->names);
    table->names = NULL;
    table->maps = NULL;
    table->numbers = NULL;
    table->n_numbers = table->n_numbers_max = 0;
    table->genes = NULL;
    table->gene_chunks = NULL;
    skr_buffer_done(&table->gene_texts);
    return status;
}

/* Maps and genes are read when they are first needed. */
int skr_annotation_table_need(const skr_annotation_table *table, skr_err *err)
{
    skr_annotation_table *mine = (skr_annotation_table *)(uintptr_t)table;
    int status = SKR_OK;
    if (atomic_load(&mine->is_read))
        return SKR_OK;
    (void)pthread_mutex_lock(&mine->lock);
    if (!atomic_load(&mine->is_read))
        status = read_tables(mine, err);
    if (status == SKR_OK)
        atomic_store(&mine->is_read, true);
    (void)pthread_mutex_unlock(&mine->lock);
    return status;
}

int skr_annotation_table_genes(const skr_annotation_table *table,
                               const skr_annotation_gene **ret_genes, uint32_t *ret_n, skr_err *err)
{
    SKR_TRY(skr_annotation_table_need(table, err));
    *ret_genes = table->genes;
    *ret_n = table->n_genes;
    return SKR_OK;
}

int skr_annotation_table_maps(const skr_annotation_table *table,
                              const skr_annotation_map **ret_maps, uint32_t *ret_n, skr_err *err)
{
    SKR_TRY(skr_annotation_table_need(table, err));
    *ret_maps = table->maps;
    *ret_n = table->n_maps;
    return SKR_OK;
}

/* ------------------------------------------------------------------ chunks */

void skr_annotation_chunk_done(skr_annotation_chunk *chunk)
{
    skr_buffer_done(&chunk->bytes);
    free(chunk->alleles);
    free(chunk->lines);
    free(chunk->numbers);
    free(chunk->names);
    *chunk = (skr_annotation_chunk){0};
}

static int take_line(const skr_annotation_table *table, skr_cursor *bytes,
                     skr_annotation_chunk *chunk, skr_err *err)
{
    skr_annotation_line line = {.first_effect = chunk->n_numbers};
    uint64_t gene = skr_cursor_varint_max(bytes, table->n_genes);
    size_t n_protein = 0;
    line.gene = gene == 0 ? SKR_NONE : (uint32_t)gene - 1;
    SKR_TRY(skr_annotation_take_ascending(bytes, table->effects.n, &chunk->numbers,
                                          &chunk->n_numbers, &chunk->n_numbers_max, &line.n_effects,
                                          err));
    uint8_t impact = skr_cursor_u8(bytes);
    line.protein = skr_cursor_text(bytes, &n_protein);
    line.n_protein = (uint32_t)n_protein;
    if (impact >= SKR_N_IMPACTS || n_protein > SKR_NAME_MAX)
        bytes->is_bad = true;
    line.impact = impact < SKR_N_IMPACTS ? (skr_impact)impact : SKR_IMPACT_UNKNOWN;
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->lines, &chunk->n_lines_max, (size_t)chunk->n_lines + 1,
                              "annotations", err));
    chunk->lines[chunk->n_lines++] = line;
    return SKR_OK;
}

/* The names of an allele; their texts stay in the chunk's bytes. */
static int take_allele_names(skr_cursor *bytes, skr_annotation_chunk *chunk, skr_annotated *one,
                             skr_err *err)
{
    uint64_t n = skr_cursor_varint_max(bytes, (uint64_t)(bytes->end - bytes->at));
    one->first_name = chunk->n_names;
    for (uint64_t i = 0; i < n && !bytes->is_bad; i++) {
        size_t n_text = 0;
        const char *text = skr_cursor_text(bytes, &n_text);
        if (text == NULL || n_text == 0 || n_text > SKR_NAME_MAX || memchr(text, 0, n_text) != NULL)
            bytes->is_bad = true;
        SKR_TRY(SKR_ARRAY_RESERVE(&chunk->names, &chunk->n_names_max, (size_t)chunk->n_names + 1,
                                  "annotations", err));
        chunk->names[chunk->n_names++] = (skr_annotation_name){text, (uint32_t)n_text};
    }
    one->n_names = chunk->n_names - one->first_name;
    return SKR_OK;
}

/* The key of the next allele; starts go on from *start0. */
static void take_key(const skr_annotation_map *map, skr_cursor *bytes, uint32_t *start0,
                     skr_allele *ret)
{
    size_t n_ref = 0;
    size_t n_alt = 0;
    *ret = (skr_allele){.contig = map->contig};
    *start0 += (uint32_t)skr_cursor_varint_max(bytes, map->last0 - *start0);
    ret->start0 = *start0;
    ret->end0 = *start0 + (uint32_t)skr_cursor_varint_max(bytes, map->end0 - *start0);
    uint8_t kind = skr_cursor_u8(bytes);
    ret->ref = skr_cursor_text(bytes, &n_ref);
    ret->alt = skr_cursor_text(bytes, &n_alt);
    bool is_sv = kind == SKR_ALLELE_SV;
    if (!bytes->is_bad &&
        (memchr(ret->ref, 0, n_ref) != NULL || memchr(ret->alt, 0, n_alt) != NULL))
        bytes->is_bad = true;
    if (kind > SKR_ALLELE_SV || n_alt == 0 || n_alt > SKR_ALLELE_MAX ||
        n_ref != (is_sv ? 0 : ret->end0 - ret->start0) || ret->end0 <= ret->start0)
        bytes->is_bad = true;
    ret->kind = (skr_allele_kind)(kind > SKR_ALLELE_SV ? SKR_ALLELE_SV : kind);
    ret->n_ref = (uint32_t)n_ref;
    ret->n_alt = (uint32_t)n_alt;
}

static int take_allele(const skr_annotation_table *table, const skr_annotation_map *map,
                       skr_cursor *bytes, uint32_t *start0, skr_annotation_chunk *chunk,
                       skr_err *err)
{
    skr_annotated *one = &chunk->alleles[chunk->n];
    *one = (skr_annotated){.first_line = chunk->n_lines};
    take_key(map, bytes, start0, &one->allele);
    uint64_t n_lines = skr_cursor_varint_max(bytes, (uint64_t)(bytes->end - bytes->at));
    for (uint64_t i = 0; i < n_lines && !bytes->is_bad; i++)
        SKR_TRY(take_line(table, bytes, chunk, err));
    one->n_lines = chunk->n_lines - one->first_line;
    one->first_significance = chunk->n_numbers;
    SKR_TRY(skr_annotation_take_ascending(bytes, table->significances.n, &chunk->numbers,
                                          &chunk->n_numbers, &chunk->n_numbers_max,
                                          &one->n_significances, err));
    SKR_TRY(take_allele_names(bytes, chunk, one, err));
    if (bytes->is_bad)
        return skr_annotation_table_corrupt(table, "an allele that is damaged", err);
    if (chunk->n > 0 && skr_segment_allele_compare(&one[-1].allele, &one->allele) >= 0)
        return skr_annotation_table_corrupt(table, "alleles out of order", err);
    chunk->n++;
    return SKR_OK;
}

static int take_chunk(const skr_annotation_table *table, uint32_t number,
                      skr_annotation_chunk *chunk, skr_err *err)
{
    const skr_annotation_map *map = &table->maps[number];
    skr_cursor bytes = skr_cursor_of(chunk->bytes.bytes, chunk->bytes.n);
    uint32_t start0 = map->first0;
    chunk->n = 0;
    chunk->n_lines = 0;
    chunk->n_numbers = 0;
    chunk->n_names = 0;
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->alleles, &chunk->n_max, map->n, "annotations", err));
    for (uint32_t i = 0; i < map->n; i++)
        SKR_TRY(take_allele(table, map, &bytes, &start0, chunk, err));
    if (!skr_cursor_is_done(&bytes) || chunk->alleles[0].allele.start0 != map->first0 ||
        start0 != map->last0)
        return skr_annotation_table_corrupt(
            table, "a chunk of alleles that is not what its map says", err);
    chunk->number = number + 1;
    return SKR_OK;
}

int skr_annotation_table_block(const skr_annotation_table *table, const skr_block_ref *ref,
                               skr_buffer *bytes, skr_err *err)
{
    skr_annotation_table *mine = (skr_annotation_table *)(uintptr_t)table;
    const skr_block_wish wish = {table->file, *ref, bytes};
    (void)pthread_mutex_lock(&mine->lock);
    int status = need_reader(mine, err);
    if (status == SKR_OK)
        status = skr_block_reader_get(mine->reader, &wish, 1, err);
    (void)pthread_mutex_unlock(&mine->lock);
    return status;
}

int skr_annotation_table_read(const skr_annotation_table *table, uint32_t number,
                              skr_annotation_chunk *chunk, skr_err *err)
{
    SKR_TRY(skr_annotation_table_need(table, err));
    SKR_CHECK(number < table->n_maps);
    chunk->number = 0;
    SKR_TRY(skr_annotation_table_block(table, &table->maps[number].ref, &chunk->bytes, err));
    return take_chunk(table, number, chunk, err);
}

/* ------------------------------------------------------------------ finding */

typedef struct allele_search {
    const skr_annotation_table *table;
    const skr_annotation_chunk *chunk;
    const skr_allele *allele;
} allele_search;

/* Does a chunk end before the allele's start? */
static bool is_map_before(const void *context, size_t at)
{
    const allele_search *search = context;
    const skr_annotation_map *map = &search->table->maps[at];
    return map->contig < search->allele->contig ||
           (map->contig == search->allele->contig && map->last0 < search->allele->start0);
}

static bool is_allele_before(const void *context, size_t at)
{
    const allele_search *search = context;
    const skr_allele *stored = &search->chunk->alleles[at].allele;
    if (search->allele->kind != SKR_ALLELE_SV_ANY)
        return skr_segment_allele_compare(stored, search->allele) < 0;
    return stored->start0 < search->allele->start0 ||
           (stored->start0 == search->allele->start0 && stored->end0 < search->allele->end0);
}

/* A place and type alone means the first allele that it holds. */
static bool is_meant(const skr_allele *stored, const skr_allele *asked)
{
    return asked->kind == SKR_ALLELE_SV_ANY ? skr_structural_holds(asked, stored)
                                            : skr_segment_allele_compare(stored, asked) == 0;
}

int skr_annotation_table_find(const skr_annotation_table *table, const skr_allele *allele,
                              skr_annotation_chunk *chunk, const skr_annotated **ret_found,
                              skr_err *err)
{
    SKR_TRY(skr_annotation_table_need(table, err));
    allele_search search = {table, chunk, allele};
    size_t at = skr_array_search(table->n_maps, is_map_before, &search);
    *ret_found = NULL;
    /* Alleles of one start may lie in several chunks. */
    for (; at < table->n_maps; at++) {
        const skr_annotation_map *map = &table->maps[at];
        if (map->contig != allele->contig || map->first0 > allele->start0)
            return SKR_OK;
        if (chunk->number != at + 1)
            SKR_TRY(skr_annotation_table_read(table, (uint32_t)at, chunk, err));
        size_t k = skr_array_search(chunk->n, is_allele_before, &search);
        while (allele->kind == SKR_ALLELE_SV_ANY && k < chunk->n &&
               chunk->alleles[k].allele.start0 == allele->start0 &&
               chunk->alleles[k].allele.end0 == allele->end0 &&
               !is_meant(&chunk->alleles[k].allele, allele))
            k++;
        if (k == chunk->n)
            continue;
        if (is_meant(&chunk->alleles[k].allele, allele))
            *ret_found = &chunk->alleles[k];
        return SKR_OK;
    }
    return SKR_OK;
}

int skr_annotation_table_refs(const skr_annotation_table *table, skr_ref_list *list, skr_err *err)
{
    SKR_TRY(skr_blob_list(&table->genes_blob, list, err));
    SKR_TRY(skr_blob_list(&table->maps_blob, list, err));
    SKR_TRY(skr_blob_list(&table->names_blob, list, err));
    SKR_TRY(SKR_ARRAY_RESERVE(&list->refs, &list->n_max,
                              list->n + table->n_maps + (size_t)table->n_names_blocks + 1,
                              "annotations", err));
    for (uint32_t i = 0; table->maps != NULL && i < table->n_maps; i++)
        list->refs[list->n++] = table->maps[i].ref;
    for (uint32_t i = 0; table->names != NULL && i < table->n_names_blocks; i++)
        list->refs[list->n++] = table->names[i].ref;
    return SKR_OK;
}
