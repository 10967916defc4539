/* io_pread.c - reads one after the other, by pread. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/block/io.h"

void skr_io_pread_rest(skr_io_read *read)
{
    read->error_number = 0;
    while (read->n_done < read->n) {
        ssize_t n = pread(read->fd, read->bytes + read->n_done, read->n - read->n_done,
                          (off_t)(read->offset + read->n_done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            read->error_number = errno;
        if (n <= 0)
            return;
        read->n_done += (size_t)n;
    }
}

static void pread_read(skr_io *io, skr_io_read *reads, size_t n)
{
    (void)io;
    for (size_t i = 0; i < n; i++) {
        reads[i].n_done = 0;
        skr_io_pread_rest(&reads[i]);
    }
}

/* Nothing is under way: the read is done when it is waited for. */
static void pread_start(skr_io *io, skr_io_read *read)
{
    (void)io;
    read->n_done = 0;
    read->is_flying = true;
}

static void pread_wait(skr_io *io, skr_io_read *read)
{
    (void)io;
    read->is_flying = false;
    skr_io_pread_rest(read);
}

static void pread_free(skr_io *io)
{
    free(io);
}

int skr_io_pread_new(skr_io **ret_io, skr_err *err)
{
    static const skr_io_methods methods = {
        .read = pread_read, .start = pread_start, .wait = pread_wait, .free = pread_free};
    skr_io *io = calloc(1, sizeof *io);
    if (io == NULL)
        return skr_fail_nomem(err, "reader");
    io->methods = &methods;
    *ret_io = io;
    return SKR_OK;
}

void skr_io_free(skr_io *io)
{
    if (io != NULL)
        io->methods->free(io);
}
