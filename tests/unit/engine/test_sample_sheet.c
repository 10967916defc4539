/*
 * --samples is read as spreadsheets and editors write it, and a fault is named with its line.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/import/genomes/sample_sheet.h"

static char path[64];
static skr_err err;
static skr_sample_sheet table;

static int read_text(const char *text)
{
    (void)snprintf(path, sizeof path, "/tmp/skr-samples-%d", (int)getpid());
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    fputs(text, file);
    fclose(file);
    int status = skr_sample_sheet_read(path, NULL, &table, &err);
    (void)unlink(path);
    return status;
}

/* The line of a sample of a file, or NULL; a refusal fails. */
static const skr_sample_line *find_in(const char *given, const char *file, const char *sample)
{
    const skr_sample_line *line = NULL;
    skr_sample_place place = {given, file, sample};
    cr_assert(eq(int, skr_sample_sheet_find(&table, &place, &line, &err), 0), "%s", err.message);
    return line;
}

static const skr_sample_line *find(const char *sample)
{
    return find_in("d/a.vcf", "a.vcf", sample);
}

static uint32_t count_unused(void)
{
    const skr_sample_line *first;
    return skr_sample_sheet_count_unused(&table, &first);
}

Test(import_samples, reads_what_spreadsheets_write)
{
    cr_assert(eq(int,
                 read_text("\xef\xbb\xbfsex\tsample\tindividual\tnote\r\n\r\n"
                           "XY\tS1\tP1\tx\r\n\tS2\r\nXXY\tS 3\tP3\r\n"),
                 0),
              "%s", err.message);
    const skr_sample_line *one = find("S1");
    cr_assert(one->karyotype.n_x == 1 && one->karyotype.n_y == 1 && !one->is_not_primary);
    cr_assert(eq(str, one->individual, "P1"));
    const skr_sample_line *two = find("S2");
    cr_assert(two->karyotype.n_x == SKR_KARYOTYPE_UNKNOWN && *two->individual == '\0');
    const skr_sample_line *first;
    cr_assert(eq(u32, skr_sample_sheet_count_unused(&table, &first), 1));
    cr_assert(eq(u32, first->line, 5));
    cr_assert(eq(ptr, (void *)find("S4"), NULL));
    cr_assert(ne(ptr, (void *)find("S 3"), NULL));
    cr_assert(eq(u32, count_unused(), 0));
    skr_sample_sheet_done(&table);
}

/* google/deepvariant#334: files of several people whose only sample is called `default`. */
Test(import_samples, tell_samples_of_one_name_apart_by_file)
{
    cr_assert(eq(int,
                 read_text("file\tsample\tindividual\tbiosample\n"
                           "a.vcf\tdefault\tP1\t\n"
                           "d/b.vcf\tdefault\tP2\tB2\n"
                           "\tdefault\tP3\tB3\n"
                           "a.vcf\tS1\t\t\n"),
                 0),
              "%s", err.message);
    cr_assert(eq(str, (char *)skr_sample_sheet_line_name(find("default")), "P1"));
    cr_assert(
        eq(str, (char *)skr_sample_sheet_line_name(find_in("d/b.vcf", "b.vcf", "default")), "B2"));
    cr_assert(eq(u32, count_unused(), 2));
    /* a line without a file is for all others, and leaves the name as it is */
    cr_assert(eq(str, (char *)skr_sample_sheet_line_name(find_in("b.vcf", "b.vcf", "default")),
                 "default"));
    cr_assert(eq(str, find_in("c.vcf", "c.vcf", "default")->individual, "P3"));
    cr_assert(eq(str, (char *)skr_sample_sheet_line_name(find("S1")), "S1"));
    cr_assert(eq(ptr, (void *)find_in("c.vcf", "c.vcf", "S1"), NULL));
    cr_assert(eq(u32, count_unused(), 0));
    const skr_sample_line *line = NULL;
    skr_sample_place twice = {"e/a.vcf", "a.vcf", "default"};
    cr_assert(eq(int, skr_sample_sheet_find(&table, &twice, &line, &err), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "line 2: file 'a.vcf' is d/a.vcf and e/a.vcf"), NULL),
              "%s", err.message);
    skr_sample_sheet_done(&table);
}

Test(import_samples, names_file_and_line_of_a_fault)
{
    static const char *const bad[][2] = {
        {"", "empty"},
        {"name\tsex\nS1\tXX\n", "line 1"},
        {"sample\tsample\n", "line 1"},
        {"sample\tsex\nS1\tXX\nS1\tXY\n", "line 3"},
        {"sample\tsex\n\tXX\n", "line 2"},
        {"sample\tfile\nS1\ta\nS1\tb\nS1\ta\n", "line 4"},
        {"sample\tsex\nS1\tfemale\n", "line 2"},
        {"sample\tprimary\nS1\tmaybe\n", "line 2"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(eq(int, read_text(bad[i][0]), SKR_ERR_INPUT));
        cr_assert(ne(ptr, strstr(err.message, bad[i][1]), NULL), "%s", err.message);
        cr_assert(ne(ptr, strstr(err.message, path), NULL), "%s", err.message);
    }
}
