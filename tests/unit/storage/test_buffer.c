/*
 * What a cursor reads is what was put, and a cursor never reads past its end.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/buffer.h"

static const uint64_t values[] = {
    0, 1, 127, 128, 16383, 16384, UINT32_MAX, 1ull << 32, (1ull << 63) - 1, 1ull << 63, UINT64_MAX};
#define N_VALUES (sizeof values / sizeof values[0])

Test(buffer, gives_back_every_number)
{
    skr_buffer buffer = {0};
    for (size_t i = 0; i < N_VALUES; i++) {
        cr_assert(zero(int, skr_buffer_put_varint(&buffer, values[i], NULL)));
        cr_assert(zero(int, skr_buffer_put_u64(&buffer, values[i], NULL)));
        cr_assert(zero(int, skr_buffer_put_u32(&buffer, (uint32_t)values[i], NULL)));
        cr_assert(zero(int, skr_buffer_put_u8(&buffer, (uint8_t)values[i], NULL)));
        cr_assert(zero(int, skr_buffer_put_text(&buffer, "skerry", i % 7, NULL)));
    }
    skr_cursor cursor = skr_cursor_of(buffer.bytes, buffer.n);
    for (size_t i = 0; i < N_VALUES; i++) {
        cr_assert(eq(u64, skr_cursor_varint(&cursor), values[i]));
        cr_assert(eq(u64, skr_cursor_u64(&cursor), values[i]));
        cr_assert(eq(u32, skr_cursor_u32(&cursor), (uint32_t)values[i]));
        cr_assert(eq(u8, skr_cursor_u8(&cursor), (uint8_t)values[i]));
        size_t n = 99;
        const char *text = skr_cursor_text(&cursor, &n);
        cr_assert(eq(sz, n, i % 7));
        cr_assert(zero(int, memcmp(text, "skerry", n)));
    }
    cr_assert(skr_cursor_is_done(&cursor));
    skr_buffer_done(&buffer);
    cr_assert(eq(ptr, buffer.bytes, NULL));
}

Test(buffer, numbers_are_little_endian)
{
    skr_buffer buffer = {0};
    cr_assert(zero(int, skr_buffer_put_u32(&buffer, 0x04030201u, NULL)));
    cr_assert(zero(int, skr_buffer_put_varint(&buffer, 300, NULL)));
    cr_assert(eq(sz, buffer.n, 6));
    cr_assert(zero(int, memcmp(buffer.bytes, "\x01\x02\x03\x04\xac\x02", 6)));
    skr_buffer_done(&buffer);
}

Test(buffer, refuses_what_is_cut_or_overlong)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"", 0},
        {"\x80", 1},
        {"\x80\x00", 2},                                      /* 0 in two bytes */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},     /* 65 bits */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11}, /* 11 bytes */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        skr_cursor cursor = skr_cursor_of(bad[i].bytes, bad[i].n);
        cr_assert(eq(u64, skr_cursor_varint(&cursor), 0), "case %zu", i);
        cr_assert(cursor.is_bad, "case %zu", i);
        cr_assert(not(skr_cursor_is_done(&cursor)));
    }
}

Test(buffer, stays_bad_after_the_first_bad_read)
{
    skr_cursor cursor = skr_cursor_of("\x05"
                                      "abc",
                                      4);
    size_t n = 99;
    cr_assert(eq(ptr, (void *)(uintptr_t)skr_cursor_text(&cursor, &n), NULL));
    cr_assert(eq(sz, n, 99));
    cr_assert(eq(u8, skr_cursor_u8(&cursor), 0));
    cr_assert(eq(u32, skr_cursor_u32(&cursor), 0));
    cr_assert(eq(u64, skr_cursor_u64(&cursor), 0));
    cr_assert(eq(ptr, (void *)(uintptr_t)skr_cursor_bytes(&cursor, 0), NULL));

    cursor = skr_cursor_of("\x05", 1);
    cr_assert(eq(u64, skr_cursor_varint_max(&cursor, 4), 0));
    cr_assert(cursor.is_bad);
}

Test(buffer, an_empty_run_is_read_to_its_end)
{
    skr_cursor cursor = skr_cursor_of(NULL, 0);
    cr_assert(ne(ptr, (void *)(uintptr_t)skr_cursor_bytes(&cursor, 0), NULL));
    cr_assert(skr_cursor_is_done(&cursor));
}

/* Grows a buffer again and again: there is room for all that was asked, and nothing in it. */
Test(buffer, a_renewed_one_is_empty_and_has_room)
{
    skr_buffer buffer = {0};
    skr_err err;
    cr_assert_eq(skr_buffer_renew(&buffer, 0, &err), SKR_OK);
    for (size_t n = 1; n < 300000; n = n * 3 - n / 2) {
        cr_assert_eq(skr_buffer_renew(&buffer, n, &err), SKR_OK);
        cr_assert_eq(buffer.n, 0);
        cr_assert_geq(buffer.n_max, n);
        memset(buffer.bytes, 7, n);
        cr_assert_eq(skr_buffer_put_u8(&buffer, 1, &err), SKR_OK);
        const uint8_t *bytes = buffer.bytes;
        cr_assert_eq(skr_buffer_renew(&buffer, n / 2, &err), SKR_OK);
        cr_assert_eq(buffer.bytes, bytes);
    }
    cr_assert_eq(skr_buffer_renew(&buffer, SIZE_MAX, &err), SKR_ERR_NOMEM);
    cr_assert_null(buffer.bytes);
    skr_buffer_done(&buffer);
}
