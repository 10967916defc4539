/*
 * helpers.h - threads that wait for parts of questions, so that no question makes its own.
 *
 * Threads: helpers may be asked by any number of threads at once; they are shared out among them.
 */
#ifndef SKR_ENGINE_SCAN_HELPERS_H
#define SKR_ENGINE_SCAN_HELPERS_H

#include "storage/base/err.h"

typedef struct skr_helpers skr_helpers;

/* Up to n_max threads, made when they are first needed. The caller owns them. Errors: NOMEM. */
SKR_MUST_USE int skr_helpers_new(unsigned n_max, skr_helpers **ret_helpers, skr_err *err);

/* Ends the threads; nothing may be running. NULL is allowed. */
void skr_helpers_free(skr_helpers *helpers);

/*
 * Calls part(context, 0) in this thread and part(context, i) for i up to n in helpers, at once.
 * Parts that no helper has begun when part 0 is done are left out: part 0 alone must be able to do
 * everything. Returns when all that began are done. helpers may be NULL: there is none.
 */
void skr_helpers_run(skr_helpers *helpers, unsigned n, void (*part)(void *context, unsigned i),
                     void *context);

#endif
