/*
 * sample_states_open.c - states of samples for a place and type alone: all structural alleles there
 * that it holds.
 */
#include <stdlib.h>

#include "engine/scan/open_state.h"
#include "engine/scan/sample_states.h"

/* Adds what each row says; the states are scratch. */
static int add_rows(skr_sample_states *states, skr_row_cursor *cursor, const skr_held_rows *held,
                    skr_open_state *open, skr_err *err)
{
    for (uint32_t i = 0; i < held->n; i++) {
        SKR_TRY(skr_sample_states_direct(states, cursor, &held->rows[i], err));
        for (uint32_t s = 0; s < states->n; s++)
            skr_open_state_add(&open[s], states->called[s], states->this_copies[s],
                               states->zygosities[s]);
    }
    return SKR_OK;
}

int skr_sample_states_open(skr_sample_states *states, skr_row_cursor *cursor,
                           const skr_allele *place, skr_err *err)
{
    skr_held_rows held = {0};
    skr_open_state *open = calloc((size_t)cursor->n_samples + 1, sizeof *open);
    int status = open == NULL ? skr_fail_nomem(err, "the samples of a segment")
                              : skr_held_rows_find(cursor, place, &held, err);
    if (status == SKR_OK)
        status = add_rows(states, cursor, &held, open, err);
    const uint8_t *expected = NULL;
    if (status == SKR_OK && held.n > 1)
        expected = skr_segment_copies_expected(cursor->segment, held.rows[0].ploidy);
    for (uint32_t s = 0; status == SKR_OK && s < states->n; s++) {
        if (open[s].n_claims > 1)
            skr_open_state_settle(&open[s], expected[s]);
        states->called[s] = skr_open_state_called(&open[s]);
        states->this_copies[s] = open[s].n_this;
        states->zygosities[s] = open[s].zygosity;
    }
    skr_held_rows_done(&held);
    free(open);
    return status;
}
