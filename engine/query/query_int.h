/*
 * query_int.h - what the files of the parser share.
 *
 * Text becomes tokens (query_lexer.c), tokens become connectives over conditions (query_parse.c).
 * How a condition is written and read stands in the table of query_syntax.h.
 */
#ifndef SKR_ENGINE_QUERY_QUERY_INT_H
#define SKR_ENGINE_QUERY_QUERY_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/query.h"
#include "storage/base/limits.h"

/* Memory that lives as long as the query, zeroed. Errors: NOMEM. */
SKR_MUST_USE int skr_query_alloc(skr_query *query, size_t n_bytes, void **ret_memory, skr_err *err);

/* Did skr_query_allow_files say so? */
bool skr_query_allows_files(const skr_query *query);

/* May standard input be read? Once. */
bool skr_query_take_stdin(skr_query *query);

typedef enum skr_token_kind {
    SKR_TOKEN_END,
    SKR_TOKEN_WORD,
    SKR_TOKEN_QUOTED,
    SKR_TOKEN_OPEN,
    SKR_TOKEN_CLOSE,
    SKR_TOKEN_COMMA,
    SKR_TOKEN_SEMICOLON,
    SKR_TOKEN_COMPARE,
} skr_token_kind;

typedef struct skr_token {
    skr_token_kind kind;
    const char *text; /* of a word, quotes taken off; lives in the query */
    skr_compare compare;
    uint32_t at;
    uint32_t n_at;
} skr_token;

/* A name for a part of a question: query_let.h. */
typedef struct skr_query_let skr_query_let;

typedef struct skr_parser {
    skr_query *query;
    const char *source;
    uint32_t n_source;
    uint32_t next;   /* where the lexer stands */
    skr_token token; /* looked at, not yet taken */
    unsigned depth;
    unsigned deepest;          /* depth since the last let */
    const skr_query_let *lets; /* the last one; NULL: none */
    size_t n_let_nodes;        /* that names have brought */
    bool allow_files;
    skr_query_parts *parts; /* of the outermost `and`; NULL: nobody wants them */
} skr_parser;

/* Is this byte part of a word that needs no quotes? */
bool skr_query_is_word_byte(char c);

/* Reads the next token into parser->token. Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_query_parser_advance(skr_parser *parser, skr_err *err);

/*
 * The token at hand is a word and the value of a place or an allele: lets it take what belongs to
 * it though no word holds it, digits in groups of three ("16,050,075"), and with `is_variant` what
 * stands between bases ("22:5A>G", "22:5 A>G"). Errors: NOMEM.
 */
SKR_MUST_USE int skr_query_parser_extend(skr_parser *parser, bool is_variant, skr_err *err);

/* Is the token this keyword, in any case? A quoted one never is. */
bool skr_query_token_is(const skr_token *token, const char *keyword);

/* The token for a message: "'word'" or "the end"; long ones are cut. text has room for 64. */
const char *skr_query_token_show(const skr_token *token, char *text);

/* Fails with the code and points at the token. */
int skr_query_parser_fail(const skr_parser *parser, const skr_token *token, int code, skr_err *err,
                          const char *format, ...) SKR_PRINTF(5, 6);

/* Fails unless the token is of this kind; takes it. what: "'('". Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_query_parser_expect(skr_parser *parser, skr_token_kind kind, const char *what,
                                         skr_err *err);

/* Makes the node, which points at the token. Errors: NOMEM. */
SKR_MUST_USE int skr_query_parser_node(skr_parser *parser, skr_expr *node, const skr_token *token,
                                       const skr_expr **ret_node, skr_err *err);

struct skr_condition;

/* FIELD COMPARE VALUE, or one value of FIELD in (...), or FIELD in @FILE. */
typedef struct skr_comparison {
    const struct skr_condition *condition;
    skr_token name;
    skr_token value;
    skr_compare compare;
    bool is_file; /* the value is @FILE, after in */
} skr_comparison;

/* The two languages: they differ in their conditions. */
typedef enum skr_language {
    SKR_LANGUAGE_PEOPLE,
    SKR_LANGUAGE_ALLELES,
} skr_language;

/* "(" conditions on alleles ")". Errors: as skr_query_parse. */
SKR_MUST_USE int skr_parse_alleles_in(skr_parser *parser, const skr_expr **ret_expr, skr_err *err);

/* "(" conditions on alleles "," conditions on alleles ")". Errors: as skr_query_parse. */
SKR_MUST_USE int skr_parse_alleles_pair(skr_parser *parser, const skr_expr **ret_one,
                                        const skr_expr **ret_other, skr_err *err);

/* What stands after a condition's word, which was taken: OP VALUE or in (...). Errors: as above. */
SKR_MUST_USE int skr_parse_comparison(skr_parser *parser, const struct skr_condition *condition,
                                      const skr_token *name, const skr_expr **ret_node,
                                      skr_err *err);

/* Is the word an allele, in any spelling? For messages. */
bool skr_query_token_is_variant(const skr_parser *parser, const skr_token *token);

/* Makes the token's text the CURIE that it means, in its usual form. Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_query_parse_curie(const skr_parser *parser, skr_token *token, skr_err *err);

/* Does a text mean a CURIE? */
bool skr_query_term_is_curie(const char *text);

/* The same where a term may be named by its label too: what holds no colon and is no CURIE stays as
 * it is. Errors: as above. */
SKR_MUST_USE int skr_query_parse_term_text(const skr_parser *parser, skr_token *token,
                                           skr_err *err);

/* "(" TERM or LABEL ")". Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_query_parse_term_in(skr_parser *parser, skr_token *ret_term, skr_err *err);

/* ------------------------------------------------------------------ printing */

/* Appends a text. Errors of all: NOMEM. */
SKR_MUST_USE int skr_query_put(skr_buffer *text, const char *more, skr_err *err);

/* Appends a word, in quotes where it needs them. */
SKR_MUST_USE int skr_query_put_word(skr_buffer *text, const char *word, skr_err *err);

/* Appends the name, the operator's sign, the word or the number. */
SKR_MUST_USE int skr_query_put_field(skr_buffer *text, const char *name, skr_compare compare,
                                     const char *word, skr_err *err);
SKR_MUST_USE int skr_query_put_number(skr_buffer *text, const char *name, skr_compare compare,
                                      double number, skr_err *err);

/* Appends name(term). */
SKR_MUST_USE int skr_query_put_term(skr_buffer *text, const char *name, const char *term,
                                    skr_err *err);

/* The canonical name of a contig, in canonical; one that has none as written: planning will refuse
 * it. */
const char *skr_query_contig(const char *contig, char *canonical, size_t n_canonical);

#endif
