/*
 * batch.h - alleles in the order of their keys, each once, with the rows that are of them.
 *
 * A batch ends when it is full or when a cursor must load another tile: the rows of a batch lie in
 * one tile of each cursor.
 */
#ifndef SKR_ENGINE_SCAN_BATCH_H
#define SKR_ENGINE_SCAN_BATCH_H

#include "engine/scan/row_cursor.h"

/* Verdicts on an allele: for carriers of which numbers of copies it satisfies the question. */
#define SKR_COUNTS_ONE 1u  /* of one copy */
#define SKR_COUNTS_MORE 2u /* of two and more */
#define SKR_COUNTS_ALL (SKR_COUNTS_ONE | SKR_COUNTS_MORE)

/* Do the verdicts count a carrier of so many copies? */
static inline bool skr_verdicts_count(unsigned verdicts, uint8_t n_this)
{
    return (verdicts & (n_this == 1 ? SKR_COUNTS_ONE : SKR_COUNTS_MORE)) != 0;
}

/* The rows of one cursor that are of alleles of the batch, ascending. */
typedef struct skr_batch_rows {
    const uint32_t *rows; /* of its tile */
    uint32_t *keys;       /* and the number of the allele that each is of */
    uint32_t n;
} skr_batch_rows;

/* An allele in one dataset. */
typedef struct skr_slot_view {
    bool has_row;      /* some live record of the dataset names it */
    unsigned verdicts; /* SKR_COUNTS_ */
} skr_slot_view;

/* One allele of a batch. */
typedef struct skr_key_view {
    skr_allele key;
    bool is_named; /* asked for by name: a replacement is counted as a whole */
    const skr_slot_view *slots;
    const uint32_t *rows; /* of each cursor; SKR_NONE: it has none */
} skr_key_view;

/* Arrays of slots are n_max apart. */
typedef struct skr_batch {
    uint32_t n;
    uint32_t n_max;
    skr_allele *keys; /* their texts are those of the cursors' rows, or of the plan */
    bool has_whole;   /* some key is a replacement of several bases, or a place and type alone */
    uint8_t *is_named;
    uint8_t *is_wanted; /* the visitor is to look at it */
    uint8_t *codes;     /* what was known of the key by itself */
    uint8_t *has_row;   /* [slot * n_max + i], as in skr_slot_view */
    uint8_t *verdicts;  /* likewise */
    uint8_t *is_failed; /* likewise: no record that passed FILTER names it */
    uint32_t n_slots;
    uint32_t n_slots_max; /* for which there is memory */
    skr_row_cursor *cursors;
    uint32_t n_cursors;
    uint32_t n_cursors_max; /* for which there is memory */
    skr_batch_rows *rows;   /* of each cursor */
    uint32_t *starts;       /* of each cursor's next row; SKR_NONE at its end */
    uint32_t *lowest;       /* cursors that have the lowest allele */
    skr_key_view at;        /* what skr_batch_seek tells */
    skr_slot_view *at_slots;
    uint32_t *at_rows;
} skr_batch;

/* Memory for n_max alleles of up to n_cursors_max cursors. *batch is zeroed. Errors: NOMEM. */
SKR_MUST_USE int skr_batch_init(skr_batch *batch, uint32_t n_max, uint32_t n_cursors_max,
                                skr_err *err);
void skr_batch_done(skr_batch *batch);

/* Turns it to the cursors of a scan with so many slots. Errors: NOMEM. */
SKR_MUST_USE int skr_batch_begin(skr_batch *batch, skr_row_cursor *cursors, uint32_t n_cursors,
                                 uint32_t n_slots, skr_err *err);

/* Alleles asked for by name that are yet to come, ascending. */
typedef struct skr_name_run {
    const skr_named_allele *names;
    size_t n;
} skr_name_run;

/* The names of a plan within a morsel. */
skr_name_run skr_name_run_of(const skr_plan *plan, const skr_morsel *morsel);

/* Loads tiles where a cursor's rows have come to their end, and empties the batch. Errors: CORRUPT,
 * IO, NOMEM. */
SKR_MUST_USE int skr_batch_refill(skr_batch *batch, const skr_morsel *morsel, skr_err *err);

/* Merges rows and names into the batch until it ends; it is empty when there was nothing. */
void skr_batch_fill(skr_batch *batch, skr_name_run *names);

/* Allele i. What is returned is the batch's, until the next call. */
const skr_key_view *skr_batch_seek(skr_batch *batch, uint32_t i);

#endif
