/*
 * worker_pool.c - a list of idle workers: the last one that was busy is taken first.
 */
#include "engine/scan/worker_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "storage/base/check.h"

/* More than this do not wait: each has buffers of its own. */
#define IDLE_MAX 64u

struct skr_worker_pool {
    pthread_mutex_t lock;
    const skr_snapshot *snapshot; /* all that are idle have read it */
    skr_worker *idle;
    unsigned n_idle;
};

int skr_worker_pool_new(skr_worker_pool **ret_pool, skr_err *err)
{
    skr_worker_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL || pthread_mutex_init(&pool->lock, NULL) != 0) {
        free(pool);
        return skr_fail_nomem(err, "a lock");
    }
    *ret_pool = pool;
    return SKR_OK;
}

static void free_all(skr_worker *idle)
{
    while (idle != NULL) {
        skr_worker *worker = idle;
        idle = worker->next_idle;
        skr_worker_free(worker);
    }
}

void skr_worker_pool_free(skr_worker_pool *pool)
{
    if (pool == NULL)
        return;
    free_all(pool->idle);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void skr_worker_pool_turn(skr_worker_pool *pool, const skr_snapshot *snapshot)
{
    skr_worker *old = NULL;
    (void)pthread_mutex_lock(&pool->lock);
    if (pool->snapshot != snapshot) {
        old = pool->idle;
        pool->snapshot = snapshot;
        pool->idle = NULL;
        pool->n_idle = 0;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    free_all(old);
}

skr_worker *skr_worker_pool_take(skr_worker_pool *pool, const skr_snapshot *snapshot)
{
    if (pool == NULL)
        return NULL;
    (void)pthread_mutex_lock(&pool->lock);
    skr_worker *worker = pool->snapshot == snapshot ? pool->idle : NULL;
    if (worker != NULL) {
        SKR_CHECK(worker->snapshot == snapshot);
        pool->idle = worker->next_idle;
        pool->n_idle--;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return worker;
}

void skr_worker_pool_give(skr_worker_pool *pool, skr_worker *worker)
{
    bool stays = false;
    if (pool != NULL) {
        (void)pthread_mutex_lock(&pool->lock);
        stays = pool->n_idle < IDLE_MAX && pool->snapshot == worker->snapshot;
        if (stays) {
            worker->next_idle = pool->idle;
            pool->idle = worker;
            pool->n_idle++;
        }
        (void)pthread_mutex_unlock(&pool->lock);
    }
    if (!stays)
        skr_worker_free(worker);
}
