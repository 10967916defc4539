/* thread.c - room is tried by mapping it; the new thread says when it is ready. */
#include "storage/base/thread.h"

#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A stack, and what an allocator maps for a thread at first. */
#define N_ROOM ((size_t)24 << 20)

/* Lives on the stack of who starts a thread, until it is ready. */
typedef struct start {
    void *(*run)(void *context);
    void *context;
    sem_t is_ready;
} start;

bool skr_thread_has_room(size_t n_bytes)
{
    void *room = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return false;
    (void)munmap(room, n_bytes);
    return true;
}

static void *begin(void *context)
{
    start *from = context;
    void *(*run)(void *context) = from->run;
    void *its_context = from->context;
    void *volatile first = malloc(1); /* the compiler would leave it out otherwise */
    free(first);
    (void)sem_post(&from->is_ready); /* from here on it is gone */
    return run(its_context);
}

bool skr_thread_start(pthread_t *ret_thread, void *(*run)(void *context), void *context)
{
    start from = {.run = run, .context = context};
    if (!skr_thread_has_room(N_ROOM) || sem_init(&from.is_ready, 0, 0) != 0)
        return false;
    bool has_started = pthread_create(ret_thread, NULL, begin, &from) == 0;
    while (has_started && sem_wait(&from.is_ready) != 0)
        ; /* a signal came */
    (void)sem_destroy(&from.is_ready);
    return has_started;
}
