/*
 * Texts keep the number that they got first, however many come after them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/names.h"

static skr_err err;

Test(names, are_numbered_in_the_order_of_arrival)
{
    skr_names *names = NULL;
    uint32_t number = 0;
    char text[40];
    cr_assert(eq(int, skr_names_new(&names, &err), SKR_OK));
    cr_assert(eq(u32, skr_names_find(names, ""), SKR_NONE));
    for (uint32_t i = 0; i < 100000; i++) {
        snprintf(text, sizeof text, "name %u", i * 7919 % 50000);
        cr_assert(eq(int, skr_names_add(names, text, &number, &err), SKR_OK));
        cr_assert(eq(u32, number, i % 50000));
    }
    cr_assert(eq(u32, skr_names_count(names), 50000));
    for (uint32_t i = 0; i < 50000; i++) {
        snprintf(text, sizeof text, "name %u", i * 7919 % 50000);
        cr_assert(eq(u32, skr_names_find(names, text), i));
        cr_assert(eq(str, (char *)skr_names_at(names, i), text));
    }
    cr_assert(eq(u32, skr_names_find(names, "name"), SKR_NONE));
    skr_names_free(names);
}

Test(names, may_be_empty_or_longer_than_a_chunk)
{
    skr_names *names = NULL;
    uint32_t number = 9;
    char *longest = calloc(1, 1000001);
    memset(longest, 'x', 1000000);
    cr_assert(eq(int, skr_names_new(&names, &err), SKR_OK));
    cr_assert(eq(int, skr_names_add(names, "", &number, &err), SKR_OK));
    const char *empty = skr_names_at(names, 0);
    cr_assert(eq(int, skr_names_add(names, longest, &number, &err), SKR_OK));
    cr_assert(eq(u32, number, 1));
    cr_assert(eq(ptr, (void *)(uintptr_t)skr_names_at(names, 0), (void *)(uintptr_t)empty));
    cr_assert(eq(u32, skr_names_find(names, longest), 1));
    longest[999999] = '\0';
    cr_assert(eq(u32, skr_names_find(names, longest), SKR_NONE));
    skr_names_free(names);
    free(longest);
}

Test(names, need_no_nul_at_their_end_and_start_from_zeros)
{
    skr_names names = {0};
    uint32_t number = 9;
    bool is_new = false;
    cr_assert(eq(u32, skr_names_find(&names, "chr1"), SKR_NONE));
    cr_assert(eq(int, skr_names_add_n(&names, "chr1,chr10", 4, &number, &is_new, &err), SKR_OK));
    cr_assert(is_new && number == 0);
    cr_assert(eq(str, (char *)skr_names_at(&names, 0), "chr1"));
    cr_assert(eq(int, skr_names_add_n(&names, "chr10", 5, &number, &is_new, &err), SKR_OK));
    cr_assert(is_new && number == 1); /* chr1 is the beginning of it, and another name */
    cr_assert(eq(int, skr_names_add(&names, "chr1", &number, &err), SKR_OK));
    cr_assert(eq(u32, number, 0));
    cr_assert(eq(u32, skr_names_find_n(&names, "chr10_alt", 5), 1));
    cr_assert(eq(u32, skr_names_find_n(&names, "chr10_alt", 6), SKR_NONE));
    skr_names_done(&names);
    cr_assert(eq(u32, skr_names_count(&names), 0));
}
