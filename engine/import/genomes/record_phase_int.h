/*
 * record_phase_int.h - the form in which a fragment keeps how its genotypes are written.
 *
 * A head byte with the bits below; then, each if its bit is set: samples that are written the other
 * way (varint n, gaps; or a bit for each sample); a bit for each plain heterozygote, set where its
 * first copy is the allele; odd genotypes; phase sets (gap, difference from the one before).
 * Scratch only: never stored in a segment.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_RECORD_PHASE_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_RECORD_PHASE_INT_H

#include "engine/import/genomes/record_phase.h"

enum {
    SKR_PHASE_HEAD_PHASED = 1,   /* the samples that are not flipped */
    SKR_PHASE_HEAD_FLIPS = 2,    /* a list */
    SKR_PHASE_HEAD_FLIP_MAP = 4, /* a bit a sample */
    SKR_PHASE_HEAD_FIRSTS = 8,
    SKR_PHASE_HEAD_ODDS = 16,
    SKR_PHASE_HEAD_SETS = 32,
};

enum {
    SKR_PHASE_ODD_MIXTURE = 1,
    SKR_PHASE_ODD_WAYS = 2,
};

/* What stands for a phase set that is equal to no other: no number of a file. */
#define SKR_PHASE_NO_SET (INT64_C(1) << 61)

#endif
