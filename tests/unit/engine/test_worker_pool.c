/*
 * Workers that wait belong to the generation in force: none is handed out for another, and none is
 * lost or handed out twice, from whatever number of threads.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>

#include "engine/scan/worker_pool.h"
#include "tests/support/random.h"

#define N_WORKERS 8u
#define N_THREADS 4u

/* Generations without a segment. */
static const skr_manifest manifest;
static skr_snapshot generations[2] = {{.manifest = &manifest}, {.manifest = &manifest}};

static skr_worker *worker_of(const skr_snapshot *snapshot)
{
    skr_err err = {0};
    skr_worker *worker = NULL;
    cr_assert(eq(int, skr_worker_new(snapshot, SKR_IO_PREAD, NULL, 1, &worker, &err), SKR_OK), "%s",
              err.message);
    return worker;
}

static skr_worker_pool *pool_of(const skr_snapshot *snapshot)
{
    skr_err err = {0};
    skr_worker_pool *pool = NULL;
    cr_assert(eq(int, skr_worker_pool_new(&pool, &err), SKR_OK));
    skr_worker_pool_turn(pool, snapshot);
    return pool;
}

Test(worker_pool, the_last_one_that_was_busy_is_taken_first)
{
    skr_worker_pool *pool = pool_of(&generations[0]);
    skr_worker *workers[3];
    cr_assert(eq(ptr, skr_worker_pool_take(pool, &generations[0]), NULL));
    for (unsigned i = 0; i < 3; i++)
        workers[i] = worker_of(&generations[0]);
    for (unsigned i = 0; i < 3; i++)
        skr_worker_pool_give(pool, workers[i]);
    for (unsigned i = 3; i-- > 0;)
        cr_assert(eq(ptr, skr_worker_pool_take(pool, &generations[0]), workers[i]));
    cr_assert(eq(ptr, skr_worker_pool_take(pool, &generations[0]), NULL));
    for (unsigned i = 0; i < 3; i++)
        skr_worker_pool_give(pool, workers[i]);
    skr_worker_pool_free(pool);
}

/* Over drawn steps, a list is kept beside the pool. */
Test(worker_pool, none_is_handed_out_for_another_generation)
{
    test_random draw = test_random_drawn("worker_pool");
    skr_worker_pool *pool = pool_of(&generations[0]);
    skr_worker *busy[N_WORKERS];
    unsigned n_busy = 0;
    unsigned n_idle = 0;
    unsigned now = 0;
    for (unsigned step = 0; step < 5000; step++) {
        unsigned of = test_random_below(&draw, 2);
        switch (test_random_below(&draw, 8)) {
        case 0: /* another comes into force */
            n_idle = of == now ? n_idle : 0;
            now = of;
            skr_worker_pool_turn(pool, &generations[now]);
            break;
        case 1:
        case 2:
        case 3:
            if (n_busy == N_WORKERS)
                break;
            busy[n_busy] = skr_worker_pool_take(pool, &generations[of]);
            cr_assert(eq(int, busy[n_busy] != NULL, of == now && n_idle > 0), "seed %llu, step %u",
                      (unsigned long long)draw.seed, step);
            n_idle -= busy[n_busy] != NULL;
            if (busy[n_busy] == NULL)
                busy[n_busy] = worker_of(&generations[of]);
            cr_assert(eq(ptr, (void *)busy[n_busy]->snapshot, &generations[of]));
            n_busy++;
            break;
        default:
            if (n_busy == 0)
                break;
            n_busy--;
            n_idle += busy[n_busy]->snapshot == &generations[now];
            skr_worker_pool_give(pool, busy[n_busy]);
        }
    }
    while (n_busy > 0)
        skr_worker_pool_give(pool, busy[--n_busy]);
    skr_worker_pool_free(pool);
}

static void *take_and_give(void *context)
{
    skr_worker_pool *pool = context;
    size_t n_clashes = 0;
    for (unsigned i = 0; i < 5000; i++) {
        skr_worker *worker = skr_worker_pool_take(pool, &generations[0]);
        if (worker == NULL)
            continue;
        n_clashes += worker->number != 0;
        worker->number = 1; /* mine */
        n_clashes += worker->number != 1;
        worker->number = 0;
        skr_worker_pool_give(pool, worker);
    }
    return (void *)n_clashes; /* NOLINT(performance-no-int-to-ptr): a number */
}

Test(worker_pool, none_is_handed_out_twice)
{
    skr_worker_pool *pool = pool_of(&generations[0]);
    pthread_t threads[N_THREADS];
    for (unsigned i = 0; i < 2; i++)
        skr_worker_pool_give(pool, worker_of(&generations[0]));
    for (unsigned i = 0; i < N_THREADS; i++)
        cr_assert(eq(int, pthread_create(&threads[i], NULL, take_and_give, pool), 0));
    for (unsigned i = 0; i < N_THREADS; i++) {
        void *n_clashes = NULL;
        cr_assert(eq(int, pthread_join(threads[i], &n_clashes), 0));
        cr_assert(eq(ptr, n_clashes, NULL));
    }
    unsigned n = 0;
    skr_worker *left[3];
    for (; n < 3 && (left[n] = skr_worker_pool_take(pool, &generations[0])) != NULL; n++)
        ;
    cr_assert(eq(uint, n, 2));
    skr_worker_free(left[0]);
    skr_worker_free(left[1]);
    skr_worker_pool_free(pool);
}

Test(worker_pool, only_so_many_wait)
{
    skr_worker_pool *pool = pool_of(&generations[0]);
    unsigned n = 0;
    for (unsigned i = 0; i < 100; i++)
        skr_worker_pool_give(pool, worker_of(&generations[0]));
    for (skr_worker *worker; (worker = skr_worker_pool_take(pool, &generations[0])) != NULL; n++)
        skr_worker_free(worker);
    cr_assert(n >= 1 && n < 100, "%u", n);
    skr_worker_pool_free(pool);
}

Test(worker_pool, without_a_pool_workers_are_made_and_freed)
{
    cr_assert(eq(ptr, skr_worker_pool_take(NULL, &generations[0]), NULL));
    skr_worker_pool_give(NULL, worker_of(&generations[0]));
    skr_worker_pool_free(NULL);
}
