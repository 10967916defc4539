/*
 * bgzf_file.h - a bgzipped file of drawn bytes, much of it alike, as genotypes are.
 *
 * Everything stops the program when it fails: it is for tests only.
 */
#ifndef SKR_TESTS_BGZF_FILE_H
#define SKR_TESTS_BGZF_FILE_H

#include <htslib/bgzf.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "tests/support/random.h"

/* n drawn bytes: stretches of one pattern, and stretches of noise. */
static inline uint8_t *test_drawn_bytes(test_random *random, size_t n)
{
    uint8_t *bytes = malloc(n + 1);
    SKR_CHECK(bytes != NULL);
    for (size_t at = 0; at < n;) {
        size_t n_here =
            1 + test_random_below(random, test_random_below(random, 4) > 0 ? 400000 : 90);
        uint32_t kind = test_random_below(random, 4);
        for (size_t end = at + n_here < n ? at + n_here : n; at < end; at++)
            bytes[at] = kind == 0   ? (uint8_t)test_random_below(random, 256)
                        : kind == 1 ? (uint8_t)(at % 1000 == 0)
                                    : (uint8_t)(2 + at % 2);
    }
    return bytes;
}

/* Writes them, with blocks ended here and there. */
static inline void test_write_bgzf(test_random *random, const char *path, const uint8_t *bytes,
                                   size_t n)
{
    BGZF *file = bgzf_open(path, "w1");
    SKR_CHECK(file != NULL);
    for (size_t at = 0; at < n;) {
        size_t n_here = 1 + test_random_below(random, 3000000);
        n_here = n_here < n - at ? n_here : n - at;
        SKR_CHECK(bgzf_write(file, bytes + at, n_here) == (ssize_t)n_here);
        if (test_random_below(random, 3) == 0)
            SKR_CHECK(bgzf_flush(file) == 0);
        at += n_here;
    }
    SKR_CHECK(bgzf_close(file) == 0);
}

#endif
