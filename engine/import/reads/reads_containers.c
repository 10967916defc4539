/*
 * reads_containers.c - of which contigs the containers of a CRAM are, from their headers alone.
 *
 * CRAM 2.1 and 3: a file definition of 26 bytes, then containers, each a header and as many bytes
 * as it says. Numbers are ITF8, and LTF8 from version 3 on for the two counters.
 */
#include <string.h>

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

/* What the header of a container says, as far as it is looked at. */
typedef struct container {
    int32_t contig; /* -2: several */
    int32_t start1;
    int32_t n_reads;
    uint32_t n_bytes; /* of its blocks */
    uint64_t next;    /* where the one after it begins */
} container;

/* Passes the two counters: LTF8, and ITF8 where it is short, begin alike. false: cut off. */
static bool pass_counters(unsigned major, const uint8_t *header, size_t n, size_t *used)
{
    for (int i = 0; i < 2; i++) {
        if (*used >= n)
            return false;
        uint8_t first = header[*used];
        unsigned more = 0;
        while (more < 8 && (first & 0x80u >> more) != 0)
            more++;
        bool is_itf8 = major < 3 && i == 0;
        *used += 1 + (is_itf8 && more > 4 ? 4 : more);
    }
    return true;
}

/* Reads up to the landmarks. *ret_n_landmarks of them follow, each the place of a block in the
 * container; *ret_used: bytes before those. false: cut off or damaged. */
static bool read_header(unsigned major, const uint8_t *header, size_t n, container *one,
                        int32_t *ret_n_landmarks, size_t *ret_used)
{
    int32_t numbers[4] = {0}; /* contig, start, span, reads */
    int32_t n_blocks;
    size_t used = 4;
    int got = n > used ? 0 : -1;
    for (int i = 0; got >= 0 && i < 4; i++) {
        used += (size_t)got;
        got = used <= n ? read_itf8(header + used, n - used, &numbers[i]) : -1;
    }
    if (got < 0)
        return false;
    used += (size_t)got;
    if (!pass_counters(major, header, n, &used))
        return false;
    got = used < n ? read_itf8(header + used, n - used, &n_blocks) : -1;
    used += got > 0 ? (size_t)got : 0;
    got = got > 0 && used < n ? read_itf8(header + used, n - used, ret_n_landmarks) : -1;
    *ret_used = used + (got > 0 ? (size_t)got : 0);
    uint32_t n_bytes = 0;
    for (int i = 3; i >= 0; i--)
        n_bytes = n_bytes << 8 | header[i];
    *one = (container){
        .contig = numbers[0], .start1 = numbers[1], .n_reads = numbers[3], .n_bytes = n_bytes};
    return got > 0 && n_bytes <= INT32_MAX && *ret_n_landmarks >= 0 &&
           (uint32_t)*ret_n_landmarks <= n_bytes;
}

int skr_reads_check_first(skr_reads *reads, skr_err *err)
{
    uint8_t bytes[DEFINITION_BYTES + HEADER_MAX];
    container one;
    int32_t n_landmarks;
    size_t used;
    ssize_t n = hpeek(reads->bytes, bytes, sizeof bytes);
    if (n < (ssize_t)DEFINITION_BYTES || memcmp(bytes, "CRAM", 4) != 0 || bytes[4] < 2 ||
        bytes[4] > 3)
        return SKR_OK;
    if (read_header(bytes[4], bytes + DEFINITION_BYTES, (size_t)n - DEFINITION_BYTES, &one,
                    &n_landmarks, &used))
        return SKR_OK;
    return cut_off(reads, err);
}

/* The container at a place. */
static int scan_one(skr_reads *reads, skr_reads_walk *walk, uint64_t at, container *ret_one,
                    skr_err *err)
{
    uint8_t header[HEADER_MAX + 4];
    int32_t n_landmarks;
    int32_t number;
    unsigned major = reads->file->format.version.major;
    size_t n;
    size_t used;
    SKR_TRY(skr_reads_walk_look(walk, at, header, sizeof header, &n, err));
    if (!read_header(major, header, n, ret_one, &n_landmarks, &used))
        return cut_off(reads, err);
    uint64_t place = at + used;
    for (int32_t i = 0; i < n_landmarks; i++) {
        uint8_t landmark[8];
        SKR_TRY(skr_reads_walk_look(walk, place, landmark, sizeof landmark, &n, err));
        int got = n > 0 ? read_itf8(landmark, n, &number) : -1;
        if (got < 0)
            return cut_off(reads, err);
        place += (uint64_t)got;
    }
    place += major >= 3 ? 4 : 0; /* a checksum */
    ret_one->next = place + ret_one->n_bytes;
    return SKR_OK;
}

/* Is it the container without a read with which a CRAM ends? Its start spells EOF. */
static bool is_last(const container *one)
{
    return one->contig == -1 && one->start1 == 0x454f46 && one->n_reads == 0;
}

int skr_reads_scan_containers(skr_reads *reads, skr_err *err)
{
    skr_reads_walk *walk = NULL;
    container one = {.next = DEFINITION_BYTES};
    bool is_end = false;
    SKR_TRY(skr_reads_walk_open(reads, &walk, err));
    int status = scan_one(reads, walk, one.next, &one, err); /* the header's */
    while (status == SKR_OK) {
        status = skr_reads_walk_is_end(walk, one.next, &is_end, err);
        if (status != SKR_OK || is_end)
            break;
        status = scan_one(reads, walk, one.next, &one, err);
        if (status == SKR_OK && one.contig >= 0 && one.contig < sam_hdr_nref(reads->header))
            reads->n_containers[one.contig]++;
        else if (status == SKR_OK && one.contig == -2)
            reads->is_mixed = true;
    }
    if (status == SKR_OK && !is_last(&one))
        status = skr_reads_fail_end(reads, err);
    skr_reads_walk_close(walk);
    return status;
}
