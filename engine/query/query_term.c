/*
 * query_term.c - terms as conditions on people.
 */
#include <string.h>

#include "engine/face/words.h"
#include "engine/query/query_syntax.h"
#include "index/terms/curie.h"

int skr_query_parse_term_text(const skr_parser *parser, skr_token *token, skr_err *err)
{
    if (strchr(token->text, ':') == NULL && !skr_query_term_is_curie(token->text))
        return SKR_OK; /* a label: the store knows it, or says that it does not */
    return skr_query_parse_curie(parser, token, err);
}

bool skr_query_term_is_curie(const char *text)
{
    char curie[SKR_CURIE_MAX];
    return skr_curie_read(text, curie);
}

int skr_query_parse_curie(const skr_parser *parser, skr_token *token, skr_err *err)
{
    char shown[64];
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_read(token->text, curie))
        return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                     "expected a term like HP:0000118, found %s",
                                     skr_query_token_show(token, shown));
    return skr_query_text(parser->query, curie, strlen(curie), &token->text, err);
}

int skr_query_parse_term_in(skr_parser *parser, skr_token *ret_term, skr_err *err)
{
    char shown[64];
    int status = skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err);
    if (status < 0)
        return status;
    skr_token term = parser->token;
    if (term.kind != SKR_TOKEN_WORD && term.kind != SKR_TOKEN_QUOTED)
        return skr_query_parser_fail(parser, &term, SKR_ERR_QUERY, err, "expected a term, found %s",
                                     skr_query_token_show(&term, shown));
    status = skr_query_parse_term_text(parser, &term, err);
    if (status == SKR_OK)
        status = skr_query_parser_advance(parser, err);
    if (status == SKR_OK)
        status = skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "')'", err);
    if (status == SKR_OK)
        *ret_term = term;
    return status;
}

/* A label has the field before it: alone it could be a word of the language. */
static int print_term(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    if (strchr(node->text, ':') == NULL)
        return skr_query_put_field(text, "term", SKR_EQ, node->text, err);
    return skr_query_put_word(text, node->text, err);
}

static int parse_only(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                      const skr_expr **ret_node, skr_err *err)
{
    skr_token term = {0};
    (void)name;
    int status = skr_query_parse_term_in(parser, &term, err);
    if (status < 0)
        return status;
    skr_expr node = {.op = condition->op, .text = term.text};
    return skr_query_parser_node(parser, &node, &term, ret_node, err);
}

static int print_only(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return skr_query_put_term(text, skr_query_expr_word(node->op), node->text, err);
}

/* term=HP:1, term=LABEL, term in (...), term in @FILE: the same as the term alone. */
static int read_term(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                     skr_err *err)
{
    skr_token term = comparison->value;
    SKR_TRY(skr_query_parse_term_text(parser, &term, err));
    node->text = term.text;
    return SKR_OK;
}

/* similar(TERM, high). */
static int parse_similar(skr_parser *parser, const skr_condition *condition, const skr_token *name,
                         const skr_expr **ret_node, skr_err *err)
{
    char shown[64];
    int level = 0;
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err));
    skr_token term = parser->token;
    if (term.kind != SKR_TOKEN_WORD && term.kind != SKR_TOKEN_QUOTED)
        return skr_query_parser_fail(parser, &term, SKR_ERR_QUERY, err, "expected a term, found %s",
                                     skr_query_token_show(&term, shown));
    SKR_TRY(skr_query_parse_curie(parser, &term, err));
    SKR_TRY(skr_query_parser_advance(parser, err));
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_COMMA,
                                    "',' and high, medium or low: similar(HP:0003473, high)", err));
    level = parser->token.kind == SKR_TOKEN_WORD ? skr_words_similarity(parser->token.text) : -1;
    if (level < 0)
        return skr_query_parser_fail(parser, &parser->token, SKR_ERR_QUERY, err,
                                     "expected high, medium or low, found %s",
                                     skr_query_token_show(&parser->token, shown));
    SKR_TRY(skr_query_parser_advance(parser, err));
    SKR_TRY(skr_query_parser_expect(parser, SKR_TOKEN_CLOSE, "')'", err));
    (void)name;
    skr_expr node = {.op = condition->op, .text = term.text, .number = level};
    return skr_query_parser_node(parser, &node, &term, ret_node, err);
}

static int print_similar(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    SKR_TRY(skr_query_put(text, skr_query_expr_word(node->op), err));
    SKR_TRY(skr_query_put(text, "(", err));
    SKR_TRY(skr_query_put_word(text, node->text, err));
    SKR_TRY(skr_query_put(text, ", ", err));
    SKR_TRY(skr_query_put(text, skr_words_similarity_name((int)node->number), err));
    return skr_query_put(text, ")", err);
}

const skr_syntax skr_syntax_similar = {.parse = parse_similar, .print = print_similar};
const skr_syntax skr_syntax_term = {
    .read = read_term, .print = print_term, .unequal = SKR_UNEQUAL_REFUSED};
const skr_syntax skr_syntax_only = {.parse = parse_only, .print = print_only};
