/*
 * segment_fuzz.c - any bytes as carriers, a call set or a part of an order: refused, or something
 * sound that is the same after it was stored again.
 *
 * The first byte says what the bytes are (modulo 4: carriers, a call set, runs, classes), the next
 * two how many samples there are, or classes of runs. Of carriers the head comes next, of classes
 * how many they are.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"
#include "storage/carriers/carriers_form.h"
#include "storage/carriers/gap_list.h"
#include "storage/carriers/kernel.h"
#include "storage/carriers/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void need(int is_so)
{
    if (!is_so)
        abort();
}

/* Tally and mark on the bytes must agree with the lists. */
static void compare_counts(const skr_stored_carriers *stored, const skr_carriers *carriers)
{
    skr_err err;
    skr_carrier_tally tally;
    uint64_t *bitmap = calloc(stored->n_samples / 64 + 1, sizeof *bitmap);
    uint64_t ac = 0;
    uint32_t n_marked = 0;
    need(bitmap != NULL);
    for (uint32_t i = 0; i < carriers->n; i++)
        ac += carriers->dosages[i];
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        ac += carriers->bags[i].n_this;
    need(skr_carriers_tally(stored, NULL, NULL, &tally, &err) == SKR_OK);
    need(tally.ac == ac && tally.n_carriers == carriers->n + carriers->n_bags);
    need(skr_carriers_mark(stored, bitmap, &err) == SKR_OK);
    for (uint32_t i = 0; i < stored->n_samples / 64 + 1; i++)
        n_marked += (uint32_t)__builtin_popcountll(bitmap[i]);
    need(n_marked == tally.n_carriers);
    free(bitmap);
}

static void try_carriers(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples)
{
    skr_err err;
    skr_carriers carriers = {0};
    skr_carriers back = {0};
    skr_buffer again = {0};
    skr_stored_carriers stored = {
        .bytes = bytes + 1, .n_bytes = n_bytes - 1, .n_samples = n_samples, .head = bytes[0]};
    int status = skr_carriers_decode(&stored, &carriers, &err);
    if (status == SKR_OK) {
        compare_counts(&stored, &carriers);
        need(skr_carriers_encode(&carriers, n_samples, &again, &stored.head, &err) == SKR_OK);
        stored.bytes = again.bytes;
        stored.n_bytes = again.n;
        need(skr_carriers_decode(&stored, &back, &err) == SKR_OK);
        need(back.n == carriers.n && back.n_bags == carriers.n_bags);
        for (uint32_t i = 0; i < back.n; i++)
            need(back.samples[i] == carriers.samples[i] && back.dosages[i] == carriers.dosages[i]);
        for (uint32_t i = 0; i < back.n_bags; i++)
            need(back.bags[i].sample == carriers.bags[i].sample &&
                 back.bags[i].n_this == carriers.bags[i].n_this);
    } else {
        need(status == SKR_ERR_CORRUPT);
    }
    skr_carriers_done(&carriers);
    skr_carriers_done(&back);
    skr_buffer_done(&again);
}

/* Short lists of any bytes, unpacked many at a time: what one list alone says, or refused. */
static void try_rows(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples)
{
    skr_err err;
    const skr_short_shapes shapes = skr_gap_list_short_shapes_of(n_samples);
    uint8_t head = bytes[0] % (SKR_SHORT_MAX + 1);
    size_t n_list = shapes.of[head].n_bytes;
    if (n_bytes - 1 < n_list)
        return;
    uint64_t *bitmaps = calloc(2 * ((size_t)n_samples / 64 + 1), sizeof *bitmaps);
    uint64_t *other = bitmaps + n_samples / 64 + 1;
    uint8_t *padded = calloc(n_list + SKR_KERNEL_SLACK, 1);
    need(bitmaps != NULL && padded != NULL);
    memcpy(padded, bytes + 1, n_list);
    const uint8_t heads[2] = {head, head};
    const uint32_t offsets[2] = {0, 0};
    const uint32_t lengths[2] = {(uint32_t)n_list, (uint32_t)n_list};
    const uint32_t rows[2] = {0, 1};
    const skr_carrier_rows all = {&shapes, padded,  n_list + SKR_KERNEL_SLACK,
                                  heads,   offsets, lengths};
    const skr_stored_carriers one = {
        .bytes = padded, .n_bytes = n_list, .n_samples = n_samples, .head = head};
    skr_carrier_tally tallies[2];
    int status = skr_carriers_mark(&one, bitmaps, &err);
    need(skr_carrier_rows_mark(&all, rows, 2, other, &err) == status);
    need(status < 0 || memcmp(bitmaps, other, (n_samples / 64 + 1) * sizeof *other) == 0);
    need(skr_carrier_rows_tally(&all, rows, 2, bitmaps, tallies, &err) == status);
    for (unsigned i = 0; i < 2 && status == SKR_OK; i++)
        need(tallies[i].n_carriers == head && tallies[i].ac == head && tallies[i].n_hom == 0);
    free(bitmaps);
    free(padded);
}

/* What the stored bytes count is what the set counts, with two copies expected of each sample. */
static void compare_called(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples, int status,
                           const skr_call_set *set)
{
    skr_err err;
    uint64_t n = 0;
    const skr_call_question question = {.n_copies_expected = 2 * (uint64_t)n_samples};
    skr_cursor cursor = skr_cursor_of(bytes, n_bytes);
    uint8_t *two = malloc(n_samples);
    need(two != NULL);
    memset(two, 2, n_samples);
    need(skr_call_set_count_stored(&cursor, n_samples, &question, &n, &err) == status);
    need(status < 0 || n == skr_call_set_n_copies(set, NULL, two, question.n_copies_expected));
    free(two);
}

static void try_call_set(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples)
{
    skr_err err;
    skr_call_set set = {0};
    skr_call_set back = {0};
    skr_buffer again = {0};
    uint8_t *calls = malloc(2 * (size_t)n_samples);
    skr_cursor cursor = skr_cursor_of(bytes, n_bytes);
    need(calls != NULL);
    int status = skr_call_set_decode(&cursor, n_samples, &set, &err);
    compare_called(bytes, n_bytes, n_samples, status, &set);
    if (status == SKR_OK) {
        skr_call_set_to_calls(&set, n_samples, calls);
        for (uint32_t i = 0; i < n_samples; i++)
            need(calls[i] <= SKR_PLOIDY_MAX || calls[i] >= SKR_CALL_DEFAULT);
        need(skr_call_set_from_calls(calls, n_samples, &back, &err) == SKR_OK);
        need(skr_call_set_encode(&back, &again, &err) == SKR_OK);
        skr_call_set_done(&back);
        cursor = skr_cursor_of(again.bytes, again.n);
        need(skr_call_set_decode(&cursor, n_samples, &back, &err) == SKR_OK);
        need(skr_cursor_is_done(&cursor));
        skr_call_set_to_calls(&back, n_samples, calls + n_samples);
        need(memcmp(calls, calls + n_samples, n_samples) == 0);
    } else {
        need(status == SKR_ERR_CORRUPT);
    }
    skr_call_set_done(&set);
    skr_call_set_done(&back);
    skr_buffer_done(&again);
    free(calls);
}

/* Runs that are decoded add up to the same, and are the same when they were stored again. */
static void try_runs(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes)
{
    skr_err err;
    skr_buffer again = {0};
    uint8_t *dosages = malloc(2 * (size_t)n_classes);
    uint32_t *sums = malloc(((size_t)n_classes + 1) * sizeof *sums);
    int32_t *steps = calloc((size_t)n_classes + 1, sizeof *steps);
    uint32_t n_carriers = 0;
    uint32_t n_hom = 0;
    need(dosages != NULL && sums != NULL && steps != NULL);
    for (uint32_t i = 0; i <= n_classes; i++)
        sums[i] = i;
    int count = skr_order_runs_count(bytes, n_bytes, n_classes, sums, &n_carriers, &n_hom, &err);
    int mark = skr_order_runs_mark(bytes, n_bytes, n_classes, steps, &err);
    need(count == SKR_OK || count == SKR_ERR_CORRUPT);
    need(mark == SKR_OK || mark == SKR_ERR_CORRUPT);
    if (skr_order_runs_decode(bytes, n_bytes, n_classes, dosages, &err) == SKR_OK) {
        need(count == SKR_OK && mark == SKR_OK);
        for (uint32_t i = 0; i < n_classes; i++) {
            n_carriers -= dosages[i] > 0;
            n_hom -= dosages[i] == 2;
        }
        need(n_carriers == 0 && n_hom == 0);
        need(skr_order_runs_encode(dosages, n_classes, &again, &err) == SKR_OK);
        need(skr_order_runs_decode(again.bytes, again.n, n_classes, dosages + n_classes, &err) ==
             SKR_OK);
        need(memcmp(dosages, dosages + n_classes, n_classes) == 0);
    }
    skr_buffer_done(&again);
    free(dosages);
    free(sums);
    free(steps);
}

static void try_classes(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples,
                        uint32_t n_classes)
{
    skr_err err;
    uint32_t *classes = malloc(n_samples * sizeof *classes);
    uint32_t *scratch = malloc(skr_order_classes_scratch(n_classes) * sizeof *scratch);
    need(classes != NULL && scratch != NULL);
    int status =
        skr_order_classes_decode(bytes, n_bytes, n_samples, n_classes, scratch, classes, &err);
    need(status == SKR_OK || status == SKR_ERR_CORRUPT);
    for (uint32_t i = 0; i < n_samples && status == SKR_OK; i++)
        need(classes[i] < n_classes);
    free(classes);
    free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes < 4)
        return 0;
    uint32_t n_samples = 1 + bytes[1] + 256u * (bytes[2] & 15);
    switch (bytes[0] % 4) {
    case 0:
        try_carriers(bytes + 3, n_bytes - 3, n_samples);
        try_rows(bytes + 3, n_bytes - 3, n_samples);
        break;
    case 1:
        try_call_set(bytes + 3, n_bytes - 3, n_samples);
        break;
    case 2:
        try_runs(bytes + 3, n_bytes - 3, n_samples);
        break;
    default:
        try_classes(bytes + 4, n_bytes - 4, n_samples, 1 + bytes[3]);
        break;
    }
    return 0;
}
