/*
 * plan_condition.h - what judges a condition on alleles: where alleles that satisfy it can be, and
 * whether one does, whether rows do, whether any row of a tile can.
 *
 * engine/face/conditions.h says which condition has which of these. Each stands in the file of its
 * subject: plan_name.c, plan_place.c, plan_number.c, plan_kind.c.
 */
#ifndef SKR_ENGINE_PLAN_PLAN_CONDITION_H
#define SKR_ENGINE_PLAN_PLAN_CONDITION_H

#include "engine/plan/plan.h"

/* Of up to 64 things: those that satisfy, those that do not; of the others it is not known yet. */
typedef struct skr_verdicts {
    uint64_t yes;
    uint64_t no;
} skr_verdicts;

/* Up to 64 things that are judged together, and what judges a condition of one kind of them. */
typedef struct skr_judged {
    skr_verdicts (*judge)(const skr_plan_node *node, const struct skr_judged *judged);
    uint64_t all;   /* a bit for each */
    uint64_t asked; /* those that other conditions leave open */
} skr_judged;

/*
 * The one place where and, or, not are evaluated over yes, no and unknown. judged->asked is as
 * before afterwards.
 */
skr_verdicts skr_plan_evaluate(const skr_plan_node *node, skr_judged *judged);

/* The verdict of thing number i. */
static inline skr_verdict skr_verdict_at(const skr_verdicts *words, uint32_t i)
{
    return (words->yes >> i & 1) != 0 ? SKR_YES : (words->no >> i & 1) != 0 ? SKR_NO : SKR_MAYBE;
}

/* Yes or no. */
static inline skr_verdict skr_verdict_of(bool is_so)
{
    return is_so ? SKR_YES : SKR_NO;
}

/* One allele, for carriers of `copies` copies: 1, or 2 for two and more. */
typedef struct skr_allele_asked {
    skr_judged judged; /* first */
    const skr_allele *key;
    const skr_allele_facts *facts;
    unsigned copies;
} skr_allele_asked;

/* Up to 64 rows of a tile. */
typedef struct skr_row_block {
    skr_judged judged; /* first */
    const skr_tile_rows *rows;
    uint32_t from;
    uint32_t n;
    unsigned copies;
    bool has_facts;
    uint64_t half;  /* an AN below it is low; 0: nobody wants to know */
    uint64_t *seen; /* rows whose af was decided, and those of them with a low AN */
    uint64_t *low;
} skr_row_block;

/* One tile. */
typedef struct skr_tile_asked {
    skr_judged judged; /* first */
    const skr_tile *tile;
    bool has_facts; /* no other tile of the dataset adds to its rows */
} skr_tile_asked;

/* What is left out is NULL or false. */
typedef struct skr_plan_condition {
    /* Finds what the node's names mean in the store. Left out: it has none. Errors: QUERY pointing
     * at the word, CORRUPT, IO, NOMEM. */
    int (*resolve)(skr_plan *plan, skr_plan_node *node, skr_err *err);

    /* Adds the places where alleles that satisfy it are. Left out: everywhere. Errors: NOMEM. */
    int (*reach)(const skr_plan_node *node, skr_interval_list *list, skr_err *err);

    skr_verdict (*judge)(const skr_plan_node *node, const skr_allele_asked *asked);

    /* Left out: row by row, as judge says. */
    skr_verdicts (*judge_rows)(const skr_plan_node *node, const skr_row_block *block);

    /* Left out: it is not known. */
    skr_verdict (*judge_tile)(const skr_plan_node *node, const skr_tile_asked *asked);

    bool is_number;     /* of totals: judged after places and types */
    bool is_frequency;  /* compares af, which means little where AN is low */
    bool is_filter;     /* asks whether a record passed FILTER */
    bool is_range;      /* compares a number that an allele has one of */
    bool is_of_carrier; /* carriers of one copy and of two are judged apart */
    bool is_of_line;    /* of a line of annotation: plan_group.c takes it together with others */
    bool tells_apart;   /* alleles that a place and type alone holds may differ in it */
} skr_plan_condition;

/* What a row says of itself where nothing else is known of its allele in the dataset. */
skr_allele_facts skr_plan_row_facts(const skr_row_block *block, uint32_t row);

/* Nothing. */
#define SKR_NO_FACTS ((skr_allele_facts){.ac_max = UINT64_MAX, .an_max = UINT64_MAX})

/* The row of a condition on alleles, or of ALL; NULL: a connective, or about people. */
const skr_plan_condition *skr_plan_condition_of(skr_expr_op op);

#endif
