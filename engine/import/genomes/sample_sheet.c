/*
 * sample_sheet.c - reads the TSV of --samples, as spreadsheets and editors write it: with a byte
 * order mark, CR LF, empty lines.
 */
#include "engine/import/genomes/sample_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/sealed/input.h"
#include "index/contigs/contig.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

typedef enum column {
    SAMPLE,
    FILE_NAME,
    INDIVIDUAL,
    BIOSAMPLE,
    SEX,
    PRIMARY,
    N_COLUMNS
} column;

static const char *const column_names[N_COLUMNS] = {"sample",    "file", "individual",
                                                    "biosample", "sex",  "primary"};

typedef struct reader {
    skr_sample_sheet *table;
    uint32_t line;
    uint32_t n_lines_max;
    int at[N_COLUMNS]; /* position of each column, -1: not there */
} reader;

static int fail(const reader *r, skr_err *err, const char *what, const char *value)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s, line %u: %s '%s'", r->table->path, r->line, what,
                    value);
}

static int parse_header(reader *r, char *line, skr_err *err)
{
    for (int i = 0; i < N_COLUMNS; i++)
        r->at[i] = -1;
    char *rest = line;
    for (int at = 0; rest != NULL; at++) {
        char *name = strsep(&rest, "\t");
        for (int i = 0; i < N_COLUMNS; i++) {
            if (strcasecmp(name, column_names[i]) != 0)
                continue;
            if (r->at[i] >= 0)
                return fail(r, err, "two columns are called", name);
            r->at[i] = at;
        }
    }
    if (r->at[SAMPLE] < 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, line %u: the first line must name the columns, with tabs: sample, and "
                        "any of file, individual, biosample, sex, primary",
                        r->table->path, r->line);
    return SKR_OK;
}

static int parse_primary(const reader *r, const char *text, bool *ret_is_not_primary, skr_err *err)
{
    if (*text == '\0' || strcasecmp(text, "yes") == 0) {
        *ret_is_not_primary = false;
        return SKR_OK;
    }
    if (strcasecmp(text, "no") == 0) {
        *ret_is_not_primary = true;
        return SKR_OK;
    }
    return fail(r, err, "primary must be yes or no, not", text);
}

/* Room for one more line, zeroed. */
static int make_room(reader *r, skr_err *err)
{
    uint32_t n_before = r->n_lines_max;
    SKR_TRY(SKR_ARRAY_RESERVE(&r->table->lines, &r->n_lines_max, r->table->keys.n + 1,
                              r->table->path, err));
    memset(r->table->lines + n_before, 0, (r->n_lines_max - n_before) * sizeof *r->table->lines);
    return SKR_OK;
}

/* The number of a line by its file and sample, which is added when it is new and `is_adding`. */
static int find_key(skr_sample_sheet *table, const char *file, const char *sample, bool is_adding,
                    uint32_t *ret_number, bool *ret_is_new, skr_err *err)
{
    size_t n_file = strlen(file);
    size_t n_sample = strlen(sample);
    char *key = malloc(n_file + n_sample + 2);
    if (key == NULL)
        return skr_fail_nomem(err, table->path);
    memcpy(key, file, n_file);
    key[n_file] = '\t';
    memcpy(key + n_file + 1, sample, n_sample + 1);
    int status = SKR_OK;
    if (is_adding)
        status =
            skr_names_add_n(&table->keys, key, n_file + n_sample + 1, ret_number, ret_is_new, err);
    else
        *ret_number = skr_names_find_n(&table->keys, key, n_file + n_sample + 1);
    free(key);
    return status;
}

/* The texts of a line, kept. */
static int keep_texts(const reader *r, const char *const *value, skr_sample_line *line,
                      skr_err *err)
{
    line->sample = strdup(value[SAMPLE]);
    line->file = strdup(value[FILE_NAME]);
    line->individual = strdup(value[INDIVIDUAL]);
    line->biosample = strdup(value[BIOSAMPLE]);
    if (line->sample == NULL || line->file == NULL || line->individual == NULL ||
        line->biosample == NULL)
        return skr_fail_nomem(err, r->table->path);
    r->table->has_files = r->table->has_files || *line->file != '\0';
    return SKR_OK;
}

static int parse_line(reader *r, char *text, skr_err *err)
{
    const char *value[N_COLUMNS] = {"", "", "", "", "", ""};
    char *rest = text;
    for (int at = 0; rest != NULL; at++) {
        const char *field = strsep(&rest, "\t");
        for (int i = 0; i < N_COLUMNS; i++)
            if (r->at[i] == at)
                value[i] = field;
    }
    if (*value[SAMPLE] == '\0')
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %u: no sample is named", r->table->path,
                        r->line);
    for (int i = 0; i < N_COLUMNS; i++)
        if (strlen(value[i]) > (i == FILE_NAME ? SKR_SHEET_PATH_MAX : SKR_NAME_MAX))
            return skr_fail(err, SKR_ERR_INPUT, "%s, line %u: %s is longer than %u bytes",
                            r->table->path, r->line, column_names[i],
                            i == FILE_NAME ? SKR_SHEET_PATH_MAX : SKR_NAME_MAX);
    uint32_t number;
    bool is_new;
    SKR_TRY(make_room(r, err));
    SKR_TRY(find_key(r->table, value[FILE_NAME], value[SAMPLE], true, &number, &is_new, err));
    if (!is_new)
        return fail(r, err, "named a second time: sample", value[SAMPLE]);
    skr_sample_line *line = &r->table->lines[number];
    line->line = r->line;
    SKR_TRY(keep_texts(r, value, line, err));
    int status = skr_contig_karyotype_parse(value[SEX], &line->karyotype, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s, line %u", r->table->path, r->line);
    return parse_primary(r, value[PRIMARY], &line->is_not_primary, err);
}

/* One line of the file, without its end; the byte order mark of the first is dropped. */
static int take_line(reader *r, char *text, size_t n, bool *has_header, skr_err *err)
{
    r->line++;
    if (n > SKR_SHEET_LINE_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %u: longer than %u bytes", r->table->path,
                        r->line, SKR_SHEET_LINE_MAX);
    if (strlen(text) != n)
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %u: holds a NUL byte", r->table->path,
                        r->line);
    if (r->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        n -= 3;
    }
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = '\0';
    if (text[strspn(text, " \t")] == '\0')
        return SKR_OK;
    if (*has_header)
        return parse_line(r, text, err);
    *has_header = true;
    return parse_header(r, text, err);
}

/* Bytes of the sheet that were read and are in no line yet. */
typedef struct window {
    skr_input *input;
    size_t at;
    size_t n;
    uint8_t bytes[4096];
} window;

/* The next line with its end into room for SKR_SHEET_LINE_MAX and two more, NUL-terminated; 0
 * bytes: the end. A longer one is cut: take_line refuses it. */
static int get_line(window *from, char *text, size_t *ret_n, skr_err *err)
{
    size_t n = 0;
    while (n <= SKR_SHEET_LINE_MAX && (n == 0 || text[n - 1] != '\n')) {
        if (from->at == from->n) {
            from->at = 0;
            SKR_TRY(skr_input_read(from->input, from->bytes, sizeof from->bytes, &from->n, err));
            if (from->n == 0)
                break;
        }
        text[n++] = (char)from->bytes[from->at++];
    }
    text[n] = '\0';
    *ret_n = n;
    return SKR_OK;
}

/* All lines. */
static int read_lines(reader *r, const skr_input_plan *plan, char *text, skr_err *err)
{
    window from = {.at = 0};
    bool has_header = false;
    size_t n = 0;
    SKR_TRY(skr_input_open(plan, &from.input, err));
    int status = get_line(&from, text, &n, err);
    while (status == SKR_OK && n > 0) {
        status = take_line(r, text, n, &has_header, err);
        if (status == SKR_OK)
            status = get_line(&from, text, &n, err);
    }
    skr_input_close(from.input);
    if (status != SKR_OK || has_header)
        return status;
    return skr_fail(err, SKR_ERR_INPUT, "%s: empty: the first line must name the columns",
                    plan->name);
}

int skr_sample_sheet_read(const char *path, const struct skr_seal_keys *keys,
                          skr_sample_sheet *ret_table, skr_err *err)
{
    skr_sample_sheet table = {.path = strdup(path)};
    reader r = {.table = &table};
    char *text = malloc(SKR_SHEET_LINE_MAX + 2);
    const skr_input_plan plan = {path, path, keys};
    int status = text == NULL || table.path == NULL ? skr_fail_nomem(err, path)
                                                    : read_lines(&r, &plan, text, err);
    free(text);
    if (status != SKR_OK)
        skr_sample_sheet_done(&table);
    else
        *ret_table = table;
    return status;
}

int skr_sample_sheet_find(skr_sample_sheet *table, const skr_sample_place *place,
                          const skr_sample_line **ret_line, skr_err *err)
{
    const char *files[] = {place->given, place->file, ""};
    uint32_t number = UINT32_MAX;
    *ret_line = NULL;
    if (table->keys.n == 0)
        return SKR_OK;
    for (size_t i = table->has_files ? 0 : 2; i < 3 && number == UINT32_MAX; i++) {
        SKR_TRY(find_key(table, files[i], place->sample, false, &number, NULL, err));
    }
    if (number == UINT32_MAX)
        return SKR_OK;
    skr_sample_line *line = &table->lines[number];
    if (line->is_used && *line->file != '\0' && strcmp(line->given, place->given) != 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, line %u: file '%s' is %s and %s: write the path as on the command "
                        "line",
                        table->path, line->line, line->file, line->given, place->given);
    line->is_used = true;
    line->given = place->given;
    *ret_line = line;
    return SKR_OK;
}

const char *skr_sample_sheet_line_name(const skr_sample_line *line)
{
    if (*line->file == '\0')
        return line->sample;
    return *line->biosample != '\0'    ? line->biosample
           : *line->individual != '\0' ? line->individual
                                       : line->sample;
}

uint32_t skr_sample_sheet_count_unused(const skr_sample_sheet *table,
                                       const skr_sample_line **ret_first)
{
    uint32_t n = 0;
    *ret_first = NULL;
    for (uint32_t i = 0; i < table->keys.n; i++)
        if (!table->lines[i].is_used && n++ == 0)
            *ret_first = &table->lines[i];
    return n;
}

void skr_sample_sheet_done(skr_sample_sheet *table)
{
    for (uint32_t i = 0; i < table->keys.n && table->lines != NULL; i++) {
        free(table->lines[i].sample);
        free(table->lines[i].file);
        free(table->lines[i].individual);
        free(table->lines[i].biosample);
    }
    free(table->lines);
    free(table->path);
    skr_names_done(&table->keys);
    *table = (skr_sample_sheet){0};
}
