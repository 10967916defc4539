/*
 * cohort_random.h - numbers from a seed: splitmix64, and what is drawn with it.
 *
 * Threads: a generator has one owner.
 */
#ifndef SKR_TOOLS_COHORT_RANDOM_H
#define SKR_TOOLS_COHORT_RANDOM_H

#include <math.h>
#include <stdint.h>

typedef struct cohort_random {
    uint64_t state;
} cohort_random;

/* 64 random bits. */
static inline uint64_t cohort_next(cohort_random *random)
{
    uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A generator whose numbers have nothing to do with those of another stream of the same seed. */
static inline cohort_random cohort_random_new(uint64_t seed, uint64_t stream)
{
    cohort_random random = {seed * UINT64_C(0x9e3779b97f4a7c15) + stream};
    random.state = cohort_next(&random) ^ (stream << 32);
    return random;
}

/* In (0, 1]. */
static inline double cohort_unit(cohort_random *random)
{
    return ((double)(cohort_next(random) >> 11) + 1.0) * 0x1.0p-53;
}

/* Below n, which is not 0. */
static inline uint32_t cohort_below(cohort_random *random, uint32_t n)
{
    return (uint32_t)(((cohort_next(random) >> 32) * n) >> 32);
}

/* The distance to the next event of a rate above 0. */
static inline double cohort_wait(cohort_random *random, double rate)
{
    return -log(cohort_unit(random)) / rate;
}

#endif
