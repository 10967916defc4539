/*
 * scan_int.h - the parts of a scan, and what it notices beside its answer: frequencies that rest on
 * few genomes, and alleles asked for by name that nobody was called for.
 */
#ifndef SKR_ENGINE_SCAN_SCAN_INT_H
#define SKR_ENGINE_SCAN_SCAN_INT_H

#include "engine/scan/scan.h"

/* Is a segment of a dataset of the scan, and of its assembly? */
bool skr_scan_has(const skr_scan *scan, const skr_segment_entry *entry);

/* Morsels that a worker takes before their time, to read ahead, are not more than these. */
#define SKR_AHEAD_MAX 3u

/* Takes morsels off the scan until there are none, and goes through each. Errors: as a scan. */
SKR_MUST_USE int skr_scan_run_part(skr_scan *scan, skr_worker *worker, skr_err *err);

/*
 * Around a scan that judges by af: finds how many copies are half of all, adds what a worker has
 * seen (with the lock), and at last warns where AN was low. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_scan_doubt_begin(skr_scan *scan, skr_err *err);
void skr_scan_doubt_add(skr_scan *scan, const skr_worker *worker);
SKR_MUST_USE int skr_scan_doubt_end(skr_scan *scan, skr_err *err);

/* Around a scan that has names: begin makes room for what is noted of them, end warns of those
 * where nobody was called. Errors: NOMEM. */
SKR_MUST_USE int skr_scan_names_begin(skr_scan *scan, skr_err *err);
SKR_MUST_USE int skr_scan_names_end(skr_scan *scan, skr_err *err);

#endif
