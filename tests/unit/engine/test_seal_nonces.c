/*
 * A nonce of a key is new once, however many others there are, and whatever they look like: the
 * same as a list that is gone through.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/sealed/seal_nonces.h"
#include "tests/support/random.h"

#define N_ADDED 3000u

static bool is_in_list(const skr_seal_nonce *list, size_t n, const skr_seal_nonce *one)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].key1 == one->key1 && memcmp(list[i].nonce, one->nonce, sizeof one->nonce) == 0)
            return true;
    return false;
}

/* Nonces that differ in few bits, as counters do, and of which some come again. */
Test(seal_nonces, are_new_once)
{
    static skr_seal_nonce list[N_ADDED];
    test_random random = test_random_drawn("seal_nonces");
    skr_seal_nonces nonces = {0};
    size_t n = 0;
    skr_err err;
    for (unsigned i = 0; i < N_ADDED; i++) {
        skr_seal_nonce one = {.key1 = test_random_below(&random, 3)};
        one.nonce[test_random_below(&random, SKR_SEAL_NONCE)] =
            (uint8_t)test_random_below(&random, 256);
        if (test_random_below(&random, 2) == 0)
            one.nonce[0] = (uint8_t)test_random_below(&random, 256);
        bool is_new = false;
        cr_assert(
            eq(int, skr_seal_nonces_add(&nonces, one.key1, one.nonce, &is_new, &err), SKR_OK));
        cr_assert(eq(int, is_new, !is_in_list(list, n, &one)), "SKERRY_SEED=%llu at %u",
                  (unsigned long long)random.seed, i);
        if (is_new)
            list[n++] = one;
        cr_assert(eq(sz, nonces.n, n));
    }
    cr_assert(gt(sz, n, 500));
    cr_assert(lt(sz, n, N_ADDED));
    skr_seal_nonces_done(&nonces);
    cr_assert(zero(sz, nonces.n));
}
