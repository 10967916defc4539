/*
 * beacon_cohorts.c - /cohorts: people whom the operator named by a question.
 *
 * With filters or a variant: the cohorts in which somebody matches.
 */
#include <jansson.h>
#include <string.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_response_int.h"

/* What is found on the way through the cohorts. */
typedef struct cohort_list {
    const skr_service *service;
    skr_beacon_case *asked;
    const skr_expr *people; /* that the request asks for; NULL: nobody in particular */
    json_t *all;
    uint64_t generation;
    skr_warnings warnings;
} cohort_list;

/* A cohort and how many people are in it; the number is told or not like any other. */
static json_t *cohort(const skr_beacon_cohort *one, const skr_told_count *told)
{
    const char *name = one->name == NULL ? one->id : one->name;
    json_t *json = json_pack("{s:o, s:o, s:s, s:{s:o}}", "id", skr_json_text(one->id), "name",
                             skr_json_text(name), "cohortType", "beacon-defined", "info",
                             "question", skr_json_text(one->question));
    skr_beacon_put_told(json, "cohortSize", told);
    if (one->description != NULL)
        skr_json_set(json, "description", skr_json_text(one->description));
    return json;
}

/* Counts, and keeps what the count had to say. */
static int count(cohort_list *list, const skr_expr *people, skr_told_count *ret_told, skr_err *err)
{
    skr_count_answer answer = {0};
    SKR_TRY(skr_engine_count(list->service->engine, people, &list->asked->access, &answer, err));
    int status = SKR_OK;
    for (size_t i = 0; i < answer.warnings.n && status == SKR_OK; i++) {
        const skr_warning *one = &answer.warnings.items[i];
        status = skr_warnings_add(&list->warnings, one->code, one->figures, one->n_figures, err,
                                  "%s", one->text);
    }
    list->generation = answer.generation;
    *ret_told = answer.total;
    skr_engine_count_done(&answer);
    return status;
}

/* Appends the cohort if nobody was asked for, or if somebody in it matches. */
static int add_cohort(cohort_list *list, const skr_beacon_cohort *one, skr_err *err)
{
    skr_query *query = list->asked->request.query;
    const skr_expr *everybody = NULL;
    const skr_expr *matching = NULL;
    skr_told_count size;
    skr_told_count matches = {.exists = true};
    SKR_TRY(skr_query_parse(query, one->question, false, &everybody, err));
    SKR_TRY(count(list, everybody, &size, err));
    if (list->people != NULL) {
        SKR_TRY(skr_query_join(query, SKR_E_AND, everybody, list->people, &matching, err));
        SKR_TRY(count(list, matching, &matches, err));
    }
    if (matches.exists && !list->asked->request.is_test)
        skr_json_append(list->all, cohort(one, &size));
    return SKR_OK;
}

int skr_beacon_cohorts(const skr_service *service, const skr_http_request *request,
                       const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    skr_beacon_case one = {0};
    cohort_list list = {.service = service, .asked = &one, .all = json_array()};
    skr_info info = {0};
    const skr_beacon_path everything = {.entity = SKR_ENTITY_COHORT};
    int status = skr_beacon_case_read(service, request, &everything, &one, response, err);
    if (status == SKR_OK && path->id != NULL &&
        skr_beacon_cohort_find(service->texts, path->id) == NULL) {
        response->status = 404;
        status = skr_fail(err, SKR_ERR_QUERY, "no cohort '%.200s'", path->id);
    }
    if (status == SKR_OK && (one.request.people != NULL || one.request.alleles != NULL))
        status = skr_beacon_request_people(&one.request, &list.people, err);
    if (status == SKR_OK)
        status = skr_engine_info(service->engine, &one.access, &info, err);
    if (status == SKR_OK)
        list.generation = info.generation;
    for (size_t i = 0; i < service->texts->n_cohorts && status == SKR_OK; i++)
        if (path->id == NULL || strcmp(path->id, service->texts->cohorts[i].id) == 0)
            status = add_cohort(&list, &service->texts->cohorts[i], err);
    if (status == SKR_OK) {
        json_t *json =
            skr_beacon_collections(service, &one.request, SKR_ENTITY_COHORT, json_incref(list.all),
                                   list.generation, &list.warnings);
        status = skr_json_print(json, &response->body, &response->n_body, err);
    }
    if (status == SKR_OK)
        response->status = 200;
    json_decref(list.all);
    skr_warnings_done(&list.warnings);
    skr_info_done(&info);
    skr_beacon_case_done(&one);
    return status;
}
