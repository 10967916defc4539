/*
 * query.h - a question as a tree: what the language says and what a Beacon request says.
 *
 * docs/query-language.md has the grammar. Two kinds of node: an skr_expr is about individuals, an
 * skr_aexpr about alleles. Nodes live in the query that made them and die with it; texts are copied
 * into it. Names (genes, terms, contigs) are resolved when the query is planned against a store,
 * and each node remembers the place of its word, so that an error can point at it.
 *
 * Threads: a query is not changed after it is made, and may then be read by any number.
 */
#ifndef SKR_ENGINE_FACE_QUERY_H
#define SKR_ENGINE_FACE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/words.h"
#include "storage/base/buffer.h"
#include "storage/base/compare.h"
#include "storage/base/err.h"
#include "storage/base/id_text.h"

/* ------------------------------------------------------------------ alleles */

typedef enum skr_aexpr_op {
    SKR_A_AND,
    SKR_A_OR,
    SKR_A_NOT,
    SKR_A_ALL,     /* every allele */
    SKR_A_VARIANT, /* text: as of skr_query_variant */
    SKR_A_REGION,  /* contig, [start0, end0): overlap with the canonical REF span; end0 UINT32_MAX:
                    * to the end of the contig. text: what may be the name of a contig instead, or
                    * NULL */
    SKR_A_GENE,    /* text */
    SKR_A_EFFECT,  /* text; needs annotations */
    SKR_A_IMPACT,  /* text; needs annotations */
    SKR_A_PROTEIN, /* text; needs annotations */
    SKR_A_TYPE,    /* text: snv, ins, del ..., as skr_query_type gives it */
    SKR_A_LENGTH,  /* compare, number */
    SKR_A_AF,      /* compare, number: in the whole dataset */
    SKR_A_AC,      /* compare, number */
    SKR_A_FILTER,  /* text: PASS */
    SKR_A_COPIES,  /* number 1 or 2: of the carrier, not of the allele */
    /* in the words of Beacon */
    SKR_A_SEQUENCE, /* contig, start0, ref, alt as given: N matches any base, "" is the bare form */
    SKR_A_BRACKET,  /* contig, start in [start0, start_to0), end in [end0, end_to0) */
    SKR_A_ALT,      /* text: alternateBases beside a range; N matches any base */
} skr_aexpr_op;

typedef struct skr_aexpr {
    skr_aexpr_op op;
    const struct skr_aexpr *left; /* of AND, OR; the only one of NOT */
    const struct skr_aexpr *right;
    const char *text;
    const char *contig; /* as written */
    const char *ref;
    const char *alt;
    uint32_t start0;
    uint32_t start_to0;
    uint32_t end0;
    uint32_t end_to0;
    skr_compare compare;
    double number;
    const char *source; /* the whole text that was parsed; NULL for Beacon requests */
    uint32_t at;        /* place of its word in the source, in bytes */
    uint32_t n_at;      /* 0: nothing to point at */
} skr_aexpr;

/* ------------------------------------------------------------------ individuals */

typedef enum skr_expr_op {
    SKR_E_AND,
    SKR_E_OR,
    SKR_E_NOT,
    SKR_E_ALL,       /* everybody */
    SKR_E_CARRIES,   /* alleles */
    SKR_E_BIALLELIC, /* alleles; not built yet */
    SKR_E_ABSENT,    /* text: a variant; called there, and without it */
    SKR_E_TERM,      /* text: a CURIE, descendants included */
    SKR_E_ONLY,      /* text: that class alone */
    SKR_E_SIMILAR,   /* not built yet */
    SKR_E_SEX,       /* text: female, male, other, unknown; compare: = or !=, and != is false for
                      * somebody of whom it is not known; so for the next three */
    SKR_E_KARYOTYPE, /* text: XX, XY, ... unknown */
    SKR_E_COUNTRY,   /* text: a CURIE or a label */
    SKR_E_ANCESTRY,  /* text: a CURIE or a label */
    SKR_E_DATASET,   /* text: an id */
    SKR_E_AGE,       /* compare, number in years */
    SKR_E_ONSET,     /* text: a term, or NULL for any disease; compare, number in years */
    SKR_E_VALUE,     /* text: a CURIE; compare, number */
    SKR_E_ID,        /* text: an individual's id */
    SKR_E_ID_FILE,   /* ids: read from @FILE, as they stand there */
} skr_expr_op;

typedef struct skr_expr {
    skr_expr_op op;
    const struct skr_expr *left;
    const struct skr_expr *right;
    const skr_aexpr *alleles;
    const char *text;
    skr_compare compare;
    double number;
    const skr_id_text *ids; /* of ID_FILE, whose name is the text */
    size_t n_ids;
    const char *source; /* as in skr_aexpr */
    uint32_t at;
    uint32_t n_at;
} skr_expr;

/* A tree and all that it holds. */
typedef struct skr_query skr_query;

/* An empty query to build nodes in. The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_query_new(skr_query **ret_query, skr_err *err);

/* Frees the query and its nodes. NULL is allowed. */
void skr_query_free(skr_query *query);

/* A copy of a text that lives as long as the query. Errors: NOMEM. */
SKR_MUST_USE int skr_query_text(skr_query *query, const char *text, size_t n, const char **ret_text,
                                skr_err *err);

/* A new node, copied from one on the stack whose texts already live long enough. Errors: NOMEM. */
SKR_MUST_USE int skr_query_expr(skr_query *query, const skr_expr *node, const skr_expr **ret_node,
                                skr_err *err);
/*
 * The condition that somebody's sex compares so (= or !=) with what a word means; at gives compare
 * and the place in the source. Errors: NOMEM.
 */
SKR_MUST_USE int skr_query_sex(skr_query *query, const skr_sex_word *word, const skr_expr *at,
                               const skr_expr **ret_node, skr_err *err);

/* The name of a country or an ancestry as it is compared: a CURIE in its usual form, or the word.
 * Errors: NOMEM. */
SKR_MUST_USE int skr_query_origin(skr_query *query, const char *name, const char **ret_text,
                                  skr_err *err);
SKR_MUST_USE int skr_query_aexpr(skr_query *query, const skr_aexpr *node,
                                 const skr_aexpr **ret_node, skr_err *err);

/*
 * Parse the language. allow_files: "id in @FILE" may read files (command line only). The nodes live
 * in query; AND and OR of many operands are balanced trees, so that their depth stays small. An
 * error's message has skr_query_point's two further lines. Errors: QUERY, NOT_YET, INPUT (an
 * @FILE), IO, NOMEM.
 */
SKR_MUST_USE int skr_query_parse(skr_query *query, const char *text, bool allow_files,
                                 const skr_expr **ret_expr, skr_err *err);
SKR_MUST_USE int skr_query_parse_alleles(skr_query *query, const char *text,
                                         const skr_aexpr **ret_aexpr, skr_err *err);

/*
 * The text that a VARIANT node has for an allele in any spelling that is taken: see
 * index/keys/variant_spelling.h. It lives as long as the query; its first *ret_n_contig bytes are
 * the contig. Errors: QUERY, saying what is taken; NOMEM.
 */
SKR_MUST_USE int skr_query_variant(skr_query *query, const char *written, const char **ret_text,
                                   size_t *ret_n_contig, skr_err *err);

/*
 * Appends two lines to err's message, each after a '\n' (no other messages hold one): the source,
 * or a window of it, and carets under the n_at bytes at `at`. A node's error is pointed at with
 * skr_query_point(err, node->source, node->at, node->n_at). Nothing happens when err or source is
 * NULL, n_at is 0, or the message points already. Returns err's code, or 0 when err is NULL.
 */
int skr_query_point(skr_err *err, const char *source, uint32_t at, uint32_t n_at);

/*
 * The text of a node TYPE: the name that index/keys/variant_type.h gives a word, symbol or term,
 * with or without brackets. what: the field or parameter, for the message, which names the nearest
 * ones. Errors: QUERY, NOMEM.
 */
SKR_MUST_USE int skr_query_type(skr_query *query, const char *what, const char *word,
                                const char **ret_text, skr_err *err);

/* Appends the canonical text: equal questions have equal texts. Errors: NOMEM. */
SKR_MUST_USE int skr_expr_print(const skr_expr *expr, skr_buffer *text, skr_err *err);
SKR_MUST_USE int skr_aexpr_print(const skr_aexpr *aexpr, skr_buffer *text, skr_err *err);

#endif
