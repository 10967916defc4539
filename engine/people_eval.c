/*
 * people_eval.c - evaluating an expression about individuals in every permitted dataset.
 *
 * First every genomic leaf is scanned once, for all datasets together; then the tree is evaluated
 * dataset by dataset.
 */
#include "engine/people_eval_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bits_int.h"
#include "storage/base/clock.h"

/* ------------------------------------------------------------------ questions and sets */

int skr_question_init(skr_question *question, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    const skr_access *access = question->access;
    question->slots = calloc((size_t)manifest->n_datasets + 1, sizeof *question->slots);
    if (question->slots == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a question");
    for (uint32_t i = 0; i < manifest->n_datasets; i++) {
        bool is_permitted = access->datasets == NULL;
        for (size_t k = 0; k < access->n_datasets && !is_permitted; k++)
            is_permitted = strcmp(access->datasets[k], manifest->datasets[i]) == 0;
        if (is_permitted)
            question->slots[question->n_slots++].dataset = i;
    }
    return SKR_OK;
}

int skr_question_plan(const skr_question *question, const skr_aexpr *alleles, skr_plan **ret_plan,
                      skr_err *err)
{
    uint64_t began_ns = skr_clock_ns();
    int status = skr_plan_new(question->snapshot, question->access, alleles, question->warnings,
                              ret_plan, err);
    if (question->tools.analysis != NULL)
        question->tools.analysis->plan_ns += skr_clock_ns() - began_ns;
    return status;
}

skr_scan skr_question_scan(const skr_question *question, const skr_plan *plan,
                           const skr_scan_visitor *visitor)
{
    return (skr_scan){.plan = plan,
                      .access = question->access,
                      .slots = question->slots,
                      .n_slots = question->n_slots,
                      .visitor = visitor,
                      .tools = question->tools,
                      .warnings = question->warnings};
}

void skr_question_done(skr_question *question)
{
    free(question->slots);
    question->slots = NULL;
    question->n_slots = 0;
}

int skr_people_sets_new(const skr_question *question, skr_people_sets *ret_sets, skr_err *err)
{
    skr_people_sets sets = {.sets = calloc((size_t)question->n_slots + 1, sizeof *sets.sets)};
    if (sets.sets == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a question");
    for (; sets.n < question->n_slots; sets.n++) {
        int status = skr_bits_new(question->snapshot->n_people, &sets.sets[sets.n], err);
        if (status < 0) {
            skr_people_sets_done(&sets);
            return status;
        }
    }
    *ret_sets = sets;
    return SKR_OK;
}

void skr_people_sets_done(skr_people_sets *sets)
{
    for (uint32_t i = 0; i < sets->n; i++)
        free(sets->sets[i]);
    free(sets->sets);
    *sets = (skr_people_sets){0};
}

void skr_people_answer_done(skr_people_answer *answer)
{
    skr_people_sets_done(&answer->people);
    skr_people_sets_done(&answer->unassessed);
    answer->has_unassessed = false;
}

/* ------------------------------------------------------------------ genomic leaves */

typedef struct leaf {
    const skr_expr *node;
    bool is_negated; /* an odd number of nots stand above it */
    skr_genomic genomic;
    uint64_t *named; /* of a file of ids: the same in every dataset */
} leaf;

typedef struct evaluation {
    const skr_question *question;
    size_t n_words;
    leaf *leaves;
    size_t n_leaves;
    size_t n_leaves_max;
} evaluation;

static int add_leaf(evaluation *eval, const skr_expr *node, bool is_negated, skr_err *err)
{
    if (eval->n_leaves == eval->n_leaves_max) {
        size_t n_max = eval->n_leaves_max == 0 ? 4 : 2 * eval->n_leaves_max;
        leaf *leaves = realloc(eval->leaves, n_max * sizeof *leaves);
        if (leaves == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for a question");
        eval->leaves = leaves;
        eval->n_leaves_max = n_max;
    }
    eval->leaves[eval->n_leaves++] = (leaf){.node = node, .is_negated = is_negated};
    return SKR_OK;
}

/* Checks the names of every node, and lists those that are the same work in every dataset, in the
 * order of the tree. */
static int survey(evaluation *eval, const skr_expr *node, bool is_negated, skr_err *err)
{
    int status = skr_people_check(eval->question, node, err);
    if (status < 0)
        return status;
    switch (node->op) {
    case SKR_E_AND:
    case SKR_E_OR:
        status = survey(eval, node->left, is_negated, err);
        return status < 0 ? status : survey(eval, node->right, is_negated, err);
    case SKR_E_NOT:
        return survey(eval, node->left, !is_negated, err);
    case SKR_E_CARRIES:
    case SKR_E_ABSENT:
    case SKR_E_ID_FILE:
        return add_leaf(eval, node, is_negated, err);
    default:
        return SKR_OK;
    }
}

static int find_leaf(const evaluation *eval, leaf *at, skr_err *err)
{
    const skr_expr *node = at->node;
    if (node->op == SKR_E_ID_FILE) {
        int found = skr_bits_new(eval->question->snapshot->n_people, &at->named, err);
        return found < 0 ? found : skr_people_find_ids(eval->question, node, at->named, err);
    }
    if (node->op == SKR_E_CARRIES)
        return skr_carriers_find(eval->question, node->alleles, at->is_negated, &at->genomic, err);
    skr_aexpr variant = {.op = SKR_A_VARIANT,
                         .text = node->text,
                         .source = node->source,
                         .at = node->at,
                         .n_at = node->n_at};
    int status = skr_carriers_find(eval->question, &variant, true, &at->genomic, err);
    for (uint32_t i = 0; status == SKR_OK && i < at->genomic.assessed.n; i++)
        skr_bits_and_not(at->genomic.assessed.sets[i], at->genomic.carriers.sets[i], eval->n_words);
    return status;
}

/* ------------------------------------------------------------------ the tree */

static int eval_node(const evaluation *eval, const skr_expr *node, uint32_t slot,
                     const uint64_t *all, uint64_t **ret_bits, skr_err *err);

static const leaf *leaf_of(const evaluation *eval, const skr_expr *node)
{
    for (size_t i = 0; i < eval->n_leaves; i++)
        if (eval->leaves[i].node == node)
            return &eval->leaves[i];
    return NULL;
}

static int eval_leaf(const evaluation *eval, const skr_expr *node, uint32_t slot,
                     const uint64_t *all, uint64_t **ret_bits, skr_err *err)
{
    uint64_t *bits = NULL;
    int status = skr_bits_new(eval->question->snapshot->n_people, &bits, err);
    if (status < 0)
        return status;
    const leaf *genomic = leaf_of(eval, node);
    if (genomic != NULL && genomic->named != NULL)
        skr_bits_or(bits, genomic->named, eval->n_words);
    else if (genomic != NULL)
        skr_bits_or(bits,
                    node->op == SKR_E_ABSENT ? genomic->genomic.assessed.sets[slot]
                                             : genomic->genomic.carriers.sets[slot],
                    eval->n_words);
    else
        status = skr_people_leaf(eval->question, node, slot, bits, err);
    if (status == SKR_OK) {
        skr_bits_and(bits, all, eval->n_words);
        status = skr_people_doubt(eval->question, node, slot, bits, all, err);
    }
    if (status < 0) {
        free(bits);
        return status;
    }
    *ret_bits = bits;
    return SKR_OK;
}

static int eval_node(const evaluation *eval, const skr_expr *node, uint32_t slot,
                     const uint64_t *all, uint64_t **ret_bits, skr_err *err)
{
    uint64_t *left = NULL;
    uint64_t *right = NULL;
    if (node->op != SKR_E_AND && node->op != SKR_E_OR && node->op != SKR_E_NOT)
        return eval_leaf(eval, node, slot, all, ret_bits, err);
    int status = eval_node(eval, node->left, slot, all, &left, err);
    if (status == SKR_OK && node->op == SKR_E_NOT) {
        for (size_t i = 0; i < eval->n_words; i++)
            left[i] = all[i] & ~left[i];
    } else if (status == SKR_OK) {
        status = eval_node(eval, node->right, slot, all, &right, err);
        if (status == SKR_OK && node->op == SKR_E_AND)
            skr_bits_and(left, right, eval->n_words);
        else if (status == SKR_OK)
            skr_bits_or(left, right, eval->n_words);
    }
    free(right);
    if (status < 0)
        free(left);
    else
        *ret_bits = left;
    return status;
}

/* Who is in the answer though nothing is known of what they were said not to carry. */
static void find_unassessed(const evaluation *eval, uint32_t slot, const uint64_t *people,
                            uint64_t *unassessed)
{
    for (size_t i = 0; i < eval->n_leaves; i++) {
        const leaf *at = &eval->leaves[i];
        if (at->node->op != SKR_E_CARRIES || !at->is_negated)
            continue;
        for (size_t w = 0; w < eval->n_words; w++)
            unassessed[w] |= people[w] & ~at->genomic.assessed.sets[slot][w];
    }
}

static int eval_slots(const evaluation *eval, const skr_expr *expr, skr_people_answer *answer,
                      skr_err *err)
{
    const skr_question *question = eval->question;
    const skr_snapshot *snapshot = question->snapshot;
    uint64_t *all = NULL;
    int status = skr_bits_new(snapshot->n_people, &all, err);
    for (uint32_t slot = 0; status == SKR_OK && slot < question->n_slots; slot++) {
        uint64_t *bits = NULL;
        const skr_people_set *members = NULL;
        status =
            skr_people_of_dataset(snapshot->people, question->slots[slot].dataset, &members, err);
        if (status < 0)
            break;
        memset(all, 0, eval->n_words * sizeof *all);
        if (members != NULL)
            skr_people_set_mark(members, all, snapshot->n_people);
        status = skr_access_check(question->access, err);
        if (status == SKR_OK)
            status = eval_node(eval, expr, slot, all, &bits, err);
        if (status < 0)
            break;
        free(answer->people.sets[slot]);
        answer->people.sets[slot] = bits;
        find_unassessed(eval, slot, bits, answer->unassessed.sets[slot]);
    }
    free(all);
    return status;
}

int skr_people_eval(const skr_question *question, const skr_expr *expr,
                    skr_people_answer *ret_answer, skr_err *err)
{
    evaluation eval = {.question = question,
                       .n_words = skr_bits_words(question->snapshot->n_people)};
    skr_people_answer answer = {0};
    int status = survey(&eval, expr, false, err);
    for (size_t i = 0; status == SKR_OK && i < eval.n_leaves; i++) {
        status = find_leaf(&eval, &eval.leaves[i], err);
        if (eval.leaves[i].is_negated && eval.leaves[i].node->op == SKR_E_CARRIES)
            answer.has_unassessed = true;
    }
    if (status == SKR_OK)
        status = skr_people_sets_new(question, &answer.people, err);
    if (status == SKR_OK)
        status = skr_people_sets_new(question, &answer.unassessed, err);
    if (status == SKR_OK)
        status = eval_slots(&eval, expr, &answer, err);
    for (size_t i = 0; i < eval.n_leaves; i++) {
        skr_genomic_done(&eval.leaves[i].genomic);
        free(eval.leaves[i].named);
    }
    free(eval.leaves);
    if (status < 0)
        skr_people_answer_done(&answer);
    else
        *ret_answer = answer;
    return status;
}
