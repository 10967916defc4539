/*
 * check.h - assertions about our own mistakes, never about data.
 *
 * SKR_CHECK is always on: it says where and aborts, so that a core shows how it came to that.
 * SKR_ASSERT is for what is believed inside loops: builds with NDEBUG (release) leave it
 * out. Input that is wrong is an error code instead.
 */
#ifndef SKR_STORAGE_BASE_CHECK_H
#define SKR_STORAGE_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define SKR_CHECK(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: internal error: %s\n", __FILE__, __LINE__, #condition);        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#ifdef NDEBUG
#define SKR_ASSERT(condition) ((void)sizeof(condition))
#else
#define SKR_ASSERT(condition) SKR_CHECK(condition)
#endif

#endif
