/*
 * people_trans.c - the condition trans: two alleles known to be on different haplotypes.
 *
 * Each allele is scanned for its carriers, sample by sample, with the haplotype where it is known;
 * then the two lists are laid beside each other. docs/counting.md, "Haplotypes", says what is
 * known.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_condition.h"
#include "engine/scan/tally.h"
#include "engine/tell/disclose.h"
#include "storage/base/array.h"
#include "storage/carriers/bits.h"
#include "storage/segment/segment_phase.h"

/* A sample that carries one of the alleles. */
typedef struct carrier {
    uint32_t slot;
    uint32_t segment; /* among those that are scanned */
    uint32_t sample;
    uint32_t individual;
    uint8_t n_this;
    uint8_t zygosity;
    bool is_phased; /* and then: */
    skr_haplotype haplotype;
} carrier;

typedef struct carrier_list {
    carrier *items;
    size_t n;
    size_t n_max;
} carrier_list;

/* Of one worker; a scan of one allele. */
typedef struct part {
    carrier_list found;
    skr_carriers carriers; /* of the row at hand */
    skr_haplotypes phased;
} part;

typedef struct finder {
    part *parts; /* of each worker */
    unsigned n;
} finder;

/* What is known of the people of a question, slot by slot. */
typedef struct verdicts {
    skr_people_sets trans;
    skr_people_sets decided; /* trans, or known not to be */
    skr_people_sets open;    /* carry both, and nobody knows on which haplotypes */
} verdicts;

/* ------------------------------------------------------------------ one allele */

/* Adds the carriers of an allele in the segment of cursor number `i`. */
static int add_carriers(part *to, skr_worker *worker, const skr_key_view *view, uint32_t i,
                        skr_err *err)
{
    const skr_row_cursor *cursor = &worker->cursors[i];
    const skr_sample_states *states = NULL;
    uint32_t row = view->rows[i];
    to->phased.n = 0;
    if (cursor->live.set.n == 0)
        return SKR_OK;
    SKR_TRY(skr_tally_states(&worker->tallier, view, i, &states, err));
    if (row != SKR_NONE && view->key.kind != SKR_ALLELE_SV_ANY) {
        size_t tile = skr_row_cursor_tile(cursor);
        SKR_TRY(skr_segment_view_decode(cursor->view, tile, row, &to->carriers, err));
        SKR_TRY(skr_segment_view_phase(cursor->view, tile, row, &to->carriers, &to->phased, err));
    }
    for (uint32_t s = 0; s < states->n; s++) {
        if (states->called[s] == 0 || states->this_copies[s] == 0)
            continue;
        const skr_haplotype *haplotype =
            states->this_copies[s] == 1 ? skr_haplotypes_find(&to->phased, s) : NULL;
        carrier one = {.slot = cursor->slot,
                       .segment = cursor->number,
                       .sample = s,
                       .individual = skr_individual_of(&cursor->individuals, s),
                       .n_this = states->this_copies[s],
                       .zygosity = states->zygosities[s],
                       .is_phased = haplotype != NULL};
        if (haplotype != NULL)
            one.haplotype = *haplotype;
        SKR_TRY(SKR_ARRAY_RESERVE(&to->found.items, &to->found.n_max, to->found.n + 1,
                                  "the carriers of an allele", err));
        to->found.items[to->found.n++] = one;
    }
    return SKR_OK;
}

static int on_batch(void *context, skr_worker *worker, skr_err *err)
{
    const finder *find = context;
    skr_batch *batch = &worker->batch;
    int status = SKR_OK;
    for (uint32_t k = 0; k < batch->n && status == SKR_OK; k++)
        for (uint32_t i = 0; batch->is_named[k] != 0 && i < worker->n_cursors && status == SKR_OK;
             i++)
            status = add_carriers(&find->parts[worker->number], worker, skr_batch_seek(batch, k), i,
                                  err);
    return status;
}

static int compare_carriers(const void *a, const void *b)
{
    const carrier *left = a;
    const carrier *right = b;
    if (left->slot != right->slot)
        return left->slot < right->slot ? -1 : 1;
    if (left->segment != right->segment)
        return left->segment < right->segment ? -1 : 1;
    return left->sample < right->sample ? -1 : left->sample > right->sample;
}

/* All that the workers found, in order; the caller owns the items. */
static int gather(const finder *find, carrier_list *ret_all, skr_err *err)
{
    for (unsigned w = 0; w < find->n; w++) {
        const carrier_list *found = &find->parts[w].found;
        if (found->n == 0)
            continue;
        SKR_TRY(SKR_ARRAY_RESERVE(&ret_all->items, &ret_all->n_max, ret_all->n + found->n,
                                  "the carriers of an allele", err));
        memcpy(ret_all->items + ret_all->n, found->items, found->n * sizeof *found->items);
        ret_all->n += found->n;
    }
    if (ret_all->n > 0)
        qsort(ret_all->items, ret_all->n, sizeof *ret_all->items, compare_carriers);
    return SKR_OK;
}

static void finder_done(finder *find)
{
    for (unsigned w = 0; find->parts != NULL && w < find->n; w++) {
        free(find->parts[w].found.items);
        skr_carriers_done(&find->parts[w].carriers);
        skr_haplotypes_done(&find->parts[w].phased);
    }
    free(find->parts);
}

/* The carriers of the one allele that a plan names. */
static int find_carriers(const skr_question *question, const skr_plan *plan, carrier_list *ret_all,
                         skr_err *err)
{
    finder find = {.n = question->tools.n_threads};
    skr_scan_visitor visitor = {
        .wants_carriers = true, .wants_named = true, .on_batch = on_batch, .context = &find};
    find.parts = calloc(find.n, sizeof *find.parts);
    if (find.parts == NULL)
        return skr_fail_nomem(err, "a scan");
    skr_scan scan = skr_question_scan(question, plan, &visitor);
    int status = skr_scan_run(&scan, err);
    if (status == SKR_OK)
        status = gather(&find, ret_all, err);
    finder_done(&find);
    return status;
}

/* ------------------------------------------------------------------ two alleles */

/* The two alleles of a question, in one assembly. */
typedef struct pair {
    bool is_same;     /* they are one allele */
    bool is_one_base; /* other letters for one base: no haplotype has both */
} pair;

typedef enum verdict {
    IS_CIS,
    IS_TRANS,
    IS_OPEN,
} verdict;

static verdict judge(const pair *of, const carrier *a, const carrier *b)
{
    if (a->n_this > 1 || b->n_this > 1)
        return IS_TRANS; /* the one is on more haplotypes than the other's one copy */
    if (of->is_same)
        return IS_CIS;
    if (a->is_phased && b->is_phased && skr_haplotype_is_of_set(&a->haplotype, &b->haplotype))
        return a->haplotype.is_second != b->haplotype.is_second ? IS_TRANS : IS_CIS;
    if (a->zygosity == SKR_HEMI && b->zygosity == SKR_HEMI)
        return IS_CIS; /* there is one haplotype */
    return of->is_one_base ? IS_TRANS : IS_OPEN;
}

static void judge_lists(const pair *of, const carrier_list *a, const carrier_list *b,
                        const verdicts *found)
{
    size_t k = 0;
    for (size_t i = 0; i < a->n; i++) {
        const carrier *one = &a->items[i];
        while (k < b->n && compare_carriers(&b->items[k], one) < 0)
            k++;
        if (k == b->n || compare_carriers(&b->items[k], one) != 0)
            continue;
        verdict is = judge(of, one, &b->items[k]);
        if (is == IS_TRANS)
            skr_bits_set(found->trans.sets[one->slot], one->individual);
        skr_bits_set(is == IS_OPEN ? found->open.sets[one->slot] : found->decided.sets[one->slot],
                     one->individual);
    }
}

static bool is_on_one_base(const skr_allele *a, const skr_allele *b)
{
    return a->kind == SKR_ALLELE_SNV && b->kind == SKR_ALLELE_SNV && a->contig == b->contig &&
           a->start0 == b->start0 && skr_segment_allele_compare(a, b) != 0;
}

/* Who was called at one of the alleles and does not have it, does not have both. */
static int add_absent(const skr_question *question, const skr_plan *plan, verdicts *found,
                      skr_err *err)
{
    skr_genomic genomic = {0};
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    int status = skr_carriers_find(question, plan, true, &genomic, err);
    for (uint32_t i = 0; i < question->n_slots && status == SKR_OK; i++) {
        skr_bits_and_not(genomic.assessed.sets[i], genomic.carriers.sets[i], n_words);
        skr_bits_or(found->decided.sets[i], genomic.assessed.sets[i], n_words);
    }
    skr_carriers_find_done(&genomic);
    return status;
}

typedef struct asking {
    const skr_expr *node;
    bool is_negated;
    verdicts found;
} asking;

static int judge_plans(asking *ask, const skr_question *question, const skr_plan *one,
                       const skr_plan *other, skr_err *err)
{
    carrier_list a = {0};
    carrier_list b = {0};
    if (one->n_named != 1 || other->n_named != 1 ||
        strcmp(one->named[0].contig, other->named[0].contig) != 0) {
        skr_fail(err, SKR_ERR_QUERY, "trans takes two alleles of one contig");
        return skr_people_point(ask->node, SKR_ERR_QUERY, err);
    }
    const skr_allele *key = one->named[0].key;
    const skr_allele *other_key = other->named[0].key;
    bool is_same =
        key->start0 == other_key->start0 && skr_segment_allele_compare(key, other_key) == 0;
    const pair of = {is_same, is_on_one_base(key, other_key)};
    int status = find_carriers(question, one, &a, err);
    if (status == SKR_OK)
        status = find_carriers(question, other, &b, err);
    if (status == SKR_OK)
        judge_lists(&of, &a, &b, &ask->found);
    if (status == SKR_OK && ask->is_negated)
        status = add_absent(question, one, &ask->found, err);
    if (status == SKR_OK && ask->is_negated)
        status = add_absent(question, other, &ask->found, err);
    free(a.items);
    free(b.items);
    return status;
}

static int find_in_assembly(void *context, const skr_question *question, skr_err *err)
{
    asking *ask = context;
    skr_plan *one = NULL;
    skr_plan *other = NULL;
    int status = skr_question_plan(question, ask->node->alleles->left, &one, err);
    if (status == SKR_OK)
        status = skr_question_plan(question, ask->node->alleles->right, &other, err);
    if (status == SKR_OK)
        status = judge_plans(ask, question, one, other, err);
    skr_plan_free(one);
    skr_plan_free(other);
    return status;
}

/* Says how many carry both and are not counted; where numbers are hidden, that there may be some.
 */
static int warn(const skr_question *question, const verdicts *found, skr_err *err)
{
    uint64_t n = 0;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    for (uint32_t i = 0; i < question->n_slots; i++) {
        skr_bits_and_not(found->open.sets[i], found->trans.sets[i], n_words);
        n += skr_bits_count(found->open.sets[i], n_words);
    }
    const skr_policy *policy = &question->access->policy;
    const skr_figure people = {"people", n};
    if (!policy->is_exact)
        return skr_warnings_add(
            question->warnings, SKR_WARN_UNPHASED, NULL, 0, err,
            "trans holds those alone of whom the haplotypes of both alleles are known");
    return n == 0 ? SKR_OK
                  : skr_warnings_add(question->warnings, SKR_WARN_UNPHASED, &people, 1, err,
                                     "%" PRIu64 " people carry both alleles on haplotypes that "
                                     "nobody knows: trans leaves them out",
                                     n);
}

static int find_trans(const skr_question *question, const skr_expr *node, bool is_negated,
                      skr_people_found *found, skr_err *err)
{
    asking ask = {.node = node, .is_negated = is_negated};
    int status = skr_people_sets_new(question, &ask.found.trans, err);
    if (status == SKR_OK)
        status = skr_people_sets_new(question, &ask.found.decided, err);
    if (status == SKR_OK)
        status = skr_people_sets_new(question, &ask.found.open, err);
    if (status == SKR_OK)
        status = skr_question_each_assembly(question, node->alleles, find_in_assembly, &ask, err);
    if (status == SKR_OK)
        status = warn(question, &ask.found, err);
    if (status == SKR_OK) {
        found->genomic.carriers = ask.found.trans;
        found->genomic.assessed = ask.found.decided;
        ask.found.trans = (skr_people_sets){0};
        ask.found.decided = (skr_people_sets){0};
    }
    skr_people_sets_done(&ask.found.trans);
    skr_people_sets_done(&ask.found.decided);
    skr_people_sets_done(&ask.found.open);
    return status;
}

static int mark_trans(const skr_question *question, const skr_expr *node,
                      const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)err;
    skr_bits_or(bits, found->genomic.carriers.sets[slot],
                skr_bits_words(question->snapshot->n_people));
    return SKR_OK;
}

const skr_people_condition skr_people_by_trans = {
    .find = find_trans, .mark = mark_trans, .has_unassessed = true};
