/*
 * Bags are read back as they were written, a block at a time; bytes that are cut or say what cannot
 * be are refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "storage/base/limits.h"
#include "storage/carriers/bags.h"

static skr_err err;

static void make(skr_carriers *carriers, skr_buffer *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cr_assert(eq(int,
                     skr_carriers_add_bag(carriers,
                                          (skr_bag){.sample = 3 * i,
                                                    .n_this = (uint8_t)(1 + i % SKR_PLOIDY_MAX),
                                                    .zygosity = (uint8_t)(i % 4)},
                                          &err),
                     SKR_OK));
    cr_assert(eq(int, skr_bags_encode(carriers, bytes, &err), SKR_OK));
}

Test(bags, are_read_back_over_several_blocks)
{
    const uint32_t sizes[] = {1, SKR_GAP_BLOCK, SKR_GAP_BLOCK + 1, 5 * SKR_GAP_BLOCK - 1};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        skr_carriers carriers = {0};
        skr_buffer bytes = {0};
        make(&carriers, &bytes, sizes[k]);
        skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
        skr_bags_part part = skr_bags_find(&cursor, 3 * sizes[k]);
        cr_assert(skr_cursor_is_done(&cursor));
        cr_assert(eq(u32, part.n, sizes[k]));
        skr_bags_reader reader;
        skr_bag bags[SKR_GAP_BLOCK];
        uint32_t n_done = 0;
        skr_bags_reader_start(&reader, &part);
        for (uint32_t n = 0; (n = skr_bags_reader_next(&reader, bags)) > 0; n_done += n)
            for (uint32_t i = 0; i < n; i++) {
                const skr_bag *want = &carriers.bags[n_done + i];
                cr_assert(bags[i].sample == want->sample && bags[i].n_this == want->n_this &&
                          bags[i].zygosity == want->zygosity);
            }
        cr_assert(eq(u32, n_done, sizes[k]));
        cr_assert(not(skr_bags_reader_is_bad(&reader)));
        skr_carriers_done(&carriers);
        skr_buffer_done(&bytes);
    }
}

/* Do the bytes tell bags of n_samples samples, to their end? */
static bool is_sound(const uint8_t *bytes, size_t n, uint32_t n_samples)
{
    skr_cursor cursor = skr_cursor_of(bytes, n);
    skr_bags_part part = skr_bags_find(&cursor, n_samples);
    skr_bags_reader reader;
    skr_bag bags[SKR_GAP_BLOCK];
    if (!skr_cursor_is_done(&cursor))
        return false;
    skr_bags_reader_start(&reader, &part);
    while (skr_bags_reader_next(&reader, bags) > 0)
        continue;
    return !skr_bags_reader_is_bad(&reader);
}

Test(bags, that_cannot_be_are_refused)
{
    skr_carriers carriers = {0};
    skr_buffer bytes = {0};
    make(&carriers, &bytes, 2);
    cr_assert(is_sound(bytes.bytes, bytes.n, 4));
    cr_assert(not(is_sound(bytes.bytes, bytes.n, 3))); /* the second is sample 3 */
    for (size_t n = 0; n < bytes.n; n++)
        cr_assert(not(is_sound(bytes.bytes, n, 4)), "cut after %zu bytes", n);
    bytes.bytes[bytes.n - 1] = SKR_HOM; /* no copy at all */
    cr_assert(not(is_sound(bytes.bytes, bytes.n, 4)));
    cr_assert(not(is_sound((const uint8_t[]){0}, 1, 4))); /* none, where some must be */
    skr_carriers_done(&carriers);
    skr_buffer_done(&bytes);
}
