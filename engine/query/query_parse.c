/*
 * query_parse.c - and, or, not, parentheses, FIELD OP VALUE, for both languages.
 *
 *   or  := and { "or" and }      and := not { "and" not }      not := "not" not | "(" or ")" | atom
 *
 * An atom is "all", a term, or the word of a condition with what its syntax takes.
 *
 * The operands of one `or` are collected first and then joined as a balanced tree: questions with
 * thousands of alternatives are usual, and whoever walks the tree may recurse.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/query/query_file.h"
#include "engine/query/query_let.h"
#include "engine/query/query_syntax.h"
#include "storage/base/array.h"
#include "storage/base/suggest.h"

typedef struct operands {
    const skr_expr **nodes;
    size_t n;
    size_t n_max;
} operands;

static int add_operand(operands *list, const skr_expr *node, skr_err *err)
{
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 4 : 2 * list->n_max;
        const skr_expr **nodes = realloc(list->nodes, n_max * sizeof *nodes);
        if (nodes == NULL)
            return skr_fail_nomem(err, "query");
        list->nodes = nodes;
        list->n_max = n_max;
    }
    list->nodes[list->n++] = node;
    return SKR_OK;
}

static int join(skr_parser *parser, skr_expr_op op, const skr_expr *left, const skr_expr *right,
                const skr_expr **ret_node, skr_err *err)
{
    const skr_expr node = {.op = op, .left = left, .right = right};
    return skr_query_expr(parser->query, &node, ret_node, err);
}

/* Joins pairs of neighbours until one is left. The list is used up. */
static int join_all(skr_parser *parser, skr_expr_op op, operands *list, const skr_expr **ret_node,
                    skr_err *err)
{
    while (list->n > 1) {
        size_t n = 0;
        for (size_t i = 0; i < list->n; i += 2) {
            const skr_expr *node = list->nodes[i];
            if (i + 1 < list->n) {
                int status = join(parser, op, node, list->nodes[i + 1], &node, err);
                if (status < 0)
                    return status;
            }
            list->nodes[n++] = node;
        }
        list->n = n;
    }
    *ret_node = list->nodes[0];
    return SKR_OK;
}

/* ------------------------------------------------------------------ FIELD OP VALUE */

static int make_comparison(skr_parser *parser, const skr_comparison *comparison,
                           const skr_expr **ret_node, skr_err *err)
{
    const skr_syntax *syntax = comparison->condition->syntax;
    const char *name = comparison->condition->word;
    bool is_unequal = comparison->compare == SKR_NE;
    skr_expr node = {.op = comparison->condition->op,
                     .compare = comparison->compare,
                     .text = comparison->value.text};
    int status = syntax->read(parser, comparison, &node, err);
    if (status < 0)
        return status;
    if (is_unequal && syntax->unequal == SKR_UNEQUAL_REFUSED)
        return skr_query_parser_fail(
            parser, &comparison->name, SKR_ERR_QUERY, err,
            "%s takes = or in (...); 'not %s=...' says what is meant by !=", name, name);
    bool is_not = is_unequal && syntax->unequal == SKR_UNEQUAL_NOT;
    if (is_not)
        node.compare = SKR_EQ;
    const skr_token *token =
        syntax->is_named && node.text != NULL ? &comparison->name : &comparison->value;
    status = skr_query_parser_node(parser, &node, token, ret_node, err);
    if (status == SKR_OK && is_not)
        status = join(parser, SKR_E_NOT, *ret_node, NULL, ret_node, err);
    return status;
}

static int check_compare(skr_parser *parser, const skr_comparison *comparison,
                         const skr_token *sign, skr_err *err)
{
    char shown[64];
    if (!comparison->condition->syntax->is_ordered && comparison->compare != SKR_EQ &&
        comparison->compare != SKR_NE)
        return skr_query_parser_fail(
            parser, sign, SKR_ERR_QUERY, err, "%s takes = or !=, or in (...), not %s",
            skr_condition_name(comparison->condition), skr_query_token_show(sign, shown));
    return SKR_OK;
}

static int take_value(skr_parser *parser, skr_comparison *comparison, const skr_expr **ret_node,
                      skr_err *err)
{
    char shown[64];
    skr_extends extends = comparison->condition->syntax->extends;
    if (extends != SKR_EXTENDS_NOT) {
        int extended = skr_query_parser_extend(parser, extends == SKR_EXTENDS_VARIANT, err);
        if (extended < 0)
            return extended;
    }
    comparison->value = parser->token;
    if (comparison->value.kind != SKR_TOKEN_WORD && comparison->value.kind != SKR_TOKEN_QUOTED)
        return skr_query_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                     "expected a value of %s, found %s",
                                     skr_condition_name(comparison->condition),
                                     skr_query_token_show(&comparison->value, shown));
    int status = make_comparison(parser, comparison, ret_node, err);
    return status < 0 ? status : skr_query_parser_advance(parser, err);
}

/* "(" VALUE { "," VALUE } ")" */
static int parse_list(skr_parser *parser, skr_comparison *comparison, const skr_expr **ret_node,
                      skr_err *err)
{
    operands list = {0};
    int status = skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'(' after in", err);
    while (status == SKR_OK) {
        const skr_expr *node = NULL;
        status = take_value(parser, comparison, &node, err);
        if (status == SKR_OK)
            status = add_operand(&list, node, err);
        if (status < 0 || parser->token.kind != SKR_TOKEN_COMMA)
            break;
        status = skr_query_parser_advance(parser, err);
    }
    if (status == SKR_OK)
        status = skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "',' or ')'", err);
    if (status == SKR_OK)
        status = join_all(parser, SKR_E_OR, &list, ret_node, err);
    free(list.nodes);
    return status;
}

/* A line of a file as a value. */
static int parse_line(skr_parser *parser, const skr_comparison *of_file, const char *line, size_t n,
                      const skr_expr **ret_node, skr_err *err)
{
    skr_parser of_line = *parser;
    skr_comparison comparison = *of_file;
    const char *text = line;
    of_line.source = line;
    of_line.n_source = (uint32_t)n;
    comparison.is_file = false;
    if (n > SKR_QUERY_BYTES_MAX || strlen(line) != n)
        return skr_fail(err, SKR_ERR_QUERY, "one value a line, as plain text, was expected");
    if (strchr(line, '\t') != NULL && comparison.condition->op == SKR_A_REGION)
        SKR_TRY(skr_query_file_bed(parser, line, &text, err));
    else if (!skr_query_file_is_text(line, n))
        return skr_fail(err, SKR_ERR_QUERY, "one value a line, as plain text, was expected");
    comparison.value =
        (skr_token){.kind = SKR_TOKEN_QUOTED, .text = text, .at = 0, .n_at = (uint32_t)n};
    comparison.name.at = 0;
    comparison.name.n_at = (uint32_t)n;
    return make_comparison(&of_line, &comparison, ret_node, err);
}

/* FIELD in @FILE: a value a line; blank ones, and those that begin with '#', are none. */
static int parse_file(skr_parser *parser, skr_comparison *comparison, const skr_expr **ret_node,
                      skr_err *err)
{
    skr_query_file file = {.n = 0};
    operands list = {0};
    char *line = NULL;
    size_t n = 0;
    comparison->value = parser->token;
    if (comparison->condition->syntax->is_ordered)
        return skr_query_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                     "%s takes no file", skr_condition_name(comparison->condition));
    int status = skr_query_file_read(parser, &comparison->value, &file, err);
    while (status == SKR_OK && skr_query_file_next(&file, &line, &n)) {
        const skr_expr *node = NULL;
        for (; n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'); n--)
            line[n - 1] = '\0';
        for (; *line == ' '; line++)
            n--;
        if (n == 0 || *line == '#')
            continue;
        status = parse_line(parser, comparison, line, n, &node, err);
        if (status == SKR_OK)
            status = add_operand(&list, node, err);
        else
            status = skr_fail_in(err, status, "%s:%u", file.path, file.number);
    }
    if (status == SKR_OK && list.n == 0)
        status = skr_query_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                       "%s has no values", file.path);
    if (status == SKR_OK)
        status = join_all(parser, SKR_E_OR, &list, ret_node, err);
    free(list.nodes);
    return status < 0 ? status : skr_query_parser_advance(parser, err);
}

int skr_parse_comparison(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                         const skr_expr **ret_node, skr_err *err)
{
    char shown[64];
    skr_comparison comparison = {.condition = condition, .name = *name, .compare = SKR_EQ};
    skr_token sign = parser->token;
    bool is_in = skr_query_token_is(&sign, "in");
    if (!is_in && sign.kind != SKR_TOKEN_COMPARE)
        return skr_query_parser_fail(
            parser, &sign, SKR_ERR_QUERY, err, "expected %s or in after %s, found %s",
            condition->syntax->is_ordered ? SKR_COMPARE_SIGNS : "= !=",
            skr_condition_name(condition), skr_query_token_show(&sign, shown));
    int status = skr_query_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (is_in && parser->token.kind == SKR_TOKEN_OPEN)
        return parse_list(parser, &comparison, ret_node, err);
    comparison.is_file = is_in && parser->token.text != NULL && parser->token.text[0] == '@';
    if (comparison.is_file && !condition->syntax->takes_files)
        return parse_file(parser, &comparison, ret_node, err);
    if (comparison.is_file)
        return take_value(parser, &comparison, ret_node, err);
    if (is_in)
        return skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'(' after in", err);
    comparison.compare = sign.compare;
    status = check_compare(parser, &comparison, &sign, err);
    return status < 0 ? status : take_value(parser, &comparison, ret_node, err);
}

/* ------------------------------------------------------------------ atoms */

/* Is the word one that stands before an operator? */
static const skr_condition *find_field(skr_language language, const char *word)
{
    const skr_condition *condition = skr_query_condition_find(language, word);
    return condition != NULL && condition->syntax->parse == NULL ? condition : NULL;
}

static int fail_variant(const skr_parser *parser, const skr_token *token, skr_language language,
                        skr_err *err)
{
    char shown[64];
    bool is_people = language == SKR_LANGUAGE_PEOPLE;
    return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                 "%s is an allele: write %svariant=%.200s%s",
                                 skr_query_token_show(token, shown), is_people ? "carries(" : "",
                                 token->text, is_people ? ")" : "");
}

static const char *suggest_word(const skr_parser *parser, skr_language language, const char *word,
                                char *nearest)
{
    skr_suggest suggest;
    const skr_condition *condition;
    skr_suggest_init(&suggest, word);
    for (size_t i = 0; (condition = skr_query_condition_at(language, i)) != NULL; i++)
        skr_suggest_offer(&suggest, condition->word);
    if (language == SKR_LANGUAGE_PEOPLE) {
        skr_suggest_offer(&suggest, "all");
        skr_query_let_suggest(parser, &suggest);
    }
    return skr_suggest_text(&suggest, nearest);
}

static int fail_unknown_alleles(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    char shown[64];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    if (skr_query_token_is_variant(parser, token))
        return fail_variant(parser, token, SKR_LANGUAGE_ALLELES, err);
    if (token->kind != SKR_TOKEN_WORD)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "expected a condition on alleles like gene=RYR1, found %s",
                                     skr_query_token_show(token, shown));
    if (find_field(SKR_LANGUAGE_PEOPLE, token->text) != NULL || strchr(token->text, ':') != NULL)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "%s is about people, and here stand conditions on alleles",
                                     skr_query_token_show(token, shown));
    return skr_query_parser_fail(
        parser, token, SKR_ERR_QUERY, err,
        "unknown word %s, expected a condition on alleles like gene=RYR1%s",
        skr_query_token_show(token, shown),
        suggest_word(parser, SKR_LANGUAGE_ALLELES, token->text, nearest));
}

static int fail_unknown(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    char shown[64];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    if (token->kind != SKR_TOKEN_WORD && token->kind != SKR_TOKEN_QUOTED)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "expected a term, a condition or carries(...), found %s",
                                     skr_query_token_show(token, shown));
    if (skr_query_token_is_variant(parser, token))
        return fail_variant(parser, token, SKR_LANGUAGE_PEOPLE, err);
    const skr_condition *field = find_field(SKR_LANGUAGE_ALLELES, token->text);
    if (field != NULL)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "%s is about alleles: write carries(%s=...)", field->word,
                                     field->word);
    return skr_query_parser_fail(
        parser, token, SKR_ERR_QUERY, err,
        "unknown word %s, expected a term like HP:0000118 (or \"its label\"), a condition like "
        "sex=female, or carries(...)%s",
        skr_query_token_show(token, shown),
        suggest_word(parser, SKR_LANGUAGE_PEOPLE, token->text, nearest));
}

/* A CURIE alone means a term, with an operator after it a measured value. */
static int parse_term(skr_parser *parser, skr_token *token, const skr_expr **ret_node, skr_err *err)
{
    int status = skr_query_parse_curie(parser, token, err);
    if (status == SKR_OK)
        status = skr_query_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (parser->token.kind == SKR_TOKEN_COMPARE || skr_query_token_is(&parser->token, "in"))
        return skr_parse_comparison(parser, skr_query_condition_of(SKR_E_VALUE), token, ret_node,
                                    err);
    if (skr_query_token_is_variant(parser, token))
        return fail_variant(parser, token, SKR_LANGUAGE_PEOPLE, err);
    skr_expr node = {.op = SKR_E_TERM, .text = token->text};
    return skr_query_parser_node(parser, &node, token, ret_node, err);
}

static bool is_term(const skr_token *token)
{
    bool is_text = token->kind == SKR_TOKEN_WORD || token->kind == SKR_TOKEN_QUOTED;
    return is_text && (strchr(token->text, ':') != NULL || skr_query_term_is_curie(token->text));
}

/* A text in quotes alone is the label of a term. */
static int parse_label(skr_parser *parser, const skr_token *token, const skr_expr **ret_node,
                       skr_err *err)
{
    skr_expr label = {.op = SKR_E_TERM, .text = token->text};
    SKR_TRY(skr_query_parser_advance(parser, err));
    return skr_query_parser_node(parser, &label, token, ret_node, err);
}

static int parse_atom(skr_parser *parser, skr_language language, const skr_expr **ret_node,
                      skr_err *err)
{
    skr_token token = parser->token;
    if (language == SKR_LANGUAGE_PEOPLE && is_term(&token))
        return parse_term(parser, &token, ret_node, err);
    if (language == SKR_LANGUAGE_PEOPLE && token.kind == SKR_TOKEN_QUOTED &&
        token.text[0] != '\0' && !skr_query_token_is_variant(parser, &token))
        return parse_label(parser, &token, ret_node, err);
    if (language == SKR_LANGUAGE_PEOPLE) {
        SKR_TRY(skr_query_let_use(parser, &token, ret_node, err));
        if (*ret_node != NULL)
            return skr_query_parser_advance(parser, err);
    }
    const skr_condition *condition =
        token.kind == SKR_TOKEN_WORD ? skr_query_condition_find(language, token.text) : NULL;
    if (condition == NULL && !skr_query_token_is(&token, "all"))
        return language == SKR_LANGUAGE_ALLELES ? fail_unknown_alleles(parser, &token, err)
                                                : fail_unknown(parser, &token, err);
    int status = skr_query_parser_advance(parser, err);
    if (status < 0)
        return status;
    skr_expr all = {.op = SKR_E_ALL};
    if (condition == NULL)
        return skr_query_parser_node(parser, &all, &token, ret_node, err);
    return condition->syntax->parse == NULL
               ? skr_parse_comparison(parser, condition, &token, ret_node, err)
               : condition->syntax->parse(parser, condition, &token, ret_node, err);
}

/* ------------------------------------------------------------------ connectives */

static int parse_chain(skr_parser *parser, skr_language language, skr_expr_op op,
                       const skr_expr **ret_node, skr_err *err);

static int parse_not(skr_parser *parser, skr_language language, const skr_expr **ret_node,
                     skr_err *err)
{
    skr_token token = parser->token;
    bool is_not = skr_query_token_is(&token, "not");
    if (!is_not && token.kind != SKR_TOKEN_OPEN)
        return parse_atom(parser, language, ret_node, err);

    if (parser->depth >= SKR_QUERY_DEPTH_MAX)
        return skr_query_parser_fail(parser, &token, SKR_ERR_QUERY, err,
                                     "more than %u parentheses and nots within each other",
                                     SKR_QUERY_DEPTH_MAX);
    parser->depth++;
    if (parser->depth > parser->deepest)
        parser->deepest = parser->depth;
    const skr_expr *inner = NULL;
    int status = skr_query_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (is_not) {
        status = parse_not(parser, language, &inner, err);
        if (status == SKR_OK)
            status = join(parser, SKR_E_NOT, inner, NULL, &inner, err);
    } else {
        status = parse_chain(parser, language, SKR_E_OR, &inner, err);
        if (status == SKR_OK)
            status = skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "and, or, or ')'", err);
    }
    parser->depth--;
    if (status == SKR_OK)
        *ret_node = inner;
    return status;
}

/* Keeps an operand of the outermost `and` as it was written, without line breaks. */
static int keep_part(skr_parser *parser, const skr_expr *node, uint32_t from, skr_err *err)
{
    skr_query_parts *parts = parser->parts;
    uint32_t to = parser->token.at;
    char *text = NULL;
    void *memory = NULL;
    while (to > from && strchr(" \t\r\n", parser->source[to - 1]) != NULL)
        to--;
    SKR_TRY(SKR_ARRAY_RESERVE(&parts->items, &parts->n_max, parts->n + 1, "parts", err));
    SKR_TRY(skr_query_alloc(parser->query, (size_t)(to - from) + 1, &memory, err));
    text = memory;
    for (uint32_t i = from; i < to; i++)
        text[i - from] = strchr("\t\r\n", parser->source[i]) != NULL ? ' ' : parser->source[i];
    parts->items[parts->n++] = (skr_query_part){node, text};
    return SKR_OK;
}

/* Is the chain at hand one of the outermost `or`, whose operands are kept? */
static bool keeps_parts(const skr_parser *parser, skr_language language, skr_expr_op op)
{
    return parser->parts != NULL && parser->depth == 0 && language == SKR_LANGUAGE_PEOPLE &&
           op == SKR_E_AND;
}

/* Operands of one kind of connective: those of `or` are chains of `and`. */
static int parse_chain(skr_parser *parser, skr_language language, skr_expr_op op,
                       const skr_expr **ret_node, skr_err *err)
{
    operands list = {0};
    const char *word = op == SKR_E_OR ? "or" : "and";
    bool keeps = keeps_parts(parser, language, op);
    int status;
    for (;;) {
        const skr_expr *node = NULL;
        uint32_t from = parser->token.at;
        status = op == SKR_E_OR ? parse_chain(parser, language, SKR_E_AND, &node, err)
                                : parse_not(parser, language, &node, err);
        if (status < 0)
            goto out;
        status = add_operand(&list, node, err);
        if (status == SKR_OK && keeps)
            status = keep_part(parser, node, from, err);
        if (status < 0)
            goto out;
        if (!skr_query_token_is(&parser->token, word))
            break;
        status = skr_query_parser_advance(parser, err);
        if (status < 0)
            goto out;
    }
    status = join_all(parser, op, &list, ret_node, err);
out:
    free(list.nodes);
    return status;
}

int skr_parse_alleles_in(skr_parser *parser, const skr_expr **ret_expr, skr_err *err)
{
    const skr_expr *node = NULL;
    int status = skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err);
    if (status == SKR_OK)
        status = parse_chain(parser, SKR_LANGUAGE_ALLELES, SKR_E_OR, &node, err);
    if (status == SKR_OK)
        status = skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "and, or, or ')'", err);
    if (status == SKR_OK)
        *ret_expr = node;
    return status;
}

/* { "let" NAME "=" EXPR ";" }; they are no parts of the question. */
static int parse_lets(skr_parser *parser, skr_err *err)
{
    char shown[64];
    skr_query_parts *parts = parser->parts;
    parser->parts = NULL;
    while (skr_query_token_is(&parser->token, "let")) {
        const skr_expr *node = NULL;
        SKR_TRY(skr_query_parser_advance(parser, err));
        skr_token name = parser->token;
        SKR_TRY(skr_query_let_check(parser, &name, err));
        SKR_TRY(skr_query_parser_advance(parser, err));
        if (parser->token.kind != SKR_TOKEN_COMPARE || parser->token.compare != SKR_EQ)
            return skr_query_parser_fail(parser, &parser->token, SKR_ERR_QUERY, err,
                                         "expected = after the name of let, found %s",
                                         skr_query_token_show(&parser->token, shown));
        SKR_TRY(skr_query_parser_advance(parser, err));
        SKR_TRY(parse_chain(parser, SKR_LANGUAGE_PEOPLE, SKR_E_OR, &node, err));
        SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_SEMICOLON, "and, or, or ';'", err));
        SKR_TRY(skr_query_let_add(parser, &name, node, err));
    }
    parser->parts = parts;
    return SKR_OK;
}

int skr_parse_alleles_pair(skr_parser *parser, const skr_expr **ret_one, const skr_expr **ret_other,
                           skr_err *err)
{
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err));
    SKR_TRY(parse_chain(parser, SKR_LANGUAGE_ALLELES, SKR_E_OR, ret_one, err));
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_COMMA, "and, or, or ','", err));
    SKR_TRY(parse_chain(parser, SKR_LANGUAGE_ALLELES, SKR_E_OR, ret_other, err));
    return skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "and, or, or ')'", err);
}

static int parse_whole(skr_query *query, const char *text, bool allow_files, skr_language language,
                       skr_query_parts *parts, const skr_expr **ret_expr, skr_err *err)
{
    char shown[64];
    size_t n = strnlen(text, SKR_QUERY_BYTES_MAX + 1);
    if (n > SKR_QUERY_BYTES_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "the question is longer than a megabyte");
    skr_parser parser = {.query = query,
                         .n_source = (uint32_t)n,
                         .allow_files = allow_files || skr_query_allows_files(query),
                         .parts = parts};
    int status = skr_query_text(query, text, n, &parser.source, err);
    if (status < 0)
        return status;
    status = skr_query_parser_advance(&parser, err);
    if (status < 0)
        return status;
    if (parser.token.kind == SKR_TOKEN_END)
        return skr_fail(err, SKR_ERR_QUERY, "an empty question; 'all' asks for everything");
    const skr_expr *node = NULL;
    if (language == SKR_LANGUAGE_PEOPLE)
        SKR_TRY(parse_lets(&parser, err));
    uint32_t from = parser.token.at;
    status = parse_chain(&parser, language, SKR_E_OR, &node, err);
    if (status < 0)
        return status;
    if (parser.token.kind != SKR_TOKEN_END)
        return skr_query_parser_fail(&parser, &parser.token, SKR_ERR_QUERY, err,
                                     "expected and, or, or the end, found %s",
                                     skr_query_token_show(&parser.token, shown));
    if (parts != NULL && node->op == SKR_E_OR && parts->n > 1) {
        parts->n = 0; /* the outermost connective is `or`: it is one part */
        SKR_TRY(keep_part(&parser, node, from, err));
    }
    *ret_expr = node;
    return SKR_OK;
}

int skr_query_parse(skr_query *query, const char *text, bool allow_files, const skr_expr **ret_expr,
                    skr_err *err)
{
    return parse_whole(query, text, allow_files, SKR_LANGUAGE_PEOPLE, NULL, ret_expr, err);
}

int skr_query_parse_parts(skr_query *query, const char *text, bool allow_files,
                          const skr_expr **ret_expr, skr_query_parts *ret_parts, skr_err *err)
{
    skr_query_parts parts = {0};
    int status = parse_whole(query, text, allow_files, SKR_LANGUAGE_PEOPLE, &parts, ret_expr, err);
    if (status < 0)
        skr_query_parts_done(&parts);
    else
        *ret_parts = parts;
    return status;
}

void skr_query_parts_done(skr_query_parts *parts)
{
    free(parts->items);
    *parts = (skr_query_parts){0};
}

int skr_query_parse_alleles(skr_query *query, const char *text, const skr_expr **ret_expr,
                            skr_err *err)
{
    return parse_whole(query, text, false, SKR_LANGUAGE_ALLELES, NULL, ret_expr, err);
}
