/*
 * The budget of an import is shared out so that what is read in one piece and the fragments fit it.
 */
#include <criterion/criterion.h>

#include "engine/import/vcf/import_memory.h"
#include "storage/base/limits.h"

Test(import_memory, a_budget_is_named_in_mib_or_usual)
{
    skr_err err;
    size_t n = 0;
    cr_assert_eq(skr_import_memory_of(0, &n, &err), SKR_OK);
    cr_assert_eq(n, (size_t)SKR_IMPORT_MEMORY_MIB << 20);
    cr_assert_eq(skr_import_memory_of(5000, &n, &err), SKR_OK);
    cr_assert_eq(n, (size_t)5000 << 20);
    cr_assert_eq(skr_import_memory_of(1, &n, &err), SKR_ERR_USAGE);
    cr_assert_eq(n, (size_t)5000 << 20, "a result is left alone on failure");
}

Test(import_memory, the_parts_fit_the_whole)
{
    for (size_t mib = SKR_IMPORT_MEMORY_MIB_MIN; mib <= 1u << 16; mib *= 2) {
        size_t n = mib << 20;
        cr_assert_leq(skr_import_memory_fragments(n) + skr_import_memory_header(n) +
                          skr_import_memory_declared(n),
                      n, "%zu MiB", mib);
        cr_assert_gt(skr_import_memory_entries(n), 1000, "%zu MiB", mib);
    }
}

Test(import_memory, a_line_has_room_for_its_samples)
{
    size_t n = (size_t)SKR_IMPORT_MEMORY_MIB_MIN << 20;
    size_t before = 0;
    for (uint32_t n_samples = 1; n_samples <= 1u << 20; n_samples *= 4) {
        size_t line = skr_import_memory_line(n, n_samples);
        cr_assert_geq(line, before);
        cr_assert_geq(line, (size_t)n_samples * 4, "0|0 and a tab each: %u", n_samples);
        before = line;
    }
}
