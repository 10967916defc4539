/*
 * sample_states.h - what each sample of a segment is for one allele: copies called, copies of the
 * allele, zygosity.
 *
 * What a sample is for an allele is said in storage/segment/segment.h. An allele that replaces
 * several bases by as many others is counted as a whole (rule 1 of docs/counting.md), in a list as
 * by name: by records of the whole where a sample has some, by its atoms otherwise.
 */
#ifndef SKR_ENGINE_SCAN_SAMPLE_STATES_H
#define SKR_ENGINE_SCAN_SAMPLE_STATES_H

#include "engine/scan/batch.h"
#include "engine/scan/held_rows.h"

typedef struct skr_sample_states {
    uint32_t n;           /* samples of the segment that they are of */
    uint8_t *called;      /* copies called; 0 for those of whom nothing is known */
    uint8_t *this_copies; /* of those, of the allele */
    uint8_t *zygosities;  /* skr_zygosity, where there are some */
    uint8_t *spans;       /* what the spans say: own */
    uint32_t n_max;       /* for which there is memory */
    skr_carriers carriers;
} skr_sample_states;

/* Room for n samples. *states is zeroed at first. Errors: NOMEM. */
SKR_MUST_USE int skr_sample_states_reserve(skr_sample_states *states, uint32_t n, skr_err *err);
void skr_sample_states_done(skr_sample_states *states);

/*
 * What each sample of a cursor's segment is for an allele, of which the cursor has that row or
 * SKR_NONE. Those who do not live have no called copies. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_sample_states_find(skr_sample_states *states, skr_row_cursor *cursor,
                                        const skr_allele *key, uint32_t row, skr_err *err);

/*
 * What a row's direct claims say: of whom there is none, called is SKR_CALL_NO_STATEMENT. For the
 * next two, and for skr_sample_states_find. Errors: as above.
 */
SKR_MUST_USE int skr_sample_states_direct(skr_sample_states *states, const skr_row_cursor *cursor,
                                          const skr_row_at *at, skr_err *err);

/* The same where there is no row. */
void skr_sample_states_silent(skr_sample_states *states, const skr_row_cursor *cursor);

/* Replaces NO_STATEMENT by what the spans say, which a view of the segment reads. */
SKR_MUST_USE int skr_sample_states_spans(skr_sample_states *states, skr_segment_view *view,
                                         const skr_allele *key, skr_err *err);

/* What each sample is for a place and type alone; direct claims as in skr_sample_states_direct. */
SKR_MUST_USE int skr_sample_states_open(skr_sample_states *states, skr_row_cursor *cursor,
                                        const skr_allele *place, skr_err *err);

/* Do the atoms of an allele speak for some samples of a cursor? */
static inline bool skr_sample_states_has_atoms(const skr_row_cursor *cursor, const skr_allele *key,
                                               uint32_t row)
{
    return key->kind == SKR_ALLELE_MNV && !(row != SKR_NONE && cursor->rows->is_complete[row] != 0);
}

#endif
