/*
 * Which frequencies a policy lets through: floors at both ends, parts that give nothing of each
 * other away, and nothing that stands for what is hidden.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/tell/disclose_frequencies.h"

#define N_MAX 8

/* People of whom so many are homozygous and heterozygous, everybody called at two copies. */
static skr_raw_frequency people(uint32_t n, uint32_t n_hom, uint32_t n_het)
{
    return (skr_raw_frequency){.an = 2ull * n,
                               .n_hom_copies = 2ull * n_hom,
                               .n_het_copies = n_het,
                               .n_called = n,
                               .n_carriers = n_hom + n_het,
                               .n_hom = n_hom,
                               .n_het = n_het,
                               .n_people = n};
}

/* Total, F and M, of cells F, M and one of nobody knows which. */
typedef struct sample_case {
    skr_raw_frequency cells[3];
    skr_population_frequency told[N_MAX];
    size_t n;
} sample_case;

static void tell(const skr_policy *policy, sample_case *one)
{
    static const char *const tags[] = {"Total", "F", "M"};
    static const skr_zygosities pairs[] = {{true, false}, {true, false}, {true, false}};
    skr_raw_frequency all[3] = {{0}, one->cells[0], one->cells[1]};
    for (size_t i = 0; i < 3; i++)
        skr_raw_frequency_add(&all[0], &one->cells[i]);
    const skr_raw_populations raw = {.all = all,
                                     .tags = tags,
                                     .kinds = pairs,
                                     .n = 3,
                                     .cells = one->cells,
                                     .cell_kinds = pairs,
                                     .n_cells = 3};
    one->n = skr_disclose_frequencies(policy, &raw, one->told);
}

Test(disclose_frequencies, tells_everything_under_exact_counts)
{
    skr_policy policy = skr_policy_exact();
    sample_case one = {.cells = {people(3, 0, 1), people(2, 0, 0), {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 3));
    cr_expect(all(eq(u64, one.told[0].ac, 1), eq(u64, one.told[0].an, 10)));
    cr_expect(one.told[2].has_ac && one.told[2].has_subcounts);
    cr_expect(all(eq(u64, one.told[2].ac, 0), eq(u64, one.told[2].an, 4)));
    one = (sample_case){.cells = {people(3, 0, 1), {.n_people = 7}, {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 2)); /* without a called copy there is no frequency */
    cr_expect(eq(str, (char *)one.told[1].tag, "F"));
}

/* By default: 1,000 people, carriers and others 10, 0.01 from either end. */
static const struct {
    skr_raw_frequency cells[3];
    size_t n;
    bool has_subcounts; /* of Total */
} defaults[] = {
    {{{.an = 0}, {.an = 0}, {.an = 0}}, 0, false},
    {{{.an = 4000,
       .n_het_copies = 1000,
       .n_called = 2000,
       .n_carriers = 1000,
       .n_het = 1000,
       .n_people = 999},
      {.an = 0},
      {.an = 0}},
     0,
     false},
};

Test(disclose_frequencies, has_floors_by_default)
{
    skr_policy policy = skr_policy_default();
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        sample_case one = {.n = 0};
        memcpy(one.cells, defaults[i].cells, sizeof one.cells);
        tell(&policy, &one);
        cr_expect(eq(sz, one.n, defaults[i].n), "%zu", i);
    }
    sample_case both = {.cells = {people(1000, 100, 300), people(1500, 150, 500), {0}}};
    tell(&policy, &both);
    cr_assert(eq(sz, both.n, 3));
    cr_expect(both.told[0].has_subcounts && both.told[1].has_subcounts);
    cr_expect(all(eq(u64, both.told[0].n_hom_copies, 500), eq(uint, both.told[0].n_hom, 250)));
    sample_case few = {.cells = {people(999, 100, 300), people(1500, 150, 500), {0}}};
    tell(&policy, &few);
    cr_assert(eq(sz, few.n, 1), "women below the floor leave Total alone");
    sample_case unknown = {
        .cells = {people(1000, 100, 300), people(1500, 150, 500), people(1, 0, 0)}};
    tell(&policy, &unknown);
    cr_assert(eq(sz, unknown.n, 1), "Total less women and men would be one person");
}

/* The same alleles a copy this side and that side of a floor. */
Test(disclose_frequencies, has_floors_at_both_ends)
{
    skr_policy policy = skr_policy_default();
    policy.frequencies.min_people = 1;
    policy.frequencies.min_frequency = 0;
    for (uint32_t n_other = 8; n_other <= 12; n_other++) {
        sample_case rare = {.cells = {people(100, 0, n_other), {0}, {0}}};
        sample_case usual = {.cells = {people(100, 100 - n_other, 0), {0}, {0}}};
        tell(&policy, &rare);
        tell(&policy, &usual);
        cr_expect(eq(sz, rare.n, n_other >= 10 ? 2 : 0), "%u carriers", n_other);
        cr_expect(eq(sz, usual.n, n_other >= 10 ? 2 : 0), "all but %u", n_other);
        policy.frequencies.has_both_tails = false;
        tell(&policy, &usual);
        cr_expect(eq(sz, usual.n, 2));
        policy.frequencies.has_both_tails = true;
    }
    policy.frequencies.min_frequency = 0.25;
    sample_case low = {.cells = {people(100, 0, 49), {0}, {0}}};
    sample_case high = {.cells = {people(100, 76, 0), {0}, {0}}};
    tell(&policy, &low);
    tell(&policy, &high);
    cr_expect(all(eq(sz, low.n, 0), eq(sz, high.n, 0)));
}

Test(disclose_frequencies, tells_subcounts_all_or_none)
{
    skr_policy policy = skr_policy_default();
    policy.frequencies.min_people = 1;
    policy.frequencies.min_frequency = 0;
    sample_case one = {.cells = {people(100, 9, 30), people(100, 20, 30), {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 3));
    cr_expect(one.told[0].has_subcounts, "Total has 29");
    cr_expect(one.told[1].has_subcounts == false && one.told[2].has_subcounts == false,
              "nine women would follow from the men");
    cr_expect(one.told[1].has_ac && one.told[2].has_ac);
    cr_expect(all(eq(u64, one.told[1].n_hom_copies, 0), eq(uint, one.told[1].n_carriers, 0)));
    one = (sample_case){.cells = {people(100, 0, 30), people(100, 0, 30), {0}}};
    tell(&policy, &one);
    cr_expect(one.told[0].has_subcounts == false, "none and nine look alike");
    policy.frequencies.has_subcounts = false;
    one = (sample_case){.cells = {people(100, 20, 30), people(100, 20, 30), {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 3));
    cr_expect(one.told[0].has_subcounts == false && one.told[1].has_subcounts == false);
}

Test(disclose_frequencies, leaves_out_rows_alone_where_it_is_told_to)
{
    skr_policy policy = skr_policy_default();
    policy.frequencies.min_people = 50;
    policy.frequencies.min_frequency = 0;
    policy.frequencies.is_collapsed = false;
    sample_case one = {.cells = {people(49, 20, 20), people(100, 20, 30), {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 2));
    cr_expect(eq(str, (char *)one.told[1].tag, "M"));
}

Test(disclose_frequencies, rounds_and_then_tells_no_copies)
{
    skr_policy policy = skr_policy_default();
    policy.frequencies.min_people = 1;
    policy.frequencies.min_frequency = 0;
    policy.frequencies.n_decimals = 2;
    sample_case one = {.cells = {people(300, 20, 30), {0}, {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 2));
    cr_expect(fabs(one.told[0].af - 0.12) < 1e-12);
    cr_expect(eq(u64, one.told[0].an, 600));
    cr_expect(one.told[0].has_ac == false && one.told[0].has_subcounts == false);
    one = (sample_case){.cells = {people(3000, 0, 20), {0}, {0}}};
    tell(&policy, &one);
    cr_expect(eq(sz, one.n, 0), "0.003 is not told as 0");
}

/* counts = exact with a floor for frequencies: an AC of 0 is no secret there. */
Test(disclose_frequencies, has_its_own_floors_under_exact_counts)
{
    skr_policy policy = skr_policy_exact();
    policy.frequencies = skr_policy_default().frequencies;
    policy.frequencies.min_people = 100;
    policy.frequencies.min_frequency = 0;
    sample_case one = {.cells = {people(100, 1, 0), people(100, 0, 0), {0}}};
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 3));
    cr_expect(all(eq(u64, one.told[2].ac, 0), one.told[2].has_subcounts));
    one.cells[1] = people(99, 0, 0);
    tell(&policy, &one);
    cr_assert(eq(sz, one.n, 1));
}

/* Whatever a policy made by hand is, a row that is told is of the people's numbers. */
Test(disclose_frequencies, never_tells_what_is_not_there)
{
    skr_policy policy = {0};
    sample_case one = {.cells = {{0}, {0}, {0}}};
    tell(&policy, &one);
    cr_expect(eq(sz, one.n, 0));
    one = (sample_case){.cells = {people(5, 0, 0), people(5, 0, 0), {0}}};
    tell(&policy, &one);
    cr_expect(eq(sz, one.n, 0), "nobody carries it: as hidden as one");
    unsigned seed = 20261130;
    for (int round = 0; round < 20000; round++) {
        policy.threshold = (uint32_t)(rand_r(&seed) % 6);
        policy.frequencies = (skr_frequency_policy){.min_people = (uint32_t)(rand_r(&seed) % 20),
                                                    .min_frequency = rand_r(&seed) % 3 * 0.1,
                                                    .has_both_tails = rand_r(&seed) % 2 != 0,
                                                    .has_subcounts = rand_r(&seed) % 2 != 0,
                                                    .is_collapsed = true,
                                                    .n_decimals = SKR_AF_DECIMALS_ALL};
        for (size_t i = 0; i < 3; i++) {
            uint32_t n = (uint32_t)(rand_r(&seed) % 30);
            uint32_t n_hom = n == 0 ? 0 : (uint32_t)(rand_r(&seed) % (int)n);
            uint32_t n_het = n == n_hom ? 0 : (uint32_t)(rand_r(&seed) % (int)(n - n_hom));
            one.cells[i] = people(n, n_hom, n_het);
        }
        tell(&policy, &one);
        uint32_t threshold = policy.threshold > 0 ? policy.threshold : 1;
        for (size_t i = 1; i < one.n; i++)
            cr_assert(one.told[i].ac <= one.told[0].ac && one.told[i].an <= one.told[0].an);
        /* Every cell can be made from what is told by subtracting: none may be below a floor. */
        for (size_t i = 0; one.n > 1 && i < 3; i++)
            cr_assert(one.cells[i].n_people == 0 ||
                      (one.cells[i].n_carriers >= threshold &&
                       one.cells[i].n_people >= policy.frequencies.min_people));
        for (size_t i = 0; one.n > 1 && one.told[1].has_subcounts && i < 3; i++)
            cr_assert(one.cells[i].n_people == 0 ||
                      (one.cells[i].n_hom >= threshold && one.cells[i].n_het >= threshold));
    }
}
