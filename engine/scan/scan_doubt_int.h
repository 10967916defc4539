/*
 * scan_doubt_int.h - what a scan notices beside its answer: frequencies that rest on few genomes,
 * and alleles asked for by name that cannot be meant or that nobody was called for.
 */
#ifndef SKR_ENGINE_SCAN_SCAN_DOUBT_INT_H
#define SKR_ENGINE_SCAN_SCAN_DOUBT_INT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/plan/plan.h"

struct skr_scan;
struct skr_worker;

/* How the alleles of a slot that were judged by af were covered. */
typedef struct skr_af_doubt {
    uint64_t n_genomes;
    uint64_t half[SKR_N_ZONES]; /* of the copies of them all, rounded up: less of AN is low */
    skr_af_seen seen;
} skr_af_doubt;

/* Of a REF, so many bases are compared with records. */
#define SKR_NOTED_BASES 64u

/* What the rows around an allele asked for by name say. */
typedef struct skr_named_note {
    atomic_uint_fast64_t agrees; /* the bases of its REF that a record has, too */
    atomic_uint_fast64_t differs;
    atomic_char bases[SKR_NOTED_BASES]; /* that a record has where it differs */
    atomic_bool is_unassessed;          /* no record names it, and nobody was called there */
} skr_named_note;

/*
 * Around a scan that judges by af: finds how many copies are half of all, adds what a worker has
 * seen (with the lock), and at last warns where AN was low. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_scan_doubt_begin(struct skr_scan *scan, skr_err *err);
void skr_scan_doubt_add(struct skr_scan *scan, const struct skr_worker *worker);
SKR_MUST_USE int skr_scan_doubt_end(struct skr_scan *scan, skr_err *err);

/*
 * Alleles asked for by name. Around the scan: begin and end, which warns where nobody was called.
 * Rows at the place of a name, from `row` on, are noted while they are loaded. In a batch, names
 * without a record are judged: a REF that the stored reference or every record contradicts fails.
 * Errors: QUERY pointing at the word, and those of a scan.
 */
SKR_MUST_USE int skr_scan_names_begin(struct skr_scan *scan, skr_err *err);
void skr_scan_note_rows(struct skr_scan *scan, const skr_tile_rows *rows, size_t named,
                        uint32_t row);
SKR_MUST_USE int skr_scan_judge_names(struct skr_worker *worker, skr_err *err);
SKR_MUST_USE int skr_scan_names_end(struct skr_scan *scan, skr_err *err);

#endif
