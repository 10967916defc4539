/*
 * people_sex.c - who is of a sex: as people said, and by karyotype of those who said nothing; and
 * the conditions on sex and karyotype.
 */
#include "engine/people/people_sex.h"

#include <stdlib.h>
#include <strings.h>

#include "engine/people/people_condition.h"
#include "index/contigs/contig.h"
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

/* ------------------------------------------------------------------ conditions */

/* Was "unknown" asked for? */
static bool is_of_unknown(const skr_expr *node)
{
    return node->compare == SKR_EQ && strcasecmp(node->text, "unknown") == 0;
}

static int mark_sex(const skr_question *question, const skr_expr *node,
                    const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    (void)found;
    int status = SKR_OK;
    for (unsigned sex = 0; status == SKR_OK && sex < SKR_N_SEXES; sex++) {
        bool is_it = strcasecmp(node->text, skr_sex_name((skr_sex)sex)) == 0;
        /* Whose sex is not known differs from nothing. */
        bool is_wanted = node->compare == SKR_NE ? !is_it && sex != SKR_SEX_UNKNOWN : is_it;
        if (is_wanted)
            status = skr_people_mark_sex(question, dataset, (skr_sex)sex, bits, err);
    }
    return status;
}

static const char *sex_value(const skr_expr *node, skr_expr *any)
{
    any->text = "unknown";
    return is_of_unknown(node) ? NULL : "a known sex";
}

const skr_people_condition skr_people_by_sex = {.mark = mark_sex, .value = sex_value};

/* ------------------------------------------------------------------ karyotype */

static bool is_the_same(skr_karyotype karyotype, const void *context)
{
    const skr_karyotype *asked = context;
    return skr_people_is_karyotype(karyotype, asked->n_x, asked->n_y);
}

/* A known one that differs. */
static bool is_another(skr_karyotype karyotype, const void *context)
{
    return karyotype.n_x != SKR_KARYOTYPE_UNKNOWN && !is_the_same(karyotype, context);
}

static int mark_karyotype(const skr_question *question, const skr_expr *node,
                          const skr_people_found *found, uint32_t slot, uint64_t *bits,
                          skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    (void)found;
    skr_karyotype asked;
    int status = skr_contig_karyotype_parse(node->text, &asked, err);
    if (status < 0) {
        if (err != NULL)
            err->code = SKR_ERR_QUERY;
        return skr_people_point(node, status == SKR_ERR_INPUT ? SKR_ERR_QUERY : status, err);
    }
    if (node->compare == SKR_NE)
        return skr_people_mark_karyotypes(question, dataset, is_another, &asked, bits, err);
    if (asked.n_x != SKR_KARYOTYPE_UNKNOWN)
        return skr_people_mark_karyotypes(question, dataset, is_the_same, &asked, bits, err);
    /* unknown: nobody said which, also of those without a sample; the caller keeps members only */
    status = skr_people_mark_karyotypes(question, dataset, is_another, &asked, bits, err);
    skr_people_complement(question, bits);
    return status;
}

static const char *karyotype_value(const skr_expr *node, skr_expr *any)
{
    any->text = "unknown";
    return is_of_unknown(node) ? NULL : "a known karyotype";
}

const skr_people_condition skr_people_by_karyotype = {.mark = mark_karyotype,
                                                      .value = karyotype_value};
