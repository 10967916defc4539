/*
 * similarity.h - how alike two terms are, by where they stand in the graph: a measure that needs no
 * other data, so that it is the same in every store that holds the same release.
 *
 * Version 1: Lin's measure over Seco's intrinsic information content. With d(t) terms below t, and
 * N in the release of the term that is asked for, IC(t) = 1 - log(1 + d(t)) / log(N), 0 at least.
 * How alike a and b are is 2 IC(m) / (IC(a) + IC(b)), m the common ancestor (or the term itself) of
 * the largest IC; 0 where that is 0. A level holds the term, all below it, and all that are at
 * least as alike as its threshold: so exact lies within high, high within medium, that within low.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_ONTOLOGY_SIMILARITY_H
#define SKR_INDEX_ONTOLOGY_SIMILARITY_H

#include "index/ontology/ontology.h"
#include "index/terms/similarity_level.h"

#define SKR_SIMILARITY_VERSION 1u

/*
 * Sets the bits of the terms of a level, of a bitmap of n_terms bits that is clear; needs
 * skr_ontology_load_texts. *ret_n: how many there are. Errors: NOMEM.
 */
SKR_MUST_USE int skr_similarity_mark(const skr_ontology *ontology, uint32_t term,
                                     skr_similarity level, uint64_t *terms, uint32_t *ret_n,
                                     skr_err *err);

#endif
