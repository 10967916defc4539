/*
 * copies.h - how many copies of a place a sample is expected to have, by karyotype.
 *
 * Rule 6 of docs/counting.md. A ploidy says which part of the genome a place lies in; importers
 * decide it (index/contigs/contig.h) and rows and spans carry it, so that storage knows no genome.
 */
#ifndef SKR_STORAGE_CARRIERS_COPIES_H
#define SKR_STORAGE_CARRIERS_COPIES_H

#include <stdint.h>

typedef enum skr_ploidy {
    SKR_PLOIDY_DIPLOID = 0, /* autosomes, unknown contigs, and the PAR of X: two copies expected */
    SKR_PLOIDY_X = 1,       /* X outside the PAR */
    SKR_PLOIDY_Y = 2,       /* Y outside the PAR */
    SKR_PLOIDY_MT = 3,      /* one copy */
    SKR_PLOIDY_Y_PAR = 4,   /* not counted: it lives on X. Never stored */
} skr_ploidy;

#define SKR_N_PLOIDIES 4u
#define SKR_KARYOTYPE_UNKNOWN 255u

/* How many X and Y a sample has; both SKR_KARYOTYPE_UNKNOWN when nobody said. */
typedef struct skr_karyotype {
    uint8_t n_x;
    uint8_t n_y;
} skr_karyotype;

/* How samples are told apart where numbers are given by sex. */
typedef enum skr_sex_class {
    SKR_SEX_CLASS_XX = 0,
    SKR_SEX_CLASS_XY = 1,
    SKR_SEX_CLASS_OTHER = 2, /* of any other karyotype */
    SKR_SEX_CLASS_UNKNOWN = 3,
} skr_sex_class;

#define SKR_N_SEX_CLASSES 4u

/* The class of a karyotype. */
static inline skr_sex_class skr_sex_class_of(skr_karyotype karyotype)
{
    if (karyotype.n_x == SKR_KARYOTYPE_UNKNOWN)
        return SKR_SEX_CLASS_UNKNOWN;
    if (karyotype.n_x == 2 && karyotype.n_y == 0)
        return SKR_SEX_CLASS_XX;
    return karyotype.n_x == 1 && karyotype.n_y == 1 ? SKR_SEX_CLASS_XY : SKR_SEX_CLASS_OTHER;
}

/*
 * The copies that a called sample has at a place of this ploidy unless something else is stored:
 * 2 in DIPLOID; n_x in X and n_y in Y, or 1 where the karyotype is unknown (0/0 proves one copy);
 * 1 in MT.
 */
static inline uint8_t skr_copies_expected(skr_ploidy ploidy, skr_karyotype karyotype)
{
    switch (ploidy) {
    case SKR_PLOIDY_X:
        return karyotype.n_x == SKR_KARYOTYPE_UNKNOWN ? 1 : karyotype.n_x;
    case SKR_PLOIDY_Y:
        return karyotype.n_y == SKR_KARYOTYPE_UNKNOWN ? 1 : karyotype.n_y;
    case SKR_PLOIDY_MT:
        return 1;
    case SKR_PLOIDY_DIPLOID:
    case SKR_PLOIDY_Y_PAR:
        break;
    }
    return 2;
}

#endif
