/*
 * people_condition.c - the table of conditions on people, and what they share.
 */
#include "engine/people/people_condition.h"

#include "engine/plan/access_check.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"

#define DECLARE(op, word, syntax, judge, beacon)                                                   \
    extern const skr_people_condition skr_people_by_##judge;
SKR_PEOPLE_CONDITIONS(DECLARE)

static int mark_all(const skr_question *question, const skr_expr *node,
                    const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)found;
    (void)slot;
    (void)err;
    skr_people_complement(question, bits);
    return SKR_OK;
}

static const skr_people_condition all = {.mark = mark_all};

#define ROW(op, word, syntax, judge, beacon) [op] = &skr_people_by_##judge,
static const skr_people_condition *const conditions[SKR_N_EXPR_OPS] = {[SKR_E_ALL] = &all,
                                                                       SKR_PEOPLE_CONDITIONS(ROW)};

const skr_people_condition *skr_people_condition_of(skr_expr_op op)
{
    SKR_CHECK((size_t)op < SKR_N_EXPR_OPS);
    bool is_connective = op == SKR_E_AND || op == SKR_E_OR || op == SKR_E_NOT;
    SKR_CHECK(is_connective || conditions[op] != NULL); /* it is about people */
    return conditions[op];
}

int skr_people_point(const skr_expr *node, int code, skr_err *err)
{
    skr_query_point(err, node->source, node->at, node->n_at);
    return code;
}

void skr_people_complement(const skr_question *question, uint64_t *bits)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    for (size_t i = 0; i < n_words; i++)
        bits[i] = ~bits[i];
}

int skr_people_check(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_people_condition *condition = skr_people_condition_of(node->op);
    return condition == NULL || condition->check == NULL ? SKR_OK
                                                         : condition->check(question, node, err);
}

int skr_people_mark(const skr_question *question, const skr_expr *node, uint32_t slot,
                    uint64_t *bits, skr_err *err)
{
    const skr_people_condition *condition = skr_people_condition_of(node->op);
    SKR_CHECK(condition != NULL && condition->find == NULL);
    return condition->mark(question, node, NULL, slot, bits, err);
}

int skr_people_check_all(const skr_question *question, const skr_expr *expr, skr_err *err)
{
    SKR_TRY(skr_access_check(question->access, err));
    SKR_TRY(skr_people_check(question, expr, err));
    if (expr->left != NULL)
        SKR_TRY(skr_people_check_all(question, expr->left, err));
    return expr->right != NULL ? skr_people_check_all(question, expr->right, err) : SKR_OK;
}
