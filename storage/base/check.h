/*
 * check.h - assertions about our own mistakes, never about data.
 *
 * SKR_CHECK is always on: it says where and stops. Input that is wrong is an error code instead.
 */
#ifndef SKR_STORAGE_BASE_CHECK_H
#define SKR_STORAGE_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define SKR_CHECK(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: internal error: %s\n", __FILE__, __LINE__, #condition);        \
            exit(70);                                                                              \
        }                                                                                          \
    } while (0)

#endif
