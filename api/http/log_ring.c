/* log_ring.c - a ring of bytes, its writer, and a count of what found no room. */
#include "api/http/log_ring_int.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/base/thread.h"

/* Lines that come within this time of the first are written with it: a wake-up costs as much as an
 * answer that is kept. */
#define GATHER_NS 2000000

struct skr_log_ring {
    skr_log_write_fn write;
    void *context;
    size_t n_room;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t has_lines;
    pthread_cond_t is_empty;
    size_t from; /* of the bytes that wait */
    size_t n;
    uint64_t n_lost;
    uint64_t n_lost_told;
    bool is_writing;
    bool is_over;
    char bytes[];
};

/* Copies n bytes after those that wait. There is room. */
static void append(skr_log_ring *ring, const char *bytes, size_t n)
{
    size_t at = (ring->from + ring->n) % ring->n_room;
    size_t n_first = n < ring->n_room - at ? n : ring->n_room - at;
    memcpy(ring->bytes + at, bytes, n_first);
    memcpy(ring->bytes, bytes + n_first, n - n_first);
    ring->n += n;
}

static bool has_room(const skr_log_ring *ring, size_t n)
{
    return n <= ring->n_room - ring->n;
}

/* Says how many lines were lost, once there is room to say it. */
static void tell_lost(skr_log_ring *ring)
{
    char line[80];
    uint64_t n_lost = ring->n_lost - ring->n_lost_told;
    if (n_lost == 0)
        return;
    int n = snprintf(line, sizeof line, "skerry: the log was not read; lines lost: %" PRIu64 "\n",
                     n_lost);
    if (!has_room(ring, (size_t)n))
        return;
    append(ring, line, (size_t)n);
    ring->n_lost_told = ring->n_lost;
}

void skr_log_ring_put(skr_log_ring *ring, const char *line)
{
    size_t n = strlen(line);
    (void)pthread_mutex_lock(&ring->mutex);
    tell_lost(ring);
    if (!has_room(ring, n + 1)) {
        ring->n_lost++;
    } else {
        bool was_empty = ring->n == 0;
        append(ring, line, n);
        append(ring, "\n", 1);
        if (was_empty)
            (void)pthread_cond_signal(&ring->has_lines);
    }
    (void)pthread_mutex_unlock(&ring->mutex);
}

uint64_t skr_log_ring_lost(skr_log_ring *ring)
{
    (void)pthread_mutex_lock(&ring->mutex);
    uint64_t n = ring->n_lost;
    (void)pthread_mutex_unlock(&ring->mutex);
    return n;
}

/* Writes what waits, up to the end of the ring. What is being written stays where it is: puts go
 * after it. */
static void write_some(skr_log_ring *ring)
{
    size_t n = ring->n < ring->n_room - ring->from ? ring->n : ring->n_room - ring->from;
    const char *bytes = ring->bytes + ring->from;
    ring->is_writing = true;
    (void)pthread_mutex_unlock(&ring->mutex);
    ring->write(ring->context, bytes, n);
    (void)pthread_mutex_lock(&ring->mutex);
    ring->is_writing = false;
    ring->from = (ring->from + n) % ring->n_room;
    ring->n -= n;
    tell_lost(ring);
}

static void *run(void *context)
{
    skr_log_ring *ring = context;
    const struct timespec gather = {.tv_nsec = GATHER_NS};
    (void)pthread_mutex_lock(&ring->mutex);
    for (;;) {
        while (ring->n == 0 && !ring->is_over) {
            (void)pthread_cond_broadcast(&ring->is_empty);
            (void)pthread_cond_wait(&ring->has_lines, &ring->mutex);
        }
        if (ring->n == 0)
            break;
        (void)pthread_mutex_unlock(&ring->mutex);
        (void)nanosleep(&gather, NULL);
        (void)pthread_mutex_lock(&ring->mutex);
        while (ring->n > 0)
            write_some(ring);
    }
    (void)pthread_cond_broadcast(&ring->is_empty);
    (void)pthread_mutex_unlock(&ring->mutex);
    return NULL;
}

int skr_log_ring_new(size_t n_bytes, skr_log_write_fn write, void *context, skr_log_ring **ret_ring,
                     skr_err *err)
{
    skr_log_ring *ring = calloc(1, sizeof *ring + n_bytes);
    if (ring == NULL)
        return skr_fail_nomem(err, "the log");
    ring->write = write;
    ring->context = context;
    ring->n_room = n_bytes;
    (void)pthread_mutex_init(&ring->mutex, NULL);
    (void)pthread_cond_init(&ring->has_lines, NULL);
    (void)pthread_cond_init(&ring->is_empty, NULL);
    if (!skr_thread_start(&ring->thread, run, ring)) {
        free(ring);
        return skr_fail(err, SKR_ERR_NOMEM, "no thread for the log");
    }
    *ret_ring = ring;
    return SKR_OK;
}

void skr_log_ring_free(skr_log_ring *ring, uint32_t wait_ms)
{
    if (ring == NULL)
        return;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + wait_ms * (uint64_t)1000000;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    int late = 0;
    (void)pthread_mutex_lock(&ring->mutex);
    ring->is_over = true;
    (void)pthread_cond_signal(&ring->has_lines);
    while (late == 0 && (ring->n > 0 || ring->is_writing))
        late = pthread_cond_timedwait(&ring->is_empty, &ring->mutex, &until);
    (void)pthread_mutex_unlock(&ring->mutex);
    if (late != 0) {
        (void)pthread_detach(ring->thread);
        return;
    }
    (void)pthread_join(ring->thread, NULL);
    (void)pthread_cond_destroy(&ring->is_empty);
    (void)pthread_cond_destroy(&ring->has_lines);
    (void)pthread_mutex_destroy(&ring->mutex);
    free(ring);
}
