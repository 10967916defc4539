/*
 * gap_list.h - an ascending list of numbers in few bits: gaps, in blocks of 128.
 *
 * Carriers, second copies and the flips of call sets are such lists. Of each gap of a block so many
 * low bits lie packed one after the other, and what is above them is written in unary after all of
 * them (a Rice code whose two halves lie apart), so that vector registers decode both. Two bytes
 * before a block say how many low bits and how many bytes of unary there are (docs/format.md, "Gap
 * list"). The number of values is not stored: the caller knows it.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_CARRIERS_GAP_LIST_H
#define SKR_STORAGE_CARRIERS_GAP_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/carriers/kernel.h"

#define SKR_GAP_BLOCK 128u
#define SKR_GAP_WIDTH_MAX 31u /* low bits of a gap */

/* The bytes that skr_gap_list_encode would append for these values. */
size_t skr_gap_list_size(const uint32_t *values, uint32_t n);

/* Appends n values, strictly ascending (checked). Errors: NOMEM. */
SKR_MUST_USE int skr_gap_list_encode(const uint32_t *values, uint32_t n, skr_buffer *bytes,
                                     skr_err *err);

/*
 * A short list has no bytes but its gaps: how they lie follows from their number n and the bound of
 * the values. n above the bound has a shape too, though nothing that fits in it. n is at most
 * SKR_SHORT_MAX.
 */
skr_short_shape skr_gap_list_short_shape_of(uint32_t n, uint32_t bound);
skr_short_shapes skr_gap_list_short_shapes_of(uint32_t bound);

/* Appends a short list of n values, ascending and below the bound (checked). Errors: NOMEM. */
SKR_MUST_USE int skr_gap_list_short_encode(const uint32_t *values, uint32_t n, uint32_t bound,
                                           skr_buffer *bytes, skr_err *err);

/*
 * Unpacks a short list of n values below bound from its bytes, which are not believed: as many as
 * its shape says. values has room for SKR_GAP_BLOCK. False when they are bad.
 */
SKR_MUST_USE bool skr_gap_list_short_decode(const uint8_t *bytes, uint32_t n, uint32_t bound,
                                            uint32_t *values);

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

/* Moves the cursor after a list of n values without decoding it; the cursor says when it cannot.
 */
void skr_gap_list_skip(skr_cursor *cursor, uint32_t n);

/* Decodes n values below limit into values. False when the bytes are bad; the cursor says so too.
 */
SKR_MUST_USE bool skr_gap_list_decode(skr_cursor *cursor, uint32_t n, uint32_t limit,
                                      uint32_t *values);

#endif
