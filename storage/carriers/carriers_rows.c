/*
 * carriers_rows.c - answers from the stored carriers of many rows at once.
 *
 * Nearly all rows have a few carriers each. Their short lists are unpacked one after the other
 * into one array, and the array is then marked or looked up as a whole, so that a row costs no more
 * than its carriers and a few steps. Rows of any other form go one by one.
 */
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/carriers.h"
#include "storage/carriers/carriers_form.h"
#include "storage/carriers/kernel.h"

/* Lists and samples that are unpacked at a time: they stay in the nearest cache. */
#define LISTS_MAX 512u
#define SAMPLES_MAX 4096u

/* Short lists that wait to be unpacked together. */
typedef struct waiting {
    const skr_carrier_rows *stored;
    uint32_t n;
    uint32_t n_samples;       /* that they hold */
    uint32_t rows[LISTS_MAX]; /* their numbers */
    uint32_t from[LISTS_MAX]; /* the place of each among the rows asked about */
    uint32_t samples[SAMPLES_MAX + SKR_GAP_BLOCK];
} waiting;

skr_stored_carriers skr_carrier_rows_at(const skr_carrier_rows *stored, uint32_t row)
{
    return (skr_stored_carriers){
        .bytes = stored->n_bytes == 0 ? stored->bytes : stored->bytes + stored->offsets[row],
        .n_bytes = stored->lengths[row],
        .n_samples = stored->shapes->bound,
        .head = stored->heads[row],
    };
}

/* Can the row be unpacked with others? Not where a kernel would read over the end of the bytes. */
static bool goes_together(const skr_carrier_rows *stored, uint32_t row)
{
    size_t end = (size_t)stored->offsets[row] + stored->lengths[row];
    return stored->heads[row] <= SKR_SHORT_MAX && stored->n_bytes - end >= SKR_KERNEL_SLACK;
}

static bool is_full(const waiting *lists)
{
    return lists->n == LISTS_MAX || lists->n_samples > SAMPLES_MAX - SKR_SHORT_MAX;
}

static void wait_with(waiting *lists, uint32_t row, uint32_t from)
{
    SKR_ASSERT(lists->n < LISTS_MAX);
    lists->rows[lists->n] = row;
    lists->from[lists->n] = from;
    lists->n++;
    lists->n_samples += lists->stored->heads[row];
}

static int unpack(waiting *lists, const skr_kernels *kernels, skr_err *err)
{
    const skr_carrier_rows *stored = lists->stored;
    SKR_CHECK(lists->n_samples <= SAMPLES_MAX);
    const skr_short_lists packed = {stored->shapes, stored->bytes, stored->offsets, stored->heads};
    uint32_t n = kernels->unpack_short(&packed, lists->rows, lists->n, lists->samples);
    if (n != lists->n_samples)
        return skr_fail(err, SKR_ERR_CORRUPT, "carriers: malformed, or a sample out of range");
    return SKR_OK;
}

/* ------------------------------------------------------------------ mark */

static int mark_waiting(waiting *lists, const skr_kernels *kernels, uint64_t *bitmap, skr_err *err)
{
    int status = unpack(lists, kernels, err);
    for (uint32_t i = 0; status == SKR_OK && i < lists->n_samples; i++)
        skr_bits_set(bitmap, lists->samples[i]);
    lists->n = 0;
    lists->n_samples = 0;
    return status;
}

int skr_carrier_rows_mark(const skr_carrier_rows *stored, const uint32_t *rows, uint32_t n,
                          uint64_t *bitmap, skr_err *err)
{
    const skr_kernels *kernels = skr_kernels_chosen();
    waiting lists;
    lists.stored = stored;
    lists.n = 0;
    lists.n_samples = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (goes_together(stored, rows[i])) {
            wait_with(&lists, rows[i], i);
            if (is_full(&lists))
                SKR_TRY(mark_waiting(&lists, kernels, bitmap, err));
        } else {
            const skr_stored_carriers row = skr_carrier_rows_at(stored, rows[i]);
            SKR_TRY(skr_carriers_mark(&row, bitmap, err));
        }
    }
    return mark_waiting(&lists, kernels, bitmap, err);
}

/* ------------------------------------------------------------------ tally */

static int tally_waiting(waiting *lists, const skr_kernels *kernels, const uint64_t *cohort,
                         skr_carrier_tally *tallies, skr_err *err)
{
    uint64_t in[SAMPLES_MAX / 64 + 1];
    uint32_t n_in[LISTS_MAX];
    SKR_TRY(unpack(lists, kernels, err));
    in[lists->n_samples / 64] = 0;
    kernels->test_listed(cohort, lists->samples, lists->n_samples, in);
    in[lists->n_samples == 0 ? 0 : (lists->n_samples - 1) / 64 + 1] = 0;
    kernels->count_runs(in, lists->stored->heads, lists->rows, lists->n, n_in);
    for (uint32_t i = 0; i < lists->n; i++)
        tallies[lists->from[i]] = (skr_carrier_tally){.ac = n_in[i], .n_carriers = n_in[i]};
    lists->n = 0;
    lists->n_samples = 0;
    return SKR_OK;
}

int skr_carrier_rows_tally(const skr_carrier_rows *stored, const uint32_t *rows, uint32_t n,
                           const uint64_t *cohort, skr_carrier_tally *ret_tallies, skr_err *err)
{
    const skr_kernels *kernels = skr_kernels_chosen();
    waiting lists;
    lists.stored = stored;
    lists.n = 0;
    lists.n_samples = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (goes_together(stored, rows[i])) {
            wait_with(&lists, rows[i], i);
            if (is_full(&lists))
                SKR_TRY(tally_waiting(&lists, kernels, cohort, ret_tallies, err));
        } else {
            const skr_stored_carriers row = skr_carrier_rows_at(stored, rows[i]);
            SKR_TRY(skr_carriers_tally(&row, cohort, NULL, &ret_tallies[i], err));
        }
    }
    return tally_waiting(&lists, kernels, cohort, ret_tallies, err);
}
