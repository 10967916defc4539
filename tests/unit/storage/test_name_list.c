/*
 * Name lists give back the names that were put in, whatever they share and however they count, and
 * malformed bytes are refused without reading beyond them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/name_list.h"

#define N_NAMES 400

static uint64_t state = 1;
static skr_err err;

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

/* A name that often follows from the one before it. */
static void draw_name(char *name, const char *before)
{
    switch (draw(6)) {
    case 0:
        snprintf(name, 64, "S%07u", draw(3) == 0 ? 9999990 + draw(10) : draw(3000000));
        break;
    case 1:
        snprintf(name, 64, "%c%u", 'a' + (char)draw(3), draw(1200));
        break;
    case 2: /* more digits than a run counts */
        snprintf(name, 64, "99999999999999%018u", draw(2) == 0 ? draw(100) : 4000000000u);
        break;
    default: { /* the next one, where there is one */
        size_t n = strlen(before);
        memcpy(name, before, n + 1);
        size_t at = n;
        while (at > 0 && name[at - 1] == '9')
            name[--at] = '0';
        if (at == 0 || name[at - 1] < '0' || name[at - 1] > '8')
            snprintf(name, 64, "x\xc3\xa9%u", draw(99));
        else
            name[at - 1]++;
    }
    }
}

static void expect_same(skr_buffer *bytes, char (*names)[64], uint32_t n)
{
    skr_name_reader reader;
    skr_cursor cursor = skr_cursor_of(bytes->bytes, bytes->n);
    uint32_t at = 0;
    cr_assert(skr_name_reader_open(&reader, &cursor));
    cr_assert(skr_cursor_is_done(&cursor));
    while (skr_name_reader_next(&reader)) {
        char name[SKR_NAME_MAX + 1];
        memcpy(name, reader.name, reader.n + 1);
        for (uint32_t i = 0; i < reader.n_run; i++) {
            uint32_t found = 999;
            skr_name_reader_write(&reader, i, name);
            cr_assert(lt(u32, at, n));
            cr_assert(eq(str, name, names[at]));
            cr_assert(eq(int, skr_name_reader_compare(&reader, name, reader.n, &found), 0));
            cr_assert(eq(u32, found, i));
            cr_assert(lt(int, skr_name_reader_compare(&reader, "!", 1, &found), 0));
            cr_assert(gt(int, skr_name_reader_compare(&reader, "~", 1, &found), 0));
            at++;
        }
    }
    cr_assert(not(reader.is_bad));
    cr_assert(eq(u32, at, n));
}

/* Reads as far as the bytes are good. */
static void read_bad(const uint8_t *bytes, size_t n)
{
    skr_name_reader reader;
    char name[SKR_NAME_MAX + 1];
    uint8_t *copy = malloc(n + 1); /* so that a sanitizer sees the end */
    memcpy(copy, bytes, n);
    skr_cursor cursor = skr_cursor_of(copy, n);
    if (skr_name_reader_open(&reader, &cursor))
        while (skr_name_reader_next(&reader)) {
            cr_assert(reader.n >= 1 && reader.n <= SKR_NAME_MAX);
            memcpy(name, reader.name, reader.n + 1);
            skr_name_reader_write(&reader, reader.n_run - 1, name);
            cr_assert(eq(sz, strlen(name), reader.n));
        }
    free(copy);
}

Test(name_list, gives_back_what_was_put_in)
{
    static char names[N_NAMES][64];
    for (uint64_t seed = 1; seed <= 200; seed++) {
        skr_name_writer writer = {0};
        skr_buffer bytes = {0};
        uint32_t n = draw(N_NAMES + 1);
        state = seed * 7919;
        for (uint32_t i = 0; i < n; i++) {
            bool is_joined = false;
            draw_name(names[i], i == 0 ? "" : names[i - 1]);
            bool may_join = draw(9) != 0;
            cr_assert(eq(int,
                         skr_name_writer_add(&writer, names[i], strlen(names[i]), may_join,
                                             &is_joined, &err),
                         0));
            cr_assert(may_join || !is_joined);
        }
        cr_assert(eq(int, skr_name_writer_end(&writer, &bytes, &err), 0));
        expect_same(&bytes, names, n);
        for (size_t i = 0; i < bytes.n; i++)
            read_bad(bytes.bytes, i);
        for (int i = 0; i < 300; i++) {
            uint8_t *at = &bytes.bytes[draw((uint32_t)bytes.n)];
            uint8_t was = *at;
            *at = (uint8_t)draw(256);
            read_bad(bytes.bytes, bytes.n);
            *at = was;
        }
        skr_buffer_done(&bytes);
        skr_name_writer_done(&writer);
    }
}

Test(name_list, joins_names_that_count_upwards)
{
    static const uint8_t expected[] = {0x01, 0x01, 0x01, 0x01, 0x05, 0x00, 0x05,
                                       0x02, 0x53, 0x30, 0x30, 0x39, 0x38};
    static const char *const names[] = {"S0098", "S0099", "S0100"};
    skr_name_writer writer = {0};
    skr_buffer bytes = {0};
    for (int i = 0; i < 3; i++)
        cr_assert(eq(int, skr_name_writer_add(&writer, names[i], 5, true, NULL, &err), 0));
    cr_assert(eq(int, skr_name_writer_end(&writer, &bytes, &err), 0));
    cr_assert(eq(sz, bytes.n, sizeof expected));
    cr_assert(eq(int, memcmp(bytes.bytes, expected, sizeof expected), 0));
    skr_buffer_done(&bytes);
    skr_name_writer_done(&writer);
}
