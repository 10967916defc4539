/*
 * query_int.h - what the files of the parser share.
 *
 * Text becomes tokens (query_lexer.c), tokens become connectives (query_parse.c) over atoms about
 * individuals (query_parse_people.c) or alleles (query_parse_alleles.c), whose values are read by
 * query_parse_value.c.
 */
#ifndef SKR_ENGINE_QUERY_QUERY_INT_H
#define SKR_ENGINE_QUERY_QUERY_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/query.h"

/* A question longer than this is refused; thousands of variants fit. */
#define SKR_QUERY_BYTES_MAX (1u << 20)

/* Parentheses and `not` within each other; nobody writes more by hand. */
#define SKR_QUERY_DEPTH_MAX 200u

/* A file of ids: a hundred million of them of ten letters. */
#define SKR_QUERY_FILE_MAX (1ull << 30)

/* Memory that lives as long as the query, zeroed. Errors: NOMEM. */
SKR_MUST_USE int skr_query_alloc(skr_query *query, size_t n_bytes, void **ret_memory, skr_err *err);

typedef enum skr_token_kind {
    SKR_TOKEN_END,
    SKR_TOKEN_WORD,
    SKR_TOKEN_QUOTED,
    SKR_TOKEN_OPEN,
    SKR_TOKEN_CLOSE,
    SKR_TOKEN_COMMA,
    SKR_TOKEN_COMPARE,
} skr_token_kind;

typedef struct skr_token {
    skr_token_kind kind;
    const char *text; /* of a word, quotes taken off; lives in the query */
    skr_compare compare;
    uint32_t at;
    uint32_t n_at;
} skr_token;

typedef struct skr_parser {
    skr_query *query;
    const char *source;
    uint32_t n_source;
    uint32_t next;   /* where the lexer stands */
    skr_token token; /* looked at, not yet taken */
    unsigned depth;
    bool allow_files;
} skr_parser;

/* Is this byte part of a word that needs no quotes? */
bool skr_query_is_word_byte(char c);

/* Reads the next token into parser->token. Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_parser_advance(skr_parser *parser, skr_err *err);

/*
 * The token at hand is a word and the value of a place or an allele: lets it take what belongs to
 * it though no word holds it, digits in groups of three ("16,050,075"), and with `is_variant` what
 * stands between bases ("22:5A>G", "22:5 A>G"). Errors: NOMEM.
 */
SKR_MUST_USE int skr_parser_extend(skr_parser *parser, bool is_variant, skr_err *err);

/* Is the token this keyword, in any case? A quoted one never is. */
bool skr_token_is(const skr_token *token, const char *keyword);

/* The token for a message: "'word'" or "the end"; long ones are cut. text has room for 64. */
const char *skr_token_show(const skr_token *token, char *text);

/* Fails with the code and points at the token. */
int skr_parser_fail(const skr_parser *parser, const skr_token *token, int code, skr_err *err,
                    const char *format, ...) SKR_PRINTF(5, 6);

/* Fails unless the token is of this kind; takes it. what: "'('". Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_parser_expect(skr_parser *parser, skr_token_kind kind, const char *what,
                                   skr_err *err);

typedef enum skr_joint {
    SKR_JOINT_AND,
    SKR_JOINT_OR,
    SKR_JOINT_NOT, /* left alone */
} skr_joint;

typedef struct skr_field {
    const char *name;
    int op;    /* skr_expr_op or skr_aexpr_op */
    int value; /* skr_value_kind */
} skr_field;

/* What a field takes. Those from NUMBER on are ordered: < and > make sense. */
typedef enum skr_value_kind {
    SKR_VALUE_TEXT,
    SKR_VALUE_SEX,
    SKR_VALUE_KARYOTYPE,
    SKR_VALUE_IMPACT,
    SKR_VALUE_TYPE,
    SKR_VALUE_VARIANT,
    SKR_VALUE_REGION,
    SKR_VALUE_PATTERN, /* as VARIANT, with N for any base */
    SKR_VALUE_START,   /* a region, of the first base */
    SKR_VALUE_END,     /* a region, of the last base */
    SKR_VALUE_BASES,   /* A, C, G, T, N for any; - for none */
    SKR_VALUE_COPIES,
    SKR_VALUE_NUMBER,   /* any finite one */
    SKR_VALUE_WHOLE,    /* 0 to 2^53 */
    SKR_VALUE_FRACTION, /* 0 to 1 */
    SKR_VALUE_AGE,      /* years or an ISO 8601 duration */
} skr_value_kind;

/* FIELD COMPARE VALUE, or one value of FIELD in (...), or FIELD in @FILE. */
typedef struct skr_comparison {
    const skr_field *field;
    skr_token name;
    skr_token value;
    skr_compare compare;
    bool is_file; /* the value is @FILE, behind in */
} skr_comparison;

/* The two languages differ in their atoms and in the nodes that they make. */
typedef struct skr_grammar {
    int (*atom)(skr_parser *parser, const void **ret_node, skr_err *err);
    int (*compare)(skr_parser *parser, const skr_comparison *comparison, const void **ret_node,
                   skr_err *err);
    int (*join)(skr_parser *parser, skr_joint joint, const void *left, const void *right,
                const void **ret_node, skr_err *err);
} skr_grammar;

/* expr with its connectives, up to a token that cannot continue it. Errors: as skr_query_parse. */
SKR_MUST_USE int skr_parse_connectives(skr_parser *parser, const skr_grammar *grammar,
                                       const void **ret_node, skr_err *err);

/* The whole text with this grammar. Errors: as skr_query_parse. */
SKR_MUST_USE int skr_parse_whole(skr_query *query, const char *text, bool allow_files,
                                 const skr_grammar *grammar, const void **ret_node, skr_err *err);

/* What stands behind a field's name, which was taken: OP VALUE or in (...). */
SKR_MUST_USE int skr_parse_comparison(skr_parser *parser, const skr_grammar *grammar,
                                      const skr_field *field, const skr_token *name,
                                      const void **ret_node, skr_err *err);

/* "(" aexpr ")", for carries. */
SKR_MUST_USE int skr_parse_alleles_in(skr_parser *parser, const skr_aexpr **ret_aexpr,
                                      skr_err *err);

/* Is this word a field of the other language? For messages. */
const skr_field *skr_find_allele_field(const char *name);
const skr_field *skr_find_people_field(const char *name);
const skr_field *skr_find_field(const skr_field *fields, size_t n_fields, const char *name);

/* Is the word an allele, in any spelling? For messages. */
bool skr_token_is_variant(const skr_parser *parser, const skr_token *token);

/* The number of a comparison whose field takes one, in its range. Errors: QUERY. */
SKR_MUST_USE int skr_parse_number(const skr_parser *parser, const skr_comparison *comparison,
                                  double *ret_number, skr_err *err);

/* The value of a comparison that is one word of a list, as the list spells it. Errors: QUERY. */
SKR_MUST_USE int skr_parse_choice(const skr_parser *parser, const skr_comparison *comparison,
                                  const char **ret_word, skr_err *err);

/*
 * Into the node's contig, start0, end0: CONTIG, CONTIG:PLACE, and CONTIG with a range behind ':' or
 * '-' whose ends stand on both sides of '-' or "..", one of them left out or not. The node keeps
 * its text where the whole could be the name of a contig, too: the store decides. Errors: QUERY,
 * NOMEM.
 */
SKR_MUST_USE int skr_parse_region(skr_parser *parser, const skr_token *token, skr_aexpr *node,
                                  skr_err *err);

/* Makes the token's text the CURIE that it means, in its usual form. Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_parse_curie(const skr_parser *parser, skr_token *token, skr_err *err);

/* Reads a file of ids, one a line, into the node. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_parse_id_file(skr_parser *parser, const skr_token *token, skr_expr *node,
                                   skr_err *err);

#endif
