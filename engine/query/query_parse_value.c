/*
 * query_parse_value.c - the values of fields: numbers, regions, words of a list, files of ids.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/query/query_int.h"
#include "index/people/age.h"
#include "index/people/sex.h"
#include "index/terms/curie.h"
#include "storage/base/limits.h"
#include "storage/base/suggest.h"
#include "storage/base/utf8.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: above it a double skips numbers */

/* [+-] digits [. digits] [e [+-] digits], and nothing else that strtod takes (inf, 0x, nan). */
static bool is_number(const char *text)
{
    const char *at = text;
    size_t n_digits = 0;
    if (*at == '+' || *at == '-')
        at++;
    for (; isdigit((unsigned char)*at); at++)
        n_digits++;
    if (*at == '.')
        at++;
    for (; isdigit((unsigned char)*at); at++)
        n_digits++;
    if (n_digits == 0 || at - text > 64)
        return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '+' || *at == '-')
            at++;
        if (!isdigit((unsigned char)*at))
            return false;
        while (isdigit((unsigned char)*at))
            at++;
    }
    return *at == '\0';
}

int skr_parse_number(const skr_parser *parser, const skr_comparison *comparison, double *ret_number,
                     skr_err *err)
{
    const skr_token *value = &comparison->value;
    const char *wanted = "a number";
    double number = NAN;
    bool is_right;
    if (comparison->field->value == SKR_VALUE_AGE) {
        wanted = "an age: years, or an ISO 8601 duration like P18Y6M";
        is_right = skr_age_parse(value->text, &number);
    } else {
        is_right = is_number(value->text);
        if (is_right)
            number = strtod(value->text, NULL);
        is_right = is_right && isfinite(number);
    }
    switch (comparison->field->value) {
    case SKR_VALUE_WHOLE:
        wanted = "a whole number";
        is_right = is_right && number >= 0 && number <= WHOLE_MAX && floor(number) == number;
        break;
    case SKR_VALUE_FRACTION:
        wanted = "a number from 0 to 1";
        is_right = is_right && number >= 0 && number <= 1;
        break;
    case SKR_VALUE_COPIES:
        wanted = "1 or 2";
        is_right = is_right && (number == 1 || number == 2);
        break;
    default:
        break;
    }
    char shown[64];
    if (!is_right)
        return skr_parser_fail(parser, value, SKR_ERR_QUERY, err, "%.64s takes %s, not %s",
                               comparison->field->name, wanted, skr_token_show(value, shown));
    *ret_number = number == 0 ? 0 : number; /* -0 is 0 */
    return SKR_OK;
}

static const char *const impacts[] = {"high", "moderate", "low", "modifier", NULL};

int skr_parse_choice(const skr_parser *parser, const skr_comparison *comparison,
                     const char **ret_word, skr_err *err)
{
    const char *const sexes[] = {skr_sex_name(SKR_SEX_FEMALE), skr_sex_name(SKR_SEX_MALE),
                                 skr_sex_name(SKR_SEX_OTHER), skr_sex_name(SKR_SEX_UNKNOWN), NULL};
    const char *const *words = sexes;
    if (comparison->field->value == SKR_VALUE_IMPACT)
        words = impacts;

    char all[128] = "";
    size_t n = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcasecmp(words[i], comparison->value.text) == 0) {
            *ret_word = words[i];
            return SKR_OK;
        }
        int n_more = snprintf(all + n, sizeof all - n, "%s%s", i == 0 ? "" : ", ", words[i]);
        n += n_more > 0 ? (size_t)n_more : 0;
    }
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    char shown[64];
    skr_suggest_init(&suggest, comparison->value.text);
    for (size_t i = 0; words[i] != NULL; i++)
        skr_suggest_offer(&suggest, words[i]);
    return skr_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                           "%s is one of %s, not %s%s", comparison->field->name, all,
                           skr_token_show(&comparison->value, shown),
                           skr_suggest_text(&suggest, nearest));
}

int skr_parse_curie(const skr_parser *parser, skr_token *token, skr_err *err)
{
    char shown[64];
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_read(token->text, curie))
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "expected a term like HP:0000118, found %s",
                               skr_token_show(token, shown));
    return skr_query_text(parser->query, curie, strlen(curie), &token->text, err);
}

/* ------------------------------------------------------------------ regions */

/*
 * Digits, plain or in groups of three behind commas. Returns how many bytes, 0: none, or SIZE_MAX:
 * more than a place can be.
 */
static size_t take_place(const char *at, uint32_t *ret_place)
{
    uint64_t place = 0;
    size_t n = 0;
    for (; isdigit((unsigned char)at[n]); n++)
        place = place > SKR_CONTIG_LENGTH_MAX ? place : place * 10 + (uint64_t)(at[n] - '0');
    for (size_t n_first = n;
         n_first > 0 && n_first <= 3 && at[n] == ',' && strspn(at + n + 1, "0123456789") == 3;
         n += 4)
        place =
            place > SKR_CONTIG_LENGTH_MAX ? place : place * 1000 + strtoul(at + n + 1, NULL, 10);
    *ret_place = (uint32_t)place;
    return place > SKR_CONTIG_LENGTH_MAX ? SIZE_MAX : n;
}

typedef enum range_form {
    RANGE_NONE,
    RANGE_PLACE, /* one base */
    RANGE_BOTH,  /* two ends, of which one may be left out */
    RANGE_FAR,   /* as above, but beyond every contig */
} range_form;

/* What stands behind the contig: PLACE, START-END, START-, -END; ".." may stand for "-". */
static range_form read_range(const char *text, uint32_t *ret_start1, uint32_t *ret_end1)
{
    bool is_far = false;
    *ret_start1 = 1;
    *ret_end1 = UINT32_MAX;
    size_t n_start = take_place(text, ret_start1);
    if (n_start == SIZE_MAX) {
        is_far = true;
        n_start = strspn(text, "0123456789,");
    }
    const char *at = text + n_start;
    if (*at == '\0' && n_start > 0) {
        *ret_end1 = *ret_start1;
        return is_far ? RANGE_FAR : RANGE_PLACE;
    }
    size_t n_sign = *at == '-' ? 1 : strncmp(at, "..", 2) == 0 ? 2 : 0;
    if (n_sign == 0)
        return RANGE_NONE;
    at += n_sign;
    if (*at == '\0') {
        *ret_end1 = UINT32_MAX;
        return n_start == 0 ? RANGE_NONE : is_far ? RANGE_FAR : RANGE_BOTH;
    }
    if (n_start == 0)
        *ret_start1 = 1;
    size_t n_end = take_place(at, ret_end1);
    if (n_end == SIZE_MAX) {
        is_far = true;
        n_end = strspn(at, "0123456789,");
    }
    if (n_end == 0 || at[n_end] != '\0')
        return RANGE_NONE;
    return is_far ? RANGE_FAR : RANGE_BOTH;
}

/* The sign behind the contig of CONTIG-START-END, as gnomAD writes it. NULL: none. */
static const char *find_dash(const char *text)
{
    const char *last = strrchr(text, '-');
    const char *dash = last == NULL ? NULL : memrchr(text, '-', (size_t)(last - text));
    uint32_t start1;
    uint32_t end1;
    bool is_whole = dash != NULL && dash > text && isdigit((unsigned char)dash[1]) &&
                    isdigit((unsigned char)last[1]) &&
                    read_range(dash + 1, &start1, &end1) != RANGE_NONE;
    return is_whole ? dash : NULL;
}

int skr_parse_region(skr_parser *parser, const skr_token *token, skr_aexpr *node, skr_err *err)
{
    char shown[64];
    const char *text = token->text;
    const char *sign = strrchr(text, ':');
    uint32_t start1 = 1;
    uint32_t end1 = UINT32_MAX;
    range_form form = sign == NULL ? RANGE_NONE : read_range(sign + 1, &start1, &end1);
    if (form == RANGE_NONE && sign == NULL && (sign = find_dash(text)) != NULL)
        form = read_range(sign + 1, &start1, &end1);
    size_t n_contig = form == RANGE_NONE ? strlen(text) : (size_t)(sign - text);
    node->text = NULL;
    node->start0 = 0;
    node->end0 = UINT32_MAX;
    if (n_contig > SKR_NAME_MAX || n_contig == 0 || form == RANGE_FAR)
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "expected CONTIG:START-END, CONTIG:PLACE or CONTIG, with places up "
                               "to %u, found %s",
                               SKR_CONTIG_LENGTH_MAX, skr_token_show(token, shown));
    if (form != RANGE_NONE && (start1 == 0 || start1 > end1))
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "a region counts from 1 and ends where it starts or later");
    if (form != RANGE_NONE) {
        node->start0 = start1 - 1;
        node->end0 = end1;
    }
    if (form == RANGE_PLACE || (form != RANGE_NONE && *sign == '-'))
        node->text = text;
    return skr_query_text(parser->query, text, n_contig, &node->contig, err);
}

/* ------------------------------------------------------------------ files of ids */

static int read_file(const char *path, char **ret_bytes, size_t *ret_n, skr_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return skr_fail(err, skr_err_of_input(errno), "%s: %s", path, strerror(errno));
    size_t n = 0;
    size_t n_max = 0;
    char *bytes = NULL;
    int status = SKR_OK;
    for (;;) {
        if (n_max - n < 2) {
            n_max = n_max == 0 ? 65536 : 2 * n_max;
            char *more = n_max > SKR_QUERY_FILE_MAX ? NULL : realloc(bytes, n_max);
            if (more == NULL) {
                status = n_max > SKR_QUERY_FILE_MAX
                             ? skr_fail(err, SKR_ERR_INPUT, "%s: longer than a gigabyte", path)
                             : skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", path);
                break;
            }
            bytes = more;
        }
        size_t n_read = fread(bytes + n, 1, n_max - n - 1, file);
        n += n_read;
        if (n_read == 0)
            break;
    }
    if (status == SKR_OK && ferror(file))
        status = skr_fail(err, SKR_ERR_IO, "%s: %s", path, strerror(errno));
    (void)fclose(file);
    if (status < 0) {
        free(bytes);
        return status;
    }
    bytes[n] = '\0';
    *ret_bytes = bytes;
    *ret_n = n;
    return SKR_OK;
}

/* Is it plain text, as ids are? */
static bool is_text(const char *line, size_t n)
{
    size_t i = 0;
    while (i < n && line[i] >= 0x20 && line[i] < 0x7f)
        i++;
    while (i < n) {
        size_t n_character = skr_utf8_length(line + i, n - i);
        if (n_character == 0 || (unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            return false;
        i += n_character;
    }
    return true;
}

/* One line, its end cut off: an id, or nothing. */
static int take_id(const char *path, uint32_t number, char *line, size_t n, skr_expr *node,
                   skr_id_text *ids, skr_err *err)
{
    if (n > 0 && line[n - 1] == '\r')
        n--;
    if (n == 0)
        return SKR_OK;
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: longer than %u bytes, not an id", path, number,
                        SKR_NAME_MAX);
    if (!is_text(line, n))
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: expected one id a line, as plain text", path,
                        number);
    line[n] = '\0';
    ids[node->n_ids++] = (skr_id_text){line, (uint32_t)n, number};
    return SKR_OK;
}

/* bytes[0, n] belong to the query; its lines become texts where they stand. */
static int take_ids(skr_parser *parser, const char *path, char *bytes, size_t n, skr_expr *node,
                    skr_err *err)
{
    size_t n_lines = 1;
    for (size_t i = 0; i < n; i++)
        n_lines += bytes[i] == '\n';
    void *memory = NULL;
    int status = n_lines < UINT32_MAX
                     ? skr_query_alloc(parser->query, n_lines * sizeof(skr_id_text), &memory, err)
                     : skr_fail(err, SKR_ERR_LIMIT, "%s: too many lines", path);
    if (status < 0)
        return status;
    skr_id_text *ids = memory;
    size_t from = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */
    for (uint32_t number = 1; from < n && status == SKR_OK; number++) {
        const char *newline = memchr(bytes + from, '\n', n - from);
        size_t to = newline == NULL ? n : (size_t)(newline - bytes);
        status = take_id(path, number, bytes + from, to - from, node, ids, err);
        from = to + 1;
    }
    node->ids = ids;
    node->text = path;
    return status;
}

int skr_parse_id_file(skr_parser *parser, const skr_token *token, skr_expr *node, skr_err *err)
{
    if (!parser->allow_files)
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "files of ids are read on the command line only");
    const char *path = token->text + 1;
    char *bytes = NULL;
    size_t n = 0;
    int status = read_file(path, &bytes, &n, err);
    const char *kept = NULL;
    if (status == SKR_OK)
        status = skr_query_text(parser->query, bytes, n, &kept, err);
    if (status == SKR_OK)
        status = take_ids(parser, path, (char *)kept, n, node, err);
    free(bytes);
    if (status < 0)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}
