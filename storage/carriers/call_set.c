/* call_set.c - making, storing and reading who was called at a place. */
#include "storage/carriers/call_set.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/gap_list.h"

/* The first stored byte: base in bits 0-1, flip in bits 2-3, bit 4: exceptions follow. */
#define STATE_NONE 3u /* as flip: there are no flips */
#define HAS_EXCEPTIONS 0x10u

#define N_STATES 3u /* default, no call, no statement: stored as 0, 1, 2 */

static bool is_state(uint8_t call)
{
    return call >= SKR_CALL_DEFAULT;
}

static uint8_t state_of(uint8_t call)
{
    return (uint8_t)(call - SKR_CALL_DEFAULT);
}

static uint8_t call_of_state(unsigned state)
{
    return (uint8_t)(SKR_CALL_DEFAULT + state);
}

void skr_call_set_done(skr_call_set *set)
{
    if (set->flips != NULL) /* of most there are none, and a sweep meets hundreds of thousands */
        free(set->flips);
    if (set->exceptions != NULL)
        free(set->exceptions);
    *set = (skr_call_set){0};
}

/* Makes room for the lists that the set's numbers name. */
static int reserve_lists(skr_call_set *set, skr_err *err)
{
    if (set->n_flips > 0)
        set->flips = malloc(set->n_flips * sizeof *set->flips);
    if (set->n_exceptions > 0)
        set->exceptions = malloc(set->n_exceptions * sizeof *set->exceptions);
    if ((set->n_flips > 0 && set->flips == NULL) ||
        (set->n_exceptions > 0 && set->exceptions == NULL)) {
        skr_call_set_done(set);
        return skr_fail_nomem(err, "call set");
    }
    return SKR_OK;
}

int skr_call_set_begin(const uint32_t n_of[256], uint32_t n_samples, skr_call_set *ret_set,
                       skr_err *err)
{
    /* The commonest state is the base and the next the flip; the third goes to the exceptions. */
    uint8_t base = SKR_CALL_DEFAULT;
    for (unsigned call = SKR_CALL_DEFAULT; call <= SKR_CALL_NO_STATEMENT; call++)
        if (n_of[call] > n_of[base])
            base = (uint8_t)call;
    uint8_t flip = base == SKR_CALL_DEFAULT ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT;
    for (unsigned call = SKR_CALL_DEFAULT; call <= SKR_CALL_NO_STATEMENT; call++)
        if (call != base && n_of[call] > n_of[flip])
            flip = (uint8_t)call;

    skr_call_set set = {.base = base, .flip = flip, .n_flips = n_of[flip]};
    set.n_exceptions = n_samples - n_of[base] - n_of[flip];
    SKR_TRY(reserve_lists(&set, err));
    set.n_flips = 0;
    set.n_exceptions = 0;
    *ret_set = set;
    return SKR_OK;
}

int skr_call_set_from_calls(const uint8_t *calls, uint32_t n_samples, skr_call_set *ret_set,
                            skr_err *err)
{
    uint32_t n_of[256] = {0};
    for (uint32_t i = 0; i < n_samples; i++)
        n_of[calls[i]]++;
    for (unsigned call = SKR_PLOIDY_MAX + 1; call < SKR_CALL_DEFAULT; call++)
        SKR_CHECK(n_of[call] == 0);
    skr_call_set set;
    SKR_TRY(skr_call_set_begin(n_of, n_samples, &set, err));
    for (uint32_t i = 0; i < n_samples; i++) {
        if (calls[i] == set.base)
            continue;
        if (calls[i] == set.flip)
            set.flips[set.n_flips++] = i;
        else
            set.exceptions[set.n_exceptions++] = (skr_call_exception){i, calls[i]};
    }
    *ret_set = set;
    return SKR_OK;
}

void skr_call_set_to_calls(const skr_call_set *set, uint32_t n_samples, uint8_t *calls)
{
    memset(calls, set->base, n_samples);
    for (uint32_t i = 0; i < set->n_flips; i++)
        calls[set->flips[i]] = set->flip;
    for (uint32_t i = 0; i < set->n_exceptions; i++)
        calls[set->exceptions[i].sample] = set->exceptions[i].call;
}

static bool is_in(const uint64_t *cohort, uint32_t sample)
{
    return cohort == NULL || (cohort[sample / 64] >> sample % 64 & 1) != 0;
}

/* What a call adds to the copies called. */
static uint8_t n_copies_of(uint8_t call, uint8_t n_expected)
{
    if (call == SKR_CALL_DEFAULT)
        return n_expected;
    return is_state(call) ? 0 : call;
}

uint64_t skr_call_set_n_copies(const skr_call_set *set, const uint64_t *cohort,
                               const uint8_t *copies_expected, uint64_t n_copies_expected)
{
    /* Sums wrap and come back: a sample that differs from the base first leaves, then enters. */
    uint64_t n = set->base == SKR_CALL_DEFAULT ? n_copies_expected : 0;
    for (uint32_t i = 0; i < set->n_flips; i++) {
        uint32_t sample = set->flips[i];
        uint8_t n_expected = copies_expected[sample];
        if (is_in(cohort, sample))
            n += (uint64_t)n_copies_of(set->flip, n_expected) - n_copies_of(set->base, n_expected);
    }
    for (uint32_t i = 0; i < set->n_exceptions; i++) {
        const skr_call_exception *exception = &set->exceptions[i];
        uint8_t n_expected = copies_expected[exception->sample];
        if (is_in(cohort, exception->sample))
            n += (uint64_t)n_copies_of(exception->call, n_expected) -
                 n_copies_of(set->base, n_expected);
    }
    return n;
}

bool skr_call_set_is_complete(const skr_call_set *set, uint32_t n_samples)
{
    uint32_t n_listed = set->n_flips + set->n_exceptions;
    if (set->base == SKR_CALL_NO_STATEMENT && n_listed < n_samples)
        return false;
    if (set->flip == SKR_CALL_NO_STATEMENT && set->n_flips > 0)
        return false;
    for (uint32_t i = 0; i < set->n_exceptions; i++)
        if (set->exceptions[i].call == SKR_CALL_NO_STATEMENT)
            return false;
    return true;
}

/* ------------------------------------------------------------------ stored bytes */

static int encode_exceptions(const skr_call_set *set, skr_buffer *bytes, skr_err *err)
{
    uint32_t *samples = malloc(set->n_exceptions * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "call set");
    for (uint32_t i = 0; i < set->n_exceptions; i++)
        samples[i] = set->exceptions[i].sample;
    int status = skr_buffer_put_varint(bytes, set->n_exceptions, err);
    if (status == SKR_OK)
        status = skr_gap_list_encode(samples, set->n_exceptions, bytes, err);
    for (uint32_t i = 0; i < set->n_exceptions && status == SKR_OK; i++)
        status = skr_buffer_put_u8(bytes, set->exceptions[i].call, err);
    free(samples);
    return status;
}

int skr_call_set_encode(const skr_call_set *set, skr_buffer *bytes, skr_err *err)
{
    SKR_CHECK(is_state(set->base));
    unsigned flip = set->n_flips > 0 ? state_of(set->flip) : STATE_NONE;
    unsigned head = state_of(set->base) | flip << 2;
    if (set->n_exceptions > 0)
        head |= HAS_EXCEPTIONS;
    SKR_TRY(skr_buffer_put_u8(bytes, (uint8_t)head, err));
    if (set->n_flips > 0) {
        SKR_CHECK(is_state(set->flip) && set->flip != set->base);
        SKR_TRY(skr_buffer_put_varint(bytes, set->n_flips, err));
        SKR_TRY(skr_gap_list_encode(set->flips, set->n_flips, bytes, err));
    }
    if (set->n_exceptions > 0)
        SKR_TRY(encode_exceptions(set, bytes, err));
    return SKR_OK;
}

/* Exceptions are no flips, and say something that neither base nor flip says. */
static bool exceptions_are_sound(const skr_call_set *set)
{
    uint32_t i_flip = 0;
    for (uint32_t i = 0; i < set->n_exceptions; i++) {
        const skr_call_exception *exception = &set->exceptions[i];
        if (exception->call > SKR_PLOIDY_MAX && !is_state(exception->call))
            return false;
        if (exception->call == set->base || (set->n_flips > 0 && exception->call == set->flip))
            return false;
        while (i_flip < set->n_flips && set->flips[i_flip] < exception->sample)
            i_flip++;
        if (i_flip < set->n_flips && set->flips[i_flip] == exception->sample)
            return false;
    }
    return true;
}

/* Reads the exceptions after their number; samples has room for it. */
static bool decode_exceptions(skr_cursor *cursor, uint32_t n_samples, uint32_t *samples,
                              skr_call_set *set)
{
    if (!skr_gap_list_decode(cursor, set->n_exceptions, n_samples, samples))
        return false;
    const uint8_t *calls = skr_cursor_bytes(cursor, set->n_exceptions);
    if (cursor->is_bad)
        return false;
    for (uint32_t i = 0; i < set->n_exceptions; i++)
        set->exceptions[i] = (skr_call_exception){samples[i], calls[i]};
    return exceptions_are_sound(set);
}

/* Reads the number of a list and makes sure that the bytes of the list are there. */
static uint32_t take_list(skr_cursor *cursor, uint32_t n_samples, skr_cursor *ret_list)
{
    uint32_t n = (uint32_t)skr_cursor_varint_max(cursor, n_samples);
    if (n == 0)
        cursor->is_bad = true;
    *ret_list = *cursor;
    skr_gap_list_skip(cursor, n);
    return n;
}

/* The states of a set; the number of a list is 1 where one follows. */
static void take_head(skr_cursor *cursor, skr_call_set *set)
{
    unsigned head = skr_cursor_u8(cursor);
    unsigned base = head & 3;
    unsigned flip = head >> 2 & 3;
    if (base >= N_STATES || flip == base || head >> 5 != 0)
        cursor->is_bad = true;
    set->base = call_of_state(base);
    set->flip = flip == STATE_NONE ? call_of_state(base == 0 ? 1 : 0) : call_of_state(flip);
    set->n_flips = flip != STATE_NONE;
    set->n_exceptions = (head & HAS_EXCEPTIONS) != 0;
}

int skr_call_set_decode(skr_cursor *cursor, uint32_t n_samples, skr_call_set *ret_set, skr_err *err)
{
    skr_call_set set = {0};
    skr_cursor flips = {0};
    skr_cursor exceptions = {0};
    uint32_t *samples = NULL;

    take_head(cursor, &set);
    if (set.n_flips > 0)
        set.n_flips = take_list(cursor, n_samples, &flips);
    if (set.n_exceptions > 0)
        set.n_exceptions = take_list(cursor, n_samples, &exceptions);
    if (cursor->is_bad)
        return skr_fail(err, SKR_ERR_CORRUPT, "call set: malformed");

    int status = reserve_lists(&set, err);
    if (status != SKR_OK)
        return status;
    bool is_sound = skr_gap_list_decode(&flips, set.n_flips, n_samples, set.flips);
    if (is_sound && set.n_exceptions > 0) {
        samples = malloc(set.n_exceptions * sizeof *samples);
        if (samples == NULL) {
            status = skr_fail_nomem(err, "call set");
            goto out;
        }
        is_sound = decode_exceptions(&exceptions, n_samples, samples, &set);
        *cursor = exceptions;
    }
    if (!is_sound) {
        status = skr_fail(err, SKR_ERR_CORRUPT, "call set: samples out of range or named twice");
        goto out;
    }
    *ret_set = set;
    set = (skr_call_set){0};
out:
    free(samples);
    skr_call_set_done(&set);
    return status;
}

/* ------------------------------------------------------------------ counted as they are stored */

/* The copies expected of the flips that are asked about. */
static bool sum_flips(skr_cursor *cursor, uint32_t n, uint32_t n_samples,
                      const skr_call_question *question, uint64_t *ret_sum)
{
    uint32_t flips[SKR_GAP_BLOCK];
    const skr_kernels *kernels = skr_kernels_chosen();
    skr_gap_reader reader = skr_gap_reader_of(cursor, n, n_samples);
    uint64_t sum = 0;
    for (uint32_t at = 0; at < n;) {
        uint32_t n_here = skr_gap_reader_next(&reader, flips);
        if (n_here == 0)
            return false;
        at += n_here;
        if (question->copies_expected == NULL && question->cohort == NULL)
            sum += 2 * (uint64_t)n_here;
        else if (question->copies_expected == NULL)
            sum += 2 * (uint64_t)kernels->count_listed(question->cohort, flips, n_here);
        else
            for (uint32_t i = 0; i < n_here; i++)
                sum += is_in(question->cohort, flips[i]) ? question->copies_expected[flips[i]] : 0;
    }
    *ret_sum = sum;
    return true;
}

/* Exceptions are few: a set that has some is made whole. */
static int count_decoded(skr_cursor *cursor, uint32_t n_samples, const skr_call_question *question,
                         uint64_t *ret_n, skr_err *err)
{
    skr_call_set set = {0};
    uint8_t *two = NULL;
    const uint8_t *copies_expected = question->copies_expected;
    int status = skr_call_set_decode(cursor, n_samples, &set, err);
    if (status == SKR_OK && copies_expected == NULL) {
        copies_expected = two = malloc(n_samples);
        if (two == NULL)
            status = skr_fail_nomem(err, "call set");
        else
            memset(two, 2, n_samples);
    }
    if (status == SKR_OK)
        *ret_n = skr_call_set_n_copies(&set, question->cohort, copies_expected,
                                       question->n_copies_expected);
    free(two);
    skr_call_set_done(&set);
    return status;
}

int skr_call_set_count_stored(skr_cursor *cursor, uint32_t n_samples,
                              const skr_call_question *question, uint64_t *ret_n, skr_err *err)
{
    skr_cursor start = *cursor;
    skr_call_set set = {0};
    uint64_t of_flips = 0;
    take_head(cursor, &set);
    if (!cursor->is_bad && set.n_exceptions > 0) {
        *cursor = start;
        return count_decoded(cursor, n_samples, question, ret_n, err);
    }
    if (set.n_flips > 0) {
        uint32_t n = (uint32_t)skr_cursor_varint_max(cursor, n_samples);
        if (n == 0 || !sum_flips(cursor, n, n_samples, question, &of_flips))
            cursor->is_bad = true;
    }
    if (cursor->is_bad)
        return skr_fail(err, SKR_ERR_CORRUPT, "call set: malformed, or a sample out of range");
    uint64_t n_copies = set.base == SKR_CALL_DEFAULT ? question->n_copies_expected : 0;
    if (set.base == SKR_CALL_DEFAULT)
        n_copies -= of_flips;
    else if (set.flip == SKR_CALL_DEFAULT)
        n_copies += of_flips;
    *ret_n = n_copies;
    return SKR_OK;
}
