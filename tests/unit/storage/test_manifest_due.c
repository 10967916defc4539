/*
 * A deletion is due until a generation's files hold nobody of it, and overdue behind its time.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "storage/manifest.h"

Test(manifest_due, counts_what_waits_and_what_is_late)
{
    skr_deletion deletions[] = {
        {.due_s = 300}, {.due_s = 200}, {.due_s = 100, .gone_generation = 4}, {.due_s = 0}};
    const skr_manifest manifest = {.deletions = deletions, .n_deletions = 4};
    skr_manifest_due due = skr_manifest_due_at(&manifest, 200);
    cr_assert(eq(u32, due.n, 3));
    cr_assert(zero(u32, due.n_overdue));
    cr_assert(eq(u64, due.due_s, 200));
    cr_assert(eq(u32, skr_manifest_due_at(&manifest, 201).n_overdue, 1));
    cr_assert(eq(u32, skr_manifest_due_at(&manifest, 1000).n_overdue, 2));
    const skr_manifest nobody = {0};
    due = skr_manifest_due_at(&nobody, 1000);
    cr_assert(due.n == 0 && due.n_overdue == 0 && due.due_s == 0);
}
