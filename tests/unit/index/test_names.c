/*
 * Texts keep the number that they got first, however many come after them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/names.h"

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
