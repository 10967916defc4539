/*
 * compare.h - the comparison operators: the one table for questions, filters, texts and judging.
 *
 * A value lies below, at or above a number. An operator is a set of these outcomes, those that it
 * is true of, and everything that judges asks for the set: so a row here is all that an operator
 * takes. Threads: no state.
 */
#ifndef SKR_STORAGE_BASE_COMPARE_H
#define SKR_STORAGE_BASE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SKR_BELOW = 1,
    SKR_EQUAL = 2,
    SKR_ABOVE = 4,
    SKR_OUTCOMES = 7, /* all of them */
};

/* X(name, sign in a question, sign in a Beacon filter, outcomes that it is true of) */
#define SKR_COMPARES(X)                                                                            \
    X(SKR_EQ, "=", "=", SKR_EQUAL)                                                                 \
    X(SKR_NE, "!=", "!", SKR_BELOW | SKR_ABOVE)                                                    \
    X(SKR_LT, "<", "<", SKR_BELOW)                                                                 \
    X(SKR_LE, "<=", "<=", SKR_BELOW | SKR_EQUAL)                                                   \
    X(SKR_GT, ">", ">", SKR_ABOVE)                                                                 \
    X(SKR_GE, ">=", ">=", SKR_ABOVE | SKR_EQUAL)

/* The signs for a message, in the order of the table and in that of Beacon's specification. */
#define SKR_COMPARE_SIGNS "= != < <= > >="
#define SKR_COMPARE_BEACON_SIGNS "= < > ! >= <="

#define SKR_COMPARE_SIGN_MAX 8 /* bytes of a sign and its NUL */

typedef enum skr_compare {
#define SKR_COMPARE_NAME(name, sign, beacon, outcomes) name,
    SKR_COMPARES(SKR_COMPARE_NAME)
#undef SKR_COMPARE_NAME
} skr_compare;

/* The set of outcomes that an operator is true of. */
unsigned skr_compare_outcomes(skr_compare compare);

/* Is `value compare with` true? False where either is NAN. */
bool skr_compare_is_true(double value, skr_compare compare, double with);

/* The sign of an operator in a question, and in a Beacon filter. */
const char *skr_compare_sign(skr_compare compare);
const char *skr_compare_beacon_sign(skr_compare compare);

/*
 * The operator whose sign a text begins with; the longest counts. is_beacon: Beacon's signs count,
 * too. Returns the bytes of the sign, or 0 and leaves *ret_compare alone.
 */
size_t skr_compare_read(const char *text, bool is_beacon, skr_compare *ret_compare);

#endif
