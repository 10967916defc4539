/*
 * Growing arrays keep what they hold, whatever the type of their room, and refuse what memory
 * cannot give; searching finds the same place as a walk does.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"

Test(array, keeps_what_it_holds_while_it_grows)
{
    skr_err err = {0};
    uint64_t *wide = NULL;
    size_t n_wide_max = 0;
    uint16_t *narrow = NULL;
    uint32_t n_narrow_max = 0;
    unsigned n_moves = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t before = n_wide_max;
        cr_assert(
            eq(int, SKR_ARRAY_RESERVE(&wide, &n_wide_max, (size_t)i + 1, "numbers", &err), 0));
        cr_assert(eq(int, SKR_ARRAY_RESERVE(&narrow, &n_narrow_max, i + 1, "numbers", &err), 0));
        n_moves += n_wide_max != before;
        wide[i] = i * UINT64_C(0x100000001);
        narrow[i] = (uint16_t)i;
    }
    for (uint32_t i = 0; i < 10000; i++)
        cr_assert(wide[i] == i * UINT64_C(0x100000001) && narrow[i] == (uint16_t)i);
    cr_assert(lt(uint, n_moves, 14u)); /* it doubles */
    free(wide);
    free(narrow);
}

Test(array, refuses_more_than_there_can_be)
{
    skr_err err = {0};
    uint64_t *list = NULL;
    size_t n_max = 0;
    uint32_t n_max_u32 = 0;
    volatile size_t n_too_many = (size_t)UINT32_MAX + 1;
    cr_assert(
        eq(int, SKR_ARRAY_RESERVE(&list, &n_max, SIZE_MAX / 4, "whales", &err), SKR_ERR_NOMEM));
    cr_assert(eq(str, err.message, "out of memory: whales"));
    cr_assert(list == NULL && n_max == 0);
    cr_assert(
        eq(int, SKR_ARRAY_RESERVE(&list, &n_max_u32, n_too_many, "whales", &err), SKR_ERR_NOMEM));
    cr_assert(list == NULL && n_max_u32 == 0);
}

static bool is_before(const void *context, size_t at)
{
    const uint32_t *const *both = context;
    return both[0][at] < *both[1];
}

Test(array, searches_as_a_walk_does)
{
    uint32_t numbers[40];
    for (size_t n = 0; n <= 40; n++) {
        for (size_t i = 0; i < n; i++)
            numbers[i] = (uint32_t)(i / 2 * 3);
        for (uint32_t value = 0; value < 70; value++) {
            size_t walked = 0;
            while (walked < n && numbers[walked] < value)
                walked++;
            const uint32_t *both[] = {numbers, &value};
            cr_assert(eq(sz, skr_array_search_u32(numbers, n, value), walked));
            cr_assert(eq(sz, skr_array_search(n, is_before, both), walked));
        }
    }
}
