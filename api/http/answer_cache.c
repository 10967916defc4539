/*
 * answer_cache.c - a table of chains, and a list of its entries by when they were last asked for.
 *
 * An entry is counted by whoever uses it and once by the table; the last one frees it. Entries and
 * their values are freed outside of the mutex.
 */
#include "api/http/answer_cache_int.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "api/http/keyed_hash_int.h"

/* A chain is this long on average when answers are small: 2 KiB with their keys. */
#define N_BYTES_A_CHAIN 2048u
#define N_CHAINS_MIN 64u
#define N_CHAINS_MAX (1u << 22)

struct skr_kept {
    atomic_uint n_users;
    uint64_t hash;
    uint64_t state;
    skr_kept *next_in_chain;
    skr_kept *newer; /* by when they were last asked for */
    skr_kept *older;
    void *value;
    size_t n_bytes;
    size_t n_key;
    char key[];
};

struct skr_answer_cache {
    void (*free_value)(void *value);
    uint64_t secret[2];
    uint64_t n_bytes_max;
    pthread_mutex_t mutex; /* guards all below */
    uint64_t state;        /* of every entry */
    skr_kept **chains;
    size_t n_chains; /* a power of two */
    skr_kept *newest;
    skr_kept *oldest;
    skr_answer_cache_stats stats;
};

/* ------------------------------------------------------------------ a cache */

int skr_answer_cache_new(uint64_t n_bytes_max, void (*free_value)(void *value),
                         skr_answer_cache **ret_cache, skr_err *err)
{
    skr_answer_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return skr_fail_nomem(err, "the cache of answers");
    cache->free_value = free_value;
    cache->n_bytes_max = n_bytes_max;
    cache->n_chains = N_CHAINS_MIN;
    while (cache->n_chains < N_CHAINS_MAX && cache->n_chains * N_BYTES_A_CHAIN < n_bytes_max)
        cache->n_chains *= 2;
    cache->chains = calloc(cache->n_chains, sizeof(skr_kept *));
    (void)pthread_mutex_init(&cache->mutex, NULL);
    int status = SKR_OK;
    if (cache->chains == NULL)
        status = skr_fail_nomem(err, "the cache of answers");
    else if (getrandom(cache->secret, sizeof cache->secret, 0) != (ssize_t)sizeof cache->secret)
        status = skr_fail(err, SKR_ERR_IO, "the system gives no random bytes");
    if (status < 0) {
        skr_answer_cache_free(cache);
        return status;
    }
    *ret_cache = cache;
    return SKR_OK;
}

void skr_answer_cache_release(skr_answer_cache *cache, skr_kept *kept)
{
    if (kept == NULL || atomic_fetch_sub(&kept->n_users, 1) != 1)
        return;
    cache->free_value(kept->value);
    free(kept);
}

/* Releases entries that the table has let go of, linked by `older`. */
static void release_all(skr_answer_cache *cache, skr_kept *first)
{
    while (first != NULL) {
        skr_kept *next = first->older;
        skr_answer_cache_release(cache, first);
        first = next;
    }
}

void skr_answer_cache_free(skr_answer_cache *cache)
{
    if (cache == NULL)
        return;
    release_all(cache, cache->newest);
    (void)pthread_mutex_destroy(&cache->mutex);
    free(cache->chains);
    free(cache);
}

/* ------------------------------------------------------------------ under the mutex */

static skr_kept **chain_of(skr_answer_cache *cache, uint64_t hash)
{
    return &cache->chains[hash & (cache->n_chains - 1)];
}

static skr_kept *look_up(skr_answer_cache *cache, uint64_t hash, const void *key, size_t n_key)
{
    skr_kept *kept = *chain_of(cache, hash);
    while (kept != NULL &&
           (kept->hash != hash || kept->n_key != n_key || memcmp(kept->key, key, n_key) != 0))
        kept = kept->next_in_chain;
    return kept;
}

static void unlink_age(skr_answer_cache *cache, skr_kept *kept)
{
    if (kept->newer == NULL)
        cache->newest = kept->older;
    else
        kept->newer->older = kept->older;
    if (kept->older == NULL)
        cache->oldest = kept->newer;
    else
        kept->older->newer = kept->newer;
}

static void link_newest(skr_answer_cache *cache, skr_kept *kept)
{
    kept->newer = NULL;
    kept->older = cache->newest;
    if (cache->newest == NULL)
        cache->oldest = kept;
    else
        cache->newest->newer = kept;
    cache->newest = kept;
}

/* Lets go of the oldest entry. */
static skr_kept *unlink_oldest(skr_answer_cache *cache)
{
    skr_kept *kept = cache->oldest;
    skr_kept **at = chain_of(cache, kept->hash);
    while (*at != kept)
        at = &(*at)->next_in_chain;
    *at = kept->next_in_chain;
    unlink_age(cache, kept);
    cache->stats.n_bytes -= kept->n_bytes;
    cache->stats.n_entries--;
    return kept;
}

/* Lets go of all. */
static skr_kept *unlink_all(skr_answer_cache *cache)
{
    skr_kept *first = cache->newest;
    if (first != NULL)
        memset(cache->chains, 0, cache->n_chains * sizeof(skr_kept *));
    cache->newest = NULL;
    cache->oldest = NULL;
    cache->stats.n_bytes = 0;
    cache->stats.n_entries = 0;
    return first;
}

/* ------------------------------------------------------------------ finding and keeping */

/* is_again: it was looked for before in vain, and that was counted. */
static skr_kept *find(skr_answer_cache *cache, uint64_t state, const void *key, size_t n_key,
                      bool is_again)
{
    uint64_t hash = skr_keyed_hash(cache->secret, key, n_key);
    (void)pthread_mutex_lock(&cache->mutex);
    skr_kept *kept = look_up(cache, hash, key, n_key);
    if (kept != NULL && kept->state != state)
        kept = NULL;
    if (kept != NULL) {
        atomic_fetch_add(&kept->n_users, 1);
        unlink_age(cache, kept);
        link_newest(cache, kept);
        cache->stats.n_hits++;
        cache->stats.n_misses -= is_again ? 1 : 0;
    } else {
        cache->stats.n_misses += is_again ? 0 : 1;
    }
    (void)pthread_mutex_unlock(&cache->mutex);
    return kept;
}

skr_kept *skr_answer_cache_find(skr_answer_cache *cache, uint64_t state, const void *key,
                                size_t n_key)
{
    return find(cache, state, key, n_key, false);
}

skr_kept *skr_answer_cache_find_again(skr_answer_cache *cache, uint64_t state, const void *key,
                                      size_t n_key)
{
    return find(cache, state, key, n_key, true);
}

void *skr_answer_cache_value(const skr_kept *kept)
{
    return kept->value;
}

static bool is_wanted(skr_answer_cache *cache, const skr_kept *kept)
{
    if (kept->state < cache->state || kept->n_bytes > cache->n_bytes_max / 4)
        return false;
    return kept->state > cache->state || look_up(cache, kept->hash, kept->key, kept->n_key) == NULL;
}

/* Puts an entry into the table. Returns those that went, linked by `older`. */
static skr_kept *put(skr_answer_cache *cache, skr_kept *kept)
{
    skr_kept *gone = kept->state > cache->state ? unlink_all(cache) : NULL;
    cache->state = kept->state;
    while (cache->stats.n_bytes + kept->n_bytes > cache->n_bytes_max) {
        skr_kept *oldest = unlink_oldest(cache);
        oldest->older = gone;
        gone = oldest;
        cache->stats.n_thrown_out++;
    }
    atomic_fetch_add(&kept->n_users, 1);
    kept->next_in_chain = *chain_of(cache, kept->hash);
    *chain_of(cache, kept->hash) = kept;
    link_newest(cache, kept);
    cache->stats.n_bytes += kept->n_bytes;
    cache->stats.n_entries++;
    return gone;
}

skr_kept *skr_answer_cache_keep(skr_answer_cache *cache, uint64_t state, const void *key,
                                size_t n_key, void *value, size_t n_value)
{
    skr_kept *kept = malloc(sizeof *kept + n_key);
    skr_kept *gone = NULL;
    if (kept == NULL) {
        cache->free_value(value);
        return NULL;
    }
    *kept = (skr_kept){.hash = skr_keyed_hash(cache->secret, key, n_key),
                       .state = state,
                       .value = value,
                       .n_bytes = sizeof *kept + n_key + n_value,
                       .n_key = n_key};
    atomic_init(&kept->n_users, 1);
    memcpy(kept->key, key, n_key);
    (void)pthread_mutex_lock(&cache->mutex);
    if (is_wanted(cache, kept))
        gone = put(cache, kept);
    (void)pthread_mutex_unlock(&cache->mutex);
    release_all(cache, gone);
    return kept;
}

void skr_answer_cache_stats_read(skr_answer_cache *cache, skr_answer_cache_stats *ret_stats)
{
    (void)pthread_mutex_lock(&cache->mutex);
    *ret_stats = cache->stats;
    (void)pthread_mutex_unlock(&cache->mutex);
}
