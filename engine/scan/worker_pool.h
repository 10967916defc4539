/*
 * worker_pool.h - the workers of an engine that are not at work, with their readers, views and
 * memory.
 *
 * Those that wait have read one generation, the one in force. When another comes into force they
 * are freed; a worker that is busy with a question on an old one is freed when it is given back.
 *
 * Threads: any number.
 */
#ifndef SKR_ENGINE_SCAN_WORKER_POOL_H
#define SKR_ENGINE_SCAN_WORKER_POOL_H

#include "engine/scan/worker.h"

typedef struct skr_worker_pool skr_worker_pool;

/* The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_worker_pool_new(skr_worker_pool **ret_pool, skr_err *err);

/* Frees it and the workers in it, before what they read is closed. NULL is allowed. */
void skr_worker_pool_free(skr_worker_pool *pool);

/*
 * From now on workers of this generation wait; those of another that do are freed. Called while the
 * caller still holds that other one. The snapshot is not held: it must be in force until the next
 * call.
 */
void skr_worker_pool_turn(skr_worker_pool *pool, const skr_snapshot *snapshot);

/* One that is idle and has read this generation, or NULL. */
skr_worker *skr_worker_pool_take(skr_worker_pool *pool, const skr_snapshot *snapshot);

/*
 * Gives one back, while its generation is held; it is freed when that is no longer in force, and
 * beyond a number that suffices. pool may be NULL: it is freed.
 */
void skr_worker_pool_give(skr_worker_pool *pool, skr_worker *worker);

#endif
