/*
 * stand_guard.h - a thread that ends a test which stands still, and says where: what it was at, and
 * the stack of each of its threads.
 */
#ifndef SKR_TESTS_STAND_GUARD_H
#define SKR_TESTS_STAND_GUARD_H

#include <dirent.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "storage/base/check.h"

/* Longer than any step of a test takes, also under a sanitizer on a machine that does much else. */
#define STAND_GUARD_S 100u

static _Atomic(const char *) stand_guard_what;
static atomic_uint stand_guard_at;
static atomic_uint stand_guard_steps;
static atomic_uint stand_guard_told; /* threads that have told their stack */

static inline void stand_guard_tell(int number)
{
    (void)number;
    void *frames[64];
    int n = backtrace(frames, 64);
    backtrace_symbols_fd(frames, n, STDERR_FILENO);
    atomic_fetch_add(&stand_guard_told, 1);
}

static inline void stand_guard_sleep(unsigned ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&time, NULL);
}

/* One thread after the other, each with a second for it. */
static inline void stand_guard_tell_all(void)
{
    long own = syscall(SYS_gettid);
    DIR *folder = opendir("/proc/self/task");
    const struct dirent *entry = NULL;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        long id = strtol(entry->d_name, NULL, 10);
        unsigned n_told = atomic_load(&stand_guard_told);
        if (id == 0 || id == own)
            continue;
        fprintf(stderr, "thread %ld:\n", id);
        (void)syscall(SYS_tgkill, (long)getpid(), id, (long)SIGUSR2);
        for (unsigned i = 0; i < 100 && atomic_load(&stand_guard_told) == n_told; i++)
            stand_guard_sleep(10);
    }
}

static inline void *stand_guard_watch(void *context)
{
    (void)context;
    unsigned before = atomic_load(&stand_guard_steps);
    for (unsigned still_s = 0; still_s < STAND_GUARD_S; still_s++) {
        stand_guard_sleep(1000);
        unsigned now = atomic_load(&stand_guard_steps);
        if (now != before)
            still_s = 0;
        before = now;
    }
    const char *what = atomic_load(&stand_guard_what);
    fprintf(stderr, "stands still for %u s at %s, %u\n", STAND_GUARD_S,
            what == NULL ? "the start" : what, atomic_load(&stand_guard_at));
    stand_guard_tell_all();
    _exit(70);
}

/* From here on each step is to be followed by another. */
static inline void stand_guard_start(void)
{
    pthread_t thread;
    void *frames[2];
    (void)backtrace(frames, 2); /* loads now what it needs memory for */
    (void)signal(SIGUSR2, stand_guard_tell);
    SKR_CHECK(pthread_create(&thread, NULL, stand_guard_watch, NULL) == 0);
    (void)pthread_detach(thread);
}

/* The next step: what it is, which lives on, and its number. */
static inline void stand_guard_note(const char *what, unsigned at)
{
    atomic_store(&stand_guard_what, what);
    atomic_store(&stand_guard_at, at);
    atomic_fetch_add(&stand_guard_steps, 1);
}

#endif
