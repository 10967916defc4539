/*
 * block_writer.c - writes a block file from start to end.
 *
 * What is written is gathered and goes to the file in large pieces; the file's name is in nobody's
 * manifest until the writer has finished and the transaction has committed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "storage/base/check.h"
#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/block/block_file.h"
#include "storage/block/block_file_int.h"
#include "storage/block/format.h"

/* Level 19 costs a hundred times as much and saves 3 to 10 %. */
/* Packing must save more than one byte in so many: unpacking takes time whatever it saves. */
#define PACKED_MORE 64u
/* Every question reads every directory: to begin unpacking takes longer than to unpack so few
 * bytes, as many as a segment's whose tiles lie in it. */
#define PACKED_DIRECTORY_MIN 16384u
#define ZSTD_LEVEL 3
/* A part of fewer bytes is packed with the next: a table of its own would take more than it saves.
 */
#define PART_MIN 128u
/* In columns of numbers shorter matches are chance, and take more than the numbers themselves. */
#define PART_MATCH_MIN 7
#define PENDING_MAX (1u << 20)

struct skr_block_writer {
    char *path;
    char name[SKR_FILE_NAME_MAX];
    skr_file_kind kind;
    int fd;
    bool has_file; /* it was created, and is ours to remove */
    bool is_finished;
    uint64_t n_written; /* bytes in the file; pending comes after them */
    skr_buffer pending;
    skr_buffer packed;
    ZSTD_CCtx *zstd;
};

/* ------------------------------------------------------------------ bytes */

static int flush(skr_block_writer *writer, skr_err *err)
{
    size_t n_done = 0;
    while (n_done < writer->pending.n) {
        ssize_t n = write(writer->fd, writer->pending.bytes + n_done, writer->pending.n - n_done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot write: %s", writer->path, strerror(errno));
        n_done += (size_t)n;
    }
    writer->n_written += n_done;
    writer->pending.n = 0;
    return SKR_OK;
}

uint64_t skr_block_writer_n_bytes(const skr_block_writer *writer)
{
    return writer->n_written + writer->pending.n;
}

static int put_zeros(skr_buffer *bytes, size_t n, skr_err *err)
{
    SKR_TRY(skr_buffer_reserve(bytes, n, err));
    memset(bytes->bytes + bytes->n, 0, n);
    bytes->n += n;
    return SKR_OK;
}

static int align(skr_block_writer *writer, skr_err *err)
{
    size_t n_over = (size_t)(skr_block_writer_n_bytes(writer) % SKR_FORMAT_BLOCK_ALIGN);
    if (n_over == 0)
        return SKR_OK;
    return put_zeros(&writer->pending, SKR_FORMAT_BLOCK_ALIGN - n_over, err);
}

/* Closes a header or trailer that starts at `from` in pending: zeros up to the CRC, and the CRC. */
static int seal(skr_block_writer *writer, size_t from, skr_err *err)
{
    skr_buffer *pending = &writer->pending;
    SKR_TRY(put_zeros(pending, from + SKR_FORMAT_CRC_AT - pending->n, err));
    uint32_t crc = skr_crc32c(pending->bytes + from, SKR_FORMAT_CRC_AT);
    return skr_buffer_put_u32(pending, crc, err);
}

/* ------------------------------------------------------------------ the writer */

static int put_header(skr_block_writer *writer, skr_err *err)
{
    skr_buffer *pending = &writer->pending;
    SKR_TRY(skr_buffer_put(pending, SKR_FORMAT_HEADER_MAGIC, SKR_FORMAT_MAGIC_SIZE, err));
    SKR_TRY(skr_buffer_put_u32(pending, SKR_FORMAT_VERSION, err));
    SKR_TRY(skr_buffer_put_u32(pending, (uint32_t)writer->kind, err));
    return seal(writer, 0, err);
}

int skr_block_writer_new(const char *folder, const char *name, skr_file_kind kind,
                         skr_block_writer **ret_writer, skr_err *err)
{
    SKR_CHECK(name[0] != '\0' && strlen(name) < SKR_FILE_NAME_MAX && strchr(name, '/') == NULL);
    int status = SKR_OK;
    skr_block_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return skr_fail_nomem(err, name);
    writer->fd = -1;
    writer->kind = kind;
    memcpy(writer->name, name, strlen(name));
    writer->zstd = ZSTD_createCCtx();
    if (writer->zstd == NULL || asprintf(&writer->path, "%s/%s", folder, name) < 0) {
        writer->path = NULL;
        status = skr_fail_nomem(err, name);
        goto out;
    }
    writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, SKR_STORE_FILE_MODE);
    if (writer->fd < 0) {
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot create: %s", writer->path, strerror(errno));
        goto out;
    }
    writer->has_file = true;
    status = put_header(writer, err);
out:
    if (status != SKR_OK) {
        skr_block_writer_free(writer);
        return status;
    }
    *ret_writer = writer;
    return SKR_OK;
}

/* Compresses what is left of input, up to its size, and closes zstd's block or the frame. */
static size_t pack_part(skr_block_writer *writer, ZSTD_inBuffer *input, ZSTD_outBuffer *output,
                        bool is_last)
{
    return ZSTD_compressStream2(writer->zstd, output, input, is_last ? ZSTD_e_end : ZSTD_e_flush);
}

/* Compresses into writer->packed, which has room, as one frame with a block for each part; what it
 * returns is the frame's size or zstd's error. */
static size_t pack_parts(skr_block_writer *writer, const void *raw, size_t n_raw,
                         const skr_buffer_parts *parts)
{
    ZSTD_inBuffer input = {.src = raw};
    ZSTD_outBuffer output = {.dst = writer->packed.bytes, .size = writer->packed.n_max};
    ZSTD_CCtx *zstd = writer->zstd;
    size_t status = ZSTD_CCtx_reset(zstd, ZSTD_reset_session_and_parameters);
    if (!ZSTD_isError(status))
        status = ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    if (!ZSTD_isError(status))
        status = ZSTD_CCtx_setParameter(zstd, ZSTD_c_minMatch, PART_MATCH_MIN);
    if (!ZSTD_isError(status))
        status = ZSTD_CCtx_setPledgedSrcSize(zstd, n_raw);
    for (unsigned i = 0; i <= parts->n && !ZSTD_isError(status); i++) {
        bool is_last = i == parts->n;
        input.size = is_last ? n_raw : parts->end[i];
        SKR_CHECK(input.pos <= input.size && input.size <= n_raw);
        if (is_last || (input.size - input.pos >= PART_MIN && n_raw - input.size >= PART_MIN))
            status = pack_part(writer, &input, &output, is_last);
        SKR_CHECK(status == 0 || ZSTD_isError(status)); /* there was room for all of it */
    }
    return ZSTD_isError(status) ? status : output.pos;
}

/* Compresses into writer->packed; *ret_is_smaller tells whether that was worth it. */
static int pack(skr_block_writer *writer, const void *raw, size_t n_raw,
                const skr_buffer_parts *parts, bool *ret_is_smaller, skr_err *err)
{
    writer->packed.n = 0;
    /* Flushing a part costs a block's head more than one would have. */
    SKR_TRY(skr_buffer_reserve(&writer->packed,
                               ZSTD_compressBound(n_raw) + 16 * (size_t)SKR_BUFFER_PARTS_MAX, err));
    size_t n = parts != NULL ? pack_parts(writer, raw, n_raw, parts)
                             : ZSTD_compressCCtx(writer->zstd, writer->packed.bytes,
                                                 writer->packed.n_max, raw, n_raw, ZSTD_LEVEL);
    if (ZSTD_isError(n))
        return skr_fail(err, SKR_ERR_NOMEM, "%s: cannot compress: %s", writer->name,
                        ZSTD_getErrorName(n));
    writer->packed.n = n;
    *ret_is_smaller = n < n_raw - n_raw / PACKED_MORE;
    return SKR_OK;
}

/* Writes a block; parts, or NULL, matter where it is packed. */
static int put(skr_block_writer *writer, const void *raw, size_t n_raw, skr_codec codec,
               const skr_buffer_parts *parts, skr_block_ref *ret_ref, skr_err *err)
{
    SKR_CHECK(!writer->is_finished);
    if (n_raw > SKR_BLOCK_RAW_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "%s: a block of %zu bytes, the limit is %u",
                        writer->name, n_raw, SKR_BLOCK_RAW_MAX);
    bool is_packed = false;
    SKR_TRY(align(writer, err));
    if (codec == SKR_CODEC_ZSTD)
        SKR_TRY(pack(writer, raw, n_raw, parts, &is_packed, err));
    const void *stored = is_packed ? writer->packed.bytes : raw;
    size_t n_stored = is_packed ? writer->packed.n : n_raw;
    skr_block_ref ref = {
        .offset = skr_block_writer_n_bytes(writer),
        .n_packed = (uint32_t)n_stored,
        .n_raw = (uint32_t)n_raw,
        .crc = skr_crc32c(stored, n_stored),
        .codec = is_packed ? SKR_CODEC_ZSTD : SKR_CODEC_PLAIN,
    };
    SKR_TRY(skr_buffer_put(&writer->pending, stored, n_stored, err));
    if (writer->pending.n >= PENDING_MAX)
        SKR_TRY(flush(writer, err));
    *ret_ref = ref;
    return SKR_OK;
}

int skr_block_writer_put(skr_block_writer *writer, const void *raw, size_t n_raw, skr_codec codec,
                         skr_block_ref *ret_ref, skr_err *err)
{
    return put(writer, raw, n_raw, codec, NULL, ret_ref, err);
}

int skr_block_writer_put_parts(skr_block_writer *writer, const void *raw, size_t n_raw,
                               const skr_buffer_parts *parts, skr_block_ref *ret_ref, skr_err *err)
{
    return put(writer, raw, n_raw, SKR_CODEC_ZSTD, parts, ret_ref, err);
}

int skr_block_writer_copy(skr_block_writer *writer, const skr_block_file *from,
                          const skr_block_ref *ref, skr_block_ref *ret_ref, skr_err *err)
{
    SKR_CHECK(!writer->is_finished);
    skr_buffer *pending = &writer->pending;
    SKR_TRY(align(writer, err));
    SKR_TRY(skr_buffer_reserve(pending, ref->n_packed, err));
    SKR_TRY(
        skr_block_file_read(from, ref->offset, pending->bytes + pending->n, ref->n_packed, err));
    if (skr_crc32c(pending->bytes + pending->n, ref->n_packed) != ref->crc)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: block at %" PRIu64 ": wrong checksum",
                        skr_block_file_name(from), ref->offset);
    skr_block_ref copied = *ref;
    copied.offset = skr_block_writer_n_bytes(writer);
    pending->n += ref->n_packed;
    if (pending->n >= PENDING_MAX)
        SKR_TRY(flush(writer, err));
    *ret_ref = copied;
    return SKR_OK;
}

int skr_block_writer_read_back(skr_block_writer *writer, const skr_buffer *directory,
                               skr_block_file **ret_file, skr_err *err)
{
    SKR_CHECK(!writer->is_finished);
    SKR_TRY(align(writer, err));
    SKR_TRY(flush(writer, err));
    skr_file_id id = {.n_bytes = writer->n_written};
    memcpy(id.name, writer->name, sizeof id.name);
    return skr_block_file_open_begun(writer->path, &id, directory, ret_file, err);
}

static int put_trailer(skr_block_writer *writer, const skr_block_ref *directory, skr_err *err)
{
    skr_buffer *pending = &writer->pending;
    SKR_TRY(align(writer, err));
    size_t from = pending->n;
    uint64_t n_bytes = skr_block_writer_n_bytes(writer) + SKR_FORMAT_TRAILER_SIZE;
    SKR_TRY(skr_buffer_put(pending, SKR_FORMAT_TRAILER_MAGIC, SKR_FORMAT_MAGIC_SIZE, err));
    SKR_TRY(skr_buffer_put_u64(pending, n_bytes, err));
    SKR_TRY(skr_block_ref_put(pending, directory, err));
    SKR_TRY(skr_buffer_put_u32(pending, (uint32_t)writer->kind, err));
    return seal(writer, from, err);
}

int skr_block_writer_finish(skr_block_writer *writer, const void *directory, size_t n_directory,
                            skr_file_id *ret_id, skr_err *err)
{
    skr_block_ref ref;
    skr_codec codec = n_directory < PACKED_DIRECTORY_MIN ? SKR_CODEC_PLAIN : SKR_CODEC_ZSTD;
    SKR_TRY(skr_block_writer_put(writer, directory, n_directory, codec, &ref, err));
    SKR_TRY(put_trailer(writer, &ref, err));
    SKR_TRY(flush(writer, err));
    if (fsync(writer->fd) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot sync: %s", writer->path, strerror(errno));
    int fd = writer->fd;
    writer->fd = -1;
    if (close(fd) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot close: %s", writer->path, strerror(errno));
    writer->is_finished = true;
    skr_file_id id = {.n_bytes = writer->n_written, .directory_crc = ref.crc};
    memcpy(id.name, writer->name, sizeof id.name);
    *ret_id = id;
    return SKR_OK;
}

void skr_block_writer_free(skr_block_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->fd >= 0)
        (void)close(writer->fd);
    if (writer->has_file && !writer->is_finished)
        (void)unlink(writer->path);
    skr_buffer_done(&writer->pending);
    skr_buffer_done(&writer->packed);
    (void)ZSTD_freeCCtx(writer->zstd);
    free(writer->path);
    free(writer);
}
