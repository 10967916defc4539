/*
 * bench_carriers.c - bytes of the stored forms of carriers, and the time to count on them.
 *
 * Usage: bench_carriers [N_SAMPLES]. Carriers are spread at random, a tenth of them hom; the cohort
 * is a tenth of the samples. docs/decisions/0001-carrier-forms.md says what came out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "storage/carriers/carriers.h"
#include "storage/carriers/gap_list.h"

static uint64_t state = 20240229;

static double draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)(state * UINT64_C(2685821657736338717) >> 11) / 9007199254740992.0;
}

static double now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* What one share of carriers costs. */
static int measure(uint32_t n_samples, double share, const uint64_t *cohort, uint64_t *bitmap,
                   skr_err *err)
{
    static const char *const names[] = {"", "gaps", "planes"};
    uint8_t head = 0;
    skr_carriers carriers = {0};
    skr_buffer bytes = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; i < n_samples && status == SKR_OK; i++)
        if (draw() < share)
            status = skr_carriers_add(&carriers, i, draw() < 0.1 ? 2 : 1, err);
    if (status == SKR_OK)
        status = skr_carriers_encode(&carriers, n_samples, &bytes, &head, err);
    const skr_stored_carriers stored = {
        .bytes = bytes.bytes, .n_bytes = bytes.n, .n_samples = n_samples, .head = head};

    uint32_t n_repeats = 1 + 20000000 / (n_samples / 64 + carriers.n + 1);
    skr_carrier_tally tally = {0};
    uint64_t sum = 0;
    double start = now_ns();
    for (uint32_t i = 0; i < n_repeats && status == SKR_OK; i++) {
        status = skr_carriers_tally(&stored, cohort, NULL, &tally, err);
        sum += tally.ac;
    }
    double tally_ns = (now_ns() - start) / n_repeats;
    start = now_ns();
    for (uint32_t i = 0; i < n_repeats && status == SKR_OK; i++)
        status = skr_carriers_mark(&stored, bitmap, err);
    double mark_ns = (now_ns() - start) / n_repeats;
    if (status == SKR_OK) {
        size_t n_list = skr_gap_list_size(carriers.samples, carriers.n);
        size_t n_plane = 8 * (((size_t)n_samples + 63) / 64);
        double n = carriers.n == 0 ? 1 : carriers.n;
        printf("%8.5f %9" PRIu32 " %10zu %10zu %10zu %-7s %10.0f %8.2f %10.0f %8.2f\n", share,
               carriers.n, n_list, n_plane, bytes.n, head < 129 ? "short" : names[head & 3],
               tally_ns, tally_ns / n, mark_ns, mark_ns / n);
    }
    skr_carriers_done(&carriers);
    skr_buffer_done(&bytes);
    return sum == UINT64_MAX ? 1 : status;
}

int main(int n_args, char **args)
{
    static const double shares[] = {0.00001, 0.0001, 0.001, 0.01, 0.05, 0.1,
                                    0.15,    0.2,    0.25,  0.3,  0.5,  0.9};
    uint32_t n_samples = n_args > 1 ? (uint32_t)strtoul(args[1], NULL, 10) : 1000000;
    uint64_t *cohort = calloc((size_t)n_samples / 64 + 1, sizeof *cohort);
    uint64_t *bitmap = calloc((size_t)n_samples / 64 + 1, sizeof *bitmap);
    skr_err err = {0};
    int status = cohort == NULL || bitmap == NULL ? SKR_ERR_NOMEM : SKR_OK;
    for (uint32_t i = 0; i < n_samples && status == SKR_OK; i++)
        if (draw() < 0.1)
            cohort[i / 64] |= UINT64_C(1) << i % 64;
    printf("%u samples\n   share  carriers list bytes plane bytes    stored form     tally ns   "
           "each    mark ns     each\n",
           n_samples);
    for (size_t i = 0; i < sizeof shares / sizeof *shares && status == SKR_OK; i++)
        status = measure(n_samples, shares[i], cohort, bitmap, &err);
    if (status < 0)
        fprintf(stderr, "bench_carriers: %s\n", err.message);
    free(cohort);
    free(bitmap);
    return status < 0;
}
