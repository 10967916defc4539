/*
 * import_vcf_spool.c - keeps what a pipe gives, because an import reads its files more than once.
 *
 * Text and plain BCF are kept bgzipped: 5 GB of a pipe of genotypes become a tenth or less. What is
 * packed already is kept as it is. The digest is that of the bytes that came, so that the same
 * bytes from a pipe and from a file are one delivery.
 */
#include "engine/import/vcf/import_vcf_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine/import/genomes/import_int.h"
#include "engine/import/vcf/import_vcf_stream.h"

#define BUFFER_BYTES (1u << 20)
#define SPACE_LOOK_BYTES (64u << 20) /* how often the space that is left is looked at */
#define SPACE_SPARE (64u << 20)      /* bytes that a spool leaves free: the store needs some */

typedef struct spool {
    const char *name; /* of the input, for people */
    const char *path; /* of the file that is made */
    BGZF *packer;     /* "u" copies: the bytes are packed already */
    skr_digest *digest;
    uint8_t *buffer;
    size_t n_buffer;
    uint64_t n_read;
    skr_vcf_stream stream;
    uint64_t n_looked; /* of n_read, when the space was looked at */
} spool;

/* Bytes until the buffer is full or the input ends. Errors: IO, INTERRUPTED. */
static int fill(const skr_import *import, spool *s, int from, skr_err *err)
{
    s->n_buffer = 0;
    while (s->n_buffer < BUFFER_BYTES) {
        ssize_t n = read(from, s->buffer + s->n_buffer, BUFFER_BYTES - s->n_buffer);
        if (n < 0 && errno != EINTR)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be read: %s", s->name, strerror(errno));
        int status = skr_import_check_stop(import, err);
        if (status < 0 || n == 0)
            return status;
        if (n > 0)
            s->n_buffer += (size_t)n;
    }
    return SKR_OK;
}

/* A pipe has no size that could be compared beforehand, so the space left is watched. */
static int check_space(const spool *s, skr_err *err)
{
    struct statvfs about;
    if (statvfs(s->path, &about) < 0)
        return SKR_OK; /* a file system that does not tell: writing says when it is full */
    uint64_t n_free = (uint64_t)about.f_bavail * about.f_frsize;
    if (n_free >= SPACE_SPARE)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_IO,
                    "%s: after %" PRIu64 " bytes only %" PRIu64
                    " are free where the store lies, and a pipe is kept there while it is read: "
                    "make room, or name a file",
                    s->name, s->n_read, n_free);
}

static int make_file(spool *s, skr_err *err)
{
    bool is_packed = s->n_buffer >= 2 && s->buffer[0] == 0x1f && s->buffer[1] == 0x8b;
    int fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    hFILE *file = fd < 0 ? NULL : hdopen(fd, "w");
    if (file != NULL)
        s->packer = bgzf_hopen(file, is_packed ? "wu" : "w1");
    if (s->packer != NULL)
        return SKR_OK;
    int status = skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", s->path, strerror(errno));
    if (file != NULL)
        hclose_abruptly(file);
    else if (fd >= 0)
        (void)close(fd);
    return status;
}

static int copy(const skr_import *import, const skr_import_file *file, spool *s, int from,
                skr_err *err)
{
    int status = fill(import, s, from, err);
    if (status == SKR_OK)
        status = skr_vcf_stream_look(&s->stream, s->buffer, s->n_buffer, err);
    if (status == SKR_OK)
        status = make_file(s, err);
    if (status == SKR_OK)
        status = check_space(s, err);
    while (status == SKR_OK && s->n_buffer > 0) {
        skr_digest_update(s->digest, s->buffer, s->n_buffer);
        if (bgzf_write(s->packer, s->buffer, s->n_buffer) != (ssize_t)s->n_buffer)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", s->path, strerror(errno));
        s->n_read += s->n_buffer;
        if (s->n_read - s->n_looked >= SPACE_LOOK_BYTES) {
            s->n_looked = s->n_read;
            status = check_space(s, err);
            skr_import_report(import, file, s->n_read, NULL, "keeping the pipe");
        }
        if (status == SKR_OK)
            status = fill(import, s, from, err);
        if (status == SKR_OK)
            status = skr_vcf_stream_look(&s->stream, s->buffer, s->n_buffer, err);
    }
    return status;
}

int skr_import_spool(skr_import *import, skr_import_file *file, int from, skr_err *err)
{
    spool s = {.name = file->name,
               .buffer = malloc(BUFFER_BYTES),
               .stream = {.name = file->name, .n_memory = import->n_memory}};
    struct stat about;
    int status = s.buffer == NULL ? skr_fail(err, SKR_ERR_NOMEM, "import: out of memory")
                                  : skr_digest_new(SKR_DIGEST_SHA256, &s.digest, err);
    if (status == SKR_OK)
        status = skr_txn_scratch_path(import->txn, &file->path, err);
    if (status < 0)
        goto out;
    s.path = file->path;
    status = copy(import, file, &s, from, err);
    if (s.packer != NULL && bgzf_close(s.packer) < 0 && status == SKR_OK)
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", s.path, strerror(errno));
    if (status < 0)
        goto out;
    skr_digest_final(s.digest, file->digest);
    file->n_bytes = stat(s.path, &about) == 0 ? (uint64_t)about.st_size : 0;
    file->is_spooled = true;
    import->n_spooled_read += s.n_read;
    import->n_spooled_kept += file->n_bytes;
out:
    skr_digest_free(s.digest);
    free(s.buffer);
    return status;
}
