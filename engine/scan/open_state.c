/*
 * open_state.c - a place and type alone as one allele, sample by sample.
 */
#include "engine/scan/open_state.h"

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"

void skr_open_state_add(skr_open_state *state, uint8_t called, uint8_t n_this, uint8_t zygosity)
{
    if (called == SKR_CALL_NO_STATEMENT)
        return;
    if (called == 0 || called > SKR_PLOIDY_MAX) {
        state->has_no_call = true;
        return;
    }
    uint8_t n_other = called > n_this ? (uint8_t)(called - n_this) : 0;
    if (state->n_claims == 0 || n_other < state->n_other)
        state->n_other = n_other;
    if (n_this > state->n_this) {
        state->n_this = n_this;
        state->zygosity = zygosity;
    }
    state->is_het = state->is_het || (n_this > 0 && zygosity == SKR_HET);
    if (state->n_claims < 255)
        state->n_claims++;
    state->n_all += n_this;
    state->n_copies = called > state->n_copies ? called : state->n_copies;
}

void skr_open_state_settle(skr_open_state *state, uint8_t expected)
{
    SKR_ASSERT(state->n_claims > 1);
    uint8_t n_copies = state->n_copies;
    if (expected <= SKR_PLOIDY_MAX && expected > n_copies)
        n_copies = expected;
    uint8_t n_left = state->n_all < n_copies ? (uint8_t)(n_copies - state->n_all) : 0;
    state->n_other = state->n_other < n_left ? state->n_other : n_left;
    uint8_t called = (uint8_t)(state->n_this + state->n_other);
    if (n_copies == 1)
        state->zygosity = state->is_het ? SKR_HET : SKR_HEMI;
    else if (called < n_copies)
        state->zygosity = SKR_PARTIAL;
    else
        state->zygosity = state->n_other > 0 ? SKR_HET : SKR_HOM;
}

uint8_t skr_open_state_called(const skr_open_state *state)
{
    if (state->n_claims > 0)
        return (uint8_t)(state->n_this + state->n_other);
    return state->has_no_call ? SKR_CALL_NO_CALL : SKR_CALL_NO_STATEMENT;
}
