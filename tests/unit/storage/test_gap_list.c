/*
 * A gap list read back is the list written, whatever its length, its widths and its limit.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/gap_list.h"

static uint64_t state = UINT64_C(271828);
static skr_err err;

static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static void assert_round_trip(const uint32_t *values, uint32_t n, uint32_t limit)
{
    skr_buffer bytes = {0};
    uint32_t *back = malloc((n + 1) * sizeof *back);
    cr_assert(eq(int, skr_gap_list_encode(values, n, &bytes, &err), 0));
    cr_assert(eq(sz, bytes.n, skr_gap_list_size(values, n)));
    skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
    cr_assert(skr_gap_list_decode(&cursor, n, limit, back));
    cr_assert(skr_cursor_is_done(&cursor));
    cr_assert(n == 0 || memcmp(back, values, n * sizeof *back) == 0);
    cursor = skr_cursor_of(bytes.bytes, bytes.n);
    skr_gap_list_skip(&cursor, n);
    cr_assert(skr_cursor_is_done(&cursor));
    if (n > 0) {
        cursor = skr_cursor_of(bytes.bytes, bytes.n);
        cr_assert(not(skr_gap_list_decode(&cursor, n, values[n - 1], back)));
        cr_assert(cursor.is_bad);
    }
    free(back);
    skr_buffer_done(&bytes);
}

Test(gap_list, reads_back_every_length_and_width)
{
    static const uint32_t lengths[] = {0, 1, 2, 3, 63, 127, 128, 129, 255, 256, 257, 1000};
    uint32_t values[1000];
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (unsigned width = 0; width <= 32; width++) {
            uint64_t next = 0;
            uint32_t n = 0;
            for (; n < lengths[i]; n++) {
                uint64_t gap = width == 0 ? 0 : draw() >> (64 - width);
                if (next + gap >= UINT32_MAX)
                    break;
                values[n] = (uint32_t)(next + gap);
                next = (uint64_t)values[n] + 1;
            }
            assert_round_trip(values, n, UINT32_MAX);
        }
    }
    uint32_t last = UINT32_MAX - 1;
    assert_round_trip(&last, 1, UINT32_MAX);
}
