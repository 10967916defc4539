/*
 * gene_table.c - genes of one assembly, found by name or id.
 *
 * Genes are sorted by name, id and place, so that all ranges of a name lie together. A second list,
 * of ids, leads to their numbers in the first. A block is read, and proved, when a question first
 * needs it.
 */
#include "index/genes/gene_table.h"

#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/blob.h"
#include "index/genes/gene_table_int.h"
#include "storage/base/array.h"
#include "storage/base/clock.h"

/* A gene of the first list, or an id of the second: then only id and number are there. */
typedef struct entry {
    skr_gene gene;
    uint32_t number;
} entry;

/* The bytes of a block that was read, and its entries, whose texts lie in them. */
typedef struct read_block {
    skr_buffer bytes;
    entry *entries;
} read_block;

typedef struct gene_block {
    skr_block_ref ref;
    const char *first; /* text of its first entry, not ended by NUL; in the directory */
    size_t n_first;
    uint32_t number; /* of its first entry */
    uint32_t n;      /* entries */
    _Atomic(read_block *) read;
} gene_block;

typedef struct gene_list {
    enum skr_gene_order order;
    gene_block *blocks;
    uint32_t n_blocks;
    uint32_t n; /* entries */
} gene_list;

struct skr_gene_table {
    skr_block_file *file; /* NULL: the empty one */
    gene_list lists[SKR_N_GENE_ORDERS];
    pthread_mutex_t lock;     /* of blocks that are read when first asked for */
    skr_block_reader *reader; /* under the lock; NULL at first */
};

static int corrupt(const skr_gene_table *table, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(table->file), what);
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

/*
 * Negative, 0 or positive as a text of a list is below, equal to or above another one, of which n
 * bytes count: names without regard to case.
 */
static int compare_texts(const gene_list *list, const char *text, const char *other, size_t n)
{
    int order =
        list->order == SKR_GENES_BY_NAME ? strncasecmp(text, other, n) : strncmp(text, other, n);
    return order != 0 ? order : text[n] != '\0';
}

/* The same of a text that has no NUL after its n_text bytes. */
static int compare_first(const gene_list *list, const gene_block *block, const char *other,
                         size_t n)
{
    size_t n_both = block->n_first < n ? block->n_first : n;
    int order = list->order == SKR_GENES_BY_NAME ? strncasecmp(block->first, other, n_both)
                                                 : strncmp(block->first, other, n_both);
    return order != 0 ? order : block->n_first < n ? -1 : block->n_first > n;
}

/* ------------------------------------------------------------------ opening */

static int take_block(const skr_gene_table *table, gene_list *list, uint32_t i,
                      skr_cursor *directory, skr_err *err)
{
    gene_block *block = &list->blocks[i];
    block->ref = skr_block_ref_take(directory);
    block->number = i == 0 ? 0 : block[-1].number + block[-1].n;
    block->n = (uint32_t)skr_cursor_varint_max(directory, list->n - block->number);
    block->first = skr_cursor_text(directory, &block->n_first);
    if (directory->is_bad || block->n == 0 || memchr(block->first, 0, block->n_first) != NULL)
        return corrupt(table, "a block of genes without a first one", err);
    if (i > 0 && compare_first(list, block - 1, block->first, block->n_first) > 0)
        return corrupt(table, "blocks of genes out of order", err);
    return skr_block_file_check_ref(table->file, &block->ref, err);
}

static int take_list(skr_gene_table *table, enum skr_gene_order order, skr_cursor *directory,
                     skr_err *err)
{
    gene_list *list = &table->lists[order];
    list->order = order;
    list->n = (uint32_t)skr_cursor_varint_max(directory, UINT32_MAX / 16);
    uint64_t n_max = (uint64_t)(directory->end - directory->at) / 24;
    list->n_blocks = (uint32_t)skr_cursor_varint_max(directory, n_max);
    list->blocks = calloc(list->n_blocks + 1u, sizeof *list->blocks);
    if (list->blocks == NULL)
        return skr_fail_nomem(err, "genes");
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->n_blocks; i++) {
        SKR_TRY(take_block(table, list, i, directory, err));
        n += list->blocks[i].n;
    }
    return n == list->n ? SKR_OK : corrupt(table, "fewer genes than stated", err);
}

static int take_directory(skr_gene_table *table, skr_err *err)
{
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(table->file, &n);
    skr_cursor directory = skr_cursor_of(bytes, n);
    uint64_t format = skr_cursor_varint(&directory);
    if (!directory.is_bad && format != SKR_GENES_FORMAT)
        return skr_fail(err, SKR_ERR_VERSION, "%s: genes of another version of Skerry",
                        skr_block_file_name(table->file));
    SKR_TRY(take_list(table, SKR_GENES_BY_NAME, &directory, err));
    SKR_TRY(take_list(table, SKR_GENES_BY_ID, &directory, err));
    if (!skr_cursor_is_done(&directory))
        return corrupt(table, "a directory that is not as long as stated", err);
    return SKR_OK;
}

int skr_gene_table_open(const char *folder, const skr_file_id *id, skr_gene_table **ret_table,
                        skr_err *err)
{
    skr_gene_table *table = calloc(1, sizeof *table);
    if (table == NULL || pthread_mutex_init(&table->lock, NULL) != 0) {
        free(table);
        return skr_fail_nomem(err, "genes");
    }
    int status = SKR_OK;
    if (id->name[0] != '\0') {
        status = skr_block_file_open(folder, id, SKR_FILE_GENES, &table->file, err);
        if (status == SKR_OK)
            status = take_directory(table, err);
    }
    if (status != SKR_OK) {
        skr_gene_table_close(table);
        return status;
    }
    *ret_table = table;
    return SKR_OK;
}

static void read_block_free(read_block *read)
{
    if (read == NULL)
        return;
    skr_buffer_done(&read->bytes);
    free(read->entries);
    free(read);
}

void skr_gene_table_close(skr_gene_table *table)
{
    if (table == NULL)
        return;
    for (int order = 0; order < SKR_N_GENE_ORDERS; order++) {
        gene_list *list = &table->lists[order];
        for (uint32_t i = 0; list->blocks != NULL && i < list->n_blocks; i++)
            read_block_free(atomic_load(&list->blocks[i].read));
        free(list->blocks);
    }
    skr_block_reader_free(table->reader);
    skr_block_file_close(table->file);
    (void)pthread_mutex_destroy(&table->lock);
    free(table);
}

uint32_t skr_gene_table_count(const skr_gene_table *table)
{
    return table->lists[SKR_GENES_BY_NAME].n;
}

void skr_gene_list_done(skr_gene_list *list)
{
    free(list->genes);
    *list = (skr_gene_list){0};
}

skr_reader_totals skr_gene_table_totals(const skr_gene_table *table)
{
    skr_gene_table *mine = (skr_gene_table *)table;
    skr_reader_totals totals = {0};
    (void)pthread_mutex_lock(&mine->lock);
    if (mine->reader != NULL)
        totals = *skr_block_reader_totals(mine->reader);
    (void)pthread_mutex_unlock(&mine->lock);
    return totals;
}

/* ------------------------------------------------------------------ reading a block */

static const char *take_text(skr_cursor *bytes)
{
    const char *text = (const char *)bytes->at;
    const uint8_t *nul = memchr(bytes->at, 0, (size_t)(bytes->end - bytes->at));
    if (nul == NULL) {
        bytes->is_bad = true;
        return "";
    }
    bytes->at = nul + 1;
    return text;
}

static bool take_entry(const gene_list *list, uint32_t n_genes, skr_cursor *bytes, entry *to)
{
    if (list->order == SKR_GENES_BY_ID) {
        to->gene.id = take_text(bytes);
        to->number = skr_cursor_u32(bytes);
        return !bytes->is_bad && to->gene.id[0] != '\0' && to->number < n_genes;
    }
    to->gene.name = take_text(bytes);
    to->gene.id = take_text(bytes);
    to->gene.contig = take_text(bytes);
    to->gene.start0 = skr_cursor_u32(bytes);
    to->gene.end0 = skr_cursor_u32(bytes);
    return !bytes->is_bad && to->gene.start0 < to->gene.end0;
}

static int compare_entries(const gene_list *list, const entry *a, const entry *b)
{
    if (list->order == SKR_GENES_BY_NAME)
        return skr_gene_compare(&a->gene, &b->gene);
    int order = strcmp(a->gene.id, b->gene.id);
    return order != 0 ? order : a->number < b->number ? -1 : a->number > b->number;
}

static const char *text_of(const gene_list *list, const entry *of)
{
    return list->order == SKR_GENES_BY_NAME ? of->gene.name : of->gene.id;
}

/* Does the block begin with the text that the directory names, and end before the next one's? */
static bool is_in_place(const gene_list *list, const gene_block *block, const read_block *read)
{
    const char *first = text_of(list, &read->entries[0]);
    const char *last = text_of(list, &read->entries[block->n - 1]);
    bool is_last = block == &list->blocks[list->n_blocks - 1];
    return strlen(first) == block->n_first && memcmp(first, block->first, block->n_first) == 0 &&
           (is_last || compare_texts(list, last, block[1].first, block[1].n_first) <= 0);
}

static int parse_block(const skr_gene_table *table, const gene_list *list, const gene_block *block,
                       read_block *read, skr_err *err)
{
    skr_cursor bytes = skr_cursor_of(read->bytes.bytes, read->bytes.n);
    if (block->n > read->bytes.n / 5)
        return corrupt(table, "a block with fewer genes than stated", err);
    read->entries = calloc(block->n, sizeof *read->entries);
    if (read->entries == NULL)
        return skr_fail_nomem(err, "genes");
    for (uint32_t i = 0; i < block->n; i++) {
        entry *at = &read->entries[i];
        if (!take_entry(list, table->lists[SKR_GENES_BY_NAME].n, &bytes, at))
            return corrupt(table, "a gene without a place", err);
        if (i > 0 && compare_entries(list, at - 1, at) >= 0)
            return corrupt(table, "genes out of order", err);
    }
    if (!skr_cursor_is_done(&bytes) || !is_in_place(list, block, read))
        return corrupt(table, "a block of other genes than the directory says", err);
    return SKR_OK;
}

/* Reads a block; the lock is held. */
static int read_it(skr_gene_table *table, const gene_list *list, gene_block *block, skr_err *err)
{
    int status = SKR_OK;
    read_block *read = calloc(1, sizeof *read);
    if (read == NULL)
        return skr_fail_nomem(err, "genes");
    if (table->reader == NULL)
        status = skr_block_reader_new(SKR_IO_PREAD, &table->reader, err);
    if (status == SKR_OK) {
        skr_block_wish wish = {table->file, block->ref, &read->bytes};
        status = skr_block_reader_get(table->reader, &wish, 1, err);
    }
    uint64_t began_ns = skr_clock_ns();
    if (status == SKR_OK)
        status = parse_block(table, list, block, read, err);
    if (table->reader != NULL)
        skr_block_reader_totals(table->reader)->decode_ns += skr_clock_ns() - began_ns;
    if (status == SKR_OK)
        atomic_store_explicit(&block->read, read, memory_order_release);
    else
        read_block_free(read);
    return status;
}

/* The entries of a block, read now if they were not. */
static int need_block(const skr_gene_table *table, const gene_list *list, uint32_t i,
                      const entry **ret_entries, skr_err *err)
{
    skr_gene_table *mine = (skr_gene_table *)table;
    gene_block *block = &list->blocks[i];
    int status = SKR_OK;
    if (atomic_load_explicit(&block->read, memory_order_acquire) == NULL) {
        (void)pthread_mutex_lock(&mine->lock);
        if (atomic_load(&block->read) == NULL)
            status = read_it(mine, list, block, err);
        (void)pthread_mutex_unlock(&mine->lock);
    }
    if (status == SKR_OK)
        *ret_entries = atomic_load_explicit(&block->read, memory_order_acquire)->entries;
    return status;
}

/* ------------------------------------------------------------------ finding */

static int append(skr_gene_list *found, const skr_gene *gene, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&found->genes, &found->n_max, found->n + 1, "genes", err));
    found->genes[found->n++] = *gene;
    return SKR_OK;
}

/* A list of genes, or the entries of one of its blocks, and what is looked for in it. */
typedef struct gene_search {
    const gene_list *list;
    const entry *entries;
    const char *text;
    size_t n_text;
    uint64_t number;
} gene_search;

static bool is_block_below(const void *context, size_t at)
{
    const gene_search *search = context;
    return compare_first(search->list, &search->list->blocks[at], search->text, search->n_text) < 0;
}

static bool is_block_not_behind(const void *context, size_t at)
{
    const gene_search *search = context;
    return search->list->blocks[at].number <= search->number;
}

static bool is_entry_below(const void *context, size_t at)
{
    const gene_search *search = context;
    return compare_texts(search->list, text_of(search->list, &search->entries[at]), search->text,
                         search->n_text) < 0;
}

/* The last block that begins below the text, or the first one: entries of the text begin there. */
static uint32_t first_block(const gene_list *list, const char *text, size_t n)
{
    const gene_search search = {.list = list, .text = text, .n_text = n};
    size_t behind = skr_array_search(list->n_blocks, is_block_below, &search);
    return behind == 0 ? 0 : (uint32_t)behind - 1;
}

/* Appends the gene of an id's entry. */
static int append_number(const skr_gene_table *table, const entry *of_id, skr_gene_list *found,
                         skr_err *err)
{
    const gene_list *list = &table->lists[SKR_GENES_BY_NAME];
    const entry *entries = NULL;
    const gene_search search = {.list = list, .number = of_id->number};
    size_t behind = skr_array_search(list->n_blocks, is_block_not_behind, &search);
    uint32_t from = behind == 0 ? 0 : (uint32_t)behind - 1;
    SKR_TRY(need_block(table, list, from, &entries, err));
    const skr_gene *gene = &entries[of_id->number - list->blocks[from].number].gene;
    if (strcmp(gene->id, of_id->gene.id) != 0)
        return corrupt(table, "an id that leads to another gene", err);
    return append(found, gene, err);
}

/* The first of n entries whose text is not below the n_text bytes. */
static uint32_t first_entry(const gene_list *list, const entry *entries, uint32_t n,
                            const char *text, size_t n_text)
{
    const gene_search search = {.list = list, .entries = entries, .text = text, .n_text = n_text};
    return (uint32_t)skr_array_search(n, is_entry_below, &search);
}

/* Appends what a list has of the first n bytes of a text. */
static int find_in(const skr_gene_table *table, enum skr_gene_order order, const char *text,
                   size_t n, skr_gene_list *found, skr_err *err)
{
    const gene_list *list = &table->lists[order];
    bool is_past = n == 0;
    for (uint32_t i = first_block(list, text, n); i < list->n_blocks && !is_past; i++) {
        const entry *entries = NULL;
        SKR_TRY(need_block(table, list, i, &entries, err));
        uint32_t k = first_entry(list, entries, list->blocks[i].n, text, n);
        for (; k < list->blocks[i].n && !is_past; k++) {
            is_past = compare_texts(list, text_of(list, &entries[k]), text, n) > 0;
            if (!is_past)
                SKR_TRY(order == SKR_GENES_BY_NAME ? append(found, &entries[k].gene, err)
                                                   : append_number(table, &entries[k], found, err));
        }
    }
    return SKR_OK;
}

int skr_gene_table_find(const skr_gene_table *table, const char *name_or_id, skr_gene_list *list,
                        skr_err *err)
{
    skr_gene_list found = {0};
    int status = find_in(table, SKR_GENES_BY_NAME, name_or_id, strlen(name_or_id), &found, err);
    if (status == SKR_OK && found.n == 0)
        status = find_in(table, SKR_GENES_BY_ID, name_or_id, skr_gene_id_length(name_or_id), &found,
                         err);
    if (status != SKR_OK)
        skr_gene_list_done(&found);
    else
        *list = found;
    return status;
}

/* ------------------------------------------------------------------ all of them */

/* Does a block begin after the end of the one before it? That is known within blocks only. */
static int check_border(const skr_gene_table *table, const gene_list *list, const entry *before,
                        const entry *first, skr_err *err)
{
    if (before != NULL && compare_entries(list, before, first) >= 0)
        return corrupt(table, "genes out of order", err);
    return SKR_OK;
}

/* Does every gene that has an id stand in the list of ids, once, and nobody else? */
static int check_ids(const skr_gene_table *table, uint64_t n_with_id, skr_err *err)
{
    const gene_list *list = &table->lists[SKR_GENES_BY_ID];
    int status =
        n_with_id == list->n ? SKR_OK : corrupt(table, "ids that are not as many as stated", err);
    const entry *before = NULL;
    for (uint32_t i = 0; i < list->n_blocks && status == SKR_OK; i++) {
        const entry *entries = NULL;
        status = need_block(table, list, i, &entries, err);
        if (status == SKR_OK)
            status = check_border(table, list, before, entries, err);
        before = status == SKR_OK ? &entries[list->blocks[i].n - 1] : NULL;
        for (uint32_t k = 0; k < list->blocks[i].n && status == SKR_OK; k++) {
            skr_gene_list found = {0};
            status = append_number(table, &entries[k], &found, err);
            skr_gene_list_done(&found);
        }
    }
    return status;
}

int skr_gene_table_visit(const skr_gene_table *table, skr_gene_fn visit, void *context,
                         skr_err *err)
{
    const gene_list *list = &table->lists[SKR_GENES_BY_NAME];
    uint64_t n_with_id = 0;
    const entry *before = NULL;
    int status = SKR_OK;
    for (uint32_t i = 0; i < list->n_blocks && status == SKR_OK; i++) {
        const entry *entries = NULL;
        status = need_block(table, list, i, &entries, err);
        if (status == SKR_OK)
            status = check_border(table, list, before, entries, err);
        before = status == SKR_OK ? &entries[list->blocks[i].n - 1] : NULL;
        for (uint32_t k = 0; k < list->blocks[i].n && status == SKR_OK; k++) {
            n_with_id += entries[k].gene.id[0] != '\0';
            if (visit != NULL)
                visit(context, &entries[k].gene);
        }
    }
    return status == SKR_OK ? check_ids(table, n_with_id, err) : status;
}

/* ------------------------------------------------------------------ verify */

static int list_refs(const skr_gene_table *table, skr_block_ref **ret_refs, size_t *ret_n,
                     skr_err *err)
{
    size_t n = 0;
    size_t n_max = (size_t)table->lists[0].n_blocks + table->lists[1].n_blocks;
    skr_block_ref *refs = calloc(n_max + 1, sizeof *refs);
    if (refs == NULL)
        return skr_fail_nomem(err, "genes");
    for (int order = 0; order < SKR_N_GENE_ORDERS; order++)
        for (uint32_t i = 0; i < table->lists[order].n_blocks; i++)
            refs[n++] = table->lists[order].blocks[i].ref;
    *ret_refs = refs;
    *ret_n = n;
    return SKR_OK;
}

int skr_gene_table_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                          void *context, skr_err *err)
{
    skr_gene_table *table = NULL;
    skr_block_ref *refs = NULL;
    size_t n_refs = 0;
    skr_err found = {0};
    int status = skr_gene_table_open(folder, id, &table, &found);
    if (status == SKR_OK)
        status = skr_gene_table_visit(table, NULL, NULL, &found);
    if (status <= SKR_ERR_CORRUPT) {
        on_fault(context, found.message);
        status = SKR_OK;
    } else if (status != SKR_OK) {
        status = skr_fail(err, status, "%s", found.message);
    }
    if (status == SKR_OK && table != NULL && table->file != NULL)
        status = list_refs(table, &refs, &n_refs, err);
    if (status == SKR_OK && refs != NULL)
        status =
            skr_block_file_verify(folder, id, SKR_FILE_GENES, refs, n_refs, on_fault, context, err);
    free(refs);
    skr_gene_table_close(table);
    return status;
}
