/*
 * order_writer_int.h - the orders of a segment while it is written.
 */
#ifndef SKR_STORAGE_SEGMENT_ORDER_WRITER_INT_H
#define SKR_STORAGE_SEGMENT_ORDER_WRITER_INT_H

#include "storage/block/block_file.h"
#include "storage/carriers/carriers.h"

/* An order as the directory has it. */
typedef struct skr_order {
    uint64_t first_row; /* number of its first row among those of all orders */
    uint32_t n_rows;
    uint32_t n_classes;    /* 0: no row has runs */
    skr_block_ref classes; /* the class of each sample; all zero without classes */
    skr_block_ref rows;    /* where the rows are */
} skr_order;

typedef struct skr_order_writer skr_order_writer;

/* Rows of an order, where nothing else is asked for. */
#define SKR_ORDER_ROWS_MAX 208u

/*
 * So many carriers or more go into orders. A row with fewer than one in 500 samples costs about as
 * much as a list, and makes more classes (docs/decisions/0002).
 */
static inline uint32_t skr_order_carriers_min(uint32_t n_samples)
{
    return n_samples / 500 > SKR_SHORT_MAX ? n_samples / 500 : SKR_SHORT_MAX + 1;
}

/*
 * An order has n_rows_max rows at most. is_forced: rows are runs even where those are larger than
 * other forms. The caller owns *ret_writer. Errors: NOMEM.
 */
SKR_MUST_USE int skr_order_writer_new(skr_block_writer *file, uint32_t n_samples,
                                      uint32_t n_rows_max, bool is_forced,
                                      skr_order_writer **ret_writer, skr_err *err);

/* Adds the plain carriers of a row; its number among all of them. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_order_writer_add(skr_order_writer *writer, const skr_carriers *carriers,
                                      uint64_t *ret_number, skr_err *err);

/* Ends the order at hand: what comes is far away from it. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_order_writer_close(skr_order_writer *writer, skr_err *err);

/* The orders written so far; the caller owns them. Errors: NOMEM. */
SKR_MUST_USE int skr_order_writer_copy(const skr_order_writer *writer, skr_order **ret_orders,
                                       size_t *ret_n, skr_err *err);

/* Frees. NULL is allowed. */
void skr_order_writer_free(skr_order_writer *writer);

#endif
