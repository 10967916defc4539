/*
 * plan_judge.c - does an allele satisfy a question?
 */
#include "engine/plan/plan_condition.h"
#include "storage/base/check.h"

skr_verdicts skr_plan_evaluate(const skr_plan_node *node, skr_judged *judged)
{
    const uint64_t asked = judged->asked;
    SKR_ASSERT((asked & ~judged->all) == 0);
    if (node->condition != NULL)
        return judged->judge(node, judged);
    skr_verdicts left = skr_plan_evaluate(node->left, judged);
    if (node->op == SKR_E_NOT)
        return (skr_verdicts){left.no, left.yes};
    bool is_and = node->op == SKR_E_AND;
    uint64_t decided = is_and ? left.no : left.yes;
    if (decided == judged->all)
        return left;
    judged->asked = asked & ~decided;
    skr_verdicts right = skr_plan_evaluate(node->right, judged);
    judged->asked = asked;
    return is_and ? (skr_verdicts){left.yes & right.yes, left.no | right.no}
                  : (skr_verdicts){left.yes | right.yes, left.no & right.no};
}

static skr_verdicts judge_allele(const skr_plan_node *node, const skr_judged *judged)
{
    skr_verdict verdict = node->condition->judge(node, (const skr_allele_asked *)judged);
    return (skr_verdicts){.yes = verdict == SKR_YES, .no = verdict == SKR_NO};
}

skr_verdict skr_plan_judge(const skr_plan *plan, const skr_allele *key,
                           const skr_allele_facts *facts, unsigned copies)
{
    SKR_ASSERT(copies == 1 || copies == 2);
    skr_allele_asked asked = {.judged = {.judge = judge_allele, .all = 1, .asked = 1},
                              .key = key,
                              .facts = facts,
                              .copies = copies};
    skr_verdicts verdicts = skr_plan_evaluate(plan->root, &asked.judged);
    return skr_verdict_at(&verdicts, 0);
}
