/*
 * policy.h - what may be told of a number of people, and a number that may be told.
 *
 * docs/http-api.md, "What is withheld". Above the engine there are no other numbers of people than
 * told ones: what makes one of a raw count is the engine's own.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_FACE_POLICY_H
#define SKR_ENGINE_FACE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"

/* All the digits that a frequency has. */
#define SKR_AF_DECIMALS_ALL UINT32_MAX

/*
 * What may be told of the frequencies of alleles, a door of its own: keys that begin with "af.".
 * engine/tell/disclose_frequencies.h says what each does.
 */
typedef struct skr_frequency_policy {
    bool is_exact;        /* tell everything as it is: the others are not looked at */
    uint32_t min_people;  /* called people of a population; at least 1 */
    double min_frequency; /* the least that is told */
    bool has_both_tails;  /* the floors hold for the copies called otherwise, too */
    bool has_subcounts;   /* homozygous, heterozygous, hemizygous, where the floors allow */
    bool is_collapsed;    /* one population below a floor leaves Total alone */
    uint32_t n_decimals;  /* of a frequency, and then no count of copies; SKR_AF_DECIMALS_ALL */
} skr_frequency_policy;

typedef struct skr_policy {
    bool is_exact;      /* tell everything as it is */
    uint32_t threshold; /* counts below it are hidden; at least 1 */
    uint32_t step;      /* counts are rounded to the nearest multiple, never to 0; at least 1 */
    skr_frequency_policy frequencies;
} skr_policy;

/* What the server applies unless a policy file says otherwise: below 10 hidden, rounded to tens;
 * frequencies of 1,000 people and more, from 0.01 to 0.99. */
skr_policy skr_policy_default(void);
skr_policy skr_policy_exact(void);

/*
 * Reads a policy file of KEY = VALUE lines: counts = exact | rounded, threshold = N, step = N, and
 * af.min_people, af.min_frequency, af.tails, af.subcounts, af.collapse, af.decimals; '#' begins a
 * comment. With counts = exact and no key of af. frequencies are exact too; one such key gives the
 * others their defaults. Errors: INPUT naming file and line, IO.
 */
SKR_MUST_USE int skr_policy_read(const char *path, skr_policy *ret_policy, skr_err *err);

/* "exact", or "counts below 10 hidden, rounded to 10". text has room for 96 bytes. */
void skr_policy_text(const skr_policy *policy, char *text);

typedef enum skr_precision {
    SKR_PRECISION_EXACT,
    SKR_PRECISION_ROUNDED,
    SKR_PRECISION_IMPRECISE,
} skr_precision;

typedef struct skr_told_count {
    bool is_hidden; /* no number may be told, and exists is false */
    bool exists;
    uint64_t count; /* 0 when hidden */
    skr_precision precision;
} skr_told_count;

#endif
