/*
 * people_tsv.c - people from a table: one a line, under a header (docs/people-formats.md).
 */
#include "engine/import/documents/people_tsv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/documents/text_lines.h"
#include "index/people/age_range.h"
#include "index/terms/curie.h"
#include "storage/base/limits.h"

typedef enum column_kind {
    COLUMN_INDIVIDUAL,
    COLUMN_SEX,
    COLUMN_AGE,
    COLUMN_WORD,    /* one term or word: country, ancestry */
    COLUMN_TERMS,   /* a list */
    COLUMN_MEASURE, /* a number; the column's name is a CURIE */
} column_kind;

typedef struct column {
    column_kind kind;
    skr_term_kind term_kind;
    char *curie; /* of a measure */
} column;

typedef struct table {
    skr_people_reader *reader;
    skr_lines lines;
    column *columns;
    char **fields;
    size_t n_columns;
    size_t individual;   /* which column */
    uint64_t n_sexes[3]; /* people whose sex is said as 0, 1, 2 */
} table;

static const struct {
    const char *name;
    column_kind kind;
    skr_term_kind term_kind;
} known[] = {
    {"individual", COLUMN_INDIVIDUAL, 0},
    {"id", COLUMN_INDIVIDUAL, 0},
    {"sex", COLUMN_SEX, 0},
    {"age", COLUMN_AGE, 0},
    {"country", COLUMN_WORD, SKR_TERM_COUNTRY},
    {"ancestry", COLUMN_WORD, SKR_TERM_ANCESTRY},
    {"terms", COLUMN_TERMS, SKR_TERM_PHENOTYPE},
    {"phenotypes", COLUMN_TERMS, SKR_TERM_PHENOTYPE},
    {"diseases", COLUMN_TERMS, SKR_TERM_DISEASE},
    {"treatments", COLUMN_TERMS, SKR_TERM_TREATMENT},
    {"procedures", COLUMN_TERMS, SKR_TERM_PROCEDURE},
    {"exposures", COLUMN_TERMS, SKR_TERM_EXPOSURE},
};

static char *trim(char *text)
{
    while (*text == ' ')
        text++;
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

/* The text without the quotes that stand around all of it, as programs that write tables put them;
 * "a";"b" are two. */
static char *unquote(char *text)
{
    text = trim(text);
    size_t n = strlen(text);
    bool is_quoted = n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n - 1] == text[0];
    if (!is_quoted || memchr(text + 1, text[0], n - 2) != NULL)
        return text;
    text[n - 1] = '\0';
    return trim(text + 1);
}

/* ------------------------------------------------------------------ the header */

static int read_column(table *t, const char *name, column *ret_column)
{
    char curie[SKR_CURIE_MAX];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(name, known[i].name) == 0) {
            *ret_column = (column){.kind = known[i].kind, .term_kind = known[i].term_kind};
            return SKR_OK;
        }
    }
    if (!skr_curie_read(name, curie))
        return skr_people_reader_fail(
            t->reader,
            "column \"%.60s\" is not known: individual, sex, age, country, "
            "ancestry, terms, phenotypes, diseases, treatments, procedures, "
            "exposures, or the CURIE of a measure",
            name);
    *ret_column =
        (column){.kind = COLUMN_MEASURE, .term_kind = SKR_TERM_MEASURE, .curie = strdup(curie)};
    return ret_column->curie == NULL ? skr_fail_nomem(t->reader->err, "people") : SKR_OK;
}

/* Are two columns one measure in two spellings? */
static bool is_same_measure(const table *t, size_t a, size_t b)
{
    const char *curie = t->columns[a].curie;
    const char *other = t->columns[b].curie;
    return curie != NULL && other != NULL && strcmp(curie, other) == 0;
}

static int read_header(table *t, char *line)
{
    size_t n = skr_lines_split(line, '\t', t->fields, SKR_TABLE_COLUMNS_MAX);
    if (n > SKR_TABLE_COLUMNS_MAX)
        return skr_people_reader_fail(t->reader, "more than %d columns", SKR_TABLE_COLUMNS_MAX);
    t->columns = calloc(n, sizeof *t->columns);
    if (t->columns == NULL)
        return skr_fail_nomem(t->reader->err, "people");
    t->n_columns = n;
    size_t n_individual = 0;
    for (size_t i = 0; i < n; i++) {
        char *name = unquote(t->fields[i]);
        t->fields[i] = name;
        SKR_TRY(read_column(t, i == 0 && name[0] == '#' ? trim(name + 1) : name, &t->columns[i]));
        bool is_individual = t->columns[i].kind == COLUMN_INDIVIDUAL;
        n_individual += is_individual;
        t->individual = is_individual ? i : t->individual;
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(t->fields[k], name) == 0 || is_same_measure(t, k, i))
                return skr_people_reader_fail(t->reader, "two columns \"%.60s\"", name);
    }
    if (n_individual != 1)
        return skr_people_reader_fail(t->reader, "one column must be \"individual\" (columns are "
                                                 "separated by tabs)");
    return SKR_OK;
}

/* ------------------------------------------------------------------ the rows */

/* Says the fact of each of n CURIEs that stand one after the other. */
static int say_each(table *t, const char *curies, size_t n, skr_fact *fact)
{
    int status = SKR_OK;
    fact->curie = curies;
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        status = skr_people_reader_fact(t->reader, fact);
        fact->curie += strlen(fact->curie) + 1;
    }
    return status;
}

/* One entry of a list: a CURIE, "!" or "-" in front of one that was looked for and not found. */
static int say_entry(table *t, skr_term_kind kind, char *entry)
{
    char curies[SKR_CURIES_MAX];
    skr_fact fact = {.kind = kind, .onset = SKR_AGE_NONE};
    entry = unquote(entry);
    if (skr_people_reader_is_missing(entry))
        return SKR_OK;
    fact.is_excluded = entry[0] == '!' || entry[0] == '-';
    size_t n = skr_curies_read(entry + fact.is_excluded, curies);
    if (n == 0 || (n > 1 && fact.is_excluded)) /* are the others excluded too? */
        skr_people_reader_skip(t->reader, "\"%.40s\" is no term id (PREFIX:ID)", entry);
    else
        return say_each(t, curies, n, &fact);
    return SKR_OK;
}

static int say_list(table *t, skr_term_kind kind, char *list)
{
    for (char *at = unquote(list); at != NULL;) {
        char *end = strpbrk(at, ";|,");
        if (end != NULL)
            *end++ = '\0';
        SKR_TRY(say_entry(t, kind, at));
        at = end;
    }
    return SKR_OK;
}

/* Countries and ancestries may be plain words, which then are their own label. */
static int say_word(table *t, skr_term_kind kind, char *word)
{
    char curies[SKR_CURIES_MAX];
    skr_fact fact = {.kind = kind, .onset = SKR_AGE_NONE};
    word = unquote(word);
    size_t n = skr_curies_read(word, curies);
    if (n > 0)
        return say_each(t, curies, n, &fact);
    fact.label = word;
    return skr_people_reader_is_missing(word) ? SKR_OK : say_each(t, word, 1, &fact);
}

static int say_measure(table *t, const char *curie, const char *text)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (*end != '\0' || end == text || !isfinite(value) || errno == ERANGE)
        return skr_people_reader_fail(t->reader, "%.60s: \"%.40s\" is no number", curie, text);
    skr_fact fact = {.kind = SKR_TERM_MEASURE,
                     .curie = curie,
                     .has_value = true,
                     .value = value,
                     .onset = SKR_AGE_NONE};
    return skr_people_reader_fact(t->reader, &fact);
}

/* A sex: a word, a code, or a number as in PED and ISO 5218: 1 male, 2 female, 0 and 9 unknown. */
static int say_sex(table *t, char *field)
{
    field = unquote(field);
    size_t n = strlen(field);
    if (n == 3 && strcmp(field + 1, ".0") == 0)
        field[1] = '\0'; /* as programs write whole numbers that they keep as fractions */
    const char *digit = field[0] != '\0' && field[1] == '\0' ? strchr("012", field[0]) : NULL;
    if (skr_people_reader_is_missing(field))
        return SKR_OK;
    if (digit != NULL)
        t->n_sexes[*digit - '0']++;
    if (digit == NULL && strcmp(field, "9") != 0 && strcmp(field, "-9") != 0)
        return skr_people_reader_sex(t->reader, field, NULL);
    bool is_known = digit != NULL && *digit != '0';
    return skr_people_reader_sex(t->reader,
                                 is_known ? (*digit == '1' ? "male" : "female") : "unknown", NULL);
}

/* Where 1 is a sex and nobody is 2, a 0 may be a woman, not an unknown: said, and not guessed. */
static void tell_of_zeros(table *t)
{
    if (t->n_sexes[0] == 0 || t->n_sexes[1] == 0 || t->n_sexes[2] > 0)
        return;
    skr_people_reader_skip(
        t->reader, "sex is 0 or 1 and never 2: 1 was taken for male, 0 for unknown; write words "
                   "if 0 is female");
    t->reader->result.n_skipped += t->n_sexes[0] - 1;
}

static int say_field(table *t, const column *of, char *field)
{
    skr_age age;
    switch (of->kind) {
    case COLUMN_INDIVIDUAL:
        return SKR_OK;
    case COLUMN_SEX:
        return say_sex(t, field);
    case COLUMN_AGE:
        field = unquote(field);
        if (skr_age_range_parse(field, &age))
            skr_people_edit_age(t->reader->edit, age);
        else
            skr_people_reader_skip(t->reader, "age \"%.40s\" is no age that is understood", field);
        return SKR_OK;
    case COLUMN_WORD:
        return say_word(t, of->term_kind, field);
    case COLUMN_TERMS:
        skr_people_edit_says(t->reader->edit, SKR_SAID(of->term_kind));
        return say_list(t, of->term_kind, field);
    case COLUMN_MEASURE:
        skr_people_edit_says(t->reader->edit, SKR_SAID_SOME_MEASURES);
        return say_measure(t, of->curie, unquote(field));
    }
    return SKR_OK;
}

static int read_row(table *t, char *line)
{
    size_t n = skr_lines_split(line, '\t', t->fields, SKR_TABLE_COLUMNS_MAX);
    if (n != t->n_columns)
        return skr_people_reader_fail(t->reader, "%zu columns where the header has %zu", n,
                                      t->n_columns);
    char *id = unquote(t->fields[t->individual]);
    int status = skr_people_reader_begin(t->reader, id, SKR_RECORD_INDIVIDUAL, id, false);
    for (size_t i = 0; status == SKR_OK && i < n && !t->reader->is_left_out; i++) {
        char *field = trim(t->fields[i]);
        if (!skr_people_reader_is_missing(field))
            status = say_field(t, &t->columns[i], field);
    }
    return status == SKR_OK ? skr_people_reader_end(t->reader) : status;
}

static int read_table(table *t)
{
    for (;;) {
        char *line;
        bool is_there;
        SKR_TRY(skr_lines_next(&t->lines, &line, &is_there, t->reader->err));
        if (!is_there)
            break;
        t->reader->line = t->lines.number;
        t->reader->id = NULL;
        if (line[0] == '\0' || (line[0] == '#' && (line[1] == '#' || t->columns != NULL)))
            continue;
        SKR_TRY(t->columns == NULL ? read_header(t, line) : read_row(t, line));
    }
    if (t->columns == NULL)
        return skr_people_reader_fail(t->reader, "no header in this table");
    tell_of_zeros(t);
    return SKR_OK;
}

int skr_people_tsv_read(skr_people_reader *reader)
{
    table t = {.reader = reader, .lines = {.archive = reader->archive}};
    t.fields = calloc(SKR_TABLE_COLUMNS_MAX, sizeof *t.fields);
    int status = t.fields == NULL ? skr_fail_nomem(reader->err, "people") : read_table(&t);
    for (size_t i = 0; i < t.n_columns; i++)
        free(t.columns[i].curie);
    free(t.columns);
    free(t.fields);
    skr_lines_done(&t.lines);
    return status;
}
