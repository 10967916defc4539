/*
 * annotation_find.c - the chunks that hold alleles of a name: one block of names is read, however
 * many there are.
 */
#include <stdlib.h>
#include <string.h>

#include "index/annotations/annotation_int.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

bool skr_annotation_is_named(const skr_annotation_chunk *chunk, const skr_annotated *allele,
                             const char *name)
{
    for (uint32_t i = 0; i < allele->n_names; i++) {
        const skr_annotation_name *own = &chunk->names[allele->first_name + i];
        if (skr_annotation_names_compare(own->text, own->n, name, strlen(name)) == 0)
            return true;
    }
    return false;
}

/* The names of a block, one after the other. */
typedef struct names_walk {
    const skr_annotation_table *table;
    skr_buffer bytes;
    skr_cursor cursor;
    const char *name;
    size_t n_name;
    uint32_t *chunks;
    uint32_t n_chunks;
    uint32_t n_chunks_max;
} names_walk;

static void names_walk_done(names_walk *walk)
{
    skr_buffer_done(&walk->bytes);
    free(walk->chunks);
}

static int open_block(names_walk *walk, uint32_t number, skr_err *err)
{
    const skr_annotation_names_block *block = &walk->table->names[number];
    SKR_TRY(skr_annotation_table_block(walk->table, &block->ref, &walk->bytes, err));
    walk->cursor = skr_cursor_of(walk->bytes.bytes, walk->bytes.n);
    walk->name = NULL;
    walk->n_name = 0;
    return SKR_OK;
}

/* The next name of the block; *ret_is_end: there is none. */
static int next_name(names_walk *walk, bool *ret_is_end, skr_err *err)
{
    const char *before = walk->name;
    size_t n_before = walk->n_name;
    uint32_t n = 0;
    *ret_is_end = walk->cursor.at == walk->cursor.end && !walk->cursor.is_bad;
    if (*ret_is_end)
        return SKR_OK;
    walk->name = skr_cursor_text(&walk->cursor, &walk->n_name);
    walk->n_chunks = 0;
    SKR_TRY(skr_annotation_take_ascending(&walk->cursor, walk->table->n_maps, &walk->chunks,
                                          &walk->n_chunks, &walk->n_chunks_max, &n, err));
    if (walk->cursor.is_bad || n == 0 || walk->n_name == 0 || walk->n_name > SKR_NAME_MAX ||
        (before != NULL &&
         skr_annotation_names_compare(before, n_before, walk->name, walk->n_name) >= 0))
        return skr_annotation_table_corrupt(walk->table, "a name that is damaged or out of order",
                                            err);
    return SKR_OK;
}

typedef struct name_search {
    const skr_annotation_table *table;
    const char *name;
} name_search;

static bool is_not_behind(const void *context, size_t at)
{
    const name_search *search = context;
    const skr_annotation_names_block *block = &search->table->names[at];
    return skr_annotation_names_compare(block->first, block->n_first, search->name,
                                        strlen(search->name)) <= 0;
}

int skr_annotation_table_find_name(const skr_annotation_table *table, const char *name,
                                   uint32_t **ret_chunks, uint32_t *ret_n, skr_err *err)
{
    names_walk walk = {.table = table};
    const name_search search = {table, name};
    bool is_end = false;
    int order = -1;
    SKR_TRY(skr_annotation_table_need(table, err));
    *ret_chunks = NULL;
    *ret_n = 0;
    size_t n_before = skr_array_search(table->n_names_blocks, is_not_behind, &search);
    if (n_before == 0)
        return SKR_OK;
    int status = open_block(&walk, (uint32_t)n_before - 1, err);
    while (status == SKR_OK && !is_end && order < 0) {
        status = next_name(&walk, &is_end, err);
        if (status == SKR_OK && !is_end)
            order = skr_annotation_names_compare(walk.name, walk.n_name, name, strlen(name));
    }
    if (status == SKR_OK && order == 0) {
        *ret_chunks = walk.chunks;
        *ret_n = walk.n_chunks;
        walk.chunks = NULL;
    }
    names_walk_done(&walk);
    return status;
}

int skr_annotation_names_sum(const skr_annotation_table *table, uint64_t *ret_sum, skr_err *err)
{
    names_walk walk = {.table = table};
    uint64_t n_names = 0;
    int status = skr_annotation_table_need(table, err);
    *ret_sum = 0;
    for (uint32_t i = 0; status == SKR_OK && i < table->n_names_blocks; i++) {
        const skr_annotation_names_block *block = &table->names[i];
        bool is_end = false;
        bool is_first = true;
        status = open_block(&walk, i, err);
        while (status == SKR_OK && !is_end) {
            status = next_name(&walk, &is_end, err);
            if (status != SKR_OK || is_end)
                break;
            if (is_first && (walk.n_name != block->n_first ||
                             memcmp(walk.name, block->first, walk.n_name) != 0))
                status =
                    skr_annotation_table_corrupt(table, "a block of names of another name", err);
            is_first = false;
            n_names++;
            for (uint32_t k = 0; k < walk.n_chunks; k++)
                *ret_sum += skr_annotation_names_mark(walk.name, walk.n_name, walk.chunks[k]);
        }
    }
    if (status == SKR_OK && n_names != table->n_names)
        status = skr_annotation_table_corrupt(table, "names that are not as many as stated", err);
    names_walk_done(&walk);
    return status;
}
