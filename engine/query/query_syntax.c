/*
 * query_syntax.c - the table of conditions, by node and by word.
 */
#include "engine/query/query_syntax.h"

#include <strings.h>

#include "storage/base/check.h"

#define DECLARE(op, word, syntax, judge, beacon) extern const skr_syntax skr_syntax_##syntax;
SKR_ALLELE_CONDITIONS(DECLARE)
SKR_PEOPLE_CONDITIONS(DECLARE)

#define ROW(op, word, syntax, judge, beacon) {op, word, &skr_syntax_##syntax},
static const skr_condition of_alleles[] = {SKR_ALLELE_CONDITIONS(ROW)};
static const skr_condition of_people[] = {SKR_PEOPLE_CONDITIONS(ROW)};
#define N_OF_ALLELES (sizeof of_alleles / sizeof *of_alleles)
#define N_OF_PEOPLE (sizeof of_people / sizeof *of_people)

const skr_condition *skr_query_condition_of(skr_expr_op op)
{
    size_t i = (size_t)op - (SKR_E_ALL + 1);
    SKR_CHECK(i < N_OF_ALLELES + N_OF_PEOPLE);
    return i < N_OF_ALLELES ? &of_alleles[i] : &of_people[i - N_OF_ALLELES];
}

const char *skr_query_expr_word(skr_expr_op op)
{
    return skr_query_condition_of(op)->word;
}

static const skr_condition *rows_of(skr_language language, size_t *ret_n)
{
    *ret_n = language == SKR_LANGUAGE_ALLELES ? N_OF_ALLELES : N_OF_PEOPLE;
    return language == SKR_LANGUAGE_ALLELES ? of_alleles : of_people;
}

const skr_condition *skr_query_condition_at(skr_language language, size_t i)
{
    size_t n = 0;
    const skr_condition *rows = rows_of(language, &n);
    for (size_t k = 0; k < n; k++)
        if (rows[k].word[0] != '\0' && i-- == 0)
            return &rows[k];
    return NULL;
}

const skr_condition *skr_query_condition_find(skr_language language, const char *word)
{
    size_t n = 0;
    const skr_condition *rows = rows_of(language, &n);
    for (size_t k = 0; k < n; k++)
        if (word[0] != '\0' && strcasecmp(rows[k].word, word) == 0)
            return &rows[k];
    return NULL;
}
