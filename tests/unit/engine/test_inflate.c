/*
 * What is inflated is what was deflated, at any level and strategy; damaged bytes are refused or
 * give other bytes, and nothing outside the two buffers is touched.
 *
 * Buffers are exactly as long as they may be used, so that the address sanitizer sees a step over
 * their ends.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "engine/inflate.h"
#include "tests/support/random.h"

#define N_MAX 65536u

static test_random draw;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* Stretches of patterns of every short period, of far copies, and of noise. */
static size_t draw_bytes(uint8_t *bytes)
{
    size_t n = below(4) == 0 ? below(600) : below(N_MAX + 1);
    uint32_t noise = below(3) == 0 ? 256 : 1 + below(9);
    for (size_t at = 0; at < n;) {
        size_t period = below(3) > 0 ? 1 + below(40) : 1 + below(20000);
        size_t n_here = below(8) == 0 ? 1 + below(30) : 1 + below(3000);
        bool is_copy = period <= at && below(5) > 0;
        for (size_t end = at + n_here < n ? at + n_here : n; at < end; at++)
            bytes[at] = is_copy ? bytes[at - period] : (uint8_t)below(noise);
    }
    return n;
}

/* Raw deflate with SKR_INFLATE_SPARE bytes behind; the caller frees. */
static uint8_t *deflated(const uint8_t *bytes, size_t n, size_t *ret_n)
{
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_DEFAULT_STRATEGY, Z_FIXED, Z_RLE,
                                     Z_HUFFMAN_ONLY,     Z_FILTERED};
    z_stream stream = {0};
    cr_assert(deflateInit2(&stream, 1 + (int)below(9), Z_DEFLATED, -15, 1 + (int)below(9),
                           strategies[below(6)]) == Z_OK);
    size_t n_max = deflateBound(&stream, n) + 100;
    uint8_t *packed = malloc(n_max);
    stream.next_in = (uint8_t *)bytes;
    stream.avail_in = (uInt)n;
    stream.next_out = packed;
    stream.avail_out = (uInt)n_max;
    cr_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    *ret_n = stream.total_out;
    (void)deflateEnd(&stream);
    packed = realloc(packed, *ret_n + SKR_INFLATE_SPARE);
    for (unsigned i = 0; i < SKR_INFLATE_SPARE; i++)
        packed[*ret_n + i] = (uint8_t)below(256);
    return packed;
}

Test(inflate, gives_back_what_was_deflated)
{
    static uint8_t bytes[N_MAX];
    unsigned n_taken = 0;
    draw = test_random_drawn("inflate");
    for (int round = 0; round < 400; round++) {
        size_t n = draw_bytes(bytes);
        size_t n_packed;
        uint8_t *packed = deflated(bytes, n, &n_packed);
        uint8_t *raw = malloc(n + (n == 0));
        bool is_taken = skr_inflate(packed, n_packed, raw, n);
        cr_assert(is_taken == false || memcmp(raw, bytes, n) == 0,
                  "seed %llu, round %d: other bytes", (unsigned long long)draw.seed, round);
        n_taken += is_taken;
        if (is_taken && n > 0) {
            uint8_t *shorter = malloc(n - 1 + (n == 1));
            uint8_t *longer = malloc(n + 1);
            bool is_exact = !skr_inflate(packed, n_packed, shorter, n - 1) &&
                            !skr_inflate(packed, n_packed, longer, n + 1) &&
                            !skr_inflate(packed, n_packed - 1, raw, n);
            cr_assert(is_exact, "another length was taken");
            free(shorter);
            free(longer);
        }
        free(raw);
        free(packed);
    }
    cr_assert(n_taken > 100, "only %u of 400 were not left to the library", n_taken);
}

Test(inflate, damaged_bytes_touch_nothing_else)
{
    static uint8_t bytes[N_MAX];
    draw = test_random_drawn("inflate");
    for (int round = 0; round < 60; round++) {
        size_t n = draw_bytes(bytes);
        size_t n_packed;
        uint8_t *packed = deflated(bytes, n, &n_packed);
        uint8_t *raw = malloc(n + (n == 0));
        for (int change = 0; change < 60; change++) {
            size_t at = below(2) == 0 ? below((uint32_t)n_packed)
                                      : below(n_packed < 40 ? (uint32_t)n_packed : 40);
            uint8_t old = packed[at];
            packed[at] = (uint8_t)below(256);
            (void)skr_inflate(packed, n_packed, raw, n);
            packed[at] = old;
        }
        for (unsigned noise = 0; noise < 20; noise++) {
            for (size_t i = 0; i < n_packed; i++)
                packed[i] = (uint8_t)below(256);
            packed[0] = (uint8_t)((packed[0] & ~7u) | (below(2) == 0 ? 4 : 2));
            (void)skr_inflate(packed, n_packed, raw, n);
        }
        free(raw);
        free(packed);
    }
}

Test(inflate, refuses_what_the_format_does_not_have)
{
    uint8_t raw[300];
    uint8_t spare[2 + SKR_INFLATE_SPARE] = {0};
    cr_assert(skr_inflate(spare, 0, raw, 0) == false, "no bytes at all");
    spare[0] = 7; /* the last block, of kind 3 */
    cr_assert(skr_inflate(spare, 1, raw, 0) == false);
    spare[0] = 1; /* a stored block: left to the library */
    cr_assert(skr_inflate(spare, 2, raw, 0) == false);
    spare[0] = 3; /* fixed codes, and the end at once */
    cr_assert(skr_inflate(spare, 2, raw, 0));
    /* A match in front of the first byte: fixed codes, length 3, distance 1. */
    static const uint8_t early[2 + SKR_INFLATE_SPARE] = {0x03, 0x02};
    cr_assert(skr_inflate(early, 2, raw, 3) == false);
}
