/*
 * import_vcf_bytes.c - the unpacked bytes of a file, as many in one piece as its reader asks for.
 *
 * What is bgzipped comes from import_vcf_blocks.h; gzip and plain files from the library.
 */
#include <errno.h>
#include <htslib/hfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/import/vcf/import_vcf_int.h"

#define FIRST_ROOM (4u << 20)

/* Opens what is not bgzipped, from a byte of the file on. */
static int open_library(skr_vcf *vcf, uint64_t from, skr_err *err)
{
    errno = 0;
    int fd = dup(vcf->fd);
    hFILE *file =
        fd >= 0 && lseek(fd, (off_t)from, SEEK_SET) == (off_t)from ? hdopen(fd, "r") : NULL;
    if (file == NULL && fd >= 0)
        (void)close(fd);
    vcf->bgzf = file == NULL ? NULL : bgzf_hopen(file, "r");
    if (vcf->bgzf != NULL)
        return SKR_OK;
    int number = errno;
    if (file != NULL)
        hclose_abruptly(file);
    if (number == ENOMEM)
        return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", vcf->name);
    if (fd < 0)
        return skr_fail(err, skr_err_of_input(number), "%s: cannot be opened: %s", vcf->name,
                        strerror(number));
    return skr_fail(err, SKR_ERR_INPUT, "%s: cannot be unpacked: no gzip, or damaged", vcf->name);
}

int skr_vcf_bytes_open(skr_vcf *vcf, unsigned n_threads, skr_err *err)
{
    uint8_t *start = malloc(SKR_BLOCKS_PACKED_MAX);
    if (start == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", vcf->name);
    ssize_t n = pread(vcf->fd, start, SKR_BLOCKS_PACKED_MAX, 0);
    bool is_bgzf = n > 0 && skr_blocks_is_bgzf(start, (size_t)n);
    free(start);
    if (n < 0)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot be read: %s", vcf->name,
                        strerror(errno));
    if (is_bgzf)
        return skr_blocks_new(vcf->fd, n_threads, &vcf->blocks, err);
    return open_library(vcf, 0, err);
}

void skr_vcf_bytes_close(skr_vcf *vcf)
{
    skr_blocks_free(vcf->blocks);
    if (vcf->bgzf != NULL)
        (void)bgzf_close(vcf->bgzf);
    free(vcf->room);
}

static int more_of_blocks(skr_vcf *vcf, skr_err *err)
{
    skr_block_batch batch;
    int status = skr_blocks_next(vcf->blocks, vcf->n_bytes - vcf->bytes_at, &batch, err);
    if (status < 0)
        return skr_fail_in(err, status, "%s", vcf->name);
    vcf->bytes = batch.bytes;
    vcf->n_bytes = batch.n;
    vcf->bytes_at = 0;
    vcf->is_bytes_end = batch.is_end;
    vcf->is_bytes_bad = batch.is_bad && !batch.is_gzip;
    /* bgzip's blocks with gzip's members behind them are a gzip file still. */
    return batch.is_gzip ? open_library(vcf, skr_blocks_position(vcf->blocks), err) : SKR_OK;
}

static int more_of_library(skr_vcf *vcf, skr_err *err)
{
    size_t n_rest = vcf->n_bytes - vcf->bytes_at;
    if (vcf->room == NULL || n_rest > vcf->n_room / 2) {
        size_t n_room = vcf->room == NULL ? FIRST_ROOM : vcf->n_room * 2;
        uint8_t *room = malloc(n_room + SKR_BLOCKS_SPARE);
        if (room == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", vcf->name);
        if (n_rest > 0)
            memcpy(room, vcf->bytes + vcf->bytes_at, n_rest);
        free(vcf->room);
        vcf->room = room;
        vcf->n_room = n_room;
    } else if (n_rest > 0) {
        memmove(vcf->room, vcf->bytes + vcf->bytes_at, n_rest);
    }
    vcf->bytes = vcf->room;
    vcf->bytes_at = 0;
    errno = 0;
    ssize_t n = bgzf_read(vcf->bgzf, vcf->room + n_rest, vcf->n_room - n_rest);
    vcf->is_bytes_bad = n < 0 || vcf->bgzf->errcode != 0;
    if (vcf->is_bytes_bad && errno == ENOMEM)
        return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", vcf->name);
    if (vcf->is_bytes_bad && errno == EIO && (vcf->bgzf->errcode & BGZF_ERR_IO) != 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot be read: %s", vcf->name, strerror(errno));
    vcf->is_bytes_end = n == 0;
    vcf->n_bytes = n_rest + (n > 0 ? (size_t)n : 0);
    memset(vcf->room + vcf->n_bytes, 0, SKR_BLOCKS_SPARE);
    return SKR_OK;
}

int skr_vcf_bytes_need(skr_vcf *vcf, size_t n, uint8_t **ret_bytes, size_t *ret_n, skr_err *err)
{
    int status = SKR_OK;
    while (status == SKR_OK && vcf->n_bytes - vcf->bytes_at < n && !vcf->is_bytes_end &&
           !vcf->is_bytes_bad)
        status = vcf->bgzf == NULL ? more_of_blocks(vcf, err) : more_of_library(vcf, err);
    if (status < 0)
        return status;
    *ret_n = vcf->n_bytes - vcf->bytes_at;
    *ret_bytes = vcf->bytes + vcf->bytes_at;
    if (*ret_n >= n || !vcf->is_bytes_bad)
        return SKR_OK;
    return skr_fail(
        err, SKR_ERR_INPUT,
        "%s, after %s %llu: the compressed data is damaged or cut short; fetch the "
        "file again",
        vcf->name, vcf->is_bcf ? "record" : "line",
        (unsigned long long)(vcf->is_bcf ? vcf->n_records - (vcf->n_records > 0) : vcf->n_lines));
}

int skr_vcf_bytes_check_end(const skr_vcf *vcf, skr_err *err)
{
    if (vcf->bgzf != NULL || skr_blocks_has_end_mark(vcf->blocks))
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s, after %s %llu: the end of the bgzipped data is missing; fetch the file "
                    "again",
                    vcf->name, vcf->is_bcf ? "record" : "line",
                    (unsigned long long)(vcf->is_bcf ? vcf->n_records - 1 : vcf->n_lines));
}
