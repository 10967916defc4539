/*
 * Parts of a question are done once each, whoever does them: part 0 by who asks, others by helpers
 * or not at all; and all that began are done when the asking returns.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "engine/scan/helpers.h"

#define N_ITEMS 2000u
#define N_ASKERS 4u

typedef struct work {
    atomic_uint next;          /* item */
    atomic_uint done[N_ITEMS]; /* how often each was done */
    atomic_uint n_parts;       /* that began */
    atomic_uint n_running;
    pthread_t asker;
    atomic_bool is_part_0_own;
} work;

/* Takes items until there are none. */
static void part(void *context, unsigned i)
{
    work *it = context;
    atomic_fetch_add(&it->n_parts, 1);
    atomic_fetch_add(&it->n_running, 1);
    if (i == 0)
        atomic_store(&it->is_part_0_own, pthread_equal(pthread_self(), it->asker) != 0);
    for (unsigned item; (item = atomic_fetch_add(&it->next, 1)) < N_ITEMS;)
        atomic_fetch_add(&it->done[item], 1);
    atomic_fetch_sub(&it->n_running, 1);
}

/* Whether everything was done, once, by at most n parts. */
static bool is_done(skr_helpers *helpers, unsigned n)
{
    work *it = calloc(1, sizeof *it);
    bool is_right = true;
    it->asker = pthread_self();
    skr_helpers_run(helpers, n, part, it);
    for (unsigned i = 0; i < N_ITEMS; i++)
        is_right = is_right && atomic_load(&it->done[i]) == 1;
    is_right = is_right && atomic_load(&it->n_running) == 0 && atomic_load(&it->is_part_0_own) &&
               atomic_load(&it->n_parts) >= 1 && atomic_load(&it->n_parts) <= n;
    free(it);
    return is_right;
}

static skr_helpers *helpers_of(unsigned n)
{
    skr_err err = {0};
    skr_helpers *helpers = NULL;
    cr_assert(eq(int, skr_helpers_new(n, &helpers, &err), SKR_OK), "%s", err.message);
    return helpers;
}

Test(helpers, everything_is_done_once)
{
    for (unsigned n_helpers = 0; n_helpers < 4; n_helpers++) {
        skr_helpers *helpers = helpers_of(n_helpers);
        for (unsigned n = 1; n < 7; n++)
            for (unsigned turn = 0; turn < 50; turn++)
                cr_assert(is_done(helpers, n), "%u helpers, %u parts", n_helpers, n);
        skr_helpers_free(helpers);
    }
}

Test(helpers, without_any_part_0_does_everything)
{
    cr_assert(is_done(NULL, 5));
    skr_helpers_free(NULL);
}

static void *ask_often(void *context)
{
    size_t n_wrong = 0;
    for (unsigned turn = 0; turn < 200; turn++)
        n_wrong += !is_done(context, 1 + turn % 4);
    return (void *)n_wrong; /* NOLINT(performance-no-int-to-ptr): a number */
}

Test(helpers, are_shared_out_among_those_who_ask)
{
    pthread_t askers[N_ASKERS];
    skr_helpers *helpers = helpers_of(2);
    for (unsigned i = 0; i < N_ASKERS; i++)
        cr_assert(eq(int, pthread_create(&askers[i], NULL, ask_often, helpers), 0));
    for (unsigned i = 0; i < N_ASKERS; i++) {
        void *n_wrong = NULL;
        cr_assert(eq(int, pthread_join(askers[i], &n_wrong), 0));
        cr_assert(eq(ptr, n_wrong, NULL));
    }
    skr_helpers_free(helpers);
}
