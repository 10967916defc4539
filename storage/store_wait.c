/* store_wait.c - waiting for the writer's lock: one try after the other. */
#include <time.h>

#include "storage/base/clock.h"
#include "storage/store.h"

/* How often it is looked whether the other writer is done. */
#define LOOK_NS 100000000

int skr_store_wait_begin(const char *folder, const skr_txn_wait *wait, skr_txn **ret_txn,
                         skr_err *err)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    uint64_t began_ns = skr_clock_ns();
    for (;;) {
        int status = skr_txn_begin(folder, ret_txn, err);
        double waited_s = (double)(skr_clock_ns() - began_ns) / 1e9;
        if (status != SKR_ERR_LOCKED || waited_s >= wait->seconds)
            return status;
        if (wait->stop != NULL && atomic_load_explicit(wait->stop, memory_order_relaxed))
            return skr_fail(err, SKR_ERR_INTERRUPTED, "stopped while another process was writing");
        if (wait->on_wait != NULL)
            wait->on_wait(wait->context);
        (void)nanosleep(&pause, NULL);
    }
}
