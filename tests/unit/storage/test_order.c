/*
 * Classes and runs are read back as they were written; sums over runs are sums over samples; any
 * other bytes give an error or something in range; the order that is found tells samples apart.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/carriers/order.h"
#include "tests/support/random.h"

static test_random rng;
static skr_err err;

static uint32_t draw(uint32_t below)
{
    return test_random_below(&rng, below);
}

/* ------------------------------------------------------------------ classes */

/* Draws classes, each with a member, sizes as different as they come. */
static uint32_t *draw_classes(uint32_t n_samples, uint32_t n_classes)
{
    uint32_t *classes = malloc(n_samples * sizeof *classes);
    for (uint32_t i = 0; i < n_samples; i++)
        classes[i] = i < n_classes ? i : draw(1 + draw(1 + draw(n_classes)));
    for (uint32_t i = 0; i < n_samples; i++) {
        uint32_t other = draw(n_samples);
        uint32_t swap = classes[i];
        classes[i] = classes[other];
        classes[other] = swap;
    }
    return classes;
}

/* Reads changed bytes: refused, or every class is in range. */
static void check_changed(const skr_buffer *bytes, uint32_t n_samples, uint32_t n_classes)
{
    uint32_t *scratch = malloc(skr_order_classes_scratch(n_classes) * sizeof *scratch);
    uint32_t *classes = malloc(n_samples * sizeof *classes);
    for (unsigned round = 0; round < 200; round++) {
        size_t n = round % 4 == 0 ? draw((uint32_t)bytes->n + 1) : bytes->n;
        uint8_t *copy = malloc(n + 1); /* so that a sanitizer sees a step past the end */
        memcpy(copy, bytes->bytes, n);
        for (uint32_t i = draw(4); i > 0 && n > 0; i--)
            copy[draw((uint32_t)n)] = (uint8_t)draw(256);
        uint8_t *tight = malloc(n == 0 ? 1 : n);
        memcpy(tight, copy, n);
        int status =
            skr_order_classes_decode(tight, n, n_samples, n_classes, scratch, classes, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
        for (uint32_t i = 0; i < n_samples && status == SKR_OK; i++)
            cr_assert(classes[i] < n_classes);
        free(tight);
        free(copy);
    }
    free(scratch);
    free(classes);
}

Test(order, classes_are_read_back)
{
    static const struct {
        uint32_t n_samples;
        uint32_t n_classes;
    } cases[] = {{1, 1},       {2, 1},      {2, 2},       {9, 8},     {100, 9},
                 {1000, 1000}, {5000, 300}, {20000, 257}, {3000, 17}, {70000, 40000}};
    rng = test_random_drawn("order classes");
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t n = cases[i].n_samples;
        uint32_t n_classes = cases[i].n_classes;
        uint32_t *classes = draw_classes(n, n_classes);
        uint32_t *got = malloc(n * sizeof *got);
        uint32_t *scratch = malloc(skr_order_classes_scratch(n_classes) * sizeof *scratch);
        skr_buffer bytes = {0};
        cr_assert(eq(int, skr_buffer_put_u8(&bytes, 77, &err), 0));
        cr_assert(eq(int, skr_order_classes_encode(classes, n, n_classes, &bytes, &err), 0));
        memmove(bytes.bytes, bytes.bytes + 1, --bytes.n);
        cr_assert(bytes.n >= skr_order_classes_size_min(n, n_classes) &&
                  bytes.n <= skr_order_classes_size_max(n, n_classes));
        cr_assert(
            eq(int,
               skr_order_classes_decode(bytes.bytes, bytes.n, n, n_classes, scratch, got, &err), 0),
            "%s", err.message);
        cr_assert(memcmp(got, classes, n * sizeof *got) == 0);
        memset(scratch, 0, n_classes * sizeof *scratch);
        for (uint32_t s = 0; s < n; s++)
            scratch[classes[s]]++;
        cr_assert(skr_order_levels_are_right(bytes.bytes, scratch, n_classes));
        if (n <= 5000)
            check_changed(&bytes, n, n_classes);
        skr_buffer_done(&bytes);
        free(classes);
        free(got);
        free(scratch);
    }
}

/* ------------------------------------------------------------------ runs */

static void draw_dosages(uint8_t *dosages, uint32_t n, uint32_t length)
{
    uint8_t dosage = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (draw(length) == 0)
            dosage = (uint8_t)draw(3);
        dosages[i] = dosage;
    }
}

static void check_runs(const uint8_t *dosages, uint32_t n, const skr_buffer *bytes)
{
    uint32_t *sums = malloc((n + 1) * sizeof *sums);
    int32_t *steps = calloc(n + 1, sizeof *steps);
    uint8_t *got = malloc(n);
    uint32_t n_carriers = 0;
    uint32_t n_hom = 0;
    uint32_t want_carriers = 0;
    uint32_t want_hom = 0;
    sums[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = draw(5);
        sums[i + 1] = sums[i] + size;
        want_carriers += dosages[i] > 0 ? size : 0;
        want_hom += dosages[i] == 2 ? size : 0;
    }
    cr_assert(eq(
        int, skr_order_runs_count(bytes->bytes, bytes->n, n, sums, &n_carriers, &n_hom, &err), 0));
    cr_assert(n_carriers == want_carriers && n_hom == want_hom);
    cr_assert(eq(int, skr_order_runs_mark(bytes->bytes, bytes->n, n, steps, &err), 0));
    int32_t level = 0;
    for (uint32_t i = 0; i < n; i++) {
        level += steps[i];
        cr_assert(level == (dosages[i] > 0));
    }
    cr_assert(eq(int, skr_order_runs_decode(bytes->bytes, bytes->n, n, got, &err), 0));
    cr_assert(memcmp(got, dosages, n) == 0);
    free(sums);
    free(steps);
    free(got);
}

/* Bytes that are no runs, or others: refused, or no count above all there are. */
static void check_bad_runs(uint32_t n, const skr_buffer *bytes)
{
    uint32_t *sums = malloc((n + 1) * sizeof *sums);
    int32_t *steps = calloc(n + 1, sizeof *steps);
    uint8_t *dosages = malloc(n);
    for (uint32_t i = 0; i <= n; i++)
        sums[i] = 3 * i;
    for (unsigned round = 0; round < 60; round++) {
        size_t n_bytes = round % 3 == 0 ? draw((uint32_t)bytes->n + 1) : bytes->n;
        uint8_t *copy = malloc(n_bytes == 0 ? 1 : n_bytes);
        uint32_t n_carriers = 0;
        uint32_t n_hom = 0;
        memcpy(copy, bytes->bytes, n_bytes);
        for (uint32_t i = draw(4); i > 0 && n_bytes > 0; i--)
            copy[draw(draw(2) == 0 ? 5 : (uint32_t)n_bytes) % n_bytes] = (uint8_t)draw(256);
        int status = skr_order_runs_count(copy, n_bytes, n, sums, &n_carriers, &n_hom, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
        cr_assert(status < 0 || (n_carriers <= 3 * n && n_hom <= n_carriers));
        status = skr_order_runs_mark(copy, n_bytes, n, steps, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
        status = skr_order_runs_decode(copy, n_bytes, n, dosages, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
        for (uint32_t i = 0; i < n && status == SKR_OK; i++)
            cr_assert(dosages[i] <= 2);
        free(copy);
    }
    free(sums);
    free(steps);
    free(dosages);
}

Test(order, runs_add_up_and_are_read_back)
{
    static const uint32_t sizes[] = {1, 2, 3, 64, 255, 256, 257, 1000, 5000, 100000};
    static const uint32_t lengths[] = {1, 2, 20, 300, 3000};
    rng = test_random_drawn("order runs");
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (unsigned j = 0; j < sizeof lengths / sizeof *lengths; j++) {
            uint8_t *dosages = malloc(sizes[i]);
            skr_buffer bytes = {0};
            draw_dosages(dosages, sizes[i], lengths[j]);
            cr_assert(eq(int, skr_order_runs_encode(dosages, sizes[i], &bytes, &err), 0));
            cr_assert(skr_order_row_is_runs(bytes.bytes, bytes.n));
            check_runs(dosages, sizes[i], &bytes);
            check_bad_runs(sizes[i], &bytes);
            skr_buffer_done(&bytes);
            free(dosages);
        }
    }
}

Test(order, a_second_copy_needs_a_first)
{
    static const uint8_t bytes[] = {0x8b, 2, 0, 1, 0, 1, 0, 0}; /* class 1; two copies from 0 on */
    uint8_t dosages[3];
    cr_assert(
        eq(int, skr_order_runs_decode(bytes, sizeof bytes - 1, 3, dosages, &err), SKR_ERR_CORRUPT));
}

Test(order, the_example_of_the_document)
{
    static const uint8_t bytes[] = {0x8b, 1, 0, 1, 1, 0, 4};
    static const uint8_t want[] = {0, 1, 1, 1, 2};
    uint8_t dosages[5];
    cr_assert(eq(int, skr_order_runs_decode(bytes, sizeof bytes, 5, dosages, &err), 0));
    cr_assert(memcmp(dosages, want, 5) == 0);
}

/* ------------------------------------------------------------------ finding an order */

static void check_found(const skr_order_rows *rows, const uint8_t *dosages, uint32_t n_samples)
{
    uint32_t *classes = malloc(n_samples * sizeof *classes);
    uint32_t *representatives = malloc(n_samples * sizeof *representatives);
    uint32_t *numbers = malloc(n_samples * sizeof *numbers);
    uint32_t *sizes = calloc(n_samples, sizeof *sizes);
    uint8_t *of_class = malloc(n_samples);
    bool *is_met = calloc(n_samples, sizeof *is_met);
    uint32_t n = 0;
    cr_assert(eq(int, skr_order_find(rows, classes, representatives, numbers, &n, &err), 0));
    for (uint32_t i = 0; i < n_samples; i++)
        sizes[classes[i]]++;
    for (uint32_t i = 0; i < n; i++) {
        cr_assert(numbers[i] < n && !is_met[numbers[i]] && sizes[i] > 0);
        is_met[numbers[i]] = true;
    }
    for (uint32_t row = 0; row < rows->n; row++) {
        skr_order_rows_dosages(rows, row, representatives, n, of_class);
        for (uint32_t i = 0; i < n_samples; i++)
            cr_assert(of_class[classes[i]] == dosages[row * n_samples + i]);
        cr_assert(skr_order_row_is_told(rows, row, classes, of_class, sizes, n));
        of_class[classes[draw(n_samples)]] ^= 1;
        bool is_told = skr_order_row_is_told(rows, row, classes, of_class, sizes, n);
        cr_assert(is_told == false);
    }
    free(classes);
    free(representatives);
    free(numbers);
    free(sizes);
    free(of_class);
    free(is_met);
}

Test(order, puts_samples_that_differ_into_classes)
{
    rng = test_random_drawn("order find");
    for (unsigned round = 0; round < 60; round++) {
        uint32_t n_samples = 1 + draw(round % 10 == 0 ? 2000 : 60);
        uint32_t n_rows = 1 + draw(30);
        uint32_t one_in = 1 + draw(20);
        uint8_t *dosages = calloc((size_t)n_rows * n_samples, 1);
        skr_order_rows rows = {.n_samples = n_samples};
        skr_carriers carriers = {0};
        for (uint32_t row = 0; row < n_rows; row++) {
            skr_carriers_clear(&carriers);
            for (uint32_t i = 0; i < n_samples; i++) {
                uint8_t dosage = (uint8_t)(draw(one_in) == 0 ? 1 + draw(2) : 0);
                dosages[row * n_samples + i] = dosage;
                if (dosage > 0)
                    cr_assert(eq(int, skr_carriers_add(&carriers, i, dosage, &err), 0));
            }
            cr_assert(eq(int, skr_order_rows_add(&rows, &carriers, &err), 0));
        }
        for (uint32_t row = 0; row < n_rows; row++) {
            uint32_t at = 0;
            cr_assert(eq(int, skr_order_rows_get(&rows, row, &carriers, &err), 0));
            for (uint32_t i = 0; i < n_samples; i++)
                if (dosages[row * n_samples + i] != 0) {
                    cr_assert(at < carriers.n && carriers.samples[at] == i &&
                              carriers.dosages[at] == dosages[row * n_samples + i]);
                    at++;
                }
            cr_assert(eq(u32, at, carriers.n));
        }
        check_found(&rows, dosages, n_samples);
        skr_order_rows_done(&rows);
        skr_carriers_done(&carriers);
        free(dosages);
    }
}
