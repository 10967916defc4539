/*
 * import_facts.h - counts, while a delivery goes by, how good the genotypes of each sample are:
 * storage/segment/sample_facts.h.
 *
 * Nothing is done for a genotype that is plainly 0/0: what is counted is read off the carriers and
 * the exceptions of rows, off the runs of the coverage layer, and off columns of depths.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_FACTS_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_FACTS_H

#include "engine/import/genomes/record_keys.h"
#include "storage/coverage/coverage.h"

/* Begins to count for the samples of the import, which are known by now. Errors: NOMEM. */
SKR_MUST_USE int skr_import_facts_new(skr_import *import, skr_err *err);

/* Frees. NULL is allowed. */
void skr_import_facts_free(skr_import_facts *facts);

/* Is a contig of the assembly an autosome? Of an assembly that nobody knows: is it neither X, Y nor
 * MT? */
bool skr_import_facts_is_autosome(const skr_import *import, const char *contig);

/* ------------------------------------------------------------------ while records are read */

/* The depths of a record that is no block. Errors: NOMEM. */
SKR_MUST_USE int skr_import_facts_depths(const skr_place *at, skr_err *err);

/* The depth of a block, which holds for n_bases of a sample of the file. Errors: NOMEM. */
SKR_MUST_USE int skr_import_facts_block(const skr_place *at, uint32_t sample, uint32_t n_bases,
                                        skr_err *err);

/* What the import's claims noted of X or Y. */
void skr_import_facts_sex(const skr_place *at, skr_ploidy ploidy);

/* ------------------------------------------------------------------ while the segment is written
 */

/* A row of the segment. has_failed: every record that names it failed FILTER. */
void skr_import_facts_row(skr_import *import, const skr_allele *allele,
                          const skr_carriers *carriers, const skr_call_set *calls, bool has_failed);

/* A contig comes in the coverage layer. Errors: NOMEM. */
SKR_MUST_USE int skr_import_facts_contig(skr_import *import, uint32_t contig, skr_err *err);

/* Runs of the contig that came last: of sample s those from first[s] up to first[s + 1]. */
void skr_import_facts_cover(skr_import *import, const skr_cover_run *runs, const uint32_t *first);

/* How many samples look otherwise on X and Y than --samples says; *ret_first: the first of them, if
 * there is one. */
uint32_t skr_import_facts_sex_differs(const skr_import *import, uint32_t *ret_first);

/* Ends counting. From now on sample i is the one that was old_of[i] when it was counted. Takes
 * old_of. */
void skr_import_facts_settle(skr_import_facts *facts, uint32_t *old_of);

/* The facts, when all was counted. They belong to the import. */
skr_facts_source skr_import_facts_source(const skr_import *import);

/* A fact of a sample. */
uint64_t skr_import_facts_of(const skr_import *import, uint32_t sample, skr_sample_fact fact);

#endif
