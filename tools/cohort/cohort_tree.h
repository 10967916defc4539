/*
 * cohort_tree.h - the ancestry of a population at one base, changed step by step along the
 * sequence.
 *
 * The haplotypes of today are the lowest of some forty levels of ancestors, each about two thirds
 * of the lineages of the one below; everybody has a parent in the next level, so at one base the
 * levels are a tree. How long a level lasts follows from the sizes that a population of Europeans
 * had (cohort_tree.c). A lineage that recombines takes another parent; everybody below a lineage
 * that mutates carries the allele.
 *
 * Memory: about 80 bytes a haplotype. Threads: one owner.
 */
#ifndef SKR_TOOLS_COHORT_TREE_H
#define SKR_TOOLS_COHORT_TREE_H

#include <stdint.h>

#include "storage/base/err.h"
#include "tools/cohort/cohort_random.h"

/* Numbers, ascending. Zero-initialise; free items. */
typedef struct cohort_list {
    uint32_t *items;
    uint32_t n;
    uint32_t n_max;
} cohort_list;

/* Makes room for n items in all. Errors: NOMEM. */
SKR_MUST_USE int cohort_list_reserve(cohort_list *list, uint32_t n, skr_err *err);

typedef struct cohort_tree cohort_tree;

typedef struct cohort_lineage {
    uint32_t node;
    uint32_t level;
} cohort_lineage;

/* The caller owns *ret_tree. Errors: NOMEM. */
SKR_MUST_USE int cohort_tree_new(uint32_t n_haplotypes, cohort_random *random,
                                 cohort_tree **ret_tree, skr_err *err);

/* Frees. NULL is allowed. */
void cohort_tree_free(cohort_tree *tree);

/* Of all lineages together, in generations: those with descendants, and with those without. */
double cohort_tree_length(const cohort_tree *tree);
double cohort_tree_length_drawn(const cohort_tree *tree);

/* A lineage, each as likely as it lasts long; it may be one that has no descendants. */
cohort_lineage cohort_tree_draw(const cohort_tree *tree, cohort_random *random);

/* The lineage takes another parent. */
void cohort_tree_recombine(cohort_tree *tree, cohort_lineage lineage, cohort_random *random);

/* Sets the list to the haplotypes below the lineage, ascending. Errors: NOMEM. */
SKR_MUST_USE int cohort_tree_collect(cohort_tree *tree, cohort_lineage lineage, cohort_list *list,
                                     skr_err *err);

#endif
