/*
 * block_file_int.h - what an open block file is, for the files of block_file.h only.
 */
#ifndef SKR_STORAGE_BLOCK_BLOCK_FILE_INT_H
#define SKR_STORAGE_BLOCK_BLOCK_FILE_INT_H

#include <stdatomic.h>

#include "storage/block/block_file.h"
#include "storage/block/io.h"

struct skr_block_file {
    skr_file_id id;
    int fd;
    uint64_t blocks_end; /* where the directory begins */
    skr_block_ref directory_ref;
    skr_buffer directory; /* decoded */
    atomic_int direct_fd; /* reads around the page cache; SKR_DIRECT_UNTRIED, or -1: none can */
};

#define SKR_DIRECT_UNTRIED (-2)

/* A descriptor that reads around the page cache, or -1. Belongs to the file; safe from any thread.
 */
int skr_block_file_direct(const skr_block_file *file);

/* Reads n bytes at an offset. Errors: CORRUPT where the file is shorter, IO. */
SKR_MUST_USE int skr_block_file_read(const skr_block_file *file, uint64_t offset, uint8_t *bytes,
                                     size_t n, skr_err *err);

/* What a finished read of this file means. Errors: CORRUPT where the file is shorter, IO. */
SKR_MUST_USE int skr_block_file_judge(const skr_block_file *file, const skr_io_read *read,
                                      skr_err *err);

#endif
