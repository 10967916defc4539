/*
 * gap_list.h - an ascending list of numbers in few bits: gaps, packed in blocks of 128.
 *
 * Carriers, second copies and the flips of call sets are such lists. Each block has one byte, the
 * width of its widest gap, and then its gaps in that many bits each. The gaps of a full block lie
 * in four lanes of 32-bit words, so that one vector register unpacks four at a time
 * (docs/format.md, "Gap list"). The number of values is not stored: the caller knows it.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_GAP_LIST_H
#define SKR_STORAGE_GAP_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/kernel.h"

#define SKR_GAP_BLOCK 128u

/* The bytes that skr_gap_list_encode would append for these values. */
size_t skr_gap_list_size(const uint32_t *values, uint32_t n);

/* Appends n values, strictly ascending (checked). Errors: NOMEM. */
SKR_MUST_USE int skr_gap_list_encode(const uint32_t *values, uint32_t n, skr_buffer *bytes,
                                     skr_err *err);

/* Reads a list a block at a time from stored bytes, which are not believed. */
typedef struct skr_gap_reader {
    skr_cursor *cursor;
    uint32_t n_left;
    uint32_t limit; /* every value must be below it */
    uint64_t next;  /* the least that the next value can be */
    const skr_kernels *kernels;
} skr_gap_reader;

/* A reader of n values below limit at the cursor, which moves along with the reading. */
skr_gap_reader skr_gap_reader_of(skr_cursor *cursor, uint32_t n, uint32_t limit);

/*
 * Reads the next block into values, which has room for SKR_GAP_BLOCK, and returns how many there
 * are: 0 at the end, and when the bytes are bad, which the cursor then says.
 */
uint32_t skr_gap_reader_next(skr_gap_reader *reader, uint32_t *values);

/* Moves the cursor behind a list of n values without decoding it; the cursor says when it cannot.
 */
void skr_gap_list_skip(skr_cursor *cursor, uint32_t n);

/* Decodes n values below limit into values. False when the bytes are bad; the cursor says so too.
 */
SKR_MUST_USE bool skr_gap_list_decode(skr_cursor *cursor, uint32_t n, uint32_t limit,
                                      uint32_t *values);

#endif
