/*
 * Lines come out whole and in order; whoever puts one never waits, also when nobody reads; lines
 * that found no room are counted and told.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api/http/log_ring_int.h"

typedef struct reader {
    pthread_mutex_t gate; /* held: nobody reads */
    char text[1 << 16];
    size_t n;
} reader;

static void read_lines(void *context, const char *lines, size_t n)
{
    reader *at = context;
    (void)pthread_mutex_lock(&at->gate);
    memcpy(at->text + at->n, lines, n);
    at->n += n;
    (void)pthread_mutex_unlock(&at->gate);
}

static reader to = {.gate = PTHREAD_MUTEX_INITIALIZER};

static skr_log_ring *make(size_t n_bytes)
{
    skr_err err = {0};
    skr_log_ring *ring = NULL;
    cr_assert(eq(int, skr_log_ring_new(n_bytes, read_lines, &to, &ring, &err), SKR_OK));
    return ring;
}

Test(log_ring, keeps_lines_whole_and_in_order)
{
    static char want[1 << 16];
    size_t n = 0;
    skr_log_ring *ring = make(1 << 16);
    for (unsigned i = 0; i < 2000; i++) {
        char line[40];
        (void)snprintf(line, sizeof line, "%u%.*s", i, (int)(i % 20), "--------------------");
        n += (size_t)snprintf(want + n, sizeof want - n, "%s\n", line);
        skr_log_ring_put(ring, line);
    }
    skr_log_ring_free(ring, 10000);
    cr_expect(eq(u64, to.n, n));
    cr_expect(eq(int, memcmp(to.text, want, n), 0));
}

Test(log_ring, loses_and_tells_what_finds_no_room)
{
    skr_log_ring *ring = make(256);
    (void)pthread_mutex_lock(&to.gate);
    for (unsigned i = 0; i < 1000; i++)
        skr_log_ring_put(ring, "a line of thirty letters, more");
    uint64_t n_lost = skr_log_ring_lost(ring);
    cr_expect(n_lost >= 1000 - 256 / 31);
    (void)pthread_mutex_unlock(&to.gate);
    skr_log_ring_free(ring, 10000);
    char told[80];
    (void)snprintf(told, sizeof told, "lines lost: %u\n", (unsigned)n_lost);
    to.text[to.n] = '\0';
    cr_expect(strstr(to.text, told) != NULL, "%s", to.text);
}

Test(log_ring, ends_though_nobody_reads, .timeout = 30)
{
    skr_log_ring *ring = make(1024);
    (void)pthread_mutex_lock(&to.gate);
    for (unsigned i = 0; i < 100; i++)
        skr_log_ring_put(ring, "x");
    skr_log_ring_free(ring, 50);
    skr_log_ring_free(NULL, 50);
}
