/*
 * verify.h - a store looked at from outside, without an engine that is open on it.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_FACE_VERIFY_H
#define SKR_ENGINE_FACE_VERIFY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "storage/base/copied.h"
#include "storage/base/err.h"
#include "storage/base/fault.h"

/*
 * Reports every fault of a store, file by file. is_quick: the manifest, and of each file its size,
 * header, trailer and directory; otherwise every byte. Errors (beyond faults): MISSING, VERSION,
 * CORRUPT (no readable manifest), IO, NOMEM. *ret_n_faults counts them.
 */
SKR_MUST_USE int skr_engine_verify(const char *folder, bool is_quick, skr_fault_fn on_fault,
                                   void *context, uint64_t *ret_n_faults, skr_err *err);

/*
 * Copies the generation in force to a folder that is new or empty, beside a writer that may go on.
 * copies_bytes: no hard links and no clones. on_bytes is called now and then, unless it is NULL.
 * Errors: as skr_engine_open; USAGE (the folder is not empty), LOCKED (another copy to it),
 * INTERRUPTED when stop, unless NULL, is set; IO.
 */
SKR_MUST_USE int skr_engine_copy(const char *folder, const char *to, bool copies_bytes,
                                 const atomic_bool *stop,
                                 void (*on_bytes)(void *context, uint64_t n_done, uint64_t n),
                                 void *context, skr_copied *ret_copied, skr_err *err);

/* The generation that a store has right now. Errors: as skr_engine_open. */
SKR_MUST_USE int skr_engine_generation_now(const char *folder, uint64_t *ret_generation,
                                           skr_err *err);

#endif
