/*
 * A document of JSON falls into its values, however it is laid out; what is cut short is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/documents/json_split.h"
#include "tests/support/temp_folder.h"

static test_folder folder;
static skr_err err;
static const char *const endings[] = {".json", NULL};

static void set_up(void)
{
    folder = test_folder_make();
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(json_split, .init = set_up, .fini = tear_down);

/* "LINE:VALUE|" of each. */
static int split_text(const char *document, bool is_whole, char *text, size_t n_text)
{
    char path[1100];
    snprintf(path, sizeof path, "%s", test_folder_file(&folder, "d.json"));
    FILE *file = fopen(path, "wb");
    fwrite(document, 1, strlen(document), file);
    fclose(file);
    const char *files[] = {path};
    skr_archive_options options = {.files = files, .n_files = 1, .endings = endings};
    skr_archive *archive = NULL;
    bool is_there = false;
    cr_assert(eq(int, skr_archive_new(&options, &archive, &err), SKR_OK));
    cr_assert(eq(int, skr_archive_next(archive, &is_there, &err), SKR_OK));
    skr_json_split split = {.archive = archive, .n_max = 100, .is_whole = is_whole};
    size_t at = 0;
    int status;
    text[0] = '\0';
    do {
        const char *value;
        size_t n;
        status = skr_json_split_next(&split, &value, &n, &is_there, &err);
        if (status == SKR_OK && is_there)
            at += (size_t)snprintf(text + at, n_text - at, "%lu:%.*s|", split.line, (int)n, value);
    } while (status == SKR_OK && is_there);
    skr_json_split_done(&split);
    skr_archive_free(archive);
    return status;
}

Test(json_split, finds_each_value)
{
    static const struct {
        const char *document;
        const char *expected;
    } cases[] = {
        {"", ""},
        {" \n ", ""},
        {"{\"a\":1}", "1:{\"a\":1}|"},
        {"{\"a\":\n[1]}\n\n{}\n", "1:{\"a\":\n[1]}|4:{}|"},
        {"{}{}", "1:{}|1:{}|"},
        {"[]", ""},
        {" [ {} ,\n{\"b\":\"]}\\\"\"} ] ", "1:{}|2:{\"b\":\"]}\\\"\"}|"},
        {"[1,\"x\",null]", "1:1|1:\"x\"|1:null|"},
        {"null", "1:null|"},
        {"1 2\n3", "1:1|1:2|2:3|"},
        {"\xef\xbb\xbf{}", "1:{}|"},
        {"\"a\\\\\"{}", "1:\"a\\\\\"|1:{}|"},
        {"[[1,2],[]]", "1:[1,2]|1:[]|"},
    };
    char text[500];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(eq(int, split_text(cases[i].document, false, text, sizeof text), SKR_OK), "%s",
                  cases[i].document);
        cr_assert(eq(str, text, (char *)cases[i].expected));
    }
    cr_assert(eq(int, split_text("[1,[2]] {}", true, text, sizeof text), SKR_OK));
    cr_assert(eq(str, text, "1:[1,[2]]|1:{}|"));
}

Test(json_split, refuses_what_is_cut_or_too_large)
{
    static const char *const cases[] = {
        "{",
        "{\"a\":\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]x",
        "[1 2]",
        "[1] 2",
        "[1]]",
        "[{}{}]",
        "{\"a\":\"\\\"}",
        ("{\"a\":\"0123456789012345678901234567890123456789012345678901234567890123456789"
         "012345678901234567890123456789\"}")};
    char text[500];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = split_text(cases[i], false, text, sizeof text);
        /* A value that begins with a comma is left to the parser. */
        if (strcmp(cases[i], "[,1]x") != 0)
            cr_assert(eq(int, status, SKR_ERR_INPUT), "%s", cases[i]);
    }
    char *deep = malloc(5001);
    memset(deep, '[', 5000);
    deep[5000] = '\0';
    cr_assert(eq(int, split_text(deep, false, text, sizeof text), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "d.json, line 1: "), NULL));
    free(deep);
}
