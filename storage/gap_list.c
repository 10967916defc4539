/* gap_list.c - packs and unpacks ascending lists; full blocks are unpacked by a kernel. */
#include "storage/gap_list.h"

#include <endian.h>
#include <string.h>

#include "storage/base/check.h"

#define N_LANES 4u
#define N_DEEP (SKR_GAP_BLOCK / N_LANES) /* gaps in a lane of a full block */

static unsigned width_of(uint32_t value)
{
    return value == 0 ? 0 : 32u - (unsigned)__builtin_clz(value);
}

static uint32_t mask_of(unsigned width)
{
    return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

/* Bytes of the packed gaps of a block of n. A full block fills its words exactly. */
static size_t packed_size(uint32_t n, unsigned width)
{
    return ((size_t)n * width + 7) / 8;
}

/* Fills gaps with the distances of n values, the first from *next, and returns their width. */
static unsigned take_gaps(const uint32_t *values, uint32_t n, uint64_t *next, uint32_t *gaps)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < n; i++) {
        SKR_CHECK(values[i] >= *next);
        gaps[i] = (uint32_t)(values[i] - *next);
        all |= gaps[i];
        *next = (uint64_t)values[i] + 1;
    }
    return width_of(all);
}

/* Gap i of a full block lies in lane i % 4, at bit i / 4 * width of the words of that lane. */
static void pack_full(const uint32_t *gaps, unsigned width, uint8_t *packed)
{
    uint32_t words[N_LANES * 33] = {0};
    for (unsigned deep = 0; deep < N_DEEP; deep++) {
        unsigned word = deep * width / 32;
        unsigned shift = deep * width % 32;
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            uint64_t wide = (uint64_t)gaps[N_LANES * deep + lane] << shift;
            words[N_LANES * word + lane] |= (uint32_t)wide;
            words[N_LANES * (word + 1) + lane] |= (uint32_t)(wide >> 32);
        }
    }
    for (unsigned i = 0; i < N_LANES * width; i++)
        words[i] = htole32(words[i]);
    memcpy(packed, words, 16u * width);
}

/* The gaps of a block that is not full follow each other bit by bit, the lowest bits first. */
static void pack_tail(const uint32_t *gaps, uint32_t n, unsigned width, uint8_t *packed)
{
    uint64_t pending = 0;
    unsigned n_pending = 0;
    for (uint32_t i = 0; i < n; i++) {
        pending |= (uint64_t)gaps[i] << n_pending;
        n_pending += width;
        while (n_pending >= 8) {
            *packed++ = (uint8_t)pending;
            pending >>= 8;
            n_pending -= 8;
        }
    }
    if (n_pending > 0)
        *packed = (uint8_t)pending;
}

static void unpack_tail(const uint8_t *packed, uint32_t n, unsigned width, uint32_t *gaps)
{
    uint32_t mask = mask_of(width);
    uint64_t pending = 0;
    unsigned n_pending = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (n_pending < width) {
            pending |= (uint64_t)*packed++ << n_pending;
            n_pending += 8;
        }
        gaps[i] = (uint32_t)pending & mask;
        pending >>= width;
        n_pending -= width;
    }
}

size_t skr_gap_list_size(const uint32_t *values, uint32_t n)
{
    uint32_t gaps[SKR_GAP_BLOCK];
    uint64_t next = 0;
    size_t n_bytes = 0;
    for (uint32_t at = 0; at < n; at += SKR_GAP_BLOCK) {
        uint32_t n_here = n - at < SKR_GAP_BLOCK ? n - at : SKR_GAP_BLOCK;
        n_bytes += 1 + packed_size(n_here, take_gaps(values + at, n_here, &next, gaps));
    }
    return n_bytes;
}

int skr_gap_list_encode(const uint32_t *values, uint32_t n, skr_buffer *bytes, skr_err *err)
{
    uint32_t gaps[SKR_GAP_BLOCK];
    uint8_t block[1 + SKR_GAP_BLOCK * 4];
    uint64_t next = 0;
    for (uint32_t at = 0; at < n; at += SKR_GAP_BLOCK) {
        uint32_t n_here = n - at < SKR_GAP_BLOCK ? n - at : SKR_GAP_BLOCK;
        unsigned width = take_gaps(values + at, n_here, &next, gaps);
        block[0] = (uint8_t)width;
        if (n_here == SKR_GAP_BLOCK)
            pack_full(gaps, width, block + 1);
        else
            pack_tail(gaps, n_here, width, block + 1);
        int status = skr_buffer_put(bytes, block, 1 + packed_size(n_here, width), err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

skr_gap_reader skr_gap_reader_of(skr_cursor *cursor, uint32_t n, uint32_t limit)
{
    return (skr_gap_reader){
        .cursor = cursor, .n_left = n, .limit = limit, .next = 0, .kernels = skr_kernels_chosen()};
}

/* The packed gaps of the next block of n at the cursor, or NULL, which the cursor says. */
static const uint8_t *take_block(skr_cursor *cursor, uint32_t n, unsigned *ret_width)
{
    unsigned width = skr_cursor_u8(cursor);
    if (width > 32) {
        cursor->is_bad = true;
        return NULL;
    }
    *ret_width = width;
    return skr_cursor_bytes(cursor, packed_size(n, width));
}

uint32_t skr_gap_reader_next(skr_gap_reader *reader, uint32_t *values)
{
    uint32_t n = reader->n_left < SKR_GAP_BLOCK ? reader->n_left : SKR_GAP_BLOCK;
    unsigned width = 0;
    if (n == 0)
        return 0;
    const uint8_t *packed = take_block(reader->cursor, n, &width);
    if (reader->cursor->is_bad)
        return 0;
    uint64_t next = reader->next;
    if (n == SKR_GAP_BLOCK) {
        next = reader->kernels->unpack_block(packed, width, next, values);
    } else {
        unpack_tail(packed, n, width, values);
        for (uint32_t i = 0; i < n; i++) {
            next += values[i];
            values[i] = (uint32_t)next;
            next++;
        }
    }
    /* 64 bits hold the sum of 128 gaps, and values only grow: looking at the last is enough. */
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
        unsigned width;
        (void)take_block(cursor, n_here, &width);
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
