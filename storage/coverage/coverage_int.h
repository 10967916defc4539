/*
 * coverage_int.h - what the sources of a chunk of coverage share.
 */
#ifndef SKR_STORAGE_COVERAGE_COVERAGE_INT_H
#define SKR_STORAGE_COVERAGE_COVERAGE_INT_H

#include "storage/base/limits.h"
#include "storage/coverage/coverage.h"

/* The first byte of a chunk whose runs stand place by place; of others, sample by sample, the
 * first byte is a call, which this is not. */
#define SKR_COVERAGE_BY_PLACE 201u

/* The columns of such a chunk, in their order. */
enum {
    SKR_COVER_GAPS,    /* of the template and of the places: a symbol each */
    SKR_COVER_BASES,   /* of both: half a byte each */
    SKR_COVER_CALLS,   /* of both: a byte each */
    SKR_COVER_WHO,     /* of the places: a symbol each */
    SKR_COVER_NUMBERS, /* symbols: samples of a place with several; what a half has no room for */
    SKR_COVER_PEOPLE,  /* halves: the samples of places with several */
    SKR_COVER_BITS,
    SKR_COVER_COLUMNS,
};

/* Is this byte one of the calls of call_set.h? */
static inline bool skr_coverage_is_call(uint8_t call)
{
    return call <= SKR_PLOIDY_MAX || call >= SKR_CALL_DEFAULT;
}

/* Of samples of which n_here are meant, numbers lie some apart: the low bits of such a distance. */
static inline unsigned skr_coverage_low_bits(uint32_t n_samples, uint32_t n_here)
{
    uint64_t apart = 5 * (uint64_t)n_samples / (8 * (uint64_t)n_here);
    return apart == 0 ? 0 : 63u - (unsigned)__builtin_clzll(apart);
}

/* Reads a chunk by place; its first byte was read already. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_coverage_decode_places(skr_coverage *coverage, skr_cursor *cursor,
                                            skr_err *err);

#endif
