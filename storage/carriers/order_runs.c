/*
 * order_runs.c - the carriers of a row as runs of classes: written, counted, marked, decoded.
 *
 * A list of borders says where dosages change: at the first border carriers begin, at the next
 * they end, and so on; with an odd number the last run goes to the end. A border is stored as the
 * low byte of what it leaves out since the one before; the few that leave out 256 and more are
 * listed after, with the rest of their bits. So the loops that add up go over bytes.
 */
#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/order.h"

/* The first byte of a row, a head as tiles have them. */
#define HEAD_OF_RUNS (SKR_HEAD_LONG | SKR_CARRIERS_RUNS)

static int fail_corrupt(skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "runs of carriers are malformed");
}

/* ------------------------------------------------------------------ writing */

/* Calls for each border of the classes that have `least` copies and more. */
static uint32_t next_border(const uint8_t *dosages, uint32_t n_classes, uint32_t at, uint8_t least,
                            bool is_in)
{
    while (at < n_classes && (dosages[at] >= least) == is_in)
        at++;
    return at;
}

static int put_borders(const uint8_t *dosages, uint32_t n_classes, uint8_t least, skr_buffer *bytes,
                       skr_err *err)
{
    skr_buffer low = {0};
    skr_buffer places = {0};
    skr_buffer high = {0};
    uint32_t n = 0;
    uint32_t n_far = 0;
    uint32_t next_far = 0;
    uint32_t next = 0;
    int status = SKR_OK;
    for (uint32_t at = next_border(dosages, n_classes, 0, least, false);
         at < n_classes && status == SKR_OK;
         at = next_border(dosages, n_classes, at, least, n % 2 == 1)) {
        uint32_t gap = at - next;
        next = at + 1;
        status = skr_buffer_put_u8(&low, (uint8_t)gap, err);
        if (status == SKR_OK && gap > 255) {
            status = skr_buffer_put_varint(&places, n - next_far, err);
            if (status == SKR_OK)
                status = skr_buffer_put_varint(&high, (gap >> 8) - 1, err);
            next_far = n + 1;
            n_far++;
        }
        n++;
    }
    SKR_CHECK(status != SKR_OK || low.n == n);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(bytes, n, err);
    if (status == SKR_OK && n > 0)
        status = skr_buffer_put_varint(bytes, n_far, err);
    const skr_buffer *parts[] = {&low, &places, &high};
    for (unsigned i = 0; i < 3 && status == SKR_OK; i++)
        if (parts[i]->n > 0)
            status = skr_buffer_put(bytes, parts[i]->bytes, parts[i]->n, err);
    skr_buffer_done(&low);
    skr_buffer_done(&places);
    skr_buffer_done(&high);
    return status;
}

int skr_order_runs_encode(const uint8_t *dosages, uint32_t n_classes, skr_buffer *bytes,
                          skr_err *err)
{
    bool has_second = n_classes > 0 && memchr(dosages, 2, n_classes) != NULL;
    SKR_TRY(skr_buffer_put_u8(
        bytes, (uint8_t)(HEAD_OF_RUNS | (has_second ? SKR_HEAD_HAS_SECOND : 0)), err));
    SKR_TRY(put_borders(dosages, n_classes, 1, bytes, err));
    if (has_second)
        SKR_TRY(put_borders(dosages, n_classes, 2, bytes, err));
    return SKR_OK;
}

/* ------------------------------------------------------------------ reading */

/* A list of borders: its low bytes, and where the others are. */
typedef struct borders {
    const uint8_t *low;
    uint32_t n;
    uint32_t n_far;
    skr_cursor places;
    skr_cursor high;
    uint64_t place; /* of the next far one; n or more when there is none */
} borders;

/* Finds the parts of a list; the cursor moves after it. Far places are checked to be in the list
 * when they are met. */
static borders take_borders(skr_cursor *cursor, uint32_t n_classes)
{
    borders b = {0};
    b.n = (uint32_t)skr_cursor_varint_max(cursor, n_classes);
    if (b.n > 0)
        b.n_far = (uint32_t)skr_cursor_varint_max(cursor, b.n);
    b.low = skr_cursor_bytes(cursor, b.n);
    b.places = *cursor;
    for (uint32_t i = 0; i < b.n_far && !cursor->is_bad; i++)
        (void)skr_cursor_varint(cursor);
    b.high = *cursor;
    for (uint32_t i = 0; i < b.n_far && !cursor->is_bad; i++)
        (void)skr_cursor_varint(cursor);
    if (cursor->is_bad)
        b.n = b.n_far = 0;
    b.place = b.n_far > 0 ? skr_cursor_varint(&b.places) : UINT64_MAX;
    return b;
}

/* The borders up to the next far one, itself left out. */
static uint32_t near_end(const borders *b)
{
    return b->place < b->n ? (uint32_t)b->place : b->n;
}

/* The high bits of the far one at hand, which is passed. */
static uint64_t take_high(borders *b, uint32_t n_classes)
{
    uint64_t high = skr_cursor_varint_max(&b->high, n_classes) + 1;
    b->n_far--;
    uint64_t skipped = b->n_far > 0 ? skr_cursor_varint_max(&b->places, b->n) : UINT64_MAX / 2;
    b->place += 1 + skipped;
    return high << 8;
}

/* The bytes are bad, or say more than they should. */
static bool is_bad(const borders *b)
{
    return b->n_far > 0 || b->places.is_bad || b->high.is_bad;
}

/*
 * The sum over the runs of a list, by sums. Returns false when a border is out of range. No border
 * is looked up before it is known to be below n_classes.
 */
static bool count_list(borders b, uint32_t n_classes, const uint32_t *sums, uint32_t *ret_n)
{
    uint64_t next = 0;
    uint32_t begun = 0; /* sums wrap; the difference does not */
    uint32_t ended = 0;
    uint32_t i = 0;
    while (i < b.n) {
        uint32_t to = near_end(&b);
        /* 255 a border at most: what stays in range needs no look at each */
        while (i < to) {
            uint32_t n = to - i;
            uint64_t room = (n_classes - (next < n_classes ? next : n_classes)) / 256;
            if (n > room)
                n = (uint32_t)room;
            if (n == 0) {
                next += b.low[i];
                if (next >= n_classes)
                    return false;
                *(i % 2 == 0 ? &begun : &ended) += sums[next++];
                i++;
                continue;
            }
            uint32_t end = i + n;
            if (i % 2 == 1) {
                next += b.low[i++];
                ended += sums[next++];
            }
            for (; i + 2 <= end; i += 2) {
                uint64_t first = next + b.low[i];
                next = first + 1 + b.low[i + 1];
                begun += sums[first];
                ended += sums[next++];
            }
            if (i < end) {
                next += b.low[i++];
                begun += sums[next++];
            }
        }
        if (i == b.n)
            break;
        next += b.low[i] + take_high(&b, n_classes);
        if (next >= n_classes)
            return false;
        *(i % 2 == 0 ? &begun : &ended) += sums[next++];
        i++;
    }
    if (b.n % 2 == 1)
        ended += sums[n_classes];
    SKR_ASSERT(i == b.n);
    *ret_n = ended - begun;
    return !is_bad(&b);
}

/* Takes the lists of a row. False when the bytes are no runs. */
static bool take_lists(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes, borders *carriers,
                       borders *second)
{
    skr_cursor cursor = skr_cursor_of(bytes, n_bytes);
    unsigned head = skr_cursor_u8(&cursor);
    *second = (borders){0};
    *carriers = take_borders(&cursor, n_classes);
    if ((head & SKR_HEAD_HAS_SECOND) != 0)
        *second = take_borders(&cursor, n_classes);
    return (head & ~SKR_HEAD_HAS_SECOND) == HEAD_OF_RUNS && skr_cursor_is_done(&cursor);
}

int skr_order_runs_count(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes,
                         const uint32_t *sums, uint32_t *ret_n_carriers, uint32_t *ret_n_hom,
                         skr_err *err)
{
    borders carriers;
    borders second;
    if (!take_lists(bytes, n_bytes, n_classes, &carriers, &second) ||
        !count_list(carriers, n_classes, sums, ret_n_carriers) ||
        !count_list(second, n_classes, sums, ret_n_hom) || *ret_n_hom > *ret_n_carriers)
        return fail_corrupt(err);
    return SKR_OK;
}

/* The next border, or false at the end and when it is out of range. */
static bool next_of(borders *b, uint32_t *i, uint64_t *next, uint32_t n_classes)
{
    if (*i == b->n)
        return false;
    *next += b->low[*i];
    if (*i == b->place)
        *next += take_high(b, n_classes);
    if (*next >= n_classes)
        return false;
    (*i)++;
    (*next)++;
    return true;
}

int skr_order_runs_mark(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes, int32_t *steps,
                        skr_err *err)
{
    borders carriers;
    borders second;
    uint32_t i = 0;
    uint64_t next = 0;
    if (!take_lists(bytes, n_bytes, n_classes, &carriers, &second))
        return fail_corrupt(err);
    while (next_of(&carriers, &i, &next, n_classes))
        steps[next - 1] += i % 2 == 1 ? 1 : -1;
    if (carriers.n % 2 == 1)
        steps[n_classes]--;
    return i == carriers.n && !is_bad(&carriers) ? SKR_OK : fail_corrupt(err);
}

/* Sets the dosage of the classes of each run, all of which must have `before`. */
static bool fill_list(borders b, uint32_t n_classes, uint8_t dosage, uint8_t *dosages)
{
    uint32_t i = 0;
    uint64_t next = 0;
    bool is_sound = true;
    while (next_of(&b, &i, &next, n_classes)) {
        uint64_t from = next - 1;
        uint64_t to = n_classes;
        if (i < b.n) {
            if (!next_of(&b, &i, &next, n_classes))
                return false;
            to = next - 1;
        }
        for (uint64_t at = from; at < to; at++) {
            is_sound = is_sound && dosages[at] == dosage - 1;
            dosages[at] = dosage;
        }
    }
    return is_sound && i == b.n && !is_bad(&b);
}

int skr_order_runs_decode(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes,
                          uint8_t *dosages, skr_err *err)
{
    borders carriers;
    borders second;
    memset(dosages, 0, n_classes);
    if (!take_lists(bytes, n_bytes, n_classes, &carriers, &second) ||
        !fill_list(carriers, n_classes, 1, dosages) || !fill_list(second, n_classes, 2, dosages))
        return fail_corrupt(err);
    return SKR_OK;
}
