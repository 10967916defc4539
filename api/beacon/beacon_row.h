/*
 * beacon_row.h - a line of JSON lines that asks a question: its members as texts.
 *
 * Threads: no state.
 */
#ifndef SKR_API_BEACON_BEACON_ROW_H
#define SKR_API_BEACON_BEACON_ROW_H

#include <stddef.h>

#include "storage/base/err.h"

/* Numbers, true and false are the texts that JSON has for them, null is "", an object or a list its
 * compact text: a query that is a Beacon request begins with '{'. */
typedef struct skr_beacon_row {
    char **names;
    char **texts;
    size_t n;
} skr_beacon_row;

/* Reads one object. *ret_row is zeroed or done. Errors: QUERY saying where it is no JSON; NOMEM. */
SKR_MUST_USE int skr_beacon_row_read(const char *line, size_t n, skr_beacon_row *ret_row,
                                     skr_err *err);
void skr_beacon_row_done(skr_beacon_row *row);

#endif
