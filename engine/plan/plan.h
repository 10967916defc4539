/*
 * plan.h - a question about alleles, made ready for one generation: names are resolved, places
 * are those of the store, and it is known where to look.
 *
 * A plan is read-only once it is made. It judges one allele at a time, from what is known of it so
 * far; what it does not know yet makes the answer "maybe".
 *
 * `copies` is a condition on a carrier, not on an allele: an allele is judged once for carriers of
 * one copy and once for those of two and more, so that it means the right thing under and, or, not.
 */
#ifndef SKR_ENGINE_PLAN_PLAN_H
#define SKR_ENGINE_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/engine.h"
#include "engine/face/warnings.h"
#include "engine/plan/snapshot.h"
#include "index/keys/variant_type.h"

/* A run of places where alleles are looked for. */
typedef struct skr_interval {
    uint32_t contig;
    uint32_t from0;
    uint32_t to0;
    bool is_start; /* the allele starts in [from0, to0); otherwise its REF span meets it */
} skr_interval;

typedef struct skr_interval_list {
    bool is_everywhere;
    skr_interval *items; /* when not everywhere */
    size_t n;
    size_t n_max;
} skr_interval_list;

/* One node, resolved. */
typedef struct skr_plan_node {
    skr_expr_op op;
    const struct skr_plan_condition *condition; /* NULL: and, or, not */
    const skr_expr *source;
    struct skr_plan_node *left;
    struct skr_plan_node *right;
    skr_interval *ranges; /* REGION, GENE; none: nothing matches */
    size_t n_ranges;
    bool is_named;   /* VARIANT, and SEQUENCE without wildcards */
    bool is_open;    /* VARIANT, a place and type alone: its key is of kind SKR_ALLELE_SV_ANY */
    bool is_nowhere; /* its contig is not in the store */
    bool is_without_range;        /* GENE: the gene table does not have it, but annotations do */
    bool is_place;                /* GENE: it is asked for by its range */
    struct skr_plan_lines *lines; /* plan_lines.h; NULL: it is no condition on annotations */
    skr_variant_type type;        /* TYPE */
    skr_allele
        key;      /* of a named or open one, and of a SEQUENCE with wildcards; texts in the node */
    char *texts;  /* owner of the key's texts */
    char *contig; /* canonical, of a named one */
    struct skr_plan_node *next; /* of all nodes, for freeing */
} skr_plan_node;

/* An allele asked for by name. */
typedef struct skr_named_allele {
    const skr_allele *key; /* contig SKR_NONE when the store has no such contig */
    const char *contig;    /* canonical name */
    const skr_expr *source;
} skr_named_allele;

typedef struct skr_plan {
    skr_snapshot *snapshot;
    skr_warnings *warnings; /* while it is made; then NULL */
    uint32_t assembly;      /* SKR_NONE: the store has no genomes */
    const skr_build *build; /* what is known of it; NULL: nothing */
    skr_plan_node *root;
    skr_plan_node *nodes;
    skr_named_allele *named; /* ascending by key, each once; those on unknown contigs last */
    size_t n_named;
    skr_interval_list reach;
    bool has_only_names; /* everything that could match was named: VARIANT, combined */
    bool has_af;         /* it compares af */
    bool has_filter;     /* it asks for FILTER */
    bool has_numbers;    /* it asks for ac or af */
    bool has_open;   /* some name is open: it has one row, the alleles that it holds have none */
    bool has_lines;  /* it asks for annotations */
    bool has_copies; /* it asks for copies: carriers of one and of two are judged apart */
} skr_plan;

/* What is known of an allele in one dataset: bounds of its totals, and of FILTER. */
typedef struct skr_allele_facts {
    uint64_t ac_min;
    uint64_t ac_max; /* UINT64_MAX: nothing is known */
    uint64_t an_min;
    uint64_t an_max;
    bool has_filter;
    bool is_filter_failed; /* no record that passed FILTER names it */
} skr_allele_facts;

/* How many alleles were judged by af, and of how many AN is low. */
typedef struct skr_af_seen {
    uint64_t n_judged;
    uint64_t n_low;
} skr_af_seen;

typedef enum skr_verdict {
    SKR_NO = 0,
    SKR_YES = 1,
    SKR_MAYBE = 2,
} skr_verdict;

/*
 * Of which assemblies a question may be: that of the access, or, when it names none, all of which
 * the datasets that it permits have genomes; where those have none at all, all of the store. None:
 * the store has no genomes. The caller owns *ret_list. Errors: QUERY for one that nothing is of,
 * NOMEM.
 */
SKR_MUST_USE int skr_plan_assemblies(const skr_snapshot *snapshot, const skr_access *access,
                                     uint32_t **ret_list, uint32_t *ret_n, skr_err *err);

/* The one assembly of a question. SKR_NONE when the store has no genomes. Errors: QUERY naming
 * them where it may be of several, NOMEM. */
SKR_MUST_USE int skr_plan_assembly(const skr_snapshot *snapshot, const skr_access *access,
                                   uint32_t *ret_assembly, skr_err *err);

/*
 * Resolves a question. snapshot and alleles must outlive the plan; the caller owns it. What it
 * notices of a question that cannot be meant is added to warnings, which may be NULL. Errors: QUERY
 * pointing at the word, NOT_YET, CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_plan_new(skr_snapshot *snapshot, const skr_access *access,
                              const skr_expr *alleles, skr_warnings *warnings, skr_plan **ret_plan,
                              skr_err *err);

/* Frees. NULL is allowed. */
void skr_plan_free(skr_plan *plan);

/* Judges an allele for carriers of `copies` copies: 1, or 2 for two and more. */
skr_verdict skr_plan_judge(const skr_plan *plan, const skr_allele *key,
                           const skr_allele_facts *facts, unsigned copies);

/*
 * Judges rows over their columns, 64 at a time. A code is the verdict for one copy, plus four times
 * the one for two and more: no code but 0 is of a row that is ruled out.
 */
typedef struct skr_rows_asked {
    const skr_tile_rows *rows;
    uint32_t from;
    uint32_t to;
    bool has_facts;       /* totals and FILTER of a complete row are all that the dataset knows */
    const uint64_t *half; /* of each ploidy: an AN below it is low; NULL: nobody wants to know */
    skr_af_seen *seen;    /* where rows whose af was decided are added, with half */
} skr_rows_asked;
#define SKR_CODE_OF(one, two) ((uint8_t)((one) | (two) << 2))
#define SKR_CODE_ONE(code) ((skr_verdict)((code)&3u))
#define SKR_CODE_TWO(code) ((skr_verdict)((code) >> 2))
void skr_plan_judge_rows(const skr_plan *plan, const skr_rows_asked *asked, uint8_t *codes);

/* Is every row of a tile ruled out? has_facts: no other tile of the dataset adds to its rows. */
bool skr_plan_excludes_tile(const skr_plan *plan, const skr_tile *tile, bool has_facts);

/*
 * Fails where the stored reference has other bases than ref[0 .. n_ref) at start0 of a contig
 * (canonical name), of which the first 4,096 are compared. *ret_has_reference: it has that contig.
 * Errors: QUERY pointing at the word; CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_plan_check_ref(const skr_plan *plan, const skr_expr *source,
                                    const char *contig, uint32_t start0, const char *ref,
                                    size_t n_ref, bool *ret_has_reference, skr_err *err);

/* Fails: at pos0 the base is not the one asked for. who: "every record there says so". */
int skr_plan_fail_ref(const skr_expr *source, const char *contig, uint32_t pos0, char asked,
                      char base, const char *who, skr_err *err);

/*
 * The index of a contig of the plan's assembly, and its canonical name (the caller frees it):
 * SKR_NONE for a contig that the store does not have though it could. Errors: QUERY, NOMEM.
 */
SKR_MUST_USE int skr_plan_contig(const skr_plan *plan, const skr_expr *node, const char *name,
                                 uint32_t *ret_contig, char **ret_canonical, skr_err *err);

/* Fails and points at the word of a node. Returns QUERY. */
int skr_plan_fail(const skr_expr *source, skr_err *err, const char *format, ...) SKR_PRINTF(3, 4);

/* Fails: the gene that a node names is not there. Returns QUERY, or what reading gives. */
int skr_plan_fail_gene(const skr_plan *plan, const skr_plan_node *node, skr_err *err);

/* Warns of a question that no allele can satisfy. For skr_plan_new. Errors: NOMEM. */
SKR_MUST_USE int skr_plan_doubt(const skr_plan *plan, const skr_access *access, skr_err *err);

/* Does no delivery of the datasets asked say anything about the places of a region, gene or
 * bracket? Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_plan_is_silent(const skr_plan *plan, const skr_access *access,
                                    const skr_plan_node *node, bool *ret_is_silent, skr_err *err);

/* Is there a contig of just this name in the plan's assembly? */
bool skr_plan_has_contig(const skr_plan *plan, const char *name);

/* Warns where the plan asks for type bnd, as long as plan->warnings is there. Errors: NOMEM. */
SKR_MUST_USE int skr_plan_warn_breakends(const skr_plan *plan, const skr_access *access,
                                         skr_err *err);

/* Finds where to look, into plan->reach. Errors: NOMEM. */
SKR_MUST_USE int skr_plan_find_intervals(skr_plan *plan, skr_err *err);

/* Adds a run of places. Errors: NOMEM. */
SKR_MUST_USE int skr_plan_interval_add(skr_interval_list *list, skr_interval reach, skr_err *err);

/* Is the key held by an open name of the plan, and not named by itself? */
bool skr_plan_is_held(const skr_plan *plan, const skr_allele *key);

/* Does a REF or ALT match what was asked, letter by letter, N standing for any base? */
bool skr_plan_bases_match(const char *asked, size_t n_asked, const char *bases, size_t n_bases);

#endif
