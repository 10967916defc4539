/*
 * carriers.h - who carries an allele, and in how many copies.
 *
 * A plain carrier is called in full and has one or two copies: dosage 1 is het where two copies are
 * expected and hemi where one is; dosage 2 is hom. Any other bag of copies (partial, triploid, a
 * mixture on MT, a haploid call on an autosome) is an exception entry that says its zygosity.
 * Stored in the form that fits their number (docs/format.md, "Carriers"): short list, gap list,
 * planes. A byte of a row's own, its head, tells the form; of a short list it tells the size too.
 *
 * Threads: const carriers may be read by any number.
 */
#ifndef SKR_STORAGE_CARRIERS_CARRIERS_H
#define SKR_STORAGE_CARRIERS_CARRIERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/carriers/gap_list.h"

typedef enum skr_zygosity {
    SKR_HET = 0,
    SKR_HOM = 1,
    SKR_HEMI = 2,
    SKR_PARTIAL = 3,
} skr_zygosity;

/* A carrier that is no plain one. */
typedef struct skr_bag {
    uint32_t sample;
    uint8_t n_this;   /* copies that are this allele, 1 to SKR_PLOIDY_MAX */
    uint8_t zygosity; /* skr_zygosity */
} skr_bag;

/* All carriers of one row. Zero-initialise; free with skr_carriers_done. */
typedef struct skr_carriers {
    uint32_t *samples; /* plain carriers, ascending */
    uint8_t *dosages;  /* 1 or 2 for each of them */
    uint32_t n;
    uint32_t n_max;
    skr_bag *bags; /* ascending by sample, none of them plain */
    uint32_t n_bags;
    uint32_t n_bags_max;
} skr_carriers;

/* Frees the lists and zeroes. */
void skr_carriers_done(skr_carriers *carriers);

/* Empties the lists and keeps their memory. */
void skr_carriers_clear(skr_carriers *carriers);

/* Appends; samples must come in ascending order within each list (checked). Errors: NOMEM. */
SKR_MUST_USE int skr_carriers_add(skr_carriers *carriers, uint32_t sample, uint8_t dosage,
                                  skr_err *err);

/*
 * Appends the plain carriers among the 64 samples from `first` on: a bit of `bits` for each, a
 * bit of twos, among them, for those of dosage 2. Errors: NOMEM.
 */
SKR_MUST_USE int skr_carriers_add_word(skr_carriers *carriers, uint32_t first, uint64_t bits,
                                       uint64_t twos, skr_err *err);
SKR_MUST_USE int skr_carriers_add_bag(skr_carriers *carriers, skr_bag bag, skr_err *err);

/* Is no sample both plain and a bag? */
bool skr_carriers_are_distinct(const skr_carriers *carriers);

/* ------------------------------------------------------------------ the rule of plain carriers */

/* What a plain carrier with so many copies is, where so many are expected. */
static inline skr_zygosity skr_carriers_zygosity(uint8_t dosage, uint8_t n_expected)
{
    return dosage == 2 ? SKR_HOM : n_expected == 1 ? SKR_HEMI : SKR_HET;
}

/* Do its copies and those expected say all that there is to say of a carrier of n_called copies? */
static inline bool skr_carriers_is_plain(skr_bag carrier, uint8_t n_called, uint8_t n_expected)
{
    return (n_expected == 1 || n_expected == 2) && n_called == n_expected && carrier.n_this >= 1 &&
           carrier.n_this <= n_expected &&
           carrier.zygosity == skr_carriers_zygosity(carrier.n_this, n_expected);
}

/* Appends a carrier as a plain one if it is, or else as a bag. Errors: NOMEM. */
SKR_MUST_USE int skr_carriers_add_call(skr_carriers *carriers, skr_bag carrier, uint8_t n_called,
                                       uint8_t n_expected, skr_err *err);

/* What a set of carriers adds up to. het is n_carriers - n_hom - n_hemi - n_partial. */
typedef struct skr_carrier_tally {
    uint64_t ac;
    uint32_t n_carriers;
    uint32_t n_hom;
    uint32_t n_hemi;
    uint32_t n_partial;
} skr_carrier_tally;

/*
 * Appends the stored bytes of carriers among n_samples samples, in the form that fits, and gives
 * the head that they need. Errors: NOMEM.
 */
SKR_MUST_USE int skr_carriers_encode(const skr_carriers *carriers, uint32_t n_samples,
                                     skr_buffer *bytes, uint8_t *ret_head, skr_err *err);

/* ------------------------------------------------------------------ on stored bytes */

/* The size of a row's bytes where its head does not tell it. */
#define SKR_CARRIERS_SIZE_STORED UINT32_MAX

/* The bytes of a row with this head, or SKR_CARRIERS_SIZE_STORED. shapes: below the samples. */
uint32_t skr_carriers_size(uint8_t head, const skr_short_shapes *shapes);

/*
 * One row's carriers, as skr_carriers_encode wrote them. They are not believed: every sample number
 * is compared with n_samples. Errors of the functions below: CORRUPT, NOMEM.
 */
typedef struct skr_stored_carriers {
    const uint8_t *bytes;
    size_t n_bytes;
    uint32_t n_samples;
    uint8_t head;
} skr_stored_carriers;

/* Decodes into carriers, which is cleared first. */
SKR_MUST_USE int skr_carriers_decode(const skr_stored_carriers *stored, skr_carriers *carriers,
                                     skr_err *err);

/* Sets the bit of every carrier in a bitmap of n_samples bits (64 a word). */
SKR_MUST_USE int skr_carriers_mark(const skr_stored_carriers *stored, uint64_t *bitmap,
                                   skr_err *err);

/*
 * Tallies the carriers that are in the cohort, a bitmap of n_samples bits, or all of them when it
 * is NULL. copies_expected[sample] tells het from hemi for plain carriers of dosage 1: hemi where
 * it is 1; NULL means that it is 1 nowhere (ploidy DIPLOID), which is faster. Adds nothing to
 * *ret_tally: sets it.
 */
SKR_MUST_USE int skr_carriers_tally(const skr_stored_carriers *stored, const uint64_t *cohort,
                                    const uint8_t *copies_expected, skr_carrier_tally *ret_tally,
                                    skr_err *err);

/* ------------------------------------------------------------------ many rows */

/* Rows whose carriers lie in one run of bytes: of row i, lengths[i] of them from offsets[i] on. */
typedef struct skr_carrier_rows {
    const skr_short_shapes *shapes; /* below n_samples */
    const uint8_t *bytes;
    size_t n_bytes;
    const uint8_t *heads;
    const uint32_t *offsets;
    const uint32_t *lengths;
} skr_carrier_rows;

/* One of the rows. */
skr_stored_carriers skr_carrier_rows_at(const skr_carrier_rows *stored, uint32_t row);

/*
 * What skr_carriers_mark and _tally say of n of the rows, by their numbers, in about 10 ns a row
 * and 1 ns a carrier for short lists. cohort is not NULL; there is a tally for each row asked
 * about, with no hemi but those of bags (ploidy DIPLOID).
 */
SKR_MUST_USE int skr_carrier_rows_mark(const skr_carrier_rows *stored, const uint32_t *rows,
                                       uint32_t n, uint64_t *bitmap, skr_err *err);
SKR_MUST_USE int skr_carrier_rows_tally(const skr_carrier_rows *stored, const uint32_t *rows,
                                        uint32_t n, const uint64_t *cohort,
                                        skr_carrier_tally *ret_tallies, skr_err *err);

#endif
