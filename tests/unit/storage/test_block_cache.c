/*
 * What is in a cache is found under its name alone, what is held stays where it is, and the bytes
 * never pass the limit.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "storage/block/block_cache.h"

typedef struct thing {
    skr_cached cached;
    uint64_t number;
} thing;

static atomic_uint n_alive;
static skr_err err;
static const skr_file_id files[2] = {{.name = "a.skr", .n_bytes = 10, .directory_crc = 1},
                                     {.name = "b.skr", .n_bytes = 10, .directory_crc = 1}};

static void free_thing(skr_cached *cached)
{
    atomic_fetch_sub(&n_alive, 1);
    free(cached);
}

static thing *make(uint64_t number)
{
    thing *made = calloc(1, sizeof *made);
    cr_assert(made != NULL);
    made->cached.free = free_thing;
    made->number = number;
    atomic_fetch_add(&n_alive, 1);
    return made;
}

static thing *add(skr_block_cache *cache, unsigned file, uint64_t offset, size_t n_bytes)
{
    return (thing *)skr_block_cache_add(cache, &files[file], offset, SKR_CACHED_BLOCK,
                                        &make(offset * 2 + file)->cached, n_bytes);
}

static thing *find(skr_block_cache *cache, unsigned file, uint64_t offset)
{
    return (thing *)skr_block_cache_find(cache, &files[file], offset, SKR_CACHED_BLOCK);
}

static void release(skr_block_cache *cache, thing *held)
{
    skr_block_cache_release(cache, held == NULL ? NULL : &held->cached);
}

Test(block_cache, finds_what_was_added_under_its_file_offset_and_kind)
{
    skr_block_cache *cache = NULL;
    cr_assert(zero(int, skr_block_cache_new(1 << 20, &cache, &err)));
    for (uint64_t i = 0; i < 1000; i++)
        for (unsigned file = 0; file < 2; file++)
            release(cache, add(cache, file, i, 100));
    for (uint64_t i = 0; i < 1000; i++)
        for (unsigned file = 0; file < 2; file++) {
            thing *held = find(cache, file, i);
            cr_assert(held != NULL && held->number == i * 2 + file);
            cr_assert(skr_block_cache_find(cache, &files[file], i, SKR_CACHED_ROWS) == NULL);
            release(cache, held);
        }
    cr_assert(find(cache, 0, 1000) == NULL);
    skr_block_cache_free(cache);
    cr_assert(eq(u32, atomic_load(&n_alive), 0));
}

Test(block_cache, keeps_within_its_limit_and_keeps_what_is_asked_for_again)
{
    skr_block_cache *cache = NULL;
    skr_block_cache_state state;
    cr_assert(zero(int, skr_block_cache_new(10000, &cache, &err)));
    release(cache, add(cache, 0, 0, 100));
    for (uint64_t i = 1; i < 5000; i++) {
        release(cache, add(cache, 0, i, 100));
        thing *hot = find(cache, 0, 0);
        cr_assert(hot != NULL, "driven out by %llu", (unsigned long long)i);
        release(cache, hot);
        skr_block_cache_look(cache, &state);
        cr_assert(le(sz, state.n_bytes, 10000));
    }
    cr_assert(find(cache, 0, 1) == NULL);
    cr_assert(eq(u64, state.n_entries, 100));
    skr_block_cache_free(cache);
    cr_assert(eq(u32, atomic_load(&n_alive), 0));
}

Test(block_cache, held_things_outlive_their_place_and_equal_ones_become_one)
{
    skr_block_cache *cache = NULL;
    cr_assert(zero(int, skr_block_cache_new(250, &cache, &err)));
    thing *first = add(cache, 0, 7, 100);
    thing *again = add(cache, 0, 7, 100);
    cr_assert(first == again);
    cr_assert(eq(u32, atomic_load(&n_alive), 1));
    for (uint64_t i = 100; i < 110; i++)
        release(cache, add(cache, 0, i, 100));
    cr_assert(eq(u64, first->number, 14));
    thing *other = add(cache, 0, 7, 100);
    cr_assert(other != first);
    release(cache, other);
    release(cache, first);
    release(cache, again);
    thing *large = add(cache, 1, 1, 251); /* never fits */
    cr_assert(find(cache, 1, 1) == NULL);
    release(cache, large);
    skr_block_cache_free(cache);
    cr_assert(eq(u32, atomic_load(&n_alive), 0));
}

static void *use(void *context)
{
    skr_block_cache *cache = context;
    uint32_t state = (uint32_t)(uintptr_t)&state;
    for (int i = 0; i < 20000; i++) {
        state = state * 1664525u + 1013904223u;
        uint64_t offset = state >> 8 & 255;
        thing *held = find(cache, 1, offset);
        if (held == NULL)
            held = add(cache, 1, offset, 100 + offset);
        cr_assert(eq(u64, held->number, offset * 2 + 1));
        release(cache, held);
    }
    return NULL;
}

Test(block_cache, many_threads_see_the_right_things)
{
    skr_block_cache *cache = NULL;
    pthread_t threads[4];
    cr_assert(zero(int, skr_block_cache_new(8000, &cache, &err)));
    for (int i = 0; i < 4; i++)
        cr_assert(zero(int, pthread_create(&threads[i], NULL, use, cache)));
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    skr_block_cache_free(cache);
    cr_assert(eq(u32, atomic_load(&n_alive), 0));
}
