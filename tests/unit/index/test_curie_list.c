/*
 * CURIEs that are kept as heads and numbers are found again, in whatever way they end; bytes that
 * are no such list are refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "index/terms/curie_list.h"
#include "storage/base/limits.h"
#include "tests/support/random.h"

#define N_MAX 400u
#define TEXT_MAX 40u

static skr_err err;

/* Heads that are the beginning of others, that end in digits, and none. */
static void draw_curie(test_random *random, char *curie)
{
    static const char *const heads[] = {"HP:",       "NCIT:C", "NCIT:C1A",       "SCTID:",   "",
                                        "Orphanet:", "MONDO:", "SCTID:90000000", "\xc3\xa9:"};
    static const char *const words[] = {"Spain", "HP:", "HP:A", "EFO:x_", "NCIT:C", "9:"};
    if (test_random_below(random, 8) == 0) {
        (void)snprintf(curie, TEXT_MAX, "%s", words[test_random_below(random, 6)]);
        return;
    }
    int n_digits = 1 + (int)test_random_below(random, 11);
    uint32_t number = test_random_below(random, n_digits > 3 ? 300 : 9);
    (void)snprintf(curie, TEXT_MAX, "%s%0*u", heads[test_random_below(random, 9)], n_digits,
                   number);
}

static int compare_curies(const void *a, const void *b)
{
    return skr_curie_compare(*(const char *const *)a, *(const char *const *)b);
}

/* Some CURIEs in their order, each once. */
static uint32_t draw_list(test_random *random, char (*texts)[TEXT_MAX], const char **curies)
{
    uint32_t n_drawn = test_random_below(random, N_MAX);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_drawn; i++) {
        draw_curie(random, texts[i]);
        curies[i] = texts[i];
    }
    qsort(curies, n_drawn, sizeof *curies, compare_curies);
    for (uint32_t i = 0; i < n_drawn; i++)
        if (n == 0 || strcmp(curies[n - 1], curies[i]) != 0)
            curies[n++] = curies[i];
    return n;
}

static void make_list(const char *const *curies, uint32_t n, skr_curie_list *list)
{
    *list = (skr_curie_list){0};
    cr_assert(eq(int, skr_curie_list_encode(curies, n, &list->bytes, &err), SKR_OK));
    cr_assert(eq(int, skr_curie_list_read(list, n, &err), SKR_OK), "%s", err.message);
}

/* By comparing texts. */
static uint32_t find_naively(const char *const *curies, uint32_t n, const char *curie)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(curies[i], curie) == 0)
            return i;
    return SKR_NONE;
}

Test(curie_list, finds_each_curie_and_no_other)
{
    static char texts[2][N_MAX][TEXT_MAX];
    static const char *curies[2][N_MAX];
    for (uint64_t seed = 1; seed <= 200; seed++) {
        test_random random = test_random_seeded(seed);
        skr_curie_list lists[2];
        uint32_t n[2];
        uint32_t places[N_MAX];
        const char **again = NULL;
        for (int i = 0; i < 2; i++) {
            n[i] = draw_list(&random, texts[i], curies[i]);
            make_list(curies[i], n[i], &lists[i]);
        }
        skr_curie_list_match(&lists[0], &lists[1], places);
        for (uint32_t i = 0; i < n[1]; i++) {
            uint32_t expected = find_naively(curies[0], n[0], curies[1][i]);
            cr_assert(eq(u32, places[i], expected), "seed %lu: %s", seed, curies[1][i]);
            cr_assert(eq(u32, skr_curie_list_find(&lists[0], curies[1][i]), expected));
        }
        cr_assert(eq(int, skr_curie_list_texts(&lists[0], &again, &err), SKR_OK));
        for (uint32_t i = 0; i < n[0]; i++)
            cr_assert(eq(str, (char *)again[i], (char *)curies[0][i]), "seed %lu", seed);
        free(again);
        skr_curie_list_done(&lists[0]);
        skr_curie_list_done(&lists[1]);
    }
}

/* The example of docs/format.md. */
Test(curie_list, has_the_bytes_that_the_format_says)
{
    static const char *const curies[] = {"HP:0000118", "HP:0000119", "HP:0000121", "Spain"};
    static const uint8_t bytes[] = {0x02, 0x03, 'H', 'P', ':', 0x07, 0x03, 0x76, 0x00,
                                    0x01, 0x05, 'S', 'p', 'a', 'i',  'n',  0x00};
    skr_curie_list list;
    make_list(curies, 4, &list);
    cr_assert(eq(sz, list.bytes.n, sizeof bytes));
    cr_assert(eq(int, memcmp(list.bytes.bytes, bytes, sizeof bytes), 0));
    cr_assert(eq(u32, skr_curie_list_find(&list, "HP:0000120"), SKR_NONE));
    cr_assert(eq(u32, skr_curie_list_find(&list, "HP:118"), SKR_NONE));
    cr_assert(eq(u32, skr_curie_list_find(&list, "HP:00000118"), SKR_NONE));
    cr_assert(eq(u32, skr_curie_list_find(&list, "HP:0000121"), 2));
    cr_assert(eq(u32, skr_curie_list_find(&list, "Spain"), 3));
    cr_assert(eq(u32, skr_curie_list_find(&list, ""), SKR_NONE));
    skr_curie_list_done(&list);
}

/* Whether the bytes are refused; a list that is taken has all its CURIEs at their places. */
static bool is_refused(const void *bytes, size_t n_bytes, uint32_t n)
{
    skr_curie_list list = {0};
    const char **texts = NULL;
    cr_assert(eq(int, skr_buffer_put(&list.bytes, bytes, n_bytes, &err), SKR_OK));
    int status = skr_curie_list_read(&list, n, &err);
    cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
    if (status == SKR_OK) {
        cr_assert(eq(int, skr_curie_list_texts(&list, &texts, &err), SKR_OK));
        for (uint32_t i = 0; i < n; i++)
            cr_assert(eq(u32, skr_curie_list_find(&list, texts[i]), i));
    }
    free(texts);
    skr_curie_list_done(&list);
    return status < 0;
}

Test(curie_list, refuses_what_is_none)
{
    static const struct {
        const char *bytes;
        size_t n;
        uint32_t n_curies;
    } bad[] = {
        {"\x01\x03HP:\x07\x00", 7, 0},         /* a group of none */
        {"\x01\x03HP:\x07\x02\x01\x01", 9, 1}, /* more than stated */
        {"\x01\x03HP:\x07\x01\x01", 8, 2},     /* fewer */
        {"\x01\x03HP:\x01\x01\x0a", 8, 1},     /* 10 has two digits */
        {"\x01\x03HP:\x0a\x01\x01", 8, 1},     /* ten digits */
        {"\x01\x03HP1\x01\x01\x01", 8, 1},     /* the digit before is one of them */
        {"\x01\x03HP1\x00", 6, 1},             /* the same without a number */
        {"\x01\x00\x00", 3, 1},                /* no text */
        {"\x01\x03H\x00:\x01\x01\x01", 8, 1},  /* NUL */
        {"\x02\x01B\x00\x01"
         "A\x00",
         7, 2}, /* heads that descend */
        {"\x02\x01"
         "A\x01\x01\x01\x01"
         "A\x01\x01\x02",
         11, 2},                               /* one group twice */
        {"\x01\x03HP:\x01\x01\x01\x00", 9, 1}, /* bytes after it */
        {"", 0, 0},                            /* nothing */
        {"\xff\xff\xff\xff\x0f", 5, 1},        /* as many groups as there are not bytes */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(is_refused(bad[i].bytes, bad[i].n, bad[i].n_curies), "case %zu", i);
    cr_assert(not(is_refused("\x00", 1, 0)));
    cr_assert(not(is_refused("\x01\x03HP1\x09\x01\x01", 8, 1)));
}

Test(curie_list, is_refused_or_sound_where_a_bit_is_wrong)
{
    static char texts[N_MAX][TEXT_MAX];
    static const char *curies[N_MAX];
    test_random random = test_random_seeded(7);
    skr_curie_list list;
    uint32_t n = draw_list(&random, texts, curies);
    make_list(curies, n, &list);
    for (size_t i = 0; i < 8 * list.bytes.n; i++) {
        list.bytes.bytes[i / 8] ^= (uint8_t)(1u << i % 8);
        (void)is_refused(list.bytes.bytes, list.bytes.n, n);
        list.bytes.bytes[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t i = 0; i < list.bytes.n; i++)
        cr_assert(is_refused(list.bytes.bytes, i, n));
    skr_curie_list_done(&list);
}
