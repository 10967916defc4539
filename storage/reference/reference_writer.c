/* reference_writer.c - packs contigs into a reference file. */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"
#include "storage/reference/reference.h"
#include "storage/reference/reference_int.h"

struct skr_reference_writer {
    skr_block_writer *blocks;
    skr_reference_entry *entries;
    uint32_t n_entries;
    uint32_t n_entries_max;
    skr_names names; /* of contigs, by number */
    skr_buffer raw;  /* the chunk being made */
};

/* A new last entry, with room for its chunks, not yet counted. */
static int new_entry(skr_reference_writer *writer, const char *name, uint32_t length,
                     const char *md5, skr_reference_entry **ret_entry, skr_err *err)
{
    if (writer->n_entries >= SKR_CONTIGS_MAX || length > SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "reference: contig %s: too long, or one too many",
                        name);
    SKR_TRY(SKR_ARRAY_RESERVE(&writer->entries, &writer->n_entries_max, writer->n_entries + 1,
                              "reference", err));
    skr_reference_entry *entry = &writer->entries[writer->n_entries];
    *entry = (skr_reference_entry){.length = length, .n_chunks = skr_reference_n_chunks(length)};
    memcpy(entry->md5, md5, sizeof entry->md5);
    entry->chunks = calloc((size_t)entry->n_chunks + 1, sizeof entry->chunks[0]);
    if (entry->chunks == NULL)
        return skr_fail_nomem(err, "reference");
    uint32_t number = writer->n_entries++;
    SKR_TRY(skr_names_add(&writer->names, name, &number, err));
    SKR_CHECK(number + 1 == writer->n_entries);
    entry->name = skr_names_at(&writer->names, number);
    *ret_entry = entry;
    return SKR_OK;
}

static int copy_contig(skr_reference_writer *writer, skr_reference *older, uint32_t i, skr_err *err)
{
    const skr_reference_entry *from = &skr_reference_entries(older)[i];
    skr_reference_entry *entry = NULL;
    SKR_TRY(new_entry(writer, from->name, from->length, from->md5, &entry, err));
    for (uint32_t c = 0; c < entry->n_chunks; c++) {
        SKR_TRY(skr_reference_raw_chunk(older, i, c, &writer->raw, err));
        SKR_TRY(skr_block_writer_put(writer->blocks, writer->raw.bytes, writer->raw.n,
                                     SKR_CODEC_ZSTD, &entry->chunks[c], err));
    }
    return SKR_OK;
}

int skr_reference_writer_new(const char *folder, const char *name, skr_reference *older,
                             skr_reference_writer **ret_writer, skr_err *err)
{
    skr_reference_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return skr_fail_nomem(err, "reference");
    int status = skr_block_writer_new(folder, name, SKR_FILE_REFERENCE, &writer->blocks, err);
    uint32_t n_older = older == NULL ? 0 : skr_reference_n_contigs(older);
    for (uint32_t i = 0; status == SKR_OK && i < n_older; i++)
        status = copy_contig(writer, older, i, err);
    if (status != SKR_OK) {
        skr_reference_writer_free(writer);
        return status;
    }
    *ret_writer = writer;
    return SKR_OK;
}

/* ------------------------------------------------------------------ packing */

/* 0 to 3 for A, C, G, T in either case, 4 for anything else. */
static unsigned base_code(char base)
{
    switch (base) {
    case 'A':
    case 'a':
        return 0;
    case 'C':
    case 'c':
        return 1;
    case 'G':
    case 'g':
        return 2;
    case 'T':
    case 't':
        return 3;
    default:
        return 4;
    }
}

/* Appends the runs of N, each as the bases since the one before and its length. */
static int put_runs(skr_buffer *raw, const char *bases, uint32_t n, skr_err *err)
{
    uint32_t n_runs = 0;
    for (uint32_t i = 0; i < n; i++)
        n_runs += base_code(bases[i]) == 4 && (i == 0 || base_code(bases[i - 1]) != 4);
    int status = skr_buffer_put_varint(raw, n_runs, err);
    uint32_t last_end = 0;
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        if (base_code(bases[i]) != 4)
            continue;
        uint32_t start = i;
        while (i < n && base_code(bases[i]) == 4)
            i++;
        status = skr_buffer_put_varint(raw, start - last_end, err);
        if (status == SKR_OK)
            status = skr_buffer_put_varint(raw, i - start, err);
        last_end = i;
    }
    return status;
}

static int put_packed(skr_buffer *raw, const char *bases, uint32_t n, skr_err *err)
{
    size_t n_packed = n / 4 + (n % 4 > 0);
    SKR_TRY(skr_buffer_reserve(raw, n_packed, err));
    uint8_t *packed = raw->bytes + raw->n;
    memset(packed, 0, n_packed);
    for (uint32_t i = 0; i < n; i++)
        packed[i / 4] |= (uint8_t)((base_code(bases[i]) & 3) << 2 * (i % 4));
    raw->n += n_packed;
    return SKR_OK;
}

static int put_chunk(skr_reference_writer *writer, const char *bases, uint32_t n,
                     skr_block_ref *ret_ref, skr_err *err)
{
    writer->raw.n = 0;
    SKR_TRY(put_runs(&writer->raw, bases, n, err));
    SKR_TRY(put_packed(&writer->raw, bases, n, err));
    return skr_block_writer_put(writer->blocks, writer->raw.bytes, writer->raw.n, SKR_CODEC_ZSTD,
                                ret_ref, err);
}

int skr_reference_writer_add(skr_reference_writer *writer, const char *canonical_name,
                             const char *bases, uint32_t n, const char *md5, skr_err *err)
{
    SKR_CHECK(strlen(md5) == 2 * SKR_DIGEST_MD5_SIZE &&
              strspn(md5, "0123456789abcdef") == 2 * SKR_DIGEST_MD5_SIZE);
    size_t n_name = strlen(canonical_name);
    SKR_CHECK(n_name > 0 && n_name <= SKR_NAME_MAX);
    uint32_t at = skr_names_find(&writer->names, canonical_name);
    if (at != SKR_NONE && strcmp(writer->entries[at].md5, md5) == 0)
        return SKR_OK;
    if (at != SKR_NONE)
        return skr_fail(err, SKR_ERR_INPUT,
                        "contig %s: the reference in the store has MD5 %s, this one %s",
                        canonical_name, writer->entries[at].md5, md5);
    skr_reference_entry *entry = NULL;
    SKR_TRY(new_entry(writer, canonical_name, n, md5, &entry, err));
    for (uint32_t c = 0; c < entry->n_chunks; c++) {
        uint32_t from = c * SKR_CHUNK_BASES;
        uint32_t n_here = n - from < SKR_CHUNK_BASES ? n - from : SKR_CHUNK_BASES;
        SKR_TRY(put_chunk(writer, bases + from, n_here, &entry->chunks[c], err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the end */

static int digit(char hex)
{
    return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}

static int put_entry(skr_buffer *directory, const skr_reference_entry *entry, skr_err *err)
{
    SKR_TRY(skr_buffer_put_text(directory, entry->name, strlen(entry->name), err));
    SKR_TRY(skr_buffer_put_varint(directory, entry->length, err));
    for (size_t i = 0; i < SKR_DIGEST_MD5_SIZE; i++) {
        int byte = digit(entry->md5[2 * i]) << 4 | digit(entry->md5[2 * i + 1]);
        SKR_TRY(skr_buffer_put_u8(directory, (uint8_t)byte, err));
    }
    for (uint32_t c = 0; c < entry->n_chunks; c++)
        SKR_TRY(skr_block_ref_put(directory, &entry->chunks[c], err));
    return SKR_OK;
}

int skr_reference_writer_finish(skr_reference_writer *writer, skr_file_id *ret_id, skr_err *err)
{
    skr_buffer directory = {0};
    int status = skr_buffer_put_varint(&directory, writer->n_entries, err);
    for (uint32_t i = 0; status == SKR_OK && i < writer->n_entries; i++)
        status = put_entry(&directory, &writer->entries[i], err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer->blocks, directory.bytes, directory.n, ret_id, err);
    skr_buffer_done(&directory);
    return status;
}

void skr_reference_writer_free(skr_reference_writer *writer)
{
    if (writer == NULL)
        return;
    for (uint32_t i = 0; i < writer->n_entries; i++) {
        free(writer->entries[i].chunks);
    }
    skr_names_done(&writer->names);
    free(writer->entries);
    skr_buffer_done(&writer->raw);
    skr_block_writer_free(writer->blocks);
    free(writer);
}
