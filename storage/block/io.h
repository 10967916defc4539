/*
 * io.h - many reads at once, behind one table of functions: io_uring, and a plain twin.
 *
 * The twin is for kernels and containers that refuse io_uring, and for tests: both give the same
 * bytes and the same errors.
 *
 * Threads: one owner each.
 */
#ifndef SKR_STORAGE_BLOCK_IO_H
#define SKR_STORAGE_BLOCK_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* One read: n bytes of fd from offset on. */
typedef struct skr_io_read {
    int fd;
    uint64_t offset;
    uint8_t *bytes; /* room for n */
    size_t n;
    size_t n_done;    /* after the read: fewer than n at the end of the file, or with an error */
    int error_number; /* after the read: 0, or an errno value */
    bool is_flying;   /* started, and not waited for */
} skr_io_read;

typedef struct skr_io skr_io;

typedef struct skr_io_methods {
    /* Does all n reads and returns when none is under way any more. */
    void (*read)(skr_io *io, skr_io_read *reads, size_t n);
    /* Begins a read, which must stay where it is until it was waited for. */
    void (*start)(skr_io *io, skr_io_read *read);
    /* Returns when a read that was begun is done. */
    void (*wait)(skr_io *io, skr_io_read *read);
    void (*free)(skr_io *io);
} skr_io_methods;

/* The first member of each kind. */
struct skr_io {
    const skr_io_methods *methods;
};

/* The caller owns *ret_io. Errors: NOMEM. */
SKR_MUST_USE int skr_io_pread_new(skr_io **ret_io, skr_err *err);

/*
 * A ring that has passed a trial read. The caller owns *ret_io. Errors: IO where the system refuses
 * io_uring, the message saying why; NOMEM.
 */
SKR_MUST_USE int skr_io_uring_new(skr_io **ret_io, skr_err *err);

/* Finishes one read, from n_done on, by pread. */
void skr_io_pread_rest(skr_io_read *read);

/* Frees. NULL is allowed. */
void skr_io_free(skr_io *io);

#endif
