/*
 * plan_lines.h - what a question asks of lines of annotation, and the alleles that have such a
 * line.
 *
 * gene, effect, impact and protein that stand in one chain of `and` are asked of one line: some
 * transcript has all of them. So they are taken out of the question together, answered from the
 * tables of annotation before anything is scanned, and what is left is a condition on the keys of
 * alleles.
 */
#ifndef SKR_ENGINE_PLAN_PLAN_LINES_H
#define SKR_ENGINE_PLAN_PLAN_LINES_H

#include "engine/plan/plan_condition.h"
#include "storage/base/names.h"

/* A condition on lines, or on an allele's significance or name; belongs to the node that has it. */
typedef struct skr_plan_lines {
    skr_plan_node *tree;    /* of and, or, and conditions; or the one on significance or name */
    skr_plan_node **leaves; /* those conditions */
    uint32_t n_leaves;
    uint8_t **is_wanted; /* of each table: by chunk, may it hold such an allele? */
    skr_interval_list reach;
    bool is_read;        /* alleles are there */
    skr_allele *alleles; /* ascending, each once; their texts are kept */
    uint32_t n;
    uint32_t n_max;
    skr_names texts;
} skr_plan_lines;

/* Takes what is asked of lines together; refuses genes that have no place, where one is asked for.
 * For skr_plan_new. Errors: QUERY pointing at the word, CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_plan_lines_group(skr_plan *plan, skr_err *err);

/* Finds where such alleles can be. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_plan_lines_find(skr_plan *plan, skr_err *err);

/* Reads the alleles that lie within plan->reach, which then is as small as they allow. Errors: as
 * above. */
SKR_MUST_USE int skr_plan_lines_read(skr_plan *plan, skr_err *err);

/* Frees. NULL is allowed. */
void skr_plan_lines_free(skr_plan_lines *lines);

/* The row of a node that has lines. */
extern const skr_plan_condition skr_plan_condition_lines;

/* Fails unless the assembly has annotations that can be asked. Errors: QUERY pointing at the word.
 */
SKR_MUST_USE int skr_plan_lines_check(const skr_plan *plan, const skr_plan_node *node,
                                      skr_err *err);

/* The tables of annotation that are asked, and how many. */
skr_annotation_table *const *skr_plan_lines_tables(const skr_plan *plan, uint32_t *ret_n);

/* Is a gene of a table the one that a node names, by symbol or id? */
typedef struct skr_plan_gene {
    const char *text;
    skr_gene_list genes; /* of the gene table */
} skr_plan_gene;
SKR_MUST_USE int skr_plan_gene_find(const skr_plan *plan, const char *text, skr_plan_gene *ret,
                                    skr_err *err);
bool skr_plan_gene_is(const skr_plan_gene *names, const skr_annotation_gene *gene);
void skr_plan_gene_done(skr_plan_gene *names);

/* Does a table of annotation have the gene of a name? Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_plan_lines_have_gene(const skr_plan *plan, const char *text, bool *ret_has,
                                          skr_err *err);

/* Offers the symbols of the genes of all tables. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_plan_lines_offer_genes(const skr_plan *plan, skr_suggest *suggest,
                                            skr_err *err);

#endif
