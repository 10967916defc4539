/*
 * zigzag.h - signed numbers as positive ones, small ones small: 0, -1, 1, -2 ... are 0, 1, 2, 3 ...
 */
#ifndef SKR_STORAGE_BASE_ZIGZAG_H
#define SKR_STORAGE_BASE_ZIGZAG_H

#include <stdint.h>

/* The positive number that stands for a signed one. */
static inline uint64_t skr_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

/* The signed number that skr_zigzag stood for. */
static inline int64_t skr_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
