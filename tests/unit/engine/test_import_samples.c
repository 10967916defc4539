/*
 * --samples is read as spreadsheets and editors write it, and a fault is named with its line.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/import_samples.h"

static char path[64];
static skr_err err;
static skr_sample_table table;

static int read_text(const char *text)
{
    (void)snprintf(path, sizeof path, "/tmp/skr-samples-%d", (int)getpid());
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    fputs(text, file);
    fclose(file);
    int status = skr_sample_table_read(path, &table, &err);
    (void)unlink(path);
    return status;
}

Test(import_samples, reads_what_spreadsheets_write)
{
    cr_assert(eq(int,
                 read_text("\xef\xbb\xbfsex\tsample\tindividual\tnote\r\n\r\n"
                           "XY\tS1\tP1\tx\r\n\tS2\r\nXXY\tS 3\tP3\r\n"),
                 0),
              "%s", err.message);
    const skr_sample_line *one = skr_sample_table_find(&table, "S1");
    cr_assert(one->karyotype.n_x == 1 && one->karyotype.n_y == 1 && !one->is_not_primary);
    cr_assert(eq(str, one->individual, "P1"));
    const skr_sample_line *two = skr_sample_table_find(&table, "S2");
    cr_assert(two->karyotype.n_x == SKR_KARYOTYPE_UNKNOWN && *two->individual == '\0');
    cr_assert(eq(int, skr_sample_table_check_used(&table, &err), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "line 5"), NULL), "%s", err.message);
    cr_assert(eq(ptr, (void *)skr_sample_table_find(&table, "S4"), NULL));
    cr_assert(ne(ptr, (void *)skr_sample_table_find(&table, "S 3"), NULL));
    cr_assert(eq(int, skr_sample_table_check_used(&table, &err), 0));
    skr_sample_table_done(&table);
}

Test(import_samples, names_file_and_line_of_a_fault)
{
    static const char *const bad[][2] = {
        {"", "empty"},
        {"name\tsex\nS1\tXX\n", "line 1"},
        {"sample\tsample\n", "line 1"},
        {"sample\tsex\nS1\tXX\nS1\tXY\n", "line 3"},
        {"sample\tsex\n\tXX\n", "line 2"},
        {"sample\tsex\nS1\tfemale\n", "line 2"},
        {"sample\tprimary\nS1\tmaybe\n", "line 2"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(eq(int, read_text(bad[i][0]), SKR_ERR_INPUT));
        cr_assert(ne(ptr, strstr(err.message, bad[i][1]), NULL), "%s", err.message);
        cr_assert(ne(ptr, strstr(err.message, path), NULL), "%s", err.message);
    }
}
