/* clock.h - time that only goes forward. */
#ifndef SKR_STORAGE_BASE_CLOCK_H
#define SKR_STORAGE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some moment before the program began. Costs some 25 of them. */
static inline uint64_t skr_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
