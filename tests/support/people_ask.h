/*
 * people_ask.h - what a sound people table answers, for tests: a failure stops the program.
 */
#ifndef SKR_TESTS_PEOPLE_ASK_H
#define SKR_TESTS_PEOPLE_ASK_H

#include "index/people/people_edit.h"
#include "storage/base/check.h"

static inline uint32_t ask_find(const skr_people *people, const char *id)
{
    uint32_t individual = 0;
    SKR_CHECK(skr_people_find(people, id, &individual, NULL) == SKR_OK);
    return individual;
}

static inline const skr_people_set *ask_of_dataset(const skr_people *people, uint32_t dataset)
{
    const skr_people_set *set = NULL;
    SKR_CHECK(skr_people_of_dataset(people, dataset, &set, NULL) == SKR_OK);
    return set;
}

static inline const skr_people_set *ask_of_sex(const skr_people *people, uint32_t dataset,
                                               skr_sex sex)
{
    const skr_people_set *set = NULL;
    SKR_CHECK(skr_people_of_sex(people, dataset, sex, &set, NULL) == SKR_OK);
    return set;
}

/* Who has a term, of a table of few. */
#define ASKED_MAX 8192u
typedef struct asked_people {
    uint64_t bits[ASKED_MAX / 64];
} asked_people;

static inline asked_people ask_of_term(const skr_people *people, uint32_t dataset,
                                       const char *curie)
{
    asked_people asked = {{0}};
    SKR_CHECK(skr_people_count(people) <= ASKED_MAX);
    SKR_CHECK(skr_people_mark_stated(people, dataset, curie, asked.bits, NULL) == SKR_OK);
    return asked;
}

static inline bool is_asked(asked_people asked, uint32_t individual)
{
    return (asked.bits[individual / 64] >> individual % 64 & 1) != 0;
}

static inline uint32_t n_asked(asked_people asked)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < ASKED_MAX / 64; i++)
        n += (uint32_t)__builtin_popcountll(asked.bits[i]);
    return n;
}

/* Unknown where no sample of the dataset is of the individual. */
static inline skr_karyotype ask_karyotype(const skr_people *people, uint32_t dataset,
                                          uint32_t individual)
{
    for (uint32_t i = 0; i < skr_people_n_karyotypes(people, dataset); i++) {
        skr_karyotype karyotype;
        const skr_people_set *set = NULL;
        SKR_CHECK(skr_people_of_karyotype(people, dataset, i, &karyotype, &set, NULL) == SKR_OK);
        if (set != NULL && skr_people_set_contains(set, individual))
            return karyotype;
    }
    return (skr_karyotype){SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN};
}

static inline const skr_stated_term *ask_terms(const skr_people *people, uint32_t dataset,
                                               uint32_t *ret_n)
{
    const skr_stated_term *terms = NULL;
    SKR_CHECK(skr_people_terms(people, dataset, &terms, ret_n, NULL) == SKR_OK);
    return terms;
}

static inline bool ask_knows_term(const skr_people *people, const char *curie)
{
    bool knows = false;
    SKR_CHECK(skr_people_knows_term(people, curie, &knows, NULL) == SKR_OK);
    return knows;
}

static inline bool ask_has_values(const skr_people *people, const char *curie)
{
    bool has = false;
    SKR_CHECK(skr_people_has_values(people, curie, &has, NULL) == SKR_OK);
    return has;
}

static inline void ask_compare(const skr_people *people, uint32_t dataset, skr_column column,
                               const char *curie, skr_compare compare, double value,
                               uint64_t *bitmap)
{
    const skr_people_comparison comparison = {column, curie, compare, value};
    SKR_CHECK(skr_people_compare(people, dataset, &comparison, bitmap, NULL) == SKR_OK);
}

static inline uint32_t ask_sex_conflicts(const skr_people *people, uint32_t dataset)
{
    uint32_t n = 0;
    SKR_CHECK(skr_people_sex_conflicts(people, dataset, &n, NULL) == SKR_OK);
    return n;
}

static inline uint32_t ask_edit_sex_conflicts(const skr_people_edit *edit)
{
    uint32_t n = 0;
    SKR_CHECK(skr_people_edit_sex_conflicts(edit, &n, NULL) == SKR_OK);
    return n;
}

#endif
