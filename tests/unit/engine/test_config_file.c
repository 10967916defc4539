/*
 * Files of settings: what is a line, what is a comment, and what is refused with its line.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/face/config_file.h"

static char path[] = "/tmp/skr_config_XXXXXX";
static skr_config_file config;
static skr_err err;

static void set_up(void)
{
    int fd = mkstemp(path);
    close(fd);
}

static void tear_down(void)
{
    skr_config_done(&config);
    remove(path);
}

TestSuite(config_file, .init = set_up, .fini = tear_down);

static int read_text(const char *text)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    skr_config_done(&config);
    return skr_config_read(path, &config, &err);
}

static const struct taken {
    const char *text;
    const char *value; /* of the first line */
    unsigned number;
} taken[] = {
    {"name = Skerry", "Skerry", 1},
    {"\n\n  name=Skerry  \r\n", "Skerry", 3},
    {"# a comment\nname = a b # and one behind", "a b", 2},
    {"name = a#b", "a#b", 1},
    {"name = \"a # b\" # c", "a # b", 1},
    {"name = a = b", "a = b", 1},
    {"name =", "", 1},
    {"name = \"\"", "", 1},
    {"name = http://x/y?z=1", "http://x/y?z=1", 1},
};

Test(config_file, reads_keys_and_values)
{
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        cr_assert(eq(int, read_text(taken[i].text), SKR_OK), "%s: %s", taken[i].text, err.message);
        cr_assert(eq(sz, config.n_lines, 1), "%s", taken[i].text);
        cr_assert(eq(str, (char *)config.lines[0].key, "name"));
        cr_assert(eq(str, (char *)config.lines[0].value, (char *)taken[i].value));
        cr_assert(eq(uint, config.lines[0].number, taken[i].number), "%s", taken[i].text);
    }
    cr_assert(eq(int, read_text("# nothing\n\n"), SKR_OK));
    cr_assert(eq(sz, config.n_lines, 0));
}

Test(config_file, refuses_what_is_no_setting)
{
    static const char *const refused[][2] = {
        {"a = 1\nname", ":2: expected KEY = VALUE"},
        {" = x", ":1: expected a key"},
        {"a = \"x", ":1: a quote"},
        {"a = \"x\" y", ":1: a quote"},
        {"a = \"x\"y\"", ":1: a quote"},
        {"a = 1\nb = 2\na = 3", ":3: 'a' stands in line 1 already"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cr_assert(eq(int, read_text(refused[i][0]), SKR_ERR_INPUT), "%s", refused[i][0]);
        cr_assert(strstr(err.message, refused[i][1]) != NULL, "%s", err.message);
        cr_assert(config.lines == NULL && config.n_lines == 0);
    }
}

Test(config_file, bounds_the_file)
{
    size_t n = 1u << 20;
    char *text = malloc(n + 1);
    memset(text, '#', n);
    text[n] = '\0';
    cr_assert(eq(int, read_text(text), SKR_ERR_INPUT));
    free(text);
}

Test(config_file, takes_numbers_in_their_range)
{
    static const struct {
        const char *text;
        uint32_t number; /* 0: refused */
    } numbers[] = {
        {"n = 5", 5},   {"n = 10", 10}, {"n = 005", 5}, {"n = 4", 0},          {"n = 11", 0},
        {"n = 5.0", 0}, {"n = +5", 0},  {"n = x", 0},   {"n = 4294967301", 0}, {"n =", 0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint32_t number = 0;
        cr_assert(eq(int, read_text(numbers[i].text), SKR_OK));
        int status = skr_config_number(&config, &config.lines[0], 5, 10, &number, &err);
        cr_assert(eq(int, status, numbers[i].number > 0 ? SKR_OK : SKR_ERR_INPUT), "%s",
                  numbers[i].text);
        cr_assert(eq(uint, number, numbers[i].number), "%s", numbers[i].text);
    }
}

Test(config_file, names_the_nearest_key)
{
    static const char *const keys[] = {"listen", "name"};
    cr_assert(eq(int, read_text("lisen = x"), SKR_OK));
    cr_assert(eq(int, skr_config_unknown(&config, &config.lines[0], keys, 2, &err), SKR_ERR_INPUT));
    cr_assert(strstr(err.message, ":1: unknown key 'lisen'; nearest: listen") != NULL, "%s",
              err.message);
}

/* Reads a file that may have sections. */
static int read_sections(const char *text)
{
    (void)read_text(text);
    skr_config_done(&config);
    return skr_config_read_sections(path, &config, &err);
}

Test(config_file, reads_sections)
{
    static const char text[] = "a = 0\n[one]\na = 1\n\n[two-2] # of two\na = 2\nb = 3\n[empty]\n";
    static const char *const of[] = {NULL, "one", "two-2", "two-2"};
    cr_assert(eq(int, read_sections(text), SKR_OK), "%s", err.message);
    cr_assert(eq(sz, config.n_lines, 4));
    for (size_t i = 0; i < 4; i++) {
        const char *section = config.lines[i].section;
        cr_expect(of[i] == NULL ? section == NULL : section != NULL && strcmp(section, of[i]) == 0);
    }
}

Test(config_file, refuses_sections_that_are_none)
{
    static const char *const refused[] = {
        "[one]\na=1\n[two]\n[one]\n", "[]\n", "[a b]\n", "[a\n", "[A]\n", "[one]\na = 1\na = 2\n"};
    static const char *const why[] = {"4: [one] stands twice", "1: a section is",
                                      "1: a section is",       "1: a section is",
                                      "1: a section is",       "3: 'a' stands in line 2"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cr_assert(eq(int, read_sections(refused[i]), SKR_ERR_INPUT), "%s", refused[i]);
        cr_expect(ne(ptr, strstr(err.message, why[i]), NULL), "%s: %s", refused[i], err.message);
    }
    cr_assert(eq(int, read_text("[one]\n"), SKR_ERR_INPUT)); /* a policy has none */
}
