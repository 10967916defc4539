/*
 * Numbers and ranges of genes are taken as they are counted, and nothing else for one.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "engine/import/documents/genes_reader.h"

Test(genes_reader, digits_are_a_number_and_nothing_else_is)
{
    static const char *const good[] = {"0", "7", "0012", "999999999999"};
    static const uint64_t numbers[] = {0, 7, 12, UINT64_C(999999999999)};
    static const char *const bad[] = {"",    "-1",  "+1",  " 1",           "1 ",
                                      "1.0", "1e3", "0x1", "1000000000000"};
    uint64_t number = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(skr_genes_reader_number(bad[i], &number), "%s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(skr_genes_reader_number(good[i], &number), "%s", good[i]);
        cr_assert_eq(number, numbers[i], "%s", good[i]);
    }
}

Test(genes_reader, the_first_base_is_0_or_1)
{
    skr_err err;
    skr_genes_reader reader = {.err = &err};
    uint32_t start0 = 0;
    uint32_t end0 = 0;
    cr_assert_eq(skr_genes_reader_range(&reader, "1", "10", 1, &start0, &end0), SKR_OK);
    cr_assert(start0 == 0 && end0 == 10);
    cr_assert_eq(skr_genes_reader_range(&reader, "1", "10", 0, &start0, &end0), SKR_OK);
    cr_assert(start0 == 1 && end0 == 10);
    cr_assert_eq(skr_genes_reader_range(&reader, "10", "10", 1, &start0, &end0), SKR_OK);
    cr_assert(start0 == 9 && end0 == 10);
}
