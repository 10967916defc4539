/*
 * verify.h - a store looked at from outside, without an engine that is open on it.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_FACE_VERIFY_H
#define SKR_ENGINE_FACE_VERIFY_H

#include <stdint.h>

#include "storage/base/err.h"
#include "storage/base/fault.h"

/* Reports every fault of a store, file by file. Errors (beyond faults): MISSING, VERSION, CORRUPT
 * (no readable manifest), IO, NOMEM. *ret_n_faults counts them. */
SKR_MUST_USE int skr_engine_verify(const char *folder, skr_fault_fn on_fault, void *context,
                                   uint64_t *ret_n_faults, skr_err *err);

/* The generation that a store has right now. Errors: as skr_engine_open. */
SKR_MUST_USE int skr_engine_generation_now(const char *folder, uint64_t *ret_generation,
                                           skr_err *err);

#endif
