/*
 * row_cursor.h - the rows of one segment, as one thread goes through them.
 *
 * Rows come tile by tile in the order of their keys; those that the question rules out are left
 * out. A cursor knows who counts in its segment on the contig where it is.
 */
#ifndef SKR_ENGINE_SCAN_ROW_CURSOR_H
#define SKR_ENGINE_SCAN_ROW_CURSOR_H

#include "engine/scan/sample_mask.h"
#include "engine/scan/scope.h"
#include "storage/segment/segment_marks.h"

typedef struct skr_row_cursor {
    const skr_scan_scope *scope;
    skr_block_reader *reader;
    skr_analysis *done; /* counters of the part of the scan */
    bool is_only;       /* no other segment is scanned */
    uint32_t number;    /* of the segment, among those that are asked */
    uint32_t slot;
    const skr_segment_entry *entry;
    const skr_segment *segment;
    skr_individuals individuals;
    uint32_t n_samples;
    skr_segment_view *view;       /* of the rows at hand; made when first needed */
    skr_segment_view *other_view; /* of rows elsewhere: atoms of an allele asked for as a whole */
    uint32_t contig;              /* for which the masks are; SKR_NONE at first */
    uint64_t n_sets;              /* sample sets made so far: their serials */
    skr_sample_mask live;         /* not replaced, not withdrawn */
    skr_sample_mask cohort;       /* live, and of the slot's cohort */
    skr_sample_mask dead;         /* not live; of no samples: not found yet, for row_live.c */
    size_t tile;                  /* next tile to load, and the last */
    size_t tile_to;
    const skr_tile_rows *rows;  /* of the tile before `tile`; NULL at the end */
    skr_live_totals *kept;      /* what the snapshot keeps of who lives; NULL: nothing */
    const skr_live_tile *known; /* its totals of the living, which rows has then; or NULL */
    skr_tile_rows live_rows;    /* what rows is then */
    uint32_t n_asked; /* rows of the tile that totals were needed of, and were not known */
    uint32_t *wanted; /* rows of it that go on, ascending */
    uint8_t *codes;   /* and what is known of each: a skr_row_code */
    uint32_t n_wanted;
    uint32_t n_wanted_max;
    uint32_t next;            /* the next of those */
    skr_af_seen seen;         /* rows judged by af in this scan, where it has doubts */
    skr_segment_marks *marks; /* carriers seen on this contig, for tally_mark.c; NULL at first */
    bool has_marks;
} skr_row_cursor;

/*
 * Turns a cursor that rested (zeroed at first) to a scan, on segment `number`, which is of a
 * dataset of the scan. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_row_cursor_begin(skr_row_cursor *cursor, const skr_scan_scope *scope,
                                      uint32_t number, uint32_t slot, skr_block_reader *reader,
                                      skr_analysis *done, skr_err *err);

/* What is kept of a cursor when a scan is over: its views and memory. */
skr_row_cursor skr_row_cursor_rest(const skr_row_cursor *cursor);

/* Frees what a cursor that rests has kept. */
void skr_row_cursor_done(skr_row_cursor *cursor);

/* Goes to the rows of a morsel; none are loaded yet. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_row_cursor_enter(skr_row_cursor *cursor, const skr_morsel *morsel,
                                      skr_err *err);

/*
 * Loads the next tile of the morsel that has rows to go on with; rows is NULL when there is none.
 * Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_row_cursor_load(skr_row_cursor *cursor, const skr_morsel *morsel,
                                     skr_err *err);

/*
 * Begins to read what a morsel will want. Returns a number for skr_block_reader_pass once the
 * morsel is done, or 0.
 */
uint64_t skr_row_cursor_read_ahead(skr_row_cursor *cursor, const skr_morsel *morsel,
                                   bool with_carriers);

/* The view of a cursor, or the other one, made when first needed. Errors: NOMEM. */
SKR_MUST_USE int skr_row_cursor_view(skr_row_cursor *cursor, skr_err *err);
SKR_MUST_USE int skr_row_cursor_other_view(skr_row_cursor *cursor, skr_err *err);

/*
 * Chooses the rows of the tile at hand, up to start to0, that go on: those that the question does
 * not rule out, that somebody alive speaks of, and those at the places of names. For
 * skr_row_cursor_load. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_row_cursor_choose(skr_row_cursor *cursor, const skr_morsel *morsel,
                                       skr_err *err);

/* Has it rows, or tiles that may have some? */
static inline bool skr_row_cursor_has_rest(const skr_row_cursor *cursor)
{
    return cursor->next < cursor->n_wanted || cursor->tile < cursor->tile_to;
}

/* Is this segment all that there is, and everybody in it alive? */
static inline bool skr_row_cursor_is_alone(const skr_row_cursor *cursor)
{
    return cursor->is_only && cursor->live.set.bits == NULL;
}

/* The same where it is known what the rows of the tile at hand add up to over the living. A
 * catalogue leaves it to its members what they say of FILTER. */
static inline bool skr_row_cursor_has_facts(const skr_row_cursor *cursor)
{
    bool is_told = cursor->known != NULL &&
                   !(cursor->scope->plan->has_filter && skr_segment_is_catalogue(cursor->segment));
    return cursor->is_only && (cursor->live.set.bits == NULL || is_told);
}

/* The tile of the rows at hand. */
static inline size_t skr_row_cursor_tile(const skr_row_cursor *cursor)
{
    return cursor->tile - 1;
}

/* Those whom a tally counts: the live, or the cohort where there is one and it is asked for. */
static inline const skr_sample_set *skr_row_cursor_counted(const skr_row_cursor *cursor,
                                                           bool is_cohort)
{
    bool has_cohort = cursor->scope->slots[cursor->slot].cohort != NULL;
    return is_cohort && has_cohort ? &cursor->cohort.set : &cursor->live.set;
}

#endif
