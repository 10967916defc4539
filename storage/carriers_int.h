/*
 * carriers_int.h - the stored forms of carriers, shared by what writes and what reads them.
 *
 * docs/format.md, "Carriers", is its twin.
 */
#ifndef SKR_STORAGE_CARRIERS_INT_H
#define SKR_STORAGE_CARRIERS_INT_H

#include <stdint.h>

#include "storage/kernel.h"

/*
 * The head of a row. Up to SKR_SHORT_MAX: so many plain carriers of one copy each, as a short list;
 * as many more than SKR_SHORT_MAX: the same, and behind the list a bit for each, set if it has two
 * copies. Above: the top bit, a form in bits 0-1 and flags.
 */
#define SKR_HEAD_SECONDS_MAX (2 * SKR_SHORT_MAX)
#define SKR_HEAD_LONG 0x80u
#define SKR_HEAD_FORM_MASK 0x03u
#define SKR_HEAD_HAS_BAGS 0x04u
#define SKR_HEAD_HAS_SECOND 0x08u /* a second list or plane */
#define SKR_HEAD_KNOWN                                                                             \
    (SKR_HEAD_LONG | SKR_HEAD_FORM_MASK | SKR_HEAD_HAS_BAGS | SKR_HEAD_HAS_SECOND)

enum skr_carriers_form {
    SKR_CARRIERS_SHORT = 0, /* no form of a long head */
    SKR_CARRIERS_GAPS = 1,
    SKR_CARRIERS_PLANES = 2,
};

/* A bag's copies and zygosity are one varint: copies times 4 and zygosity. */
#define SKR_BAG_ZYGOSITY_BITS 2

/* Words of a plane of n_samples bits. */
static inline uint32_t skr_plane_words(uint32_t n_samples)
{
    return (uint32_t)(((uint64_t)n_samples + 63) / 64);
}

#endif
