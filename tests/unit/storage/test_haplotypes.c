/*
 * The phase of a row read back is the phase written: who is phased, on which haplotype and of which
 * set, by bits or by a row of the orders. Bytes that are cut are refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/carriers/haplotypes.h"
#include "tests/support/random.h"

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

static skr_carriers carriers;
static skr_haplotypes phased;

/* The set of a carrier: that of the contig, or one of few. */
static int64_t draw_set(uint32_t percent_sets)
{
    static const int64_t sets[] = {1, 7, 999, 4000000000, -5, SKR_HAPLOTYPE_SET_MAX - 1};
    return below(100) < percent_sets ? sets[below(6)] : SKR_HAPLOTYPE_SET_WHOLE;
}

static void draw_row(void)
{
    uint32_t n_samples = 1 + below(below(4) == 0 ? 2000 : 30);
    uint32_t percent_phased = below(3) == 0 ? 100 : below(101);
    uint32_t percent_sets = below(2) == 0 ? 0 : below(101);
    uint32_t percent_bags = below(40);
    uint32_t one_in = 1 + below(5);
    skr_carriers_clear(&carriers);
    phased.n = 0;
    for (uint32_t s = 0; s < n_samples; s++) {
        bool is_bag = below(100) < percent_bags;
        uint8_t n_this = (uint8_t)(1 + (below(4) == 0));
        if (below(one_in) != 0)
            continue;
        if (is_bag)
            cr_assert(eq(int,
                         skr_carriers_add_bag(&carriers, (skr_bag){s, n_this, SKR_PARTIAL}, &err),
                         SKR_OK));
        else
            cr_assert(eq(int, skr_carriers_add(&carriers, s, n_this, &err), SKR_OK));
        if (n_this > 1 || below(100) >= percent_phased)
            continue;
        int64_t set = draw_set(percent_sets);
        uint32_t part = percent_sets > 0 ? below(2) : 0;
        cr_assert(
            eq(int, skr_haplotypes_add(&phased, (skr_haplotype){s, part, set, below(2) == 0}, &err),
               SKR_OK));
    }
}

static void assert_same(const skr_haplotypes *back)
{
    cr_assert(back->n == phased.n, "seed %llu: %u of %u", (unsigned long long)draw.seed, back->n,
              phased.n);
    for (uint32_t i = 0; i < phased.n; i++) {
        const skr_haplotype *a = &phased.list[i];
        const skr_haplotype *b = &back->list[i];
        cr_assert(a->sample == b->sample && skr_haplotype_is_of_set(a, b) &&
                      a->is_second == b->is_second,
                  "seed %llu: sample %u", (unsigned long long)draw.seed, a->sample);
    }
}

/* Every shorter run of the bytes is refused, or is of nobody. */
static void assert_cuts_refused(const skr_buffer *bytes, uint32_t start0,
                                const skr_carriers *firsts)
{
    skr_haplotypes back = {0};
    for (size_t n = 1; n < bytes->n && n < 200; n++) {
        uint8_t *cut = malloc(n);
        memcpy(cut, bytes->bytes, n);
        cr_assert(eq(int, skr_haplotypes_decode(cut, n, &carriers, start0, firsts, &back, &err),
                     SKR_ERR_CORRUPT));
        free(cut);
    }
    skr_haplotypes_done(&back);
}

Test(haplotypes, are_read_back_as_they_were_written)
{
    skr_haplotypes back = {0};
    skr_carriers firsts = {0};
    draw = test_random_drawn("haplotypes");
    for (unsigned turn = 0; turn < 500; turn++) {
        skr_haplotype_place place = {
            .start0 = below(250000000), .is_ordered = below(2) == 0, .order_row = below(1000)};
        skr_buffer bytes = {0};
        uint64_t order_row = 0;
        draw_row();
        cr_assert(eq(int, skr_haplotypes_encode(&phased, &carriers, &place, &bytes, &err), SKR_OK));
        bool is_ordered = skr_haplotypes_is_ordered(bytes.bytes, bytes.n, &order_row);
        cr_assert(is_ordered == (place.is_ordered && phased.n > 0));
        cr_assert(is_ordered == false || order_row == place.order_row);
        cr_assert(eq(int, skr_haplotypes_firsts(&phased, &carriers, &firsts, &err), SKR_OK));
        cr_assert(eq(int,
                     skr_haplotypes_decode(bytes.bytes, bytes.n, &carriers, place.start0,
                                           is_ordered ? &firsts : NULL, &back, &err),
                     SKR_OK));
        assert_same(&back);
        assert_cuts_refused(&bytes, place.start0, is_ordered ? &firsts : NULL);
        skr_buffer_done(&bytes);
    }
    skr_haplotypes_done(&back);
    skr_carriers_done(&firsts);
}

/* Of few carriers whose set is that of the contig it is a byte. */
Test(haplotypes, of_four_carriers_are_a_byte)
{
    skr_buffer bytes = {0};
    const skr_haplotype_place place = {.start0 = 5};
    skr_carriers_clear(&carriers);
    phased.n = 0;
    for (uint32_t s = 0; s < 4; s++) {
        cr_assert(eq(int, skr_carriers_add(&carriers, 10 * s, 1, &err), SKR_OK));
        cr_assert(
            eq(int,
               skr_haplotypes_add(
                   &phased, (skr_haplotype){10 * s, 0, SKR_HAPLOTYPE_SET_WHOLE, s == 0 || s == 3},
                   &err),
               SKR_OK));
    }
    cr_assert(eq(int, skr_haplotypes_encode(&phased, &carriers, &place, &bytes, &err), SKR_OK));
    cr_assert(eq(sz, bytes.n, 1));
    cr_assert(eq(u8, bytes.bytes[0], 0x90));
    skr_buffer_done(&bytes);
}

Test(haplotypes, are_found_by_sample)
{
    phased.n = 0;
    cr_assert(skr_haplotypes_find(&phased, 3) == NULL);
    for (uint32_t s = 9; s > 0; s -= 3)
        cr_assert(eq(int, skr_haplotypes_add(&phased, (skr_haplotype){.sample = s}, &err), SKR_OK));
    skr_haplotypes_sort(&phased);
    for (uint32_t s = 0; s < 12; s++) {
        const skr_haplotype *one = skr_haplotypes_find(&phased, s);
        bool is_there = s == 3 || s == 6 || s == 9;
        cr_assert(is_there == (one != NULL));
        cr_assert(one == NULL || one->sample == s);
    }
}

/* A head that is not known, bits behind the last carrier, carriers that are not there. */
Test(haplotypes, of_bad_bytes_are_refused)
{
    static const uint8_t bad[][2] = {{0x02, 0}, {0x20, 0}, {0x10, 1}, {0x00, 0}};
    skr_haplotypes back = {0};
    skr_carriers_clear(&carriers);
    cr_assert(eq(int, skr_carriers_add(&carriers, 7, 1, &err), SKR_OK));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, skr_haplotypes_decode(bad[i], 2, &carriers, 0, NULL, &back, &err),
                     SKR_ERR_CORRUPT));
    cr_assert(eq(int,
                 skr_haplotypes_decode((const uint8_t[]){0x20}, 1, &carriers, 0, NULL, &back, &err),
                 SKR_ERR_CORRUPT));
    skr_carriers_clear(&carriers);
    cr_assert(eq(int,
                 skr_haplotypes_decode((const uint8_t[]){0x00}, 1, &carriers, 0, NULL, &back, &err),
                 SKR_ERR_CORRUPT));
    skr_haplotypes_done(&back);
}
