/* gap_list.c - packs and unpacks ascending lists; kernels do the unpacking. */
#include "storage/carriers/gap_list.h"

#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/kernel_int.h"

/* A block before its bits: the number of low bits, and of bytes of unary. */
#define HEAD_SIZE 2u
#define HIGH_MAX (SKR_KERNEL_HIGH_MAX / 8)

/* The most bytes of a block. */
#define BLOCK_SIZE_MAX (HEAD_SIZE + SKR_GAP_BLOCK / 8 * SKR_GAP_WIDTH_MAX + HIGH_MAX)

/* The gaps of one block and how they are written. */
typedef struct gap_block {
    uint32_t gaps[SKR_GAP_BLOCK];
    uint32_t n;
    unsigned width;
    uint32_t n_low; /* bytes */
    uint32_t n_high;
} gap_block;

/* Bits of unary when so many low bits are taken away. */
static uint64_t n_high_bits(const gap_block *block, unsigned width)
{
    uint64_t n_bits = block->n;
    for (uint32_t i = 0; i < block->n; i++)
        n_bits += block->gaps[i] >> width;
    return n_bits;
}

/*
 * The width that needs the fewest bits. One bit more costs n of them and saves less each time, so
 * that the least is where it first does not pay; about the mean of the gaps.
 */
static void choose_width(gap_block *block)
{
    uint64_t sum = n_high_bits(block, 0) - block->n;
    uint64_t mean = sum / block->n;
    unsigned width = mean < 4 ? 0 : 61u - (unsigned)__builtin_clzll(mean);
    uint64_t n_high = n_high_bits(block, width);
    while (width < SKR_GAP_WIDTH_MAX) {
        uint64_t n_next = n_high_bits(block, width + 1);
        if (n_high <= HIGH_MAX * 8 && n_next + block->n >= n_high)
            break;
        n_high = n_next;
        width++;
    }
    block->width = width;
    block->n_low = (block->n * width + 7) / 8;
    block->n_high = (uint32_t)((n_high + 7) / 8);
}

/* Takes the gaps of n values, the first of which is at least *next, and chooses the width. */
static void take_gaps(const uint32_t *values, uint32_t n, uint64_t *next, gap_block *block)
{
    block->n = n;
    for (uint32_t i = 0; i < n; i++) {
        SKR_CHECK(values[i] >= *next);
        block->gaps[i] = (uint32_t)(values[i] - *next);
        *next = (uint64_t)values[i] + 1;
    }
    choose_width(block);
}

/* Unary from the first bit on, the low bits from bit low on. packed is zero before. */
static void pack(const gap_block *block, uint64_t low, uint8_t *packed)
{
    uint32_t mask = (uint32_t)((UINT64_C(1) << block->width) - 1);
    uint64_t high = 0;
    for (uint32_t i = 0; i < block->n; i++) {
        uint64_t bits = (uint64_t)(block->gaps[i] & mask) << low % 8;
        for (uint8_t *at = packed + low / 8; bits != 0; bits >>= 8)
            *at++ |= (uint8_t)bits;
        low += block->width;
        high += block->gaps[i] >> block->width;
        packed[high / 8] |= (uint8_t)(1u << high % 8);
        high++;
    }
}

size_t skr_gap_list_size(const uint32_t *values, uint32_t n)
{
    gap_block block;
    uint64_t next = 0;
    size_t n_bytes = 0;
    for (uint32_t at = 0; at < n; at += SKR_GAP_BLOCK) {
        take_gaps(values + at, n - at < SKR_GAP_BLOCK ? n - at : SKR_GAP_BLOCK, &next, &block);
        n_bytes += HEAD_SIZE + block.n_low + block.n_high;
    }
    return n_bytes;
}

int skr_gap_list_encode(const uint32_t *values, uint32_t n, skr_buffer *bytes, skr_err *err)
{
    gap_block block;
    uint8_t packed[BLOCK_SIZE_MAX];
    uint64_t next = 0;
    for (uint32_t at = 0; at < n; at += SKR_GAP_BLOCK) {
        take_gaps(values + at, n - at < SKR_GAP_BLOCK ? n - at : SKR_GAP_BLOCK, &next, &block);
        size_t n_packed = HEAD_SIZE + block.n_high + block.n_low;
        memset(packed, 0, n_packed);
        packed[0] = (uint8_t)block.width;
        packed[1] = (uint8_t)block.n_high;
        pack(&block, 8 * (uint64_t)block.n_high, packed + HEAD_SIZE);
        SKR_TRY(skr_buffer_put(bytes, packed, n_packed, err));
    }
    return SKR_OK;
}

skr_gap_reader skr_gap_reader_of(skr_cursor *cursor, uint32_t n, uint32_t limit)
{
    return (skr_gap_reader){
        .cursor = cursor, .n_left = n, .limit = limit, .next = 0, .kernels = skr_kernels_chosen()};
}

/* Where the next block of n lies, or false, which the cursor says too. */
static bool take_block(skr_cursor *cursor, uint32_t n, skr_packed_block *ret_block)
{
    skr_packed_block block = {.n = n};
    block.width = skr_cursor_u8(cursor);
    uint32_t n_high = skr_cursor_u8(cursor);
    if (block.width > SKR_GAP_WIDTH_MAX)
        cursor->is_bad = true;
    block.n_high = 8 * n_high;
    block.high = skr_cursor_bytes(cursor, n_high);
    block.low = skr_cursor_bytes(cursor, ((size_t)n * block.width + 7) / 8);
    *ret_block = block;
    return !cursor->is_bad;
}

/* Near the end of the bytes a block is copied, so that a kernel may read over its end. */
static uint64_t unpack_last(const skr_gap_reader *reader, skr_packed_block block, uint32_t *values)
{
    uint8_t copy[BLOCK_SIZE_MAX + SKR_KERNEL_SLACK];
    size_t n = (size_t)(reader->cursor->at - block.high);
    size_t n_high = (size_t)(block.low - block.high);
    memcpy(copy, block.high, n);
    memset(copy + n, 0, SKR_KERNEL_SLACK);
    block.high = copy;
    block.low = copy + n_high;
    return reader->kernels->unpack_block(&block, reader->next, values);
}

uint32_t skr_gap_reader_next(skr_gap_reader *reader, uint32_t *values)
{
    uint32_t n = reader->n_left < SKR_GAP_BLOCK ? reader->n_left : SKR_GAP_BLOCK;
    skr_packed_block block;
    if (n == 0 || !take_block(reader->cursor, n, &block))
        return 0;
    bool has_slack = (size_t)(reader->cursor->end - reader->cursor->at) >= SKR_KERNEL_SLACK;
    uint64_t next = has_slack ? reader->kernels->unpack_block(&block, reader->next, values)
                              : unpack_last(reader, block, values);
    /* Values only grow: looking at what follows the last is enough. */
    if (next > reader->limit) {
        reader->cursor->is_bad = true;
        return 0;
    }
    reader->next = next;
    reader->n_left -= n;
    return n;
}

void skr_gap_list_skip(skr_cursor *cursor, uint32_t n)
{
    while (n > 0 && !cursor->is_bad) {
        uint32_t n_here = n < SKR_GAP_BLOCK ? n : SKR_GAP_BLOCK;
        skr_packed_block block;
        (void)take_block(cursor, n_here, &block);
        n -= n_here;
    }
}

bool skr_gap_list_decode(skr_cursor *cursor, uint32_t n, uint32_t limit, uint32_t *values)
{
    skr_gap_reader reader = skr_gap_reader_of(cursor, n, limit);
    uint32_t block[SKR_GAP_BLOCK];
    for (uint32_t at = 0; at < n;) {
        uint32_t n_here = skr_gap_reader_next(&reader, block);
        if (n_here == 0)
            return false;
        memcpy(values + at, block, n_here * sizeof *values);
        at += n_here;
    }
    return true;
}

/* ------------------------------------------------------------------ short lists */

skr_short_shape skr_gap_list_short_shape_of(uint32_t n, uint32_t bound)
{
    SKR_CHECK(n <= SKR_SHORT_MAX);
    unsigned width = 0;
    uint32_t n_high = 0;
    if (n == 1) {
        width = bound < 2 ? 0 : 32u - (unsigned)__builtin_clz(bound - 1);
    } else if (n > 1) {
        while (bound >> (width + 1) >= n)
            width++;
        n_high = n + ((bound - 1) >> width);
    }
    return (skr_short_shape){.width = (uint8_t)width,
                             .n_high = (uint8_t)n_high,
                             .n_bytes = (uint8_t)((n_high + n * width + 7) / 8)};
}

skr_short_shapes skr_gap_list_short_shapes_of(uint32_t bound)
{
    skr_short_shapes shapes = {.bound = bound};
    for (uint32_t n = 0; n <= SKR_SHORT_MAX; n++)
        shapes.of[n] = skr_gap_list_short_shape_of(n, bound);
    return shapes;
}

int skr_gap_list_short_encode(const uint32_t *values, uint32_t n, uint32_t bound, skr_buffer *bytes,
                              skr_err *err)
{
    skr_short_shape shape = skr_gap_list_short_shape_of(n, bound);
    uint8_t packed[UINT8_MAX] = {0};
    gap_block block = {.n = n, .width = shape.width};
    uint64_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        SKR_CHECK(values[i] >= next && values[i] < bound);
        block.gaps[i] = (uint32_t)(values[i] - next);
        next = (uint64_t)values[i] + 1;
    }
    if (n > 1)
        pack(&block, shape.n_high, packed);
    for (unsigned i = 0; n == 1 && i < shape.n_bytes; i++)
        packed[i] = (uint8_t)(values[0] >> 8 * i);
    return skr_buffer_put(bytes, packed, shape.n_bytes, err);
}

bool skr_gap_list_short_decode(const uint8_t *bytes, uint32_t n, uint32_t bound, uint32_t *values)
{
    uint8_t copy[UINT8_MAX + SKR_KERNEL_SLACK];
    skr_short_shape shape = skr_gap_list_short_shape_of(n, bound);
    if (shape.n_bytes > 0)
        memcpy(copy, bytes, shape.n_bytes);
    memset(copy + shape.n_bytes, 0, SKR_KERNEL_SLACK);
    uint64_t next = 0;
    if (n == 1) {
        values[0] = skr_short_single(&shape, copy);
        next = (uint64_t)values[0] + 1;
    } else if (n > 1) {
        skr_packed_block block = skr_short_block(&shape, n, copy);
        next = skr_kernels_chosen()->unpack_block(&block, 0, values);
    }
    return next <= bound;
}
