/* vcf_stream.c - what can be told of a stream while it passes by. */
#include "engine/import/vcf/vcf_stream.h"

#include <errno.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/import/vcf/import_memory.h"
#include "engine/import/vcf/vcf.h"
#include "storage/base/limits.h"

#define N_START 32u
#define N_BCF_MAGIC 9u /* with the length of the header */
#define N_BCF_LENGTHS 8u
#define N_BCF_FIXED 24u

static int fail(const skr_vcf_stream *stream, skr_err *err, const char *what)
{
    if (stream->is_bcf && stream->n_ended == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: %s", stream->name, what);
    return skr_fail(err, SKR_ERR_INPUT, "%s, %s %llu: %s", stream->name,
                    stream->is_bcf ? "record" : "line",
                    (unsigned long long)stream->n_ended + !stream->is_bcf, what);
}

static int fail_size(const skr_vcf_stream *stream, const char *what, size_t n_max, skr_err *err)
{
    char text[160];
    (void)snprintf(text, sizeof text,
                   "%s has more than %zu bytes, what --memory %zu leaves room for; if the file is "
                   "sound, allow more",
                   what, n_max, stream->n_memory >> 20);
    return fail(stream, err, text);
}

/* ------------------------------------------------------------------ the first bytes */

/* A file in memory with these bytes, to be read from its beginning; -1 and errno. */
static int file_of(const uint8_t *bytes, size_t n)
{
    int fd = memfd_create("skerry", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, bytes, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* Unpacks the first bytes; *ret_n_start 0: they cannot be. */
static int unpack_start(const uint8_t *bytes, size_t n, char *start, size_t *ret_n_start,
                        skr_err *err)
{
    errno = 0;
    int fd = file_of(bytes, n);
    hFILE *file = fd < 0 ? NULL : hdopen(fd, "r");
    BGZF *bgzf = file == NULL ? NULL : bgzf_hopen(file, "r");
    ssize_t n_got = bgzf == NULL ? -1 : bgzf_read(bgzf, start, N_START);
    int number = errno;
    *ret_n_start = n_got > 0 ? (size_t)n_got : 0;
    if (bgzf != NULL)
        (void)bgzf_close(bgzf);
    else if (file != NULL)
        hclose_abruptly(file);
    else if (fd >= 0)
        (void)close(fd);
    if (number == ENOMEM)
        return skr_fail_nomem(err, "VCF");
    if (fd < 0)
        return skr_fail(err, SKR_ERR_IO, "import: no file in memory: %s", strerror(number));
    return SKR_OK;
}

static int look_at_start(skr_vcf_stream *stream, const uint8_t *bytes, size_t n, skr_err *err)
{
    char start[N_START];
    size_t n_start = n < N_START ? n : N_START;
    stream->has_begun = true;
    stream->is_packed = n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    memcpy(start, bytes, n_start);
    if (stream->is_packed) {
        SKR_TRY(unpack_start(bytes, n, start, &n_start, err));
        if (n_start == 0)
            return skr_fail(err, SKR_ERR_INPUT, "%s: cannot be unpacked: no gzip, or damaged",
                            stream->name);
    }
    return skr_vcf_check_start(stream->name, start, n_start, &stream->is_bcf, err);
}

/* ------------------------------------------------------------------ text */

/* Bytes of one line, without its end. */
static int look_at_part(skr_vcf_stream *stream, const uint8_t *bytes, size_t n, skr_err *err)
{
    bool is_header = stream->n_columns == 0;
    size_t n_max = is_header ? skr_import_memory_header(stream->n_memory)
                             : skr_import_memory_line(stream->n_memory, stream->n_columns);
    for (size_t i = 0; i < n && stream->n_line + i < sizeof stream->start; i++)
        stream->start[stream->n_line + i] = (char)bytes[i];
    stream->n_line += n;
    if (stream->n_header + stream->n_line > n_max)
        return fail_size(stream, is_header ? "the header" : "the line", n_max, err);
    if (memchr(bytes, 0, n) != NULL)
        return fail(stream, err, "holds a NUL byte");
    for (size_t i = 0; i < n && !stream->has_record; i++)
        stream->n_tabs += bytes[i] == '\t';
    return SKR_OK;
}

static int end_line(skr_vcf_stream *stream, skr_err *err)
{
    bool is_blank = stream->n_line == 0 || (stream->n_line == 1 && stream->start[0] == '\r');
    if (stream->n_columns > 0) {
        if (!stream->has_record && !is_blank && stream->n_tabs + 1 != stream->n_columns)
            return fail(stream, err, "another number of columns than the header has");
        stream->has_record |= !is_blank;
    } else if (stream->n_line >= 2 && stream->start[0] == '#' && stream->start[1] != '#') {
        stream->n_columns = stream->n_tabs + 1;
        stream->n_header = 0;
        stream->n_line = 0;
    } else if (!is_blank && stream->start[0] != '#' && stream->n_ended > 0) {
        return fail(stream, err, "the header has no line that begins with #CHROM");
    }
    if (stream->n_columns == 0)
        stream->n_header += stream->n_line;
    stream->n_ended++;
    stream->n_line = 0;
    stream->n_tabs = 0;
    return SKR_OK;
}

static int look_at_text(skr_vcf_stream *stream, const uint8_t *bytes, size_t n, skr_err *err)
{
    int status = SKR_OK;
    while (n > 0 && status == SKR_OK) {
        const uint8_t *end = memchr(bytes, '\n', n);
        size_t n_part = end == NULL ? n : (size_t)(end - bytes);
        status = look_at_part(stream, bytes, n_part, err);
        if (status == SKR_OK && end != NULL)
            status = end_line(stream, err);
        n_part += end != NULL;
        bytes += n_part;
        n -= n_part;
    }
    return status;
}

/* ------------------------------------------------------------------ plain BCF */

static uint32_t u32_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The lengths of the header or of a record are there. How many samples there are is not known: a
 * record is judged by its part that all of them share. */
static int take_lengths(skr_vcf_stream *stream, skr_err *err)
{
    bool is_header = stream->n_ended == 0;
    size_t n_max = is_header ? skr_import_memory_header(stream->n_memory)
                             : skr_import_memory_line(stream->n_memory, SKR_SAMPLES_MAX);
    uint32_t n_shared = u32_at(stream->lengths + (is_header ? 5 : 0));
    uint32_t n_samples = is_header ? 0 : u32_at(stream->lengths + 4);
    stream->n_lengths = 0;
    stream->n_skip = (uint64_t)n_shared + n_samples;
    if (stream->n_skip > n_max)
        return fail_size(stream, is_header ? "the header" : "the record", n_max, err);
    if (!is_header && n_shared < N_BCF_FIXED)
        return fail(stream, err, "damaged or cut short; fetch the file again");
    stream->n_ended++;
    return SKR_OK;
}

static int look_at_bcf(skr_vcf_stream *stream, const uint8_t *bytes, size_t n, skr_err *err)
{
    int status = SKR_OK;
    while (n > 0 && status == SKR_OK) {
        if (stream->n_skip > 0) {
            size_t n_here = stream->n_skip < n ? (size_t)stream->n_skip : n;
            stream->n_skip -= n_here;
            bytes += n_here;
            n -= n_here;
            continue;
        }
        stream->lengths[stream->n_lengths++] = *bytes++;
        n--;
        if (stream->n_lengths == (stream->n_ended == 0 ? N_BCF_MAGIC : N_BCF_LENGTHS))
            status = take_lengths(stream, err);
    }
    return status;
}

int skr_vcf_stream_look(skr_vcf_stream *stream, const uint8_t *bytes, size_t n, skr_err *err)
{
    int status = SKR_OK;
    if (!stream->has_begun)
        status = look_at_start(stream, bytes, n, err);
    if (status != SKR_OK || stream->is_packed)
        return status;
    return stream->is_bcf ? look_at_bcf(stream, bytes, n, err)
                          : look_at_text(stream, bytes, n, err);
}
