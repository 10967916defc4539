/*
 * call_set.h - who was called at a place, with how many copies.
 *
 * For each sample of a segment one of: so many copies called (0 where the karyotype has none),
 * looked at without a decision (no-call), or nothing said (no statement). Records say it for their
 * footprint and for the alleles that they name; reference blocks, callable BEDs and depth will say
 * it the same way. Stored as what most samples are and lists of the others.
 *
 * Threads: a const call set may be read by any number.
 */
#ifndef SKR_STORAGE_CARRIERS_CALL_SET_H
#define SKR_STORAGE_CARRIERS_CALL_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/carriers/copies.h"

/* One sample's state: 0 to SKR_PLOIDY_MAX called copies, or one of these. */
#define SKR_CALL_DEFAULT 253u      /* called, with the copies that skr_copies_expected says */
#define SKR_CALL_NO_CALL 254u      /* looked at, undecided: blocks what overlaps */
#define SKR_CALL_NO_STATEMENT 255u /* nothing said */

typedef struct skr_call_exception {
    uint32_t sample;
    uint8_t call; /* called copies, 0 to SKR_PLOIDY_MAX, or one of the three above */
} skr_call_exception;

typedef struct skr_call_set {
    uint8_t base;    /* of every sample not listed: SKR_CALL_DEFAULT, _NO_CALL or _NO_STATEMENT */
    uint8_t flip;    /* of the samples in flips: another of the three */
    uint32_t *flips; /* ascending */
    uint32_t n_flips;
    skr_call_exception *exceptions; /* ascending by sample, none of them in flips */
    uint32_t n_exceptions;
} skr_call_set;

/* Frees the lists and zeroes the set. */
void skr_call_set_done(skr_call_set *set);

/*
 * An empty set for n_samples, of whom n_of[call] have each call: chooses base and flip, and makes
 * room in both lists for all who are to be put there. Whoever fills them keeps them ascending. The
 * caller frees with skr_call_set_done. Errors: NOMEM.
 */
SKR_MUST_USE int skr_call_set_begin(const uint32_t n_of[256], uint32_t n_samples,
                                    skr_call_set *ret_set, skr_err *err);

/*
 * Makes the smallest set that says calls[0 .. n_samples), each a call as above. *ret_set must be
 * zeroed or done; the caller owns its lists. Errors: NOMEM.
 */
SKR_MUST_USE int skr_call_set_from_calls(const uint8_t *calls, uint32_t n_samples,
                                         skr_call_set *ret_set, skr_err *err);

/* Writes the call of every sample into calls[0 .. n_samples); SKR_CALL_DEFAULT stays as it is. */
void skr_call_set_to_calls(const skr_call_set *set, uint32_t n_samples, uint8_t *calls);

/*
 * The copies called of all samples together, or of those in the cohort (a bitmap, 64 samples a
 * word) unless it is NULL. copies_expected is of every sample; n_copies_expected is its sum over
 * the samples asked about. Costs as many steps as the set has flips and exceptions.
 */
uint64_t skr_call_set_n_copies(const skr_call_set *set, const uint64_t *cohort,
                               const uint8_t *copies_expected, uint64_t n_copies_expected);

/* Whose copies are asked for, as skr_call_set_n_copies has it. */
typedef struct skr_call_question {
    const uint64_t *cohort;
    const uint8_t *copies_expected;
    uint64_t n_copies_expected;
} skr_call_question;

/* Does it say something of every sample: nowhere NO_STATEMENT? */
bool skr_call_set_is_complete(const skr_call_set *set, uint32_t n_samples);

/* Appends the stored bytes (docs/format.md, "Call set"). Errors: NOMEM. */
SKR_MUST_USE int skr_call_set_encode(const skr_call_set *set, skr_buffer *bytes, skr_err *err);

/*
 * Reads one from stored bytes, which are not believed; the cursor moves after it. The caller owns
 * the lists. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_call_set_decode(skr_cursor *cursor, uint32_t n_samples, skr_call_set *ret_set,
                                     skr_err *err);

/*
 * What skr_call_set_n_copies says of the stored set at the cursor, straight from its bytes, which
 * are not believed; the cursor moves after it. copies_expected NULL: two of every sample (ploidy
 * DIPLOID), which is faster: about a nanosecond a flip. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_call_set_count_stored(skr_cursor *cursor, uint32_t n_samples,
                                           const skr_call_question *question, uint64_t *ret_n,
                                           skr_err *err);

#endif
