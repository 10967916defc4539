/*
 * answer_threads.c - threads that find and keep answers in a small cache, while the state of the
 * store moves on: what is found is the answer to its key in its state, and the limit holds.
 *
 * A plain program, for the thread sanitizer.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http/answer_cache_int.h"
#include "storage/base/check.h"
#include "tests/support/random.h"

#define N_THREADS 4
#define N_ASKED 20000
#define N_KEYS 300u
#define N_BYTES_MAX 20000u

static skr_answer_cache *cache;
static atomic_uint_fast64_t state = 1;
static atomic_uint n_values;

static void free_value(void *value)
{
    atomic_fetch_sub(&n_values, 1);
    free(value);
}

static void ask(const char *key, size_t n_key)
{
    uint64_t now = atomic_load(&state);
    char wanted[40];
    (void)snprintf(wanted, sizeof wanted, "%s in %llu", key, (unsigned long long)now);
    skr_kept *kept = skr_answer_cache_find(cache, now, key, n_key);
    if (kept == NULL) {
        atomic_fetch_add(&n_values, 1);
        kept = skr_answer_cache_keep(cache, now, key, n_key, strdup(wanted), strlen(wanted));
    }
    SKR_CHECK(kept != NULL);
    SKR_CHECK(strcmp(skr_answer_cache_value(kept), wanted) == 0);
    skr_answer_cache_release(cache, kept);
}

static void *work(void *context)
{
    test_random random = test_random_seeded((uint64_t)(uintptr_t)context);
    for (int i = 0; i < N_ASKED; i++) {
        char key[16];
        int n = snprintf(key, sizeof key, "key %u", test_random_below(&random, N_KEYS));
        ask(key, (size_t)n);
        if (test_random_below(&random, 500) == 0)
            atomic_fetch_add(&state, 1);
        skr_answer_cache_stats stats;
        if (i % 64 == 0) {
            skr_answer_cache_stats_read(cache, &stats);
            SKR_CHECK(stats.n_bytes <= N_BYTES_MAX);
        }
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[N_THREADS];
    skr_err err;
    SKR_CHECK(skr_answer_cache_new(N_BYTES_MAX, free_value, &cache, &err) == SKR_OK);
    for (uintptr_t i = 0; i < N_THREADS; i++)
        SKR_CHECK(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
    for (unsigned i = 0; i < N_THREADS; i++)
        SKR_CHECK(pthread_join(threads[i], NULL) == 0);
    skr_answer_cache_stats stats;
    skr_answer_cache_stats_read(cache, &stats);
    SKR_CHECK(stats.n_hits + stats.n_misses == (uint64_t)N_THREADS * N_ASKED);
    SKR_CHECK(stats.n_hits > 0 && stats.n_thrown_out > 0);
    skr_answer_cache_free(cache);
    SKR_CHECK(atomic_load(&n_values) == 0);
    return 0;
}
