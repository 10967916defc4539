/*
 * block_file_int.h - what an open block file is, for the files of block_file.h only.
 */
#ifndef SKR_STORAGE_BLOCK_BLOCK_FILE_INT_H
#define SKR_STORAGE_BLOCK_BLOCK_FILE_INT_H

#include <stdatomic.h>

#include "storage/block/block_file.h"
#include "storage/block/io.h"
#include "storage/block/open_files.h"

struct skr_block_file {
    skr_file_id id;
    char *path;
    struct skr_open_files *files;  /* that decides when it is open; NULL: it always is */
    struct skr_block_file *before; /* these four: under the lock of files */
    struct skr_block_file *after;
    unsigned n_pins;     /* who reads it now */
    int fd;              /* -1: not open now */
    uint64_t blocks_end; /* where the directory begins */
    skr_block_ref directory_ref;
    skr_buffer directory; /* decoded */
    atomic_int direct_fd; /* reads around the page cache; SKR_DIRECT_UNTRIED, or -1: none can */
};

#define SKR_DIRECT_UNTRIED (-2)

/* Opens a file that is being written, up to id->n_bytes, with this directory. The caller owns
 * *ret_file. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_block_file_open_begun(const char *path, const skr_file_id *id,
                                           const skr_buffer *directory, skr_block_file **ret_file,
                                           skr_err *err);

/*
 * Has the file stay open until unpin, opened again if it has to be. *ret_fd belongs to the file.
 * Safe from any thread. Errors: MISSING, CORRUPT (another file is in its place), IO.
 */
SKR_MUST_USE int skr_block_file_pin(const skr_block_file *file, int *ret_fd, skr_err *err);
void skr_block_file_unpin(const skr_block_file *file);

/* The same where no other file in use is in the way; false when there is no room or it failed. */
bool skr_block_file_pin_if_room(const skr_block_file *file, int *ret_fd);

/*
 * Opens the file at file->path and looks whether it is one of that size. The caller closes *ret_fd.
 * Errors: MISSING, CORRUPT, IO.
 */
SKR_MUST_USE int skr_open_files_open(const skr_block_file *file, int *ret_fd, skr_err *err);

/* Closes what is open of a file that nobody reads, and forgets it. For skr_block_file_close. */
void skr_open_files_leave(skr_block_file *file);

/* A descriptor that reads around the page cache, or -1. Belongs to the file, which is pinned; safe
 * from any thread. */
int skr_block_file_direct(const skr_block_file *file);

/* Reads n bytes at an offset. Errors: CORRUPT where the file is shorter, IO. */
SKR_MUST_USE int skr_block_file_read(const skr_block_file *file, uint64_t offset, uint8_t *bytes,
                                     size_t n, skr_err *err);

/* What a finished read of this file means. Errors: CORRUPT where the file is shorter, IO. */
SKR_MUST_USE int skr_block_file_judge(const skr_block_file *file, const skr_io_read *read,
                                      skr_err *err);

#endif
