/* row_writer.c - rows of alleles as text, tab-separated or JSON. */
#include "tools/skerry/row_writer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/crc32c.h"
#include "storage/base/number_text.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

#define N_PIECE (64u << 10)
#define N_PIECE_TERMINAL (4u << 10) /* somebody is watching */

static const char *const answers[] = {"not-assessed", "absent", "present"};

static const char *const columns[] = {"variant", "ac",  "an",   "af",      "carriers",
                                      "hom",     "het", "hemi", "partial", "answer"};
#define N_COLUMNS (sizeof columns / sizeof *columns)
#define N_NUMBERS 5u /* after af */
static const size_t widths[N_COLUMNS] = {32, 8, 8, 12, 8, 8, 8, 8, 8, 0};

/* What a row takes beside its variant, whatever its form: words, padding and numbers. */
#define N_ROW_MAX 1024u

int skr_row_flush(skr_row_writer *writer, skr_err *err)
{
    for (size_t at = 0; at < writer->n;) {
        ssize_t n = write(writer->fd, writer->bytes + at, writer->n - at);
        if (n >= 0) {
            at += (size_t)n;
            continue;
        }
        if (errno == EINTR && !atomic_load(skr_interrupt_flag()))
            continue;
        int number = errno;
        writer->n = 0;
        if (number == EINTR)
            return skr_fail(err, SKR_ERR_INTERRUPTED, "stopped");
        return skr_output_fail(number, err);
    }
    writer->n = 0;
    return SKR_OK;
}

/* Makes room for n more bytes. */
static int make_room(skr_row_writer *writer, size_t n, skr_err *err)
{
    if (writer->n_piece == 0)
        writer->n_piece = isatty(writer->fd) ? N_PIECE_TERMINAL : N_PIECE;
    if (writer->n >= writer->n_piece) {
        int status = skr_row_flush(writer, err);
        if (status < 0)
            return status;
    }
    if (writer->n_max - writer->n >= n)
        return SKR_OK;
    size_t n_max = writer->n_piece + 2 * n; /* a longer row than this one fits too, mostly */
    char *bytes = realloc(writer->bytes, n_max);
    if (bytes == NULL)
        return skr_fail_nomem(err, "rows of alleles");
    writer->bytes = bytes;
    writer->n_max = n_max;
    return SKR_OK;
}

/* ------------------------------------------------------------------ into the room that was made */

static char *put(char *at, const char *text, size_t n)
{
    memcpy(at, text, n);
    return at + n;
}

static char *put_padding(char *at, size_t n_has, size_t width)
{
    if (n_has >= width)
        return at;
    memset(at, ' ', width - n_has);
    return at + (width - n_has);
}

/* A cell of the form; in columns the first is flush left and the others, but for the last, right.
 */
static char *put_cell(const skr_row_writer *writer, char *at, size_t column, const char *text,
                      size_t n)
{
    if (writer->form == SKR_ROW_COLUMNS && column > 0)
        at = put_padding(at, n, widths[column]);
    at = put(at, text, n);
    if (writer->form == SKR_ROW_COLUMNS && column == 0)
        at = put_padding(at, n, widths[column]);
    char separator = writer->form == SKR_ROW_TSV ? '\t' : ' ';
    *at = column + 1 < N_COLUMNS ? separator : '\n';
    return at + 1;
}

/* A cell 8 wide. */
static char *put_number(const skr_row_writer *writer, char *at, size_t column, uint64_t number)
{
    static const char one_of_eight[] = "       0 ";
    if (number < 10) { /* most are 0 */
        memcpy(at, one_of_eight, 9);
        at[7] = (char)('0' + number);
        return at + 9;
    }
    char text[SKR_NUMBER_TEXT_MAX];
    return put_cell(writer, at, column, text, skr_number_text(number, text));
}

static char *put_columns(const skr_row_writer *writer, char *at, const skr_allele_row *row,
                         size_t n_variant)
{
    const uint64_t numbers[N_NUMBERS] = {row->n_carriers, row->n_hom, row->n_het, row->n_hemi,
                                         row->n_partial};
    const char *answer = answers[row->answer];
    char af[SKR_REAL_TEXT_MAX] = ".";
    size_t n_af = isfinite(row->af) ? skr_number_text_six(row->af, af) : 1;
    at = put_cell(writer, at, 0, row->variant, n_variant);
    at = put_number(writer, at, 1, row->ac);
    at = put_number(writer, at, 2, row->an);
    at = put_cell(writer, at, 3, af, n_af);
    for (size_t i = 0; i < N_NUMBERS; i++)
        at = put_number(writer, at, 4 + i, numbers[i]);
    return put_cell(writer, at, N_COLUMNS - 1, answer, strlen(answer));
}

static char *put_tabbed(char *at, uint64_t number)
{
    at += skr_number_text(number, at);
    *at = '\t';
    return at + 1;
}

static char *put_tsv(char *at, const skr_allele_row *row, size_t n_variant)
{
    const char *answer = answers[row->answer];
    at = put(at, row->variant, n_variant);
    *at++ = '\t';
    at = put_tabbed(at, row->ac);
    at = put_tabbed(at, row->an);
    if (isfinite(row->af))
        at += skr_number_text_real(row->af, at);
    else
        *at++ = '.';
    *at++ = '\t';
    at = put_tabbed(at, row->n_carriers);
    at = put_tabbed(at, row->n_hom);
    at = put_tabbed(at, row->n_het);
    at = put_tabbed(at, row->n_hemi);
    at = put_tabbed(at, row->n_partial);
    at = put(at, answer, strlen(answer));
    *at = '\n';
    return at + 1;
}

#define PUT_WORD(at, word) put(at, word, sizeof word - 1)

static char *put_json(char *at, const skr_allele_row *row, size_t n_variant)
{
    at = PUT_WORD(at, "{\"variant\":\"");
    for (size_t i = 0; i < n_variant;) {
        char c = row->variant[i];
        size_t n_escaped = 1;
        if (c > ' ' && c < 0x7f && c != '"' && c != '\\') {
            *at = c;
            i++;
        } else {
            i += skr_json_character(row->variant + i, n_variant - i, at, &n_escaped);
        }
        at += n_escaped;
    }
    at = PUT_WORD(at, "\",\"ac\":");
    at += skr_number_text(row->ac, at);
    at = PUT_WORD(at, ",\"an\":");
    at += skr_number_text(row->an, at);
    at = PUT_WORD(at, ",\"af\":");
    if (isfinite(row->af))
        at += skr_number_text_real(row->af, at);
    else
        at = PUT_WORD(at, "null");
    at = PUT_WORD(at, ",\"carriers\":");
    at += skr_number_text(row->n_carriers, at);
    at = PUT_WORD(at, ",\"hom\":");
    at += skr_number_text(row->n_hom, at);
    at = PUT_WORD(at, ",\"het\":");
    at += skr_number_text(row->n_het, at);
    at = PUT_WORD(at, ",\"hemi\":");
    at += skr_number_text(row->n_hemi, at);
    at = PUT_WORD(at, ",\"partial\":");
    at += skr_number_text(row->n_partial, at);
    at = PUT_WORD(at, ",\"answer\":\"");
    at = put(at, answers[row->answer], strlen(answers[row->answer]));
    return PUT_WORD(at, "\""); /* skr_row_end may have to add a member */
}

/* ------------------------------------------------------------------ what annotations say */

/* The lists of a row, and their names. */
#define N_LISTS 6u
static const char *const list_names[N_LISTS] = {"genes",   "effects",       "proteins",
                                                "impacts", "significances", "names"};

static const skr_allele_words *list_of(const skr_allele_row *row, size_t i)
{
    const skr_allele_words *const lists[N_LISTS] = {&row->said.genes,         &row->said.effects,
                                                    &row->said.proteins,      &row->said.impacts,
                                                    &row->said.significances, &row->said.names};
    return lists[i];
}

/* How many bytes the members may take. */
static size_t said_room(const skr_allele_row *row)
{
    size_t n = 0;
    for (size_t i = 0; row->is_annotated && i < N_LISTS; i++) {
        const char *text = list_of(row, i)->text;
        n += 32;
        for (uint32_t w = 0; w < list_of(row, i)->n; w++) {
            n += strlen(text) * SKR_JSON_CHARACTER_MAX + 4;
            text += strlen(text) + 1;
        }
    }
    return n;
}

static char *put_string(char *at, const char *text)
{
    size_t n = strlen(text);
    *at++ = '"';
    for (size_t i = 0; i < n;) {
        size_t n_escaped = 0;
        i += skr_json_character(text + i, n - i, at, &n_escaped);
        at += n_escaped;
    }
    *at++ = '"';
    return at;
}

static char *put_said(char *at, const skr_allele_row *row)
{
    for (size_t i = 0; row->is_annotated && i < N_LISTS; i++) {
        const skr_allele_words *words = list_of(row, i);
        const char *text = words->text;
        at += snprintf(at, 32, ",\"%s\":[", list_names[i]);
        for (uint32_t w = 0; w < words->n; w++) {
            if (w > 0)
                *at++ = ',';
            at = put_string(at, text);
            text += strlen(text) + 1;
        }
        *at++ = ']';
    }
    return at;
}

/* ------------------------------------------------------------------ beside the rows */

static const char *const beside_columns[] = {"ac_unrelated", "an_unrelated", "af_unrelated"};
#define N_BESIDE (sizeof beside_columns / sizeof *beside_columns)

int skr_beside_keep(skr_beside *beside, const skr_allele_row *row, skr_err *err)
{
    SKR_TRY(
        SKR_ARRAY_RESERVE(&beside->rows, &beside->n_max, beside->n + 1, "rows of alleles", err));
    beside->rows[beside->n++] =
        (skr_beside_row){row->ac, row->an, skr_crc32c(row->variant, strlen(row->variant))};
    return SKR_OK;
}

void skr_beside_done(skr_beside *beside)
{
    free(beside->rows);
    *beside = (skr_beside){0};
}

/* Two questions about the same alleles of one generation have the same rows. */
static const skr_beside_row *next_beside(skr_beside *beside, const skr_allele_row *row)
{
    SKR_CHECK(beside->next < beside->n);
    const skr_beside_row *one = &beside->rows[beside->next++];
    SKR_CHECK(one->hash == skr_crc32c(row->variant, strlen(row->variant)));
    return one;
}

/* A cell more behind a line that has ended. */
static char *add_cell(const skr_row_writer *writer, char *at, const char *text, size_t n)
{
    bool is_padded = writer->form == SKR_ROW_COLUMNS;
    at[-1] = is_padded ? ' ' : '\t';
    at = put(is_padded ? put_padding(at, n, 12) : at, text, n);
    *at = '\n';
    return at + 1;
}

/* The members or cells of the unrelated. */
static char *put_beside(skr_row_writer *writer, char *at, const skr_allele_row *row)
{
    const skr_beside_row *one = next_beside(writer->beside, row);
    const uint64_t numbers[] = {one->ac, one->an};
    double af = (double)one->ac / (double)one->an;
    bool is_json = writer->form == SKR_ROW_JSON;
    char text[SKR_REAL_TEXT_MAX];
    for (size_t i = 0; i < N_BESIDE; i++) {
        size_t n = i < 2          ? skr_number_text(numbers[i], text)
                   : one->an == 0 ? (size_t)snprintf(text, sizeof text, is_json ? "null" : ".")
                                  : skr_number_text_real(af, text);
        if (is_json)
            at += snprintf(at, 64, ",\"%s\":%.*s", beside_columns[i], (int)n, text);
        else
            at = add_cell(writer, at, text, n);
    }
    return at;
}

int skr_row_put_header(skr_row_writer *writer, skr_err *err)
{
    if (writer->form == SKR_ROW_JSON || writer->has_header)
        return SKR_OK;
    int status = make_room(writer, N_ROW_MAX, err);
    if (status < 0)
        return status;
    char *at = writer->bytes + writer->n;
    for (size_t i = 0; i < N_COLUMNS; i++)
        at = put_cell(writer, at, i, columns[i], strlen(columns[i]));
    for (size_t i = 0; i < N_BESIDE && writer->beside != NULL; i++)
        at = add_cell(writer, at, beside_columns[i], strlen(beside_columns[i]));
    writer->n = (size_t)(at - writer->bytes);
    writer->has_header = true;
    return SKR_OK;
}

int skr_row_put(skr_row_writer *writer, const skr_allele_row *row, skr_err *err)
{
    size_t n_variant = strlen(row->variant);
    int status = skr_row_put_header(writer, err);
    if (status < 0)
        return status;
    status =
        make_room(writer, n_variant * SKR_JSON_CHARACTER_MAX + N_ROW_MAX + said_room(row), err);
    if (status < 0)
        return status;
    char *at = writer->bytes + writer->n;
    if (writer->has_open_row)
        at = PUT_WORD(at, "}\n");
    writer->has_open_row = writer->form == SKR_ROW_JSON;
    if (writer->form == SKR_ROW_JSON)
        at = put_said(put_json(at, row, n_variant), row);
    else if (writer->form == SKR_ROW_TSV)
        at = put_tsv(at, row, n_variant);
    else
        at = put_columns(writer, at, row, n_variant);
    if (writer->beside != NULL)
        at = put_beside(writer, at, row);
    writer->n = (size_t)(at - writer->bytes);
    return SKR_OK;
}

/* The member "warnings", with the comma before it. The caller frees *ret_text. */
static int format_warnings(const skr_warnings *warnings, char **ret_text, size_t *ret_n,
                           skr_err *err)
{
    skr_out json = {.out = open_memstream(ret_text, ret_n), .has_before = true};
    if (json.out == NULL)
        return skr_fail_nomem(err, "rows of alleles");
    skr_out_warnings(&json, warnings);
    bool is_bad = ferror(json.out) != 0;
    if (fclose(json.out) == 0 && !is_bad)
        return SKR_OK;
    return skr_fail_nomem(err, "rows of alleles");
}

int skr_row_end(skr_row_writer *writer, const skr_warnings *warnings, skr_err *err)
{
    char *text = NULL;
    size_t n = 0;
    if (!writer->has_open_row)
        return SKR_OK;
    int status = format_warnings(warnings, &text, &n, err);
    if (status == SKR_OK)
        status = make_room(writer, n + 2, err);
    if (status == SKR_OK) {
        char *at = put(writer->bytes + writer->n, text != NULL ? text : "", n);
        at = PUT_WORD(at, "}\n");
        writer->n = (size_t)(at - writer->bytes);
        writer->has_open_row = false;
    }
    free(text);
    return status;
}

void skr_row_writer_done(skr_row_writer *writer)
{
    free(writer->bytes);
    writer->bytes = NULL;
    writer->n = 0;
    writer->n_max = 0;
}
