/*
 * worker_pool.h - the workers of one generation that are not at work, with their readers, views
 * and memory.
 *
 * Threads: any number.
 */
#ifndef SKR_ENGINE_SCAN_WORKER_POOL_H
#define SKR_ENGINE_SCAN_WORKER_POOL_H

#include "storage/base/err.h"

struct skr_worker;
typedef struct skr_worker_pool skr_worker_pool;

/* The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_worker_pool_new(skr_worker_pool **ret_pool, skr_err *err);

/* Frees it and the workers in it, before what they read is closed. NULL is allowed. */
void skr_worker_pool_free(skr_worker_pool *pool);

/* One that is idle, or NULL. */
struct skr_worker *skr_worker_pool_take(skr_worker_pool *pool);

/* Gives one back; beyond a number that suffices it is freed. */
void skr_worker_pool_give(skr_worker_pool *pool, struct skr_worker *worker);

#endif
