/*
 * names.h - texts, each kept once and numbered in the order of arrival.
 *
 * Threads: one owner; any number may read when nobody adds.
 */
#ifndef SKR_INDEX_NAMES_H
#define SKR_INDEX_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/manifest.h"

typedef struct skr_names skr_names;

/* The caller owns *ret_names. Errors: NOMEM. */
SKR_MUST_USE int skr_names_new(skr_names **ret_names, skr_err *err);

/* The number of a text, SKR_NONE when it is not there. */
uint32_t skr_names_find(const skr_names *names, const char *text);

/* The number of a text, which is copied when it is new. Errors: LIMIT, NOMEM. */
SKR_MUST_USE int skr_names_add(skr_names *names, const char *text, uint32_t *ret_number,
                               skr_err *err);

/* How many there are; numbers are below it. */
uint32_t skr_names_count(const skr_names *names);

/* A text by its number; belongs to the names and does not move. */
const char *skr_names_at(const skr_names *names, uint32_t number);

/* Frees. NULL is allowed. */
void skr_names_free(skr_names *names);

#endif
