/*
 * random.h - drawn numbers that a seed brings back: xorshift64*, for tests only.
 *
 * A test prints its seed when it fails; SKERRY_SEED sets it.
 */
#ifndef SKR_TESTS_RANDOM_H
#define SKR_TESTS_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct test_random {
    uint64_t seed;
    uint64_t state;
} test_random;

static inline test_random test_random_seeded(uint64_t seed)
{
    return (test_random){.seed = seed, .state = seed * 0x9e3779b97f4a7c15u + 1};
}

/* From SKERRY_SEED, or from the clock; said on stderr. */
static inline test_random test_random_drawn(const char *what)
{
    const char *text = getenv("SKERRY_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);
    fprintf(stderr, "%s: SKERRY_SEED=%llu\n", what, (unsigned long long)seed);
    return test_random_seeded(seed);
}

/* 0 to n - 1. */
static inline uint32_t test_random_below(test_random *random, uint32_t n)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)((random->state * 0x2545f4914f6cdd1du) >> 32) % n;
}

#endif
