/*
 * What several structural alleles of a place say of a sample, taken as one: rule 8 over the list of
 * them, whatever their order.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/scan/open_state.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"
#include "tests/support/random.h"

#define N_CLAIMS_MAX 5u

typedef struct claim {
    uint8_t called;
    uint8_t n_this;
} claim;

typedef struct settled {
    uint32_t n_claims; /* of which a copy is called */
    uint32_t called;
    uint32_t n_this;
    uint32_t zygosity;
} settled;

static bool is_called(uint8_t called)
{
    return called > 0 && called <= SKR_PLOIDY_MAX;
}

static uint8_t zygosity_of(const claim *one)
{
    return one->n_this < one->called ? SKR_HET : one->called == 1 ? SKR_HEMI : SKR_HOM;
}

/* The sentence of the header, over the list. */
static settled settle_slowly(const claim *claims, uint32_t n, uint8_t expected)
{
    settled it = {.called = SKR_CALL_NO_STATEMENT};
    uint32_t n_all = 0;
    uint32_t n_most = 0;
    uint32_t n_other = 255;
    bool is_het = false;
    for (uint32_t i = 0; i < n; i++) {
        const claim *one = &claims[i];
        if (!is_called(one->called)) {
            if (one->called != SKR_CALL_NO_STATEMENT && it.n_claims == 0)
                it.called = SKR_CALL_NO_CALL;
            continue;
        }
        uint32_t other = one->called - one->n_this;
        it.n_claims++;
        n_all += one->n_this;
        n_most = one->called > n_most ? one->called : n_most;
        n_other = other < n_other ? other : n_other;
        it.n_this = one->n_this > it.n_this ? one->n_this : it.n_this;
        is_het = is_het || (one->n_this > 0 && zygosity_of(one) == SKR_HET);
    }
    if (it.n_claims == 0)
        return it;
    if (it.n_claims > 1) {
        uint32_t n_copies = expected <= SKR_PLOIDY_MAX && expected > n_most ? expected : n_most;
        uint32_t n_left = n_copies > n_all ? n_copies - n_all : 0;
        n_other = n_other < n_left ? n_other : n_left;
        it.zygosity = n_copies == 1                    ? (is_het ? SKR_HET : SKR_HEMI)
                      : it.n_this + n_other < n_copies ? SKR_PARTIAL
                      : n_other > 0                    ? SKR_HET
                                                       : SKR_HOM;
    }
    it.called = it.n_this + n_other;
    return it;
}

static void assert_settled(const claim *claims, uint32_t n, uint8_t expected, uint64_t seed)
{
    settled want = settle_slowly(claims, n, expected);
    skr_open_state state = {0};
    for (uint32_t i = 0; i < n; i++)
        skr_open_state_add(&state, claims[i].called, claims[i].n_this, zygosity_of(&claims[i]));
    cr_assert(eq(u8, state.n_claims, want.n_claims), "seed %llu", (unsigned long long)seed);
    if (state.n_claims > 1)
        skr_open_state_settle(&state, expected);
    uint8_t called = skr_open_state_called(&state);
    cr_assert(called == want.called && state.n_this == want.n_this,
              "seed %llu: %u of %u, want %u of %u", (unsigned long long)seed, state.n_this, called,
              want.n_this, want.called);
    if (want.n_claims > 1 && want.n_this > 0)
        cr_assert(eq(u32, state.zygosity, want.zygosity), "seed %llu", (unsigned long long)seed);
    if (want.n_claims > 0)
        cr_assert(called <= SKR_PLOIDY_MAX && state.n_this <= called);
}

Test(open_state, several_are_one_in_any_order)
{
    static const uint8_t calls[] = {
        0, 1, 1, 2, 2, 2, 2, 3, SKR_CALL_NO_CALL, SKR_CALL_NO_STATEMENT};
    test_random draw = test_random_drawn("open_state");
    for (unsigned turn = 0; turn < 20000; turn++) {
        claim claims[N_CLAIMS_MAX];
        uint32_t n = test_random_below(&draw, N_CLAIMS_MAX + 1);
        uint8_t expected = (uint8_t)test_random_below(&draw, 4);
        for (uint32_t i = 0; i < n; i++) {
            claims[i] = (claim){.called = calls[test_random_below(&draw, sizeof calls)]};
            if (is_called(claims[i].called))
                claims[i].n_this = (uint8_t)test_random_below(&draw, claims[i].called + 1u);
        }
        for (uint32_t by = 0; by < n || by == 0; by++) {
            claim turned[N_CLAIMS_MAX];
            for (uint32_t i = 0; i < n; i++)
                turned[i] = claims[(i + by) % n];
            assert_settled(turned, n, expected, draw.seed);
        }
    }
}

Test(open_state, copies_of_two_keys_leave_none_for_others)
{
    skr_open_state state = {0};
    skr_open_state_add(&state, 2, 1, SKR_HET);
    skr_open_state_add(&state, 2, 1, SKR_HET);
    skr_open_state_settle(&state, 2);
    cr_assert(eq(u8, skr_open_state_called(&state), 1));
    cr_assert(eq(u8, state.zygosity, SKR_PARTIAL));
}

Test(open_state, no_statement_and_no_call_are_told_apart)
{
    skr_open_state state = {0};
    skr_open_state_add(&state, SKR_CALL_NO_STATEMENT, 0, 0);
    cr_assert(eq(u8, skr_open_state_called(&state), SKR_CALL_NO_STATEMENT));
    skr_open_state_add(&state, SKR_PLOIDY_MAX + 1, 1, SKR_HET); /* no number of copies */
    skr_open_state_add(&state, 0, 0, 0);
    cr_assert(eq(u8, state.n_claims, 0));
    cr_assert(eq(u8, skr_open_state_called(&state), SKR_CALL_NO_CALL));
}

Test(open_state, many_claims_are_told_as_the_most_that_fit)
{
    skr_open_state state = {0};
    for (unsigned i = 0; i < 300; i++)
        skr_open_state_add(&state, 2, 0, SKR_HET);
    cr_assert(eq(u8, state.n_claims, 255));
    skr_open_state_settle(&state, 2);
    cr_assert(eq(u8, skr_open_state_called(&state), 2));
    cr_assert(eq(u8, state.n_this, 0));
}
