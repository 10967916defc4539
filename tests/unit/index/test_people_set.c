/*
 * A set of people answers like a plain array of flags, survives being stored, and stored bytes that
 * are not a set are refused or read as one: never a crash.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_set.h"

#define N_PEOPLE 200000u

static skr_err err;
static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static skr_people_set *new_set(void)
{
    skr_people_set *set = NULL;
    cr_assert(eq(int, skr_people_set_new(&set, &err), SKR_OK));
    return set;
}

/* Sparse, dense or in runs, so that every kind of container occurs. */
static void fill(skr_people_set *set, uint8_t *flags)
{
    uint32_t n = draw(40);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = draw(N_PEOPLE);
        uint32_t step = 1 + draw(3) * draw(400);
        uint32_t length = draw(i % 4 == 0 ? 30000 : 50);
        for (uint32_t k = 0; k < length && from + k * step < N_PEOPLE; k++) {
            skr_people_set_add(set, from + k * step);
            flags[from + k * step] = 1;
        }
    }
    for (uint32_t i = 0; i < n * 10; i++) {
        uint32_t out = draw(N_PEOPLE);
        skr_people_set_remove(set, out);
        flags[out] = 0;
    }
}

static void expect_same(const skr_people_set *set, const uint8_t *flags, uint64_t seed)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_PEOPLE; i++)
        n += flags[i];
    cr_assert(eq(u32, skr_people_set_count(set), n), "seed %lu", seed);
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t who = draw(N_PEOPLE);
        cr_assert(eq(int, skr_people_set_contains(set, who), flags[who]), "seed %lu", seed);
    }
    uint32_t n_marked = N_PEOPLE - draw(70000);
    uint64_t *bitmap = calloc(N_PEOPLE / 64 + 1, 8);
    skr_people_set_mark(set, bitmap, n_marked);
    for (uint32_t i = 0; i < N_PEOPLE; i++) {
        int bit = (int)(bitmap[i / 64] >> i % 64 & 1);
        cr_assert(eq(int, bit, i < n_marked && flags[i]), "seed %lu, person %u", seed, i);
    }
    free(bitmap);
}

Test(people_set, answers_like_an_array_of_flags)
{
    static uint8_t a_flags[N_PEOPLE];
    static uint8_t b_flags[N_PEOPLE];
    for (uint64_t seed = 1; seed <= 60; seed++) {
        state = seed * 7919;
        memset(a_flags, 0, sizeof a_flags);
        memset(b_flags, 0, sizeof b_flags);
        skr_people_set *a = new_set();
        skr_people_set *b = new_set();
        fill(a, a_flags);
        fill(b, b_flags);
        expect_same(a, a_flags, seed);
        uint32_t n_both = 0;
        for (uint32_t i = 0; i < N_PEOPLE; i++)
            n_both += a_flags[i] & b_flags[i];
        cr_assert(eq(u32, skr_people_set_count_both(a, b), n_both), "seed %lu", seed);

        skr_buffer bytes = {0};
        skr_people_set *back = NULL;
        cr_assert(eq(int, skr_people_set_encode(a, &bytes, &err), SKR_OK));
        cr_assert(
            eq(int, skr_people_set_decode(bytes.bytes, bytes.n, N_PEOPLE, &back, &err), SKR_OK),
            "seed %lu: %s", seed, err.message);
        expect_same(back, a_flags, seed);
        fill(back, a_flags); /* a decoded and run-optimised set takes changes */
        expect_same(back, a_flags, seed);
        skr_people_set_add_all(back, b);
        skr_people_set_add_all(back, back);
        for (uint32_t i = 0; i < N_PEOPLE; i++)
            a_flags[i] |= b_flags[i];
        expect_same(back, a_flags, seed);
        skr_buffer_done(&bytes);
        skr_people_set_free(a);
        skr_people_set_free(b);
        skr_people_set_free(back);
    }
}

/* Equal sets have equal bytes, whatever they have been: here a list of runs is as long as a plain
 * one. */
Test(people_set, bytes_follow_from_members)
{
    static const uint32_t members[] = {0, 1, 20, 21, 40, 41};
    skr_buffer bytes[2] = {{0}, {0}};
    skr_people_set *plain = new_set();
    skr_people_set *shrunk = new_set();
    for (uint32_t i = 0; i < 60; i++)
        if (i % 20 < 10)
            skr_people_set_add(shrunk, i);
    cr_assert(eq(int, skr_people_set_encode(shrunk, &bytes[1], &err), SKR_OK));
    bytes[1].n = 0;
    for (uint32_t i = 0; i < 60; i++)
        if (i % 20 > 1)
            skr_people_set_remove(shrunk, i);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        skr_people_set_add(plain, members[i]);
    cr_assert(eq(int, skr_people_set_encode(plain, &bytes[0], &err), SKR_OK));
    cr_assert(eq(int, skr_people_set_encode(shrunk, &bytes[1], &err), SKR_OK));
    cr_assert(eq(sz, bytes[0].n, bytes[1].n));
    cr_assert(eq(int, memcmp(bytes[0].bytes, bytes[1].bytes, bytes[0].n), 0));
    skr_people_set_free(plain);
    skr_people_set_free(shrunk);
    skr_buffer_done(&bytes[0]);
    skr_buffer_done(&bytes[1]);
}

/* Whatever is accepted must hold together: its members are counted one by one. */
static void expect_sound(const uint8_t *bytes, size_t n, uint32_t n_people)
{
    skr_people_set *set = NULL;
    uint32_t n_marked = 0;
    uint64_t *marked = calloc((n_people + 63) / 64, 8);
    int status = skr_people_set_decode(bytes, n, n_people, &set, &err);
    cr_assert(
        eq(int, skr_people_set_mark_stored(bytes, n, n_people, marked, &n_marked, &err), status));
    if (status < 0) {
        cr_assert(eq(int, status, SKR_ERR_CORRUPT));
        cr_assert(eq(ptr, set, NULL));
        free(marked);
        return;
    }
    uint64_t *bitmap = calloc(n_people / 64 + 1, 8);
    skr_people_set_mark(set, bitmap, n_people);
    uint32_t n_found = 0;
    for (uint32_t i = 0; i < n_people / 64 + 1; i++)
        n_found += (uint32_t)__builtin_popcountll(bitmap[i]);
    cr_assert(eq(u32, n_found, skr_people_set_count(set)));
    cr_assert(eq(u32, n_found, n_marked));
    cr_assert(eq(int, memcmp(marked, bitmap, (n_people + 63) / 64 * 8), 0));
    free(marked);
    skr_people_set *other = new_set();
    skr_people_set_add(other, 5);
    skr_people_set_add_all(other, set);
    cr_assert(eq(u32, skr_people_set_count_both(other, set), n_found));
    free(bitmap);
    skr_people_set_free(other);
    skr_people_set_free(set);
}

Test(people_set, refuses_or_survives_damaged_bytes)
{
    static uint8_t flags[N_PEOPLE];
    for (uint64_t seed = 1; seed <= 30; seed++) {
        state = seed * 104729;
        skr_people_set *set = new_set();
        fill(set, flags);
        for (uint32_t i = 0; i < 8; i++)
            skr_people_set_add(set, draw(N_PEOPLE));
        skr_buffer bytes = {0};
        cr_assert(eq(int, skr_people_set_encode(set, &bytes, &err), SKR_OK));
        expect_sound(bytes.bytes, bytes.n, N_PEOPLE);
        for (int round = 0; round < 60; round++) {
            /* an exact copy on the heap, so that a sanitizer sees a read past the end */
            size_t n = round % 3 == 0 ? draw((uint32_t)bytes.n) : bytes.n;
            uint8_t *copy = malloc(n + (n == 0));
            memcpy(copy, bytes.bytes, n);
            for (uint32_t i = 0; n > 0 && i < 1 + draw(3); i++) {
                uint32_t span = draw(2) == 0 && n > 64 ? 64 : (uint32_t)n;
                copy[draw(span)] = (uint8_t)draw(256);
            }
            expect_sound(copy, n, N_PEOPLE);
            free(copy);
        }
        skr_buffer_done(&bytes);
        skr_people_set_free(set);
    }
}

Test(people_set, refuses_people_who_do_not_exist)
{
    skr_people_set *set = new_set();
    skr_buffer bytes = {0};
    skr_people_set_add(set, 99);
    cr_assert(eq(int, skr_people_set_encode(set, &bytes, &err), SKR_OK));
    skr_people_set *back = NULL;
    cr_assert(
        eq(int, skr_people_set_decode(bytes.bytes, bytes.n, 99, &back, &err), SKR_ERR_CORRUPT));
    cr_assert(eq(ptr, back, NULL));
    cr_assert(eq(int, skr_people_set_decode(bytes.bytes, bytes.n, 100, &back, &err), SKR_OK));
    skr_people_set_free(back);
    cr_assert(eq(int, skr_people_set_decode(NULL, 0, 100, &back, &err), SKR_ERR_CORRUPT));
    skr_buffer_done(&bytes);
    skr_people_set_free(set);
}
