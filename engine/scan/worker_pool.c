/*
 * worker_pool.c - a list of idle workers: the last one that was busy is taken first.
 */
#include "engine/scan/worker_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/scan/scan.h"

/* More than this do not wait: each has buffers of its own. */
#define IDLE_MAX 64u

struct skr_worker_pool {
    pthread_mutex_t lock;
    skr_worker *idle;
    unsigned n_idle;
};

int skr_worker_pool_new(skr_worker_pool **ret_pool, skr_err *err)
{
    skr_worker_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL || pthread_mutex_init(&pool->lock, NULL) != 0) {
        free(pool);
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
    }
    *ret_pool = pool;
    return SKR_OK;
}

void skr_worker_pool_free(skr_worker_pool *pool)
{
    if (pool == NULL)
        return;
    while (pool->idle != NULL) {
        skr_worker *worker = pool->idle;
        pool->idle = worker->next_idle;
        skr_worker_free(worker);
    }
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool);
}

skr_worker *skr_worker_pool_take(skr_worker_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    skr_worker *worker = pool->idle;
    if (worker != NULL) {
        pool->idle = worker->next_idle;
        pool->n_idle--;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return worker;
}

void skr_worker_pool_give(skr_worker_pool *pool, skr_worker *worker)
{
    (void)pthread_mutex_lock(&pool->lock);
    bool stays = pool->n_idle < IDLE_MAX;
    if (stays) {
        worker->next_idle = pool->idle;
        pool->idle = worker;
        pool->n_idle++;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (!stays)
        skr_worker_free(worker);
}
