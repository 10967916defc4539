/*
 * order.h - orders: alleles that many carry, as short runs over classes of samples.
 *
 * Samples that have the same dosage at every allele of a stretch are one class. The classes are
 * numbered so that the carriers of each of those alleles are a few runs of numbers. Stored are the
 * class of each sample, once, and for each allele its runs. To count in a cohort one counts its
 * members by class and adds those counts up from the left; then a run costs two look-ups.
 *
 * docs/format.md, "Order", is the twin of the stored forms; docs/decisions/0002 says why.
 */
#ifndef SKR_STORAGE_CARRIERS_ORDER_H
#define SKR_STORAGE_CARRIERS_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/carriers/carriers_form.h"

/* ------------------------------------------------------------------ classes */

/*
 * Appends the class of each sample. Each of the n_classes has a member. Errors: NOMEM.
 */
SKR_MUST_USE int skr_order_classes_encode(const uint32_t *classes, uint32_t n_samples,
                                          uint32_t n_classes, skr_buffer *bytes, skr_err *err);

/* The least and the most bytes that the encoding can have. */
uint64_t skr_order_classes_size_min(uint32_t n_samples, uint32_t n_classes);
uint64_t skr_order_classes_size_max(uint32_t n_samples, uint32_t n_classes);

/*
 * Reads the class of each sample from stored bytes, which are not believed: every class is below
 * n_classes. scratch has room for skr_order_classes_scratch(n_classes) numbers. Errors: CORRUPT.
 */
SKR_MUST_USE int skr_order_classes_decode(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples,
                                          uint32_t n_classes, uint32_t *scratch, uint32_t *classes,
                                          skr_err *err);

/* Numbers that reading needs room for: places of classes, rounded up. */
size_t skr_order_classes_scratch(uint32_t n_classes);

/* Are the levels in the bytes those of the classes' sizes? For verify; sizes are of each class. */
bool skr_order_levels_are_right(const uint8_t *bytes, const uint32_t *sizes, uint32_t n_classes);

/* ------------------------------------------------------------------ a row of an order
 * What a row of an order is stored as: a head and then carriers as in a tile, or runs. The
 * functions that read do not believe the bytes. Errors of those: CORRUPT.
 */

/* Appends runs: the dosage, 0 to 2, of each class. Errors: NOMEM. */
SKR_MUST_USE int skr_order_runs_encode(const uint8_t *dosages, uint32_t n_classes,
                                       skr_buffer *bytes, skr_err *err);

/* Is it runs, and not carriers in another form? */
static inline bool skr_order_row_is_runs(const uint8_t *bytes, size_t n_bytes)
{
    return n_bytes > 0 && skr_head_has_form(bytes[0], SKR_CARRIERS_RUNS);
}

/*
 * How many carriers there are, and how many of them have two copies, by sums: sums[c] is how many
 * of those asked about are in the classes below c, n_classes + 1 numbers.
 */
SKR_MUST_USE int skr_order_runs_count(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes,
                                      const uint32_t *sums, uint32_t *ret_n_carriers,
                                      uint32_t *ret_n_hom, skr_err *err);

/* Adds 1 to steps[c] where a run of carriers begins and subtracts 1 where it ends: n_classes + 1.
 */
SKR_MUST_USE int skr_order_runs_mark(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes,
                                     int32_t *steps, skr_err *err);

/* The dosage of each class. Errors: CORRUPT. */
SKR_MUST_USE int skr_order_runs_decode(const uint8_t *bytes, size_t n_bytes, uint32_t n_classes,
                                       uint8_t *dosages, skr_err *err);

/* ------------------------------------------------------------------ finding an order */

/* The rows of an order while they are collected, in memory. Zero-initialise. */
typedef struct skr_order_row {
    size_t offset; /* in the bytes of the rows */
    uint32_t n;    /* carriers */
    bool is_plane; /* two bits a sample; otherwise u32, the top bit set for two copies */
} skr_order_row;

typedef struct skr_order_rows {
    uint32_t n_samples;
    skr_buffer bytes;
    skr_order_row *rows;
    uint32_t n;
    uint32_t n_max;
} skr_order_rows;

/* Frees the rows and zeroes. */
void skr_order_rows_done(skr_order_rows *rows);

/* Adds the plain carriers of a row. Errors: NOMEM. */
SKR_MUST_USE int skr_order_rows_add(skr_order_rows *rows, const skr_carriers *carriers,
                                    skr_err *err);

/* The plain carriers of a row, into carriers, which is cleared first. Errors: NOMEM. */
SKR_MUST_USE int skr_order_rows_get(const skr_order_rows *rows, uint32_t row,
                                    skr_carriers *carriers, skr_err *err);

/*
 * Puts the samples into classes, in an order that makes the rows short runs. All three arrays have
 * room for n_samples: the class of each sample, as they are met; an ascending sample of each class;
 * the number of each class in the order. Two samples that differ may share a class, though it is as
 * good as impossible: whoever encodes a row must look. Errors: NOMEM.
 */
SKR_MUST_USE int skr_order_find(const skr_order_rows *rows, uint32_t *classes,
                                uint32_t *representatives, uint32_t *numbers,
                                uint32_t *ret_n_classes, skr_err *err);

/* Do all carriers of a row have the dosage of their class, and all others of that class 0? */
bool skr_order_row_is_told(const skr_order_rows *rows, uint32_t row, const uint32_t *classes,
                           const uint8_t *dosages, const uint32_t *sizes, uint32_t n_classes);

/* The dosages of n ascending samples at a row. */
void skr_order_rows_dosages(const skr_order_rows *rows, uint32_t row, const uint32_t *samples,
                            uint32_t n, uint8_t *dosages);

#endif
