/*
 * Fragments come back in the order of the genome, each once, however little memory there is; and
 * so again, from wherever they are begun anew.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/import/genomes/site_batch.h"
#include "tests/support/random.h"

enum {
    N = 4000
};

static skr_err err;

/* Reads to the end: everything in order, each once. */
static void expect_all(skr_site_batch *batch)
{
    static uint8_t seen[N];
    skr_fragment before = {0}, now;
    char texts[2] = "";
    bool is_end = false;
    uint32_t n = 0;
    memset(seen, 0, sizeof seen);
    for (;; n++) {
        cr_assert(eq(int, skr_site_batch_next(batch, &now, &is_end, &err), 0));
        if (is_end)
            break;
        uint32_t i;
        memcpy(&i, now.body, sizeof i);
        cr_assert(i < N && seen[i]++ == 0);
        for (size_t at = sizeof i; at < now.n_body; at++)
            cr_assert(now.body[at] == (i & 0xff));
        if (n > 0) {
            before.allele.ref = texts;
            before.allele.alt = texts + 1;
            cr_assert(skr_site_batch_compare(&before, &now) <= 0);
        }
        before = now;
        if (!now.is_span) {
            texts[0] = *now.allele.ref;
            texts[1] = *now.allele.alt;
        }
    }
    cr_assert(eq(u32, n, N));
}

static void check_order(size_t n_bytes_max)
{
    char path[64];
    static uint8_t body[3000];
    test_random random = test_random_drawn("site_batch");
    skr_site_batch *batch = NULL;
    (void)snprintf(path, sizeof path, "/tmp/skr-batch-%d", (int)getpid());
    cr_assert(eq(int, skr_site_batch_new(path, n_bytes_max, &batch, &err), 0));
    for (uint32_t i = 0; i < N; i++) {
        uint32_t n_extra =
            test_random_below(&random, 100) == 0 ? 2900 : test_random_below(&random, 30);
        memcpy(body, &i, sizeof i);
        memset(body + sizeof i, (int)(i & 0xff), n_extra);
        char bases[] = "ACGT";
        skr_fragment fragment = {
            .allele = {.contig = test_random_below(&random, 3),
                       .start0 = test_random_below(&random, 50),
                       .kind = SKR_ALLELE_SNV,
                       .n_ref = 1,
                       .n_alt = 1,
                       .ref = bases + test_random_below(&random, 4),
                       .alt = bases + test_random_below(&random, 4)},
            .is_span = test_random_below(&random, 2) == 0,
            .file = test_random_below(&random, 5),
            .body = body,
            .n_body = sizeof i + n_extra,
        };
        fragment.allele.end0 = fragment.allele.start0 + 1;
        cr_assert(eq(int, skr_site_batch_add(batch, &fragment, &err), 0));
    }
    cr_assert(eq(int, skr_site_batch_finish(batch, &err), 0));

    expect_all(batch);
    skr_site_batch_rewind(batch);
    for (uint32_t i = test_random_below(&random, N); i > 0; i--) {
        skr_fragment now;
        bool is_end = false;
        cr_assert(eq(int, skr_site_batch_next(batch, &now, &is_end, &err), 0));
        cr_assert(not(is_end));
    }
    skr_site_batch_rewind(batch);
    expect_all(batch);
    skr_site_batch_free(batch);
    (void)unlink(path);
}

Test(site_batch, sorts_in_memory)
{
    check_order(64u << 20);
}

Test(site_batch, sorts_through_the_scratch_file)
{
    check_order(20000);
    check_order(1);
}
