/*
 * read_ahead.h - runs of bytes that will be wanted soon, on their way while others are worked on.
 *
 * What the page cache has is copied from there at once. The rest is read around it, straight into
 * aligned memory in huge pages: that costs a fraction of the processor time, and one pass over a
 * large store drives nothing out of memory. Runs are let go in the order in which they were asked
 * for. Nothing here fails: what did not come is read the usual way by whoever wants it.
 *
 * Threads: one owner each.
 */
#ifndef SKR_STORAGE_BLOCK_READ_AHEAD_H
#define SKR_STORAGE_BLOCK_READ_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/block/block_file.h"
#include "storage/block/io.h"

typedef struct skr_read_ahead skr_read_ahead;

/* Takes memory when it is first used. The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_read_ahead_new(skr_read_ahead **ret_ahead, skr_err *err);

/* Waits for what is under way, and frees. NULL is allowed. */
void skr_read_ahead_free(skr_read_ahead *ahead, skr_io *io);

/* Begins to read n bytes of a file. Returns the number of the run, from 1 on, or 0: no room now. */
uint64_t skr_read_ahead_start(skr_read_ahead *ahead, skr_io *io, const skr_block_file *file,
                              uint64_t offset, size_t n);

/* The bytes, if a run has all of them; NULL otherwise. Waits for the run. */
const uint8_t *skr_read_ahead_find(skr_read_ahead *ahead, skr_io *io, const skr_block_file *file,
                                   uint64_t offset, size_t n);

/* Lets go of the runs up to a number, this one too. */
void skr_read_ahead_pass(skr_read_ahead *ahead, skr_io *io, uint64_t number);

#endif
