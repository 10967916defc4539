/*
 * block_cache.c - shards of entries: a hash table each, and a ring in which the oldest is judged.
 */
#include "storage/block/block_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"

#define SHARDS_MAX 16u

/* A shard smaller than this would hold no more than a tile or two. */
#define SHARD_BYTES_MIN ((size_t)8 << 20)

#define BUCKETS_MIN 64u

typedef struct cache_shard {
    pthread_mutex_t lock;
    skr_cached **buckets;
    size_t n_buckets; /* a power of two */
    size_t n_entries;
    size_t n_bytes;
    uint64_t n_found;
    uint64_t n_missed;
    skr_cached ring; /* only its links: after is the oldest, before the newest */
} cache_shard;

struct skr_block_cache {
    size_t n_bytes_max;
    size_t n_shard_bytes_max;
    unsigned n_shards;
    cache_shard shards[SHARDS_MAX];
};

static int shard_init(cache_shard *shard, skr_err *err)
{
    shard->ring.after = &shard->ring;
    shard->ring.before = &shard->ring;
    shard->n_buckets = BUCKETS_MIN;
    shard->buckets = calloc(shard->n_buckets, sizeof(skr_cached *));
    if (shard->buckets != NULL && pthread_mutex_init(&shard->lock, NULL) == 0)
        return SKR_OK;
    free(shard->buckets);
    return skr_fail_nomem(err, "a cache");
}

int skr_block_cache_new(size_t n_bytes_max, skr_block_cache **ret_cache, skr_err *err)
{
    skr_block_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return skr_fail_nomem(err, "a cache");
    unsigned n = 1;
    while (n < SHARDS_MAX && n_bytes_max / (2 * (size_t)n) >= SHARD_BYTES_MIN)
        n *= 2;
    cache->n_bytes_max = n_bytes_max;
    cache->n_shard_bytes_max = n_bytes_max / n;
    for (; cache->n_shards < n; cache->n_shards++) {
        int status = shard_init(&cache->shards[cache->n_shards], err);
        if (status != SKR_OK) {
            skr_block_cache_free(cache);
            return status;
        }
    }
    *ret_cache = cache;
    return SKR_OK;
}

void skr_block_cache_free(skr_block_cache *cache)
{
    if (cache == NULL)
        return;
    for (unsigned i = 0; i < cache->n_shards; i++) {
        cache_shard *shard = &cache->shards[i];
        for (skr_cached *at = shard->ring.after; at != &shard->ring;) {
            skr_cached *next = at->after;
            SKR_CHECK(at->n_holders == 0);
            at->free(at);
            at = next;
        }
        free(shard->buckets);
        (void)pthread_mutex_destroy(&shard->lock);
    }
    free(cache);
}

/* ------------------------------------------------------------------ one shard */

static uint64_t hash_of(const skr_file_id *file, uint64_t offset, skr_cached_kind kind)
{
    uint64_t hash = offset * 8 + kind;
    hash ^= ((uint64_t)file->directory_crc << 32 | file->directory_crc) ^ file->n_bytes;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 29;
    hash *= UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ hash >> 32;
}

static cache_shard *shard_of(skr_block_cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 48 & (cache->n_shards - 1)];
}

static bool is_named(const skr_cached *cached, const skr_file_id *file, uint64_t offset,
                     skr_cached_kind kind)
{
    return cached->offset == offset && cached->kind == kind &&
           cached->file.directory_crc == file->directory_crc &&
           cached->file.n_bytes == file->n_bytes && strcmp(cached->file.name, file->name) == 0;
}

static skr_cached *look_up(const cache_shard *shard, uint64_t hash, const skr_file_id *file,
                           uint64_t offset, skr_cached_kind kind)
{
    skr_cached *at = shard->buckets[hash & (shard->n_buckets - 1)];
    while (at != NULL && !is_named(at, file, offset, kind))
        at = at->next_in_bucket;
    return at;
}

static void ring_add(cache_shard *shard, skr_cached *cached)
{
    cached->before = shard->ring.before;
    cached->after = &shard->ring;
    cached->before->after = cached;
    shard->ring.before = cached;
}

static void ring_remove(skr_cached *cached)
{
    cached->before->after = cached->after;
    cached->after->before = cached->before;
}

/* Twice the buckets; without memory the chains grow longer. */
static void grow(cache_shard *shard)
{
    size_t n = shard->n_buckets * 2;
    skr_cached **buckets = calloc(n, sizeof(skr_cached *));
    if (buckets == NULL)
        return;
    for (skr_cached *at = shard->ring.after; at != &shard->ring; at = at->after) {
        skr_cached **bucket = &buckets[hash_of(&at->file, at->offset, at->kind) & (n - 1)];
        at->next_in_bucket = *bucket;
        *bucket = at;
    }
    free(shard->buckets);
    shard->buckets = buckets;
    shard->n_buckets = n;
}

static void take_out(cache_shard *shard, skr_cached *cached)
{
    uint64_t hash = hash_of(&cached->file, cached->offset, cached->kind);
    skr_cached **at = &shard->buckets[hash & (shard->n_buckets - 1)];
    while (*at != cached)
        at = &(*at)->next_in_bucket;
    *at = cached->next_in_bucket;
    ring_remove(cached);
    cached->is_in = false;
    shard->n_bytes -= cached->n_bytes;
    shard->n_entries--;
}

/*
 * Makes room for n_bytes. What nobody holds any more goes into a list, to be freed without the
 * lock; what is held goes when it is released. Each entry gets one second chance, so this ends.
 */
static skr_cached *make_room(cache_shard *shard, size_t n_bytes, size_t n_bytes_max)
{
    skr_cached *gone = NULL;
    while (shard->n_bytes + n_bytes > n_bytes_max && shard->ring.after != &shard->ring) {
        skr_cached *oldest = shard->ring.after;
        if (oldest->was_found) {
            oldest->was_found = false;
            ring_remove(oldest);
            ring_add(shard, oldest);
            continue;
        }
        take_out(shard, oldest);
        if (oldest->n_holders > 0)
            continue;
        oldest->next_in_bucket = gone;
        gone = oldest;
    }
    return gone;
}

static void free_all(skr_cached *list)
{
    while (list != NULL) {
        skr_cached *next = list->next_in_bucket;
        list->free(list);
        list = next;
    }
}

/* ------------------------------------------------------------------ the cache */

skr_cached *skr_block_cache_find(skr_block_cache *cache, const skr_file_id *file, uint64_t offset,
                                 skr_cached_kind kind)
{
    uint64_t hash = hash_of(file, offset, kind);
    cache_shard *shard = shard_of(cache, hash);
    (void)pthread_mutex_lock(&shard->lock);
    skr_cached *cached = look_up(shard, hash, file, offset, kind);
    if (cached != NULL) {
        cached->n_holders++;
        cached->was_found = true;
        shard->n_found++;
    } else {
        shard->n_missed++;
    }
    (void)pthread_mutex_unlock(&shard->lock);
    return cached;
}

bool skr_block_cache_has(skr_block_cache *cache, const skr_file_id *file, uint64_t offset,
                         skr_cached_kind kind)
{
    uint64_t hash = hash_of(file, offset, kind);
    cache_shard *shard = shard_of(cache, hash);
    (void)pthread_mutex_lock(&shard->lock);
    bool has = look_up(shard, hash, file, offset, kind) != NULL;
    (void)pthread_mutex_unlock(&shard->lock);
    return has;
}

skr_cached *skr_block_cache_add(skr_block_cache *cache, const skr_file_id *file, uint64_t offset,
                                skr_cached_kind kind, skr_cached *cached, size_t n_bytes)
{
    uint64_t hash = hash_of(file, offset, kind);
    cache_shard *shard = shard_of(cache, hash);
    skr_cached *gone = NULL;
    cached->file = *file;
    cached->offset = offset;
    cached->kind = kind;
    cached->n_bytes = n_bytes;
    cached->n_holders = 1;
    (void)pthread_mutex_lock(&shard->lock);
    skr_cached *other = look_up(shard, hash, file, offset, kind);
    if (other != NULL) {
        other->n_holders++;
        cached->next_in_bucket = NULL;
        gone = cached;
        cached = other;
    } else if (n_bytes <= cache->n_shard_bytes_max) {
        gone = make_room(shard, n_bytes, cache->n_shard_bytes_max);
        if (shard->n_entries >= shard->n_buckets)
            grow(shard);
        skr_cached **bucket = &shard->buckets[hash & (shard->n_buckets - 1)];
        cached->next_in_bucket = *bucket;
        *bucket = cached;
        ring_add(shard, cached);
        cached->is_in = true;
        shard->n_bytes += n_bytes;
        shard->n_entries++;
    }
    (void)pthread_mutex_unlock(&shard->lock);
    free_all(gone);
    return cached;
}

void skr_block_cache_release(skr_block_cache *cache, skr_cached *cached)
{
    if (cached == NULL)
        return;
    cache_shard *shard = shard_of(cache, hash_of(&cached->file, cached->offset, cached->kind));
    (void)pthread_mutex_lock(&shard->lock);
    SKR_CHECK(cached->n_holders > 0);
    bool is_last = --cached->n_holders == 0 && !cached->is_in;
    (void)pthread_mutex_unlock(&shard->lock);
    if (is_last)
        cached->free(cached);
}

void skr_block_cache_look(skr_block_cache *cache, skr_block_cache_state *ret_state)
{
    skr_block_cache_state state = {.n_bytes_max = cache->n_bytes_max};
    for (unsigned i = 0; i < cache->n_shards; i++) {
        cache_shard *shard = &cache->shards[i];
        (void)pthread_mutex_lock(&shard->lock);
        state.n_bytes += shard->n_bytes;
        state.n_entries += shard->n_entries;
        state.n_found += shard->n_found;
        state.n_missed += shard->n_missed;
        (void)pthread_mutex_unlock(&shard->lock);
    }
    *ret_state = state;
}
