/*
 * people_sex.c - who is of a sex: as people said, and by karyotype of those who said nothing.
 */
#include "engine/people/people_sex.h"

#include <stdlib.h>

#include "storage/carriers/bits.h"

int skr_people_mark_karyotypes(const skr_question *question, uint32_t dataset,
                               skr_karyotype_test test, const void *context, uint64_t *bits,
                               skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    uint32_t n = skr_people_n_karyotypes(snapshot->people, dataset);
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        skr_karyotype karyotype;
        const skr_people_set *set = NULL;
        status = skr_people_of_karyotype(snapshot->people, dataset, i, &karyotype, &set, err);
        if (status == SKR_OK && set != NULL && test(karyotype, context))
            skr_people_set_mark(set, bits, snapshot->n_people);
    }
    return status;
}

/* Does the karyotype mean this sex? Unknown: it means one. */
static bool means_sex(skr_karyotype karyotype, const void *context)
{
    skr_sex sex = *(const skr_sex *)context;
    bool is_female = skr_people_is_karyotype(karyotype, 2, 0);
    bool is_male = skr_people_is_karyotype(karyotype, 1, 1);
    return sex == SKR_SEX_FEMALE ? is_female : sex == SKR_SEX_MALE ? is_male : is_female || is_male;
}

/* As people said; of those who said nothing, XX is female and XY male. */
int skr_people_mark_sex(const skr_question *question, uint32_t dataset, skr_sex sex, uint64_t *bits,
                        skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    size_t n_words = skr_bits_words(snapshot->n_people);
    const skr_people_set *said = NULL;
    const skr_people_set *silent = NULL;
    uint64_t *unknown = NULL;
    uint64_t *meant = NULL;
    int status = skr_people_of_sex(snapshot->people, dataset, sex, &said, err);
    if (status == SKR_OK && said != NULL && sex != SKR_SEX_UNKNOWN)
        skr_people_set_mark(said, bits, snapshot->n_people);
    if (status < 0 || sex == SKR_SEX_OTHER)
        return status;
    status = skr_people_of_sex(snapshot->people, dataset, SKR_SEX_UNKNOWN, &silent, err);
    if (status < 0 || silent == NULL)
        return status;
    status = skr_bits_new(snapshot->n_people, &unknown, err);
    if (status == SKR_OK)
        status = skr_bits_new(snapshot->n_people, &meant, err);
    if (status == SKR_OK)
        status = skr_people_mark_karyotypes(question, dataset, means_sex, &sex, meant, err);
    if (status < 0)
        goto out;
    skr_people_set_mark(silent, unknown, snapshot->n_people);
    if (sex == SKR_SEX_UNKNOWN)
        skr_bits_and_not(unknown, meant, n_words);
    else
        skr_bits_and(unknown, meant, n_words);
    skr_bits_or(bits, unknown, n_words);
out:
    free(unknown);
    free(meant);
    return status;
}
