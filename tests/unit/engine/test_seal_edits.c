/*
 * An edit list leaves out and keeps what its numbers say, in whatever pieces the bytes come: the
 * same as a walk byte by byte, for drawn lists.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/sealed/seal_edits.h"
#include "tests/support/random.h"

#define N_LENGTHS_MAX 9u
#define N_BYTES_MAX 120u

/* Is the byte kept? Numbers are to leave out and to keep in turn; after an odd number of them all
 * is kept, after an even number nothing, and everything by an empty list. */
static bool is_kept_naively(const uint64_t *lengths, uint32_t n, uint64_t at)
{
    uint64_t end = 0;
    for (uint32_t i = 0; i < n; i++) {
        end += lengths[i];
        if (at < end)
            return i % 2 == 1;
    }
    return n == 0 || n % 2 == 1;
}

static void check_list(test_random *draw, const uint64_t *lengths, uint32_t n)
{
    skr_seal_edits edits;
    uint64_t at = 0;
    skr_seal_edits_init(&edits, lengths, n);
    while (at < N_BYTES_MAX) {
        size_t n_asked = 1 + test_random_below(draw, 20);
        bool is_kept = false;
        size_t n_passed = skr_seal_edits_next(&edits, n_asked, &is_kept);
        cr_assert(n_passed >= 1 && n_passed <= n_asked);
        for (size_t i = 0; i < n_passed; i++, at++)
            cr_assert(is_kept == is_kept_naively(lengths, n, at), "byte %d, seed %llu", (int)at,
                      (unsigned long long)draw->seed);
    }
}

Test(seal_edits, keeps_what_a_walk_keeps)
{
    test_random draw = test_random_drawn("seal_edits");
    for (unsigned round = 0; round < 10000; round++) {
        uint64_t lengths[N_LENGTHS_MAX];
        uint32_t n = test_random_below(&draw, N_LENGTHS_MAX + 1);
        for (uint32_t i = 0; i < n; i++)
            lengths[i] = test_random_below(&draw, 4) == 0 ? 0 : test_random_below(&draw, 30);
        check_list(&draw, lengths, n);
    }
}

Test(seal_edits, numbers_of_any_size_do_not_run_over)
{
    const uint64_t all[] = {UINT64_MAX, UINT64_MAX, 5};
    skr_seal_edits edits;
    bool is_kept = true;
    skr_seal_edits_init(&edits, all, 3);
    for (unsigned i = 0; i < 1000; i++) {
        cr_assert(eq(sz, skr_seal_edits_next(&edits, SIZE_MAX / 4096, &is_kept), SIZE_MAX / 4096));
        cr_assert(not(is_kept));
    }
}
