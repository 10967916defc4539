/*
 * archive.c - documents out of files, folders, .zip and .gz: the door to libzip and zlib.
 *
 * Bytes pass through two windows: packed, as they come from a file or a member of a .zip, and
 * plain, after inflation or straight. Whether something is packed is seen by its first bytes, never
 * by its name.
 */
#include "engine/import/documents/archive.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include "engine/import/documents/archive_paths.h"
#include "engine/import/sealed/input.h"
#include "engine/import/sealed/seal_keys.h"
#include "storage/base/limits.h"

#define WINDOW (256u << 10)
#define GROWTH_FREE (256u << 20)

struct skr_archive {
    skr_archive_options options;
    size_t next_file;    /* of options.files */
    skr_path_list paths; /* that the last of them stands for */
    size_t next_path;

    skr_seal_keys keys;
    skr_input *input; /* NULL: none */
    bool is_stdin;
    zip_t *zip;
    zip_file_t *member;
    zip_int64_t next_member;
    bool has_wanted_member;
    char *name;

    uint8_t *packed;
    size_t packed_at;
    size_t n_packed;
    bool is_packed_end;
    uint8_t *plain; /* points into inflated, or at packed bytes */
    size_t n_plain;
    uint8_t *inflated;
    z_stream gzip;
    bool is_gzip;
    bool is_inflating; /* within a member of a .gz */

    uint64_t n_file; /* bytes of the file, 0: unknown */
    uint64_t n_in;   /* bytes read of it */
    uint64_t n_out;  /* plain bytes out of it */
    uint64_t n_shown;
    uint64_t n_documents;
    skr_progress progress;
};

static int damaged(const skr_archive *archive, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s: %s", archive->name, what);
}

int skr_archive_new(const skr_archive_options *options, skr_archive **ret_archive, skr_err *err)
{
    skr_archive *archive = calloc(1, sizeof *archive);
    if (archive == NULL)
        return skr_fail_nomem(err, "documents");
    archive->options = *options;
    archive->packed = malloc(WINDOW);
    archive->inflated = malloc(WINDOW);
    archive->name = strdup("");
    if (archive->packed == NULL || archive->inflated == NULL || archive->name == NULL) {
        skr_archive_free(archive);
        return skr_fail_nomem(err, "documents");
    }
    if (options->unsealing != NULL) {
        int status = skr_seal_keys_read(options->unsealing, options->watch, &archive->keys, err);
        if (status != SKR_OK) {
            skr_archive_free(archive);
            return status;
        }
    }
    archive->progress.n_files = options->n_files;
    archive->progress.step = "reading";
    *ret_archive = archive;
    return SKR_OK;
}

static void end_document(skr_archive *archive)
{
    if (archive->is_gzip)
        (void)inflateEnd(&archive->gzip);
    if (archive->member != NULL)
        (void)zip_fclose(archive->member);
    archive->member = NULL;
    archive->is_gzip = archive->is_inflating = archive->is_packed_end = false;
    archive->packed_at = archive->n_packed = archive->n_plain = 0;
}

static void end_file(skr_archive *archive)
{
    end_document(archive);
    if (archive->zip != NULL)
        zip_discard(archive->zip);
    archive->zip = NULL;
    skr_input_close(archive->input);
    archive->input = NULL;
}

void skr_archive_free(skr_archive *archive)
{
    if (archive == NULL)
        return;
    end_file(archive);
    skr_path_list_done(&archive->paths);
    skr_seal_keys_done(&archive->keys);
    free(archive->name);
    free(archive->packed);
    free(archive->inflated);
    free(archive);
}

const char *skr_archive_name(const skr_archive *archive)
{
    return archive->name;
}

/* ------------------------------------------------------------------ names */

bool skr_archive_ends(const skr_archive *archive, const char *ending)
{
    return skr_path_ends(archive->name, ending);
}

static int set_name(skr_archive *archive, const char *file, const char *member, skr_err *err)
{
    char *name = NULL;
    int n = member == NULL ? asprintf(&name, "%s", file) : asprintf(&name, "%s: %s", file, member);
    if (n < 0)
        return skr_fail_nomem(err, "documents");
    free(archive->name);
    archive->name = name;
    return SKR_OK;
}

/* ------------------------------------------------------------------ files */

/* What the user's next word stands for. */
static int expand(skr_archive *archive, const char *word, skr_err *err)
{
    archive->next_path = 0;
    archive->progress.file = word;
    archive->progress.file_number = archive->next_file;
    return skr_path_list_expand(&archive->paths, archive->options.endings, word, err);
}

/* libzip reads here and there, so what is sealed is held in memory for it. */
static int open_sealed_zip(skr_archive *archive, int *ret_code, skr_err *err)
{
    int fd = -1;
    SKR_TRY(skr_input_to_memory(archive->input, SKR_SEAL_ZIP_MAX, &fd, err));
    archive->zip = zip_fdopen(fd, 0, ret_code);
    if (archive->zip == NULL)
        (void)close(fd);
    return SKR_OK;
}

static int open_zip(skr_archive *archive, const char *path, skr_err *err)
{
    int code = 0;
    if (skr_input_is_sealed(archive->input))
        SKR_TRY(open_sealed_zip(archive, &code, err));
    else
        archive->zip = zip_open(path, ZIP_RDONLY, &code);
    if (archive->zip == NULL) {
        zip_error_t why;
        if (code == ZIP_ER_MEMORY)
            return skr_fail_nomem(err, "documents");
        zip_error_init_with_code(&why, code);
        int status =
            skr_fail(err, SKR_ERR_INPUT, "%s: a damaged .zip: %s", path, zip_error_strerror(&why));
        zip_error_fini(&why);
        return status;
    }
    archive->next_member = 0;
    archive->has_wanted_member = false;
    return SKR_OK;
}

static int open_file(skr_archive *archive, const char *path, skr_err *err)
{
    const uint8_t *first;
    size_t n;
    archive->n_in = archive->n_out = archive->n_shown = archive->n_file = 0;
    archive->is_stdin = strcmp(path, "-") == 0;
    SKR_TRY(set_name(archive, archive->is_stdin ? "standard input" : path, NULL, err));
    const skr_input_plan plan = {path, archive->name, &archive->keys};
    SKR_TRY(skr_input_open(&plan, &archive->input, err));
    archive->n_file = skr_input_size(archive->input);
    archive->progress.n_bytes = archive->n_file;
    if (archive->n_file == 0 || archive->is_stdin)
        return SKR_OK;
    SKR_TRY(skr_input_peek(archive->input, 4, &first, &n, err));
    if (n == 4 && (memcmp(first, "PK\3\4", 4) == 0 || memcmp(first, "PK\5\6", 4) == 0))
        return open_zip(archive, path, err);
    return SKR_OK;
}

static int begin_document(skr_archive *archive, skr_err *err);

static int open_member(skr_archive *archive, zip_uint64_t number, skr_err *err)
{
    zip_stat_t about;
    if (zip_stat_index(archive->zip, number, 0, &about) == 0 &&
        (about.valid & ZIP_STAT_COMP_SIZE) != 0 && about.comp_size < archive->n_file)
        archive->n_in += about.comp_size; /* for the progress alone */
    archive->member = zip_fopen_index(archive->zip, number, 0);
    if (archive->member == NULL) {
        char text[160];
        if (zip_error_code_zip(zip_get_error(archive->zip)) == ZIP_ER_MEMORY)
            return skr_fail_nomem(err, "documents");
        (void)snprintf(text, sizeof text, "cannot be unpacked: %.120s", zip_strerror(archive->zip));
        return damaged(archive, text, err);
    }
    return begin_document(archive, err);
}

/* The next wanted member of the .zip. */
static int next_member(skr_archive *archive, bool *ret_is_there, skr_err *err)
{
    const char *path = archive->paths.paths[archive->next_path - 1];
    zip_int64_t n = zip_get_num_entries(archive->zip, 0);
    while (archive->next_member < n) {
        zip_uint64_t number = (zip_uint64_t)archive->next_member++;
        const char *member = zip_get_name(archive->zip, number, 0);
        if (member == NULL || member[0] == '\0' || member[strlen(member) - 1] == '/' ||
            !skr_path_is_wanted(archive->options.endings, member))
            continue;
        archive->has_wanted_member = true;
        int status = set_name(archive, path, member, err);
        if (status == SKR_OK)
            status = open_member(archive, number, err);
        *ret_is_there = status == SKR_OK;
        return status;
    }
    *ret_is_there = false;
    if (archive->has_wanted_member)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT, "%s: no file in this .zip ends in %s%s", path,
                    archive->options.endings[0],
                    archive->options.endings[1] != NULL ? " or another known ending" : "");
}

int skr_archive_next(skr_archive *archive, bool *ret_is_there, skr_err *err)
{
    for (;;) {
        end_document(archive);
        if (archive->zip != NULL) {
            bool is_there;
            SKR_TRY(next_member(archive, &is_there, err));
            if (is_there)
                break;
        }
        end_file(archive);
        while (archive->next_path == archive->paths.n) {
            if (archive->next_file == archive->options.n_files) {
                *ret_is_there = false;
                return SKR_OK;
            }
            SKR_TRY(expand(archive, archive->options.files[archive->next_file++], err));
        }
        SKR_TRY(open_file(archive, archive->paths.paths[archive->next_path++], err));
        if (archive->zip != NULL)
            continue;
        SKR_TRY(begin_document(archive, err));
        break;
    }
    archive->n_documents++;
    *ret_is_there = true;
    return SKR_OK;
}

uint64_t skr_archive_n_documents(const skr_archive *archive)
{
    return archive->n_documents;
}

/* ------------------------------------------------------------------ bytes */

static void show(skr_archive *archive)
{
    const skr_watch *watch = archive->options.watch;
    archive->progress.n_bytes_done = archive->n_in;
    if (watch != NULL && watch->on_progress != NULL && archive->n_out - archive->n_shown >= 4096) {
        archive->n_shown = archive->n_out;
        watch->on_progress(watch->context, &archive->progress);
    }
}

void skr_archive_count(skr_archive *archive, uint64_t n_records)
{
    archive->progress.n_records += n_records;
}

/* Fills the packed window again, keeping what is left in it. */
static int read_packed(skr_archive *archive, skr_err *err)
{
    const skr_watch *watch = archive->options.watch;
    if (watch != NULL && watch->stop != NULL && atomic_load(watch->stop))
        return skr_fail(err, SKR_ERR_INTERRUPTED, "interrupted");
    size_t n_left = archive->n_packed - archive->packed_at;
    memmove(archive->packed, archive->packed + archive->packed_at, n_left);
    archive->packed_at = 0;
    archive->n_packed = n_left;
    int64_t n;
    if (archive->member != NULL) {
        n = zip_fread(archive->member, archive->packed + n_left, WINDOW - n_left);
        if (n < 0 && zip_error_code_zip(zip_file_get_error(archive->member)) == ZIP_ER_MEMORY)
            return skr_fail_nomem(err, "documents");
        if (n < 0)
            return damaged(archive, zip_file_strerror(archive->member), err);
    } else {
        size_t n_read = 0;
        SKR_TRY(skr_input_read(archive->input, archive->packed + n_left, WINDOW - n_left, &n_read,
                               err));
        n = (int64_t)n_read;
    }
    archive->is_packed_end = n == 0;
    archive->n_packed += (size_t)n;
    archive->n_in += archive->member == NULL ? (uint64_t)n : 0;
    return SKR_OK;
}

/* At least two packed bytes, unless the document ends. */
static int want_packed(skr_archive *archive, skr_err *err)
{
    while (archive->n_packed - archive->packed_at < 2 && !archive->is_packed_end) {
        SKR_TRY(read_packed(archive, err));
    }
    return SKR_OK;
}

static bool is_gzip_next(const skr_archive *archive)
{
    const uint8_t *at = archive->packed + archive->packed_at;
    return archive->n_packed - archive->packed_at >= 2 && at[0] == 0x1f && at[1] == 0x8b;
}

static int begin_document(skr_archive *archive, skr_err *err)
{
    SKR_TRY(want_packed(archive, err));
    if (archive->n_packed >= 4 && archive->is_stdin && memcmp(archive->packed, "PK\3\4", 4) == 0)
        return damaged(archive, "a .zip cannot be read from a pipe; save it and name the file",
                       err);
    if (!is_gzip_next(archive))
        return SKR_OK;
    memset(&archive->gzip, 0, sizeof archive->gzip);
    if (inflateInit2(&archive->gzip, 16 + MAX_WBITS) != Z_OK)
        return skr_fail_nomem(err, "documents");
    archive->is_gzip = archive->is_inflating = true;
    return SKR_OK;
}

/* After the end of a gzip member: another one, zero bytes as some tools pad, or nothing. */
static int end_member(skr_archive *archive, skr_err *err)
{
    archive->is_inflating = false;
    for (;;) {
        SKR_TRY(want_packed(archive, err));
        if (archive->packed_at == archive->n_packed)
            return SKR_OK;
        if (is_gzip_next(archive)) {
            archive->is_inflating = inflateReset(&archive->gzip) == Z_OK;
            return SKR_OK;
        }
        if (archive->packed[archive->packed_at] != 0)
            return damaged(archive, "bytes behind the end of the .gz", err);
        archive->packed_at++;
    }
}

/* Some plain bytes out of packed ones; none at the end. */
static int inflate_some(skr_archive *archive, skr_err *err)
{
    while (archive->is_inflating && archive->n_plain == 0) {
        SKR_TRY(want_packed(archive, err));
        int status = SKR_OK;
        if (archive->packed_at == archive->n_packed)
            return damaged(archive, "the .gz ends too early; deliver it again", err);
        z_stream *gzip = &archive->gzip;
        gzip->next_in = archive->packed + archive->packed_at;
        gzip->avail_in = (uInt)(archive->n_packed - archive->packed_at);
        gzip->next_out = archive->inflated;
        gzip->avail_out = WINDOW;
        int code = inflate(gzip, Z_NO_FLUSH);
        archive->packed_at = archive->n_packed - gzip->avail_in;
        archive->plain = archive->inflated;
        archive->n_plain = WINDOW - gzip->avail_out;
        if (code == Z_MEM_ERROR)
            return skr_fail_nomem(err, "documents");
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
            return damaged(archive, "a damaged .gz; deliver it again", err);
        /* What does not move although there is input would never end. */
        if (code == Z_BUF_ERROR && archive->n_plain == 0) {
            if (archive->n_packed - archive->packed_at > 1 || archive->is_packed_end)
                return damaged(archive, "a damaged .gz; deliver it again", err);
            status = read_packed(archive, err);
        } else if (code == Z_STREAM_END) {
            status = end_member(archive, err);
        }
        if (status != SKR_OK)
            return status;
    }
    return SKR_OK;
}

static int check_growth(const skr_archive *archive, skr_err *err)
{
    uint64_t n_packed = archive->zip != NULL ? archive->n_file : archive->n_in;
    bool is_packed = archive->zip != NULL || archive->is_gzip;
    if (is_packed && archive->n_out > GROWTH_FREE &&
        archive->n_out / SKR_ARCHIVE_GROWTH_MAX > n_packed)
        return damaged(archive, "unpacks to more than 1000 times its size", err);
    if (is_packed && archive->n_out > SKR_ARCHIVE_PLAIN_MAX)
        return damaged(archive, "unpacks to more than 64 GiB; split it", err);
    return SKR_OK;
}

int skr_archive_peek(skr_archive *archive, const uint8_t **ret_bytes, size_t *ret_n, skr_err *err)
{
    int status = SKR_OK;
    if (archive->n_plain == 0) {
        if (archive->is_gzip) {
            status = inflate_some(archive, err);
        } else {
            status = want_packed(archive, err);
            archive->plain = archive->packed + archive->packed_at;
            archive->n_plain = archive->n_packed - archive->packed_at;
            archive->packed_at = archive->n_packed;
        }
        archive->n_out += archive->n_plain;
        if (status == SKR_OK)
            status = check_growth(archive, err);
        show(archive);
    }
    if (status != SKR_OK)
        return status;
    *ret_bytes = archive->plain;
    *ret_n = archive->n_plain;
    return SKR_OK;
}

int skr_archive_first(skr_archive *archive, int *ret_byte, skr_err *err)
{
    const uint8_t *bytes;
    size_t n;
    SKR_TRY(skr_archive_peek(archive, &bytes, &n, err));
    size_t at = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < n && isspace(bytes[at]))
        at++;
    *ret_byte = at < n ? bytes[at] : -1;
    return SKR_OK;
}

void skr_archive_skip(skr_archive *archive, size_t n)
{
    archive->plain += n;
    archive->n_plain -= n;
}
