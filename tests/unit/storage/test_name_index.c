/*
 * An index finds what walking the list finds.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/base/limits.h"
#include "storage/base/name_index.h"

typedef struct thing {
    char *name;
    int other;
} thing;

#define N_THINGS 5000

Test(name_index, finds_each_name_and_no_other)
{
    skr_name_index index = {0};
    thing *things = NULL;
    char name[32];
    cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, "a"), SKR_NONE));
    for (uint32_t n = 1; n <= N_THINGS; n++) {
        things = realloc(things, n * sizeof *things);
        snprintf(name, sizeof name, "chr%u", n - 1);
        things[n - 1] = (thing){strdup(name), 7};
        cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, name), SKR_NONE));
        cr_assert(zero(int, skr_name_index_extend(&index, things, sizeof *things, n, NULL)));
        cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, name), n - 1));
    }
    skr_name_index at_once = {0};
    cr_assert(zero(int, skr_name_index_extend(&at_once, things, sizeof *things, N_THINGS, NULL)));
    for (uint32_t i = 0; i < N_THINGS; i++) {
        const char *wanted = things[i].name;
        cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, wanted), i));
        cr_assert(eq(u32, skr_name_index_find(&at_once, things, sizeof *things, wanted), i));
    }
    cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, "chr5000"), SKR_NONE));
    cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, ""), SKR_NONE));
    for (uint32_t i = 0; i < N_THINGS; i++)
        free(things[i].name);
    free(things);
    skr_name_index_done(&index);
    skr_name_index_done(&at_once);
}

Test(name_index, finds_the_first_of_twins)
{
    thing things[] = {{"a", 1}, {"b", 2}, {"a", 3}};
    skr_name_index index = {0};
    cr_assert(zero(int, skr_name_index_extend(&index, things, sizeof *things, 3, NULL)));
    cr_assert(eq(u32, index.n, 3));
    cr_assert(eq(u32, skr_name_index_find(&index, things, sizeof *things, "a"), 0));
    skr_name_index_done(&index);
}
