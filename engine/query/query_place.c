/*
 * query_place.c - conditions on where an allele is: region, start, end.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/query/query_syntax.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ region */

/*
 * Digits, plain or in groups of three after commas. Returns how many bytes, 0: none, or SIZE_MAX:
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

/* What stands after the contig: PLACE, START-END, START-, -END; ".." may stand for "-". */
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

/* The sign after the contig of CONTIG-START-END, as gnomAD writes it. NULL: none. */
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

static int read_region(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                       skr_err *err)
{
    const skr_token *token = &comparison->value;
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
        return skr_query_parser_fail(
            parser, token, SKR_ERR_QUERY, err,
            "expected CONTIG:START-END, CONTIG:PLACE or CONTIG, with places up "
            "to %u, found %s",
            SKR_CONTIG_LENGTH_MAX, skr_query_token_show(token, shown));
    if (form != RANGE_NONE && (start1 == 0 || start1 > end1))
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "a region counts from 1 and ends where it starts or later");
    if (form != RANGE_NONE) {
        node->start0 = start1 - 1;
        node->end0 = end1;
    }
    if (form == RANGE_PLACE || (form != RANGE_NONE && *sign == '-'))
        node->text = text;
    return skr_query_text(parser->query, text, n_contig, &node->contig, err);
}

static int print_region(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    char contig[SKR_NAME_MAX + 1];
    char word[SKR_NAME_MAX + 64];
    const char *name = skr_query_contig(node->contig, contig, sizeof contig);
    /* What holds several signs may be the name of a contig, which only a store knows. */
    if (node->text != NULL && strpbrk(node->contig, ":-") != NULL)
        return skr_query_put_field(text, skr_query_expr_word(SKR_A_REGION), SKR_EQ, node->text,
                                   err);
    if (node->start0 == 0 && node->end0 == UINT32_MAX)
        return skr_query_put_field(text, skr_query_expr_word(SKR_A_REGION), SKR_EQ, name, err);
    if (node->end0 == UINT32_MAX)
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-", name, (uint64_t)node->start0 + 1);
    else
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-%" PRIu32, name,
                       (uint64_t)node->start0 + 1, node->end0);
    return skr_query_put_field(text, skr_query_expr_word(SKR_A_REGION), SKR_EQ, word, err);
}

const skr_syntax skr_syntax_region = {.read = read_region,
                                      .print = print_region,
                                      .unequal = SKR_UNEQUAL_NOT,
                                      .extends = SKR_EXTENDS_PLACE};

/* ------------------------------------------------------------------ start and end */

/* A region as places: [*ret_from0, *ret_to0), which ends at SKR_CONTIG_LENGTH_MAX where the region
 * does not. */
static int read_places(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                       uint32_t *ret_from0, uint32_t *ret_to0, skr_err *err)
{
    int status = read_region(parser, comparison, node, err);
    node->text = NULL;
    *ret_from0 = node->start0;
    *ret_to0 = node->end0 < SKR_CONTIG_LENGTH_MAX ? node->end0 : SKR_CONTIG_LENGTH_MAX;
    return status;
}

/* Where the REF span begins. */
static int read_start(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                      skr_err *err)
{
    int status = read_places(parser, comparison, node, &node->start0, &node->start_to0, err);
    node->end0 = 0;
    return status;
}

/* Where it ends: in a region lies its last base. */
static int read_end(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                    skr_err *err)
{
    uint32_t from0 = 0;
    uint32_t to0 = 0;
    int status = read_places(parser, comparison, node, &from0, &to0, err);
    node->start0 = 0;
    node->end0 = from0 + 1;
    node->end_to0 = to0 < SKR_CONTIG_LENGTH_MAX ? to0 + 1 : SKR_CONTIG_LENGTH_MAX;
    return status;
}

/* "name=CONTIG:FROM-TO" of places in [from0, to0). */
static int put_place(skr_buffer *text, const char *name, const char *contig, uint32_t from0,
                     uint32_t to0, skr_err *err)
{
    char canonical[SKR_NAME_MAX + 1];
    char word[SKR_NAME_MAX + 64];
    const char *shown = skr_query_contig(contig, canonical, sizeof canonical);
    if (to0 >= SKR_CONTIG_LENGTH_MAX)
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-", shown, (uint64_t)from0 + 1);
    else
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-%" PRIu32, shown, (uint64_t)from0 + 1,
                       to0);
    return skr_query_put_field(text, name, SKR_EQ, word, err);
}

static int print_start(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return put_place(text, skr_query_expr_word(node->op), node->contig, node->start0,
                     node->start_to0, err);
}

static int print_end(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    uint32_t last0 = node->end0 == 0 ? 0 : node->end0 - 1;
    uint32_t last_to0 = node->end_to0 < SKR_CONTIG_LENGTH_MAX && node->end_to0 > 0
                            ? node->end_to0 - 1
                            : SKR_CONTIG_LENGTH_MAX;
    return put_place(text, skr_query_expr_word(node->op), node->contig, last0, last_to0, err);
}

const skr_syntax skr_syntax_start = {
    .read = read_start, .print = print_start, .unequal = SKR_UNEQUAL_NOT};
const skr_syntax skr_syntax_end = {
    .read = read_end, .print = print_end, .unequal = SKR_UNEQUAL_NOT};
