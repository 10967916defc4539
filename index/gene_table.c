/*
 * gene_table.c - genes of one assembly, found by name or id.
 *
 * Genes are sorted by name, id and place, so that all ranges of a name lie together, and within
 * them all ranges of an id. A second order, by id, leads to the first of its ranges.
 */
#include "index/gene_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/blob_int.h"

#define GENES_FORMAT 1u

enum part {
    PART_TEXTS,  /* per gene: name NUL id NUL contig NUL */
    PART_RANGES, /* per gene: start0, end0, u32 each */
    PART_BY_ID,  /* genes that have an id, ascending by it, u32 each */
    N_PARTS,
};

struct skr_gene_table {
    skr_block_file *file; /* NULL: the empty one */
    uint32_t n;
    skr_gene *genes;
    skr_blob blobs[N_PARTS];
    skr_buffer parts[N_PARTS];
};

static int fail_nomem(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "genes: out of memory");
}

static int corrupt(const skr_gene_table *table, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(table->file), what);
}

/* ------------------------------------------------------------------ order */

static int compare_genes(const void *a, const void *b)
{
    const skr_gene *x = a;
    const skr_gene *y = b;
    int order = strcasecmp(x->name, y->name);
    if (order == 0)
        order = strcmp(x->id, y->id);
    if (order == 0)
        order = strcmp(x->contig, y->contig);
    if (order == 0)
        order = x->start0 < y->start0 ? -1 : x->start0 > y->start0;
    if (order == 0)
        order = x->end0 < y->end0 ? -1 : x->end0 > y->end0;
    return order;
}

/* By id, then in the order of the table. */
static int compare_ids(const void *a, const void *b, void *genes)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = strcmp(((const skr_gene *)genes)[x].id, ((const skr_gene *)genes)[y].id);
    return order != 0 ? order : x < y ? -1 : x > y;
}

size_t skr_gene_id_length(const char *id)
{
    const char *dot = strrchr(id, '.');
    if (dot == NULL || dot == id || !isdigit((unsigned char)dot[1]))
        return strlen(id);
    const char *end = dot + 1;
    while (isdigit((unsigned char)*end))
        end++;
    return *end == '\0' || strcmp(end, "_PAR_Y") == 0 ? (size_t)(dot - id) : strlen(id);
}

/* ------------------------------------------------------------------ reading */

static const char *take_text(const skr_buffer *texts, size_t *at)
{
    if (*at >= texts->n)
        return NULL;
    const uint8_t *from = texts->bytes + *at;
    const uint8_t *nul = memchr(from, 0, texts->n - *at);
    if (nul == NULL)
        return NULL;
    *at += (size_t)(nul - from) + 1;
    return (const char *)from;
}

static int parse_genes(skr_gene_table *table, skr_err *err)
{
    const skr_buffer *texts = &table->parts[PART_TEXTS];
    if (table->n > texts->n / 3 || table->parts[PART_RANGES].n != 8 * (size_t)table->n)
        return corrupt(table, "fewer names than genes", err);
    table->genes = calloc(table->n + 1u, sizeof *table->genes);
    if (table->genes == NULL)
        return fail_nomem(err);
    skr_cursor ranges = skr_cursor_of(table->parts[PART_RANGES].bytes, 8 * (size_t)table->n);
    size_t at = 0;
    for (uint32_t i = 0; i < table->n; i++) {
        skr_gene *gene = &table->genes[i];
        gene->name = take_text(texts, &at);
        gene->id = take_text(texts, &at);
        gene->contig = take_text(texts, &at);
        gene->start0 = skr_cursor_u32(&ranges);
        gene->end0 = skr_cursor_u32(&ranges);
        if (gene->contig == NULL || gene->start0 >= gene->end0)
            return corrupt(table, "a gene without a place", err);
        if (i > 0 && compare_genes(gene - 1, gene) >= 0)
            return corrupt(table, "genes out of order", err);
    }
    return at == texts->n ? SKR_OK : corrupt(table, "names behind the last gene", err);
}

static int check_ids(skr_gene_table *table, skr_err *err)
{
    const skr_buffer *part = &table->parts[PART_BY_ID];
    const uint32_t *by_id = (const uint32_t *)(const void *)part->bytes;
    size_t n_expected = 0;
    for (uint32_t i = 0; i < table->n; i++)
        n_expected += table->genes[i].id[0] != '\0';
    if (part->n != 4 * n_expected)
        return corrupt(table, "ids that are not as many as stated", err);
    for (size_t i = 0; i < n_expected; i++)
        if (by_id[i] >= table->n ||
            (i > 0 && compare_ids(&by_id[i - 1], &by_id[i], table->genes) >= 0))
            return corrupt(table, "ids out of order", err);
    return SKR_OK;
}

static int read_table(skr_gene_table *table, skr_err *err)
{
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(table->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != GENES_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: genes of another version of Skerry",
                        skr_block_file_name(table->file));
    table->n = (uint32_t)skr_cursor_varint_max(&directory, UINT32_MAX / 16);
    skr_block_reader *reader = NULL;
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    for (int part = 0; status == SKR_OK && part < N_PARTS; part++) {
        status = skr_blob_take(table->file, &directory, &table->blobs[part], err);
        if (status == SKR_OK)
            status =
                skr_blob_read(reader, table->file, &table->blobs[part], &table->parts[part], err);
    }
    skr_block_reader_free(reader);
    if (status == SKR_OK && !skr_cursor_is_done(&directory))
        status = corrupt(table, "a directory that is not as long as stated", err);
    if (status == SKR_OK)
        status = parse_genes(table, err);
    if (status == SKR_OK)
        status = check_ids(table, err);
    return status;
}

int skr_gene_table_open(const char *folder, const skr_file_id *id, skr_gene_table **ret_table,
                        skr_err *err)
{
    skr_gene_table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return fail_nomem(err);
    int status = SKR_OK;
    if (id->name[0] != '\0') {
        status = skr_block_file_open(folder, id, SKR_FILE_GENES, &table->file, err);
        if (status == SKR_OK)
            status = read_table(table, err);
    }
    if (status < 0) {
        skr_gene_table_close(table);
        return status;
    }
    *ret_table = table;
    return SKR_OK;
}

void skr_gene_table_close(skr_gene_table *table)
{
    if (table == NULL)
        return;
    for (int part = 0; part < N_PARTS; part++) {
        skr_blob_done(&table->blobs[part]);
        skr_buffer_done(&table->parts[part]);
    }
    free(table->genes);
    skr_block_file_close(table->file);
    free(table);
}

const skr_gene *skr_gene_table_all(const skr_gene_table *table, uint32_t *ret_n)
{
    *ret_n = table->n;
    return table->genes;
}

/* ------------------------------------------------------------------ finding */

/* The first gene whose name is not below, or with is_above is above, the name. */
static uint32_t first_name(const skr_gene_table *table, const char *name, bool is_above)
{
    uint32_t from = 0;
    uint32_t to = table->n;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = strcasecmp(table->genes[middle].name, name);
        if (order < 0 || (is_above && order == 0))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Negative, 0 or positive as the id is below, equal to or above the n bytes of text. */
static int compare_text(const char *id, const char *text, size_t n)
{
    int order = strncmp(id, text, n);
    return order != 0 ? order : id[n] != '\0';
}

static void find_id(const skr_gene_table *table, const char *id, uint32_t *ret_from,
                    uint32_t *ret_to)
{
    const uint32_t *by_id = (const uint32_t *)(const void *)table->parts[PART_BY_ID].bytes;
    size_t n_by_id = table->parts[PART_BY_ID].n / 4;
    size_t n = skr_gene_id_length(id);
    size_t from = 0;
    size_t to = n_by_id;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare_text(table->genes[by_id[middle]].id, id, n) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == n_by_id || compare_text(table->genes[by_id[from]].id, id, n) != 0)
        return;
    uint32_t first = by_id[from];
    *ret_from = first;
    *ret_to = first + 1;
    while (*ret_to < table->n && strcmp(table->genes[*ret_to].id, table->genes[first].id) == 0)
        (*ret_to)++;
}

void skr_gene_table_find(const skr_gene_table *table, const char *name_or_id, uint32_t *ret_from,
                         uint32_t *ret_to)
{
    *ret_from = first_name(table, name_or_id, false);
    *ret_to = first_name(table, name_or_id, true);
    if (*ret_from == *ret_to && name_or_id[0] != '\0')
        find_id(table, name_or_id, ret_from, ret_to);
}

/* ------------------------------------------------------------------ writing */

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

static int put_gene(skr_buffer parts[N_PARTS], const skr_gene *gene, skr_err *err)
{
    const char *texts[] = {gene->name, gene->id, gene->contig};
    int status = SKR_OK;
    for (int i = 0; status == SKR_OK && i < 3; i++)
        status = skr_buffer_put(&parts[PART_TEXTS], texts[i], strlen(texts[i]) + 1, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u32(&parts[PART_RANGES], gene->start0, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u32(&parts[PART_RANGES], gene->end0, err);
    return status;
}

static int put_by_id(skr_buffer *part, skr_gene *genes, uint32_t n, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        if (genes[i].id[0] != '\0')
            status = skr_buffer_put_u32(part, i, err);
    if (status == SKR_OK && part->n > 0)
        qsort_r(part->bytes, part->n / 4, 4, compare_ids, genes);
    return status;
}

int skr_gene_table_write(skr_gene *genes, uint32_t n_genes, const char *folder, const char *name,
                         skr_file_id *ret_id, skr_err *err)
{
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    skr_buffer parts[N_PARTS] = {{0}};
    uint32_t n = n_genes == 0 ? 0 : merge(genes, n_genes);
    int status = skr_block_writer_new(folder, name, SKR_FILE_GENES, &writer, err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        status = put_gene(parts, &genes[i], err);
    if (status == SKR_OK)
        status = put_by_id(&parts[PART_BY_ID], genes, n, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, GENES_FORMAT, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, n, err);
    for (int part = 0; status == SKR_OK && part < N_PARTS; part++)
        status =
            skr_blob_put(writer, parts[part].bytes, parts[part].n, SKR_CODEC_ZSTD, &directory, err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer, directory.bytes, directory.n, ret_id, err);
    for (int part = 0; part < N_PARTS; part++)
        skr_buffer_done(&parts[part]);
    skr_buffer_done(&directory);
    skr_block_writer_free(writer);
    return status;
}

int skr_gene_table_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                          void *context, skr_err *err)
{
    skr_gene_table *table = NULL;
    skr_ref_list refs = {0};
    skr_err found = {0};
    int status = skr_gene_table_open(folder, id, &table, &found);
    if (status <= SKR_ERR_CORRUPT) {
        on_fault(context, found.message);
        return SKR_OK;
    }
    if (status < 0)
        return skr_fail(err, status, "%s", found.message);
    for (int part = 0; status == SKR_OK && part < N_PARTS; part++)
        status = skr_blob_list(&table->blobs[part], &refs, err);
    if (status == SKR_OK && table->file != NULL)
        status = skr_block_file_verify(folder, id, SKR_FILE_GENES, refs.refs, refs.n, on_fault,
                                       context, err);
    free(refs.refs);
    skr_gene_table_close(table);
    return status;
}
