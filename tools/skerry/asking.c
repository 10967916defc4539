/* asking.c - what the commands that ask have in common. */
#include "storage/base/clock.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"

static uint64_t deadline_ns(double seconds)
{
    return seconds > 0 ? skr_clock_ns() + (uint64_t)(seconds * 1e9) : 0;
}

int skr_asking_access(const skr_asking *asking, skr_access *ret_access, skr_err *err)
{
    skr_access access = {.policy = skr_policy_exact(),
                         .assembly = asking->assembly,
                         .deadline_ns = deadline_ns(asking->deadline_s),
                         .stop = skr_interrupt_flag()};
    if (asking->policy != NULL) {
        int status = skr_policy_read(asking->policy, &access.policy, err);
        if (status < 0)
            return status;
    }
    *ret_access = access;
    return SKR_OK;
}

int skr_open_engine(const skr_common *common, size_t n_cache_bytes, bool reads_tables,
                    skr_engine **ret_engine, skr_err *err)
{
    skr_engine_options options = {.n_threads = common->n_threads,
                                  .io = (skr_io_choice)common->io,
                                  .n_cache_bytes = n_cache_bytes,
                                  .reads_tables = reads_tables};
    return skr_engine_open(common->store, &options, ret_engine, err);
}
