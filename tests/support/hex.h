/*
 * hex.h - bytes that a test writes as hexadecimal digits.
 */
#ifndef SKR_TESTS_HEX_H
#define SKR_TESTS_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/check.h"

/* Makes bytes of their digits; returns how many. */
static inline size_t test_hex(const char *digits, uint8_t *bytes)
{
    size_t n = strlen(digits) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        SKR_CHECK(sscanf(digits + 2 * i, "%2x", &byte) == 1);
        bytes[i] = (uint8_t)byte;
    }
    return n;
}

#endif
