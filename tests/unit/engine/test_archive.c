/*
 * The same bytes come out of a file, a .gz, a .zip and a folder; what is damaged or grows without
 * end is refused with the name of the file.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include "engine/import/documents/archive.h"
#include "storage/base/buffer.h"
#include "tests/support/temp_folder.h"

static test_folder folder;
static skr_err err;
static const char *const endings[] = {".json", ".tsv", NULL};

static void set_up(void)
{
    folder = test_folder_make();
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(archive, .init = set_up, .fini = tear_down);

static void write_file(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(test_folder_file(&folder, name), "wb");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(eq(sz, fwrite(bytes, 1, n, file), n));
    fclose(file);
}

static void write_zip(const char *name, const char *const members[][2], size_t n)
{
    int code;
    zip_t *zip = zip_open(test_folder_file(&folder, name), ZIP_CREATE, &code);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *source = zip_source_buffer(zip, members[i][1], strlen(members[i][1]), 0);
        cr_assert(ge(long, (long)zip_file_add(zip, members[i][0], source, 0), 0));
    }
    cr_assert(eq(int, zip_close(zip), 0));
}

static size_t gzip(const void *bytes, size_t n, uint8_t *packed, size_t n_packed)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n};
    z.next_out = packed;
    z.avail_out = (uInt)n_packed;
    cr_assert(eq(int, deflateInit2(&z, 9, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY), Z_OK));
    cr_assert(eq(int, deflate(&z, Z_FINISH), Z_STREAM_END));
    size_t n_out = z.total_out;
    deflateEnd(&z);
    return n_out;
}

/* "NAME=BYTES|" of each document, the folder's path left out; the status of what ended it. */
static int read_all(const char *const *files, size_t n_files, char *text, size_t n_text)
{
    skr_archive_options options = {.files = files, .n_files = n_files, .endings = endings};
    skr_archive *archive = NULL;
    bool is_there = false;
    size_t at = 0;
    text[0] = '\0';
    cr_assert(eq(int, skr_archive_new(&options, &archive, &err), SKR_OK));
    int status = skr_archive_next(archive, &is_there, &err);
    while (status == SKR_OK && is_there) {
        const uint8_t *bytes;
        size_t n;
        const char *name = skr_archive_name(archive);
        name += strncmp(name, folder.path, strlen(folder.path)) == 0 ? strlen(folder.path) + 1 : 0;
        at += (size_t)snprintf(text + at, n_text - at, "%s=", name);
        while ((status = skr_archive_peek(archive, &bytes, &n, &err)) == SKR_OK && n > 0) {
            size_t n_taken = n > 3 ? 3 : n;
            at += (size_t)snprintf(text + at, n_text - at, "%.*s", (int)n_taken, bytes);
            skr_archive_skip(archive, n_taken);
        }
        at += (size_t)snprintf(text + at, n_text - at, "|");
        if (status == SKR_OK)
            status = skr_archive_next(archive, &is_there, &err);
    }
    skr_archive_free(archive);
    return status;
}

static void expect_read(const char *name, const char *expected)
{
    char text[1000];
    char path[1100];
    snprintf(path, sizeof path, "%s", test_folder_file(&folder, name));
    const char *files[] = {path};
    cr_assert(eq(int, read_all(files, 1, text, sizeof text), SKR_OK), "%s", err.message);
    cr_assert(eq(str, text, (char *)expected));
}

static void expect_refused(const char *name, const char *word)
{
    char text[1000];
    char path[1100];
    snprintf(path, sizeof path, "%s", test_folder_file(&folder, name));
    const char *files[] = {path};
    cr_assert(eq(int, read_all(files, 1, text, sizeof text), SKR_ERR_INPUT), "%s", name);
    cr_assert(ne(ptr, strstr(err.message, name), NULL), "%s", err.message);
    cr_assert(ne(ptr, strstr(err.message, word), NULL), "%s", err.message);
}

Test(archive, reads_files_plain_and_packed)
{
    uint8_t packed[200];
    static const char *const members[][2] = {
        {"a/x.json", "first"}, {"a/y.png", "no"}, {"__MACOSX/x.json", "no"},
        {"a/.z.json", "no"},   {"b.tsv", ""},     {"c.json", "third"}};
    write_file("plain", "hello world", 11);
    write_file("empty", "", 0);
    expect_read("plain", "plain=hello world|");
    expect_read("empty", "empty=|");
    size_t n = gzip("hello ", 6, packed, sizeof packed);
    n += gzip("world", 5, packed + n, sizeof packed - n); /* two members, as bgzip writes */
    write_file("two.gz", packed, n);
    expect_read("two.gz", "two.gz=hello world|");
    memset(packed + n, 0, 5);
    write_file("padded.gz", packed, n + 5);
    expect_read("padded.gz", "padded.gz=hello world|");
    write_zip("some.zip", members, 6);
    expect_read("some.zip", "some.zip: a/x.json=first|some.zip: b.tsv=|some.zip: c.json=third|");
}

Test(archive, reads_the_wanted_files_of_a_folder_by_name)
{
    static const char *const members[][2] = {{"x.json", "zipped"}};
    write_file("b.json", "B", 1);
    write_file("a.tsv.gz", "A", 1);
    write_file("c.txt", "no", 2);
    write_file(".d.json", "no", 2);
    write_zip("e.zip", members, 1);
    char text[1000];
    const char *files[] = {folder.path, folder.path};
    cr_assert(eq(int, read_all(files, 1, text, sizeof text), SKR_OK));
    cr_assert(eq(str, text, "a.tsv.gz=A|b.json=B|e.zip: x.json=zipped|"));
    cr_assert(eq(int, read_all(files, 2, text, sizeof text), SKR_OK));
    cr_assert(eq(str, text,
                 "a.tsv.gz=A|b.json=B|e.zip: x.json=zipped|"
                 "a.tsv.gz=A|b.json=B|e.zip: x.json=zipped|"));
}

Test(archive, follows_no_link_out_of_a_folder)
{
    static char text[200];
    char inside[600];
    char inner[600];
    char outer[600];
    const char *const files[] = {inside};
    (void)snprintf(inside, sizeof inside, "%s/in", folder.path);
    (void)snprintf(inner, sizeof inner, "%s/in/b.json", folder.path);
    (void)snprintf(outer, sizeof outer, "%s/in/c.json", folder.path);
    cr_assert(eq(int, mkdir(inside, 0700), 0));
    write_file("in/a.json", "A", 1);
    write_file("secret", "S", 1);
    cr_assert(eq(int, symlink("a.json", inner), 0));
    cr_expect(eq(int, read_all(files, 1, text, sizeof text), SKR_OK));
    cr_expect(eq(str, text, "in/a.json=A|in/b.json=A|"));
    cr_assert(eq(int, symlink("../secret", outer), 0));
    cr_expect(eq(int, read_all(files, 1, text, sizeof text), SKR_ERR_INPUT));
    cr_expect(strstr(err.message, "in/c.json: a link that leads out of the folder") != NULL);
    cr_assert(eq(int, unlink(outer), 0));
    cr_assert(eq(int, unlink(inner), 0));
    cr_assert(eq(int, unlink(test_folder_file(&folder, "in/a.json")), 0));
    cr_assert(eq(int, rmdir(inside), 0));
}

Test(archive, refuses_what_is_damaged)
{
    uint8_t packed[200];
    static const char *const members[][2] = {
        {"x.json", "some text that is long enough to be read"}};
    static const char *const unwanted[][2] = {{"x.png", "picture"}};
    size_t n = gzip("hello world", 11, packed, sizeof packed);
    write_file("cut.gz", packed, n - 3);
    expect_refused("cut.gz", "too early");
    write_file("cut2.gz", packed, 12);
    expect_refused("cut2.gz", "too early");
    packed[n] = 'x';
    write_file("behind.gz", packed, n + 1);
    expect_refused("behind.gz", "behind the end");
    packed[n - 6] ^= 1; /* its checksum */
    write_file("crc.gz", packed, n);
    expect_refused("crc.gz", "damaged");
    expect_refused("missing", "No such file");
    write_zip("unwanted.zip", unwanted, 1);
    expect_refused("unwanted.zip", "no file in this .zip");
    write_zip("ok.zip", members, 1);
    size_t n_zip;
    uint8_t *zip = test_file_read(test_folder_file(&folder, "ok.zip"), &n_zip);
    write_file("cut.zip", zip, n_zip / 2);
    expect_refused("cut.zip", "damaged .zip");
    for (size_t at = 0; at < n_zip; at++) { /* never a crash, whatever comes out */
        char text[1000];
        char path[1100];
        zip[at] ^= 0x55;
        write_file("odd.zip", zip, n_zip);
        snprintf(path, sizeof path, "%s", test_folder_file(&folder, "odd.zip"));
        const char *files[] = {path};
        int status = read_all(files, 1, text, sizeof text);
        cr_assert(status == SKR_OK || status == SKR_ERR_INPUT || status == SKR_ERR_NOMEM);
        zip[at] ^= 0x55;
    }
    free(zip);
}

Test(archive, stops_what_grows_without_end)
{
    size_t n_zeros = 280u << 20;
    uint8_t *zeros = calloc(1, n_zeros);
    uint8_t *packed = malloc(1u << 20);
    write_file("bomb.gz", packed, gzip(zeros, n_zeros, packed, 1u << 20));
    free(zeros);
    free(packed);
    char path[1100];
    snprintf(path, sizeof path, "%s", test_folder_file(&folder, "bomb.gz"));
    const char *files[] = {path};
    skr_archive_options options = {.files = files, .n_files = 1, .endings = endings};
    skr_archive *archive = NULL;
    bool is_there;
    const uint8_t *bytes;
    size_t n = 1;
    cr_assert(eq(int, skr_archive_new(&options, &archive, &err), SKR_OK));
    int status = skr_archive_next(archive, &is_there, &err);
    while (status == SKR_OK && n > 0) {
        status = skr_archive_peek(archive, &bytes, &n, &err);
        skr_archive_skip(archive, n);
    }
    cr_assert(eq(int, status, SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "1000 times"), NULL));
    skr_archive_free(archive);
}

Test(archive, stops_when_told)
{
    atomic_bool stop = true;
    skr_watch watch = {.stop = &stop};
    write_file("a.json", "A", 1);
    const char *files[] = {folder.path};
    skr_archive_options options = {
        .files = files, .n_files = 1, .endings = endings, .watch = &watch};
    skr_archive *archive = NULL;
    bool is_there;
    cr_assert(eq(int, skr_archive_new(&options, &archive, &err), SKR_OK));
    cr_assert(eq(int, skr_archive_next(archive, &is_there, &err), SKR_ERR_INTERRUPTED));
    skr_archive_free(archive);
}
