/*
 * carriers_int.h - the stored forms of carriers, shared by what writes and what reads them.
 *
 * docs/format.md, "Carriers", is its twin.
 */
#ifndef SKR_STORAGE_CARRIERS_INT_H
#define SKR_STORAGE_CARRIERS_INT_H

#include <stdint.h>

/* The first byte: form in bits 0-1, then two flags, then the number of a short gap list. */
#define SKR_CARRIERS_FORM_MASK 0x03u
#define SKR_CARRIERS_HAS_BAGS 0x04u
#define SKR_CARRIERS_HAS_SECOND 0x08u /* inline: the dosage is 2; else a second list or plane */
#define SKR_CARRIERS_N_SHIFT 4
#define SKR_CARRIERS_N_LONG 15u /* the number is a varint behind the byte */

enum skr_carriers_form {
    SKR_CARRIERS_INLINE = 0,
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
