/*
 * block_cache.h - what was decoded from a store's files, kept within a limit of bytes.
 *
 * Entries are named by the file, the place of the block in it and what was made of it. Files never
 * change, so neither do entries: whoever finds one reads it where it lies, for as long as he holds
 * it. Least recently asked for goes first, though not on the first chance: an entry that was found
 * again since it came stays for another round, so that one long scan does not drive out the rest.
 *
 * Threads: a cache may be used by any number. It is cut into shards with a lock each; what is held
 * is constant.
 */
#ifndef SKR_STORAGE_BLOCK_BLOCK_CACHE_H
#define SKR_STORAGE_BLOCK_BLOCK_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/block/block_file.h"

typedef enum skr_cached_kind {
    SKR_CACHED_BLOCK = 0,         /* the bytes of a block, by its offset; the others by the tile */
    SKR_CACHED_ROWS = 1,          /* the columns of a tile's rows */
    SKR_CACHED_CALLS = 2,         /* the call sets of a tile */
    SKR_CACHED_SPANS = 3,         /* the same with its spans */
    SKR_CACHED_CARRIERS = 4,      /* where the carriers of a tile are */
    SKR_CACHED_CLASSES = 5,       /* the class of each sample in an order, by its number */
    SKR_CACHED_PHASE_CLASSES = 6, /* the same in an order of first haplotypes */
} skr_cached_kind;

/* The first member of everything that can be kept. Zero-initialise. */
typedef struct skr_cached {
    void (*free)(struct skr_cached *cached); /* frees the whole thing, this member too */
    /* the cache's own from here on */
    skr_file_id file;
    uint64_t offset;
    skr_cached_kind kind;
    size_t n_bytes;
    unsigned n_holders;
    bool is_in;
    bool was_found;
    struct skr_cached *next_in_bucket;
    struct skr_cached *before;
    struct skr_cached *after;
} skr_cached;

typedef struct skr_block_cache skr_block_cache;

/* A cache of n_bytes_max bytes; 0 is one that keeps nothing. The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_block_cache_new(size_t n_bytes_max, skr_block_cache **ret_cache, skr_err *err);

/* Frees; nothing may be held. NULL is allowed. */
void skr_block_cache_free(skr_block_cache *cache);

/* The entry, held, or NULL. */
skr_cached *skr_block_cache_find(skr_block_cache *cache, const skr_file_id *file, uint64_t offset,
                                 skr_cached_kind kind);

/* Is it there? Counts as no question for it. */
bool skr_block_cache_has(skr_block_cache *cache, const skr_file_id *file, uint64_t offset,
                         skr_cached_kind kind);

/*
 * Takes an object over that holds n_bytes of memory and returns it, held; or an equal one that
 * another thread has added meanwhile, after freeing this. One that does not fit is freed when it is
 * released.
 */
skr_cached *skr_block_cache_add(skr_block_cache *cache, const skr_file_id *file, uint64_t offset,
                                skr_cached_kind kind, skr_cached *cached, size_t n_bytes);

/* Lets go of what find or add returned. NULL is allowed. */
void skr_block_cache_release(skr_block_cache *cache, skr_cached *cached);

typedef struct skr_block_cache_state {
    size_t n_bytes_max;
    size_t n_bytes; /* of all entries */
    uint64_t n_entries;
    uint64_t n_found;
    uint64_t n_missed;
} skr_block_cache_state;
void skr_block_cache_look(skr_block_cache *cache, skr_block_cache_state *ret_state);

#endif
