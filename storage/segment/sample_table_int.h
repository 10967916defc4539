/*
 * sample_table_int.h - what the writer and the reader of sample tables share: the twin of
 * docs/format.md, "Sample table".
 */
#ifndef SKR_STORAGE_SEGMENT_SAMPLE_TABLE_INT_H
#define SKR_STORAGE_SEGMENT_SAMPLE_TABLE_INT_H

#include "storage/base/limits.h"
#include "storage/base/zigzag.h"
#include "storage/segment/sample_table.h"

/* Samples in a block: of names, which stay below a block's limit, and of everything else. */
#define SKR_NAMES_A_BLOCK 32768u
#define SKR_SAMPLES_A_BLOCK (1u << 20)

/* What the table says of itself: the sum of these. */
#define SKR_SAMPLES_REPEAT 1u      /* two samples belong to one individual */
#define SKR_SAMPLES_INDIVIDUALS 2u /* they are not individuals first, first + 1 ... */
#define SKR_SAMPLES_NAMES 4u       /* their names are not the ids of their individuals */

/* The planes of the places of n karyotypes, n above 0. */
static inline unsigned skr_karyotype_planes(uint32_t n)
{
    return n == 1 ? 0 : 32u - (unsigned)__builtin_clz(n - 1);
}

#endif
