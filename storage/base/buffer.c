/* buffer.c - a growing run of bytes, and a cursor that reads one. */
#include "storage/base/buffer.h"

#include "storage/base/check.h"

#include <stdlib.h>
#include <string.h>

#define VARINT_SIZE_MAX 10

int skr_buffer_reserve(skr_buffer *buffer, size_t n_more, skr_err *err)
{
    SKR_ASSERT(buffer->n <= buffer->n_max);
    if (n_more <= buffer->n_max - buffer->n)
        return SKR_OK;
    if (n_more > SIZE_MAX / 2 - buffer->n)
        return skr_fail(err, SKR_ERR_NOMEM, "out of memory: %zu more bytes wanted", n_more);
    /* by half: the copies of all growths together stay below three times the end */
    size_t n_max = buffer->n_max + buffer->n_max / 2;
    if (n_max < buffer->n + n_more)
        n_max = buffer->n + n_more;
    if (n_max < 64)
        n_max = 64;
    uint8_t *bytes = realloc(buffer->bytes, n_max);
    if (bytes == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "out of memory: %zu bytes wanted", n_max);
    buffer->bytes = bytes;
    buffer->n_max = n_max;
    return SKR_OK;
}

int skr_buffer_renew(skr_buffer *buffer, size_t n, skr_err *err)
{
    buffer->n = 0;
    if (n <= buffer->n_max)
        return SKR_OK;
    skr_buffer_done(buffer); /* else the old bytes would be copied into fresh pages */
    return skr_buffer_reserve(buffer, n, err);
}

int skr_buffer_put(skr_buffer *buffer, const void *bytes, size_t n, skr_err *err)
{
    if (n == 0)
        return SKR_OK;
    SKR_TRY(skr_buffer_reserve(buffer, n, err));
    memcpy(buffer->bytes + buffer->n, bytes, n);
    buffer->n += n;
    return SKR_OK;
}

int skr_buffer_put_u8(skr_buffer *buffer, uint8_t value, skr_err *err)
{
    return skr_buffer_put(buffer, &value, 1, err);
}

int skr_buffer_put_u32(skr_buffer *buffer, uint32_t value, skr_err *err)
{
    uint8_t bytes[4];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    return skr_buffer_put(buffer, bytes, sizeof bytes, err);
}

int skr_buffer_put_u64(skr_buffer *buffer, uint64_t value, skr_err *err)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    return skr_buffer_put(buffer, bytes, sizeof bytes, err);
}

int skr_buffer_put_varint(skr_buffer *buffer, uint64_t value, skr_err *err)
{
    uint8_t bytes[VARINT_SIZE_MAX];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    return skr_buffer_put(buffer, bytes, n, err);
}

int skr_buffer_put_text(skr_buffer *buffer, const char *text, size_t n, skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(buffer, n, err));
    return skr_buffer_put(buffer, text, n, err);
}

void skr_buffer_done(skr_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (skr_buffer){0};
}

const uint8_t *skr_cursor_bytes(skr_cursor *cursor, size_t n)
{
    static const uint8_t nothing[1];
    if (cursor->is_bad)
        return NULL;
    if (n == 0)
        return cursor->at != NULL ? cursor->at : nothing;
    if (n > (size_t)(cursor->end - cursor->at)) {
        cursor->is_bad = true;
        return NULL;
    }
    const uint8_t *bytes = cursor->at;
    cursor->at += n;
    return bytes;
}

uint64_t skr_cursor_u64(skr_cursor *cursor)
{
    const uint8_t *bytes = skr_cursor_bytes(cursor, 8);
    uint64_t value = 0;
    for (unsigned i = 0; bytes != NULL && i < 8; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

uint64_t skr_cursor_varint(skr_cursor *cursor)
{
    uint64_t value = 0;
    if (!cursor->is_bad && cursor->at < cursor->end && *cursor->at < 0x80)
        return *cursor->at++; /* most are of one byte */
    for (unsigned shift = 0; shift < 7 * VARINT_SIZE_MAX; shift += 7) {
        uint8_t byte = skr_cursor_u8(cursor);
        uint64_t bits = byte & 0x7f;
        if (cursor->is_bad || (shift == 63 && bits > 1))
            break;
        /* a last byte of zero would make two spellings of one number */
        if (byte == 0 && shift > 0)
            break;
        value |= bits << shift;
        if (byte < 0x80)
            return value;
    }
    cursor->is_bad = true;
    return 0;
}

uint64_t skr_cursor_varint_max(skr_cursor *cursor, uint64_t max)
{
    uint64_t value = skr_cursor_varint(cursor);
    if (value <= max)
        return value;
    cursor->is_bad = true;
    return 0;
}

const char *skr_cursor_text(skr_cursor *cursor, size_t *ret_n)
{
    uint64_t n = skr_cursor_varint_max(cursor, SIZE_MAX);
    const uint8_t *bytes = skr_cursor_bytes(cursor, (size_t)n);
    if (bytes == NULL)
        return NULL;
    *ret_n = (size_t)n;
    return (const char *)bytes;
}

bool skr_cursor_is_done(const skr_cursor *cursor)
{
    SKR_ASSERT(cursor->at <= cursor->end);
    return !cursor->is_bad && cursor->at == cursor->end;
}
