/*
 * block_file_verify.c - reads every byte of a block file and reports every fault.
 *
 * Blocks are decoded through the reader that questions use; the bytes between them are compared
 * with zero.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/block/block_file.h"
#include "storage/block/block_file_int.h"
#include "storage/block/format.h"

#define GAP_PIECE 4096u

typedef struct verification {
    const skr_block_file *file;
    skr_block_reader *reader;
    skr_buffer raw;
    skr_fault_fn on_fault;
    void *context;
} verification;

/* Damage is reported and forgotten; what the world refuses is passed on. */
static int report(verification *self, int status, skr_err *err)
{
    if (status > -100)
        return status;
    self->on_fault(self->context, err->message);
    return SKR_OK;
}

static int verify_gap(verification *self, uint64_t from, uint64_t to, skr_err *err)
{
    uint8_t bytes[GAP_PIECE];
    while (from < to) {
        size_t n = to - from < sizeof bytes ? (size_t)(to - from) : sizeof bytes;
        int status = skr_block_file_read(self->file, from, bytes, n, err);
        if (status != SKR_OK)
            return report(self, status, err);
        for (size_t i = 0; i < n; i++) {
            if (bytes[i] == 0)
                continue;
            status = skr_fail(err, SKR_ERR_CORRUPT, "%s: byte at %" PRIu64 " is not zero",
                              self->file->id.name, from + i);
            return report(self, status, err);
        }
        from += n;
    }
    return SKR_OK;
}

static int verify_block(verification *self, const skr_block_ref *ref, uint64_t *at, skr_err *err)
{
    int status = skr_block_file_check_ref(self->file, ref, err);
    if (status == SKR_OK && ref->offset < *at && ref->n_packed > 0)
        status = skr_fail(err, SKR_ERR_CORRUPT, "%s: block at %" PRIu64 ": overlaps another",
                          self->file->id.name, ref->offset);
    if (status != SKR_OK || ref->n_packed == 0)
        return report(self, status, err);
    status = verify_gap(self, *at, ref->offset, err);
    if (status != SKR_OK)
        return status;
    SKR_CHECK(*at <= ref->offset);
    *at = ref->offset + ref->n_packed;
    skr_block_wish wish = {.file = self->file, .ref = *ref, .raw = &self->raw};
    return report(self, skr_block_reader_get(self->reader, &wish, 1, err), err);
}

static int compare_offsets(const void *a, const void *b)
{
    const skr_block_ref *left = a;
    const skr_block_ref *right = b;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

static int verify_blocks(verification *self, const skr_block_ref *refs, size_t n_refs, skr_err *err)
{
    const skr_block_file *file = self->file;
    skr_block_ref *sorted = malloc((n_refs + 1) * sizeof *sorted);
    if (sorted == NULL)
        return skr_fail_nomem(err, file->id.name);
    if (n_refs > 0)
        memcpy(sorted, refs, n_refs * sizeof *sorted);
    qsort(sorted, n_refs, sizeof *sorted, compare_offsets);
    int status = SKR_OK;
    uint64_t at = SKR_FORMAT_HEADER_SIZE;
    for (size_t i = 0; i < n_refs && status == SKR_OK; i++)
        status = verify_block(self, &sorted[i], &at, err);
    const skr_block_ref *directory = &file->directory_ref;
    if (status == SKR_OK)
        status = verify_gap(self, at, directory->offset, err);
    if (status == SKR_OK)
        status = verify_gap(self, directory->offset + directory->n_packed,
                            file->id.n_bytes - SKR_FORMAT_TRAILER_SIZE, err);
    free(sorted);
    return status;
}

int skr_block_file_verify(const char *folder, const skr_file_id *id, skr_file_kind kind,
                          const skr_block_ref *refs, size_t n_refs, skr_fault_fn on_fault,
                          void *context, skr_err *err)
{
    skr_err own = {0};
    if (err == NULL)
        err = &own;
    verification self = {.on_fault = on_fault, .context = context};
    skr_block_file *file = NULL;
    int status = skr_block_file_open(folder, id, kind, &file, err);
    if (status != SKR_OK)
        return report(&self, status, err);
    self.file = file;
    status = skr_block_reader_new(SKR_IO_PREAD, &self.reader, err);
    if (status == SKR_OK)
        status = verify_blocks(&self, refs, n_refs, err);
    skr_block_reader_free(self.reader);
    skr_buffer_done(&self.raw);
    skr_block_file_close(file);
    return status;
}
