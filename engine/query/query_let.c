/*
 * query_let.c - names for parts of a question: let NAME = EXPR; ...
 *
 * A name stands for its part wherever it is written, as if the part stood there in parentheses. A
 * tree of names within names would grow without bound, so its nodes are counted, and its depth.
 */
#include "engine/query/query_let.h"

#include <string.h>
#include <strings.h>

#include "engine/query/query_syntax.h"
#include "storage/base/suggest.h"

/* Nodes that all names of a question may bring. */
#define NODES_MAX 200000u

struct skr_query_let {
    const skr_query_let *before;
    const char *name;
    const skr_expr *expr;
    size_t n_nodes;
    unsigned depth; /* of its parentheses, those of names within it included */
};

static size_t count_nodes(const skr_expr *expr)
{
    size_t n = 1;
    for (; expr->left != NULL; expr = expr->left)
        n += 1 + (expr->right == NULL ? 0 : count_nodes(expr->right));
    return n;
}

static const skr_query_let *find(const skr_parser *parser, const char *name)
{
    const skr_query_let *at = parser->lets;
    while (at != NULL && strcasecmp(at->name, name) != 0)
        at = at->before;
    return at;
}

int skr_query_let_check(const skr_parser *parser, const skr_token *name, skr_err *err)
{
    static const char *const taken[] = {"let", "and", "or", "not", "in", "all"};
    char shown[64];
    bool is_taken = name->kind == SKR_TOKEN_WORD &&
                    (skr_query_condition_find(SKR_LANGUAGE_PEOPLE, name->text) != NULL ||
                     skr_query_condition_find(SKR_LANGUAGE_ALLELES, name->text) != NULL);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        is_taken |= skr_query_token_is(name, taken[i]);
    if (name->kind != SKR_TOKEN_WORD || strpbrk(name->text, ":@-+/.*#>") != NULL)
        return skr_query_parser_fail(parser, name, SKR_ERR_QUERY, err,
                                     "expected a name of letters, digits and _ after let, found %s",
                                     skr_query_token_show(name, shown));
    if (is_taken)
        return skr_query_parser_fail(parser, name, SKR_ERR_QUERY, err,
                                     "%s is a word of the language: let takes another name",
                                     skr_query_token_show(name, shown));
    if (find(parser, name->text) != NULL)
        return skr_query_parser_fail(parser, name, SKR_ERR_QUERY, err, "%s is let twice",
                                     skr_query_token_show(name, shown));
    return SKR_OK;
}

int skr_query_let_add(skr_parser *parser, const skr_token *name, const skr_expr *expr, skr_err *err)
{
    void *memory = NULL;
    SKR_TRY(skr_query_alloc(parser->query, sizeof(skr_query_let), &memory, err));
    skr_query_let *let = memory;
    *let = (skr_query_let){parser->lets, name->text, expr, count_nodes(expr), parser->deepest + 1};
    parser->lets = let;
    parser->deepest = 0;
    return SKR_OK;
}

int skr_query_let_use(skr_parser *parser, const skr_token *token, const skr_expr **ret_expr,
                      skr_err *err)
{
    const skr_query_let *let = token->kind == SKR_TOKEN_WORD ? find(parser, token->text) : NULL;
    *ret_expr = NULL;
    if (let == NULL)
        return SKR_OK;
    unsigned depth = parser->depth + let->depth;
    parser->n_let_nodes += let->n_nodes;
    if (depth > SKR_QUERY_DEPTH_MAX || parser->n_let_nodes > NODES_MAX)
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "written out, the names of let make this question too %s",
                                     depth > SKR_QUERY_DEPTH_MAX ? "deep" : "long");
    if (depth > parser->deepest)
        parser->deepest = depth;
    *ret_expr = let->expr;
    return SKR_OK;
}

void skr_query_let_suggest(const skr_parser *parser, skr_suggest *suggest)
{
    for (const skr_query_let *at = parser->lets; at != NULL; at = at->before)
        skr_suggest_offer(suggest, at->name);
}
