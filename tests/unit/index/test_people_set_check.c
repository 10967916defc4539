/*
 * Stored bytes are a set of people by the published form of roaring bitmaps, written here by hand;
 * each rule of it that is broken is told, before the library sees a byte.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_set_int.h"
#include "storage/base/buffer.h"

#define PLAIN 12346u
#define RUNS 12347u
#define N_PEOPLE 300000u

static skr_err err;
static skr_buffer bytes;

static void u16(uint32_t value)
{
    const uint8_t two[] = {(uint8_t)value, (uint8_t)(value >> 8)};
    cr_assert(eq(int, skr_buffer_put(&bytes, two, 2, &err), SKR_OK));
}

static void u32(uint32_t value)
{
    cr_assert(eq(int, skr_buffer_put_u32(&bytes, value, &err), SKR_OK));
}

/* Checks an exact copy, so that a sanitizer sees a step past the end. */
static int check(uint32_t n_people, uint32_t *ret_n)
{
    uint8_t *tight = malloc(bytes.n == 0 ? 1 : bytes.n);
    if (bytes.n > 0)
        memcpy(tight, bytes.bytes, bytes.n);
    int status = skr_people_set_check(tight, bytes.n, n_people, ret_n, &err);
    free(tight);
    return status;
}

static void expect_damaged(const char *rule)
{
    uint32_t n = 77;
    cr_assert(eq(int, check(N_PEOPLE, &n), SKR_ERR_CORRUPT), "%s", rule);
    cr_assert(strstr(err.message, rule) != NULL, "%s: %s", rule, err.message);
    cr_assert(eq(u32, n, 77));
}

static void clear(void)
{
    bytes.n = 0;
}

/* One list of n ascending values from `first` on, of key `key`. */
static void put_list(uint32_t key, uint32_t n, uint32_t first)
{
    clear();
    u32(PLAIN);
    u32(1);
    u16(key);
    u16(n - 1);
    u32(16);
    for (uint32_t i = 0; i < n; i++)
        u16(first + i);
}

/* Two containers of runs, each of one run. */
static void put_runs(uint32_t key, uint32_t next_key, uint32_t first, uint32_t length)
{
    clear();
    u32(RUNS | 1u << 16);
    cr_assert(eq(int, skr_buffer_put_u8(&bytes, 3, &err), SKR_OK));
    for (unsigned i = 0; i < 2; i++) {
        u16(i == 0 ? key : next_key);
        u16(length - 1);
    }
    for (unsigned i = 0; i < 2; i++) {
        u16(1);
        u16(first);
        u16(length - 1);
    }
}

Test(people_set_check, sound_bytes_have_so_many_members)
{
    uint32_t n = 0;
    put_list(0, 4096, 10);
    cr_assert(eq(int, check(N_PEOPLE, &n), SKR_OK), "%s", err.message);
    cr_assert(eq(u32, n, 4096));
    put_runs(1, 2, 5, 100);
    cr_assert(eq(int, check(N_PEOPLE, &n), SKR_OK), "%s", err.message);
    cr_assert(eq(u32, n, 200));
    clear();
    u32(PLAIN); /* nobody */
    u32(0);
    cr_assert(eq(int, check(0, &n), SKR_OK), "%s", err.message);
    cr_assert(eq(u32, n, 0));
}

Test(people_set_check, who_does_not_exist_is_in_no_set)
{
    uint32_t n = 0;
    for (uint32_t key = 0; key < 3; key++) {
        uint32_t last = (key << 16) + 10 + 3;
        put_list(key, 4, 10);
        cr_assert(eq(int, check(last + 1, &n), SKR_OK));
        cr_assert(eq(int, check(last, &n), SKR_ERR_CORRUPT));
        cr_assert(strstr(err.message, "somebody who does not exist") != NULL, "%s", err.message);
    }
}

Test(people_set_check, each_broken_rule_is_told)
{
    clear();
    expect_damaged("cut short in its header");
    u32(99);
    expect_damaged("unknown first bytes");
    clear();
    u32(PLAIN);
    u32(65537);
    expect_damaged("more containers than there are keys");
    put_list(0, 4, 10);
    bytes.bytes[12]++;
    expect_damaged("an offset that is not where its container lies");
    put_list(0, 4, 10);
    bytes.bytes[18] = 10; /* the second value is the first again */
    expect_damaged("a list that does not ascend");
    put_list(0, 4, 10);
    u16(9);
    expect_damaged("bytes behind its end");
    put_runs(2, 2, 5, 100);
    expect_damaged("containers that do not ascend");
    put_runs(2, 1, 5, 100);
    expect_damaged("containers that do not ascend");
    put_runs(1, 2, 65500, 100);
    expect_damaged("leave their range");
    put_runs(1, 2, 5, 100);
    bytes.bytes[4] |= 4;
    expect_damaged("run flags past the last container");
    put_runs(1, 2, 5, 100);
    bytes.bytes[7]--; /* of how many it says it has */
    expect_damaged("runs whose count is not their length");
}

Test(people_set_check, runs_that_touch_are_one_run)
{
    uint32_t n = 0;
    for (uint32_t gap = 0; gap < 3; gap++) {
        clear();
        u32(RUNS);
        cr_assert(eq(int, skr_buffer_put_u8(&bytes, 1, &err), SKR_OK));
        u16(0);
        u16(9);
        u16(2);
        u16(10);
        u16(4);
        u16(15 + gap);
        u16(4);
        cr_assert(eq(int, check(N_PEOPLE, &n), gap == 0 ? SKR_ERR_CORRUPT : SKR_OK), "%u", gap);
    }
}

Test(people_set_check, a_bitmap_has_as_many_bits_as_it_says)
{
    uint32_t n = 0;
    for (uint32_t said = 4998; said < 5003; said++) {
        clear();
        u32(PLAIN);
        u32(1);
        u16(0);
        u16(said - 1);
        u32(16);
        for (uint32_t i = 0; i < 65536 / 32; i++)
            u32(i < 5000 / 8 ? 0x10101010u << (i % 4) | 0x01010101u << (i % 4) : 0);
        cr_assert(eq(int, check(N_PEOPLE, &n), said == 5000 ? SKR_OK : SKR_ERR_CORRUPT), "%u",
                  said);
    }
    cr_assert(strstr(err.message, "a bitmap whose count is not its number of bits") != NULL);
}

Test(people_set_check, bytes_that_are_cut_are_no_set)
{
    uint32_t n = 0;
    for (unsigned form = 0; form < 2; form++) {
        if (form == 0)
            put_list(1, 300, 10);
        else
            put_runs(1, 2, 5, 100);
        size_t n_all = bytes.n;
        for (bytes.n = 0; bytes.n < n_all; bytes.n++)
            cr_assert(eq(int, check(N_PEOPLE, &n), SKR_ERR_CORRUPT), "%zu of %zu", bytes.n, n_all);
    }
}
