/*
 * people_ids.c - the ids of individuals in blocks.
 *
 * A block holds names in ascending order, as a name list, and whose they are. The directory has the
 * first name of each, so that one lookup decodes one block. Many lookups are sorted and then go
 * through the blocks side by side with them.
 */
#include "index/people/people_ids_int.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/name_list.h"
#include "storage/base/zigzag.h"

/* A lookup decodes one block of this many bytes; smaller ones compress worse. */
#define BLOCK_BYTES (32u << 10)

/* How far ahead of a sorted question its texts are fetched. */
#define AHEAD 8u

typedef struct id_block {
    skr_block_ref ref;
    skr_id_text first;
} id_block;

struct skr_people_ids {
    const skr_block_file *file;
    uint32_t n_people;
    uint32_t n_ids; /* at most as many: who has withdrawn has none. Known once all are loaded */
    id_block *blocks;
    uint32_t n_blocks;

    atomic_bool is_loaded;
    skr_buffer text;  /* each id and a NUL, ascending */
    size_t *offsets;  /* by individual */
    uint32_t *sorted; /* individuals, ascending by id */
    skr_buffer raw;   /* of the block read last */
    uint32_t block;   /* its number, or SKR_NONE */
    skr_name_reader names;
    skr_cursor owners;
    int64_t owner; /* of the first name of the entry at hand */
};

static int corrupt(const skr_people_ids *ids, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: ids: %s", skr_block_file_name(ids->file), what);
}

static int compare_texts(skr_id_text a, skr_id_text b)
{
    int order = memcmp(a.text, b.text, a.n < b.n ? a.n : b.n);
    if (order != 0)
        return order;
    return a.n < b.n ? -1 : a.n > b.n;
}

/* ------------------------------------------------------------------ writing */

typedef struct id_write {
    skr_block_writer *writer;
    skr_buffer *directory;
    skr_name_writer names;
    skr_buffer owners;
    skr_buffer bytes;
    skr_buffer blocks; /* their entries of the directory */
    uint32_t n_blocks;
    const char *first; /* of the block at hand */
    int64_t next;      /* the individual that would follow in a run */
    skr_err *err;
} id_write;

static int end_block(id_write *w)
{
    skr_block_ref ref;
    w->bytes.n = 0;
    int status = skr_name_writer_end(&w->names, &w->bytes, w->err);
    if (status == SKR_OK)
        status = skr_buffer_put(&w->bytes, w->owners.bytes, w->owners.n, w->err);
    if (status == SKR_OK)
        status = skr_block_writer_put(w->writer, w->bytes.bytes, w->bytes.n, SKR_CODEC_ZSTD, &ref,
                                      w->err);
    if (status == SKR_OK)
        status = skr_block_ref_put(&w->blocks, &ref, w->err);
    if (status == SKR_OK)
        status = skr_buffer_put_text(&w->blocks, w->first, strlen(w->first), w->err);
    w->n_blocks++;
    w->owners.n = 0;
    w->next = 0;
    return status;
}

static int add_id(id_write *w, const skr_id_entry *entry)
{
    bool is_joined;
    if (w->names.n_entries == 0)
        w->first = entry->id;
    int status = skr_name_writer_add(&w->names, entry->id, strlen(entry->id),
                                     entry->individual == w->next, &is_joined, w->err);
    if (status == SKR_OK && !is_joined)
        status = skr_buffer_put_varint(&w->owners, skr_zigzag(entry->individual - w->next), w->err);
    w->next = (int64_t)entry->individual + 1;
    return status;
}

int skr_people_ids_write(skr_block_writer *writer, const skr_id_entry *entries, uint32_t n,
                         skr_buffer *directory, skr_err *err)
{
    id_write w = {.writer = writer, .directory = directory, .err = err};
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        if (skr_name_writer_size(&w.names) >= BLOCK_BYTES)
            status = end_block(&w);
        if (status == SKR_OK)
            status = add_id(&w, &entries[i]);
    }
    if (status == SKR_OK && n > 0)
        status = end_block(&w);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, w.n_blocks, err);
    if (status == SKR_OK && w.blocks.n > 0)
        status = skr_buffer_put(directory, w.blocks.bytes, w.blocks.n, err);
    skr_name_writer_done(&w.names);
    skr_buffer_done(&w.owners);
    skr_buffer_done(&w.bytes);
    skr_buffer_done(&w.blocks);
    return status;
}

/* ------------------------------------------------------------------ opening */

static int take_blocks(skr_people_ids *ids, skr_cursor *directory, skr_err *err)
{
    uint64_t n_max = (uint64_t)(directory->end - directory->at) / 24;
    ids->n_blocks = (uint32_t)skr_cursor_varint_max(directory, n_max);
    if (directory->is_bad || (ids->n_blocks > 0 && ids->n_people == 0))
        return corrupt(ids, "as many blocks as ids need were expected", err);
    ids->blocks = calloc(ids->n_blocks + 1u, sizeof *ids->blocks);
    if (ids->blocks == NULL)
        return skr_fail_nomem(err, "people");
    for (uint32_t i = 0; i < ids->n_blocks; i++) {
        id_block *block = &ids->blocks[i];
        block->ref = skr_block_ref_take(directory);
        size_t n_first = 0;
        block->first.text = skr_cursor_text(directory, &n_first);
        block->first.n = n_first <= SKR_NAME_MAX ? (uint32_t)n_first : 0;
        if (directory->is_bad || block->first.n == 0 ||
            (i > 0 && compare_texts(block[-1].first, block->first) >= 0))
            return corrupt(ids, "blocks out of order, or cut short", err);
        SKR_TRY(skr_block_file_check_ref(ids->file, &block->ref, err));
    }
    return SKR_OK;
}

int skr_people_ids_take(const skr_block_file *file, skr_cursor *directory, uint32_t n_people,
                        skr_people_ids **ret_ids, skr_err *err)
{
    skr_people_ids *ids = calloc(1, sizeof *ids);
    if (ids == NULL)
        return skr_fail_nomem(err, "people");
    ids->file = file;
    ids->n_people = n_people;
    ids->block = SKR_NONE;
    int status = take_blocks(ids, directory, err);
    if (status != SKR_OK)
        skr_people_ids_free(ids);
    else
        *ret_ids = ids;
    return status;
}

void skr_people_ids_free(skr_people_ids *ids)
{
    if (ids == NULL)
        return;
    skr_buffer_done(&ids->text);
    skr_buffer_done(&ids->raw);
    free(ids->offsets);
    free(ids->sorted);
    free(ids->blocks);
    free(ids);
}

int skr_people_ids_list(const skr_people_ids *ids, skr_ref_list *list, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&list->refs, &list->n_max, list->n + ids->n_blocks, "people", err));
    for (uint32_t i = 0; i < ids->n_blocks; i++)
        list->refs[list->n++] = ids->blocks[i].ref;
    return SKR_OK;
}

/* ------------------------------------------------------------------ going through a block */

/* The next varint, quick for those of up to 4 bytes, which have 28 bits. */
static inline uint64_t take_step(skr_cursor *owners)
{
    uint32_t word;
    if (owners->end - owners->at < 4)
        return skr_cursor_varint_max(owners, 2 * (uint64_t)SKR_INDIVIDUALS_MAX);
    memcpy(&word, owners->at, 4);
    uint32_t ends = ~word & 0x80808080u;
    unsigned n = ends == 0 ? 5 : (unsigned)__builtin_ctz(ends) / 8 + 1;
    if (n > 4 || (n > 1 && owners->at[n - 1] == 0))
        return skr_cursor_varint_max(owners, 2 * (uint64_t)SKR_INDIVIDUALS_MAX);
    owners->at += n;
    word &= n == 4 ? UINT32_MAX : (1u << 8 * n) - 1;
    return (word & 0x7f) | (word >> 1 & 0x3f80) | (word >> 2 & 0x1fc000) | (word >> 3 & 0xfe00000);
}

/* Goes to the next entry of the block at hand; *ret_is_there is false at its end. */
static int next_entry(skr_people_ids *ids, bool *ret_is_there, skr_err *err)
{
    int64_t next = ids->owner + ids->names.n_run;
    *ret_is_there = skr_name_reader_next(&ids->names);
    if (!*ret_is_there) {
        if (ids->names.is_bad || !skr_cursor_is_done(&ids->owners))
            return corrupt(ids, "a block is malformed", err);
        return SKR_OK;
    }
    ids->owner = next + skr_unzigzag(take_step(&ids->owners));
    if (ids->owners.is_bad || ids->owner < 0 ||
        ids->owner + ids->names.n_run > (int64_t)ids->n_people)
        return corrupt(ids, "an id of nobody", err);
    return SKR_OK;
}

/* Reads a block and stands at its first entry. */
static int open_block(skr_people_ids *ids, skr_block_reader *reader, uint32_t number, skr_err *err)
{
    const id_block *block = &ids->blocks[number];
    if (ids->block != number) {
        skr_block_wish wish = {ids->file, block->ref, &ids->raw};
        ids->block = SKR_NONE;
        SKR_TRY(skr_block_reader_get(reader, &wish, 1, err));
        ids->block = number;
    }
    bool is_there = false;
    skr_cursor bytes = skr_cursor_of(ids->raw.bytes, ids->raw.n);
    ids->owner = 0;
    if (!skr_name_reader_open(&ids->names, &bytes))
        return corrupt(ids, "a block is malformed", err);
    ids->owners = bytes;
    SKR_TRY(next_entry(ids, &is_there, err));
    skr_id_text first = {ids->names.name, (uint32_t)ids->names.n, 0};
    if (!is_there || compare_texts(first, block->first) != 0)
        return corrupt(ids, "a block does not begin with the id that the directory names", err);
    return SKR_OK;
}

/* Blocks from one on, and a text that is looked for. */
typedef struct block_search {
    const id_block *blocks;
    skr_id_text text;
} block_search;

static bool is_block_not_behind(const void *context, size_t at)
{
    const block_search *search = context;
    return compare_texts(search->blocks[at].first, search->text) <= 0;
}

/* The last block, from `from` on, that does not begin after the text; or `from`. */
static uint32_t find_block(const skr_people_ids *ids, uint32_t from, skr_id_text text)
{
    uint32_t step = 1;
    uint32_t to = from + 1;
    while (to < ids->n_blocks && compare_texts(ids->blocks[to].first, text) <= 0) {
        from = to;
        step *= 2;
        to = ids->n_blocks - from <= step ? ids->n_blocks : from + step;
    }
    if (to == from + 1) /* as nearly always: texts ascend, and are many a block */
        return from;
    const block_search search = {ids->blocks + from + 1, text};
    return from + (uint32_t)skr_array_search(to - from - 1, is_block_not_behind, &search);
}

/* ------------------------------------------------------------------ finding */

/* A text to find: 8 of its bytes as a number, and its place in the question. */
typedef struct wanted {
    uint64_t key;
    uint32_t place;
} wanted;

/* How many bytes all texts begin alike with. */
static size_t common_bytes(const skr_id_text *texts, size_t n)
{
    size_t n_same = texts[0].n;
    for (size_t i = 1; i < n && n_same > 0; i++) {
        size_t k = 0;
        while (k < n_same && k < texts[i].n && texts[i].text[k] == texts[0].text[k])
            k++;
        n_same = k;
    }
    return n_same;
}

static uint64_t key_of(skr_id_text text, size_t from)
{
    uint8_t bytes[8] = {0};
    uint64_t key = 0;
    if (text.n > from)
        memcpy(bytes, text.text + from, text.n - from < 8 ? text.n - from : 8);
    for (unsigned i = 0; i < 8; i++)
        key = key << 8 | bytes[i];
    return key;
}

/* Sorts by key, a byte at a time from the lowest; other has as much room. */
static void sort_keys(wanted **list, wanted **other, size_t n)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t starts[257] = {0};
        for (size_t i = 0; i < n; i++)
            starts[((*list)[i].key >> shift & 255) + 1]++;
        if (starts[((*list)[0].key >> shift & 255) + 1] == n)
            continue;
        for (unsigned byte = 0; byte < 256; byte++)
            starts[byte + 1] += starts[byte];
        for (size_t i = 0; i < n; i++)
            (*other)[starts[(*list)[i].key >> shift & 255]++] = (*list)[i];
        wanted *swap = *list;
        *list = *other;
        *other = swap;
    }
}

static int compare_wanted(const void *a, const void *b, void *context)
{
    const skr_id_text *texts = context;
    return compare_texts(texts[((const wanted *)a)->place], texts[((const wanted *)b)->place]);
}

/* The places of the texts in ascending order; the caller frees *ret_places. */
static int sort_texts(const skr_id_text *texts, size_t n, wanted **ret_list, skr_err *err)
{
    wanted *list = malloc(n * sizeof *list);
    wanted *other = malloc(n * sizeof *other);
    if (list == NULL || other == NULL) {
        free(list);
        free(other);
        return skr_fail_nomem(err, "people");
    }
    size_t n_same = common_bytes(texts, n);
    for (size_t i = 0; i < n; i++)
        list[i] = (wanted){key_of(texts[i], n_same), (uint32_t)i};
    sort_keys(&list, &other, n);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && list[end].key == list[i].key)
            end++;
        if (end - i > 1)
            qsort_r(list + i, end - i, sizeof *list, compare_wanted, (void *)texts);
        i = end;
    }
    free(other);
    *ret_list = list;
    return SKR_OK;
}

static bool ascends(const skr_id_text *texts, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare_texts(texts[i - 1], texts[i]) > 0)
            return false;
    return true;
}

/* Finds texts in ascending order: list tells them, or NULL: as they stand. */
static int find_sorted(skr_people_ids *ids, skr_block_reader *reader, const skr_id_text *texts,
                       const wanted *list, size_t n, uint32_t *individuals, skr_err *err)
{
    uint32_t block = SKR_NONE;
    bool is_there = false;
    for (size_t i = 0; i < n; i++) {
        uint32_t place = list == NULL ? (uint32_t)i : list[i].place;
        skr_id_text text = texts[place];
        if (list != NULL && i + 2 * AHEAD < n) { /* they lie anywhere in the question */
            __builtin_prefetch(&texts[list[i + 2 * AHEAD].place]);
            __builtin_prefetch(&individuals[list[i + AHEAD].place], 1);
            __builtin_prefetch(texts[list[i + AHEAD].place].text);
        }
        uint32_t number = find_block(ids, block == SKR_NONE ? 0 : block, text);
        uint32_t rank = 0;
        int order = 1;
        if (number != block) {
            SKR_TRY(open_block(ids, reader, number, err));
            block = number;
            is_there = true;
        }
        while (is_there) {
            order = skr_name_reader_compare(&ids->names, text.text, text.n, &rank);
            if (order <= 0)
                break;
            SKR_TRY(next_entry(ids, &is_there, err));
        }
        individuals[place] = is_there && order == 0 ? (uint32_t)ids->owner + rank : SKR_NONE;
    }
    return SKR_OK;
}

int skr_people_ids_find(skr_people_ids *ids, skr_block_reader *reader, const skr_id_text *texts,
                        size_t n, uint32_t *ret_individuals, skr_err *err)
{
    wanted *list = NULL;
    SKR_CHECK(n < UINT32_MAX);
    if (ids->n_blocks == 0 || n == 0) {
        memset(ret_individuals, 0xff, n * sizeof *ret_individuals);
        return SKR_OK;
    }
    int status = ascends(texts, n) ? SKR_OK : sort_texts(texts, n, &list, err);
    if (status == SKR_OK)
        status = find_sorted(ids, reader, texts, list, n, ret_individuals, err);
    free(list);
    return status;
}

/* ------------------------------------------------------------------ all of them */

/* Adds the names of the entry at hand, which come after all before. */
static int load_entry(skr_people_ids *ids, uint32_t *n_done, skr_id_text *last, skr_err *err)
{
    char name[SKR_NAME_MAX + 1];
    const skr_name_reader *names = &ids->names;
    skr_id_text first = {names->name, (uint32_t)names->n, 0};
    if (names->n_run > ids->n_people - *n_done)
        return corrupt(ids, "more ids than people", err);
    if (last->n > 0 && compare_texts(*last, first) >= 0)
        return corrupt(ids, "an id is out of order, or stands twice", err);
    memcpy(name, names->name, names->n + 1);
    for (uint32_t i = 0; i < names->n_run; i++) {
        uint32_t individual = (uint32_t)ids->owner + i;
        skr_name_reader_write(names, i, name);
        if (ids->offsets[individual] != SIZE_MAX)
            return corrupt(ids, "an individual has two ids", err);
        ids->offsets[individual] = ids->text.n;
        ids->sorted[(*n_done)++] = individual;
        SKR_TRY(skr_buffer_put(&ids->text, name, names->n + 1, err));
    }
    *last = (skr_id_text){(const char *)ids->text.bytes + ids->text.n - names->n - 1,
                          (uint32_t)names->n, 0};
    return SKR_OK;
}

static int load_blocks(skr_people_ids *ids, skr_block_reader *reader, skr_err *err)
{
    uint32_t n_done = 0;
    skr_id_text last = {NULL, 0, 0};
    for (uint32_t i = 0; i < ids->n_blocks; i++) {
        bool is_there = true;
        SKR_TRY(open_block(ids, reader, i, err));
        while (is_there) {
            SKR_TRY(load_entry(ids, &n_done, &last, err));
            SKR_TRY(next_entry(ids, &is_there, err));
        }
    }
    ids->n_ids = n_done;
    return SKR_OK;
}

int skr_people_ids_load(skr_people_ids *ids, skr_block_reader *reader, skr_err *err)
{
    if (skr_people_ids_are_loaded(ids))
        return SKR_OK;
    ids->text.n = 0;
    free(ids->offsets);
    free(ids->sorted);
    ids->offsets = malloc((ids->n_people + 1u) * sizeof *ids->offsets);
    ids->sorted = malloc((ids->n_people + 1u) * sizeof *ids->sorted);
    if (ids->offsets == NULL || ids->sorted == NULL)
        return skr_fail_nomem(err, "people");
    memset(ids->offsets, 0xff, ids->n_people * sizeof *ids->offsets);
    SKR_TRY(load_blocks(ids, reader, err));
    atomic_store_explicit(&ids->is_loaded, true, memory_order_release);
    return SKR_OK;
}

bool skr_people_ids_are_loaded(const skr_people_ids *ids)
{
    return atomic_load_explicit(&((skr_people_ids *)ids)->is_loaded, memory_order_acquire);
}

const char *skr_people_ids_at(const skr_people_ids *ids, uint32_t individual)
{
    SKR_CHECK(individual < ids->n_people && skr_people_ids_are_loaded(ids));
    size_t offset = ids->offsets[individual];
    return offset == SIZE_MAX ? "" : (const char *)ids->text.bytes + offset;
}

uint32_t skr_people_ids_sorted(const skr_people_ids *ids, uint32_t place)
{
    SKR_CHECK(place < skr_people_ids_count(ids));
    return ids->sorted[place];
}

uint32_t skr_people_ids_count(const skr_people_ids *ids)
{
    SKR_CHECK(skr_people_ids_are_loaded(ids));
    return ids->n_ids;
}
