/*
 * vcf_spool.c - keeps what a pipe gives, because an import reads its files more than once.
 *
 * Text and plain BCF are kept bgzipped: 5 GB of a pipe of genotypes become a tenth or less. What is
 * packed already is kept as it is, and so are reads. The digest is that of the bytes that came, so
 * that the same bytes from a pipe and from a file are one delivery.
 */
#include "engine/import/vcf/vcf_spool.h"

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

#include "engine/import/sealed/input.h"
#include "engine/import/vcf/vcf_stream.h"

#define BUFFER_BYTES (1u << 20)
#define SPACE_LOOK_BYTES (64u << 20) /* how often the space that is left is looked at */
#define SPACE_SPARE (64u << 20)      /* bytes that a spool leaves free: the store needs some */

typedef struct spool {
    const skr_vcf_spool_plan *plan;
    BGZF *packer; /* "u" copies: the bytes are packed already */
    uint8_t *buffer;
    size_t n_buffer;
    uint64_t n_read;
    bool has_begun;
    bool is_sealed;
    skr_vcf_stream stream;
    uint64_t n_looked; /* of n_read, when the space was looked at */
} spool;

/* Bytes until the buffer is full or the input ends, and a look at them. */
static int fill(spool *s, skr_err *err)
{
    const skr_vcf_spool_plan *plan = s->plan;
    s->n_buffer = 0;
    while (s->n_buffer < BUFFER_BYTES) {
        ssize_t n = read(plan->from, s->buffer + s->n_buffer, BUFFER_BYTES - s->n_buffer);
        if (n < 0 && errno != EINTR)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be read: %s", plan->name, strerror(errno));
        SKR_TRY(plan->check_stop(plan->context, err));
        if (n == 0)
            break;
        if (n > 0)
            s->n_buffer += (size_t)n;
    }
    if (!s->has_begun)
        SKR_TRY(skr_input_check_start(plan->name, s->buffer, s->n_buffer, plan->keys, &s->is_sealed,
                                      err));
    s->has_begun = true;
    return s->is_sealed || plan->is_reads
               ? SKR_OK
               : skr_vcf_stream_look(&s->stream, s->buffer, s->n_buffer, err);
}

/* A pipe has no size that could be compared beforehand, so the space left is watched. */
static int check_space(const spool *s, skr_err *err)
{
    struct statvfs about;
    if (statvfs(s->plan->path, &about) < 0)
        return SKR_OK; /* a file system that does not tell: writing says when it is full */
    uint64_t n_free = (uint64_t)about.f_bavail * about.f_frsize;
    if (n_free >= SPACE_SPARE)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_IO,
                    "%s: after %" PRIu64 " bytes only %" PRIu64
                    " are free where the store lies, and a pipe is kept there while it is read: "
                    "make room, or name a file",
                    s->plan->name, s->n_read, n_free);
}

static int make_file(spool *s, skr_err *err)
{
    bool is_packed = s->is_sealed || s->plan->is_reads ||
                     (s->n_buffer >= 2 && s->buffer[0] == 0x1f && s->buffer[1] == 0x8b);
    int fd = open(s->plan->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    hFILE *file = fd < 0 ? NULL : hdopen(fd, "w");
    if (file != NULL)
        s->packer = bgzf_hopen(file, is_packed ? "wu" : "w1");
    if (s->packer != NULL)
        return SKR_OK;
    int status =
        skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", s->plan->path, strerror(errno));
    if (file != NULL)
        hclose_abruptly(file);
    else if (fd >= 0)
        (void)close(fd);
    return status;
}

static int cannot_write(const spool *s, skr_err *err)
{
    return skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", s->plan->path, strerror(errno));
}

static int copy(spool *s, skr_err *err)
{
    SKR_TRY(fill(s, err));
    SKR_TRY(make_file(s, err));
    SKR_TRY(check_space(s, err));
    while (s->n_buffer > 0) {
        if (bgzf_write(s->packer, s->buffer, s->n_buffer) != (ssize_t)s->n_buffer)
            return cannot_write(s, err);
        s->n_read += s->n_buffer;
        s->plan->on_bytes(s->plan->context, s->buffer, s->n_buffer, s->n_read);
        if (s->n_read - s->n_looked >= SPACE_LOOK_BYTES) {
            s->n_looked = s->n_read;
            SKR_TRY(check_space(s, err));
        }
        SKR_TRY(fill(s, err));
    }
    return SKR_OK;
}

int skr_vcf_spool(const skr_vcf_spool_plan *plan, uint64_t *ret_n_kept, skr_err *err)
{
    spool s = {.plan = plan,
               .buffer = malloc(BUFFER_BYTES),
               .stream = {.name = plan->name, .n_memory = plan->n_memory}};
    struct stat about;
    int status = s.buffer == NULL ? skr_fail_nomem(err, plan->name) : copy(&s, err);
    if (s.packer != NULL && bgzf_close(s.packer) < 0 && status == SKR_OK)
        status = cannot_write(&s, err);
    if (status == SKR_OK)
        *ret_n_kept = stat(plan->path, &about) == 0 ? (uint64_t)about.st_size : 0;
    free(s.buffer);
    return status;
}
