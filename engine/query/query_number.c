/*
 * query_number.c - conditions whose value is a number: af, ac, length, copies, ages, measures.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "engine/query/query_syntax.h"
#include "index/people/age.h"

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

/* A finite number, or NAN. */
static double number_of(const char *text)
{
    double number = is_number(text) ? strtod(text, NULL) : NAN;
    return isfinite(number) ? number : NAN;
}

/* Keeps a number; NAN: the value is not what is wanted. */
static int keep(const skr_parser *parser, const skr_comparison *comparison, double number,
                const char *wanted, skr_expr *node, skr_err *err)
{
    char shown[64];
    if (isnan(number))
        return skr_query_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                     "%.64s takes %s, not %s",
                                     skr_condition_name(comparison->condition), wanted,
                                     skr_query_token_show(&comparison->value, shown));
    node->text = NULL;
    node->number = number == 0 ? 0 : number; /* -0 is 0 */
    return SKR_OK;
}

static int read_whole(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                      skr_err *err)
{
    double number = number_of(comparison->value.text);
    bool is_whole = number >= 0 && number <= WHOLE_MAX && floor(number) == number;
    return keep(parser, comparison, is_whole ? number : NAN, "a whole number", node, err);
}

static int read_fraction(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                         skr_err *err)
{
    double number = number_of(comparison->value.text);
    bool is_fraction = number >= 0 && number <= 1;
    return keep(parser, comparison, is_fraction ? number : NAN, "a number from 0 to 1", node, err);
}

static int read_copies(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                       skr_err *err)
{
    double number = number_of(comparison->value.text);
    bool is_one_of_two = number == 1 || number == 2;
    return keep(parser, comparison, is_one_of_two ? number : NAN, "1 or 2", node, err);
}

static int read_age(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                    skr_err *err)
{
    double years = NAN;
    if (!skr_age_parse(comparison->value.text, &years))
        years = NAN;
    return keep(parser, comparison, years, "an age: years, or an ISO 8601 duration like P18Y6M",
                node, err);
}

static int print_number(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return skr_query_put_number(text, skr_query_expr_word(node->op), node->compare, node->number,
                                err);
}

const skr_syntax skr_syntax_whole = {.read = read_whole, .print = print_number, .is_ordered = true};
const skr_syntax skr_syntax_fraction = {
    .read = read_fraction, .print = print_number, .is_ordered = true};
const skr_syntax skr_syntax_age = {.read = read_age, .print = print_number, .is_ordered = true};
const skr_syntax skr_syntax_copies = {
    .read = read_copies, .print = print_number, .unequal = SKR_UNEQUAL_REFUSED};

/* ------------------------------------------------------------------ onset */

/* onset(TERM) OP AGE, or onset OP AGE for any disease. */
static int parse_onset(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                       const skr_expr **ret_node, skr_err *err)
{
    skr_token term = *name;
    term.text = NULL;
    if (parser->token.kind == SKR_TOKEN_OPEN) {
        int status = skr_query_parse_term_in(parser, &term, err);
        if (status < 0)
            return status;
    }
    return skr_parse_comparison(parser, condition, &term, ret_node, err);
}

static int read_onset(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                      skr_err *err)
{
    int status = read_age(parser, comparison, node, err);
    node->text = comparison->name.text;
    return status;
}

static int print_onset(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    if (node->text == NULL)
        return print_number(node, text, err);
    int status = skr_query_put_term(text, skr_query_expr_word(node->op), node->text, err);
    return status < 0 ? status : skr_query_put_number(text, "", node->compare, node->number, err);
}

const skr_syntax skr_syntax_onset = {.parse = parse_onset,
                                     .read = read_onset,
                                     .print = print_onset,
                                     .is_ordered = true,
                                     .is_named = true};

/* ------------------------------------------------------------------ measured values */

/* Any number, after a CURIE. */
static int read_measure(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                        skr_err *err)
{
    int status = keep(parser, comparison, number_of(comparison->value.text), "a number", node, err);
    node->text = comparison->name.text;
    return status;
}

static int print_measure(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    int status = skr_query_put_word(text, node->text, err);
    return status < 0 ? status : skr_query_put_number(text, "", node->compare, node->number, err);
}

const skr_syntax skr_syntax_measure = {.read = read_measure,
                                       .print = print_measure,
                                       .label = "a measure",
                                       .is_ordered = true,
                                       .is_named = true};
