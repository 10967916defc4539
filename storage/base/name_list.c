/*
 * name_list.c - names in stored bytes.
 */
#include "storage/base/name_list.h"

#include <string.h>

#include "storage/base/check.h"

#define DIGITS_MAX 18u

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many digits a name ends in, DIGITS_MAX at most. */
static size_t count_digits(const char *name, size_t n)
{
    size_t n_digits = 0;
    while (n_digits < n && n_digits < DIGITS_MAX && is_digit(name[n - 1 - n_digits]))
        n_digits++;
    return n_digits;
}

static uint64_t number_of(const char *digits, size_t n)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n; i++)
        number = 10 * number + (uint64_t)(digits[i] - '0');
    return number;
}

/* ------------------------------------------------------------------ writing */

/* Is `next`, of as many bytes, what comes after `name` when its number goes up by 1? */
static bool is_successor(const char *name, const char *next, size_t n)
{
    size_t at = n;
    size_t n_digits = count_digits(name, n);
    while (n_digits > 0 && name[at - 1] == '9' && next[at - 1] == '0') {
        n_digits--;
        at--;
    }
    return n_digits > 0 && name[at - 1] != '9' && next[at - 1] == name[at - 1] + 1 &&
           memcmp(name, next, at - 1) == 0;
}

int skr_name_writer_add(skr_name_writer *writer, const char *name, size_t n, bool may_join,
                        bool *ret_is_joined, skr_err *err)
{
    SKR_CHECK(n >= 1 && n <= SKR_NAME_MAX);
    bool is_joined = may_join && writer->n_entries > 0 && n == writer->n_last &&
                     is_successor(writer->last, name, n);
    if (!is_joined) {
        size_t n_same = 0;
        while (n_same < n && n_same < writer->n_last && name[n_same] == writer->last[n_same])
            n_same++;
        if (writer->n_entries > 0)
            SKR_TRY(skr_buffer_put_varint(&writer->runs, writer->n_run - 1u, err));
        SKR_TRY(skr_buffer_put_varint(&writer->shared, n_same, err));
        SKR_TRY(skr_buffer_put_varint(&writer->lengths, n - n_same, err));
        SKR_TRY(skr_buffer_put(&writer->text, name + n_same, n - n_same, err));
        writer->n_entries++;
        writer->n_run = 0;
    }
    writer->n_run++;
    memcpy(writer->last, name, n);
    writer->n_last = n;
    if (ret_is_joined != NULL)
        *ret_is_joined = is_joined;
    return SKR_OK;
}

size_t skr_name_writer_size(const skr_name_writer *writer)
{
    return writer->shared.n + writer->lengths.n + writer->runs.n + writer->text.n;
}

int skr_name_writer_end(skr_name_writer *writer, skr_buffer *bytes, skr_err *err)
{
    skr_buffer *columns[] = {&writer->shared, &writer->lengths, &writer->runs, &writer->text};
    int status = SKR_OK;
    if (writer->n_entries > 0)
        status = skr_buffer_put_varint(&writer->runs, writer->n_run - 1u, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(bytes, writer->n_entries, err);
    for (unsigned i = 0; i < 4 && status == SKR_OK; i++)
        status = skr_buffer_put_varint(bytes, columns[i]->n, err);
    for (unsigned i = 0; i < 4 && status == SKR_OK; i++)
        if (columns[i]->n > 0)
            status = skr_buffer_put(bytes, columns[i]->bytes, columns[i]->n, err);
    for (unsigned i = 0; i < 4; i++)
        columns[i]->n = 0;
    writer->n_entries = 0;
    writer->n_run = 0;
    writer->n_last = 0;
    return status;
}

void skr_name_writer_done(skr_name_writer *writer)
{
    skr_buffer_done(&writer->shared);
    skr_buffer_done(&writer->lengths);
    skr_buffer_done(&writer->runs);
    skr_buffer_done(&writer->text);
    *writer = (skr_name_writer){0};
}

/* ------------------------------------------------------------------ reading */

bool skr_name_reader_open(skr_name_reader *reader, skr_cursor *bytes)
{
    skr_cursor *columns[] = {&reader->shared, &reader->lengths, &reader->runs, &reader->text};
    size_t n_bytes[4];
    uint32_t n = (uint32_t)skr_cursor_varint_max(bytes, UINT32_MAX);
    for (unsigned i = 0; i < 4; i++)
        n_bytes[i] = (size_t)skr_cursor_varint_max(bytes, (uint64_t)(bytes->end - bytes->at));
    for (unsigned i = 0; i < 4; i++)
        *columns[i] = skr_cursor_of(skr_cursor_bytes(bytes, n_bytes[i]), n_bytes[i]);
    reader->n_entries = n;
    reader->n_left = n;
    reader->n_run = 0;
    reader->n = 0;
    reader->n_same = 0;
    /* an entry takes a byte of each column at least; no name has a NUL in it */
    reader->is_bad = bytes->is_bad || n > n_bytes[0] || n > n_bytes[1] || n > n_bytes[2] ||
                     (n_bytes[3] > 0 && memchr(reader->text.at, 0, n_bytes[3]) != NULL);
    return !reader->is_bad;
}

void skr_name_reader_write(const skr_name_reader *reader, uint32_t i, char *name)
{
    if (reader->n_run <= 1)
        return;
    uint64_t number = reader->number + i;
    for (size_t k = 0; k < reader->n_digits; k++) {
        name[reader->n - 1 - k] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* Takes the number at the end of a run's first name; false when the run does not fit its width. */
static bool take_run(skr_name_reader *reader)
{
    static const uint64_t powers[DIGITS_MAX + 1] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
    };
    reader->n_digits = count_digits(reader->name, reader->n);
    reader->number = number_of(reader->name + reader->n - reader->n_digits, reader->n_digits);
    return reader->n_run <= powers[reader->n_digits] - reader->number;
}

/* Copies the next n bytes of text after the first n_same of the name: 16 at once where both have
 * room for it. */
static inline void put_text(skr_name_reader *reader, size_t n_same, size_t n)
{
    const uint8_t *text = reader->text.at;
    if (n <= 16 && reader->text.end - text >= 16 && n_same + 16 <= sizeof reader->name)
        memcpy(reader->name + n_same, text, 16);
    else if (n > 0)
        memcpy(reader->name + n_same, text, n);
    reader->text.at += n;
}

/* skr_cursor_varint_max, quick for one byte: most are. */
static inline uint64_t take_number(skr_cursor *cursor, uint64_t max)
{
    if (!cursor->is_bad && cursor->at < cursor->end && *cursor->at < 0x80 && *cursor->at <= max)
        return *cursor->at++;
    return skr_cursor_varint_max(cursor, max);
}

bool skr_name_reader_next(skr_name_reader *reader)
{
    if (reader->n_left == 0) {
        reader->is_bad = reader->is_bad || !skr_cursor_is_done(&reader->shared) ||
                         !skr_cursor_is_done(&reader->lengths) ||
                         !skr_cursor_is_done(&reader->runs) || !skr_cursor_is_done(&reader->text);
        return false;
    }
    if (reader->n_run > 1)
        skr_name_reader_write(reader, reader->n_run - 1, reader->name);
    reader->n_left--;
    size_t n_same = (size_t)take_number(&reader->shared, reader->n);
    size_t n = (size_t)take_number(&reader->lengths, SKR_NAME_MAX - n_same);
    uint64_t n_more = take_number(&reader->runs, UINT32_MAX - 1);
    bool is_bad = reader->shared.is_bad || reader->lengths.is_bad || reader->runs.is_bad ||
                  n > (size_t)(reader->text.end - reader->text.at) || n_same + n == 0;
    if (!is_bad) {
        put_text(reader, n_same, n);
        reader->n = n_same + n;
        reader->n_same = n_same;
        reader->name[reader->n] = '\0';
        reader->n_run = (uint32_t)n_more + 1;
        is_bad = n_more > 0 && !take_run(reader);
    }
    reader->is_bad = is_bad;
    if (is_bad)
        reader->n_left = 0;
    return !is_bad;
}

static int compare_names(const char *a, size_t n_a, const char *b, size_t n_b)
{
    int order = memcmp(a, b, n_a < n_b ? n_a : n_b);
    if (order != 0)
        return order;
    return n_a < n_b ? -1 : n_a > n_b;
}

/* Where a name that is after the first of a run, and none of it, belongs. */
static int compare_last(const skr_name_reader *reader, const char *name, size_t n)
{
    char last[SKR_NAME_MAX];
    memcpy(last, reader->name, reader->n);
    skr_name_reader_write(reader, reader->n_run - 1, last);
    return compare_names(name, n, last, reader->n);
}

int skr_name_reader_compare(const skr_name_reader *reader, const char *name, size_t n,
                            uint32_t *ret_i)
{
    int order = compare_names(name, n, reader->name, reader->n);
    if (order <= 0 || reader->n_run == 1) {
        *ret_i = 0;
        return order;
    }
    size_t n_head = reader->n - reader->n_digits;
    if (n != reader->n || memcmp(name, reader->name, n_head) != 0)
        return compare_last(reader, name, n);
    for (size_t k = n_head; k < n; k++)
        if (!is_digit(name[k]))
            return compare_last(reader, name, n);
    uint64_t i = number_of(name + n_head, reader->n_digits) - reader->number;
    if (i >= reader->n_run)
        return 1;
    *ret_i = (uint32_t)i;
    return 0;
}
