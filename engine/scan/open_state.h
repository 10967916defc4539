/*
 * open_state.h - what several structural alleles of a place say of one sample, taken as one.
 *
 * Rule 8 of docs/counting.md: a sample has as many copies of it as of that of them of which it has
 * most; copies called otherwise are the least that one of them says, and no more than are left when
 * the copies of all are taken off. Keys of which no copy is called say nothing.
 */
#ifndef SKR_ENGINE_SCAN_OPEN_STATE_H
#define SKR_ENGINE_SCAN_OPEN_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* What the keys seen so far say of one sample. Zeroed at first. */
typedef struct skr_open_state {
    uint8_t n_claims; /* keys of which a copy is called; 255 and more are told as 255 */
    uint8_t n_this;   /* the most copies of one */
    uint8_t n_other;  /* the least copies called otherwise */
    uint8_t zygosity; /* of the one with the most copies */
    bool is_het;      /* some key says so */
    bool has_no_call;
    uint32_t n_all;   /* copies of all */
    uint8_t n_copies; /* called, of the key that has most of them */
} skr_open_state;

/* Adds what one of them says: copies called (or a SKR_CALL_ that is no number), and of it. */
void skr_open_state_add(skr_open_state *state, uint8_t called, uint8_t n_this, uint8_t zygosity);

/* Settles what several say. expected: copies of the sample there. */
void skr_open_state_settle(skr_open_state *state, uint8_t expected);

/* Copies called; SKR_CALL_NO_CALL or SKR_CALL_NO_STATEMENT where none says a number. */
uint8_t skr_open_state_called(const skr_open_state *state);

#endif
