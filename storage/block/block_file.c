/*
 * block_file.c - opens a block file and believes it step by step; verifies one whole.
 *
 * The order: length of the file, checksum of header and trailer, their fields, checksum and
 * structure of the directory. The directory's checksum stands in the manifest too, so a good file
 * in the place of another is refused.
 */
#include "storage/block/block_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/check.h"
#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/block/block_file_int.h"
#include "storage/block/format.h"
#include "storage/block/io.h"

int skr_block_file_read(const skr_block_file *file, uint64_t offset, uint8_t *bytes, size_t n,
                        skr_err *err)
{
    skr_io_read read = {.offset = offset, .bytes = bytes, .n = n};
    SKR_TRY(skr_block_file_pin(file, &read.fd, err));
    skr_io_pread_rest(&read);
    skr_block_file_unpin(file);
    return skr_block_file_judge(file, &read, err);
}

/* The descriptor is opened when first asked for; of two who open it at once, one closes his. */
int skr_block_file_direct(const skr_block_file *file)
{
    atomic_int *place = (atomic_int *)&file->direct_fd;
    int fd = atomic_load(place);
    if (fd != SKR_DIRECT_UNTRIED)
        return fd;
    char path[40];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file->fd);
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
    int found = SKR_DIRECT_UNTRIED;
    if (opened < 0)
        opened = -1;
    if (atomic_compare_exchange_strong(place, &found, opened))
        return opened;
    if (opened >= 0)
        (void)close(opened);
    return found;
}

int skr_block_file_judge(const skr_block_file *file, const skr_io_read *read, skr_err *err)
{
    SKR_CHECK(read->n_done <= read->n && !read->is_flying);
    if (read->error_number != 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot read at %" PRIu64 ": %s", file->id.name,
                        read->offset, strerror(read->error_number));
    if (read->n_done < read->n)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: ends at %" PRIu64 ", expected %" PRIu64 " bytes",
                        file->id.name, read->offset + read->n_done, file->id.n_bytes);
    return SKR_OK;
}

/* ------------------------------------------------------------------ header, trailer, directory */

/* Magic and checksum of the 64 bytes of a header or trailer, and zeros from zero_at to the CRC. */
static int check_seal(const skr_block_file *file, const uint8_t *bytes, const char *magic,
                      const char *what, size_t zero_at, skr_err *err)
{
    skr_cursor crc = skr_cursor_of(bytes + SKR_FORMAT_CRC_AT, 4);
    if (skr_cursor_u32(&crc) != skr_crc32c(bytes, SKR_FORMAT_CRC_AT))
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s: wrong checksum", file->id.name, what);
    if (memcmp(bytes, magic, SKR_FORMAT_MAGIC_SIZE) != 0)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s: not one of a block file", file->id.name,
                        what);
    skr_cursor version = skr_cursor_of(bytes + SKR_FORMAT_VERSION_AT, 4);
    if (zero_at == SKR_FORMAT_HEADER_ZERO_AT) {
        uint32_t found = skr_cursor_u32(&version);
        if (found < SKR_FORMAT_VERSION_OLDEST || found > SKR_FORMAT_VERSION)
            return skr_fail(err, SKR_ERR_VERSION,
                            "%s: written in format %" PRIu32 "; this Skerry reads formats %u to "
                            "%u: import again, or use the one that wrote it",
                            file->id.name, found, SKR_FORMAT_VERSION_OLDEST, SKR_FORMAT_VERSION);
    }
    for (size_t i = zero_at; i < SKR_FORMAT_CRC_AT; i++)
        if (bytes[i] != 0)
            return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s: byte %zu is not zero", file->id.name,
                            what, i);
    return SKR_OK;
}

static int check_kind(const skr_block_file *file, uint32_t found, skr_file_kind kind, skr_err *err)
{
    if (found == (uint32_t)kind)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: a file of kind %" PRIu32 ", expected kind %d",
                    file->id.name, found, (int)kind);
}

static int read_header(skr_block_file *file, skr_file_kind kind, skr_err *err)
{
    uint8_t bytes[SKR_FORMAT_HEADER_SIZE];
    SKR_TRY(skr_block_file_read(file, 0, bytes, sizeof bytes, err));
    SKR_TRY(
        check_seal(file, bytes, SKR_FORMAT_HEADER_MAGIC, "header", SKR_FORMAT_HEADER_ZERO_AT, err));
    skr_cursor cursor = skr_cursor_of(bytes + SKR_FORMAT_KIND_AT, 4);
    return check_kind(file, skr_cursor_u32(&cursor), kind, err);
}

static int read_trailer(skr_block_file *file, skr_file_kind kind, skr_err *err)
{
    uint8_t bytes[SKR_FORMAT_TRAILER_SIZE];
    uint64_t trailer_at = file->id.n_bytes - SKR_FORMAT_TRAILER_SIZE;
    SKR_TRY(skr_block_file_read(file, trailer_at, bytes, sizeof bytes, err));
    SKR_TRY(check_seal(file, bytes, SKR_FORMAT_TRAILER_MAGIC, "trailer", SKR_FORMAT_TRAILER_ZERO_AT,
                       err));
    skr_cursor cursor = skr_cursor_of(bytes + SKR_FORMAT_TRAILER_N_BYTES_AT,
                                      SKR_FORMAT_TRAILER_ZERO_AT - SKR_FORMAT_TRAILER_N_BYTES_AT);
    uint64_t n_bytes = skr_cursor_u64(&cursor);
    skr_block_ref ref = skr_block_ref_take(&cursor);
    SKR_TRY(check_kind(file, skr_cursor_u32(&cursor), kind, err));
    if (n_bytes != file->id.n_bytes)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "%s: trailer: a file of %" PRIu64 " bytes, expected %" PRIu64,
                        file->id.name, n_bytes, file->id.n_bytes);
    if (ref.crc != file->id.directory_crc)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "%s: not the file that the manifest names: directory %08" PRIx32
                        ", expected %08" PRIx32,
                        file->id.name, ref.crc, file->id.directory_crc);
    file->blocks_end = trailer_at;
    SKR_TRY(skr_block_file_check_ref(file, &ref, err));
    SKR_CHECK(ref.offset + ref.n_packed <= trailer_at);
    file->directory_ref = ref;
    file->blocks_end = ref.offset;
    return SKR_OK;
}

static int read_directory(skr_block_file *file, skr_err *err)
{
    const skr_block_ref *ref = &file->directory_ref;
    skr_block_decoder *decoder = NULL;
    skr_buffer packed = {0};
    int status = skr_buffer_reserve(&packed, ref->n_packed, err);
    if (status == SKR_OK)
        status = skr_block_file_read(file, ref->offset, packed.bytes, ref->n_packed, err);
    if (status == SKR_OK)
        status = skr_buffer_reserve(&file->directory, ref->n_raw, err);
    if (status == SKR_OK)
        status = skr_block_decoder_new(&decoder, err);
    if (status != SKR_OK)
        goto out;
    status = skr_block_decode(decoder, ref, packed.bytes, file->directory.bytes, err);
    if (status != SKR_OK) {
        (void)skr_fail_in(err, status, "%s: directory", file->id.name);
        goto out;
    }
    file->directory.n = ref->n_raw;
out:
    skr_block_decoder_free(decoder);
    skr_buffer_done(&packed);
    return status;
}

/* ------------------------------------------------------------------ the file */

int skr_block_file_open(const char *folder, const skr_file_id *id, skr_file_kind kind,
                        skr_block_file **ret_file, skr_err *err)
{
    return skr_block_file_open_among(NULL, folder, id, kind, ret_file, err);
}

/* Opens it for good, or for as long as there is room. */
static int open_first(skr_block_file *file, const char *folder, skr_err *err)
{
    int fd = -1;
    if (asprintf(&file->path, "%s/%s", folder, file->id.name) < 0) {
        file->path = NULL;
        return skr_fail_nomem(err, file->id.name);
    }
    if (file->files != NULL)
        return skr_block_file_pin(file, &fd, err);
    return skr_open_files_open(file, &file->fd, err);
}

int skr_block_file_open_among(struct skr_open_files *files, const char *folder,
                              const skr_file_id *id, skr_file_kind kind, skr_block_file **ret_file,
                              skr_err *err)
{
    skr_block_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return skr_fail_nomem(err, id->name);
    file->fd = -1;
    atomic_init(&file->direct_fd, SKR_DIRECT_UNTRIED);
    file->id = *id;
    file->files = files;
    int status = open_first(file, folder, err);
    bool is_pinned = status == SKR_OK;
    if (status == SKR_OK)
        status = read_header(file, kind, err);
    if (status == SKR_OK)
        status = read_trailer(file, kind, err);
    if (status == SKR_OK)
        status = read_directory(file, err);
    if (is_pinned)
        skr_block_file_unpin(file);
    if (status != SKR_OK) {
        skr_block_file_close(file);
        return status;
    }
    *ret_file = file;
    return SKR_OK;
}

int skr_block_file_open_begun(const char *path, const skr_file_id *id, const skr_buffer *directory,
                              skr_block_file **ret_file, skr_err *err)
{
    skr_block_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return skr_fail_nomem(err, id->name);
    atomic_init(&file->direct_fd, SKR_DIRECT_UNTRIED);
    file->id = *id;
    file->blocks_end = id->n_bytes;
    int status = SKR_OK;
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0)
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
    if (status == SKR_OK)
        status = skr_buffer_put(&file->directory, directory->bytes, directory->n, err);
    if (status != SKR_OK) {
        skr_block_file_close(file);
        return status;
    }
    *ret_file = file;
    return SKR_OK;
}

const uint8_t *skr_block_file_directory(const skr_block_file *file, size_t *ret_n)
{
    *ret_n = file->directory.n;
    return file->directory.bytes;
}

const skr_file_id *skr_block_file_id(const skr_block_file *file)
{
    return &file->id;
}

const char *skr_block_file_name(const skr_block_file *file)
{
    return file->id.name;
}

int skr_block_file_check_ref(const skr_block_file *file, const skr_block_ref *ref, skr_err *err)
{
    const char *why = NULL;
    if (ref->n_raw > SKR_BLOCK_RAW_MAX)
        why = "too large";
    else if (ref->codec != SKR_CODEC_PLAIN && ref->codec != SKR_CODEC_ZSTD)
        why = "of an unknown codec";
    else if (ref->codec == SKR_CODEC_PLAIN && ref->n_packed != ref->n_raw)
        why = "of two lengths";
    else if (ref->codec == SKR_CODEC_ZSTD && ref->n_packed >= ref->n_raw)
        why = "longer than what it holds";
    else if (ref->offset % SKR_FORMAT_BLOCK_ALIGN != 0)
        why = "not at a multiple of 64 bytes";
    else if (ref->offset < SKR_FORMAT_HEADER_SIZE || ref->offset > file->blocks_end ||
             ref->n_packed > file->blocks_end - ref->offset)
        why = "outside the file's blocks";
    if (why == NULL)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: block at %" PRIu64 ": %s", file->id.name,
                    ref->offset, why);
}

void skr_block_file_close(skr_block_file *file)
{
    if (file == NULL)
        return;
    if (file->files != NULL)
        skr_open_files_leave(file);
    if (file->fd >= 0)
        (void)close(file->fd);
    if (atomic_load(&file->direct_fd) >= 0)
        (void)close(atomic_load(&file->direct_fd));
    skr_buffer_done(&file->directory);
    free(file->path);
    free(file);
}
