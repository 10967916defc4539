/*
 * A kept answer is found by its whole key in its state of the store and never otherwise; the limit
 * holds; what was not asked for longest goes first.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http/answer_cache_int.h"
#include "tests/support/random.h"

static unsigned n_freed;

static void free_value(void *value)
{
    n_freed++;
    free(value);
}

static skr_answer_cache *new_cache(uint64_t n_bytes_max)
{
    skr_answer_cache *cache = NULL;
    skr_err err;
    n_freed = 0;
    cr_assert(eq(int, skr_answer_cache_new(n_bytes_max, free_value, &cache, &err), SKR_OK));
    return cache;
}

static void keep(skr_answer_cache *cache, uint64_t state, const char *key, const char *value,
                 size_t n_value)
{
    skr_kept *kept = skr_answer_cache_keep(cache, state, key, strlen(key), strdup(value), n_value);
    cr_assert(ne(ptr, kept, NULL));
    cr_expect(eq(str, skr_answer_cache_value(kept), (char *)(uintptr_t)value));
    skr_answer_cache_release(cache, kept);
}

/* Is this what is found, or nothing? */
static bool finds(skr_answer_cache *cache, uint64_t state, const char *key, const char *value)
{
    skr_kept *kept = skr_answer_cache_find(cache, state, key, strlen(key));
    if (kept == NULL)
        return value == NULL;
    bool is_it = value != NULL && strcmp(skr_answer_cache_value(kept), value) == 0;
    skr_answer_cache_release(cache, kept);
    return is_it;
}

static skr_answer_cache_stats stats_of(skr_answer_cache *cache)
{
    skr_answer_cache_stats stats;
    skr_answer_cache_stats_read(cache, &stats);
    return stats;
}

Test(answer_cache, finds_what_was_kept_under_the_whole_key)
{
    skr_answer_cache *cache = new_cache(1u << 20);
    char key[80];
    char value[80];
    cr_expect(finds(cache, 1, "", NULL));
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        (void)snprintf(value, sizeof value, "value %d", i);
        keep(cache, 1, key, value, 20);
    }
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        (void)snprintf(value, sizeof value, "value %d", i);
        cr_expect(finds(cache, 1, key, value), "%d", i);
        (void)snprintf(key, sizeof key, "%d ", i);
        cr_expect(finds(cache, 1, key, NULL), "%d", i);
        (void)snprintf(key, sizeof key, "0%d", i);
        cr_expect(finds(cache, 1, key, NULL), "%d", i);
    }
    skr_answer_cache_stats stats = stats_of(cache);
    cr_expect(eq(u64, stats.n_entries, 2000));
    cr_expect(eq(u64, stats.n_hits, 2000));
    cr_expect(eq(u64, stats.n_misses, 4001));
    keep(cache, 1, "7", "another", 20);
    cr_expect(finds(cache, 1, "7", "value 7"), "the first stays");
    skr_answer_cache_free(cache);
    cr_expect(eq(uint, n_freed, 2001));
}

/* Keys differ in one byte only, at any place and of any length. */
Test(answer_cache, tells_keys_of_one_byte_apart)
{
    skr_answer_cache *cache = new_cache(1u << 20);
    char key[41];
    for (size_t n = 1; n <= 40; n++) {
        memset(key, 'a', n);
        key[n] = '\0';
        keep(cache, 1, key, "right", 0);
        for (size_t i = 0; i < n; i++) {
            key[i] = 'b';
            cr_expect(finds(cache, 1, key, NULL), "%zu of %zu", i, n);
            key[i] = 'a';
        }
        cr_expect(finds(cache, 1, key, "right"));
    }
    skr_answer_cache_free(cache);
}

Test(answer_cache, gives_nothing_of_another_state)
{
    skr_answer_cache *cache = new_cache(1u << 20);
    keep(cache, 5, "key", "of 5", 10);
    keep(cache, 5, "other", "of 5", 10);
    cr_expect(finds(cache, 4, "key", NULL));
    cr_expect(finds(cache, 6, "key", NULL));
    cr_expect(finds(cache, 5, "key", "of 5"));
    keep(cache, 4, "late", "of 4", 10);
    cr_expect(finds(cache, 4, "late", NULL), "an answer of an older state is not kept");
    cr_expect(eq(u64, stats_of(cache).n_entries, 2));
    keep(cache, 6, "key", "of 6", 10);
    cr_expect(finds(cache, 6, "key", "of 6"));
    cr_expect(finds(cache, 5, "key", NULL));
    cr_expect(finds(cache, 6, "other", NULL));
    cr_expect(eq(u64, stats_of(cache).n_entries, 1), "a new state empties it");
    skr_answer_cache_free(cache);
    cr_expect(eq(uint, n_freed, 4));
}

/* Drawn keys and sizes, against a list of what was asked for last. */
Test(answer_cache, keeps_the_limit_and_what_was_asked_for_last)
{
    const uint64_t limit = 100000;
    skr_answer_cache *cache = new_cache(limit);
    test_random random = test_random_drawn("answer_cache");
    char key[20];
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(key, sizeof key, "%u", test_random_below(&random, 500));
        size_t n = test_random_below(&random, 4000);
        skr_kept *kept = skr_answer_cache_find(cache, 1, key, strlen(key));
        if (kept != NULL) {
            cr_assert(eq(str, skr_answer_cache_value(kept), key));
            skr_answer_cache_release(cache, kept);
        } else {
            keep(cache, 1, key, key, n);
        }
        cr_assert(le(u64, stats_of(cache).n_bytes, limit));
        cr_assert(finds(cache, 1, key, key), "what was asked for last is there");
    }
    cr_expect(gt(u64, stats_of(cache).n_thrown_out, 100));
    cr_expect(gt(u64, stats_of(cache).n_bytes, limit / 2));
    keep(cache, 1, "huge", "huge", limit / 4);
    cr_expect(finds(cache, 1, "huge", NULL), "one answer does not throw all others out");
    skr_answer_cache_free(cache);
}

Test(answer_cache, finds_what_came_while_somebody_waited)
{
    skr_answer_cache *cache = new_cache(1u << 20);
    cr_expect(eq(ptr, skr_answer_cache_find(cache, 1, "key", 3), NULL));
    cr_expect(eq(ptr, skr_answer_cache_find_again(cache, 1, "key", 3), NULL));
    cr_expect(eq(u64, stats_of(cache).n_misses, 1));
    keep(cache, 1, "key", "value", 10);
    skr_kept *kept = skr_answer_cache_find_again(cache, 1, "key", 3);
    cr_assert(ne(ptr, kept, NULL));
    skr_answer_cache_release(cache, kept);
    cr_expect(eq(u64, stats_of(cache).n_misses, 0));
    cr_expect(eq(u64, stats_of(cache).n_hits, 1));
    skr_answer_cache_free(cache);
}

Test(answer_cache, leaves_an_answer_to_whoever_uses_it)
{
    skr_answer_cache *cache = new_cache(1u << 20);
    keep(cache, 1, "key", "value", 5);
    skr_kept *kept = skr_answer_cache_find(cache, 1, "key", 3);
    keep(cache, 2, "key", "new", 5);
    cr_expect(eq(uint, n_freed, 0));
    cr_expect(eq(str, skr_answer_cache_value(kept), (char *)(uintptr_t) "value"));
    skr_answer_cache_release(cache, kept);
    cr_expect(eq(uint, n_freed, 1));
    skr_answer_cache_free(cache);
}
