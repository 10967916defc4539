/*
 * cohort_out.h - where a generated cohort goes: VCF text, BCF, a store, a table of people.
 *
 * All of them are functions of the plan alone, byte for byte.
 */
#ifndef SKR_TOOLS_COHORT_OUT_H
#define SKR_TOOLS_COHORT_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "index/people/people_edit.h"
#include "storage/base/err.h"
#include "tools/cohort/cohort_model.h"

#define COHORT_NAME_ROOM 64u

typedef struct cohort_request {
    cohort_plan plan;
    const char *contig;
    const char *dataset;
    const char *assembly;
    const char *prefix; /* of everybody's name */
    bool is_unphased;
    int level;     /* of the compression of BCF, gVCF */
    double depth;  /* of gVCFs and reads: the mean of all people */
    bool is_clean; /* every base of gVCFs passes the usual gate; every read is without error */
} cohort_request;

/* How many people are wanted. Everywhere here a person is a number below that. */
static inline uint32_t cohort_n_wanted(const cohort_request *request)
{
    return request->plan.end_person - request->plan.first_person;
}

/* The name of a person: prefix and seven digits, the number among all people. */
void cohort_name(const cohort_request *request, uint32_t person, char name[COHORT_NAME_ROOM]);

/* Writes the header of VCF and BCF. The stream remembers if it failed. */
void cohort_put_header(const cohort_request *request, FILE *out);

/* Writes VCF text or BCF, a record an allele. Errors: USAGE, IO, NOMEM. */
SKR_MUST_USE int cohort_write_vcf(const cohort_request *request, FILE *out, skr_err *err);
SKR_MUST_USE int cohort_write_bcf(const cohort_request *request, FILE *out, skr_err *err);

/* Adds the cohort to a store as one generation, people included. The store is made when it is
 * missing; people who are in it already are refused. Errors: INPUT, USAGE, those of a txn. */
SKR_MUST_USE int cohort_write_store(const cohort_request *request, const char *folder,
                                    skr_err *err);

/* What is known of a person. */
#define COHORT_TERMS_MAX 8u
typedef struct cohort_person {
    skr_sex sex;
    double age;
    const char *country;
    const char *terms[COHORT_TERMS_MAX];
    uint32_t n_terms;
    double ldl; /* LOINC:2089-1, mg/dl */
} cohort_person;

/* The same for the same seed, whatever the number of people. */
cohort_person cohort_person_of(const cohort_request *request, uint32_t person);

/* Says all of it in an edit, as `skerry people` would from the table. Errors: INPUT, NOMEM. */
SKR_MUST_USE int cohort_say_person(const cohort_request *request, uint32_t person,
                                   skr_people_edit *edit, uint32_t dataset, uint32_t individual,
                                   skr_err *err);

/* Writes the sheet of samples and sexes that `skerry import --samples` reads. Errors: IO. */
SKR_MUST_USE int cohort_write_samples(const cohort_request *request, FILE *out, skr_err *err);

/* Writes the table that `skerry people` reads. Errors: IO. */
SKR_MUST_USE int cohort_write_people(const cohort_request *request, FILE *out, skr_err *err);

#endif
