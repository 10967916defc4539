/*
 * vcf_bytes.c - the unpacked bytes of a file, as many in one piece as its reader asks for.
 *
 * What is bgzipped comes from vcf_blocks.h; gzip and plain files from the library.
 */
#include "engine/import/vcf/vcf_bytes.h"

#include <errno.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ROOM (4u << 20)

/* A descriptor of the library's own, from a plain byte of the file on. */
static int open_at(skr_vcf_bytes *bytes, uint64_t from, int *ret_fd, skr_err *err)
{
    if (skr_input_is_sealed(bytes->input))
        return skr_input_pipe_open(&bytes->plan, from, &bytes->pipe, ret_fd, err);
    int fd = dup(skr_input_fd(bytes->input));
    if (fd >= 0 && lseek(fd, (off_t)from, SEEK_SET) == (off_t)from) {
        *ret_fd = fd;
        return SKR_OK;
    }
    int number = errno;
    if (fd >= 0)
        (void)close(fd);
    return skr_fail(err, skr_err_of_input(number), "%s: cannot be opened: %s", bytes->where->name,
                    strerror(number));
}

/* Opens what is not bgzipped, from a byte of the file on. */
static int open_library(skr_vcf_bytes *bytes, uint64_t from, skr_err *err)
{
    int fd = -1;
    SKR_TRY(open_at(bytes, from, &fd, err));
    errno = 0;
    hFILE *file = hdopen(fd, "r");
    if (file == NULL)
        (void)close(fd);
    bytes->bgzf = file == NULL ? NULL : bgzf_hopen(file, "r");
    if (bytes->bgzf != NULL)
        return SKR_OK;
    int number = errno;
    if (file != NULL)
        hclose_abruptly(file);
    if (number == ENOMEM)
        return skr_fail_nomem(err, bytes->where->name);
    return skr_fail(err, SKR_ERR_INPUT, "%s: cannot be unpacked: no gzip, or damaged",
                    bytes->where->name);
}

int skr_vcf_bytes_open(skr_vcf_bytes *bytes, const skr_vcf_where *where, const skr_input_plan *plan,
                       unsigned n_threads, skr_err *err)
{
    const uint8_t *start;
    size_t n;
    bytes->where = where;
    bytes->plan = *plan;
    SKR_TRY(skr_input_open(plan, &bytes->input, err));
    SKR_TRY(skr_input_peek(bytes->input, SKR_BLOCKS_PACKED_MAX, &start, &n, err));
    if (skr_blocks_is_bgzf(start, n))
        return skr_blocks_new(bytes->input, n_threads, &bytes->blocks, err);
    return open_library(bytes, 0, err);
}

void skr_vcf_bytes_done(skr_vcf_bytes *bytes)
{
    skr_blocks_free(bytes->blocks);
    if (bytes->bgzf != NULL)
        (void)bgzf_close(bytes->bgzf);
    skr_input_pipe_close(bytes->pipe);
    skr_input_close(bytes->input);
    free(bytes->room);
}

static int more_of_blocks(skr_vcf_bytes *bytes, skr_err *err)
{
    skr_block_batch batch;
    int status = skr_blocks_next(bytes->blocks, bytes->n - bytes->at, &batch, err);
    if (status != SKR_OK)
        return status;
    bytes->piece = batch.bytes;
    bytes->n = batch.n;
    bytes->at = 0;
    bytes->is_end = batch.is_end;
    bytes->is_bad = batch.is_bad && !batch.is_gzip;
    /* bgzip's blocks with gzip's members after them are a gzip file still. */
    return batch.is_gzip ? open_library(bytes, skr_blocks_position(bytes->blocks), err) : SKR_OK;
}

static int more_of_library(skr_vcf_bytes *bytes, skr_err *err)
{
    size_t n_rest = bytes->n - bytes->at;
    if (bytes->room == NULL || n_rest > bytes->n_room / 2) {
        size_t n_room = bytes->room == NULL ? FIRST_ROOM : bytes->n_room * 2;
        uint8_t *room = malloc(n_room + SKR_BLOCKS_SPARE);
        if (room == NULL)
            return skr_fail_nomem(err, bytes->where->name);
        if (n_rest > 0)
            memcpy(room, bytes->piece + bytes->at, n_rest);
        free(bytes->room);
        bytes->room = room;
        bytes->n_room = n_room;
    } else if (n_rest > 0) {
        memmove(bytes->room, bytes->piece + bytes->at, n_rest);
    }
    bytes->piece = bytes->room;
    bytes->at = 0;
    errno = 0;
    ssize_t n = bgzf_read(bytes->bgzf, bytes->room + n_rest, bytes->n_room - n_rest);
    bytes->is_bad = n < 0 || bytes->bgzf->errcode != 0;
    if (bytes->pipe != NULL && bytes->is_bad)
        SKR_TRY(skr_input_pipe_check(bytes->pipe, err));
    else if (bytes->pipe != NULL && n == 0)
        SKR_TRY(skr_input_pipe_finish(bytes->pipe, err));
    if (bytes->is_bad && errno == ENOMEM)
        return skr_fail_nomem(err, bytes->where->name);
    if (bytes->is_bad && errno == EIO && (bytes->bgzf->errcode & BGZF_ERR_IO) != 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot be read: %s", bytes->where->name,
                        strerror(errno));
    bytes->is_end = n == 0;
    bytes->n = n_rest + (n > 0 ? (size_t)n : 0);
    memset(bytes->room + bytes->n, 0, SKR_BLOCKS_SPARE);
    return SKR_OK;
}

int skr_vcf_bytes_need(skr_vcf_bytes *bytes, size_t n, uint8_t **ret_bytes, size_t *ret_n,
                       skr_err *err)
{
    int status = SKR_OK;
    while (status == SKR_OK && bytes->n - bytes->at < n && !bytes->is_end && !bytes->is_bad)
        status = bytes->bgzf == NULL ? more_of_blocks(bytes, err) : more_of_library(bytes, err);
    if (status != SKR_OK)
        return status;
    *ret_n = bytes->n - bytes->at;
    *ret_bytes = bytes->piece + bytes->at;
    if (*ret_n >= n || !bytes->is_bad)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s, after %s %llu: the compressed data is damaged or cut short; fetch the "
                    "file again",
                    bytes->where->name, bytes->where->is_bcf ? "record" : "line",
                    (unsigned long long)(bytes->where->is_bcf ? bytes->where->n_records -
                                                                    (bytes->where->n_records > 0)
                                                              : bytes->where->n_lines));
}

int skr_vcf_bytes_check_end(const skr_vcf_bytes *bytes, skr_err *err)
{
    if (bytes->bgzf != NULL || skr_blocks_has_end_mark(bytes->blocks))
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s, after %s %llu: the end of the bgzipped data is missing; fetch the file "
                    "again",
                    bytes->where->name, bytes->where->is_bcf ? "record" : "line",
                    (unsigned long long)(bytes->where->is_bcf ? bytes->where->n_records - 1
                                                              : bytes->where->n_lines));
}

uint64_t skr_vcf_bytes_position(const skr_vcf_bytes *bytes)
{
    if (bytes->bgzf == NULL)
        return skr_blocks_position(bytes->blocks);
    off_t at = bytes->pipe != NULL ? 0 : lseek(skr_input_fd(bytes->input), 0, SEEK_CUR);
    return at < 0 ? 0 : (uint64_t)at;
}
