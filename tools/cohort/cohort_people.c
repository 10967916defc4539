/*
 * cohort_people.c - sexes, ages, countries, terms and a measure of the people of a cohort.
 */
#include <math.h>
#include <string.h>

#include "tools/cohort/cohort_out.h"
#include "tools/cohort/cohort_random.h"

#define N_TERMS (sizeof terms / sizeof *terms)
#define MEASURE "LOINC:2089-1"

/* From frequent to rare: the i-th is said of one person in 4 + 3 i i. */
static const char *const terms[] = {
    "HP:0000822", "HP:0003124", "HP:0001513", "HP:0000819", "HP:0002099", "HP:0000716",
    "HP:0002076", "HP:0001250", "HP:0000365", "HP:0001638", "HP:0003002", "HP:0000510",
    "HP:0001627", "HP:0000252", "HP:0001263", "HP:0000729",
};
static const char *const countries[] = {"Spain", "Italy", "Finland", "Ireland", "Portugal"};

void cohort_name(const cohort_request *request, uint32_t person, char name[COHORT_NAME_ROOM])
{
    (void)snprintf(name, COHORT_NAME_ROOM, "%.48s%07u", request->prefix,
                   request->plan.first_person + person);
}

cohort_person cohort_person_of(const cohort_request *request, uint32_t person)
{
    uint64_t stream = UINT64_C(1000) + request->plan.first_person + person;
    cohort_random random = cohort_random_new(request->plan.seed, stream);
    cohort_person out = {.sex = cohort_below(&random, 1000) < 515 ? SKR_SEX_FEMALE : SKR_SEX_MALE};
    /* eighths of a year and tenths of a mg: the same number as text and as a double */
    out.age = 18 + cohort_below(&random, 8 * 72) / 8.0;
    out.ldl = round(60 + 40 * cohort_wait(&random, 1.0));
    uint32_t country = cohort_below(&random, 15);
    out.country = countries[country < 5    ? 0
                            : country < 9  ? 1
                            : country < 12 ? 2
                            : country < 14 ? 3
                                           : 4];
    for (uint32_t i = 0; i < N_TERMS; i++)
        if (cohort_below(&random, 4 + 3 * i * i) == 0 && out.n_terms < COHORT_TERMS_MAX)
            out.terms[out.n_terms++] = terms[i];
    return out;
}

int cohort_say_person(const cohort_request *request, uint32_t person, skr_people_edit *edit,
                      uint32_t dataset, uint32_t individual, skr_err *err)
{
    char name[COHORT_NAME_ROOM];
    cohort_person of = cohort_person_of(request, person);
    cohort_name(request, person, name);
    int status =
        skr_people_edit_record(edit, dataset, individual, SKR_RECORD_INDIVIDUAL, name, err);
    if (status < 0)
        return status;
    skr_people_edit_sex(edit, of.sex);
    skr_people_edit_age(edit, skr_age_at(of.age));
    skr_fact fact = {.kind = SKR_TERM_COUNTRY, .curie = of.country, .label = of.country};
    fact.onset = SKR_AGE_NONE;
    status = skr_people_edit_fact(edit, &fact, err);
    for (uint32_t i = 0; i < of.n_terms && status == SKR_OK; i++) {
        fact = (skr_fact){.kind = SKR_TERM_PHENOTYPE, .curie = of.terms[i], .onset = SKR_AGE_NONE};
        status = skr_people_edit_fact(edit, &fact, err);
    }
    fact = (skr_fact){.kind = SKR_TERM_MEASURE, .curie = MEASURE, .onset = SKR_AGE_NONE};
    fact.has_value = true;
    fact.value = of.ldl;
    return status < 0 ? status : skr_people_edit_fact(edit, &fact, err);
}

int cohort_write_samples(const cohort_request *request, FILE *out, skr_err *err)
{
    (void)fprintf(out, "sample\tsex\n");
    for (uint32_t i = 0; i < cohort_n_wanted(request); i++) {
        char name[COHORT_NAME_ROOM];
        cohort_name(request, i, name);
        bool is_woman = cohort_person_of(request, i).sex == SKR_SEX_FEMALE;
        (void)fprintf(out, "%s\t%s\n", name, is_woman ? "XX" : "XY");
    }
    if (fflush(out) != 0 || ferror(out))
        return skr_fail(err, SKR_ERR_IO, "samples: cannot be written");
    return SKR_OK;
}

int cohort_write_people(const cohort_request *request, FILE *out, skr_err *err)
{
    (void)fprintf(out, "individual\tsex\tage\tcountry\tphenotypes\t%s\n", MEASURE);
    for (uint32_t i = 0; i < cohort_n_wanted(request); i++) {
        char name[COHORT_NAME_ROOM];
        cohort_person of = cohort_person_of(request, i);
        cohort_name(request, i, name);
        (void)fprintf(out, "%s\t%s\t%.3f\t%s\t", name, of.sex == SKR_SEX_FEMALE ? "female" : "male",
                      of.age, of.country);
        for (uint32_t k = 0; k < of.n_terms; k++)
            (void)fprintf(out, "%s%s", k > 0 ? ";" : "", of.terms[k]);
        (void)fprintf(out, "\t%.0f\n", of.ldl);
    }
    if (fflush(out) != 0 || ferror(out))
        return skr_fail(err, SKR_ERR_IO, "people: cannot be written");
    return SKR_OK;
}
