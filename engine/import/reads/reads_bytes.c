/*
 * reads_bytes.c - the bytes of a file of reads: as they lie there, or opened on the way if sealed.
 *
 * The library is given a descriptor: the file's, or a pipe of what was opened. A pipe just ends
 * where its file is damaged, and cannot be asked whether its end is whole. So the end of a sealed
 * file is looked at when everything has been read.
 */
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/import/reads/reads_file_int.h"

/* ------------------------------------------------------------------ what a file is */

bool skr_reads_is_start(const uint8_t *bytes, size_t n)
{
    return n >= 4 && (memcmp(bytes, "CRAM", 4) == 0 || memcmp(bytes, "BAM\1", 4) == 0);
}

/* Do the unpacked bytes of a descriptor, which is closed, begin as reads do? */
static bool begins_as_reads(int fd)
{
    uint8_t start[4] = {0};
    hts_set_log_level(HTS_LOG_OFF);
    BGZF *bgzf = bgzf_dopen(fd, "r");
    if (bgzf == NULL) {
        (void)close(fd);
        return false;
    }
    ssize_t n = bgzf_read(bgzf, start, sizeof start);
    (void)bgzf_close(bgzf);
    return n == sizeof start && skr_reads_is_start(start, sizeof start);
}

int skr_reads_tell(const skr_input_plan *from, bool *ret_is_reads, skr_err *err)
{
    struct stat status;
    int fd = open(from->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    /* What a pipe gives can be read once only: it is not looked into. */
    bool is_regular = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    bool is_sealed = is_regular && skr_input_fd_is_sealed(fd);
    *ret_is_reads = is_regular && !is_sealed && begins_as_reads(fd);
    if (fd >= 0 && (!is_regular || is_sealed))
        (void)close(fd);
    if (!is_sealed)
        return SKR_OK;
    skr_input_pipe *pipe = NULL;
    SKR_TRY(skr_input_pipe_open(from, 0, &pipe, &fd, err));
    *ret_is_reads = begins_as_reads(fd);
    int damage = *ret_is_reads ? SKR_OK : skr_input_pipe_check(pipe, err);
    skr_input_pipe_close(pipe);
    return damage;
}

/* ------------------------------------------------------------------ for the library */

static skr_input_plan input_of(const skr_reads_plan *plan)
{
    return (skr_input_plan){.path = plan->path, .name = plan->name, .keys = plan->keys};
}

int skr_reads_bytes_open(skr_reads *reads, int *ret_fd, skr_err *err)
{
    const skr_reads_plan *plan = &reads->plan;
    const skr_input_plan input = input_of(plan);
    int fd = open(plan->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot be opened: %s", plan->name,
                        strerror(errno));
    if (!skr_input_fd_is_sealed(fd)) {
        *ret_fd = fd;
        return SKR_OK;
    }
    (void)close(fd);
    return skr_input_pipe_open(&input, 0, &reads->pipe, ret_fd, err);
}

int skr_reads_bytes_check(const skr_reads *reads, skr_err *err)
{
    return reads->pipe == NULL ? SKR_OK : skr_input_pipe_check(reads->pipe, err);
}

int skr_reads_bytes_finish(const skr_reads *reads, skr_err *err)
{
    /* The block without a byte with which bgzip ends. */
    static const uint8_t end[] = {0x1f, 0x8b, 8,    4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43,
                                  2,    0,    0x1b, 0, 3, 0, 0, 0, 0, 0,    0, 0, 0,    0};
    uint8_t tail[sizeof end];
    if (reads->pipe == NULL)
        return SKR_OK;
    SKR_TRY(skr_input_pipe_finish(reads->pipe, err));
    if (reads->is_cram) /* of which the containers were looked at */
        return SKR_OK;
    if (skr_input_pipe_tail(reads->pipe, tail, sizeof tail) != sizeof tail ||
        memcmp(tail, end, sizeof end) != 0)
        return skr_reads_fail_end(reads, err);
    return SKR_OK;
}

int skr_reads_fail_end(const skr_reads *reads, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: its end is missing, so it is cut off; fetch the file again",
                    reads->plan.name);
}

/* ------------------------------------------------------------------ from place to place */

struct skr_reads_walk {
    int fd;           /* of a file that is not sealed, or -1 */
    skr_input *input; /* of one that is, or NULL */
    uint64_t at;      /* what of it was read */
    uint64_t n_bytes; /* of the file, where it is not sealed */
};

int skr_reads_walk_open(const skr_reads *reads, skr_reads_walk **ret_walk, skr_err *err)
{
    const skr_reads_plan *plan = &reads->plan;
    const skr_input_plan input = input_of(plan);
    skr_reads_walk *walk = calloc(1, sizeof *walk);
    int status = walk == NULL ? skr_fail_nomem(err, "reads") : SKR_OK;
    if (status != SKR_OK)
        return status;
    walk->fd = -1;
    if (reads->pipe != NULL) {
        status = skr_input_open(&input, &walk->input, err);
    } else if ((walk->fd = open(plan->path, O_RDONLY | O_CLOEXEC)) < 0) {
        status = skr_fail(err, skr_err_of_input(errno), "%s: cannot be opened: %s", plan->name,
                          strerror(errno));
    } else {
        off_t end = lseek(walk->fd, 0, SEEK_END);
        walk->n_bytes = end > 0 ? (uint64_t)end : 0;
    }
    if (status != SKR_OK)
        skr_reads_walk_close(walk);
    else
        *ret_walk = walk;
    return status;
}

/* Reads on to a place of what is sealed, or to its end. */
static int walk_on(skr_reads_walk *walk, uint64_t place, skr_err *err)
{
    uint8_t passed[16384];
    size_t n = 1;
    while (walk->at < place && n > 0) {
        size_t n_most =
            place - walk->at < sizeof passed ? (size_t)(place - walk->at) : sizeof passed;
        SKR_TRY(skr_input_read(walk->input, passed, n_most, &n, err));
        walk->at += n;
    }
    return SKR_OK;
}

int skr_reads_walk_look(skr_reads_walk *walk, uint64_t place, uint8_t *bytes, size_t n,
                        size_t *ret_n, skr_err *err)
{
    *ret_n = 0;
    if (walk->input == NULL) {
        ssize_t got = place > INT64_MAX ? 0 : pread(walk->fd, bytes, n, (off_t)place);
        *ret_n = got > 0 ? (size_t)got : 0;
        return SKR_OK;
    }
    const uint8_t *found;
    SKR_TRY(walk_on(walk, place, err));
    if (walk->at != place)
        return SKR_OK;
    SKR_TRY(skr_input_peek(walk->input, n, &found, ret_n, err));
    if (*ret_n > 0)
        memcpy(bytes, found, *ret_n);
    return SKR_OK;
}

int skr_reads_walk_is_end(skr_reads_walk *walk, uint64_t place, bool *ret_is_end, skr_err *err)
{
    uint8_t byte;
    size_t n;
    if (walk->input == NULL) {
        *ret_is_end = place == walk->n_bytes;
        return SKR_OK;
    }
    SKR_TRY(skr_reads_walk_look(walk, place, &byte, 1, &n, err));
    *ret_is_end = walk->at == place && n == 0;
    return SKR_OK;
}

void skr_reads_walk_close(skr_reads_walk *walk)
{
    if (walk == NULL)
        return;
    skr_input_close(walk->input);
    if (walk->fd >= 0)
        (void)close(walk->fd);
    free(walk);
}
