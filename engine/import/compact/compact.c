/*
 * compact.c - a compaction, merge by merge: look, merge beside the writer, take the lock, publish.
 */
#include "engine/import/face/compact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "engine/import/compact/compact_plan.h"
#include "engine/import/compact/compact_publish.h"
#include "engine/import/compact/merge.h"
#include "storage/base/clock.h"

/* What a segment takes that is being read: decoded tiles, calls, carriers and coverage. */
#define SEGMENT_BYTES ((size_t)4 << 20)
#define MEMORY_MIB_DEFAULT 512u
#define MEMORY_MIB_MIN 64u
#define TOGETHER_MAX 64u

/* So long before they are due, withdrawals are seen to. */
#define DUE_AHEAD_S ((uint64_t)7 * 86400)

/* After so many merges in a row that came to nothing, others are too busy here. */
#define LOST_MAX 16u

typedef struct compacting {
    const skr_compact_request *request;
    skr_compact_result result;
    skr_upkeep *upkeep;
    skr_store *store; /* as it is now */
    skr_people *people;
    skr_compact_wish wish;
    skr_compact_plan plan;
    char part[SKR_FILE_NAME_MAX];
    uint64_t began_ns; /* the merge at hand */
    uint32_t n_lost;   /* in a row */
    uint64_t n_steps;
} compacting;

/* ------------------------------------------------------------------ on the way */

static int check_stop(const compacting *c, skr_err *err)
{
    const atomic_bool *stop = c->request->watch.stop;
    if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
        return skr_fail(err, SKR_ERR_INTERRUPTED,
                        "stopped; what was merged before stays, the rest is as it was");
    return SKR_OK;
}

/* The bytes of the file that is being made. */
static uint64_t n_bytes_made(const compacting *c)
{
    char path[4096];
    struct stat info;
    if (snprintf(path, sizeof path, "%s/%s", c->request->store, c->part) >= (int)sizeof path ||
        stat(path, &info) < 0)
        return 0;
    return (uint64_t)info.st_size;
}

/* Waits until no more than the bandwidth is used, looking now and then whether to stop. */
static int slow_down(const compacting *c, uint64_t n_bytes_read, skr_err *err)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    double limit = c->request->bandwidth;
    if (limit <= 0.0)
        return SKR_OK;
    double due_s = (double)(n_bytes_read + n_bytes_made(c)) / limit;
    while ((double)(skr_clock_ns() - c->began_ns) / 1e9 < due_s) {
        SKR_TRY(check_stop(c, err));
        (void)nanosleep(&pause, NULL);
    }
    return SKR_OK;
}

static int on_step(void *context, uint64_t n_bytes_read, uint64_t n_rows, uint64_t n_rows_all,
                   skr_err *err)
{
    compacting *c = context;
    const skr_watch *watch = &c->request->watch;
    SKR_TRY(check_stop(c, err));
    if (watch->on_progress != NULL) {
        const skr_progress progress = {
            .n_bytes_done = n_rows, .n_bytes = n_rows_all, .n_records = n_rows, .step = "merging"};
        watch->on_progress(watch->context, &progress);
    }
    return slow_down(c, n_bytes_read, err);
}

/* ------------------------------------------------------------------ a merge */

static void close_store(compacting *c)
{
    skr_people_close(c->people);
    skr_store_close(c->store);
    c->people = NULL;
    c->store = NULL;
}

static int open_store(compacting *c, skr_err *err)
{
    close_store(c);
    SKR_TRY(skr_store_open(c->request->store, &c->store, err));
    SKR_TRY(
        skr_people_open(c->request->store, &skr_store_manifest(c->store)->people, &c->people, err));
    return skr_people_load_ids(c->people, err);
}

/* Takes the writer's lock and publishes. */
static int publish(compacting *c, const skr_merge_result *merged, bool *ret_is_lost, skr_err *err)
{
    const skr_compact_request *request = c->request;
    const skr_compact_publication publication = {c->upkeep, skr_store_manifest(c->store), &c->plan,
                                                 merged};
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    skr_txn *txn = NULL;
    SKR_TRY(skr_store_wait_begin(request->store, &wait, &txn, err));
    int status = skr_compact_publish(&publication, txn, ret_is_lost, err);
    if (status != SKR_OK || *ret_is_lost) {
        skr_txn_abort(txn);
        return status;
    }
    return skr_txn_commit(txn, &c->result.generation, err);
}

static int merge(compacting *c, bool *ret_is_lost, skr_err *err)
{
    skr_merge_result merged = {0};
    skr_upkeep_file_name(c->upkeep, c->part);
    const skr_merge_request request = {
        .folder = c->request->store,
        .name = c->part,
        .manifest = skr_store_manifest(c->store),
        .people = c->people,
        .segments = c->plan.segments,
        .n_segments = c->plan.n_segments,
        .on_step = on_step,
        .context = c,
    };
    c->began_ns = skr_clock_ns();
    int status = skr_merge_segments(&request, &merged, err);
    c->result.n_bytes_read += merged.n_bytes_read;
    c->result.n_bytes_written += merged.file.n_bytes;
    if (status == SKR_OK)
        status = publish(c, &merged, ret_is_lost, err);
    skr_merge_result_done(&merged);
    return status;
}

/* Does the next merge, if there is one. */
static int merge_next(compacting *c, bool *ret_is_done, skr_err *err)
{
    bool is_lost = false;
    uint64_t generation = 0;
    SKR_TRY(check_stop(c, err));
    SKR_TRY(open_store(c, err));
    SKR_TRY(skr_compact_plan_next(skr_store_manifest(c->store), &c->wish, &c->plan, err));
    *ret_is_done = c->plan.n_segments == 0;
    int status = *ret_is_done ? SKR_OK : merge(c, &is_lost, err);
    if (status == SKR_ERR_MISSING &&
        skr_store_generation_now(c->request->store, &generation, NULL) == SKR_OK &&
        generation != skr_store_manifest(c->store)->generation) {
        is_lost = true; /* a writer was faster, and a file that was to be opened is gone */
        status = SKR_OK;
    }
    free(c->plan.segments);
    c->plan = (skr_compact_plan){0};
    if (status != SKR_OK || *ret_is_done)
        return status;
    c->result.n_lost += is_lost;
    c->result.n_merges += !is_lost;
    c->n_lost = is_lost ? c->n_lost + 1 : 0;
    if (c->n_lost == LOST_MAX)
        return skr_fail(err, SKR_ERR_LOCKED,
                        "%s: others change the segments faster than they are merged; try again "
                        "later",
                        c->request->store);
    return SKR_OK;
}

/* ------------------------------------------------------------------ all of them */

/* How many segments there are of what is to be compacted, and their bytes. */
static void measure(const compacting *c, uint64_t *ret_n, uint64_t *ret_n_bytes)
{
    const skr_manifest *manifest = skr_store_manifest(c->store);
    *ret_n = 0;
    *ret_n_bytes = 0;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        if (c->wish.dataset != SKR_NONE && manifest->segments[i].dataset != c->wish.dataset)
            continue;
        ++*ret_n;
        *ret_n_bytes += manifest->segments[i].file.n_bytes;
    }
}

static int begin(compacting *c, skr_err *err)
{
    const skr_compact_request *request = c->request;
    uint32_t mib = request->memory_mib == 0 ? MEMORY_MIB_DEFAULT : request->memory_mib;
    if (mib < MEMORY_MIB_MIN)
        return skr_fail(err, SKR_ERR_USAGE, "--memory %" PRIu32 ": %u MiB is the least", mib,
                        MEMORY_MIB_MIN);
    uint64_t n = ((uint64_t)mib << 20) / 2 / SEGMENT_BYTES;
    c->wish.n_together = n > TOGETHER_MAX ? TOGETHER_MAX : (uint32_t)n;
    c->wish.is_into_one = request->is_into_one;
    c->wish.due_s =
        request->waits_till_due ? skr_manifest_time_now() + DUE_AHEAD_S : SKR_COMPACT_DUE_ALL;
    c->wish.dataset = SKR_NONE;
    SKR_TRY(open_store(c, err));
    if (request->dataset != NULL) {
        c->wish.dataset = skr_manifest_find_dataset(skr_store_manifest(c->store), request->dataset);
        if (c->wish.dataset == SKR_NONE)
            return skr_fail(err, SKR_ERR_USAGE, "%s: no dataset '%s'", request->store,
                            request->dataset);
    }
    measure(c, &c->result.n_segments_before, &c->result.n_bytes_before);
    return skr_upkeep_begin(request->store, &c->upkeep, err);
}

int skr_compact_store(const skr_compact_request *request, skr_compact_result *ret_result,
                      skr_err *err)
{
    compacting c = {.request = request};
    bool is_done = false;
    int status = begin(&c, err);
    while (status == SKR_OK && !is_done)
        status = merge_next(&c, &is_done, err);
    if (c.store != NULL) {
        c.result.generation = skr_store_manifest(c.store)->generation;
        measure(&c, &c.result.n_segments_after, &c.result.n_bytes_after);
    }
    close_store(&c);
    skr_upkeep_end(c.upkeep);
    /* what was held until now, by this compaction or by somebody who has let go since */
    if (status == SKR_OK)
        status = skr_store_tidy(request->store, err);
    *ret_result = c.result;
    return status;
}
