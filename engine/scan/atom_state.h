/*
 * atom_state.h - what the atoms of a replacement of several bases say of one sample that has no
 * record of the whole (case 16 of docs/counting.md).
 */
#ifndef SKR_ENGINE_SCAN_ATOM_STATE_H
#define SKR_ENGINE_SCAN_ATOM_STATE_H

#include <stdint.h>

typedef struct skr_atom_state {
    uint8_t n_this;   /* least copies of an atom, while all atoms are hom */
    uint8_t n_absent; /* least called copies of an atom that is absent; 255: none is */
    uint8_t zygosity; /* of the atom with the least copies */
    uint8_t is_all_hom;
} skr_atom_state;

/* What is known before the first atom. */
skr_atom_state skr_atom_state_start(void);

/* Adds what one atom says: copies called, of which n_this are of it. */
void skr_atom_state_add(skr_atom_state *state, uint8_t called, uint8_t n_this, uint8_t zygosity);

/* What the sample is for the whole: copies called, or SKR_CALL_NO_CALL; *ret_n_this of them of it.
 */
uint8_t skr_atom_state_called(const skr_atom_state *state, uint8_t *ret_n_this);

#endif
