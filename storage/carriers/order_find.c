/*
 * order_find.c - puts samples into classes, and the classes into an order that makes runs short.
 *
 * Samples are told apart by a sum over what they carry, a random number for each row and dosage;
 * whoever encodes a row looks whether the class speaks for each of its members. Then the classes
 * are sorted by one row after the other: common rows before rare ones, because a rare row costs at
 * most a run a carrier wherever it stands, and in the middle of the stretch before its ends. The
 * classes of one copy are put down in reverse, so that neighbours across a border still look alike.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/order.h"

#define TWO_COPIES 0x80000000u /* beside a sample of a list */

/* In a plane: the dosages of four samples a byte. */
#define DOSAGE_BITS 2u
#define DOSAGE_MASK 3u
#define A_BYTE 4u

static_assert(SKR_SAMPLES_MAX < TWO_COPIES, "a sample and a flag fit into 32 bits");

/* ------------------------------------------------------------------ rows in memory */

void skr_order_rows_done(skr_order_rows *rows)
{
    skr_buffer_done(&rows->bytes);
    free(rows->rows);
    *rows = (skr_order_rows){0};
}

static size_t plane_size(const skr_order_rows *rows)
{
    return ((size_t)rows->n_samples + A_BYTE - 1) / A_BYTE;
}

int skr_order_rows_add(skr_order_rows *rows, const skr_carriers *carriers, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&rows->rows, &rows->n_max, rows->n + 1, "order", err));
    size_t n_list = (size_t)carriers->n * sizeof(uint32_t);
    bool is_plane = n_list >= plane_size(rows);
    size_t n_bytes = is_plane ? plane_size(rows) : n_list;
    size_t offset = (rows->bytes.n + 3) / 4 * 4;
    SKR_TRY(skr_buffer_reserve(&rows->bytes, offset - rows->bytes.n + n_bytes, err));
    uint8_t *at = rows->bytes.bytes + offset;
    if (is_plane)
        memset(at, 0, n_bytes);
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        if (is_plane) {
            at[sample / A_BYTE] |=
                (uint8_t)(carriers->dosages[i] << DOSAGE_BITS * (sample % A_BYTE));
            continue;
        }
        uint32_t value = sample | (carriers->dosages[i] == 2 ? TWO_COPIES : 0);
        memcpy(at + (size_t)i * sizeof value, &value, sizeof value);
    }
    rows->bytes.n = offset + n_bytes;
    rows->rows[rows->n++] = (skr_order_row){offset, carriers->n, is_plane};
    return SKR_OK;
}

/* Goes through the plain carriers of a row, ascending. */
typedef struct row_walk {
    const uint8_t *at;
    bool is_plane;
    uint32_t i; /* the next sample of a plane, or place in the list */
    uint32_t n; /* samples, or carriers */
} row_walk;

static row_walk walk_of(const skr_order_rows *rows, uint32_t row)
{
    const skr_order_row *r = &rows->rows[row];
    return (row_walk){.at = rows->bytes.bytes + r->offset,
                      .is_plane = r->is_plane,
                      .n = r->is_plane ? rows->n_samples : r->n};
}

static inline bool walk_next(row_walk *walk, uint32_t *sample, uint8_t *dosage)
{
    if (!walk->is_plane) {
        uint32_t value;
        if (walk->i == walk->n)
            return false;
        memcpy(&value, walk->at + (size_t)walk->i++ * sizeof value, sizeof value);
        *sample = value & ~TWO_COPIES;
        *dosage = (value & TWO_COPIES) != 0 ? 2 : 1;
        return true;
    }
    while (walk->i < walk->n) {
        unsigned four = walk->at[walk->i / A_BYTE] >> DOSAGE_BITS * (walk->i % A_BYTE);
        if (four == 0) {
            walk->i += A_BYTE - walk->i % A_BYTE;
            continue;
        }
        *sample = walk->i++;
        *dosage = (uint8_t)(four & DOSAGE_MASK);
        if (*dosage != 0)
            return true;
    }
    return false;
}

int skr_order_rows_get(const skr_order_rows *rows, uint32_t row, skr_carriers *carriers,
                       skr_err *err)
{
    row_walk walk = walk_of(rows, row);
    uint32_t sample;
    uint8_t dosage;
    skr_carriers_clear(carriers);
    while (walk_next(&walk, &sample, &dosage))
        SKR_TRY(skr_carriers_add(carriers, sample, dosage, err));
    return SKR_OK;
}

void skr_order_rows_dosages(const skr_order_rows *rows, uint32_t row, const uint32_t *samples,
                            uint32_t n, uint8_t *dosages)
{
    const skr_order_row *r = &rows->rows[row];
    const uint8_t *at = rows->bytes.bytes + r->offset;
    for (uint32_t i = 0; i < n && r->is_plane; i++)
        dosages[i] =
            (uint8_t)(at[samples[i] / A_BYTE] >> DOSAGE_BITS * (samples[i] % A_BYTE) & DOSAGE_MASK);
    if (r->is_plane)
        return;
    /* representatives ascend, and so do carriers */
    uint32_t i_carrier = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t value = 0;
        for (; i_carrier < r->n; i_carrier++) {
            memcpy(&value, at + (size_t)i_carrier * sizeof value, sizeof value);
            if ((value & ~TWO_COPIES) >= samples[i])
                break;
        }
        bool is_carrier = i_carrier < r->n && (value & ~TWO_COPIES) == samples[i];
        dosages[i] = !is_carrier ? 0 : (value & TWO_COPIES) != 0 ? 2 : 1;
    }
}

bool skr_order_row_is_told(const skr_order_rows *rows, uint32_t row, const uint32_t *classes,
                           const uint8_t *dosages, const uint32_t *sizes, uint32_t n_classes)
{
    row_walk walk = walk_of(rows, row);
    uint64_t n_told = 0;
    uint32_t sample;
    uint8_t dosage;
    bool is_told = true;
    for (uint32_t i = 0; i < n_classes; i++)
        n_told += dosages[i] != 0 ? sizes[i] : 0;
    while (walk_next(&walk, &sample, &dosage))
        is_told = is_told && dosages[classes[sample]] == dosage;
    return is_told && n_told == rows->rows[row].n;
}

/* ------------------------------------------------------------------ classes */

/* splitmix64: the same numbers in every build and run. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* What a sample carries, summed up. */
static uint64_t *sum_up(const skr_order_rows *rows)
{
    uint64_t *sums = calloc(rows->n_samples, sizeof *sums);
    uint64_t state = 1;
    for (uint32_t row = 0; row < rows->n && sums != NULL; row++) {
        uint64_t of_dosage[4] = {0, next_random(&state), next_random(&state), 0};
        row_walk walk = walk_of(rows, row);
        uint32_t sample;
        uint8_t dosage;
        while (walk_next(&walk, &sample, &dosage))
            sums[sample] += of_dosage[dosage];
    }
    return sums;
}

/*
 * Numbers the different sums in the order of the samples. Returns how many there are, 0 when memory
 * ran out.
 */
static uint32_t tell_apart(const uint64_t *sums, uint32_t n_samples, uint32_t *classes,
                           uint32_t *representatives)
{
    uint64_t n_slots = 16;
    while (n_slots < 2 * (uint64_t)n_samples)
        n_slots *= 2;
    uint32_t *slots = calloc(n_slots, sizeof *slots); /* class + 1 */
    uint32_t n = 0;
    if (slots == NULL)
        return 0;
    for (uint32_t i = 0; i < n_samples; i++) {
        uint64_t at = (sums[i] ^ sums[i] >> 32) & (n_slots - 1);
        while (slots[at] != 0 && sums[representatives[slots[at] - 1]] != sums[i])
            at = (at + 1) & (n_slots - 1);
        if (slots[at] == 0) {
            representatives[n] = i;
            slots[at] = ++n;
        }
        classes[i] = slots[at] - 1;
    }
    free(slots);
    return n;
}

/* ------------------------------------------------------------------ the order of the classes */

/* A row as a key: the least value is the most important. */
typedef struct key {
    int64_t value;
    uint32_t row;
} key;

static int compare_keys(const void *left, const void *right)
{
    const key *a = left;
    const key *b = right;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return a->row < b->row ? -1 : 1;
}

/* 256 times the logarithm to the base 2, about: linear between the powers. */
static int64_t log_of(uint32_t n)
{
    unsigned power = 31u - (unsigned)__builtin_clz(n);
    return (int64_t)(256 * power + (((uint64_t)n << 8 >> power) & 255));
}

/* Twice as many carriers, or non-carriers if those are fewer, outweigh the length of the stretch.
 */
static void rank_rows(const skr_order_rows *rows, key *keys)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t n = rows->rows[i].n;
        uint32_t n_few = n < rows->n_samples - n ? n : rows->n_samples - n;
        int64_t distance = llabs((int64_t)i - rows->n / 2);
        keys[i].value = distance * 256 / rows->n - log_of(n_few + 1);
        keys[i].row = i;
    }
    qsort(keys, rows->n, sizeof *keys, compare_keys);
}

/* One pass: classes of 0 copies, then of one in reverse, then of two, as they stood before. */
static void partition(const uint8_t *dosages, uint32_t n, const uint32_t *from, uint32_t *to)
{
    uint32_t n_of[3] = {0};
    for (uint32_t i = 0; i < n; i++)
        n_of[dosages[i]]++;
    uint32_t at[3] = {0, n_of[0] + n_of[1], n_of[0] + n_of[1]};
    for (uint32_t i = 0; i < n; i++) {
        uint8_t dosage = dosages[from[i]];
        SKR_ASSERT(dosage <= 2);
        if (dosage == 1)
            to[--at[1]] = from[i];
        else
            to[at[dosage]++] = from[i];
    }
}

static int sort_classes(const skr_order_rows *rows, const uint32_t *representatives, uint32_t n,
                        uint32_t *ret_numbers, skr_err *err)
{
    key *keys = calloc(rows->n, sizeof *keys);
    uint8_t *dosages = malloc(n);
    uint32_t *from = malloc((size_t)n * sizeof *from);
    uint32_t *to = malloc((size_t)n * sizeof *to);
    int status = SKR_OK;
    if (keys == NULL || dosages == NULL || from == NULL || to == NULL) {
        status = skr_fail_nomem(err, "order");
        goto out;
    }
    rank_rows(rows, keys);
    for (uint32_t i = 0; i < n; i++)
        from[i] = i;
    for (uint32_t i = rows->n; i > 0; i--) {
        skr_order_rows_dosages(rows, keys[i - 1].row, representatives, n, dosages);
        partition(dosages, n, from, to);
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    for (uint32_t i = 0; i < n; i++)
        ret_numbers[from[i]] = i;
out:
    free(keys);
    free(dosages);
    free(from);
    free(to);
    return status;
}

int skr_order_find(const skr_order_rows *rows, uint32_t *classes, uint32_t *representatives,
                   uint32_t *numbers, uint32_t *ret_n_classes, skr_err *err)
{
    SKR_CHECK(rows->n > 0);
    uint64_t *sums = sum_up(rows);
    uint32_t n = sums == NULL ? 0 : tell_apart(sums, rows->n_samples, classes, representatives);
    free(sums);
    if (n == 0)
        return skr_fail_nomem(err, "order");
    SKR_CHECK(n <= rows->n_samples);
    *ret_n_classes = n;
    return sort_classes(rows, representatives, n, numbers, err);
}
