/*
 * query_point.c - the two lines under an error: the text of the question, and carets.
 *
 * A long question is shown through a window around the word. Carets are counted in characters, not
 * bytes, so that they stand right under accented letters.
 */
#include <stdbool.h>
#include <string.h>

#include "engine/face/query.h"
#include "storage/base/utf8.h"

#define WINDOW_BYTES 72u
#define WINDOW_BEFORE 30u

/* Writes into the rest of a message and never past it. */
typedef struct writer {
    char *text;
    size_t n;
    size_t n_max; /* room, the NUL included */
} writer;

static void put(writer *out, const char *bytes, size_t n)
{
    if (out->n_max - out->n <= n)
        return;
    memcpy(out->text + out->n, bytes, n);
    out->n += n;
    out->text[out->n] = '\0';
}

/* One character of the source as a terminal may show it. Returns its length in the source. */
static size_t put_character(writer *out, const char *source, size_t n)
{
    size_t n_bytes = skr_utf8_length(source, n);
    unsigned char c = (unsigned char)*source;
    if (n_bytes == 0)
        put(out, "?", 1);
    else if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)source[1] < 0xa0))
        put(out, " ", 1);
    else
        put(out, source, n_bytes);
    return n_bytes == 0 ? 1 : n_bytes;
}

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The window [*ret_from, *ret_to) of the source, whole characters. */
static void choose_window(const char *source, size_t n, size_t at, size_t *ret_from, size_t *ret_to)
{
    size_t from = n <= WINDOW_BYTES || at <= WINDOW_BEFORE ? 0 : at - WINDOW_BEFORE;
    size_t to = n - from <= WINDOW_BYTES ? n : from + WINDOW_BYTES;
    for (unsigned i = 0; i < 3 && from > 0 && is_tail(source[from]); i++)
        from--;
    for (unsigned i = 0; i < 3 && to < n && is_tail(source[to]); i++)
        to++;
    *ret_from = from;
    *ret_to = to;
}

int skr_query_point(skr_err *err, const char *source, uint32_t at, uint32_t n_at)
{
    if (err == NULL)
        return SKR_OK;
    if (source == NULL || n_at == 0 || strchr(err->message, '\n') != NULL)
        return err->code;
    size_t n = strlen(source);
    size_t at_byte = at < n ? at : n;
    size_t from;
    size_t to;
    choose_window(source, n, at_byte, &from, &to);

    /* The lines need twice the window; a message that is longer than the rest is cut. */
    size_t n_message = strlen(err->message);
    const size_t n_keep = sizeof err->message - 4 * (WINDOW_BYTES + 16);
    if (n_message > n_keep) {
        n_message = n_keep;
        while (n_message > 0 && is_tail(err->message[n_message]))
            n_message--;
    }
    writer out = {.text = err->message, .n = n_message, .n_max = sizeof err->message};
    put(&out, "\n  ", 3);
    if (from > 0)
        put(&out, "...", 3);
    for (size_t i = from; i < to;)
        i += put_character(&out, source + i, n - i);
    if (to < n)
        put(&out, "...", 3);
    put(&out, "\n  ", 3);
    if (from > 0)
        put(&out, "   ", 3);
    char scratch[8];
    for (size_t i = from; i < at_byte && i < to;) {
        writer ignored = {.text = scratch, .n_max = sizeof scratch};
        i += put_character(&ignored, source + i, n - i);
        put(&out, " ", 1);
    }
    size_t i = at_byte;
    do {
        writer ignored = {.text = scratch, .n_max = sizeof scratch};
        i += i < n ? put_character(&ignored, source + i, n - i) : 1;
        put(&out, "^", 1);
    } while (i < at_byte + n_at && i < to);
    return err->code;
}
