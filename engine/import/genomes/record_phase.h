/*
 * record_phase.h - how the genotypes of a record are written, beyond who carries what: which are
 * phased, on which haplotype an allele lies, how many copies a bag holds that are unknown.
 *
 * Rule 4 needs it where records of different keys name one allele, and the segment keeps the
 * haplotypes of those who have one copy. Where nothing is phased it is a byte a record, and else
 * one bit more for each heterozygote.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_RECORD_PHASE_H
#define SKR_ENGINE_IMPORT_GENOMES_RECORD_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/import/genotypes/genotype.h"
#include "engine/import/genotypes/spellings.h"
#include "engine/import/vcf/vcf.h"
#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/carriers/carriers.h"

/* What a record names: keys, and for each of its alleles which keys a copy of it counts for. */
typedef struct skr_named {
    uint32_t n_keys;
    uint32_t n_alts;
    const uint8_t *is_unknown; /* by ALT, from 1: may be anything */
    const uint32_t *first_key; /* by ALT, n_alts + 2 values: where its keys begin in `keys` */
    const uint32_t *keys;
    bool is_block;    /* the record is a reference block: INFO tells its depth too */
    bool keeps_phase; /* there are keys whose rows need it */
} skr_named;

/* A called genotype whose copies neither its call nor its place among the carriers tells. */
typedef struct skr_odd {
    uint32_t sample;
    uint32_t from; /* of its copies in skr_phase.copies */
    uint8_t n;
    bool is_mixture;
} skr_odd;

/* Of the present record. Zero-initialise; free with _done. Samples as in skr_columns. */
typedef struct skr_phase {
    bool is_read; /* somebody asked for it */
    bool is_kept; /* and the record has it */
    bool
        is_phased; /* the samples that are not in flips; holds over to the next record as a guess */
    uint32_t *flips;
    uint32_t n_flips;
    uint32_t n_flips_max;
    skr_odd *odds;
    uint32_t n_odds;
    uint32_t n_odds_max;
    uint16_t *copies;
    uint32_t n_copies;
    uint32_t n_copies_max;
} skr_phase;

/* Before the genotypes of a record. */
void skr_phase_clear(skr_phase *phase);

/* Adds a settled genotype with a called copy, if it is odd; samples ascend. Errors: NOMEM. */
SKR_MUST_USE int skr_phase_add(skr_phase *phase, uint32_t sample, const skr_genotype *genotype,
                               uint8_t expected, skr_err *err);

/* So many samples at a time: their bits stay in the nearest cache. */
#define SKR_PHASE_PAIRS_MAX 4096u

/*
 * Finds which of the n samples from `from` on are phased, in a record of two copies each; columns
 * are samples. To be called for all samples in order. written: what a scan saw of these samples
 * (SKR_WRITTEN_...), or both when none has looked. Errors: NOMEM.
 */
SKR_MUST_USE int skr_phase_read_pairs(skr_phase *phase, const skr_vcf_record *record, uint32_t from,
                                      uint32_t n, unsigned written, skr_err *err);

/* The same for all n samples of any record. column: of each sample; NULL: its own number. */
SKR_MUST_USE int skr_phase_read(skr_phase *phase, const skr_vcf *vcf, const skr_vcf_record *record,
                                const uint32_t *column, uint32_t n, skr_err *err);

/* Whose phase it is, and among how many: passed along. */
typedef struct skr_phase_place {
    const skr_vcf *vcf;
    const skr_vcf_record *record;
    const uint32_t *column; /* as above */
    uint32_t n_samples;
    const skr_named *named;
} skr_phase_place;

/* Appends what a fragment of a key keeps of the record. Errors: NOMEM. */
SKR_MUST_USE int skr_phase_encode(const skr_phase *phase, const skr_phase_place *place,
                                  uint32_t key, const skr_carriers *carriers, skr_buffer *bytes,
                                  skr_err *err);

/*
 * Reads it back into said[0 .. n_samples), which calls and carriers have filled so far: n_this,
 * n_other, n_copies as far as those tell. has_phase: by sample, whether its karyotype leaves
 * haplotypes apart. The cursor's is_bad tells damage.
 */
void skr_phase_decode(skr_cursor *cursor, uint32_t n_samples, const uint8_t *has_phase,
                      const skr_carriers *carriers, skr_spoken *said);

/* Frees all lists. */
void skr_phase_done(skr_phase *phase);

#endif
