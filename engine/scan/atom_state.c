/*
 * atom_state.c - a replacement of several bases by its atoms, sample by sample.
 */
#include "engine/scan/atom_state.h"

#include <stdbool.h>

#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"

/* No atom has said a number. */
#define NO_COPIES UINT8_MAX

skr_atom_state skr_atom_state_start(void)
{
    return (skr_atom_state){.n_this = NO_COPIES, .n_absent = NO_COPIES, .is_all_hom = 1};
}

void skr_atom_state_add(skr_atom_state *state, uint8_t called, uint8_t n_this, uint8_t zygosity)
{
    bool is_called = called > 0 && called <= SKR_PLOIDY_MAX;
    if (is_called && n_this == 0 && called < state->n_absent)
        state->n_absent = called;
    bool is_hom = is_called && n_this == called && (zygosity == SKR_HOM || zygosity == SKR_HEMI);
    if (!is_hom)
        state->is_all_hom = 0;
    if (is_hom && n_this < state->n_this) {
        state->n_this = n_this;
        state->zygosity = zygosity;
    }
}

uint8_t skr_atom_state_called(const skr_atom_state *state, uint8_t *ret_n_this)
{
    bool is_carrier = state->is_all_hom && state->n_this != NO_COPIES;
    *ret_n_this = is_carrier ? state->n_this : 0;
    if (is_carrier)
        return state->n_this;
    return state->n_absent != NO_COPIES ? state->n_absent : SKR_CALL_NO_CALL;
}
