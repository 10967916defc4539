/*
 * annotation_names.c - which chunks hold the alleles of a name, as it is stored: ascending names in
 * blocks, and a list of the first name of each.
 *
 * Names are compared in any case, and lie here in lower case; the chunks have them as written.
 */
#include <stdlib.h>
#include <string.h>

#include "index/annotations/annotation_int.h"
#include "storage/base/array.h"
#include "storage/base/crc32c.h"
#include "storage/base/limits.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

int skr_annotation_names_compare(const char *a, size_t n_a, const char *b, size_t n_b)
{
    for (size_t i = 0; i < n_a && i < n_b; i++)
        if (lower(a[i]) != lower(b[i]))
            return lower(a[i]) < lower(b[i]) ? -1 : 1;
    return n_a < n_b ? -1 : n_a > n_b;
}

uint64_t skr_annotation_names_mark(const char *name, size_t n, uint32_t chunk)
{
    char folded[SKR_NAME_MAX];
    for (size_t i = 0; i < n && i < sizeof folded; i++)
        folded[i] = (char)lower(name[i]);
    uint64_t mark = (uint64_t)skr_crc32c(folded, n < sizeof folded ? n : sizeof folded) << 32;
    mark = (mark ^ chunk) * UINT64_C(0x9e3779b97f4a7c15);
    return mark ^ mark >> 29;
}

/* ------------------------------------------------------------------ writing */

typedef struct names_write {
    skr_block_writer *writer;
    skr_buffer block;
    skr_buffer list; /* of the blocks so far */
    skr_buffer first;
    uint32_t n_blocks;
    uint64_t n_names;
    uint32_t *chunks; /* of the name at hand */
    uint32_t n_chunks_max;
} names_write;

static int compare_named(const void *a, const void *b)
{
    const skr_annotation_named *x = a;
    const skr_annotation_named *y = b;
    int order = skr_annotation_names_compare(x->name, x->n, y->name, y->n);
    return order != 0 ? order : x->chunk < y->chunk ? -1 : x->chunk > y->chunk;
}

static int put_folded(skr_buffer *bytes, const skr_annotation_named *named, skr_err *err)
{
    char folded[SKR_NAME_MAX];
    for (uint32_t i = 0; i < named->n; i++)
        folded[i] = (char)lower(named->name[i]);
    return skr_buffer_put_text(bytes, folded, named->n, err);
}

static int end_block(names_write *w, skr_err *err)
{
    skr_block_ref ref;
    if (w->block.n == 0)
        return SKR_OK;
    if (w->n_blocks == UINT32_MAX / 64)
        return skr_fail(err, SKR_ERR_LIMIT, "more names of alleles than a release may have");
    SKR_TRY(skr_block_writer_put(w->writer, w->block.bytes, w->block.n, SKR_CODEC_ZSTD, &ref, err));
    SKR_TRY(skr_buffer_put(&w->list, w->first.bytes, w->first.n, err));
    SKR_TRY(skr_block_ref_put(&w->list, &ref, err));
    w->n_blocks++;
    w->block.n = 0;
    return SKR_OK;
}

/* One name, and the chunks of the n entries that have it. */
static int put_name(names_write *w, const skr_annotation_named *first, size_t n, skr_err *err)
{
    if (w->block.n >= SKR_ANNOTATIONS_NAMES_BYTES)
        SKR_TRY(end_block(w, err));
    if (w->block.n == 0) {
        w->first.n = 0;
        SKR_TRY(put_folded(&w->first, first, err));
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&w->chunks, &w->n_chunks_max, n, "annotations", err));
    for (size_t i = 0; i < n; i++)
        w->chunks[i] = first[i].chunk;
    SKR_TRY(put_folded(&w->block, first, err));
    w->n_names++;
    return skr_annotation_put_ascending(&w->block, w->chunks, (uint32_t)n, err);
}

int skr_annotation_names_put(skr_annotation_named *all, size_t n, skr_block_writer *writer,
                             skr_buffer *directory, skr_err *err)
{
    names_write w = {.writer = writer};
    int status = SKR_OK;
    if (n > 1)
        qsort(all, n, sizeof *all, compare_named);
    for (size_t i = 0, next = 0; status == SKR_OK && i < n; i = next) {
        for (next = i + 1;
             next < n &&
             skr_annotation_names_compare(all[i].name, all[i].n, all[next].name, all[next].n) == 0;)
            next++;
        status = put_name(&w, &all[i], next - i, err);
    }
    if (status == SKR_OK)
        status = end_block(&w, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, w.n_names, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, w.n_blocks, err);
    if (status == SKR_OK)
        status = skr_blob_put(writer, w.list.bytes, w.list.n, SKR_CODEC_ZSTD, directory, err);
    skr_buffer_done(&w.block);
    skr_buffer_done(&w.list);
    skr_buffer_done(&w.first);
    free(w.chunks);
    return status;
}

/* ------------------------------------------------------------------ opening */

int skr_annotation_names_take(skr_annotation_table *table, skr_cursor *directory, skr_err *err)
{
    table->n_names = skr_cursor_varint(directory);
    table->n_names_blocks = (uint32_t)skr_cursor_varint_max(directory, UINT32_MAX / 64);
    SKR_TRY(skr_blob_take(table->file, directory, &table->names_blob, err));
    if (table->n_names_blocks > table->names_blob.n_bytes / 26 ||
        (table->n_names == 0) != (table->n_names_blocks == 0))
        return skr_annotation_table_corrupt(table, "blocks of names that are not as many as stated",
                                            err);
    return SKR_OK;
}

int skr_annotation_names_list(skr_annotation_table *table, skr_buffer *bytes, skr_err *err)
{
    skr_buffer_done(&table->names_texts);
    table->names_texts = *bytes;
    *bytes = (skr_buffer){0};
    skr_cursor list = skr_cursor_of(table->names_texts.bytes, table->names_texts.n);
    table->names = calloc(table->n_names_blocks + 1u, sizeof *table->names);
    if (table->names == NULL)
        return skr_fail_nomem(err, "annotations");
    for (uint32_t i = 0; i < table->n_names_blocks; i++) {
        skr_annotation_names_block *block = &table->names[i];
        block->first = skr_cursor_text(&list, &block->n_first);
        block->ref = skr_block_ref_take(&list);
        if (list.is_bad || block->n_first == 0 || block->n_first > SKR_NAME_MAX ||
            (i > 0 && skr_annotation_names_compare(block[-1].first, block[-1].n_first, block->first,
                                                   block->n_first) >= 0))
            return skr_annotation_table_corrupt(table, "blocks of names out of order", err);
        SKR_TRY(skr_block_file_check_ref(table->file, &block->ref, err));
    }
    if (!skr_cursor_is_done(&list))
        return skr_annotation_table_corrupt(table, "a list of names that is too long", err);
    return SKR_OK;
}
