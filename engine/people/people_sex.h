/*
 * people_sex.h - who of a dataset is of a sex, or has a karyotype.
 */
#ifndef SKR_ENGINE_PEOPLE_PEOPLE_SEX_H
#define SKR_ENGINE_PEOPLE_PEOPLE_SEX_H

#include "engine/people/question.h"
#include "index/people/sex.h"

/* Sets the bits of those of a dataset who are said to be of a sex; of those of whom nothing is
 * said, XX is female and XY male. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_mark_sex(const skr_question *question, uint32_t dataset, skr_sex sex,
                                     uint64_t *bits, skr_err *err);

/* Who has a karyotype that a test says yes to. */
typedef bool (*skr_karyotype_test)(skr_karyotype karyotype, const void *context);

/* Sets the bits of those of a dataset whose karyotype passes a test. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_mark_karyotypes(const skr_question *question, uint32_t dataset,
                                            skr_karyotype_test test, const void *context,
                                            uint64_t *bits, skr_err *err);

/* Has it so many X and Y? */
static inline bool skr_people_is_karyotype(skr_karyotype karyotype, uint8_t n_x, uint8_t n_y)
{
    return karyotype.n_x == n_x && karyotype.n_y == n_y;
}

#endif
