/*
 * Lines come out as they stand, whatever ends them, with their numbers.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/documents/text_lines.h"
#include "tests/support/temp_folder.h"

static skr_err err;
static const char *const endings[] = {".txt", NULL};

/* "NUMBER:LINE|" of each line of a file with these bytes. */
static int read_lines(const void *bytes, size_t n, char *text, size_t n_text)
{
    test_folder folder = test_folder_make();
    char path[1100];
    snprintf(path, sizeof path, "%s", test_folder_file(&folder, "a.txt"));
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, n, file);
    fclose(file);
    const char *files[] = {path};
    skr_archive_options options = {.files = files, .n_files = 1, .endings = endings};
    skr_archive *archive = NULL;
    bool is_there = false;
    cr_assert(eq(int, skr_archive_new(&options, &archive, &err), SKR_OK));
    cr_assert(eq(int, skr_archive_next(archive, &is_there, &err), SKR_OK));
    skr_lines lines = {.archive = archive};
    size_t at = 0;
    int status;
    text[0] = '\0';
    do {
        char *line;
        status = skr_lines_next(&lines, &line, &is_there, &err);
        if (status == SKR_OK && is_there && at < n_text)
            at += (size_t)snprintf(text + at, n_text - at, "%lu:%.50s|", lines.number, line);
    } while (status == SKR_OK && is_there);
    skr_lines_done(&lines);
    skr_archive_free(archive);
    test_folder_remove(&folder);
    return status;
}

Test(text_lines, end_as_they_may)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"", ""},
        {"a", "1:a|"},
        {"a\n", "1:a|"},
        {"a\r\nb\r\n", "1:a|2:b|"},
        {"\n\na\n\n", "1:|2:|3:a|4:|"},
        {"\xef\xbb\xbf"
         "a\n\xef\xbb\xbf\n",
         "1:a|2:\xef\xbb\xbf|"},
        {"a\rb\n", "1:a\rb|"},
    };
    char text[500];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(
            eq(int, read_lines(cases[i].text, strlen(cases[i].text), text, sizeof text), SKR_OK));
        cr_assert(eq(str, text, (char *)cases[i].expected));
    }
}

Test(text_lines, may_be_long_and_never_hold_nul)
{
    char text[500];
    size_t n = 17u << 20;
    char *bytes = malloc(n);
    memset(bytes, 'x', n);
    bytes[2000000] = '\n';
    cr_assert(eq(int, read_lines(bytes, 3000000, text, sizeof text), SKR_OK));
    cr_assert(eq(int, read_lines(bytes, n, text, sizeof text), SKR_OK));
    bytes[2000000] = 'x';
    cr_assert(eq(int, read_lines(bytes, n, text, sizeof text), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "a.txt, line 1: "), NULL));
    free(bytes);
    cr_assert(eq(int, read_lines("a\nb\0c\n", 6, text, sizeof text), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "a.txt, line 2: a NUL"), NULL));
}

Test(text_lines, fall_into_fields)
{
    char line[] = "a\t\tbc\t";
    char *fields[3];
    cr_assert(eq(sz, skr_lines_split(line, '\t', fields, 3), 4));
    cr_assert(eq(str, fields[0], "a"));
    cr_assert(eq(str, fields[1], ""));
    cr_assert(eq(str, fields[2], "bc"));
}
