/*
 * plan_condition.c - the table of conditions on alleles, and how they fail.
 */
#include "engine/plan/plan_condition.h"

#include <stdarg.h>
#include <stdio.h>

#include "storage/base/check.h"

#define DECLARE(op, word, syntax, judge, beacon)                                                   \
    extern const skr_plan_condition skr_alleles_##judge;
SKR_ALLELE_CONDITIONS(DECLARE)
extern const skr_plan_condition skr_alleles_all;

#define ROW(op, word, syntax, judge, beacon) [op] = &skr_alleles_##judge,
static const skr_plan_condition *const conditions[SKR_N_EXPR_OPS] = {[SKR_E_ALL] = &skr_alleles_all,
                                                                     SKR_ALLELE_CONDITIONS(ROW)};

const skr_plan_condition *skr_plan_condition_of(skr_expr_op op)
{
    SKR_CHECK((size_t)op < SKR_N_EXPR_OPS);
    return conditions[op];
}

int skr_plan_fail(const skr_expr *source, skr_err *err, const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    skr_fail(err, SKR_ERR_QUERY, "%s", text);
    skr_query_point(err, source->source, source->at, source->n_at);
    return SKR_ERR_QUERY;
}
