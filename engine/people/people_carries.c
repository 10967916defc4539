/*
 * people_carries.c - conditions on the alleles of people: carries, absent, unassessed; and what is
 * not there yet.
 */
#include "engine/people/people_condition.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

typedef struct carrier_finder {
    const skr_expr *alleles;
    bool wants_assessed;
    skr_people_found *found;
} carrier_finder;

/* Adds what was found in one more assembly. */
static void join(const skr_question *question, skr_people_sets *to, skr_people_sets *more)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    if (to->sets == NULL) {
        *to = *more;
        *more = (skr_people_sets){0};
    }
    for (uint32_t i = 0; i < more->n; i++)
        skr_bits_or(to->sets[i], more->sets[i], n_words);
}

/* Plans the alleles in one assembly, unless that was done, and finds who carries them. */
static int find_in_assembly(void *context, const skr_question *question, skr_err *err)
{
    carrier_finder *find = context;
    skr_plan *own = NULL;
    skr_genomic more = {0};
    int status = SKR_OK;
    if (find->found->plan == NULL)
        status = skr_question_plan(question, find->alleles, &own, err);
    if (status == SKR_OK)
        status = skr_carriers_find(question, own != NULL ? own : find->found->plan,
                                   find->wants_assessed, &more, err);
    if (status == SKR_OK) {
        join(question, &find->found->genomic.carriers, &more.carriers);
        join(question, &find->found->genomic.assessed, &more.assessed);
    }
    skr_carriers_find_done(&more);
    skr_plan_free(own);
    return status;
}

/* Who carries the alleles in whatever assembly a dataset has. */
static int find_carriers(const skr_question *question, const skr_expr *alleles, bool wants_assessed,
                         skr_people_found *found, skr_err *err)
{
    carrier_finder find = {.alleles = alleles, .wants_assessed = wants_assessed, .found = found};
    skr_analysis *analysis = question->tools.analysis;
    uint64_t began_ns = analysis == NULL ? 0 : skr_clock_ns();
    int status = skr_question_each_assembly(question, alleles, find_in_assembly, &find, err);
    if (analysis != NULL)
        analysis->scan_ns += skr_clock_ns() - began_ns;
    return status;
}

static int find_carries(const skr_question *question, const skr_expr *node, bool is_negated,
                        skr_people_found *found, skr_err *err)
{
    return find_carriers(question, node->alleles, is_negated, found, err);
}

static int mark_carries(const skr_question *question, const skr_expr *node,
                        const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)err;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    skr_bits_or(bits, found->genomic.carriers.sets[slot], n_words);
    return SKR_OK;
}

const skr_people_condition skr_people_by_carries = {
    .find = find_carries, .mark = mark_carries, .has_unassessed = true};

/* ------------------------------------------------------------------ absent */

static int find_absent(const skr_question *question, const skr_expr *node, bool is_negated,
                       skr_people_found *found, skr_err *err)
{
    (void)is_negated;
    const skr_expr variant = {.op = SKR_A_VARIANT,
                              .text = node->text,
                              .source = node->source,
                              .at = node->at,
                              .n_at = node->n_at};
    return find_carriers(question, &variant, true, found, err);
}

/* Who was called there, and does not carry it. */
static int mark_absent(const skr_question *question, const skr_expr *node,
                       const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)err;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    skr_bits_or(bits, found->genomic.assessed.sets[slot], n_words);
    skr_bits_and_not(bits, found->genomic.carriers.sets[slot], n_words);
    return SKR_OK;
}

const skr_people_condition skr_people_by_absent = {.find = find_absent, .mark = mark_absent};

/* Who has a genome, and was not called there. */
static int mark_unassessed(const skr_question *question, const skr_expr *node,
                           const skr_people_found *found, uint32_t slot, uint64_t *bits,
                           skr_err *err)
{
    (void)node;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    skr_people_complement(question, bits);
    skr_bits_and_not(bits, found->genomic.assessed.sets[slot], n_words);
    skr_bits_and_not(bits, found->genomic.carriers.sets[slot], n_words);
    return skr_people_keep_sampled(question, slot, bits, err);
}

const skr_people_condition skr_people_by_unassessed = {.find = find_absent,
                                                       .mark = mark_unassessed};

/* ------------------------------------------------------------------ not there yet */

static int check_not_yet(const skr_question *question, const skr_expr *node, skr_err *err)
{
    (void)question;
    skr_fail(err, SKR_ERR_NOT_YET, "%s(...) is not built yet", skr_query_expr_word(node->op));
    return skr_people_point(node, SKR_ERR_NOT_YET, err);
}

const skr_people_condition skr_people_by_not_yet = {.check = check_not_yet};
