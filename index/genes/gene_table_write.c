/*
 * gene_table_write.c - transcripts become genes, and genes a file.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/genes/gene_table_int.h"
#include "storage/base/buffer.h"

int skr_gene_compare(const skr_gene *a, const skr_gene *b)
{
    int order = strcasecmp(a->name, b->name);
    if (order == 0)
        order = strcmp(a->id, b->id);
    if (order == 0)
        order = strcmp(a->contig, b->contig);
    if (order == 0)
        order = a->start0 < b->start0 ? -1 : a->start0 > b->start0;
    if (order == 0)
        order = a->end0 < b->end0 ? -1 : a->end0 > b->end0;
    return order;
}

static int compare_genes(const void *a, const void *b)
{
    return skr_gene_compare(a, b);
}

/* By id, then in the order of the table. */
static int compare_ids(const void *a, const void *b, void *genes)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = strcmp(((const skr_gene *)genes)[x].id, ((const skr_gene *)genes)[y].id);
    return order != 0 ? order : x < y ? -1 : x > y;
}

/* Transcripts of one gene that overlap or touch become one range. Returns how many are left. */
static uint32_t merge(skr_gene *genes, uint32_t n_genes)
{
    qsort(genes, n_genes, sizeof *genes, compare_genes);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_genes; i++) {
        skr_gene *last = n == 0 ? NULL : &genes[n - 1];
        bool is_same = last != NULL && strcasecmp(last->name, genes[i].name) == 0 &&
                       strcmp(last->id, genes[i].id) == 0 &&
                       strcmp(last->contig, genes[i].contig) == 0;
        if (!is_same || genes[i].start0 > last->end0)
            genes[n++] = genes[i];
        else if (genes[i].end0 > last->end0)
            last->end0 = genes[i].end0;
    }
    return n;
}

/* A list being written: the block at hand, and what the directory says of those before it. */
typedef struct list_write {
    skr_block_writer *writer;
    skr_buffer bytes;
    uint32_t n;        /* entries in the block at hand */
    const char *first; /* its first text */
    skr_buffer blocks;
    uint32_t n_blocks;
} list_write;

static int end_block(list_write *w, skr_err *err)
{
    skr_block_ref ref;
    int status =
        skr_block_writer_put(w->writer, w->bytes.bytes, w->bytes.n, SKR_CODEC_ZSTD, &ref, err);
    if (status == SKR_OK)
        status = skr_block_ref_put(&w->blocks, &ref, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&w->blocks, w->n, err);
    if (status == SKR_OK)
        status = skr_buffer_put_text(&w->blocks, w->first, strlen(w->first), err);
    w->n_blocks++;
    w->bytes.n = 0;
    w->n = 0;
    return status;
}

/* Begins an entry with its first text. */
static int begin_entry(list_write *w, const char *text, skr_err *err)
{
    int status = w->bytes.n >= SKR_GENES_BLOCK_BYTES ? end_block(w, err) : SKR_OK;
    if (w->n++ == 0)
        w->first = text;
    if (status == SKR_OK)
        status = skr_buffer_put(&w->bytes, text, strlen(text) + 1, err);
    return status;
}

/* Ends the list: its part of the directory. */
static int end_list(list_write *w, skr_buffer *directory, skr_err *err)
{
    if (w->n > 0)
        SKR_TRY(end_block(w, err));
    SKR_TRY(skr_buffer_put_varint(directory, w->n_blocks, err));
    if (w->blocks.n > 0)
        SKR_TRY(skr_buffer_put(directory, w->blocks.bytes, w->blocks.n, err));
    return SKR_OK;
}

static void list_write_done(list_write *w)
{
    skr_buffer_done(&w->bytes);
    skr_buffer_done(&w->blocks);
}

static int put_gene(list_write *w, const skr_gene *gene, skr_err *err)
{
    SKR_TRY(begin_entry(w, gene->name, err));
    SKR_TRY(skr_buffer_put(&w->bytes, gene->id, strlen(gene->id) + 1, err));
    SKR_TRY(skr_buffer_put(&w->bytes, gene->contig, strlen(gene->contig) + 1, err));
    SKR_TRY(skr_buffer_put_u32(&w->bytes, gene->start0, err));
    return skr_buffer_put_u32(&w->bytes, gene->end0, err);
}

static int put_by_name(skr_block_writer *writer, const skr_gene *genes, uint32_t n,
                       skr_buffer *directory, skr_err *err)
{
    list_write w = {.writer = writer};
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        status = put_gene(&w, &genes[i], err);
    if (status == SKR_OK)
        status = end_list(&w, directory, err);
    list_write_done(&w);
    return status;
}

static int put_by_id(skr_block_writer *writer, skr_gene *genes, uint32_t n, skr_buffer *directory,
                     skr_err *err)
{
    list_write w = {.writer = writer};
    uint32_t n_ids = 0;
    int status = SKR_OK;
    uint32_t *numbers = malloc((n + 1u) * sizeof *numbers);
    if (numbers == NULL)
        return skr_fail_nomem(err, "genes");
    for (uint32_t i = 0; i < n; i++)
        if (genes[i].id[0] != '\0')
            numbers[n_ids++] = i;
    if (n_ids > 0)
        qsort_r(numbers, n_ids, sizeof *numbers, compare_ids, genes);
    for (uint32_t i = 0; status == SKR_OK && i < n_ids; i++) {
        status = begin_entry(&w, genes[numbers[i]].id, err);
        if (status == SKR_OK)
            status = skr_buffer_put_u32(&w.bytes, numbers[i], err);
    }
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, n_ids, err);
    if (status == SKR_OK)
        status = end_list(&w, directory, err);
    list_write_done(&w);
    free(numbers);
    return status;
}

int skr_gene_table_write(skr_gene *genes, uint32_t n_genes, const char *folder, const char *name,
                         skr_file_id *ret_id, skr_err *err)
{
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    uint32_t n = n_genes == 0 ? 0 : merge(genes, n_genes);
    int status = skr_block_writer_new(folder, name, SKR_FILE_GENES, &writer, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, SKR_GENES_FORMAT, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, n, err);
    if (status == SKR_OK)
        status = put_by_name(writer, genes, n, &directory, err);
    if (status == SKR_OK)
        status = put_by_id(writer, genes, n, &directory, err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer, directory.bytes, directory.n, ret_id, err);
    skr_buffer_done(&directory);
    skr_block_writer_free(writer);
    return status;
}
