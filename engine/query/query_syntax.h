/*
 * query_syntax.h - how each condition is written: what may follow its word, and its canonical text.
 *
 * Conditions that are written alike share a syntax; engine/face/conditions.h says which has which.
 */
#ifndef SKR_ENGINE_QUERY_QUERY_SYNTAX_H
#define SKR_ENGINE_QUERY_QUERY_SYNTAX_H

#include "engine/query/query_int.h"

/* What FIELD != VALUE means. */
typedef enum skr_unequal {
    SKR_UNEQUAL_KNOWN,   /* known, and another: the node keeps != */
    SKR_UNEQUAL_NOT,     /* everything has a value: the same as not FIELD=VALUE */
    SKR_UNEQUAL_REFUSED, /* what would be meant is not clear */
} skr_unequal;

typedef enum skr_extends {
    SKR_EXTENDS_NOT,
    SKR_EXTENDS_PLACE,   /* digits in groups of three belong to the value */
    SKR_EXTENDS_VARIANT, /* so does what stands between bases */
} skr_extends;

typedef struct skr_syntax {
    /* Takes what follows the word `name`, which was taken. NULL: a field, OP VALUE or in (...). */
    int (*parse)(skr_parser *parser, const struct skr_condition *condition, const skr_token *name,
                 const skr_expr **ret_node, skr_err *err);

    /* Reads the value of OP VALUE into node, which has op, compare, and the value as its text. */
    int (*read)(skr_parser *parser, const skr_comparison *comparison, skr_expr *node, skr_err *err);

    /* Appends the canonical text. */
    int (*print)(const skr_expr *node, skr_buffer *text, skr_err *err);

    const char *label; /* for messages about conditions that have no word */
    skr_unequal unequal;
    skr_extends extends;
    bool is_ordered;  /* < and > make sense */
    bool takes_files; /* reads what stands in @FILE itself */
    bool is_named;    /* its node's text, when it has one, is the word before the operator */
} skr_syntax;

typedef struct skr_condition {
    skr_expr_op op;
    const char *word; /* "": it has none */
    const skr_syntax *syntax;
} skr_condition;

/* The row of a condition, which is no connective. */
const skr_condition *skr_query_condition_of(skr_expr_op op);

/* Its word or its label, for messages. */
static inline const char *skr_condition_name(const skr_condition *condition)
{
    return condition->word[0] != '\0' ? condition->word : condition->syntax->label;
}

/* The condition of a language whose word this is, in any case; NULL: none. */
const skr_condition *skr_query_condition_find(skr_language language, const char *word);

/* Every condition of a language that has a word, one after the other; NULL after the last. */
const skr_condition *skr_query_condition_at(skr_language language, size_t i);

#endif
