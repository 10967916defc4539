/*
 * blob.c - a run of bytes of any length in a block file.
 */
#include <stdlib.h>
#include <string.h>

#include "index/blob.h"

#include "storage/base/array.h"

int skr_blob_put(skr_block_writer *writer, const void *bytes, size_t n, skr_codec codec,
                 skr_buffer *directory, skr_err *err)
{
    return skr_blob_put_in(writer, bytes, n, SKR_BLOB_WHOLE, codec, directory, err);
}

int skr_blob_put_in(skr_block_writer *writer, const void *bytes, size_t n, size_t n_a_block,
                    skr_codec codec, skr_buffer *directory, skr_err *err)
{
    size_t n_refs = (n + n_a_block - 1) / n_a_block;
    SKR_TRY(skr_buffer_put_varint(directory, n, err));
    SKR_TRY(skr_buffer_put_varint(directory, n_refs, err));
    for (size_t i = 0; i < n_refs; i++) {
        size_t n_here = n - i * n_a_block < n_a_block ? n - i * n_a_block : n_a_block;
        skr_block_ref ref;
        SKR_TRY(skr_block_writer_put(writer, (const uint8_t *)bytes + i * n_a_block, n_here, codec,
                                     &ref, err));
        SKR_TRY(skr_block_ref_put(directory, &ref, err));
    }
    return SKR_OK;
}

static int read_refs(const skr_block_file *file, skr_cursor *directory, skr_blob *blob,
                     skr_err *err)
{
    uint64_t n_found = 0;
    bool are_alike = true;
    for (uint32_t i = 0; i < blob->n_refs; i++) {
        blob->refs[i] = skr_block_ref_take(directory);
        SKR_TRY(skr_block_file_check_ref(file, &blob->refs[i], err));
        n_found += blob->refs[i].n_raw;
        /* all but the last are alike, so that a byte's block is known */
        are_alike = are_alike && blob->refs[i].n_raw > 0 &&
                    (i == 0 || blob->refs[i - 1].n_raw == blob->refs[0].n_raw) &&
                    blob->refs[i].n_raw <= blob->refs[0].n_raw;
    }
    if (directory->is_bad || !are_alike || n_found != blob->n_bytes)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: a run of blocks that is not as long as stated",
                        skr_block_file_name(file));
    return SKR_OK;
}

int skr_blob_take(const skr_block_file *file, skr_cursor *directory, skr_blob *ret_blob,
                  skr_err *err)
{
    skr_blob blob = {0};
    blob.n_bytes = skr_cursor_varint(directory);
    uint64_t n_refs_max = (uint64_t)(directory->end - directory->at) / 24;
    blob.n_refs = (uint32_t)skr_cursor_varint_max(directory, n_refs_max);
    if (directory->is_bad)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: directory cut short", skr_block_file_name(file));
    blob.refs = calloc(blob.n_refs + 1u, sizeof *blob.refs);
    if (blob.refs == NULL)
        return skr_fail_nomem(err, "blocks of a blob");
    int status = read_refs(file, directory, &blob, err);
    if (status != SKR_OK) {
        skr_blob_done(&blob);
        return status;
    }
    *ret_blob = blob;
    return SKR_OK;
}

int skr_blob_read(skr_block_reader *reader, const skr_block_file *file, const skr_blob *blob,
                  skr_buffer *bytes, skr_err *err)
{
    bytes->n = 0;
    skr_block_wish wish = {.file = file};
    if (blob->n_refs == 1) {
        wish.ref = blob->refs[0];
        wish.raw = bytes;
        return skr_block_reader_get(reader, &wish, 1, err);
    }
    skr_buffer piece = {0};
    int status = skr_buffer_reserve(bytes, (size_t)blob->n_bytes, err);
    for (uint32_t i = 0; status == SKR_OK && i < blob->n_refs; i++) {
        wish.ref = blob->refs[i];
        wish.raw = &piece;
        status = skr_block_reader_get(reader, &wish, 1, err);
        if (status == SKR_OK)
            status = skr_buffer_put(bytes, piece.bytes, piece.n, err);
    }
    skr_buffer_done(&piece);
    return status;
}

/* The bytes of a block, read now unless they are in the window; then in place of those that were
 * used longest ago. */
static int look_at(skr_blob_window *window, const skr_block_ref *ref, const skr_buffer **ret_raw,
                   skr_err *err)
{
    skr_blob_pane *pane = &window->panes[0];
    for (unsigned i = 0; i < SKR_BLOB_PANES && pane->offset != ref->offset; i++)
        if (window->panes[i].offset == ref->offset || window->panes[i].used < pane->used)
            pane = &window->panes[i];
    if (pane->offset != ref->offset) {
        const skr_block_wish wish = {window->file, *ref, &pane->raw};
        pane->offset = 0;
        SKR_TRY(skr_block_reader_get(window->reader, &wish, 1, err));
    }
    pane->offset = ref->offset;
    pane->used = ++window->n_looks;
    *ret_raw = &pane->raw;
    return SKR_OK;
}

int skr_blob_read_part(skr_blob_window *window, const skr_blob *blob, uint64_t at, size_t n,
                       skr_buffer *bytes, skr_err *err)
{
    bytes->n = 0;
    if (at > blob->n_bytes || n > blob->n_bytes - at)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: a part that is outside its run of blocks",
                        skr_block_file_name(window->file));
    int status = skr_buffer_reserve(bytes, n, err);
    while (status == SKR_OK && bytes->n < n) {
        uint32_t n_a_block = blob->refs[0].n_raw;
        uint64_t from = at + bytes->n;
        const skr_buffer *raw = NULL;
        status = look_at(window, &blob->refs[from / n_a_block], &raw, err);
        if (status != SKR_OK)
            break;
        size_t skipped = (size_t)(from % n_a_block);
        size_t n_here = raw->n - skipped < n - bytes->n ? raw->n - skipped : n - bytes->n;
        status = skr_buffer_put(bytes, raw->bytes + skipped, n_here, err);
    }
    return status;
}

void skr_blob_window_done(skr_blob_window *window)
{
    for (unsigned i = 0; i < SKR_BLOB_PANES; i++)
        skr_buffer_done(&window->panes[i].raw);
}

int skr_blob_kept_init(const skr_blob *blob, skr_blob_kept *kept, skr_err *err)
{
    kept->blocks = calloc(blob->n_refs + 1u, sizeof *kept->blocks);
    kept->were_read = calloc(blob->n_refs + 1u, sizeof *kept->were_read);
    if (kept->blocks == NULL || kept->were_read == NULL)
        return skr_fail_nomem(err, "a blob");
    kept->n = blob->n_refs;
    return SKR_OK;
}

void skr_blob_kept_done(skr_blob_kept *kept)
{
    for (uint32_t i = 0; i < kept->n; i++)
        skr_buffer_done(&kept->blocks[i]);
    free(kept->blocks);
    free(kept->were_read);
    *kept = (skr_blob_kept){0};
}

void skr_blob_blocks_of(const skr_blob *blob, uint64_t at, uint64_t end, uint32_t *ret_first,
                        uint32_t *ret_last)
{
    uint32_t n_a_block = blob->refs[0].n_raw;
    *ret_first = (uint32_t)(at / n_a_block);
    *ret_last = (uint32_t)((end - 1) / n_a_block);
}

bool skr_blob_kept_has(const skr_blob_kept *kept, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++)
        if (!atomic_load_explicit(&kept->were_read[i], memory_order_acquire))
            return false;
    return true;
}

int skr_blob_kept_read(skr_block_reader *reader, const skr_block_file *file, const skr_blob *blob,
                       skr_blob_kept *kept, uint32_t first, uint32_t last, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = first; i <= last && status == SKR_OK; i++) {
        const skr_block_wish wish = {file, blob->refs[i], &kept->blocks[i]};
        if (skr_blob_kept_has(kept, i, i))
            continue;
        status = skr_block_reader_get(reader, &wish, 1, err);
        if (status == SKR_OK)
            atomic_store_explicit(&kept->were_read[i], true, memory_order_release);
    }
    return status;
}

int skr_blob_copy(skr_block_writer *writer, const skr_block_file *file, const skr_blob *blob,
                  skr_buffer *directory, skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(directory, blob->n_bytes, err));
    SKR_TRY(skr_buffer_put_varint(directory, blob->n_refs, err));
    for (uint32_t i = 0; i < blob->n_refs; i++) {
        skr_block_ref ref;
        SKR_TRY(skr_block_writer_copy(writer, file, &blob->refs[i], &ref, err));
        SKR_TRY(skr_block_ref_put(directory, &ref, err));
    }
    return SKR_OK;
}

int skr_blob_list(const skr_blob *blob, skr_ref_list *list, skr_err *err)
{
    if (blob->n_refs == 0)
        return SKR_OK;
    SKR_TRY(
        SKR_ARRAY_RESERVE(&list->refs, &list->n_max, list->n + blob->n_refs, "references", err));
    memcpy(list->refs + list->n, blob->refs, blob->n_refs * sizeof *list->refs);
    list->n += blob->n_refs;
    return SKR_OK;
}

void skr_blob_done(skr_blob *blob)
{
    free(blob->refs);
    memset(blob, 0, sizeof *blob);
}
