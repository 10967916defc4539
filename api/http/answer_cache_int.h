/*
 * answer_cache_int.h - answers that were given, kept to be given again.
 *
 * An answer is found by all that it depends on: the key (the request byte for byte, and the terms
 * under which it was asked: answer_key_int.h) and the state of the store, a number that grows
 * whenever another generation is taken up. An answer of another state is never found; the first
 * answer kept of a new state throws all others out. What was not asked for longest goes first when
 * the limit is reached.
 *
 * Keys come from outside, so they are hashed with a secret: nobody can make them collide.
 *
 * Threads: any number at once; one mutex, held for as long as it takes to find or link one entry.
 */
#ifndef SKR_API_HTTP_ANSWER_CACHE_INT_H
#define SKR_API_HTTP_ANSWER_CACHE_INT_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_answer_cache skr_answer_cache;

/* One kept answer, while somebody uses it. */
typedef struct skr_kept skr_kept;

/* n_bytes_max: of keys, values and what the cache itself needs for them. free_value ends a value;
 * any thread calls it. The caller owns *ret_cache. Errors: NOMEM, IO (no secret to be had). */
SKR_MUST_USE int skr_answer_cache_new(uint64_t n_bytes_max, void (*free_value)(void *value),
                                      skr_answer_cache **ret_cache, skr_err *err);

/* Frees. Nobody may be using an entry. NULL is allowed. */
void skr_answer_cache_free(skr_answer_cache *cache);

/* The answer to a key in a state of the store, or NULL. It stays what it is, whatever happens to
 * the cache, until skr_answer_cache_release. */
skr_kept *skr_answer_cache_find(skr_answer_cache *cache, uint64_t state, const void *key,
                                size_t n_key);

/* The same for a request that was looked for before in vain, and has waited since: another that was
 * like it may have been answered meanwhile. */
skr_kept *skr_answer_cache_find_again(skr_answer_cache *cache, uint64_t state, const void *key,
                                      size_t n_key);
void *skr_answer_cache_value(const skr_kept *kept);
void skr_answer_cache_release(skr_answer_cache *cache, skr_kept *kept);

/*
 * Keeps a value, which is taken, and returns it in use by the caller, to be released. The table
 * does not have it when it is larger than a quarter of the limit, when the state is not the newest,
 * or when the key is there already. NULL: no memory, and the value is freed. n_value: what it
 * occupies.
 */
SKR_MUST_USE skr_kept *skr_answer_cache_keep(skr_answer_cache *cache, uint64_t state,
                                             const void *key, size_t n_key, void *value,
                                             size_t n_value);

typedef struct skr_answer_cache_stats {
    uint64_t n_hits;
    uint64_t n_misses;
    uint64_t n_thrown_out; /* for lack of room */
    uint64_t n_entries;
    uint64_t n_bytes;
} skr_answer_cache_stats;
void skr_answer_cache_stats_read(skr_answer_cache *cache, skr_answer_cache_stats *ret_stats);

#endif
