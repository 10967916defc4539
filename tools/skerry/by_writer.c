/* by_writer.c - lines of alleles by dataset and population: text, tab-separated, JSON. */
#include "tools/skerry/by_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/number_text.h"
#include "tools/skerry/output.h"

int skr_by_read(const char *text, skr_alleles_by *ret_by, skr_err *err)
{
    skr_alleles_by by = {0};
    for (const char *at = text; at != NULL; at = strchr(at, ','), at = at == NULL ? NULL : at + 1) {
        size_t n = strcspn(at, ",");
        if (n == 3 && strncmp(at, "sex", n) == 0 && !by.has_sex)
            by.has_sex = true;
        else if (n == 7 && strncmp(at, "country", n) == 0 && !by.has_country)
            by.has_country = true;
        else
            return skr_fail(err, SKR_ERR_USAGE,
                            "--by: '%.*s' is none of sex, country, each once, with a comma between",
                            (int)(n < 60 ? n : 60), at);
    }
    *ret_by = by;
    return SKR_OK;
}

static const char *const columns[] = {"variant",  "dataset", "population", "ac",   "an",     "af",
                                      "carriers", "hom",     "het",        "hemi", "partial"};
#define N_COLUMNS (sizeof columns / sizeof *columns)
#define N_TEXTS 3u
#define AF 5u

/* The cells of a line; a number that is not told is a dot. */
typedef struct line {
    const char *texts[N_TEXTS];
    char numbers[N_COLUMNS - N_TEXTS][SKR_REAL_TEXT_MAX];
} line;

static void set_number(line *cells, size_t column, bool is_told, uint64_t number)
{
    char *text = cells->numbers[column - N_TEXTS];
    size_t n = is_told ? skr_number_text(number, text) : 0;
    if (!is_told)
        text[n++] = '.';
    text[n] = '\0';
}

static line line_of(const skr_allele_row *row, const skr_allele_part *part,
                    const skr_population_frequency *told)
{
    const uint32_t people[] = {told->n_carriers, told->n_hom, told->n_het, told->n_hemi,
                               told->n_partial};
    line cells = {.texts = {row->variant, part->id, told->tag}};
    set_number(&cells, 3, told->has_ac, told->ac);
    set_number(&cells, 4, true, told->an);
    char *af = cells.numbers[AF - N_TEXTS];
    af[skr_number_text_real(told->af, af)] = '\0';
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        set_number(&cells, AF + 1 + i, told->has_subcounts, people[i]);
    return cells;
}

static const char *cell_of(const line *cells, size_t column)
{
    return column < N_TEXTS ? cells->texts[column] : cells->numbers[column - N_TEXTS];
}

static void put_text(const skr_by_writer *writer, const line *cells)
{
    static const int widths[N_COLUMNS] = {-32, -12, -10, 8, 8, 12, 8, 8, 8, 8, 8};
    for (size_t i = 0; i < N_COLUMNS; i++) {
        const char *cell = cells == NULL ? columns[i] : cell_of(cells, i);
        if (writer->form == SKR_ROW_TSV)
            (void)printf("%s%s", i == 0 ? "" : "\t", cell);
        else
            (void)printf("%s%*s", i == 0 ? "" : " ", widths[i], cell);
    }
    (void)putchar('\n');
}

static void put_json(skr_by_writer *writer, const line *cells)
{
    skr_out json = {.out = stdout};
    if (writer->has_open_row)
        (void)printf("}\n");
    writer->has_open_row = true;
    (void)putchar('{');
    for (size_t i = 0; i < N_TEXTS; i++)
        skr_out_member_text(&json, columns[i], cells->texts[i]);
    for (size_t i = N_TEXTS; i < N_COLUMNS; i++) {
        const char *cell = cell_of(cells, i);
        (void)printf(",\"%s\":%s", columns[i], cell[0] == '.' ? "null" : cell);
    }
}

static int check_written(skr_err *err)
{
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

static void put_header(skr_by_writer *writer)
{
    if (!writer->has_header && writer->form != SKR_ROW_JSON)
        put_text(writer, NULL);
    writer->has_header = true;
}

int skr_by_put(skr_by_writer *writer, const skr_allele_row *row, skr_err *err)
{
    put_header(writer);
    for (size_t i = 0; i < row->n_parts; i++) {
        const skr_allele_part *part = &row->parts[i];
        for (size_t k = 0; k < part->n_populations; k++) {
            const line cells = line_of(row, part, &part->populations[k]);
            if (writer->form == SKR_ROW_JSON)
                put_json(writer, &cells);
            else
                put_text(writer, &cells);
        }
    }
    return check_written(err);
}

int skr_by_end(skr_by_writer *writer, const skr_warnings *warnings, skr_err *err)
{
    skr_out json = {.out = stdout, .has_before = true};
    put_header(writer);
    if (writer->has_open_row) {
        skr_out_warnings(&json, warnings);
        (void)printf("}\n");
    }
    writer->has_open_row = false;
    return skr_output_check(err);
}
