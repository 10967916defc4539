/*
 * A thread that was started runs; one for which there is no room is not started.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <sys/resource.h>

#include "storage/base/thread.h"

static void *add_one(void *context)
{
    ++*(int *)context;
    return context;
}

Test(thread, runs)
{
    for (int i = 0; i < 50; i++) {
        int n = 0;
        void *result = NULL;
        pthread_t thread;
        cr_assert(skr_thread_start(&thread, add_one, &n));
        cr_assert(eq(int, pthread_join(thread, &result), 0));
        cr_expect(n == 1 && result == &n);
    }
}

Test(thread, is_refused_without_room)
{
    int n = 0;
    pthread_t thread;
    cr_expect(skr_thread_has_room(1 << 20));
    cr_expect(not(skr_thread_has_room(SIZE_MAX / 2)));
#ifndef __SANITIZE_ADDRESS__                        /* which could not go on itself */
    const struct rlimit limit = {1 << 20, 1 << 20}; /* less than there is already */
    cr_assert(eq(int, setrlimit(RLIMIT_AS, &limit), 0));
    bool has_started = skr_thread_start(&thread, add_one, &n);
    cr_expect(not(has_started));
#else
    (void)thread;
    (void)add_one;
#endif
    cr_expect(eq(int, n, 0));
}
