/*
 * import_body.h - what a fragment holds: calls, and the carriers of a row, by the numbers of the
 * samples within one file. After the carriers of a row comes what record_phase.h keeps, and what
 * the fragment's claim says. Never stored in a segment: scratch only.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_BODY_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_BODY_H

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"

/* Appends; carriers NULL for a span. Errors: NOMEM. */
SKR_MUST_USE int skr_import_body_encode(const skr_call_set *calls, const skr_carriers *carriers,
                                        skr_buffer *bytes, skr_err *err);

/* Reads calls and carriers, and leaves the cursor after them. Errors as below. */
SKR_MUST_USE int skr_import_body_take(skr_cursor *cursor, uint32_t n_samples, skr_call_set *calls,
                                      skr_carriers *carriers, skr_err *err);

/* Reads back; calls is done with first, carriers is cleared. Errors: IO, what was written
 * does not read back; NOMEM. */
SKR_MUST_USE int skr_import_body_decode(const uint8_t *bytes, size_t n, uint32_t n_samples,
                                        skr_call_set *calls, skr_carriers *carriers, skr_err *err);

#endif
