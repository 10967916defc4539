/*
 * sample_states.c - states by the direct claims of a row, and by what covers the place.
 */
#include "engine/scan/sample_states.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"

int skr_sample_states_reserve(skr_sample_states *states, uint32_t n, skr_err *err)
{
    if (n > states->n_max || states->called == NULL) {
        skr_sample_states_done(states);
        states->called = calloc((size_t)n + 1, 1);
        states->this_copies = calloc((size_t)n + 1, 1);
        states->zygosities = calloc((size_t)n + 1, 1);
        states->spans = calloc((size_t)n + 1, 1);
        if (states->called == NULL || states->this_copies == NULL || states->zygosities == NULL ||
            states->spans == NULL) {
            skr_sample_states_done(states);
            return skr_fail_nomem(err, "the samples of a segment");
        }
        states->n_max = n;
    }
    states->n = n;
    return SKR_OK;
}

void skr_sample_states_done(skr_sample_states *states)
{
    free(states->called);
    free(states->this_copies);
    free(states->zygosities);
    free(states->spans);
    skr_carriers_done(&states->carriers);
    *states = (skr_sample_states){0};
}

int skr_sample_states_direct(skr_sample_states *states, const skr_row_cursor *cursor,
                             const skr_row_at *at, skr_err *err)
{
    const skr_call_set *calls = NULL;
    skr_carriers *carriers = &states->carriers;
    uint8_t *called = states->called;
    uint8_t *this_copies = states->this_copies;
    uint8_t *zygosities = states->zygosities;
    SKR_CHECK(states->n == cursor->n_samples);
    int status = skr_segment_need_copies(cursor->segment, at->ploidy, err);
    if (status == SKR_OK)
        status = skr_segment_view_calls(at->view, at->tile, at->row, &calls, err);
    if (status < 0)
        return status;
    const uint8_t *expected = skr_segment_copies_expected(cursor->segment, at->ploidy);
    skr_call_set_to_calls(calls, cursor->n_samples, called);
    for (uint32_t s = 0; s < cursor->n_samples; s++)
        if (called[s] == SKR_CALL_DEFAULT)
            called[s] = expected[s];
    status = skr_segment_view_decode(at->view, at->tile, at->row, carriers, err);
    if (status < 0)
        return status;
    memset(this_copies, 0, cursor->n_samples);
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t s = carriers->samples[i];
        this_copies[s] = carriers->dosages[i];
        zygosities[s] = (uint8_t)skr_carriers_zygosity(carriers->dosages[i], expected[s]);
    }
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        this_copies[carriers->bags[i].sample] = carriers->bags[i].n_this;
        zygosities[carriers->bags[i].sample] = carriers->bags[i].zygosity;
    }
    return SKR_OK;
}

void skr_sample_states_silent(skr_sample_states *states, const skr_row_cursor *cursor)
{
    SKR_CHECK(states->n == cursor->n_samples);
    memset(states->called, SKR_CALL_NO_STATEMENT, states->n);
    memset(states->this_copies, 0, states->n);
}

int skr_sample_states_spans(skr_sample_states *states, skr_segment_view *view,
                            const skr_allele *key, skr_err *err)
{
    if (key->kind >= SKR_ALLELE_SV || key->ploidy >= SKR_N_PLOIDIES ||
        memchr(states->called, SKR_CALL_NO_STATEMENT, states->n) == NULL)
        return SKR_OK;
    SKR_TRY(skr_segment_view_called(view, key->contig, key->start0, key->end0, states->spans, err));
    for (uint32_t s = 0; s < states->n; s++)
        if (states->called[s] == SKR_CALL_NO_STATEMENT)
            states->called[s] = states->spans[s];
    return SKR_OK;
}
