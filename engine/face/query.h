/*
 * query.h - a question as a tree: what the language says and what a Beacon request says.
 *
 * docs/query-language.md has the grammar. A tree joins conditions by and, or, not; one about
 * individuals may hold one about alleles (carries). Nodes live in the query that made them and die
 * with it; texts are copied into it. Names (genes, terms, contigs) are resolved when the query is
 * planned against a store, and each node remembers the place of its word, so that an error can
 * point at it.
 *
 * Threads: a query is not changed after it is made, and may then be read by any number.
 */
#ifndef SKR_ENGINE_FACE_QUERY_H
#define SKR_ENGINE_FACE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/conditions.h"
#include "engine/face/words.h"
#include "storage/base/buffer.h"
#include "storage/base/compare.h"
#include "storage/base/err.h"
#include "storage/base/id_text.h"

/*
 * What a node is: a connective, ALL (everybody, every allele), or a condition of conditions.h. What
 * else a condition's node holds:
 *
 *   VARIANT    text: as of skr_query_variant
 *   REGION     contig, [start0, end0): overlap with the canonical REF span; end0 UINT32_MAX: to the
 *              end of the contig. text: what may be the name of a contig instead, or NULL
 *   GENE, FILTER     text
 *   EFFECT, IMPACT, PROTEIN, SIGNIFICANCE     text: as index/effects spells it
 *   NAME       text: a name such as rs1801133, in lower case
 *   TYPE       text: snv, ins, del ..., as skr_query_type gives it
 *   AF, AC     compare, number: in the whole dataset
 *   LENGTH     compare, number
 *   COPIES     number 1 or 2: of the carrier, not of the allele
 *   SEQUENCE   contig, start0, ref, alt as given: N matches any base, "" is the bare form
 *   START      contig, [start0, start_to0): the REF span begins in it
 *   END        contig, [end0, end_to0): the REF span ends in it, half open as it is
 *   ALT        text: alternateBases beside a range; N matches any base
 *
 *   SEX        text: female, male, other, unknown; compare: = or !=, and != is false for somebody
 *              of whom it is not known; so for the next three
 *   KARYOTYPE  text: XX, XY, ... unknown
 *   COUNTRY, ANCESTRY     text: a CURIE or a label
 *   DATASET, ID, SAMPLE   text: an id, or the name of a sample
 *   ID_FILE    ids: read from @FILE, as they stand there; text: its name
 *   AGE        compare, number in years
 *   CARRIES    alleles: a tree of conditions on alleles; so BIALLELIC
 *   TRANS      alleles: OR of two VARIANT, on different haplotypes
 *   ABSENT     text: a variant; called there, and without it
 *   UNASSESSED text: a variant; has a genome, and was not called there
 *   HAS        has a genome
 *   EXCLUDED   text: a CURIE; was found not to have it, or what stands above it
 *   TERM       text: a CURIE, descendants included; ONLY: that class alone
 *   SIMILAR    text: a CURIE; number: its level, of index/ontology/similarity.h (0 is high)
 *   ONSET      text: a term, or NULL for any disease; compare, number in years
 *   VALUE      text: a CURIE; compare, number
 */
typedef enum skr_expr_op {
    SKR_E_AND,
    SKR_E_OR,
    SKR_E_NOT,
    SKR_E_ALL,
#define SKR_CONDITION_OP(op, word, syntax, judge, beacon) op,
    SKR_ALLELE_CONDITIONS(SKR_CONDITION_OP)
    SKR_PEOPLE_CONDITIONS(SKR_CONDITION_OP)
#undef SKR_CONDITION_OP
        SKR_N_EXPR_OPS,
} skr_expr_op;

typedef struct skr_expr {
    skr_expr_op op;
    skr_compare compare;
    const struct skr_expr *left; /* of AND, OR; the only one of NOT */
    const struct skr_expr *right;
    const struct skr_expr *alleles;
    const char *text;
    double number;
    const char *contig; /* as written */
    const char *ref;
    const char *alt;
    uint32_t start0;
    uint32_t start_to0;
    uint32_t end0;
    uint32_t end_to0;
    const skr_id_text *ids;
    size_t n_ids;
    const char *source; /* the whole text that was parsed; NULL for Beacon requests */
    uint32_t at;        /* place of its word in the source, in bytes */
    uint32_t n_at;      /* 0: nothing to point at */
} skr_expr;

/* The word of a condition in the language; "" when it has none. */
const char *skr_query_expr_word(skr_expr_op op);

/* A tree and all that it holds. */
typedef struct skr_query skr_query;

/* An empty query to build nodes in. The caller owns it. Errors: NOMEM. */
SKR_MUST_USE int skr_query_new(skr_query **ret_query, skr_err *err);

/* From now on whatever is parsed into it may read files (FIELD in @FILE), also conditions on
 * alleles alone. has_stdin false: @- is refused, since somebody else reads it. */
void skr_query_allow_files(skr_query *query, bool has_stdin);

/* Frees the query and its nodes. NULL is allowed. */
void skr_query_free(skr_query *query);

/* A copy of a text that lives as long as the query. Errors: NOMEM. */
SKR_MUST_USE int skr_query_text(skr_query *query, const char *text, size_t n, const char **ret_text,
                                skr_err *err);

/* A new node, copied from one on the stack whose texts already live long enough. Errors: NOMEM. */
SKR_MUST_USE int skr_query_expr(skr_query *query, const skr_expr *node, const skr_expr **ret_node,
                                skr_err *err);

/* left and right joined by AND or OR, or the one that is not NULL. Errors: NOMEM. */
SKR_MUST_USE int skr_query_join(skr_query *query, skr_expr_op op, const skr_expr *left,
                                const skr_expr *right, const skr_expr **ret_node, skr_err *err);

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

/* The CURIE that a text means, in its usual form; *ret_curie NULL: it is none. Errors: NOMEM. */
SKR_MUST_USE int skr_query_curie(skr_query *query, const char *text, const char **ret_curie,
                                 skr_err *err);

/*
 * Parse the language. allow_files: "FIELD in @FILE" may read files (command line only). The nodes
 * live in query; AND and OR of many operands are balanced trees, so that their depth stays small.
 * An error's message has skr_query_point's two further lines. Errors: QUERY, NOT_YET, INPUT (an
 * @FILE), IO, NOMEM.
 */
SKR_MUST_USE int skr_query_parse(skr_query *query, const char *text, bool allow_files,
                                 const skr_expr **ret_expr, skr_err *err);

/* An operand of the outermost `and` of a question, as it was written, on one line. Both live as
 * long as the query. */
typedef struct skr_query_part {
    const skr_expr *expr;
    const char *text;
} skr_query_part;

/* In the order in which they were written; what stands in parentheses is one part. */
typedef struct skr_query_parts {
    skr_query_part *items;
    size_t n; /* 1: the question is no `and` */
    size_t n_max;
} skr_query_parts;

/* As skr_query_parse, and what the question is made of; *ret_parts, zeroed or done, is the
 * caller's. Errors: as above. */
SKR_MUST_USE int skr_query_parse_parts(skr_query *query, const char *text, bool allow_files,
                                       const skr_expr **ret_expr, skr_query_parts *ret_parts,
                                       skr_err *err);
void skr_query_parts_done(skr_query_parts *parts);

/* The same for a question about alleles. Errors: as skr_query_parse. */
SKR_MUST_USE int skr_query_parse_alleles(skr_query *query, const char *text,
                                         const skr_expr **ret_expr, skr_err *err);

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

/* The texts of nodes EFFECT, PROTEIN and SIGNIFICANCE for what was written: index/effects. Errors:
 * QUERY (a PROTEIN that is none), NOMEM. */
SKR_MUST_USE int skr_query_effect(skr_query *query, const char *word, const char **ret_text,
                                  skr_err *err);
SKR_MUST_USE int skr_query_protein(skr_query *query, const char *word, const char **ret_text,
                                   skr_err *err);
SKR_MUST_USE int skr_query_significance(skr_query *query, const char *word, const char **ret_text,
                                        skr_err *err);

/* Is a text a name of alleles by its look, letters and then digits (rs1801133, VCV000012345.3), and
 * no allele in any spelling? */
bool skr_query_is_name(const char *text);

/* The text of a node NAME. Errors: NOMEM. */
SKR_MUST_USE int skr_query_name(skr_query *query, const char *word, const char **ret_text,
                                skr_err *err);

/*
 * The text of a node TYPE: the name that index/keys/variant_type.h gives a word, symbol or term,
 * with or without brackets. what: the field or parameter, for the message, which names the nearest
 * ones. Errors: QUERY, NOMEM.
 */
SKR_MUST_USE int skr_query_type(skr_query *query, const char *what, const char *word,
                                const char **ret_text, skr_err *err);

/* Does a word mean any change of a sequence, which no type has to be asked for:
 * sequence_alteration, SO:0001059? */
bool skr_query_type_is_any(const char *word);

/* Appends the canonical text: equal questions have equal texts. Errors: NOMEM. */
SKR_MUST_USE int skr_query_expr_print(const skr_expr *expr, skr_buffer *text, skr_err *err);

#endif
