/*
 * reads_containers.c - of which contigs the containers of a CRAM are, from their headers alone.
 *
 * CRAM 2.1 and 3: a file definition of 26 bytes, then containers, each a header and as many bytes
 * as it says. Numbers are ITF8, and LTF8 from version 3 on for the two counters.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/import/reads/reads_file_int.h"

#define DEFINITION_BYTES 26u
#define HEADER_MAX 64u /* of what is looked at: seven numbers of at most nine bytes */

/* ITF8: the bits before the first 0 say how many bytes follow. -1: there are not enough. */
static int read_itf8(const uint8_t *bytes, size_t n, int32_t *ret_value)
{
    if (n == 0)
        return -1;
    int more = bytes[0] < 0x80   ? 0
               : bytes[0] < 0xc0 ? 1
               : bytes[0] < 0xe0 ? 2
               : bytes[0] < 0xf0 ? 3
                                 : 4;
    if ((size_t)more >= n)
        return -1;
    uint32_t value = more == 4 ? bytes[0] & 0x0fu : bytes[0] & (0x7fu >> more);
    for (int i = 1; i <= more; i++)
        value = i == 4 ? value << 4 | (bytes[i] & 0x0fu) : value << 8 | bytes[i];
    *ret_value = (int32_t)value;
    return more + 1;
}

static int cut_off(const skr_reads *reads, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s: cut off or damaged; fetch the file again",
                    reads->plan.name);
}

/* One container: notes its contig, if it is one of reads; *ret_next: where the next one begins. */
static int scan_one(skr_reads *reads, int fd, off_t at, bool has_reads, off_t *ret_next,
                    skr_err *err)
{
    uint8_t header[HEADER_MAX + 4];
    ssize_t n = pread(fd, header, sizeof header, at);
    int32_t contig;
    int32_t number;
    uint32_t n_bytes = 0;
    if (n < 5)
        return cut_off(reads, err);
    for (int i = 3; i >= 0; i--)
        n_bytes = n_bytes << 8 | header[i];
    size_t used = 4;
    int got = read_itf8(header + used, (size_t)n - used, &contig);
    for (int i = 0; got > 0 && i < 3; i++) { /* the contig, its start and span */
        used += (size_t)got;
        got = read_itf8(header + used, (size_t)n - used, &number);
    }
    if (got < 0 || n_bytes > INT32_MAX)
        return cut_off(reads, err);
    used += (size_t)got; /* after the number of records */
    int n_counters = 2;
    for (int i = 0; i < n_counters; i++) { /* LTF8, and ITF8 where it is short, begin alike */
        if (used >= (size_t)n)
            return cut_off(reads, err);
        uint8_t first = header[used];
        unsigned more = 0;
        while (more < 8 && (first & 0x80u >> more) != 0)
            more++;
        bool is_itf8 = reads->file->format.version.major < 3 && i == 0;
        used += 1 + (is_itf8 && more > 4 ? 4 : more);
    }
    got = used < (size_t)n ? read_itf8(header + used, (size_t)n - used, &number) : -1; /* blocks */
    if (got < 0)
        return cut_off(reads, err);
    used += (size_t)got;
    int32_t n_landmarks;
    got = used < (size_t)n ? read_itf8(header + used, (size_t)n - used, &n_landmarks) : -1;
    if (got < 0 || n_landmarks < 0)
        return cut_off(reads, err);
    off_t place = at + (off_t)used + got;
    for (int32_t i = 0; i < n_landmarks; i++) {
        uint8_t landmark[8];
        n = pread(fd, landmark, sizeof landmark, place);
        got = n > 0 ? read_itf8(landmark, (size_t)n, &number) : -1;
        if (got < 0)
            return cut_off(reads, err);
        place += got;
    }
    place += reads->file->format.version.major >= 3 ? 4 : 0; /* a checksum */
    if (has_reads && contig >= 0 && contig < sam_hdr_nref(reads->header))
        reads->n_containers[contig]++;
    else if (has_reads && contig == -2)
        reads->is_mixed = true;
    *ret_next = place + (off_t)n_bytes;
    return SKR_OK;
}

int skr_reads_scan_containers(skr_reads *reads, skr_err *err)
{
    int fd = open(reads->plan.path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot be opened: %s", reads->plan.name,
                        strerror(errno));
    off_t end = lseek(fd, 0, SEEK_END);
    off_t at = DEFINITION_BYTES;
    int status = scan_one(reads, fd, at, false, &at, err); /* the header's */
    while (at < end && status == SKR_OK)
        status = scan_one(reads, fd, at, true, &at, err);
    if (status == SKR_OK && at != end)
        status = cut_off(reads, err);
    (void)close(fd);
    return status;
}
