/*
 * order_view_int.h - what one thread keeps of the order that it reads.
 */
#ifndef SKR_STORAGE_SEGMENT_ORDER_VIEW_INT_H
#define SKR_STORAGE_SEGMENT_ORDER_VIEW_INT_H

#include "storage/block/block_cache.h"
#include "storage/segment/segment_int.h"

/* The classes of an order in the cache. */
typedef struct skr_cached_classes {
    skr_cached cached;
    uint32_t classes[]; /* of each sample */
} skr_cached_classes;

typedef struct skr_order_view {
    const skr_segment *segment;
    skr_block_reader *reader;
    const skr_order *orders; /* of carriers, or of first haplotypes */
    size_t n_orders;
    skr_cached_kind kind; /* of their classes in the cache */

    size_t order; /* whose rows are known; SIZE_MAX: none */
    size_t asked; /* the one that was to be loaded last, for messages */
    skr_carrier_columns rows;
    size_t chunk; /* of the order, in chunk_raw; SIZE_MAX: none */
    skr_block_bytes chunk_raw;

    bool has_classes;
    skr_block_bytes classes_raw;
    const uint32_t *classes; /* of each sample: own, or in the cache */
    uint32_t *own_classes;
    skr_cached *held; /* a skr_cached_classes, or NULL */
    skr_block_cache *cache;
    uint32_t *scratch; /* what reading classes needs */
    uint32_t n_classes_max;

    bool has_sums; /* of whom `serial` names */
    uint64_t serial;
    uint32_t *sums; /* how many are in the classes below: n_classes + 1 */
    bool has_haploid[SKR_N_PLOIDIES];
    uint32_t *haploid[SKR_N_PLOIDIES]; /* the same of those with one copy expected */
    bool has_sizes;
    uint32_t *sizes; /* of each class */

    uint64_t *marked; /* the bitmap that the marks in steps are for; NULL: there are none */
    int32_t *steps;
    uint8_t *dosages;      /* of each class */
    uint64_t *class_bits;  /* two bitmaps of the classes */
    skr_carriers carriers; /* of a row that has no runs */
} skr_order_view;

/* Starts a view that has read nothing, of the orders of carriers or those of first haplotypes;
 * skr_order_view_done frees what it came to keep. */
void skr_order_view_start(skr_order_view *view, const skr_segment *segment,
                          skr_block_reader *reader);
void skr_order_view_start_phase(skr_order_view *view, const skr_segment *segment,
                                skr_block_reader *reader);
void skr_order_view_done(skr_order_view *view);

/*
 * Adds the carriers of row `number` of all orders that are in who to the tally, ploidy's. Errors of
 * this and the next ones: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_order_view_tally(skr_order_view *view, uint64_t number,
                                      const skr_sample_set *who, uint8_t ploidy,
                                      skr_carrier_tally *tally, skr_err *err);

/* Sets the bits of the carriers in the bitmap, now or before skr_order_view_mark_end is over. */
SKR_MUST_USE int skr_order_view_mark(skr_order_view *view, uint64_t number, uint64_t *bitmap,
                                     skr_err *err);
void skr_order_view_mark_end(skr_order_view *view);

/* Adds the carriers to carriers, which has no plain ones. */
SKR_MUST_USE int skr_order_view_decode(skr_order_view *view, uint64_t number,
                                       skr_carriers *carriers, skr_err *err);

/* Loads an order with its classes, for verify, which looks at what is kept. */
SKR_MUST_USE int skr_order_view_load(skr_order_view *view, size_t order, skr_err *err);

/*
 * Are the levels that are stored those of the classes' sizes? Of the order that is loaded, by a
 * reader without a cache.
 */
bool skr_order_view_is_right(skr_order_view *view);

#endif
