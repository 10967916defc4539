/*
 * carriers_form.h - the head of a row's carriers, which tells the form of its bytes.
 *
 * docs/format.md, "Carriers", is its twin. What the forms do is in a file each, form_*.c.
 */
#ifndef SKR_STORAGE_CARRIERS_CARRIERS_FORM_H
#define SKR_STORAGE_CARRIERS_CARRIERS_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/carriers/carriers.h"
#include "storage/carriers/kernel.h"

/*
 * The head of a row. Up to SKR_SHORT_MAX: so many plain carriers of one copy each, as a short list;
 * as many more than SKR_SHORT_MAX: the same, and after the list a bit for each, set if it has two
 * copies. Above: the top bit, a form in the bits of SKR_HEAD_FORM_MASK, and flags.
 */
#define SKR_HEAD_SHORT_MAX (2 * SKR_SHORT_MAX)
#define SKR_HEAD_LONG 0x80u
#define SKR_HEAD_FORM_MASK 0x73u
#define SKR_HEAD_HAS_BAGS 0x04u
#define SKR_HEAD_HAS_SECOND                                                                        \
    0x08u /* a second list, plane or set of runs: of those with two copies */

/* The forms of a long head. */
enum skr_form_number {
    SKR_CARRIERS_SHORT = 0, /* of no long head */
    SKR_CARRIERS_GAPS = 1,
    SKR_CARRIERS_PLANES = 2,
    SKR_CARRIERS_ORDERED = 3, /* in a tile: the number of a row of the segment's orders */
    SKR_CARRIERS_RUNS = 3,    /* in a row of an order: runs of its classes (order.h) */
};

/* Is it the long head of this form? */
static inline bool skr_head_has_form(uint8_t head, enum skr_form_number form)
{
    return head > SKR_HEAD_SHORT_MAX && (head & SKR_HEAD_FORM_MASK) == form;
}

/* Is the plain part of a row of a tile a row of an order? Then decode, mark and tally see its bags
 * alone. */
static inline bool skr_head_is_ordered(uint8_t head)
{
    return skr_head_has_form(head, SKR_CARRIERS_ORDERED);
}

/*
 * Appends carriers whose plain part is row `number` of the segment's orders: only the bags are
 * written. Errors: NOMEM.
 */
SKR_MUST_USE int skr_carriers_encode_ordered(const skr_carriers *carriers, uint64_t number,
                                             skr_buffer *bytes, uint8_t *ret_head, skr_err *err);

/* The row of the segment's orders that the plain carriers are. Bytes were checked by decode, mark
 * or tally. */
uint64_t skr_carriers_order_row(const skr_stored_carriers *stored);

/* Words of a plane of n_samples bits. */
static inline uint32_t skr_plane_words(uint32_t n_samples)
{
    return (uint32_t)(((uint64_t)n_samples + 63) / 64);
}

#endif
