/*
 * spellings.h - what several records say of one sample and one allele: rule 4 of docs/counting.md.
 *
 * Records of one key, which spell the allele in the same way, must agree: the least counts. Records
 * of different keys (the base itself, each longer replacement that holds it) are no claims against
 * each other. Whatever the order of records, the answer is one.
 *
 * Pure functions; no file format and no storage.
 */
#ifndef SKR_ENGINE_IMPORT_GENOTYPES_SPELLINGS_H
#define SKR_ENGINE_IMPORT_GENOTYPES_SPELLINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/carriers/carriers.h"
#include "storage/carriers/copies.h"

/* What a haplotype is, two bits each in skr_spoken.ways, the first haplotype in the lowest. */
#define SKR_WAY_UNKNOWN 0u
#define SKR_WAY_OTHER 1u /* called, and not the allele */
#define SKR_WAY_THIS 2u

/* So many haplotypes are told apart; of genotypes with more, phase is not used. */
#define SKR_WAYS_MAX 16u

/* The phase set of genotypes that name none: one set, apart from all that are named. */
#define SKR_PHASE_SET_NONE INT64_MIN

/* What one record, or all records of one key, say of a sample and an allele. */
typedef struct skr_spoken {
    uint8_t n_this;   /* copies that are the allele */
    uint8_t n_other;  /* copies called otherwise */
    uint8_t n_copies; /* with those that are unknown */
    bool is_said;     /* there was a record */
    bool is_mixture;  /* of a mitochondrion */
    bool is_phased;   /* the three below hold */
    uint32_t file;    /* whose phase it is: that of two files is never compared */
    uint32_t ways;    /* by haplotype */
    int64_t set;      /* PS, or SKR_PHASE_SET_NONE: all such genotypes are one set */
} skr_spoken;

/* Adds what another record of the same key says: the least, in any order. all begins zeroed. */
void skr_spellings_add_spoken(skr_spoken *all, const skr_spoken *one);

/* What all keys say. Begin with a zeroed one. */
typedef struct skr_spellings {
    uint8_t n_keys;      /* with a called copy: 0, 1, or 2 for more */
    uint8_t most_this;   /* copies of the allele that a key, or a record of several keys, has */
    uint8_t least_other; /* copies called otherwise */
    uint8_t most_called; /* copies that a key calls */
    uint8_t n_copies;
    bool is_said; /* there was a record */
    bool is_mixture;
    bool is_phased; /* all are, in one set */
    uint16_t sum_this;
    uint32_t file;
    uint32_t has_this;  /* by haplotype as in ways: a key says that it has the allele */
    uint32_t has_other; /* a key says that it is called otherwise */
    int64_t set;
} skr_spellings;

/* Adds what the records of one key say together. Keys of which no copy is called say nothing. */
void skr_spellings_add(skr_spellings *all, const skr_spoken *key);

/*
 * Adds what is known of a record with ALTs of several keys (CA>TA,TG names C>T twice): copies of
 * its ALTs are different copies. n_this is the sum over its keys of what skr_spellings_add_spoken
 * made of each, n_other the copies that the record calls and that are none of its keys. To be
 * called when all keys are there, and only where the record has a called copy.
 */
void skr_spellings_add_record(skr_spellings *all, uint32_t n_this, uint32_t n_other);

/* What a sample is for an allele. */
typedef struct skr_settled_copies {
    uint8_t n_this;
    uint8_t n_called;
    skr_zygosity zygosity; /* where n_this is above 0 */
} skr_settled_copies;

/* The answer of rule 4. */
skr_settled_copies skr_spellings_settle(const skr_spellings *all, skr_ploidy ploidy);

#endif
