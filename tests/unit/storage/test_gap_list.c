/*
 * A gap list read back is the list written, whatever its length, its widths and its limit.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/carriers/gap_list.h"

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

Test(gap_list, short_lists_read_back)
{
    static const uint32_t bounds[] = {1, 2, 63, 64, 65, 1000, 100000, 1000000, 100000000};
    uint32_t values[SKR_GAP_BLOCK], back[SKR_GAP_BLOCK];
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const skr_short_shapes shapes = skr_gap_list_short_shapes_of(bounds[i]);
        for (uint32_t n = 0; n <= SKR_SHORT_MAX && n <= bounds[i]; n++) {
            for (int round = 0; round < 50; round++) {
                skr_buffer bytes = {0};
                for (uint32_t k = 0; k < n; k++) {
                    uint32_t least = k == 0 ? 0 : values[k - 1] + 1;
                    uint32_t room = bounds[i] - least - (n - k - 1);
                    uint32_t gap = round == 0 ? 0 : round == 1 ? room - 1 : draw() % room;
                    values[k] = least + (round % 2 == 0 && gap > 0 ? draw() % gap : gap);
                }
                cr_assert(
                    eq(int, skr_gap_list_short_encode(values, n, bounds[i], &bytes, &err), 0));
                cr_assert(eq(sz, bytes.n, shapes.of[n].n_bytes));
                uint8_t *exact = malloc(bytes.n + 1);
                if (bytes.n > 0)
                    memcpy(exact + 1, bytes.bytes, bytes.n);
                cr_assert(skr_gap_list_short_decode(exact + 1, n, bounds[i], back));
                cr_assert(memcmp(back, values, n * sizeof *back) == 0);
                free(exact);
                skr_buffer_done(&bytes);
            }
        }
    }
}
