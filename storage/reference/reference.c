/*
 * reference.c - reads the packed sequence of contigs.
 *
 * A contig is cut into chunks of 2^22 bases, a block each: the runs of N in it, then 2 bits a base.
 * Chunks are read when a base of them is asked for, and kept: imports walk along a contig.
 */
#include "storage/reference/reference.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"
#include "storage/reference/reference_int.h"

#define CHUNKS_KEPT 64u

/* Bases that read as N: [start, end) within the chunk. */
typedef struct run {
    uint32_t start;
    uint32_t end;
} run;

typedef struct loaded_chunk {
    uint32_t contig;
    uint32_t number;
    run *runs;
    uint32_t n_runs;
    skr_buffer raw;
    const uint8_t *packed; /* within raw */
} loaded_chunk;

struct skr_reference {
    skr_block_file *file;
    skr_block_reader *reader;
    skr_reference_entry *entries;
    uint32_t n_entries;
    skr_names names; /* of contigs, by number */
    loaded_chunk kept[CHUNKS_KEPT];
    uint32_t n_kept;
    uint32_t oldest; /* among the kept, once there are CHUNKS_KEPT */
};

/* ------------------------------------------------------------------ directory */

static int say_bad_directory(const skr_reference *reference, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: directory: contigs that cannot be",
                    skr_block_file_name(reference->file));
}

static int take_entry(skr_reference *reference, skr_cursor *cursor, skr_reference_entry *entry,
                      skr_err *err)
{
    size_t n_name = 0;
    const char *name = skr_cursor_text(cursor, &n_name);
    entry->length = (uint32_t)skr_cursor_varint_max(cursor, SKR_CONTIG_LENGTH_MAX);
    const uint8_t *md5 = skr_cursor_bytes(cursor, SKR_DIGEST_MD5_SIZE);
    uint32_t n_chunks = skr_reference_n_chunks(entry->length);
    if (md5 == NULL || n_name == 0 || n_name > SKR_NAME_MAX || memchr(name, '\0', n_name) != NULL ||
        n_chunks > (size_t)(cursor->end - cursor->at) / SKR_FORMAT_REF_SIZE)
        return say_bad_directory(reference, err);
    skr_digest_hex(md5, SKR_DIGEST_MD5_SIZE, entry->md5);
    uint32_t number = 0;
    bool is_new = false;
    SKR_TRY(skr_names_add_n(&reference->names, name, n_name, &number, &is_new, err));
    if (!is_new) /* two sequences would be possible */
        return say_bad_directory(reference, err);
    entry->name = skr_names_at(&reference->names, number);
    entry->chunks = calloc((size_t)n_chunks + 1, sizeof entry->chunks[0]);
    if (entry->chunks == NULL)
        return skr_fail_nomem(err, "reference");
    for (; entry->n_chunks < n_chunks; entry->n_chunks++) {
        skr_block_ref ref = skr_block_ref_take(cursor);
        SKR_TRY(skr_block_file_check_ref(reference->file, &ref, err));
        entry->chunks[entry->n_chunks] = ref;
    }
    return SKR_OK;
}

static int read_directory(skr_reference *reference, skr_err *err)
{
    size_t n_bytes = 0;
    const uint8_t *bytes = skr_block_file_directory(reference->file, &n_bytes);
    skr_cursor cursor = skr_cursor_of(bytes, n_bytes);
    /* a contig takes 19 bytes at least */
    uint32_t n = (uint32_t)skr_cursor_varint_max(&cursor, n_bytes / 19);
    if (cursor.is_bad || n > SKR_CONTIGS_MAX)
        return say_bad_directory(reference, err);
    reference->entries = calloc((size_t)n + 1, sizeof reference->entries[0]);
    if (reference->entries == NULL)
        return skr_fail_nomem(err, "reference");
    reference->n_entries = n;
    for (uint32_t i = 0; i < n; i++) {
        SKR_TRY(take_entry(reference, &cursor, &reference->entries[i], err));
    }
    if (!skr_cursor_is_done(&cursor))
        return say_bad_directory(reference, err);
    return SKR_OK;
}

/* ------------------------------------------------------------------ open, close, find */

int skr_reference_open(const char *folder, const skr_file_id *id, skr_reference **ret_reference,
                       skr_err *err)
{
    skr_reference *reference = calloc(1, sizeof *reference);
    if (reference == NULL)
        return skr_fail_nomem(err, "reference");
    int status = skr_block_file_open(folder, id, SKR_FILE_REFERENCE, &reference->file, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reference->reader, err);
    if (status == SKR_OK)
        status = read_directory(reference, err);
    if (status != SKR_OK) {
        skr_reference_close(reference);
        return status;
    }
    *ret_reference = reference;
    return SKR_OK;
}

static void drop_chunk(loaded_chunk *chunk)
{
    free(chunk->runs);
    skr_buffer_done(&chunk->raw);
    memset(chunk, 0, sizeof *chunk);
}

void skr_reference_close(skr_reference *reference)
{
    if (reference == NULL)
        return;
    for (uint32_t i = 0; i < reference->n_kept; i++)
        drop_chunk(&reference->kept[i]);
    for (uint32_t i = 0; i < reference->n_entries; i++) {
        free(reference->entries[i].chunks);
    }
    skr_names_done(&reference->names);
    free(reference->entries);
    skr_block_reader_free(reference->reader);
    skr_block_file_close(reference->file);
    free(reference);
}

uint32_t skr_reference_n_contigs(const skr_reference *reference)
{
    return reference->n_entries;
}

const char *skr_reference_contig(const skr_reference *reference, uint32_t i, uint32_t *ret_length,
                                 const char **ret_md5)
{
    const skr_reference_entry *entry = &reference->entries[i];
    if (ret_length != NULL)
        *ret_length = entry->length;
    if (ret_md5 != NULL)
        *ret_md5 = entry->md5;
    return entry->name;
}

uint32_t skr_reference_find(const skr_reference *reference, const char *canonical_name)
{
    return skr_names_find(&reference->names, canonical_name);
}

const skr_reference_entry *skr_reference_entries(const skr_reference *reference)
{
    return reference->entries;
}

/* ------------------------------------------------------------------ chunks */

int skr_reference_raw_chunk(skr_reference *reference, uint32_t contig, uint32_t number,
                            skr_buffer *raw, skr_err *err)
{
    skr_block_wish wish = {
        .file = reference->file, .ref = reference->entries[contig].chunks[number], .raw = raw};
    return skr_block_reader_get(reference->reader, &wish, 1, err);
}

static uint32_t bases_in_chunk(const skr_reference_entry *entry, uint32_t number)
{
    uint32_t n_left = entry->length - number * SKR_CHUNK_BASES;
    return n_left < SKR_CHUNK_BASES ? n_left : SKR_CHUNK_BASES;
}

/* Reads the runs at the head of a chunk and finds its packed bases. */
static int parse_chunk(const skr_reference *reference, loaded_chunk *chunk, uint32_t n_bases,
                       skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(chunk->raw.bytes, chunk->raw.n);
    /* runs do not touch, so that there is at least one base between two */
    uint32_t n = (uint32_t)skr_cursor_varint_max(&cursor, n_bases / 2 + 1);
    if (!cursor.is_bad && n > chunk->raw.n / 2)
        cursor.is_bad = true;
    chunk->runs = calloc(cursor.is_bad ? 1 : (size_t)n + 1, sizeof chunk->runs[0]);
    if (chunk->runs == NULL)
        return skr_fail_nomem(err, "reference");
    uint32_t at = 0;
    for (uint32_t i = 0; i < n && !cursor.is_bad; i++) {
        uint32_t gap = (uint32_t)skr_cursor_varint_max(&cursor, n_bases - at);
        at += gap;
        uint32_t length = (uint32_t)skr_cursor_varint_max(&cursor, n_bases - at);
        if (length == 0 || (i > 0 && gap == 0))
            cursor.is_bad = true;
        chunk->runs[i] = (run){.start = at, .end = at + length};
        at += length;
        chunk->n_runs = i + 1;
    }
    chunk->packed = skr_cursor_bytes(&cursor, n_bases / 4 + (n_bases % 4 > 0));
    if (!skr_cursor_is_done(&cursor))
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: contig %s, chunk %u: runs that cannot be",
                        skr_block_file_name(reference->file),
                        reference->entries[chunk->contig].name, chunk->number);
    return SKR_OK;
}

static int load_chunk(skr_reference *reference, uint32_t contig, uint32_t number,
                      loaded_chunk *ret_chunk, skr_err *err)
{
    loaded_chunk fresh = {.contig = contig, .number = number};
    uint32_t n_bases = bases_in_chunk(&reference->entries[contig], number);
    int status = skr_reference_raw_chunk(reference, contig, number, &fresh.raw, err);
    if (status == SKR_OK)
        status = parse_chunk(reference, &fresh, n_bases, err);
    if (status != SKR_OK) {
        drop_chunk(&fresh);
        return status;
    }
    *ret_chunk = fresh;
    return SKR_OK;
}

static int find_chunk(skr_reference *reference, uint32_t contig, uint32_t number,
                      const loaded_chunk **ret_chunk, skr_err *err)
{
    for (uint32_t i = 0; i < reference->n_kept; i++) {
        const loaded_chunk *kept = &reference->kept[i];
        if (kept->contig == contig && kept->number == number) {
            *ret_chunk = kept;
            return SKR_OK;
        }
    }
    loaded_chunk fresh;
    SKR_TRY(load_chunk(reference, contig, number, &fresh, err));
    uint32_t at = reference->n_kept;
    SKR_CHECK(at <= CHUNKS_KEPT);
    if (at < CHUNKS_KEPT) {
        reference->n_kept++;
    } else {
        at = reference->oldest;
        reference->oldest = (at + 1) % CHUNKS_KEPT;
        drop_chunk(&reference->kept[at]);
    }
    reference->kept[at] = fresh;
    *ret_chunk = &reference->kept[at];
    return SKR_OK;
}

/* A chunk, and a place in it that is looked for. */
typedef struct run_search {
    const loaded_chunk *chunk;
    uint32_t place;
} run_search;

static bool ends_before(const void *context, size_t at)
{
    const run_search *search = context;
    return search->chunk->runs[at].end <= search->place;
}

/* The first run that ends after a place. */
static uint32_t run_at(const loaded_chunk *chunk, uint32_t place)
{
    const run_search search = {chunk, place};
    return (uint32_t)skr_array_search(chunk->n_runs, ends_before, &search);
}

/* Bases [from, to) of a chunk. */
static void unpack(const loaded_chunk *chunk, uint32_t from, uint32_t to, char *bases)
{
    SKR_CHECK(from <= to && to <= SKR_CHUNK_BASES);
    for (uint32_t i = from; i < to; i++)
        bases[i - from] = "ACGT"[chunk->packed[i / 4] >> 2 * (i % 4) & 3];
    for (uint32_t r = run_at(chunk, from); r < chunk->n_runs && chunk->runs[r].start < to; r++) {
        uint32_t start = chunk->runs[r].start > from ? chunk->runs[r].start : from;
        uint32_t end = chunk->runs[r].end < to ? chunk->runs[r].end : to;
        memset(bases + (start - from), 'N', end - start);
    }
}

int skr_reference_bases(skr_reference *reference, uint32_t i, uint32_t start0, uint32_t n,
                        char *bases, uint32_t *ret_n, skr_err *err)
{
    const skr_reference_entry *entry = &reference->entries[i];
    uint32_t n_left = start0 < entry->length ? entry->length - start0 : 0;
    uint32_t n_wanted = n < n_left ? n : n_left;
    uint32_t n_done = 0;
    while (n_done < n_wanted) {
        uint32_t number = (start0 + n_done) / SKR_CHUNK_BASES;
        uint32_t from = (start0 + n_done) % SKR_CHUNK_BASES;
        uint32_t n_here = SKR_CHUNK_BASES - from;
        if (n_here > n_wanted - n_done)
            n_here = n_wanted - n_done;
        const loaded_chunk *chunk = NULL;
        SKR_TRY(find_chunk(reference, i, number, &chunk, err));
        unpack(chunk, from, from + n_here, bases + n_done);
        n_done += n_here;
    }
    *ret_n = n_wanted;
    return SKR_OK;
}

/* ------------------------------------------------------------------ checking */

/* Every reference of the directory; the caller frees the list. NULL: out of memory. */
static skr_block_ref *list_refs(const skr_reference *reference, size_t *ret_n)
{
    size_t n = 0;
    for (uint32_t i = 0; i < reference->n_entries; i++)
        n += reference->entries[i].n_chunks;
    skr_block_ref *refs = malloc((n + 1) * sizeof *refs);
    *ret_n = 0;
    for (uint32_t i = 0; refs != NULL && i < reference->n_entries; i++)
        for (uint32_t c = 0; c < reference->entries[i].n_chunks; c++)
            refs[(*ret_n)++] = reference->entries[i].chunks[c];
    return refs;
}

static int verify_chunks(skr_reference *reference, skr_fault_fn on_fault, void *context,
                         skr_err *err)
{
    for (uint32_t i = 0; i < reference->n_entries; i++) {
        for (uint32_t c = 0; c < reference->entries[i].n_chunks; c++) {
            loaded_chunk chunk;
            int status = load_chunk(reference, i, c, &chunk, err);
            if (status == SKR_OK)
                drop_chunk(&chunk);
            else if (status == SKR_ERR_CORRUPT)
                on_fault(context, err->message);
            else
                return status;
        }
    }
    return SKR_OK;
}

int skr_reference_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                         void *context, skr_err *err)
{
    skr_err own = {0};
    if (err == NULL)
        err = &own;
    skr_reference *reference = NULL;
    skr_block_ref *refs = NULL;
    size_t n_refs = 0;
    int status = skr_reference_open(folder, id, &reference, err);
    if (status <= -100) {
        on_fault(context, err->message);
        return SKR_OK;
    }
    if (status != SKR_OK)
        return status;
    refs = list_refs(reference, &n_refs);
    if (refs == NULL)
        status = skr_fail_nomem(err, "reference");
    if (status == SKR_OK)
        status = skr_block_file_verify(folder, id, SKR_FILE_REFERENCE, refs, n_refs, on_fault,
                                       context, err);
    if (status == SKR_OK)
        status = verify_chunks(reference, on_fault, context, err);
    free(refs);
    skr_reference_close(reference);
    return status;
}
