/*
 * scan_part.c - one part of a scan: a worker takes morsels, merges their rows into batches, judges
 * those and gives them to the visitor.
 */
#include <string.h>

#include "engine/plan/access_check.h"
#include "engine/scan/scan_int.h"
#include "storage/base/check.h"
#include "storage/base/clock.h"

/* ------------------------------------------------------------------ batches */

/* The time since the last step, less what the reader took of it. */
static uint64_t step_ns(const skr_worker *worker, uint64_t *last_ns)
{
    const skr_reader_totals *totals = skr_block_reader_totals(worker->reader);
    uint64_t now_ns = skr_clock_ns() - totals->read_ns - totals->unpack_ns - totals->decode_ns;
    uint64_t n_ns = now_ns - *last_ns;
    *last_ns = now_ns;
    return n_ns;
}

/* One batch, when the cursors have rows. */
static int run_batch(skr_scan *scan, skr_worker *worker, skr_name_run *names, uint64_t *last_ns,
                     skr_err *err)
{
    const skr_scan_visitor *visitor = scan->visitor;
    skr_analysis *done = &worker->done;
    skr_batch_fill(&worker->batch, names);
    done->merge_ns += step_ns(worker, last_ns);
    if (worker->batch.n == 0)
        return SKR_OK;
    done->n_keys += worker->batch.n;
    int status = skr_access_check(scan->scope.access, err);
    if (status == SKR_OK)
        status = skr_judge_batch(&worker->judge, visitor->wants_named, err);
    done->judge_ns += step_ns(worker, last_ns);
    if (status == SKR_OK)
        status = visitor->on_batch(visitor->context, worker, err);
    done->tally_ns += step_ns(worker, last_ns);
    return status;
}

static bool has_rest(const skr_worker *worker)
{
    for (uint32_t i = 0; i < worker->n_cursors; i++)
        if (skr_row_cursor_has_rest(&worker->cursors[i]))
            return true;
    return false;
}

/* All batches of one morsel. */
static int run_batches(skr_scan *scan, skr_worker *worker, const skr_morsel *morsel, skr_err *err)
{
    skr_name_run names = skr_name_run_of(scan->scope.plan, morsel);
    uint64_t last_ns = 0;
    int status = SKR_OK;
    (void)step_ns(worker, &last_ns);
    for (uint32_t i = 0; status == SKR_OK && i < worker->n_cursors; i++)
        status = skr_row_cursor_enter(&worker->cursors[i], morsel, err);
    while (status == SKR_OK && (names.n > 0 || has_rest(worker))) {
        status = skr_batch_refill(&worker->batch, morsel, err);
        worker->done.judge_ns += step_ns(worker, &last_ns);
        if (status == SKR_OK)
            status = run_batch(scan, worker, &names, &last_ns, err);
    }
    return status;
}

/* ------------------------------------------------------------------ morsels */

/* Begins to read what a morsel will want; a number for skr_block_reader_pass, or 0. */
static uint64_t read_ahead(const skr_scan *scan, skr_worker *worker, const skr_morsel *morsel)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < worker->n_cursors; i++) {
        uint64_t number =
            skr_row_cursor_read_ahead(&worker->cursors[i], morsel, scan->visitor->wants_carriers);
        last = number > last ? number : last;
    }
    return last;
}

/* The morsel at hand, and those that were taken to be read ahead. */
typedef struct taken_morsel {
    size_t number;
    uint64_t read; /* what was begun for it */
} taken_morsel;

/* A scan of more morsels than these a part is not taken apart to the last one. */
#define RUN_WORTH 16u
#define RUN_MIN 4u

/*
 * Takes morsels in a row: an order lies in many of them, and whoever meets it first has to decode
 * its classes and count the cohort by them. Runs become shorter towards the end, so that all are
 * done at about the same time. False: there are none left.
 */
static bool take_run(skr_scan *scan, skr_worker *worker)
{
    size_t n_min = scan->n_morsels > (size_t)RUN_WORTH * scan->n_sharing ? RUN_MIN : 1;
    size_t n_max = skr_scan_run_max(scan->n_sharing);
    size_t from = atomic_load(&scan->next_morsel);
    size_t n = 0;
    do {
        if (from >= scan->n_morsels)
            return false;
        size_t n_left = scan->n_morsels - from;
        n = n_left * 2 / (3 * (size_t)scan->n_sharing);
        n = n < n_min ? n_min : n < n_max ? n : n_max;
        n = n < n_left ? n : n_left;
    } while (!atomic_compare_exchange_weak(&scan->next_morsel, &from, from + n));
    worker->run_next = from;
    worker->run_to = from + n;
    return true;
}

/*
 * Takes morsels until enough are at hand; *n is how many. Those of a run that was taken come also
 * when the scan has failed: every one of them is told of, or others would wait for it.
 */
static void take_morsels(skr_scan *scan, skr_worker *worker, taken_morsel *taken, unsigned *n)
{
    while (*n < 1 + scan->n_ahead) {
        bool has_failed = atomic_load(&scan->has_failed);
        if (worker->run_next == worker->run_to && (has_failed || !take_run(scan, worker)))
            return;
        size_t i = worker->run_next++;
        bool is_ahead = scan->n_ahead > 0 && !has_failed;
        taken[*n].number = i;
        taken[*n].read = is_ahead ? read_ahead(scan, worker, &scan->morsels[i]) : 0;
        (*n)++;
    }
}

static int run_morsel(skr_scan *scan, skr_worker *worker, const taken_morsel *taken,
                      uint32_t *contig, skr_err *err)
{
    const skr_scan_visitor *visitor = scan->visitor;
    const skr_morsel *morsel = &scan->morsels[taken->number];
    int status = skr_access_check(scan->scope.access, err);
    if (status == SKR_OK && *contig != morsel->contig && visitor->on_leave != NULL)
        status = visitor->on_leave(visitor->context, worker, err);
    *contig = morsel->contig;
    worker->morsel = taken->number;
    if (status == SKR_OK && !atomic_load(&scan->has_failed))
        status = run_batches(scan, worker, morsel, err);
    skr_block_reader_pass(worker->reader, taken->read);
    return status;
}

int skr_scan_run_part(skr_scan *scan, skr_worker *worker, skr_err *err)
{
    const skr_scan_visitor *visitor = scan->visitor;
    uint32_t contig = SKR_NONE;
    taken_morsel taken[1 + SKR_AHEAD_MAX];
    unsigned n = 0;
    int status = SKR_OK;
    worker->run_next = worker->run_to = 0;
    for (take_morsels(scan, worker, taken, &n); n > 0; take_morsels(scan, worker, taken, &n)) {
        if (status == SKR_OK)
            status = run_morsel(scan, worker, &taken[0], &contig, err);
        if (status < 0)
            atomic_store(&scan->has_failed, true);
        worker->has_failed = atomic_load(&scan->has_failed);
        if (visitor->on_morsel_end != NULL) {
            int ended = visitor->on_morsel_end(visitor->context, worker, taken[0].number,
                                               status < 0 ? NULL : err);
            if (status == SKR_OK)
                status = ended;
        }
        if (status < 0)
            atomic_store(&scan->has_failed, true);
        n--;
        memmove(taken, taken + 1, n * sizeof *taken);
    }
    if (status == SKR_OK && visitor->on_leave != NULL)
        status = visitor->on_leave(visitor->context, worker, err);
    return status;
}
