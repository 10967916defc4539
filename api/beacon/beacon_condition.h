/*
 * beacon_condition.h - how Beacon says each condition: one row a condition, for both directions.
 *
 * engine/face/conditions.h says which condition has which row. The rows stand in the file of their
 * subject: beacon_place.c, beacon_kind.c, beacon_people.c; that of carries, which joins a variant
 * to people, in beacon_text.c. A condition on alleles is read from request parameters, one on
 * people from filters. How parameters and filters are spelt is no matter of a condition, and is
 * read before: beacon_parameters.c, beacon_filters.c.
 *
 * Threads: a draft and what was asked have one owner.
 */
#ifndef SKR_API_BEACON_BEACON_CONDITION_H
#define SKR_API_BEACON_BEACON_CONDITION_H

#include "api/beacon/beacon_request_int.h"

/* What start, end and bases come to together. */
typedef enum skr_beacon_shape {
    SKR_SHAPE_NOWHERE, /* no place, or one text that says it all */
    SKR_SHAPE_CONTIG,  /* referenceName alone: the whole contig */
    SKR_SHAPE_ALLELE,  /* one start, both bases: that allele */
    SKR_SHAPE_BEGINS,  /* one start, alternateBases: what begins there and has that ALT */
    SKR_SHAPE_RANGE,   /* one start, one end: what overlaps [start, end) */
    SKR_SHAPE_BRACKET, /* two of each: start and end inside of two ranges */
} skr_beacon_shape;

/* A variant that is being read, and what was said of it so far. */
typedef struct skr_beacon_asked {
    skr_query *query;               /* the nodes live in it */
    const skr_variant_words *words; /* bases in our form */
    const char *contig;             /* NULL: none is named */
    const char *assembly;           /* that an accession says, or NULL */
    skr_beacon_shape shape;
    const skr_expr *all; /* NULL: nothing was said */
} skr_beacon_asked;

/* Is a condition, or what joins some, one on alleles? */
bool skr_beacon_is_of_alleles(const skr_expr *node);

/* A filter as it was written; the texts are its owner's. */
typedef struct skr_beacon_filter {
    const char *id;
    const char *comparison; /* NULL: a term */
    const char *value;
    bool is_exact_term; /* includeDescendantTerms is false */
    bool is_similar;    /* so are terms that are alike enough: level, of skr_words_similarity */
    int level;
} skr_beacon_filter;

/* Is a filter that is a term one of effects: of the Sequence Ontology, below sequence_variant? */
bool skr_beacon_filter_is_effect(const skr_beacon_filter *filter);

/* A request that is being written. */
typedef struct skr_beacon_draft {
    struct json_t *parameters;
    struct json_t *filters;
    bool has_carries;
    int n_digits; /* that every number in it needs to be read as the same; 0: as few as any */
} skr_beacon_draft;

#define SKR_BEACON_NAMES_MAX 6

/* What is left out is NULL or false. */
typedef struct skr_beacon_condition {
    /* Why Beacon does not say it, in words that follow "no request asks this:". Then there is
     * nothing else in the row. */
    const char *none;

    /* The parameters that it is read from and written to, each under its usual name; NULL after the
     * last. */
    const char *parameters[SKR_BEACON_NAMES_MAX];

    /* Adds it to what is asked if the parameters say it. Errors: QUERY naming the parameter,
     * NOMEM. */
    int (*read)(skr_beacon_asked *asked, skr_err *err);

    /* It says where: read before the others, so what is wrong with a place is told first. */
    bool is_place;

    /* The ids of filters that compare it, the one that is written first; NULL after the last. */
    const char *fields[SKR_BEACON_NAMES_MAX];

    /* A filter as a condition: node has op and, if the filter compares, compare. Errors: QUERY
     * naming the filter, NOMEM. */
    int (*read_filter)(skr_query *query, const skr_beacon_filter *filter, skr_expr *node,
                       const skr_expr **ret_node, skr_err *err);

    /* Adds it to the draft. Returns why no request says it, like none, or NULL. */
    const char *(*write)(const skr_expr *node, skr_beacon_draft *draft);
} skr_beacon_condition;

/* Beacon has no words for such a condition, on alleles and on people. */
extern const skr_beacon_condition skr_beacon_alleles_none;
extern const skr_beacon_condition skr_beacon_people_none;
extern const skr_beacon_condition skr_beacon_people_absent;

/* A filter whose value is a word as it is, and whose operator is =. Errors: as read_filter. */
SKR_MUST_USE int skr_beacon_read_word(skr_query *query, const skr_beacon_filter *filter,
                                      skr_expr *node, const skr_expr **ret_node, skr_err *err);

/* The row of a condition; NULL: a connective or ALL. */
const skr_beacon_condition *skr_beacon_condition_of(skr_expr_op op);

/* The condition on people that a filter with this id compares, in any case and also with
 * "individual." before it. False: none has such a field. */
bool skr_beacon_condition_find(const char *id, skr_expr_op *ret_op);

/* One more condition on the variant. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_asked_add(skr_beacon_asked *asked, const skr_expr *node, skr_err *err);

/* Sets the shape of what is asked. Errors: QUERY saying which parameters do not go together. */
SKR_MUST_USE int skr_beacon_place_shape(skr_beacon_asked *asked, skr_err *err);

/* What was written of a place, put together as requests have it. Returns why no request has it so,
 * or NULL. */
const char *skr_beacon_place_settle(skr_beacon_draft *draft);

/* Is the parameter in the draft? */
bool skr_beacon_draft_has(const skr_beacon_draft *draft, const char *parameter);

/* Adds a parameter; its value is taken. Returns twice if it is in the draft already, or NULL. */
const char *skr_beacon_draft_set(skr_beacon_draft *draft, const char *parameter,
                                 struct json_t *value, const char *twice);

/* A text as the value of a parameter; otherwise as above. One that is not UTF-8 is not said. */
const char *skr_beacon_draft_text(skr_beacon_draft *draft, const char *parameter, const char *text,
                                  const char *twice);

/* Adds a filter, which is taken. Returns why there is no room, or NULL. */
const char *skr_beacon_draft_filter(skr_beacon_draft *draft, struct json_t *filter);

/* Adds a filter that compares a number; otherwise as above. */
const char *skr_beacon_draft_compare(skr_beacon_draft *draft, const char *id, skr_compare compare,
                                     double number);

#endif
