/* import_checksums.c - the list of --checksums, and the files of a delivery compared with it. */
#include "engine/import/genomes/import_checksums.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/sealed/input.h"
#include "storage/base/array.h"

#define LIST_BYTES_MAX ((size_t)64 << 20)
#define HEX_DIGITS ((size_t)2 * SKR_DIGEST_SIZE)
#define BSD_START "SHA256 ("
#define BSD_MIDDLE ") = "

typedef struct checksum {
    const char *name; /* in the text of the list */
    const char *hex;
} checksum;

typedef struct checksum_list {
    const char *path;
    skr_buffer text;
    checksum *lines;
    uint32_t n_lines;
    uint32_t n_lines_max;
} checksum_list;

static void list_done(checksum_list *list)
{
    skr_buffer_done(&list->text);
    free(list->lines);
}

static int read_text(const skr_import *import, checksum_list *list, skr_err *err)
{
    const skr_input_plan plan = {.path = list->path, .name = list->path, .keys = &import->keys};
    skr_input *input = NULL;
    SKR_TRY(skr_input_open(&plan, &input, err));
    int status = SKR_OK;
    for (size_t n = 1; status == SKR_OK && n > 0;) {
        status = skr_buffer_reserve(&list->text, 65536, err);
        if (status == SKR_OK)
            status = skr_input_read(input, list->text.bytes + list->text.n, 65536, &n, err);
        if (status != SKR_OK)
            break;
        list->text.n += n;
        if (list->text.n > LIST_BYTES_MAX)
            status = skr_fail(err, SKR_ERR_INPUT, "%s: longer than %zu MiB: no list of checksums",
                              list->path, LIST_BYTES_MAX >> 20);
    }
    skr_input_close(input);
    if (status == SKR_OK && memchr(list->text.bytes, '\0', list->text.n) != NULL)
        status =
            skr_fail(err, SKR_ERR_INPUT, "%s: holds a zero byte: no list of checksums", list->path);
    return status == SKR_OK ? skr_buffer_put_u8(&list->text, 0, err) : status;
}

static bool is_hex(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") >= HEX_DIGITS;
}

/* One line of either form; false: it is neither. */
static bool parse_line(char *line, checksum *ret_sum)
{
    if (strncmp(line, BSD_START, strlen(BSD_START)) == 0) {
        char *middle = NULL;
        for (char *at = line; (at = strstr(at, BSD_MIDDLE)) != NULL; at++)
            middle = at; /* the last one: a name may hold it too */
        if (middle == NULL || !is_hex(middle + strlen(BSD_MIDDLE)) ||
            middle[strlen(BSD_MIDDLE) + HEX_DIGITS] != '\0')
            return false;
        *middle = '\0';
        *ret_sum = (checksum){line + strlen(BSD_START), middle + strlen(BSD_MIDDLE)};
        return true;
    }
    if (!is_hex(line) || line[HEX_DIGITS] != ' ' ||
        (line[HEX_DIGITS + 1] != ' ' && line[HEX_DIGITS + 1] != '*') ||
        line[HEX_DIGITS + 2] == '\0')
        return false;
    *ret_sum = (checksum){line + HEX_DIGITS + 2, line};
    return true;
}

static int parse(checksum_list *list, skr_err *err)
{
    char *rest = (char *)list->text.bytes;
    for (uint32_t number = 1; rest != NULL; number++) {
        char *line = strsep(&rest, "\n");
        size_t n = strlen(line);
        if (n > 0 && line[n - 1] == '\r')
            line[--n] = '\0';
        if (n == 0 || line[0] == '#')
            continue;
        SKR_TRY(SKR_ARRAY_RESERVE(&list->lines, &list->n_lines_max, list->n_lines + 1, list->path,
                                  err));
        if (!parse_line(line, &list->lines[list->n_lines]))
            return skr_fail(err, SKR_ERR_INPUT,
                            "%s, line %" PRIu32 ": not what sha256sum writes: 64 hex digits, two "
                            "blanks, a name",
                            list->path, number);
        list->n_lines++;
    }
    if (list->n_lines == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: names no file", list->path);
    return SKR_OK;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The line of a file; by its last part only where none has the name as given. */
static int find_line(const checksum_list *list, const char *given, const checksum **ret_line,
                     skr_err *err)
{
    *ret_line = NULL;
    for (int is_exact = 1; is_exact >= 0 && *ret_line == NULL; is_exact--) {
        for (uint32_t i = 0; i < list->n_lines; i++) {
            const checksum *line = &list->lines[i];
            bool is_named = is_exact ? strcmp(line->name, given) == 0
                                     : strcmp(last_part(line->name), last_part(given)) == 0;
            if (!is_named)
                continue;
            if (*ret_line != NULL && strncasecmp((*ret_line)->hex, line->hex, HEX_DIGITS) != 0)
                return skr_fail(err, SKR_ERR_INPUT, "%s: has two digests of %s", list->path,
                                last_part(given));
            *ret_line = line;
        }
    }
    return SKR_OK;
}

static int compare(const checksum_list *list, const skr_import_file *file, skr_err *err)
{
    char hex[HEX_DIGITS + 1];
    const checksum *line;
    SKR_TRY(find_line(list, file->given, &line, err));
    if (line == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s: %s does not name it; nothing was imported",
                        file->name, list->path);
    skr_digest_hex(file->digest, sizeof file->digest, hex);
    if (strncasecmp(line->hex, hex, HEX_DIGITS) != 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: not the file that %s names: its SHA-256 is %s, expected is %.64s; "
                        "fetch it again",
                        file->name, list->path, hex, line->hex);
    return SKR_OK;
}

int skr_import_checksums_check(const skr_import *import, skr_err *err)
{
    checksum_list list = {.path = import->request->checksums};
    if (list.path == NULL)
        return SKR_OK;
    int status = read_text(import, &list, err);
    if (status == SKR_OK)
        status = parse(&list, err);
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++)
        status = compare(&list, &import->files[i], err);
    list_done(&list);
    return status;
}
