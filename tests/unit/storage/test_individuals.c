/*
 * A set of individuals moves to the samples that are theirs and back as a loop over single bits
 * moves it, whether samples are individuals in a row or not.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/segment/sample_table.h"

#define N_PEOPLE 1000u
#define N_WORDS ((N_PEOPLE + 63) / 64)

static uint64_t state = 20260301;

static uint32_t draw(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static bool has(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

static void check_both_ways(const skr_individuals *individuals, uint32_t n_samples)
{
    uint64_t people[N_WORDS] = {0};
    uint64_t back[N_WORDS] = {0};
    uint64_t samples[N_WORDS];
    memset(samples, 0xff, sizeof samples);
    for (uint32_t i = 0; i < N_PEOPLE; i++)
        people[i / 64] |= (uint64_t)draw(2) << i % 64;
    skr_individuals_gather(individuals, n_samples, people, N_PEOPLE, samples);
    for (uint32_t s = 0; s < n_samples; s++)
        cr_assert(has(samples, s) == has(people, skr_individual_of(individuals, s)),
                  "sample %u of %u, the first is %u", s, n_samples, individuals->first);
    for (uint32_t s = n_samples; s % 64 != 0; s++)
        cr_assert(not(has(samples, s)));
    skr_individuals_scatter(individuals, n_samples, samples, back, N_PEOPLE);
    for (uint32_t i = 0; i < N_PEOPLE; i++) {
        bool is_theirs = false;
        for (uint32_t s = 0; s < n_samples; s++)
            is_theirs = is_theirs || skr_individual_of(individuals, s) == i;
        cr_assert(has(back, i) == (is_theirs && has(people, i)), "individual %u", i);
    }
}

Test(individuals, in_a_row_move_by_words)
{
    for (uint32_t first = 0; first < 130; first += 13)
        for (uint32_t n = 1; n < 200; n += 33)
            check_both_ways(&(skr_individuals){.first = first}, n);
    check_both_ways(&(skr_individuals){.first = N_PEOPLE - 65}, 65);
    for (uint32_t n = 1; n <= N_PEOPLE - 640; n += 1 + n / 3)
        for (uint32_t first = 0; first <= 640; first += 64) /* whole words, and what is left */
            check_both_ways(&(skr_individuals){.first = first}, n);
    check_both_ways(&(skr_individuals){.first = 0}, N_PEOPLE);
}

Test(individuals, in_any_order_move_one_by_one)
{
    uint32_t of[200];
    for (uint32_t s = 0; s < 200; s++)
        of[s] = (s * 7 + 5) % N_PEOPLE;
    check_both_ways(&(skr_individuals){.of = of}, 200);
    check_both_ways(&(skr_individuals){.of = of}, 1);
}
