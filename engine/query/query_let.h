/* query_let.h - names for parts of a question about people: let NAME = EXPR; ... */
#ifndef SKR_ENGINE_QUERY_QUERY_LET_H
#define SKR_ENGINE_QUERY_QUERY_LET_H

#include "engine/query/query_int.h"
#include "storage/base/suggest.h"

/* May the token become a name? Errors: QUERY. */
SKR_MUST_USE int skr_query_let_check(const skr_parser *parser, const skr_token *name, skr_err *err);

/* From now on the name stands for the expression, which was parsed since the last one. Errors:
 * NOMEM. */
SKR_MUST_USE int skr_query_let_add(skr_parser *parser, const skr_token *name, const skr_expr *expr,
                                   skr_err *err);

/* What the token stands for; *ret_expr NULL: it is no such name. Errors: QUERY where the question
 * would become too long or too deep. */
SKR_MUST_USE int skr_query_let_use(skr_parser *parser, const skr_token *token,
                                   const skr_expr **ret_expr, skr_err *err);

/* Offers the names. */
void skr_query_let_suggest(const skr_parser *parser, skr_suggest *suggest);

#endif
