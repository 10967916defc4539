/*
 * people_eval.c - evaluating an expression about individuals in every permitted dataset.
 *
 * Conditions that are equal are one leaf. First every genomic leaf is scanned once, for all
 * datasets together; then the trees are evaluated dataset by dataset. Between any two leaves the
 * deadline and the stop of the question are looked at, and within those that visit many terms.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/people/kept_leaves.h"
#include "engine/people/people_condition.h"
#include "engine/plan/access_check.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"

void skr_people_answer_done(skr_people_answer *answer)
{
    skr_people_sets_done(&answer->people);
    skr_people_sets_done(&answer->unassessed);
    answer->has_unassessed = false;
}

/* ------------------------------------------------------------------ leaves */

/* A condition without operands; one that stands at several places of the tree is one leaf. */
typedef struct leaf {
    const skr_expr *node;
    bool is_negated; /* an odd number of nots stand above it, somewhere */
    bool is_repeated;
    skr_people_found found; /* the same in every dataset */
    uint64_t *people;       /* of one that is repeated: who it is, in the slot at hand */
    skr_kept_leaf *kept;    /* an earlier question found it, or this one did for later ones */
} leaf;

/* Where a leaf stands. */
typedef struct place {
    const skr_expr *node;
    bool is_negated;
    size_t text; /* its canonical text, in the evaluation's */
    size_t n_text;
    size_t leaf;
} place;

/* One of the expressions that are evaluated together, and its places. */
typedef struct root {
    const skr_expr *expr;
    size_t from;
    size_t to;
} root;

typedef struct evaluation {
    const skr_question *question;
    const skr_plan *plan; /* of the only leaf, if somebody made it; or NULL */
    size_t n_words;
    root *roots;
    size_t n_roots;
    place *places; /* in the order of the tree */
    size_t n_places;
    size_t n_places_max;
    leaf *leaves; /* by the first place of each */
    size_t n_leaves;
    size_t n_passed; /* places that the walk through the tree has been at */
} evaluation;

static int add_place(evaluation *eval, const skr_expr *node, bool is_negated, skr_err *err)
{
    if (eval->n_places == eval->n_places_max) {
        size_t n_max = eval->n_places_max == 0 ? 4 : 2 * eval->n_places_max;
        place *places = realloc(eval->places, n_max * sizeof *places);
        if (places == NULL)
            return skr_fail_nomem(err, "a question");
        eval->places = places;
        eval->n_places_max = n_max;
    }
    eval->places[eval->n_places++] = (place){.node = node, .is_negated = is_negated};
    return SKR_OK;
}

/* Lists the leaves. */
static int survey(evaluation *eval, const skr_expr *node, bool is_negated, skr_err *err)
{
    switch (node->op) {
    case SKR_E_AND:
    case SKR_E_OR:
        SKR_TRY(survey(eval, node->left, is_negated, err));
        return survey(eval, node->right, is_negated, err);
    case SKR_E_NOT:
        return survey(eval, node->left, !is_negated, err);
    default:
        return add_place(eval, node, is_negated, err);
    }
}

/* Equal leaves beside each other, in the order of the tree. */
static int compare_places(const void *a, const void *b, void *context)
{
    const evaluation *eval = ((void **)context)[0];
    const char *text = ((void **)context)[1];
    const place *x = &eval->places[*(const size_t *)a];
    const place *y = &eval->places[*(const size_t *)b];
    size_t n = x->n_text < y->n_text ? x->n_text : y->n_text;
    int order = memcmp(text + x->text, text + y->text, n);
    if (order == 0 && x->n_text != y->n_text)
        order = x->n_text < y->n_text ? -1 : 1;
    return order != 0 ? order : x < y ? -1 : 1;
}

/*
 * Writes what tells a leaf from those that are not equal: its canonical text, or, where no other
 * leaf is of its kind, its number after a NUL, which no text begins with. A list of ids is long to
 * write.
 */
static int write_place(const evaluation *eval, place *at, skr_buffer *text, skr_err *err)
{
    size_t n_alike = 0;
    for (size_t i = 0; i < eval->n_places && n_alike < 2; i++)
        n_alike += eval->places[i].node->op == at->node->op;
    _Static_assert(SKR_N_EXPR_OPS <= UINT8_MAX, "a kind is a byte");
    const uint8_t kind[] = {0, (uint8_t)at->node->op};
    at->text = text->n;
    int status = n_alike < 2 ? skr_buffer_put(text, kind, sizeof kind, err)
                             : skr_query_expr_print(at->node, text, err);
    at->n_text = text->n - at->text;
    return status;
}

/* Finds for each place, number by number, the first one with an equal leaf. */
static int find_equal(evaluation *eval, size_t *firsts, skr_err *err)
{
    size_t n = eval->n_places;
    skr_buffer text = {0};
    size_t *sorted = malloc((n + 1) * sizeof *sorted);
    int status = sorted == NULL ? skr_fail_nomem(err, "a question") : SKR_OK;
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        status = write_place(eval, &eval->places[i], &text, err);
        sorted[i] = i;
    }
    if (status == SKR_OK) {
        void *context[] = {eval, text.bytes};
        qsort_r(sorted, n, sizeof *sorted, compare_places, context);
    }
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        const place *at = &eval->places[sorted[i]];
        const place *before = i == 0 ? at : &eval->places[sorted[i - 1]];
        bool is_equal = i > 0 && at->n_text == before->n_text &&
                        memcmp(text.bytes + at->text, text.bytes + before->text, at->n_text) == 0;
        firsts[sorted[i]] = is_equal ? firsts[sorted[i - 1]] : sorted[i];
    }
    free(sorted);
    skr_buffer_done(&text);
    return status;
}

/* Makes one leaf of all places whose conditions are equal: it is judged once. */
static int make_leaves(evaluation *eval, skr_err *err)
{
    size_t n = eval->n_places;
    size_t *firsts = calloc(n + 1, sizeof *firsts);
    eval->leaves = calloc(n + 1, sizeof *eval->leaves);
    int status =
        firsts == NULL || eval->leaves == NULL ? skr_fail_nomem(err, "a question") : SKR_OK;
    if (status == SKR_OK && n > 1)
        status = find_equal(eval, firsts, err);
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        place *at = &eval->places[i];
        bool is_new = firsts[i] == i;
        at->leaf = is_new ? eval->n_leaves++ : eval->places[firsts[i]].leaf;
        leaf *its = &eval->leaves[at->leaf];
        if (is_new)
            its->node = at->node;
        its->is_repeated |= !is_new;
        its->is_negated |= at->is_negated;
    }
    free(firsts);
    return status;
}

/* The work that is the same in every dataset. */
static int find_leaf(const evaluation *eval, const skr_question *question, leaf *at, skr_err *err)
{
    const skr_people_condition *condition = skr_people_condition_of(at->node->op);
    if (condition->find == NULL)
        return SKR_OK;
    at->found.plan = eval->plan;
    return condition->find(question, at->node, at->is_negated, &at->found, err);
}

/* Sets the bits of everybody of a slot; they are empty. */
static int mark_members(const skr_question *question, uint32_t slot, uint64_t *all, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    const skr_people_set *members = NULL;
    SKR_TRY(skr_people_of_dataset(snapshot->people, question->slots[slot].dataset, &members, err));
    if (members != NULL)
        skr_people_set_mark(members, all, snapshot->n_people);
    return SKR_OK;
}

/* Whom of a slot's people a leaf means; warns where its 0 means nothing. */
static int mark_leaf(const evaluation *eval, const skr_question *question, const leaf *at,
                     uint32_t slot, const uint64_t *all, uint64_t *bits, skr_err *err)
{
    SKR_TRY(skr_people_condition_of(at->node->op)
                ->mark(question, at->node, &at->found, slot, bits, err));
    skr_bits_and(bits, all, eval->n_words);
    return skr_people_doubt(question, at->node, slot, bits, all, err);
}

/* ------------------------------------------------------------------ kept leaves */

/* What is kept of a leaf hangs on all of this. */
static int write_key(const evaluation *eval, const leaf *at, skr_buffer *key, skr_err *err)
{
    const skr_question *question = eval->question;
    const skr_access *access = question->access;
    const uint32_t head[] = {access->policy.is_exact, access->policy.threshold,
                             access->policy.step,     access->is_remote,
                             at->is_negated,          question->warnings != NULL};
    int status = skr_buffer_put(key, head, sizeof head, err);
    for (uint32_t i = 0; i < question->n_slots && status == SKR_OK; i++)
        status = skr_buffer_put(key, &question->slots[i].dataset, sizeof question->slots[i].dataset,
                                err);
    if (status == SKR_OK && access->assembly != NULL)
        status = skr_buffer_put(key, access->assembly, strlen(access->assembly), err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(key, 0, err);
    return status == SKR_OK ? skr_query_expr_print(at->node, key, err) : status;
}

static int give_warnings(const skr_question *question, const skr_warnings *warnings, skr_err *err)
{
    for (size_t i = 0; i < warnings->n; i++) {
        const skr_warning *one = &warnings->items[i];
        SKR_TRY(skr_warnings_add(question->warnings, one->code, one->figures, one->n_figures, err,
                                 "%s", one->text));
    }
    return SKR_OK;
}

/* Finds a leaf in all slots, for this question and those that follow. */
static int fill_kept(const evaluation *eval, leaf *at, skr_kept_leaf *kept, skr_err *err)
{
    skr_question question = *eval->question;
    uint64_t *all = NULL;
    if (question.warnings != NULL)
        question.warnings = &kept->warnings;
    int status = find_leaf(eval, &question, at, err);
    if (status == SKR_OK)
        status = skr_people_sets_new(&question, &kept->people, err);
    if (status == SKR_OK)
        status = skr_bits_new(question.snapshot->n_people, &all, err);
    for (uint32_t slot = 0; status == SKR_OK && slot < question.n_slots; slot++) {
        memset(all, 0, eval->n_words * sizeof *all);
        status = mark_members(&question, slot, all, err);
        if (status == SKR_OK)
            status = mark_leaf(eval, &question, at, slot, all, kept->people.sets[slot], err);
    }
    free(all);
    kept->assessed = at->found.genomic.assessed;
    at->found.genomic.assessed = (skr_people_sets){0};
    return status;
}

/* Is it worth keeping, and does its text say all of it? */
static bool may_keep(const evaluation *eval, const leaf *at)
{
    size_t n_bytes = 2 * eval->n_words * sizeof(uint64_t) * eval->question->n_slots;
    return eval->question->kept != NULL && at->node->op != SKR_E_ID_FILE &&
           at->node->op != SKR_E_ALL && n_bytes <= skr_kept_leaves_leaf_max(eval->question->kept);
}

/* Takes what is kept of a leaf, or finds it and keeps it. */
static int keep_leaf(const evaluation *eval, leaf *at, skr_err *err)
{
    const skr_question *question = eval->question;
    skr_buffer key = {0};
    skr_kept_leaf *fresh = NULL;
    int status = write_key(eval, at, &key, err);
    if (status == SKR_OK)
        at->kept = skr_kept_leaves_take(question->kept, question->snapshot, key.bytes, key.n);
    if (status < 0 || at->kept != NULL)
        goto out;
    fresh = calloc(1, sizeof *fresh);
    status = fresh == NULL ? skr_fail_nomem(err, "a question") : fill_kept(eval, at, fresh, err);
    if (status < 0)
        goto out;
    fresh->key = (char *)key.bytes;
    fresh->n_key = key.n;
    fresh->n_bytes = eval->n_words * sizeof(uint64_t) * (fresh->people.n + fresh->assessed.n) +
                     key.n + sizeof *fresh;
    key = (skr_buffer){0};
    skr_kept_leaves_add(question->kept, question->snapshot, fresh);
    at->kept = fresh;
    fresh = NULL;
out:
    if (status == SKR_OK)
        status = give_warnings(question, &at->kept->warnings, err);
    skr_kept_leaf_free(fresh);
    skr_buffer_done(&key);
    return status;
}

/* ------------------------------------------------------------------ the tree */

static int eval_leaf(evaluation *eval, uint32_t slot, const uint64_t *all, uint64_t **ret_bits,
                     skr_err *err)
{
    leaf *at = &eval->leaves[eval->places[eval->n_passed++].leaf];
    uint32_t n_people = eval->question->snapshot->n_people;
    uint64_t *bits = NULL;
    int status = skr_access_check(eval->question->access, err);
    if (status == SKR_OK)
        status = at->people == NULL ? skr_bits_new(n_people, &bits, err)
                                    : skr_bits_new_unset(n_people, &bits, err);
    if (status == SKR_OK && at->people != NULL) {
        memcpy(bits, at->people, eval->n_words * sizeof *bits);
    } else if (status == SKR_OK && at->kept != NULL) {
        memcpy(bits, at->kept->people.sets[slot], eval->n_words * sizeof *bits);
    } else if (status == SKR_OK) {
        status = mark_leaf(eval, eval->question, at, slot, all, bits, err);
        if (status == SKR_OK && at->is_repeated)
            status = skr_bits_new_unset(n_people, &at->people, err);
        if (status == SKR_OK && at->is_repeated)
            memcpy(at->people, bits, eval->n_words * sizeof *bits);
    }
    if (status < 0)
        free(bits);
    else
        *ret_bits = bits;
    return status;
}

static int eval_node(evaluation *eval, const skr_expr *node, uint32_t slot, const uint64_t *all,
                     uint64_t **ret_bits, skr_err *err)
{
    uint64_t *left = NULL;
    uint64_t *right = NULL;
    if (node->op != SKR_E_AND && node->op != SKR_E_OR && node->op != SKR_E_NOT)
        return eval_leaf(eval, slot, all, ret_bits, err);
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

/* May somebody be in the answer because nothing is known of what they carry? */
static bool may_be_unassessed(const place *at)
{
    return at->is_negated && skr_people_condition_of(at->node->op)->has_unassessed;
}

/* Who is in the answer though nothing is known of what they were said not to carry. */
static void find_unassessed(const evaluation *eval, const root *of, uint32_t slot,
                            const uint64_t *people, uint64_t *unassessed)
{
    for (size_t i = of->from; i < of->to; i++) {
        const place *at = &eval->places[i];
        if (!may_be_unassessed(at))
            continue;
        const leaf *its = &eval->leaves[at->leaf];
        const uint64_t *assessed = its->kept != NULL ? its->kept->assessed.sets[slot]
                                                     : its->found.genomic.assessed.sets[slot];
        for (size_t w = 0; w < eval->n_words; w++)
            unassessed[w] |= people[w] & ~assessed[w];
    }
}

/* A walk through the trees begins, in another slot. */
static void begin_walk(evaluation *eval)
{
    eval->n_passed = 0;
    for (size_t i = 0; i < eval->n_leaves; i++) {
        free(eval->leaves[i].people);
        eval->leaves[i].people = NULL;
    }
}

static int eval_slot(evaluation *eval, uint32_t slot, const uint64_t *all,
                     skr_people_answer *answers, skr_err *err)
{
    begin_walk(eval);
    for (size_t r = 0; r < eval->n_roots; r++) {
        uint64_t *bits = NULL;
        SKR_TRY(eval_node(eval, eval->roots[r].expr, slot, all, &bits, err));
        answers[r].people.sets[slot] = bits;
        if (answers[r].has_unassessed)
            find_unassessed(eval, &eval->roots[r], slot, bits, answers[r].unassessed.sets[slot]);
    }
    return SKR_OK;
}

static int eval_slots(evaluation *eval, skr_people_answer *answers, skr_err *err)
{
    const skr_question *question = eval->question;
    const skr_snapshot *snapshot = question->snapshot;
    uint64_t *all = NULL;
    int status = skr_bits_new_unset(snapshot->n_people, &all, err);
    for (uint32_t slot = 0; status == SKR_OK && slot < question->n_slots; slot++) {
        memset(all, 0, eval->n_words * sizeof *all);
        status = mark_members(question, slot, all, err);
        if (status == SKR_OK)
            status = eval_slot(eval, slot, all, answers, err);
    }
    free(all);
    return status;
}

/* Lists the places of all expressions, and makes their leaves. */
static int survey_all(evaluation *eval, const skr_expr *const *exprs, size_t n, skr_err *err)
{
    eval->roots = calloc(n + 1, sizeof *eval->roots);
    if (eval->roots == NULL)
        return skr_fail_nomem(err, "a question");
    for (; eval->n_roots < n; eval->n_roots++) {
        root *of = &eval->roots[eval->n_roots];
        *of = (root){.expr = exprs[eval->n_roots], .from = eval->n_places};
        SKR_TRY(survey(eval, of->expr, false, err));
        of->to = eval->n_places;
    }
    return make_leaves(eval, err);
}

/* A place for the set of each slot, which the walk through the tree brings. */
static int make_places(const skr_question *question, skr_people_sets *sets, skr_err *err)
{
    sets->sets = calloc((size_t)question->n_slots + 1, sizeof *sets->sets);
    if (sets->sets == NULL)
        return skr_fail_nomem(err, "a question");
    sets->n = question->n_slots;
    return SKR_OK;
}

static int make_answers(const evaluation *eval, skr_people_answer *answers, skr_err *err)
{
    for (size_t r = 0; r < eval->n_roots; r++) {
        for (size_t i = eval->roots[r].from; i < eval->roots[r].to; i++)
            answers[r].has_unassessed |= may_be_unassessed(&eval->places[i]);
        SKR_TRY(make_places(eval->question, &answers[r].people, err));
        if (answers[r].has_unassessed)
            SKR_TRY(skr_people_sets_new(eval->question, &answers[r].unassessed, err));
    }
    return SKR_OK;
}

int skr_people_eval_all(const skr_question *question, const skr_expr *const *exprs, size_t n,
                        const skr_plan *plan, skr_people_answer *ret_answers, skr_err *err)
{
    SKR_CHECK(plan == NULL || (n == 1 && exprs[0]->op == SKR_E_CARRIES));
    evaluation eval = {.question = question,
                       .plan = plan,
                       .n_words = skr_bits_words(question->snapshot->n_people)};
    int status = survey_all(&eval, exprs, n, err);
    for (size_t i = 0; status == SKR_OK && i < eval.n_leaves; i++)
        status = may_keep(&eval, &eval.leaves[i])
                     ? keep_leaf(&eval, &eval.leaves[i], err)
                     : find_leaf(&eval, question, &eval.leaves[i], err);
    if (status == SKR_OK)
        status = make_answers(&eval, ret_answers, err);
    if (status == SKR_OK)
        status = eval_slots(&eval, ret_answers, err);
    for (size_t i = 0; i < eval.n_leaves; i++) {
        skr_carriers_find_done(&eval.leaves[i].found.genomic);
        free(eval.leaves[i].found.named);
        free(eval.leaves[i].people);
        if (eval.leaves[i].kept != NULL)
            skr_kept_leaves_give(question->kept, eval.leaves[i].kept);
    }
    free(eval.leaves);
    free(eval.places);
    free(eval.roots);
    for (size_t r = 0; status < 0 && r < n; r++)
        skr_people_answer_done(&ret_answers[r]);
    return status;
}

int skr_people_eval(const skr_question *question, const skr_expr *expr, const skr_plan *plan,
                    skr_people_answer *ret_answer, skr_err *err)
{
    return skr_people_eval_all(question, &expr, 1, plan, ret_answer, err);
}
