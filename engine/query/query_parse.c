/*
 * query_parse.c - and, or, not, parentheses, FIELD OP VALUE, for both languages.
 *
 *   or  := and { "or" and }      and := not { "and" not }      not := "not" not | "(" or ")" | atom
 *
 * The operands of one `or` are collected first and then joined as a balanced tree: questions with
 * thousands of alternatives are usual, and whoever walks the tree may recurse.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/query/query_int.h"

typedef struct operands {
    const void **nodes;
    size_t n;
    size_t n_max;
} operands;

static int add_operand(operands *list, const void *node, skr_err *err)
{
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 4 : 2 * list->n_max;
        const void **nodes = realloc(list->nodes, n_max * sizeof *nodes);
        if (nodes == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "query: out of memory");
        list->nodes = nodes;
        list->n_max = n_max;
    }
    list->nodes[list->n++] = node;
    return SKR_OK;
}

/* Joins pairs of neighbours until one is left. The list is used up. */
static int join_all(skr_parser *parser, const skr_grammar *grammar, skr_joint joint, operands *list,
                    const void **ret_node, skr_err *err)
{
    while (list->n > 1) {
        size_t n = 0;
        for (size_t i = 0; i < list->n; i += 2) {
            const void *node = list->nodes[i];
            if (i + 1 < list->n) {
                int status = grammar->join(parser, joint, node, list->nodes[i + 1], &node, err);
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

static int parse_not(skr_parser *parser, const skr_grammar *grammar, const void **ret_node,
                     skr_err *err)
{
    skr_token token = parser->token;
    bool is_not = skr_token_is(&token, "not");
    if (!is_not && token.kind != SKR_TOKEN_OPEN)
        return grammar->atom(parser, ret_node, err);

    if (parser->depth >= SKR_QUERY_DEPTH_MAX)
        return skr_parser_fail(parser, &token, SKR_ERR_QUERY, err,
                               "more than %u parentheses and nots within each other",
                               SKR_QUERY_DEPTH_MAX);
    parser->depth++;
    const void *inner = NULL;
    int status = skr_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (is_not) {
        status = parse_not(parser, grammar, &inner, err);
        if (status == SKR_OK)
            status = grammar->join(parser, SKR_JOINT_NOT, inner, NULL, &inner, err);
    } else {
        status = skr_parse_connectives(parser, grammar, &inner, err);
        if (status == SKR_OK)
            status = skr_parser_expect(parser, SKR_TOKEN_CLOSE, "and, or, or ')'", err);
    }
    parser->depth--;
    if (status == SKR_OK)
        *ret_node = inner;
    return status;
}

/* Operands of one kind of connective: those of `or` are chains of `and`. */
static int parse_chain(skr_parser *parser, const skr_grammar *grammar, skr_joint joint,
                       const void **ret_node, skr_err *err)
{
    operands list = {0};
    const char *word = joint == SKR_JOINT_OR ? "or" : "and";
    int status;
    for (;;) {
        const void *node = NULL;
        status = joint == SKR_JOINT_OR ? parse_chain(parser, grammar, SKR_JOINT_AND, &node, err)
                                       : parse_not(parser, grammar, &node, err);
        if (status < 0)
            goto out;
        status = add_operand(&list, node, err);
        if (status < 0)
            goto out;
        if (!skr_token_is(&parser->token, word))
            break;
        status = skr_parser_advance(parser, err);
        if (status < 0)
            goto out;
    }
    status = join_all(parser, grammar, joint, &list, ret_node, err);
out:
    free(list.nodes);
    return status;
}

int skr_parse_connectives(skr_parser *parser, const skr_grammar *grammar, const void **ret_node,
                          skr_err *err)
{
    return parse_chain(parser, grammar, SKR_JOINT_OR, ret_node, err);
}

int skr_parse_whole(skr_query *query, const char *text, bool allow_files,
                    const skr_grammar *grammar, const void **ret_node, skr_err *err)
{
    char shown[64];
    size_t n = strnlen(text, SKR_QUERY_BYTES_MAX + 1);
    if (n > SKR_QUERY_BYTES_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "the question is longer than a megabyte");
    skr_parser parser = {.query = query, .n_source = (uint32_t)n, .allow_files = allow_files};
    int status = skr_query_text(query, text, n, &parser.source, err);
    if (status < 0)
        return status;
    status = skr_parser_advance(&parser, err);
    if (status < 0)
        return status;
    if (parser.token.kind == SKR_TOKEN_END)
        return skr_fail(err, SKR_ERR_QUERY, "an empty question; 'all' asks for everything");
    const void *node = NULL;
    status = skr_parse_connectives(&parser, grammar, &node, err);
    if (status < 0)
        return status;
    if (parser.token.kind != SKR_TOKEN_END)
        return skr_parser_fail(&parser, &parser.token, SKR_ERR_QUERY, err,
                               "expected and, or, or the end, found %s",
                               skr_token_show(&parser.token, shown));
    *ret_node = node;
    return SKR_OK;
}

const skr_field *skr_find_field(const skr_field *fields, size_t n_fields, const char *name)
{
    for (size_t i = 0; i < n_fields; i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static int check_compare(skr_parser *parser, const skr_comparison *comparison,
                         const skr_token *sign, skr_err *err)
{
    char shown[64];
    bool is_ordered = comparison->field->value >= SKR_VALUE_NUMBER;
    if (!is_ordered && comparison->compare != SKR_EQ && comparison->compare != SKR_NE)
        return skr_parser_fail(parser, sign, SKR_ERR_QUERY, err,
                               "%s takes = or !=, or in (...), not %s", comparison->field->name,
                               skr_token_show(sign, shown));
    return SKR_OK;
}

static int take_value(skr_parser *parser, const skr_grammar *grammar, skr_comparison *comparison,
                      const void **ret_node, skr_err *err)
{
    char shown[64];
    skr_value_kind kind = comparison->field->value;
    if (kind == SKR_VALUE_VARIANT || kind == SKR_VALUE_REGION) {
        int extended = skr_parser_extend(parser, kind == SKR_VALUE_VARIANT, err);
        if (extended < 0)
            return extended;
    }
    comparison->value = parser->token;
    if (comparison->value.kind != SKR_TOKEN_WORD && comparison->value.kind != SKR_TOKEN_QUOTED)
        return skr_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                               "expected a value of %s, found %s", comparison->field->name,
                               skr_token_show(&comparison->value, shown));
    int status = grammar->compare(parser, comparison, ret_node, err);
    return status < 0 ? status : skr_parser_advance(parser, err);
}

/* "(" VALUE { "," VALUE } ")" */
static int parse_list(skr_parser *parser, const skr_grammar *grammar, skr_comparison *comparison,
                      const void **ret_node, skr_err *err)
{
    operands list = {0};
    int status = skr_parser_expect(parser, SKR_TOKEN_OPEN, "'(' after in", err);
    while (status == SKR_OK) {
        const void *node = NULL;
        status = take_value(parser, grammar, comparison, &node, err);
        if (status == SKR_OK)
            status = add_operand(&list, node, err);
        if (status < 0 || parser->token.kind != SKR_TOKEN_COMMA)
            break;
        status = skr_parser_advance(parser, err);
    }
    if (status == SKR_OK)
        status = skr_parser_expect(parser, SKR_TOKEN_CLOSE, "',' or ')'", err);
    if (status == SKR_OK)
        status = join_all(parser, grammar, SKR_JOINT_OR, &list, ret_node, err);
    free(list.nodes);
    return status;
}

int skr_parse_comparison(skr_parser *parser, const skr_grammar *grammar, const skr_field *field,
                         const skr_token *name, const void **ret_node, skr_err *err)
{
    char shown[64];
    skr_comparison comparison = {.field = field, .name = *name, .compare = SKR_EQ};
    skr_token sign = parser->token;
    bool is_in = skr_token_is(&sign, "in");
    if (!is_in && sign.kind != SKR_TOKEN_COMPARE)
        return skr_parser_fail(
            parser, &sign, SKR_ERR_QUERY, err, "expected %s or in after %s, found %s",
            field->value >= SKR_VALUE_NUMBER ? "= != < <= > >=" : "= !=", field->name,
            skr_token_show(&sign, shown));
    int status = skr_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (is_in && parser->token.kind == SKR_TOKEN_OPEN)
        return parse_list(parser, grammar, &comparison, ret_node, err);
    comparison.is_file = is_in && parser->token.text != NULL && parser->token.text[0] == '@';
    if (comparison.is_file)
        return take_value(parser, grammar, &comparison, ret_node, err);
    if (is_in)
        return skr_parser_expect(parser, SKR_TOKEN_OPEN, "'(' after in", err);
    comparison.compare = sign.compare;
    status = check_compare(parser, &comparison, &sign, err);
    return status < 0 ? status : take_value(parser, grammar, &comparison, ret_node, err);
}
