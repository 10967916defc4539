/*
 * io_uring.c - reads in flight together, by io_uring. The door to liburing.
 *
 * The ring has no flags: polling by the kernel (SQPOLL) burns a core, polled devices (IOPOLL)
 * accept the ring and refuse every read, and NO_SQARRAY loses reads with this liburing. Since a
 * ring that was made may still refuse to read, a trial read decides whether it is used.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/check.h"
#include "storage/block/io.h"

/* Random 4 KiB reads gain fourfold up to here and little beyond. */
#define DEPTH 32u

/* The kernel does no more than 2 GiB in one read; what is left is read by pread. */
#define READ_SIZE_MAX (1u << 30)

typedef struct uring_io {
    skr_io io;
    struct io_uring ring;
    bool has_ring;
    unsigned n_flying;
} uring_io;

static bool start_read(struct io_uring *ring, skr_io_read *read)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(ring);
    if (entry == NULL)
        return false;
    unsigned n = read->n < READ_SIZE_MAX ? (unsigned)read->n : READ_SIZE_MAX;
    read->n_done = 0;
    read->error_number = 0;
    io_uring_prep_read(entry, read->fd, read->bytes, n, read->offset);
    io_uring_sqe_set_data(entry, read);
    return true;
}

/* What came short, was interrupted or refused goes to pread, whose word counts. */
static void end_read(skr_io_read *read, int result)
{
    read->is_flying = false;
    if (result > 0)
        read->n_done = (size_t)result;
    if (read->n_done < read->n)
        skr_io_pread_rest(read);
}

/* Submits what was prepared and ends all reads that are done; waits for one at least. */
static void submit_and_end(uring_io *self)
{
    int code = io_uring_submit_and_wait(&self->ring, 1);
    /* a ring that cannot be waited for may go on writing into our buffers: no way back */
    SKR_CHECK(code >= 0 || code == -EINTR || code == -EAGAIN || code == -EBUSY);
    struct io_uring_cqe *done = NULL;
    while (self->n_flying > 0 && io_uring_peek_cqe(&self->ring, &done) == 0) {
        skr_io_read *read = io_uring_cqe_get_data(done);
        int result = done->res;
        io_uring_cqe_seen(&self->ring, done);
        self->n_flying--;
        end_read(read, result);
    }
}

static void uring_wait(skr_io *io, skr_io_read *read)
{
    while (read->is_flying)
        submit_and_end((uring_io *)io);
}

/* Prepares a read; false when enough are under way. */
static bool prepare(uring_io *self, skr_io_read *read)
{
    if (self->n_flying >= DEPTH || !start_read(&self->ring, read))
        return false;
    read->is_flying = true;
    self->n_flying++;
    return true;
}

static void uring_start(skr_io *io, skr_io_read *read)
{
    uring_io *self = (uring_io *)io;
    while (!prepare(self, read))
        submit_and_end(self);
    int code = io_uring_submit(&self->ring);
    SKR_CHECK(code >= 0 || code == -EINTR || code == -EAGAIN || code == -EBUSY);
}

static void uring_read(skr_io *io, skr_io_read *reads, size_t n)
{
    uring_io *self = (uring_io *)io;
    size_t next = 0;
    while (next < n) {
        if (prepare(self, &reads[next]))
            next++;
        else
            submit_and_end(self);
    }
    for (size_t i = 0; i < n; i++)
        uring_wait(io, &reads[i]);
}

static void uring_free(skr_io *io)
{
    uring_io *self = (uring_io *)io;
    if (self->has_ring)
        io_uring_queue_exit(&self->ring);
    free(self);
}

/* 0 or a negative errno value. */
static int try_ring(struct io_uring *ring)
{
    uint8_t byte = 1;
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    skr_io_read read = {.fd = fd, .bytes = &byte, .n = 1};
    int code = -EAGAIN;
    struct io_uring_cqe *done = NULL;
    if (start_read(ring, &read)) {
        do
            code = io_uring_submit_and_wait(ring, 1);
        while (code == -EINTR);
        if (code >= 0)
            code = io_uring_wait_cqe(ring, &done);
    }
    if (code >= 0) {
        int result = done->res;
        io_uring_cqe_seen(ring, done);
        code = result < 0 ? result : result == 1 && byte == 0 ? 0 : -EIO;
    }
    (void)close(fd);
    return code;
}

int skr_io_uring_new(skr_io **ret_io, skr_err *err)
{
    static const skr_io_methods methods = {
        .read = uring_read, .start = uring_start, .wait = uring_wait, .free = uring_free};
    uring_io *self = calloc(1, sizeof *self);
    if (self == NULL)
        return skr_fail_nomem(err, "reader");
    self->io.methods = &methods;
    int code = io_uring_queue_init(DEPTH, &self->ring, 0);
    if (code == 0) {
        self->has_ring = true;
        code = try_ring(&self->ring);
    }
    if (code < 0) {
        uring_free(&self->io);
        return skr_fail(err, SKR_ERR_IO, "io_uring is refused: %s", strerror(-code));
    }
    *ret_io = &self->io;
    return SKR_OK;
}
