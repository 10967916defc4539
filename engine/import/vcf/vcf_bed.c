/*
 * vcf_bed.c - the lines of a BED.
 */
#include "engine/import/vcf/vcf_bed.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_bytes.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

#define LINE_MAX_BYTES (1u << 20)

typedef struct reading {
    skr_bed *bed;
    skr_vcf_bytes bytes;
    skr_vcf_where where;
    const char *path;
    size_t n_lines_max;
} reading;

void skr_bed_done(skr_bed *bed)
{
    skr_names_done(&bed->names);
    free(bed->lines);
    *bed = (skr_bed){0};
}

static int fail(const reading *r, skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s, line %" PRIu64 ": %s", r->path, r->where.n_lines,
                    what);
}

/* The next line without its end, NUL-terminated; *ret_line NULL: there is none. */
static int next_line(reading *r, char **ret_line, skr_err *err)
{
    uint8_t *from;
    size_t n_left;
    char *end = NULL;
    SKR_TRY(skr_vcf_bytes_need(&r->bytes, LINE_MAX_BYTES, &from, &n_left, err));
    *ret_line = NULL;
    if (n_left == 0)
        return skr_vcf_bytes_check_end(&r->bytes, err);
    r->where.n_lines++;
    end = memchr(from, '\n', n_left);
    if (end == NULL && n_left >= LINE_MAX_BYTES)
        return fail(r, err, "is too long for a line of a BED");
    size_t n = end != NULL ? (size_t)(end - (char *)from) : n_left;
    r->bytes.at += n + (end != NULL);
    if (memchr(from, '\0', n) != NULL)
        return fail(r, err, "holds a NUL byte");
    from[n] = '\0';
    if (n > 0 && from[n - 1] == '\r')
        from[n - 1] = '\0';
    *ret_line = (char *)from;
    return SKR_OK;
}

static bool begins_with_word(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && (line[n] == '\0' || line[n] == ' ' || line[n] == '\t');
}

/* The number of a column: digits alone, and a place on a contig. */
static bool take_place(char **at, uint32_t *ret_place)
{
    uint64_t value = 0;
    char *from = *at + strspn(*at, " \t");
    size_t n = strspn(from, "0123456789");
    if (n == 0 || n > 10 || (from[n] != '\0' && from[n] != ' ' && from[n] != '\t'))
        return false;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (uint64_t)(from[i] - '0');
    *at = from + n;
    *ret_place = value > SKR_CONTIG_LENGTH_MAX ? SKR_CONTIG_LENGTH_MAX : (uint32_t)value;
    return true;
}

static int take_line(reading *r, char *line, skr_err *err)
{
    skr_bed *bed = r->bed;
    skr_bed_line one = {0};
    size_t n_name = strcspn(line, " \t");
    char *at = line + n_name;
    if (*line == '\0' || *line == '#' || begins_with_word(line, "track") ||
        begins_with_word(line, "browser") || line[strspn(line, " \t")] == '\0')
        return SKR_OK;
    if (n_name == 0 || n_name > SKR_NAME_MAX || !take_place(&at, &one.start0) ||
        !take_place(&at, &one.end0))
        return fail(r, err, "a line of a BED is a contig, a start and an end, with tabs between");
    if (one.end0 < one.start0)
        return fail(r, err, "the end lies before the start");
    SKR_TRY(skr_names_add_n(&bed->names, line, n_name, &one.contig, NULL, err));
    if (one.start0 == one.end0)
        return SKR_OK;
    skr_bed_line *last = bed->n_lines > 0 ? &bed->lines[bed->n_lines - 1] : NULL;
    if (last != NULL && last->contig == one.contig && last->end0 == one.start0) {
        last->end0 = one.end0;
        return SKR_OK;
    }
    if (bed->n_lines >= r->n_lines_max)
        return fail(r, err, "has more stretches than --memory leaves room for");
    SKR_TRY(SKR_ARRAY_RESERVE(&bed->lines, &bed->n_lines_max, bed->n_lines + 1, r->path, err));
    bed->lines[bed->n_lines++] = one;
    return SKR_OK;
}

static int read_lines(reading *r, skr_err *err)
{
    for (;;) {
        char *line;
        SKR_TRY(next_line(r, &line, err));
        if (line == NULL)
            return SKR_OK;
        if (r->where.n_lines == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
            line += 3;
        SKR_TRY(take_line(r, line, err));
    }
}

int skr_bed_read(const char *path, const struct skr_seal_keys *keys, size_t n_bytes_max,
                 skr_bed *bed, skr_err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    reading r = {.bed = bed,
                 .path = is_stdin ? "standard input" : path,
                 .n_lines_max = n_bytes_max / sizeof *bed->lines};
    r.where.name = (char *)r.path;
    const skr_input_plan input = {path, r.path, keys};
    int status = skr_vcf_bytes_open(&r.bytes, &r.where, &input, 1, err);
    if (status == SKR_OK)
        status = read_lines(&r, err);
    skr_vcf_bytes_done(&r.bytes);
    return status;
}
