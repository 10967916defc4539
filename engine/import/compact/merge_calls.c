/*
 * merge_calls.c - call sets and carriers of several segments beside each other.
 *
 * Sets are lists of what differs from a base, and so is what they become: a row costs what is
 * listed, and the samples of a segment one by one only where its base is not that of the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/compact/merge_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ one input */

/* How many of those who count have each call. */
static void count_live(const skr_merge_input *input, const skr_call_set *stored, uint32_t n_of[256])
{
    uint32_t n_listed = 0;
    for (uint32_t i = 0; i < stored->n_flips; i++) {
        bool is_live = input->places[stored->flips[i]] != SKR_NONE;
        n_of[stored->flip] += is_live;
        n_listed += is_live;
    }
    for (uint32_t i = 0; i < stored->n_exceptions; i++) {
        bool is_live = input->places[stored->exceptions[i].sample] != SKR_NONE;
        n_of[stored->exceptions[i].call] += is_live;
        n_listed += is_live;
    }
    n_of[stored->base] += input->n_live - n_listed;
}

/*
 * What is listed of those who count, by their places. False: another call is the commonest of them
 * or the next, so that others have to be listed.
 */
static int take_lists(skr_merge_input *input, const skr_call_set *stored, bool *ret_is_taken,
                      skr_err *err)
{
    uint32_t n_of[256] = {0};
    skr_call_set set = {0};
    count_live(input, stored, n_of);
    SKR_TRY(skr_call_set_begin(n_of, input->n_live, &set, err));
    *ret_is_taken = set.base == stored->base && set.flip == stored->flip;
    if (!*ret_is_taken) {
        skr_call_set_done(&set);
        return SKR_OK;
    }
    for (uint32_t i = 0; i < stored->n_flips; i++)
        if (input->places[stored->flips[i]] != SKR_NONE)
            set.flips[set.n_flips++] = input->places[stored->flips[i]];
    for (uint32_t i = 0; i < stored->n_exceptions; i++) {
        uint32_t place = input->places[stored->exceptions[i].sample];
        if (place != SKR_NONE)
            set.exceptions[set.n_exceptions++] =
                (skr_call_exception){place, stored->exceptions[i].call};
    }
    input->calls = set;
    return SKR_OK;
}

/* The same by the call of each sample. */
static int take_each(skr_merge_input *input, const skr_call_set *stored, skr_err *err)
{
    uint8_t *states = input->states;
    skr_call_set_to_calls(stored, input->n_samples, states);
    for (uint32_t i = 0; i < input->n_samples; i++) {
        uint32_t place = input->places[i];
        SKR_ASSERT(place == SKR_NONE || place <= i); /* so that no state is lost */
        if (place != SKR_NONE)
            states[place] = states[i];
    }
    return skr_call_set_from_calls(states, input->n_live, &input->calls, err);
}

int skr_merge_calls_take(skr_merge_input *input, const skr_call_set *stored, skr_err *err)
{
    bool is_taken = false;
    if (input->is_whole) {
        input->said = stored;
        return SKR_OK;
    }
    skr_call_set_done(&input->calls);
    SKR_TRY(take_lists(input, stored, &is_taken, err));
    if (!is_taken)
        SKR_TRY(take_each(input, stored, err));
    input->said = &input->calls;
    return SKR_OK;
}

/* ------------------------------------------------------------------ how many say what */

static void count_calls(const skr_merge *merge, uint32_t n_of[256])
{
    n_of[SKR_CALL_NO_STATEMENT] += merge->n_silent;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        const skr_merge_input *input = &merge->inputs[i];
        const skr_call_set *set = input->said;
        if (!input->is_there)
            continue;
        if (set == NULL) {
            n_of[SKR_CALL_NO_STATEMENT] += input->n_live;
            continue;
        }
        n_of[set->base] += input->n_live - set->n_flips - set->n_exceptions;
        n_of[set->flip] += set->n_flips;
        for (uint32_t k = 0; k < set->n_exceptions; k++)
            n_of[set->exceptions[k].call]++;
    }
}

/* ------------------------------------------------------------------ listing */

/* The set that is made, with room for all that it lists. */
typedef struct listing {
    skr_call_set set;
    bool is_sorted;
} listing;

static void list(listing *to, uint32_t sample, uint8_t call)
{
    skr_call_set *set = &to->set;
    if (call == set->base)
        return;
    if (call == set->flip) {
        to->is_sorted =
            to->is_sorted && (set->n_flips == 0 || set->flips[set->n_flips - 1] < sample);
        set->flips[set->n_flips++] = sample;
        return;
    }
    to->is_sorted = to->is_sorted && (set->n_exceptions == 0 ||
                                      set->exceptions[set->n_exceptions - 1].sample < sample);
    set->exceptions[set->n_exceptions++] = (skr_call_exception){sample, call};
}

/* Lists who of an input is not as the base of the whole. */
static void list_input(listing *to, const skr_merge_input *input)
{
    static const skr_call_set nothing = {.base = SKR_CALL_NO_STATEMENT, .flip = SKR_CALL_DEFAULT};
    const skr_call_set *set = input->said == NULL ? &nothing : input->said;
    if (set->base == to->set.base) {
        for (uint32_t i = 0; i < set->n_flips; i++)
            list(to, input->live[set->flips[i]], set->flip);
        for (uint32_t i = 0; i < set->n_exceptions; i++)
            list(to, input->live[set->exceptions[i].sample], set->exceptions[i].call);
        return;
    }
    uint32_t i_flip = 0;
    uint32_t i_exception = 0;
    for (uint32_t i = 0; i < input->n_live; i++) {
        uint8_t call = set->base;
        if (i_flip < set->n_flips && set->flips[i_flip] == i) {
            call = set->flip;
            i_flip++;
        } else if (i_exception < set->n_exceptions && set->exceptions[i_exception].sample == i) {
            call = set->exceptions[i_exception++].call;
        }
        list(to, input->live[i], call);
    }
}

static int compare_samples(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static int compare_exceptions(const void *a, const void *b)
{
    return compare_samples(&((const skr_call_exception *)a)->sample,
                           &((const skr_call_exception *)b)->sample);
}

static void sort(listing *to)
{
    if (to->is_sorted)
        return;
    /* a list of nothing may have no memory, which qsort does not take */
    if (to->set.n_flips > 0)
        qsort(to->set.flips, to->set.n_flips, sizeof *to->set.flips, compare_samples);
    if (to->set.n_exceptions > 0)
        qsort(to->set.exceptions, to->set.n_exceptions, sizeof *to->set.exceptions,
              compare_exceptions);
}

static int unite_lists(skr_merge *merge, skr_err *err)
{
    uint32_t n_of[256] = {0};
    listing to = {.is_sorted = true};
    count_calls(merge, n_of);
    SKR_TRY(skr_call_set_begin(n_of, merge->n_samples, &to.set, err));
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        if (merge->inputs[i].is_there)
            list_input(&to, &merge->inputs[i]);
    for (uint32_t i = 0; i < merge->n_silent && to.set.base != SKR_CALL_NO_STATEMENT; i++)
        list(&to, merge->silent[i], SKR_CALL_NO_STATEMENT);
    sort(&to);
    merge->calls = to.set;
    return SKR_OK;
}

/* ------------------------------------------------------------------ samples of several segments */

/* Of a sample in several segments only one says anything. */
static int unite_states(skr_merge *merge, skr_err *err)
{
    memset(merge->states, SKR_CALL_NO_STATEMENT, merge->n_samples);
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        const skr_merge_input *input = &merge->inputs[i];
        if (!input->is_there || input->said == NULL)
            continue;
        skr_call_set_to_calls(input->said, input->n_live, input->states);
        for (uint32_t k = 0; k < input->n_live; k++) {
            uint8_t *state = &merge->states[input->live[k]];
            if (input->states[k] == SKR_CALL_NO_STATEMENT)
                continue;
            if (*state != SKR_CALL_NO_STATEMENT)
                return skr_merge_fail_twice(merge, input->live[k], err);
            *state = input->states[k];
        }
    }
    return skr_call_set_from_calls(merge->states, merge->n_samples, &merge->calls, err);
}

int skr_merge_calls_unite(skr_merge *merge, bool *ret_is_said, skr_err *err)
{
    skr_call_set_done(&merge->calls);
    SKR_TRY(merge->is_shared ? unite_states(merge, err) : unite_lists(merge, err));
    *ret_is_said = merge->calls.base != SKR_CALL_NO_STATEMENT || merge->calls.n_flips > 0 ||
                   merge->calls.n_exceptions > 0;
    return SKR_OK;
}

/* ------------------------------------------------------------------ carriers */

/* The carriers of all inputs, in the order in which they were met. */
typedef struct carriers {
    size_t n_plain;
    size_t n_bags;
    bool is_sorted;
} carriers;

static int add_plain(skr_merge *merge, carriers *all, uint32_t number, uint8_t copies, skr_err *err)
{
    SKR_TRY(
        SKR_ARRAY_RESERVE(&merge->plain, &merge->n_plain_max, all->n_plain + 1, "carriers", err));
    skr_merge_carrier one = (skr_merge_carrier)number << 8 | copies;
    all->is_sorted = all->is_sorted && (all->n_plain == 0 || merge->plain[all->n_plain - 1] < one);
    merge->plain[all->n_plain++] = one;
    return SKR_OK;
}

static int add_bag(skr_merge *merge, carriers *all, skr_bag bag, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&merge->bags, &merge->n_bags_max, all->n_bags + 1, "carriers", err));
    all->is_sorted =
        all->is_sorted && (all->n_bags == 0 || merge->bags[all->n_bags - 1].sample < bag.sample);
    merge->bags[all->n_bags++] = bag;
    return SKR_OK;
}

static int add_input(skr_merge *merge, const skr_merge_input *input, carriers *all, skr_err *err)
{
    const skr_carriers *from = &input->carriers;
    for (uint32_t i = 0; i < from->n; i++) {
        uint32_t place = input->places[from->samples[i]];
        if (place != SKR_NONE)
            SKR_TRY(add_plain(merge, all, input->live[place], from->dosages[i], err));
    }
    for (uint32_t i = 0; i < from->n_bags; i++) {
        skr_bag bag = from->bags[i];
        uint32_t place = input->places[bag.sample];
        if (place == SKR_NONE)
            continue;
        bag.sample = input->live[place];
        SKR_TRY(add_bag(merge, all, bag, err));
    }
    return SKR_OK;
}

static int compare_plain(const void *a, const void *b)
{
    skr_merge_carrier left = *(const skr_merge_carrier *)a;
    skr_merge_carrier right = *(const skr_merge_carrier *)b;
    return left < right ? -1 : left > right;
}

static int compare_bags(const void *a, const void *b)
{
    return compare_samples(&((const skr_bag *)a)->sample, &((const skr_bag *)b)->sample);
}

/* Puts the sorted lists into merge->carriers. */
static int put_all(skr_merge *merge, const carriers *all, skr_err *err)
{
    skr_carriers *to = &merge->carriers;
    for (size_t i = 0; i < all->n_plain; i++) {
        uint32_t number = (uint32_t)(merge->plain[i] >> 8);
        if (to->n > 0 && to->samples[to->n - 1] == number)
            return skr_merge_fail_twice(merge, number, err);
        SKR_TRY(skr_carriers_add(to, number, (uint8_t)(merge->plain[i] & 0xff), err));
    }
    for (size_t i = 0; i < all->n_bags; i++) {
        if (i > 0 && merge->bags[i - 1].sample == merge->bags[i].sample)
            return skr_merge_fail_twice(merge, merge->bags[i].sample, err);
        SKR_TRY(skr_carriers_add_bag(to, merge->bags[i], err));
    }
    return SKR_OK;
}

int skr_merge_calls_carriers(skr_merge *merge, skr_err *err)
{
    carriers all = {.is_sorted = true};
    skr_carriers_clear(&merge->carriers);
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        if (merge->inputs[i].is_there && merge->inputs[i].said != NULL)
            SKR_TRY(add_input(merge, &merge->inputs[i], &all, err));
    if (!all.is_sorted && all.n_plain > 0)
        qsort(merge->plain, all.n_plain, sizeof *merge->plain, compare_plain);
    if (!all.is_sorted && all.n_bags > 0)
        qsort(merge->bags, all.n_bags, sizeof *merge->bags, compare_bags);
    return put_all(merge, &all, err);
}
