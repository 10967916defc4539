/*
 * segment_track_sum.c - adding up spans that lie over each other without looking at every sample.
 *
 * A sample that no span names has what their bases say together. Those that are named are met in
 * ascending order, by one place in each list.
 */
#include "storage/base/check.h"
#include "storage/carriers/bits.h"
#include "storage/coverage/coverage.h"
#include "storage/segment/segment_track_int.h"

/* Where the lists of a span are read. */
typedef struct lists {
    const skr_call_set *set;
    uint32_t i_flip;
    uint32_t i_exception;
} lists;

/* The next sample that a span names; UINT32_MAX: no more. */
static uint32_t next_of(const lists *at)
{
    const skr_call_set *set = at->set;
    uint32_t flip = at->i_flip < set->n_flips ? set->flips[at->i_flip] : UINT32_MAX;
    uint32_t exception =
        at->i_exception < set->n_exceptions ? set->exceptions[at->i_exception].sample : UINT32_MAX;
    return flip < exception ? flip : exception;
}

/* What a span says of a sample, which is the next that it names or comes before that. */
static uint8_t call_of(lists *at, uint32_t sample)
{
    const skr_call_set *set = at->set;
    if (at->i_flip < set->n_flips && set->flips[at->i_flip] == sample) {
        at->i_flip++;
        return set->flip;
    }
    if (at->i_exception < set->n_exceptions && set->exceptions[at->i_exception].sample == sample)
        return set->exceptions[at->i_exception++].call;
    return set->base;
}

/* The copies of the least call. */
static unsigned copies_of(uint8_t least)
{
    return least <= SKR_PLOIDY_MAX ? least : 0;
}

static uint8_t resolve(uint8_t call, uint8_t expected)
{
    return call == SKR_CALL_DEFAULT ? expected : call;
}

static uint8_t class_of(const skr_track_who *who, uint32_t sample)
{
    if (who->classes != NULL)
        return who->classes[sample];
    return who->bits == NULL || skr_bits_has(who->bits, sample) ? 0 : SKR_TRACK_NONE;
}

skr_track_sum skr_track_sum_of(const skr_track_held *held, size_t n, const skr_track_who *who,
                               const skr_track_sum *whole)
{
    lists all[SKR_TRACK_SUM_MAX];
    skr_track_sum sum = {0};
    bool has_default = false;
    bool has_undecided = false;
    SKR_CHECK(n >= 1 && n <= SKR_TRACK_SUM_MAX);
    for (size_t i = 0; i < n; i++) {
        all[i] = (lists){.set = &held[i].set};
        has_default = has_default || held[i].set.base == SKR_CALL_DEFAULT;
        has_undecided = has_undecided || held[i].set.base == SKR_CALL_NO_CALL;
    }
    bool is_whole = has_default && !has_undecided; /* whom no span names */
    if (is_whole)
        sum = *whole;
    for (;;) {
        uint32_t sample = UINT32_MAX;
        for (size_t i = 0; i < n; i++) {
            uint32_t next = next_of(&all[i]);
            sample = next < sample ? next : sample;
        }
        if (sample == UINT32_MAX)
            return sum;
        uint8_t least = SKR_CALL_NO_STATEMENT;
        uint8_t expected = who->expected[sample];
        uint8_t class = class_of(who, sample);
        for (size_t i = 0; i < n; i++)
            least = skr_call_least(least, resolve(call_of(&all[i], sample), expected));
        if (is_whole)
            skr_track_sum_count(&sum, class, expected, -1);
        skr_track_sum_count(&sum, class, copies_of(least), 1);
    }
}
