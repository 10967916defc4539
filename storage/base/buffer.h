/*
 * buffer.h - a growing run of bytes, and a cursor that reads one without running past its end.
 *
 * All numbers in stored bytes are little-endian; varints are LEB128, at most 10 bytes.
 *
 * Threads: one owner.
 */
#ifndef SKR_STORAGE_BASE_BUFFER_H
#define SKR_STORAGE_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Zero-initialise before use; free with skr_buffer_done. */
typedef struct skr_buffer {
    uint8_t *bytes;
    size_t n;
    size_t n_max;
} skr_buffer;

/* Parts of a run of bytes that pack best apart, since what is frequent in one is not in another: n
 * of them end there, counted from its start, and one more at its end. */
#define SKR_BUFFER_PARTS_MAX 7u

typedef struct skr_buffer_parts {
    size_t end[SKR_BUFFER_PARTS_MAX];
    unsigned n;
} skr_buffer_parts;

/* Makes room for n_more bytes after the n there are. Errors: NOMEM. */
SKR_MUST_USE int skr_buffer_reserve(skr_buffer *buffer, size_t n_more, skr_err *err);

/* Forgets what is there and makes room for n bytes: nothing is copied. Errors: NOMEM. */
SKR_MUST_USE int skr_buffer_renew(skr_buffer *buffer, size_t n, skr_err *err);

/* Appends bytes. Errors: NOMEM. */
SKR_MUST_USE int skr_buffer_put(skr_buffer *buffer, const void *bytes, size_t n, skr_err *err);

/* Appends one number in the stated form. Errors: NOMEM. */
SKR_MUST_USE int skr_buffer_put_u8(skr_buffer *buffer, uint8_t value, skr_err *err);
SKR_MUST_USE int skr_buffer_put_u32(skr_buffer *buffer, uint32_t value, skr_err *err);
SKR_MUST_USE int skr_buffer_put_u64(skr_buffer *buffer, uint64_t value, skr_err *err);
SKR_MUST_USE int skr_buffer_put_varint(skr_buffer *buffer, uint64_t value, skr_err *err);

/* Appends a varint length and the text's bytes, no NUL. Errors: NOMEM. */
SKR_MUST_USE int skr_buffer_put_text(skr_buffer *buffer, const char *text, size_t n, skr_err *err);

/* Frees the bytes and zeroes the buffer. */
void skr_buffer_done(skr_buffer *buffer);

/*
 * Reads stored bytes. The first read past the end, or an overlong varint, sets is_bad; from then
 * on every read gives 0. The caller looks at is_bad once, at the end, before it believes anything.
 */
typedef struct skr_cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool is_bad;
} skr_cursor;

/* A cursor over n bytes (none, and bad unless n is 0, when bytes is NULL), and its reads:
 * little-endian, and varints of 7 bits a byte, low first. */
static inline skr_cursor skr_cursor_of(const void *bytes, size_t n)
{
    const uint8_t *at = (const uint8_t *)bytes;
    if (at == NULL) /* what could not be borrowed cannot be read */
        return (skr_cursor){.is_bad = n > 0};
    return (skr_cursor){.at = at, .end = at + n};
}

/* The next byte. */
static inline uint8_t skr_cursor_u8(skr_cursor *cursor)
{
    if (!cursor->is_bad && cursor->at < cursor->end)
        return *cursor->at++;
    cursor->is_bad = true;
    return 0;
}

/* The next number of 4 bytes. */
static inline uint32_t skr_cursor_u32(skr_cursor *cursor)
{
    const uint8_t *at = cursor->at;
    if (cursor->is_bad || cursor->end - at < 4) {
        cursor->is_bad = true;
        return 0;
    }
    cursor->at = at + 4;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The next number of 8 bytes, and of as many as it needs. */
uint64_t skr_cursor_u64(skr_cursor *cursor);
uint64_t skr_cursor_varint(skr_cursor *cursor);
/* A varint that must not be above max; is_bad otherwise. */
uint64_t skr_cursor_varint_max(skr_cursor *cursor, uint64_t max);
/* Borrows n bytes of the input, or NULL. */
const uint8_t *skr_cursor_bytes(skr_cursor *cursor, size_t n);
/* Borrows a text written by skr_buffer_put_text; not NUL-terminated. NULL when is_bad. */
const char *skr_cursor_text(skr_cursor *cursor, size_t *ret_n);
/* True when everything was read and nothing was bad. */
bool skr_cursor_is_done(const skr_cursor *cursor);

#endif
