/*
 * query_call.c - conditions on people that hold some on alleles: carries, absent, unassessed,
 * trans; who has a genome; and what is not there yet.
 */
#include "engine/query/query_syntax.h"

static int parse_carries(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                         const skr_expr **ret_node, skr_err *err)
{
    skr_expr node = {.op = condition->op};
    int status = skr_parse_alleles_in(parser, &node.alleles, err);
    return status < 0 ? status : skr_query_parser_node(parser, &node, name, ret_node, err);
}

static int put_call(skr_buffer *text, skr_expr_op op, const skr_expr *alleles, skr_err *err)
{
    int status = skr_query_put(text, skr_query_expr_word(op), err);
    if (status == SKR_OK)
        status = skr_query_put(text, "(", err);
    if (status == SKR_OK)
        status = skr_query_expr_print(alleles, text, err);
    return status < 0 ? status : skr_query_put(text, ")", err);
}

static int print_carries(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return put_call(text, node->op, node->alleles, err);
}

/* absent takes the one kind of condition for which "called there" has a meaning. */
static int parse_absent(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                        const skr_expr **ret_node, skr_err *err)
{
    const skr_expr *alleles = NULL;
    int status = skr_parse_alleles_in(parser, &alleles, err);
    if (status < 0)
        return status;
    if (alleles->op != SKR_A_VARIANT)
        return skr_query_parser_fail(parser, name, SKR_ERR_QUERY, err,
                                     "%s takes one variant: %s(variant=3-45823240-T-C)",
                                     condition->word, condition->word);
    skr_expr node = {.op = condition->op, .text = alleles->text};
    skr_token token = {.at = alleles->at, .n_at = alleles->n_at};
    return skr_query_parser_node(parser, &node, &token, ret_node, err);
}

static int print_absent(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    const skr_expr variant = {.op = SKR_A_VARIANT, .text = node->text};
    return put_call(text, node->op, &variant, err);
}

/* trans takes two variants, since haplotypes are compared of two alleles. */
static int parse_trans(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                       const skr_expr **ret_node, skr_err *err)
{
    const skr_expr *one = NULL;
    const skr_expr *other = NULL;
    skr_expr node = {.op = condition->op};
    SKR_TRY(skr_parse_alleles_pair(parser, &one, &other, err));
    if (one->op != SKR_A_VARIANT || other->op != SKR_A_VARIANT)
        return skr_query_parser_fail(
            parser, name, SKR_ERR_QUERY, err,
            "trans takes two variants: trans(variant=3-45823240-T-C, variant=3-45823291-G-A)");
    SKR_TRY(skr_query_join(parser->query, SKR_E_OR, one, other, &node.alleles, err));
    return skr_query_parser_node(parser, &node, name, ret_node, err);
}

static int print_trans(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    SKR_TRY(skr_query_put(text, skr_query_expr_word(node->op), err));
    SKR_TRY(skr_query_put(text, "(", err));
    SKR_TRY(skr_query_expr_print(node->alleles->left, text, err));
    SKR_TRY(skr_query_put(text, ", ", err));
    SKR_TRY(skr_query_expr_print(node->alleles->right, text, err));
    return skr_query_put(text, ")", err);
}

const skr_syntax skr_syntax_trans = {.parse = parse_trans, .print = print_trans};
const skr_syntax skr_syntax_carries = {.parse = parse_carries, .print = print_carries};
const skr_syntax skr_syntax_absent = {.parse = parse_absent, .print = print_absent};

/* ------------------------------------------------------------------ has(genome) */

static int parse_has(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                     const skr_expr **ret_node, skr_err *err)
{
    char shown[64];
    skr_expr node = {.op = condition->op};
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err));
    if (!skr_query_token_is(&parser->token, "genome"))
        return skr_query_parser_fail(parser, &parser->token, SKR_ERR_QUERY, err,
                                     "expected has(genome), found %s",
                                     skr_query_token_show(&parser->token, shown));
    SKR_TRY(skr_query_parser_advance(parser, err));
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "')'", err));
    return skr_query_parser_node(parser, &node, name, ret_node, err);
}

static int print_has(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return skr_query_put_term(text, skr_query_expr_word(node->op), "genome", err);
}

const skr_syntax skr_syntax_has = {.parse = parse_has, .print = print_has};

/* ------------------------------------------------------------------ not there yet */

static int parse_not_yet(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                         const skr_expr **ret_node, skr_err *err)
{
    char shown[64];
    (void)condition;
    (void)ret_node;
    return skr_query_parser_fail(parser, name, SKR_ERR_NOT_YET, err, "%s is not there yet",
                                 skr_query_token_show(name, shown));
}

static int print_not_yet(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    int status = skr_query_put(text, skr_query_expr_word(node->op), err);
    return status < 0 ? status : skr_query_put(text, "(...)", err);
}

const skr_syntax skr_syntax_not_yet = {.parse = parse_not_yet, .print = print_not_yet};
