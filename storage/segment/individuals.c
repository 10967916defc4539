/*
 * individuals.c - from sets of individuals to sets of samples, and back.
 *
 * Where samples are individuals in a row, which they are unless deliveries overlap, a set moves by
 * words.
 */
#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/kernel.h"
#include "storage/segment/sample_table.h"

/* 64 bits from bit `at` on; bits from n on are 0. */
static uint64_t bits_from(const uint64_t *bits, uint64_t at, uint64_t n)
{
    if (at >= n)
        return 0;
    uint64_t n_words = (n + 63) / 64;
    uint64_t word = bits[at / 64] >> at % 64;
    if (at % 64 != 0 && at / 64 + 1 < n_words)
        word |= bits[at / 64 + 1] << (64 - at % 64);
    return n - at < 64 ? word & ((UINT64_C(1) << (n - at)) - 1) : word;
}

void skr_individuals_gather(const skr_individuals *individuals, uint32_t n_samples,
                            const uint64_t *people, uint32_t n_people, uint64_t *bits)
{
    size_t n_words = (n_samples + 63u) / 64;
    if (individuals->of == NULL) {
        uint64_t end = (uint64_t)individuals->first + n_samples;
        size_t n_whole = end <= n_people && individuals->first % 64 == 0 ? n_samples / 64u : 0;
        memcpy(bits, people + individuals->first / 64, n_whole * sizeof *bits);
        for (size_t w = n_whole; w < n_words; w++)
            bits[w] = bits_from(people, individuals->first + 64 * (uint64_t)w,
                                end < n_people ? end : n_people);
        return;
    }
    for (size_t w = 0; w < n_words; w++) {
        const uint32_t *of = individuals->of + 64 * w;
        uint32_t n = n_samples - 64 * (uint32_t)w < 64 ? n_samples - 64 * (uint32_t)w : 64;
        uint64_t word = 0;
        for (uint32_t i = 0; i < n; i++)
            if (of[i] < n_people)
                word |= (people[of[i] / 64] >> of[i] % 64 & 1) << i;
        bits[w] = word;
    }
}

void skr_individuals_scatter(const skr_individuals *individuals, uint32_t n_samples,
                             const uint64_t *bits, uint64_t *people, uint32_t n_people)
{
    size_t n_words = (n_samples + 63u) / 64;
    size_t n_people_words = (n_people + 63u) / 64;
    unsigned shift = individuals->first % 64;
    size_t n_whole = 0;
    if (individuals->of == NULL && shift == 0 && individuals->first / 64 < n_people_words) {
        size_t n_left = n_people_words - individuals->first / 64;
        n_whole = n_words < n_left ? n_words : n_left;
        skr_kernels_chosen()->or_into(people + individuals->first / 64, bits, n_whole);
    }
    for (size_t w = n_whole; w < n_words; w++) {
        uint64_t word = bits[w];
        if (word == 0)
            continue;
        if (individuals->of == NULL) {
            size_t to = individuals->first / 64 + w;
            SKR_ASSERT(to < n_people_words);
            people[to] |= word << shift;
            if (shift != 0 && to + 1 < n_people_words)
                people[to + 1] |= word >> (64 - shift);
            continue;
        }
        for (; word != 0; word &= word - 1) {
            uint32_t individual = individuals->of[64 * w + (size_t)__builtin_ctzll(word)];
            people[individual / 64] |= UINT64_C(1) << individual % 64;
        }
    }
}
