/* compare.h - how a question compares a number or a word: =, !=, <, <=, >, >=. */
#ifndef SKR_STORAGE_BASE_COMPARE_H
#define SKR_STORAGE_BASE_COMPARE_H

typedef enum skr_compare {
    SKR_EQ,
    SKR_NE,
    SKR_LT,
    SKR_LE,
    SKR_GT,
    SKR_GE,
} skr_compare;

#endif
